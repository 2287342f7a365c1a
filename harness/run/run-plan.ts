import { usageError } from '../errors.js';
import type { Card } from '../lab/cards.js';
import { withWork } from '../paths/path-spec.js';
import { maxSeed } from '../statistics/random.js';
import type { Isolation, TestbedOptions } from '../testbed/testbed.js';
import { chooseCpus } from './common-parameters.js';
import type { CapacityPlan } from './capacity.js';
import type { Cell, CommonParameters, ComparisonPlan, Experiment, SearchPlan } from './experiment.js';
import { resolveOptions } from './options.js';
import type { OptionsOf, OptionValue } from './parameter.js';
import { shareOf } from './sharding.js';
import type { Share } from './sharding.js';

/** What the user asked of one experiment. */
export interface RunRequest {
  settings: readonly string[];
  quick: boolean;
  /** Null: the experiment's own number. */
  rounds: number | null;
  durationSeconds: number | null;
  /** The guest that it runs in; null: this machine. */
  guest?: GuestPlace | null;
  /** What of it is measured; all where nobody says. Shards have one seed where none is given. */
  shard?: Share;
  /** Measure unprobed totals with a soaker, see soaked-trials.ts. */
  soaked?: boolean;
}

/** What of a guest of the lab decides how a run is made. */
export interface GuestPlace {
  card: Card;
  /** Instructions are counted, not time. */
  exact: boolean;
}

/** How much may be asked for. A shorter trial has too few packets for a stage that is not met by each of them. */
export const limits = { rounds: { min: 1, max: 1000 }, durationSeconds: { min: 0.05, max: 60 } } as const;

/** A run with everything decided, before anything is touched. */
export interface RunPlan {
  experiment: Experiment;
  /** Every option with its value, as the record keeps them. */
  options: Record<string, OptionValue>;
  quick: boolean;
  seed: number;
  rounds: number;
  durationSeconds: number;
  cells: Cell[];
  comparisons: ComparisonPlan[];
  searches: SearchPlan[];
  /** What is to be found before the rounds, since loads are multiples of it. */
  capacity: CapacityPlan | null;
  testbed: Omit<TestbedOptions, 'runId'>;
  /** Null: this machine. */
  guest: GuestPlace | null;
  /** CPUs that this process may run on. */
  allowedCpus: readonly number[];
  /** It is a shard's part, with the keys of all cells of the whole; see sharding.ts. */
  shard?: { index: number; of: number; cells: string[] };
  /** Unprobed totals are measured with a soaker, after the rounds. */
  soaked?: boolean;
}

/** Ethernet's payload, and the MTU of both ends: a frame of 1514 bytes less its header. */
const mtu = 1500;

/**
 * Decides everything about a run.
 * @param allowedCpus the CPUs that this process may run on
 * @throws PktpathError (usage) for bad options; (not possible) when this machine has too few CPUs
 */
export function planRun(experiment: Experiment, request: RunRequest, allowedCpus: readonly number[]): RunPlan {
  const { quick, guest = null } = request;
  const asked = resolveOptions(experiment.name, experiment.parameters, request.settings, {
    quick,
    guest: guest !== null,
  });
  const given = guest === null ? asked : inGuest(asked, guest);
  const rounds =
    request.rounds ?? (guest?.exact === true ? exactBoots : quick ? experiment.rounds.quick : experiment.rounds.full);
  const durationSeconds = request.durationSeconds ?? durationOf(experiment, request);
  const worked = <C extends { cell: Cell }>(each: C): C => ({ ...each, cell: withWorkOf(given, each.cell) });
  const capacity = experiment.capacity?.(given) ?? null;
  const cells = cellsOf(experiment, given, durationSeconds, guest);
  if (cells.length === 0) {
    throw usageError(
      `${experiment.name} has no trial for a guest with these options: nothing paced with a reader that sleeps`,
      'sender and receiver share the guest’s only CPU, so a saturated rate tells nothing',
    );
  }
  const cpus =
    guest === null
      ? chooseCpus({ receiverCpu: given.receiverCpu, senderCpu: given.senderCpu }, allowedCpus)
      : { receiverCpu: guestCpu, senderCpu: guestCpu };
  const isSeedFixed = guest?.exact === true || request.shard !== undefined;
  const seed = given.seed ?? (isSeedFixed ? fixedSeed : Math.floor(Math.random() * (maxSeed + 1)));
  const whole: RunPlan = {
    experiment,
    options: { ...said(experiment, given), ...cpus, seed, durationSeconds },
    quick,
    seed,
    rounds,
    durationSeconds,
    cells,
    comparisons: experiment.comparisons(cells),
    capacity: capacity && worked(capacity),
    searches: guest === null ? (experiment.searches?.(given, quick) ?? []).map(worked) : [],
    testbed: { isolation: given.isolation, ...cpus, mtu, ...(guest === null ? {} : { sharedCpu: true }) },
    guest,
    allowedCpus: guest === null ? allowedCpus : [guestCpu],
    soaked: request.soaked ?? false,
  };
  return request.shard === undefined ? whole : shareOf(whole, request.shard);
}

function cellsOf(
  experiment: Experiment,
  options: OptionsOf<CommonParameters>,
  durationSeconds: number,
  guest: GuestPlace | null,
): Cell[] {
  const cells = experiment.cells(options, durationSeconds).filter((cell) => guest === null || isSteady(cell));
  return cells.map((cell) => withWorkOf(options, cell));
}

/** Every experiment's readers can be given more to do. A record's options name it only where they are. */
function withWorkOf({ workNs = 0 }: { workNs?: number }, cell: Cell): Cell {
  return workNs === 0 ? cell : { ...cell, path: withWork(cell.path, workNs) };
}

function said(experiment: Experiment, options: Record<string, OptionValue>): Record<string, OptionValue> {
  const entries = Object.entries(options).filter(([key, value]) => {
    const parameter = experiment.parameters[key];
    return parameter?.unsaid !== true || value !== parameter.default;
  });
  return Object.fromEntries(entries);
}

/** The plan with an option that the run has found out: the same cells, each at its rate. */
export function planAt(plan: RunPlan, option: string, value: number): RunPlan {
  const options = { ...plan.options, [option]: value };
  const { experiment, durationSeconds, guest } = plan;
  const resolved = options as unknown as OptionsOf<CommonParameters>;
  return { ...plan, options, cells: cellsOf(experiment, resolved, durationSeconds, guest), capacity: null };
}

/** Where the receive work of a cell runs. */
export function isolationOf({ reception }: Cell, { testbed }: Pick<RunPlan, 'testbed'>): Isolation {
  return reception?.isolation ?? testbed.isolation;
}

/** Boots of one guest in an exact run: how far they differ is the smallest difference that means anything. */
const exactBoots = 2;

/** How often a guest is booted; round r runs on boot r mod so many. */
export function bootsOf({ exact }: Pick<GuestPlace, 'exact'>): number {
  return exact ? exactBoots : 1;
}

/** Whether a run counts instructions, not time. */
export function isExact({ guest }: Pick<RunPlan, 'guest'>): boolean {
  return guest?.exact ?? false;
}

/**
 * Each exact trial is the same whatever was measured before it; their order is one too, so that records are alike. Of shards
 * it is one for all, so that they are parts of one run.
 */
const fixedSeed = 1;

/** A guest that counts instructions has one CPU. */
const guestCpu = 0;

/** Enough for a thousand frames at the guest's rate of a thousand a second. */
const guestSeconds = 1;

function durationOf(experiment: Experiment, { quick, guest = null }: RunRequest): number {
  if (guest !== null) return guestSeconds;
  return quick ? experiment.durationSeconds.quick : experiment.durationSeconds.full;
}

/** In a guest the card decides where the receive work runs. */
function inGuest<O extends { isolation: Isolation; receiverCpu: number | null; senderCpu: number | null }>(
  options: O,
  { card }: GuestPlace,
): O {
  if (options.receiverCpu !== null || options.senderCpu !== null) {
    throw usageError('--set receiverCpu and senderCpu: the guest has one CPU', 'leave them out');
  }
  return { ...options, isolation: card === 'veth' ? 'inline' : 'interrupt' };
}

/** Paced, and split by stage: what makes sense where sender and receiver share a CPU. */
function isSteady({ unprobedOnly, generator, foreign }: Cell): boolean {
  return unprobedOnly !== true && generator.packetsPerSecond !== null && foreign === undefined;
}
