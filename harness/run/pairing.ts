import { usageError } from '../errors.js';
import type { PairedRun } from '../../reports/record.js';
import { cellKey } from './experiment.js';
import type { Cell } from './experiment.js';
import { splitSetting } from './options.js';

/** What an arm's words set of the machine, and not of the experiment. */
export const machineKeys = ['kernel', 'boot', 'cpu-model'] as const;

/** What the two arms of a pair may differ in: every key that the words of either name. */
export function differingKeys({ a, b }: PairedRun['settings']): ReadonlySet<string> {
  return new Set([...a, ...b].map((word) => splitSetting(word).key));
}

/** What is left of a cell's key without what the arms differ in: partners have the same. */
export function partnerKey(
  { path, params }: { path: string; params: Cell['params'] },
  keys: ReadonlySet<string>,
): string {
  const same = Object.entries(params).filter(([name]) => !keys.has(name));
  return cellKey(keys.has('paths') || keys.has('path') ? '' : path, Object.fromEntries(same));
}

/**
 * The cells of the second in the order of their partners among the first.
 * @throws PktpathError (usage) where one has no partner, or cannot be told which
 */
export function partnersOf(first: readonly Cell[], second: readonly Cell[], keys: ReadonlySet<string>): Cell[] {
  const byKey = (cells: readonly Cell[]): Map<string, Cell> => {
    const map = new Map<string, Cell>();
    for (const cell of cells) {
      const key = keyOf(cell, keys);
      const other = map.get(key);
      if (other !== undefined) throw notPaired(`one arm has both ${other.key} and ${cell.key}`, keys);
      map.set(key, cell);
    }
    return map;
  };
  const [own, others] = [byKey(first), byKey(second)];
  const alone = [...second].find((cell) => !own.has(keyOf(cell, keys)));
  if (alone !== undefined) throw notPaired(`only --b has ${alone.key}`, keys);
  return first.map((cell) => {
    const partner = others.get(keyOf(cell, keys));
    if (partner === undefined) throw notPaired(`only --a has ${cell.key}`, keys);
    return partner;
  });
}

function keyOf({ path: { name }, params }: Cell, keys: ReadonlySet<string>): string {
  return partnerKey({ path: name, params }, keys);
}

function notPaired(what: string, keys: ReadonlySet<string>): Error {
  return usageError(
    `the cells of --a and --b cannot be paired by leaving out ${[...keys].join(', ')}: ${what}`,
    'give each arm one value of what it differs in, and the rest to both with --set',
  );
}
