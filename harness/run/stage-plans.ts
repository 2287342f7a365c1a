import { runsInDriver, takenInDriver } from '../paths/paths.js';
import type { ResolvedPlan } from '../plan/plan.js';
import { noDrivers } from '../plan/targets.js';
import type { Drivers } from '../plan/targets.js';
import type { StagePlan } from '../../reports/record.js';
import type { Collaborators } from './collaborators.js';
import type { ProbeObject } from './probe-object.js';
import { isolationOf } from './run-plan.js';
import type { RunPlan } from './run-plan.js';

/** The stage plan of each cell, by its key. */
export type CellPlans = ReadonlyMap<string, ResolvedPlan>;

export function planCells(
  { cells, testbed }: Pick<RunPlan, 'cells' | 'testbed'>,
  { stages: object, facts }: ProbeObject,
  resolvePlan: Collaborators['resolvePlan'],
  { drivers = noDrivers, exact = false }: { drivers?: Drivers; exact?: boolean } = {},
): CellPlans {
  return new Map(
    cells.map((cell) => {
      const { key, path } = cell;
      const isolation = isolationOf(cell, { testbed });
      const place = { path: path.name, isolation, inDriver: takenInDriver(path), runsInDriver: runsInDriver(path) };
      return [key, resolvePlan({ ...place, object, facts, drivers, exact })];
    }),
  );
}

/** The plans as the record keeps them, each once. */
export function distinctPlans(plans: ReadonlyMap<string, Pick<ResolvedPlan, 'plan'>>): StagePlan[] {
  const byText = new Map([...plans.values()].map(({ plan }) => [JSON.stringify(plan), plan]));
  return [...byText.values()];
}
