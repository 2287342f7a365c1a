import type { RunRecord } from '../record.js';
import { grantedTable } from './granted-table.js';
import { planTable } from './plan-table.js';
import { probeCostTable } from './probe-cost-table.js';
import type { Table } from './table.js';

/** What every experiment's report ends with: what the kernel granted, what the probes cost, and where they are. */
export function instrumentTables(record: RunRecord): Table[] {
  return [grantedTable(record), probeCostTable(record), planTable(record)];
}
