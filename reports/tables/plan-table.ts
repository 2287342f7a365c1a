import type { BoundaryPlan, RunRecord } from '../record.js';
import { whole } from './format.js';
import type { Column, Row, Table } from './table.js';

/** Each boundary of the stage plans: the hook that realises it on this kernel, or why it has none; once if paths agree. */
export function planTable(record: RunRecord): Table {
  const merged = new Map<string, { boundary: BoundaryPlan; paths: string[] }>();
  for (const plan of record.stagePlans) {
    for (const boundary of plan.boundaries) {
      const key = JSON.stringify(boundary);
      const entry = merged.get(key) ?? { boundary, paths: [] };
      if (!entry.paths.includes(plan.path)) entry.paths.push(plan.path);
      merged.set(key, entry);
    }
  }
  const all = new Set(record.stagePlans.map((plan) => plan.path)).size;
  const column = (key: string, title: string): Column => ({ key, title, align: 'left', unit: null, format: whole });
  return {
    id: 'stage-plan',
    title: `Stage plan on ${record.environment.kernelRelease}`,
    columns: [
      column('boundary', 'boundary'),
      column('stage', 'begins'),
      column('paths', 'paths'),
      column('tier', 'tier'),
      column('hook', 'hook, or why none'),
      { ...column('rejected', 'tried before'), optional: true },
    ],
    rows: [...merged.values()].map(({ boundary, paths }) =>
      planRow(boundary, paths.length === all ? 'all' : paths.join(', ')),
    ),
    notes: [],
  };
}

function planRow(boundary: BoundaryPlan, paths: string): Row {
  const targets = boundary.targets.join(', ');
  const hook = boundary.reason ?? (targets === '' ? null : targets);
  const rejected = boundary.rejected.map((each) => `${each.target}: ${each.reason}`).join('; ');
  const { stage } = boundary;
  const tier = boundary.tier ?? 'none';
  return { kind: 'body', cells: { boundary: boundary.boundary, stage, paths, tier, hook, rejected } };
}
