import type { RunRecord } from '../../reports/record.js';
import { sampleRecord } from '../support/sample-record.js';

/** Everything that a name could do to a terminal, a page, a Markdown file, a spreadsheet or a chart, in one text. */
export const HOSTILE = `=cmd|'/C x'!A0\u001b[2J\u202e<script>alert(1)</script></style>"'\`|[a](javascript:x)\n\r\0 {{datum}} url(#x)`;

/** The sample with hostile text in every field that holds free text, and figures far out of range. */
export function hostileRecord(sample = sampleRecord()): RunRecord {
  const record = structuredClone(sample);
  record.experiment.title = HOSTILE;
  record.environment.kernelRelease = HOSTILE;
  record.environment.mitigations = { [HOSTILE]: HOSTILE, constructor: 'x' };
  record.run.id = HOSTILE;
  for (const [index, row] of record.summary.entries()) {
    const cell = `${HOSTILE} ${index}`;
    for (const trial of record.trials) {
      if (trial.cell === row.cell) Object.assign(trial, { cell, invalidReasons: [HOSTILE] });
      trial.counters[HOSTILE] = 1;
    }
    for (const comparison of record.comparisons) {
      if (comparison.base === row.cell) comparison.base = cell;
      if (comparison.arm === row.cell) comparison.arm = cell;
    }
    for (const search of record.searches) if (search.cell === row.cell) search.cell = cell;
    row.cell = cell;
    row.granted = { [HOSTILE]: HOSTILE, mode: HOSTILE, ringBytes: 1e300, constructor: 'x' };
    if (row.ledger !== null) row.ledger.drops = { [HOSTILE]: 7, ...row.ledger.drops };
    for (const each of Object.values(row.distributions)) each?.lowerBounds.splice(0, 2, -1e300, 1e300);
    row.path = index % 2 === 0 ? HOSTILE : 'constructor';
    row.params = { ...row.params, [HOSTILE]: cell, frameBytes: index };
    if ('variant' in row.params) row.params['variant'] = HOSTILE;
    row.reason = row.status === 'skipped' ? HOSTILE : null;
    for (const stage of row.stages) Object.assign(stage, { label: HOSTILE, targets: [HOSTILE], tier: HOSTILE });
    const [first, second, third] = row.stages;
    if (first !== undefined)
      Object.assign(first, { stage: '__proto__', sharePercent: -1e300, correctedNsPerPacket: -1e300 });
    if (second !== undefined) Object.assign(second, { stage: 'constructor', sharePercent: 1e300, nsPerPacket: 1e300 });
    if (third !== undefined) Object.assign(third, { stage: HOSTILE });
    for (const group of row.groups.slice(0, 2)) group.group = HOSTILE;
  }
  for (const plan of record.stagePlans) {
    plan.path = HOSTILE;
    for (const boundary of plan.boundaries) Object.assign(boundary, { boundary: HOSTILE, reason: HOSTILE });
  }
  for (const comparison of record.comparisons) comparison.name = HOSTILE;
  for (const search of record.searches) {
    search.path = HOSTILE;
    search.params = { variant: HOSTILE, [HOSTILE]: 1 };
    for (const goal of search.goals) Object.assign(goal, { reason: HOSTILE, regular: false });
    const [first] = search.goals;
    if (first !== undefined) first.name = HOSTILE;
  }
  record.warnings = [{ code: HOSTILE, message: HOSTILE, about: HOSTILE, hint: HOSTILE }];
  return record;
}
