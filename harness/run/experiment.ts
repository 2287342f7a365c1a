import type { GeneratorSpec, PathSpec, TrialSpec } from '../executor/contract.js';
import type { Chart } from '../../reports/charts/chart.js';
import type { Claim } from '../../reports/claims/claim.js';
import type { RunRecord } from '../../reports/record.js';
import type { Table } from '../../reports/tables/table.js';
import type { Reception } from '../testbed/testbed.js';
import type { CapacityPlan } from './capacity.js';
import type { commonParameters } from './common-parameters.js';
import type { ForeignSender } from '../generators/foreign-command.js';
import type { SearchPlan as Goals } from '../search/goal.js';
import type { OptionsOf, Parameters } from './parameter.js';

/** One combination of parameters: what is measured, again and again. */
export interface Cell {
  /** Path and parameters, sorted, e.g. "tcp frameBytes=64 packetsPerSecond=50000"; see cellKey. */
  key: string;
  path: PathSpec;
  generator: GeneratorSpec;
  params: Record<string, string | number | boolean | null>;
  /** Measured without probes alone: nothing of it is split by stage. */
  unprobedOnly?: true;
  /** Take delays in the unprobed trials. */
  latency?: boolean;
  /** Another program sends; the trial starts it. */
  foreign?: ForeignSender;
  /** How the receiver's end takes packets in, where not as the testbed came up. */
  reception?: Reception;
  /** The frames are for another host, as on a mirror port: taps and programs see them, and IP turns them away. Not on a card. */
  mirrored?: true;
  /** Why it is not measured with these options, whatever the machine; its row says so. */
  leftOut?: string;
  /** A load that a sender may not reach: where it does not, the row is left out by name, with what it could. */
  mayFallShort?: true;
  /** A TCP bulk transfer for the path to look on at, in place of packets of its own. */
  observed?: NonNullable<TrialSpec['observed']>;
}

/**
 * A saving to work out at the end: 100 · (1 − arm ∕ base) of a metric, within each round. Of the CPU time it is what the
 * arm saves; of an observed transfer's throughput, what the arm that looks on takes from it.
 */
export interface ComparisonPlan {
  name: string;
  /** Keys of cells. */
  base: string;
  arm: string;
  metric: 'cpuNsPerPacket' | 'observedBitsPerSecond';
  articlePercent: number | null;
}

/** A search for the highest rates of a path that meet its goals. */
export interface SearchPlan extends Goals {
  /** Path and generator of its trials, but for rate and duration; its key names the search. */
  cell: Cell;
  /** Key of a cell of the same path: what cannot be measured there is not searched. */
  row: string;
  minPacketsPerSecond: number;
  maxPacketsPerSecond: number;
  /** What sends at a rate for so many seconds. */
  load(packetsPerSecond: number, seconds: number): Pick<Cell, 'generator' | 'foreign'>;
}

/** What every experiment on the veth testbed can be asked. */
export type CommonParameters = typeof commonParameters;

/** An experiment declares its parameters, trials, tables and charts in one place. */
export interface Experiment<P extends Parameters & CommonParameters = Parameters & CommonParameters> {
  name: string;
  title: string;
  parameters: P;
  /** How often each cell is measured, probed and unprobed. */
  rounds: { full: number; quick: number };
  /** Its quick run has unprobed totals of a soaker too, as every full run has. */
  soakedWhenQuick?: true;
  /** How long the generator of one trial sends, in seconds. */
  durationSeconds: { full: number; quick: number };
  /** @throws PktpathError (usage) for options that do not go together */
  cells(options: OptionsOf<P>, durationSeconds: number): Cell[];
  comparisons(cells: readonly Cell[]): ComparisonPlan[];
  /** What is to be found first, since the cells' loads are multiples of it; null: the options have it. */
  capacity?(options: OptionsOf<P>): CapacityPlan | null;
  /** Searches, run after the rounds. */
  searches?(options: OptionsOf<P>, quick: boolean): SearchPlan[];
  /** Every table of the report. */
  tables(record: RunRecord): Table[];
  /** Those that a terminal shows. */
  terminalTables(record: RunRecord): Table[];
  charts(record: RunRecord): Chart[];
  /** What the record says of the article's claims that the experiment is about. */
  claims?(record: RunRecord): Claim[];
}

/** The key of a cell: the path, then its parameters in the order of their names; null is printed as `unpaced`. */
export function cellKey(path: string, params: Cell['params']): string {
  const words = Object.entries(params)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value === null ? 'unpaced' : String(value)}`);
  return [path, ...words].join(' ');
}
