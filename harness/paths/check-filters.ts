import { describeError, usageError } from '../errors.js';
import type { PathSpec } from '../executor/contract.js';
import type { Executor } from '../executor/executor.js';

/**
 * Whether libpcap compiles the filters of all these paths, each one once, before anything is made for them.
 * @throws PktpathError (usage) with libpcap's words; (failed) when the measuring process does not answer
 */
export async function checkFilters(executor: Executor, paths: readonly PathSpec[]): Promise<void> {
  const filters = new Map<string, [string, number]>();
  for (const path of paths) {
    if (!('filter' in path) || path.filter === null) continue;
    filters.set(`${String(path.snaplen)} ${path.filter}`, [path.filter, path.snaplen]);
  }
  for (const [filter, snaplen] of filters.values()) {
    try {
      await executor.checkFilter(filter, snaplen);
    } catch (error) {
      await executor.versions(); // a process that has ended refuses nothing
      throw usageError(describeError(error), 'how a filter is written: pcap-filter(7)');
    }
  }
}
