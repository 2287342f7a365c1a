import { probeCostOf } from '../../harness/run/costs-in-place.js';
import { fullLabel, orderedRows } from '../cells.js';
import type { RunRecord, SummaryRow } from '../record.js';
import { slug } from '../text.js';
import { nanoseconds, ratio } from './format.js';
import { closureNote } from './row-notes.js';
import type { Column, Table } from './table.js';

/** What each stage of a row costs with its boundaries hit once and twice, and what the calibration says of the second hits. */
export function costInPlaceTables(record: RunRecord): Table[] {
  return orderedRows(record).flatMap((row) => {
    const { factor, stages = [] } = probeCostOf(row) ?? {};
    if (factor === undefined || stages.length === 0) return [];
    return [tableOf(row, stages, factor.median)];
  });
}

type Stages = NonNullable<ReturnType<typeof probeCostOf>>['stages'];

function tableOf(row: SummaryRow, stages: Stages, factor: number): Table {
  const sum = (of: (stage: Stages[number]) => number): number => stages.reduce((total, stage) => total + of(stage), 0);
  const added = ({ nsPerPacket, twiceNsPerPacket }: Stages[number]): number => twiceNsPerPacket - nsPerPacket;
  return {
    id: `cost-in-place-${slug(row.cell)}`,
    title: `Boundaries hit once and twice, for each packet: ${fullLabel(row)}`,
    columns,
    rows: [
      ...stages.map((stage) => ({
        kind: 'body' as const,
        cells: {
          stage: stage.stage,
          once: stage.nsPerPacket,
          twice: stage.twiceNsPerPacket,
          added: added(stage),
          calibrated: stage.secondHitsNsPerPacket,
          // a stage that only marks or interrupts bound has no second hits
          ratio: stage.secondHitsNsPerPacket >= leastAdded ? added(stage) / stage.secondHitsNsPerPacket : null,
        },
      })),
      {
        kind: 'total',
        cells: {
          stage: 'all',
          once: sum(({ nsPerPacket }) => nsPerPacket),
          twice: sum(({ twiceNsPerPacket }) => twiceNsPerPacket),
          added: sum(added),
          calibrated: sum(({ secondHitsNsPerPacket }) => secondHitsNsPerPacket),
          ratio: factor,
        },
      },
    ],
    notes: [closureNote(row), 'Medians over the soaked trials; the ratio of all stages is the median within rounds.'],
  };
}

/** Below this a quotient would be of noise. */
const leastAdded = 10;

const columns: Column[] = [
  { key: 'stage', title: 'stage', align: 'left', unit: null, format: nanoseconds },
  { key: 'once', title: 'once', align: 'right', unit: 'ns', format: nanoseconds },
  { key: 'twice', title: 'twice', align: 'right', unit: 'ns', format: nanoseconds },
  { key: 'added', title: 'added', align: 'right', unit: 'ns', format: nanoseconds },
  { key: 'calibrated', title: 'calibrated', align: 'right', unit: 'ns', format: nanoseconds },
  { key: 'ratio', title: 'ratio', align: 'right', unit: null, format: ratio },
];
