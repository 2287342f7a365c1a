import type { Subject } from './figures.js';

/** Names a row among all: "table1 | libpcap frameBytes=64 … | copy"; what --filter looks in. */
export function rowKey({
  experiment,
  column,
  cell,
  name,
}: Pick<Subject, 'experiment' | 'column' | 'cell' | 'name'>): string {
  return [experiment, ...(column === null ? [] : [column]), cell, name].join(' | ');
}
