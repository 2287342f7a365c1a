import type { Table } from '../reports/tables/table.js';
import type { Goal } from './goals.js';

/** What one part of the benchmark has to show. */
export interface Section {
  tables: Table[];
  goals: Goal[];
  /** Every single measurement, for `--json`. */
  data: unknown;
}

/** Tells the user what is being measured. */
export type Tell = (text: string) => void;
