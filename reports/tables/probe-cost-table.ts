import { basename } from 'node:path';
import type { Calibration, ProbeCost, RunRecord } from '../record.js';
import { perPacket, ratio } from './format.js';
import type { Column, Row, Table } from './table.js';

const kinds = [
  ['base', 'the trigger loop, nothing attached'],
  ['empty', 'an empty program, over the base'],
  ['floor', 'an empty program and one clock read: the floor'],
  ['edge', 'a boundary that charges a state'],
  ['pass', 'a boundary that finds it does not apply'],
  ['mark', 'a user-space mark'],
] as const satisfies readonly (readonly [keyof Calibration, string])[];

/** What one hit of a probe costs on this kernel, measured before the run; quartiles over batches. */
export function probeCostTable(record: RunRecord): Table {
  const several = record.calibrations.length > 1;
  return {
    id: 'probe-cost',
    title: 'Probe cost, for each hit',
    columns: [
      { key: 'what', title: 'what', align: 'left', unit: null, format: perPacket },
      { key: 'median', title: 'median', align: 'right', unit: 'ns', format: perPacket },
      { key: 'quartiles', title: 'quartiles', align: 'right', unit: 'ns', format: perPacket },
      { key: 'meaning', title: 'measured as', align: 'left', unit: null, format: perPacket },
    ],
    rows:
      record.calibrations.length === 0
        ? [{ kind: 'span', label: 'none', text: 'the probes were not calibrated in this run' }]
        : record.calibrations.flatMap((each, session) => calibrationRows(each, several ? session + 1 : null)),
    notes: record.calibrations.map(calibrationNote),
  };
}

/**
 * What a hit leaves in the stages of an exact run beyond what its program accounts for itself, by the way of attaching: in the
 * stage that it leaves, in the one that it enters, and where it does not apply.
 */
export function countedProbeCostTable(record: RunRecord): Table {
  const figure = (key: string, title: string): Column => ({
    ...{ key, title, align: 'right', unit: null, format: perPacket },
  });
  const several = record.calibrations.length > 1;
  const rows = record.calibrations.flatMap(({ ways }, session) =>
    ways.map(({ way: name, before, after, pass }): Row => ({
      ...{ kind: 'body' },
      cells: {
        way: name + sessionSuffix(several ? session + 1 : null),
        before: before.median,
        after: after.median,
        pass: pass.median,
      },
    })),
  );
  return {
    id: 'probe-cost',
    title: 'What a hit of a probe leaves in the stages, instructions',
    columns: [
      { key: 'way', title: 'attached by', align: 'left', unit: null, format: perPacket },
      figure('before', 'in the stage left'),
      figure('after', 'in the stage entered'),
      figure('pass', 'a pass'),
    ],
    rows:
      rows.length === 0 ? [{ kind: 'span', label: 'none', text: 'the probes were not calibrated in this run' }] : rows,
    notes: [
      ...record.calibrations.map(calibrationNote),
      'The correction of a stage is its hits for each packet times these.',
      ...record.calibrations.flatMap(({ marks }) => (marks === null ? [] : [marksNote(marks)])),
    ],
  };
}

function marksNote({ user, call }: NonNullable<Calibration['marks']>): string {
  const [own, kernel] = [perPacket(user.median), perPacket(call.median)];
  return `The two marks of a call, where the reader makes them, leave ${own} in user space and ${kernel} in the call.`;
}

/** A run that was gone on with has a calibration a session. */
function sessionSuffix(session: number | null): string {
  return session === null ? '' : ` (session ${String(session)})`;
}

/** @param session from 1; null where there is one */
function calibrationRows(calibration: Calibration, session: number | null): Row[] {
  const suffix = sessionSuffix(session);
  const rows = kinds.map(([kind, meaning]): Row => {
    const cost: ProbeCost = calibration[kind];
    const quartiles = { low: cost.low, high: cost.high };
    return { kind: 'body', cells: { what: kind + suffix, median: cost.median, quartiles, meaning } };
  });
  const over = calibration.floor.median > 0 ? ratio(calibration.edge.median / calibration.floor.median) : null;
  const cells = {
    what: `edge ∕ floor${suffix}`,
    median: over,
    quartiles: '',
    meaning: 'the accounting over the floor',
  };
  return [...rows, { kind: 'total', cells }];
}

function calibrationNote(calibration: Calibration): string {
  return (
    `${basename(calibration.object)} on CPU ${String(calibration.cpu)}, ${calibration.at}: ` +
    `${String(calibration.batches)} batches of ${String(calibration.hitsPerBatch)} hits.`
  );
}
