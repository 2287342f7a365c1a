import { hookText } from '../hooks.js';
import { fullLabel } from '../cells.js';
import { closureTotals, noiseFloor, soakedOf, stageFigures, stagesInOrder, unprobedTotalBand } from '../figures.js';
import { intervalOf, isMissing, MISSING_INTERVAL_NOTE, rowIntervalWords } from '../intervals.js';
import type { RunRecord, SoakedTotals, StageRow, SummaryRow } from '../record.js';
import { slug } from '../text.js';
import { nanoseconds, perPacket, percent, ratio } from './format.js';
import { closureNote, ledgerNote, trialsNote } from './row-notes.js';
import type { CellValue, Column, Row, Table } from './table.js';

/** Printed in place of a figure that is smaller than what its own probes cost. */
export const BELOW_PROBE_COST = 'below probe cost';

/**
 * One cell stage by stage, in packet order: raw ns for each wire packet, the probes' correction, what remains with its
 * interval, its share of the row's CPU time, events and the hooks; then the totals, and the checks as notes.
 */
export function stageTable(record: RunRecord, row: SummaryRow): Table {
  const id = `stages-${slug(row.cell)}`;
  const title = `Stages, for each packet: ${fullLabel(row)}`;
  const words = rowIntervalWords(record, [row]);
  if (row.status === 'skipped') {
    const text = `skipped: ${row.reason ?? 'no reason recorded'}`;
    return {
      id,
      title,
      columns: columns(words.title, row),
      rows: [{ kind: 'span', label: fullLabel(row), text }],
      notes: [],
    };
  }
  const stages = stagesInOrder(row.stages).filter(
    (stage) => stageFigures(stage).raw !== 0 || stage.eventsPerPacket !== 0,
  );
  const rows = stages.map((stage) => stageCells(stage, row));
  const missing = stages.some((stage) => isMissing(stage)) ? [MISSING_INTERVAL_NOTE] : [];
  const below = stages.some((stage) => stage.belowProbeCost) ? [belowNote] : [];
  const notes = [
    closureNote(row),
    ledgerNote(row),
    trialsNote(record, row),
    ...floorNotes(row),
    ...below,
    ...words.notes,
    ...missing,
  ];
  return { id, title, columns: columns(words.title, row), rows: [...rows, ...totalRows(row)], notes };
}

const floorColumn: Column = { key: 'floor', title: 'A/A', align: 'right', unit: '%', format: percent };

/** Absent in a record from before it was taken. */
function floorNotes(row: SummaryRow): string[] {
  const floor = noiseFloor(row, 'total');
  if (floor === null) return [];
  const { resolvesPercent } = floor;
  const resolved =
    resolvesPercent === null
      ? ''
      : ` Two runs like this one tell totals apart that differ by ${percent(resolvesPercent)} %.`;
  return [`A/A: by how much halves of this run differ, every second trial or first and second half.${resolved}`];
}

const belowNote = 'Below probe cost: smaller than a few costs of its own probes; interval of the raw figure.';

function columns(interval: string, { noiseFloors }: SummaryRow): Column[] {
  return [
    { key: 'stage', title: 'stage', align: 'left', unit: null, format: nanoseconds },
    { key: 'raw', title: 'raw', align: 'right', unit: 'ns', format: nanoseconds },
    { key: 'correction', title: 'correction', align: 'right', unit: 'ns', format: nanoseconds },
    { key: 'corrected', title: 'corrected', align: 'right', unit: 'ns', format: nanoseconds },
    { key: 'interval', title: interval, align: 'right', unit: 'ns', format: nanoseconds },
    { key: 'share', title: 'share of CPU time', align: 'right', unit: '%', format: percent },
    { key: 'shareInterval', title: interval, align: 'right', unit: '%', format: percent },
    ...(noiseFloors === undefined ? [] : [floorColumn]),
    { key: 'events', title: 'events', align: 'right', unit: null, format: perPacket },
    { key: 'hook', title: 'hook', align: 'left', unit: null, format: nanoseconds, optional: true },
  ];
}

function stageCells(stage: StageRow, row: SummaryRow): Row {
  const hook = hookText(stage.tier, stage.targets);
  const { raw, correction, corrected } = stageFigures(stage);
  return {
    kind: 'body',
    cells: {
      stage: stage.label,
      raw,
      correction,
      corrected: stage.belowProbeCost ? BELOW_PROBE_COST : corrected,
      interval: { low: stage.low, high: stage.high },
      share: stage.sharePercent,
      shareInterval: { low: stage.shareLow, high: stage.shareHigh },
      floor: noiseFloor(row, stage.stage)?.movesPercent ?? null,
      events: stage.eventsPerPacket,
      hook,
    },
  };
}

function totalRows(row: SummaryRow): Row[] {
  if (row.closure === null) return [{ kind: 'span', label: 'total', text: 'not recorded' }];
  const { unprobedSource } = row.closure;
  const { probed, corrected, unprobed: without } = closureTotals(row.closure);
  const total = (stage: string, cells: Record<string, CellValue>): Row => ({
    kind: 'total',
    cells: { ...empty, stage, ...cells },
  });
  const soaked = soakedOf(row.closure);
  return [
    total('probed total', { raw: probed }),
    total('corrected total', {
      correction: probed - corrected,
      corrected,
      floor: noiseFloor(row, 'total')?.movesPercent ?? null,
    }),
    ...(soaked === undefined
      ? plainTotals(without, corrected, unprobedSource)
      : soakedTotals(soaked, unprobedSource)
    ).map(([label, cells]) => total(label, cells)),
  ];
}

type Total = [label: string, cells: Record<string, CellValue>];

function plainTotals(unprobed: number | null, corrected: number, source: string | null): Total[] {
  if (unprobed === null)
    return [
      ['unprobed total', { corrected: null, hook: 'nothing unprobed can tell' }],
      ['corrected ∕ unprobed', { corrected: null }],
    ];
  return [
    ['unprobed total', { corrected: unprobed, hook: source }],
    ['corrected ∕ unprobed', { corrected: ratioText(corrected, unprobed) }],
  ];
}

/** Both with the soaker: without it packets find the CPU idle, and share wake-ups as they come. */
function soakedTotals(
  { correctedNsPerPacket, unprobedNsPerPacket, ratio }: SoakedTotals,
  source: string | null,
): Total[] {
  return [
    ['corrected total, soaked', { corrected: correctedNsPerPacket }],
    [
      'unprobed total, soaked',
      { corrected: unprobedNsPerPacket.median, interval: intervalOf(unprobedNsPerPacket), hook: source },
    ],
    ['corrected ∕ unprobed', { corrected: markedRatio(ratio.median) }],
  ];
}

/** Outside the band it is marked. */
export function markedRatio(median: number): string {
  const text = ratio(median);
  return Math.abs(median - 1) <= unprobedTotalBand ? text : `${text} !`;
}

const empty = {
  raw: '',
  correction: '',
  corrected: '',
  interval: '',
  share: '',
  shareInterval: '',
  floor: '',
  events: '',
  hook: '',
};

/** Corrected ∕ unprobed; null when the divisor says nothing. */
export function ratioText(corrected: number, unprobed: number): string | null {
  return unprobed > 0 ? ratio(corrected / unprobed) : null;
}
