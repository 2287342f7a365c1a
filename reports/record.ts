import { z } from 'zod';

/**
 * The record: everything that a run leaves, in one JSON document. Tables and charts are drawn from it alone, with no
 * root and no kernel. `run.schema.json` beside this file is generated from these types (`npm run schema`).
 *
 * Names carry their unit. An interval is [low, high] at 95 % unless a field says otherwise.
 */
export const RECORD_VERSION = 3;

const count = z.number().int().nonnegative();
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const bag = z.record(z.string(), scalar);

/** A median with its interval over n trials; low and high are null when n is too small for the level. */
export const Estimate = z.object({
  median: z.number(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  n: count,
});

export const Metric = z.object({
  name: z.string(),
  unit: z.string(),
  /** Which way is better; null when neither is. */
  better: z.enum(['lower', 'higher']).nullable(),
  /** `exact` metrics repeat to the digit; `noisy` ones get an interval. */
  kind: z.enum(['exact', 'noisy']),
});

export const Warning = z.object({
  /** Stable word for programs, e.g. 'steal', 'lateness', 'probe-cost', 'interval-open'. */
  code: z.string(),
  message: z.string(),
  /** The cell, stage or setting it is about. */
  about: z.string().nullable(),
  /** What to try next. */
  hint: z.string().nullable(),
});

/** A boundary of the stage plan on this kernel, for one path. */
export const BoundaryPlan = z.object({
  /** e.g. copy:enter */
  boundary: z.string(),
  /** The stage that begins here; null for a boundary that only ends one. */
  stage: z.string().nullable(),
  /** How it is realised; null when it is not. */
  tier: z.enum(['function', 'kprobe', 'tracepoint', 'user-mark', 'emulator']).nullable(),
  /** e.g. skb:skb_copy_datagram_iovec */
  targets: z.array(z.string()),
  /** BPF program names behind it. */
  programs: z.array(z.string()),
  /** Why it has no hook, and what it is merged into; null when realised. */
  reason: z.string().nullable(),
  /** Every candidate that was tried before, with the reason it failed. */
  rejected: z.array(z.object({ target: z.string(), reason: z.string() })),
});

export const StagePlan = z.object({
  path: z.string(),
  object: z.string(),
  boundaries: z.array(BoundaryPlan),
});

export const Environment = z.object({
  /** e.g. 6.18.44 */
  kernelRelease: z.string(),
  kernelVersion: z.string(),
  /** SHA-256 of the running kernel's config, null when it cannot be read. */
  kernelConfigDigest: z.string().nullable(),
  commandLine: z.string(),
  /** /sys/devices/system/cpu/vulnerabilities */
  mitigations: z.record(z.string(), z.string()),
  hz: z.number().nullable(),
  preemption: z.string().nullable(),
  cpuModel: z.string(),
  cpus: count,
  allowedCpus: z.array(count),
  governor: z.string().nullable(),
  hypervisor: z.string().nullable(),
  clockSource: z.string().nullable(),
  sysctls: z.record(z.string(), z.string()),
  software: z.record(z.string(), z.string()),
  memoryBytes: count,
  /** Load average over one minute, before and after. */
  load: z.object({ before: z.number(), after: z.number().nullable() }),
  /** Share of the machine's CPU time that the hypervisor took, over the run. */
  stealPercent: z.number().nullable(),
});

/** What the testbed was, as read back from the kernel. */
export const Testbed = z.object({
  kind: z.enum(['veth', 'lab']),
  isolation: z.enum(['inline', 'rps', 'napi-softirq', 'napi-thread', 'interrupt']),
  receiverCpu: count,
  senderCpu: count,
  mtu: count,
  /** The lab's: i82557c, e1000, virtio-net, veth; null on this machine. */
  card: z.string().nullable(),
  /** Interrupt of each end's card. */
  interrupts: bag,
  /** Interface features by ethtool, `on`/`off`, of each end, as found and as set. */
  features: z.object({
    receiver: z.object({ before: bag, after: bag }),
    sender: z.object({ before: bag, after: bag }),
  }),
  /** Sysctls set inside the namespaces. */
  sysctls: bag,
  addresses: bag,
  /** Nice values, scheduling classes, pinned threads. */
  priorities: bag,
});

export const ProbeCost = z.object({ low: z.number(), median: z.number(), high: z.number() });

/** How the program of a hit was attached. */
export const Way = z.enum(['tracepoint', 'fentry', 'fexit', 'kprobe', 'kretprobe']);

export const Calibration = z.object({
  at: z.string(),
  cpu: count,
  object: z.string(),
  /** The tracepoint that the null boundaries hung on. */
  trigger: z.string(),
  hitsPerBatch: count,
  batches: count,
  base: ProbeCost,
  empty: ProbeCost,
  floor: ProbeCost,
  edge: ProbeCost,
  /** A second boundary on the same tracepoint, over the first alone; a record may come from before it was measured. */
  again: ProbeCost.optional(),
  pass: ProbeCost,
  mark: ProbeCost,
  /** What the two marks of a call add to the time in user space, and to the call; null in a record of version 1 or 2. */
  marks: z.object({ user: ProbeCost, call: ProbeCost }).nullable(),
  /**
   * By the way of attaching: what a hit adds to the stage that it leaves and to the one that it enters, and a pass. In an
   * exact run only what lies outside the program's own two clock reads. Empty in a record of version 1 or 2.
   */
  ways: z.array(z.object({ way: Way, before: ProbeCost, after: ProbeCost, pass: ProbeCost })),
});

export const Ledger = z.object({
  unit: z.enum(['packets', 'bytes']),
  sent: count,
  delivered: count,
  /** By layer: 'veth-ring', 'softnet-backlog', 'socket', … */
  drops: z.record(z.string(), count),
  /** sent − delivered − drops; anything but 0 makes the trial invalid. */
  unexplained: z.number().int(),
});

export const Histogram = z.object({ lowerBounds: z.array(z.number()), counts: z.array(count) });

const Hits = z.object({ entries: count, exits: count, passes: count });

/** In an exact run the clock counts instructions: then `instructions` is there, else `ns`. */
export const StateTime = z.object({
  layer: z.enum(['task', 'softirq', 'hardirq']),
  owner: z.enum(['idle', 'other', 'sender', 'sender-napi', 'receiver', 'receiver-napi']),
  stage: z.string(),
  ns: z.number().optional(),
  instructions: z.number().optional(),
  entries: count,
  exits: count,
  passes: count,
  /** The same hits by the way that their programs were attached; empty in a record of version 1 or 2: all tracepoints. */
  ways: z.partialRecord(Way, Hits),
});

export const TrialProbes = z.object({
  attachNs: z.number(),
  cpus: z.array(
    z.object({
      cpu: count,
      elapsedNs: z.number(),
      statesNs: z.number(),
      states: z.array(StateTime),
      losses: z.object({
        recursionMisses: count,
        unpairedEdges: count,
        lostSwitches: count,
        hiddenSwitches: count,
        negativeDeltas: count,
        failedUpdates: count,
      }),
    }),
  ),
  boundaries: z.array(z.object({ program: z.string(), packets: count, bytes: z.number() })),
  /** How many instructions each visit of a stage took; null unless the run is exact. */
  visits: z.array(z.object({ stage: z.string(), histogram: Histogram })).nullable(),
});

/** What the emulator counted in an unprobed trial of an exact run, without touching the guest. */
export const EmulatorAccount = z.object({
  /** Of the whole guest, in the window. */
  instructions: count,
  /** As many of them as were charged, to the receive path or not; the rest was under way at the end. */
  charged: count,
  /** The receive path's. */
  stages: z.array(
    z.object({
      stage: z.string(),
      context: z.enum(['hardirq', 'softirq', 'system-call', 'user']),
      instructions: count,
      loads: count,
      stores: count,
      deviceAccesses: count,
      l1Misses: count,
      l2Misses: count,
      /** Repeats of string instructions, each of which counts as an instruction: `rep movsb`, one a byte. */
      repIterations: count,
      entries: count,
    }),
  ),
  functions: z.array(z.object({ name: z.string(), calls: count })),
  /** Interrupts and polls by the device that they looked at (a page of its data), and which of them receives. */
  devices: z.array(
    z.object({ kind: z.enum(['interrupt', 'poll']), key: z.string(), receives: z.boolean(), instructions: count }),
  ),
  /** Functions whose end was not seen, or the other way round. */
  unpaired: count,
  overflows: count,
  problems: z.array(z.string()),
});

/** As often as the kernel itself has counted it; null: there is no such thing. */
export const Triggers = z.object({
  /** NET_RX on the receiver's CPU, whosever packets they were for. */
  receiverSoftirqs: count,
  /** On the sender's; null where both are one. */
  senderSoftirqs: count.nullable(),
  /** Of the receiver's NAPI thread. */
  napiWakeups: count.nullable(),
  /** Of the receiver's card. */
  interrupts: count.nullable(),
});

export const FrequencyChange = z.object({ cpu: count, beforeMhz: z.number(), afterMhz: z.number() });

/** One timed measurement of one cell, raw, in the order in which it ran. */
export const Trial = z.object({
  index: count,
  round: count,
  /** Key of the cell, as in the summary. */
  cell: z.string(),
  probed: z.boolean(),
  /**
   * `search`: a step of the search for a loss-free rate, of no other figure. `soak`: for the unprobed total; `soak-twice`:
   * the same with each boundary hit twice. Theirs are no other figures either.
   */
  purpose: z.enum(['measure', 'search', 'soak', 'soak-twice']),
  startedAt: z.string(),
  windowNs: z.number(),
  /** Invalid trials stay in the record and out of the summary. */
  valid: z.boolean(),
  invalidReasons: z.array(z.string()),
  generator: z.object({
    sent: count,
    bytes: count,
    refused: z.record(z.string(), count),
    elapsedNs: z.number(),
    offeredPacketsPerSecond: z.number().nullable(),
    achievedPacketsPerSecond: z.number(),
    lateness: Histogram,
    latenessP50Ns: z.number().nullable(),
    latenessP99Ns: z.number().nullable(),
    latenessMaxNs: z.number(),
    threadCpuNs: z.number(),
  }),
  reader: z.object({
    packets: count,
    bytes: count,
    calls: count,
    /** Null where the library makes them. */
    systemCalls: count.nullable(),
    /** Null in a record of version 1. */
    copiedBytes: count.nullable(),
    /** Packets that each call brought. */
    batches: Histogram,
    /** ns from the send time to the reader's hand; null where it was not taken. */
    latency: Histogram.nullable(),
    latencyMaxNs: z.number(),
    protocols: z.record(z.string(), count),
    sequence: z.object({ missing: count, duplicated: count, reordered: count, corrupt: count }),
    threadCpuNs: z.number(),
    voluntarySwitches: count,
    involuntarySwitches: count,
    granted: bag,
    /** By layer, as the path's own counters have them. */
    drops: z.record(z.string(), count),
    filtered: count,
  }),
  /** Frames that the receiver's interface counted: the denominator of every figure per packet. */
  wirePackets: count,
  napiCpuNs: z.number().nullable(),
  senderNapiCpuNs: z.number().nullable(),
  ledger: Ledger,
  /** Differences of the kernel's own counters over the trial: interface, softnet, /proc/net/snmp. */
  counters: z.record(z.string(), z.number()),
  stealPercent: z.number().nullable(),
  /** Of the receiver's and the sender's CPU before and after; left out where the machine does not tell. */
  frequencies: z.array(FrequencyChange).optional(),
  /** By the path's task `flows`: how many it told apart, and what they sum to. */
  flows: z.object({ flows: count, packets: count, bytes: count, untracked: count }).optional(),
  /** What set the kernel's receive work going in the window; a record may come from before it was counted. */
  triggers: Triggers.optional(),
  /**
   * What the receive path took from a thread that keeps the receiver's CPU for slots and then gives way, and what giving
   * way takes on the idle CPU; where the trial had one.
   */
  soaking: z.object({ windowNs: count, offers: count, takenNs: count, idleOfferNs: count }).optional(),
  /** Payload bytes that an observed TCP transfer brought; null where none was observed. */
  observedBytes: count.nullable(),
  probes: TrialProbes.nullable(),
  /** Which boot of the guest it ran on; null on this machine. */
  boot: count.nullable(),
  emulator: EmulatorAccount.nullable(),
});

/** The emulator's figures of a stage, for each packet. */
const EmulatorFigures = z.object({
  instructionsPerPacket: z.number(),
  loadsPerPacket: z.number(),
  storesPerPacket: z.number(),
  deviceAccessesPerPacket: z.number(),
  l1MissesPerPacket: z.number(),
  l2MissesPerPacket: z.number(),
  repIterationsPerPacket: z.number(),
});

/** By how much a figure of an exact run moves when nothing was changed, percent of it. See harness/run/floors.ts. */
const Floors = z.object({
  /** The A/A floor: how far the medians of the boots lie apart, at most; null for one boot. */
  bootDifferencePercent: z.number().nullable(),
  /** How far the trials of one boot lie apart, at most; null when no boot has two. */
  repeatabilityPercent: z.number().nullable(),
});

/** A stage of one row. Intervals are of the corrected figure, or of the raw one when there is no corrected figure. */
const StageBase = z.object({
  stage: z.string(),
  /** Name to print, with what is merged into it: "net-rx (with packet-tap)". */
  label: z.string(),
  /** Where the article counted it: interrupt, softirq, copy, system-call; null: it did not. */
  articleGroup: z.enum(['interrupt', 'softirq', 'copy', 'system-call']).nullable(),
  belowProbeCost: z.boolean(),
  /** Of the row's corrected total; null when below probe cost. */
  sharePercent: z.number().nullable(),
  shareLow: z.number().nullable(),
  shareHigh: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  eventsPerPacket: z.number(),
  tier: z.string().nullable(),
  targets: z.array(z.string()),
});

export const TimedStage = StageBase.extend({
  nsPerPacket: z.number(),
  correctionNsPerPacket: z.number(),
  /** Null when below probe cost. */
  correctedNsPerPacket: z.number().nullable(),
});

/** Of an exact run. */
export const CountedStage = StageBase.extend({
  instructionsPerPacket: z.number(),
  correctionInstructionsPerPacket: z.number(),
  correctedInstructionsPerPacket: z.number().nullable(),
  /** What the emulator counted in the unprobed trials; null where it has no such stage. */
  emulator: EmulatorFigures.nullable(),
  /** Length of a visit, median over all of them, with what of the probes remains in it; null where none was counted. */
  visitInstructions: z.number().nullable(),
  /** Lengths that its visits have, where there is more than one; what is rarer is left out. */
  modes: z
    .array(
      z.object({
        /** Of the shortest and the longest bin. */
        from: z.number(),
        to: z.number(),
        /** The median. Bins are 1/32 of a length wide, so it is known to half of that. */
        instructions: z.number(),
        /** Of the visits, 0 to 1. */
        share: z.number(),
        /** Visits of this length for each packet; where it is no whole number, not every packet has it. */
        perPacket: z.number(),
      }),
    )
    .nullable(),
  ...Floors.shape,
});
export const StageRow = z.union([TimedStage, CountedStage]);

/** Stages added up: as the article did (`article`) or by the context that ran them (`context`). */
const GroupBase = z.object({
  grouping: z.enum(['article', 'context']),
  /** article: interrupt, softirq, copy, system-call, not-in-article; context: hardirq, softirq, napi-thread, system-call, user */
  group: z.string(),
  sharePercent: z.number(),
  shareLow: z.number().nullable(),
  shareHigh: z.number().nullable(),
  /** The article's own figure, where it gives one. */
  articlePercent: z.number().nullable(),
});
export const TimedGroup = GroupBase.extend({ nsPerPacket: z.number(), correctedNsPerPacket: z.number() });
export const GroupRow = z.union([
  TimedGroup,
  GroupBase.extend({ instructionsPerPacket: z.number(), correctedInstructionsPerPacket: z.number() }),
]);

/** Both totals with a soaker on the receiver's CPU, which packets find busy and wait in slots: comparable with each other alone. */
export const SoakedTotals = z.object({
  /** By the accounting, probes taken out, with what is outside of the boundaries. */
  correctedNsPerPacket: z.number(),
  /** Of it what is in no stage: the ends of the switches between soaker and receive path. */
  outsideNsPerPacket: z.number(),
  unprobedNsPerPacket: Estimate,
  /** Corrected ∕ unprobed, within rounds. */
  ratio: Estimate,
});

/** From soaked trials with each boundary hit once and twice. */
export const ProbeCostInPlace = z.object({
  /** Cost of a hit in place over the calibrated one: median and quartiles over the rounds of all cells of the run. */
  factor: Estimate,
  /** Of this cell; empty where it had no such trials. */
  stages: z.array(
    z.object({
      stage: z.string(),
      /** Raw, with each boundary hit once and twice. */
      nsPerPacket: z.number(),
      twiceNsPerPacket: z.number(),
      /** By the calibration: of the first hits, and of the second ones. */
      correctionNsPerPacket: z.number(),
      secondHitsNsPerPacket: z.number(),
    }),
  ),
});

const ClosureBase = z.object({
  /** Sum of states over elapsed time; the worst CPU of the worst accepted trial. */
  statesOverElapsed: z.number(),
  /** Share of the row's time that belongs to no stage. */
  unattributedPercent: z.number(),
  /** The same work in the unprobed trials, by `unprobedSource`; null when nothing unprobed can tell. */
  unprobedSource: z.string().nullable(),
});
export const Closure = z.union([
  ClosureBase.extend({
    probedNsPerPacket: z.number(),
    correctedNsPerPacket: z.number(),
    unprobedNsPerPacket: z.number().nullable(),
    /** By the soaked trials; a record may come from before there were any. */
    soaked: SoakedTotals.optional(),
    /** What a hit cost where it is; left out where it was not measured, and the calibrated cost was taken out. */
    probeCost: ProbeCostInPlace.optional(),
  }),
  ClosureBase.extend({
    probedInstructionsPerPacket: z.number(),
    correctedInstructionsPerPacket: z.number(),
    unprobedInstructionsPerPacket: z.number().nullable(),
    /** What the probes took between their own clock reads, in no stage. */
    probeInstructionsPerPacket: z.number(),
    ...Floors.shape,
  }),
]);

export const SummaryRow = z.object({
  /** Key of the cell: path and parameters, sorted, e.g. "tcp frameBytes=64 packetsPerSecond=50000". */
  cell: z.string(),
  path: z.string(),
  params: bag,
  status: z.enum(['measured', 'skipped']),
  reason: z.string().nullable(),
  metrics: z.record(z.string(), Estimate),
  stages: z.array(StageRow),
  groups: z.array(GroupRow),
  closure: Closure.nullable(),
  ledger: Ledger.nullable(),
  /** Of all valid unprobed trials, added up; null where none was taken. */
  distributions: z.object({
    /** From the generator's send time to the reader's hand, ns. */
    latencyNs: Histogram.nullable(),
    /** Packets that each call, block or look at a ring brought. */
    batch: Histogram.nullable(),
  }),
  /** What the kernel granted, read back; of the last valid trial. */
  granted: bag,
  /** Probed trials that counted, unprobed that counted, and all that were thrown out. */
  trials: z.object({ probed: count, unprobed: count, invalid: count }),
  /**
   * By how much a noisy figure moves although nothing was changed, and what two runs like this one tell apart, percent: of
   * 'total', a stage, a metric. See harness/statistics/noise-floor.ts. Absent in exact rows and where it was not taken.
   */
  noiseFloors: z
    .array(z.object({ figure: z.string(), movesPercent: z.number(), resolvesPercent: z.number().nullable() }))
    .optional(),
});

/** What one arm saves against another, ratio taken within each round. */
export const Comparison = z.object({
  name: z.string(),
  /** Keys of the cells. */
  base: z.string(),
  arm: z.string(),
  metric: z.string(),
  /** 100 · (1 − arm ∕ base): positive when the arm is cheaper. */
  savingPercent: Estimate,
  /** The article's figure, where it gives one. */
  articlePercent: z.number().nullable(),
});

/** A load and what was lost at it. */
export const SearchBound = z.object({
  packetsPerSecond: z.number(),
  /** Of all packets sent at this load, over all its trials. */
  lossRatio: z.number(),
  /** How long trials at this load sent in all. */
  seconds: z.number(),
});

/** The answer to one goal: the highest load that meets it, between two bounds (MLRsearch's words). */
export const SearchGoal = z.object({
  /** NDR: no drop; PDR: a given loss. */
  name: z.string(),
  lossRatio: z.number(),
  exceedRatio: z.number(),
  /** Upper over lower bound less 1, at most. */
  width: z.number(),
  finalTrialSeconds: z.number(),
  durationSumSeconds: z.number(),
  lower: SearchBound.nullable(),
  upper: SearchBound.nullable(),
  /** Both bounds are there, as close as the width asks. */
  regular: z.boolean(),
  /** Why it is irregular: which bound is missing, and why. */
  reason: z.string().nullable(),
});

export const Search = z.object({
  /** Key of the cell whose path was searched. */
  cell: z.string(),
  path: z.string(),
  params: bag,
  status: z.enum(['measured', 'skipped']),
  reason: z.string().nullable(),
  minPacketsPerSecond: z.number(),
  maxPacketsPerSecond: z.number(),
  trials: count,
  goals: z.array(SearchGoal),
});

/** What ran the kernel that was measured. */
export const Machine = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('host') }),
  z.object({
    kind: z.literal('guest'),
    kernel: z.object({
      /** As it was asked for. */
      name: z.string(),
      package: z.string().nullable(),
      packageVersion: z.string().nullable(),
      release: z.string(),
      /** sha256 of vmlinux. */
      digest: z.string(),
    }),
    bootArguments: z.string(),
    accelerator: z.enum(['tcg', 'kvm']),
    cpuModel: z.string(),
    memoryMiB: count,
    qemuVersion: z.string(),
    card: z.string(),
    /** The guest was booted so many times; round r ran on boot r mod boots. */
    boots: count,
    host: z.object({
      kernelRelease: z.string(),
      cpuModel: z.string(),
      loadBefore: z.number(),
      loadAfter: z.number(),
      /** Wall-clock seconds that each round took. */
      secondsPerRound: z.array(z.number()),
    }),
  }),
]);

/** What a record says of the runs that it took turns with. */
export const PairedRun = z.object({
  /** The same in all of them. */
  id: z.string(),
  /** `again`: settings of `a` once more, for what this machine makes of no difference. */
  arm: z.enum(['a', 'b', 'again']),
  /** What was set in each of the two besides what both have, in the user's words; empty: nothing. */
  settings: z.object({ a: z.array(z.string()), b: z.array(z.string()) }),
  /** How often the verdicts were looked at, in order to end as soon as they were clear; null where rounds were fixed. */
  looks: z
    .object({
      made: count,
      /** The 5 % of false alarms are shared by so many, made or not. */
      planned: count,
      /** Rounds of each look. */
      rounds: z.array(count),
      /** Why there was no further round; null while it goes on, or when it was stopped. */
      ended: z.enum(['decided', 'max-rounds', 'time-limit']).nullable(),
    })
    .nullable(),
  /** By how much the totals of `again` differed from those of `a` at most, percent, and over how many rows. */
  noiseFloor: z.object({ percent: z.number(), rows: count }).optional(),
});

export const RunRecord = z.object({
  schema: z.literal('pktpath-run'),
  version: z.literal(RECORD_VERSION),
  tool: z.object({ version: z.string(), commit: z.string().nullable() }),
  run: z.object({
    id: z.string(),
    startedAt: z.string(),
    finishedAt: z.string().nullable(),
    /** `partial` until the last cell is written. */
    status: z.enum(['complete', 'partial']),
    /**
     * When the run was gone on with after it had ended too early, and the index of the first trial from then on. Each session
     * has a calibration of its own, in this order behind the first one's; load and steal are the last session's.
     */
    resumed: z.array(z.object({ at: z.string(), firstTrial: count })).optional(),
    /**
     * Of a record that `pktpath merge` has put together: the runs that it is made of, in the order of their trials. Each has
     * calibrations of its own, in this order; `environment` and `machine` are the first one's.
     */
    shards: z
      .array(
        z.object({
          index: z.number().int().positive(),
          id: z.string(),
          startedAt: z.string(),
          finishedAt: z.string().nullable(),
          /** Index of its first trial. */
          firstTrial: count,
          load: Environment.shape.load,
          stealPercent: z.number().nullable(),
          /** The host's, where a guest was measured. */
          hostCpuModel: z.string().nullable(),
        }),
      )
      .optional(),
    /** Of a run that took turns with others, trial by trial (`pktpath ab`). */
    pair: PairedRun.optional(),
  }),
  experiment: z.object({
    name: z.string(),
    title: z.string(),
    /** Every resolved option. */
    options: z.record(z.string(), z.union([scalar, z.array(scalar)])),
    quick: z.boolean(),
    /** Instructions were counted, not time. */
    exact: z.boolean(),
    seed: count,
    rounds: count,
    /** It is one of several parts, to be merged: which, of how many, and the keys of all cells of the whole. */
    shard: z
      .object({ index: z.number().int().positive(), of: z.number().int().positive(), cells: z.array(z.string()) })
      .optional(),
  }),
  machine: Machine,
  /** Of the kernel that was measured: a guest's, where there is one. */
  environment: Environment,
  testbed: Testbed.nullable(),
  stagePlans: z.array(StagePlan),
  calibrations: z.array(Calibration),
  metrics: z.array(Metric),
  trials: z.array(Trial),
  summary: z.array(SummaryRow),
  comparisons: z.array(Comparison),
  searches: z.array(Search),
  warnings: z.array(Warning),
});

export type Estimate = z.infer<typeof Estimate>;
export type SoakedTotals = z.infer<typeof SoakedTotals>;
export type ProbeCostInPlace = z.infer<typeof ProbeCostInPlace>;
export type Metric = z.infer<typeof Metric>;
export type Warning = z.infer<typeof Warning>;
export type BoundaryPlan = z.infer<typeof BoundaryPlan>;
export type StagePlan = z.infer<typeof StagePlan>;
export type Environment = z.infer<typeof Environment>;
export type Testbed = z.infer<typeof Testbed>;
export type ProbeCost = z.infer<typeof ProbeCost>;
export type Calibration = z.infer<typeof Calibration>;
export type FrequencyChange = z.infer<typeof FrequencyChange>;
export type Ledger = z.infer<typeof Ledger>;
export type Histogram = z.infer<typeof Histogram>;
export type StateTime = z.infer<typeof StateTime>;
export type TrialProbes = z.infer<typeof TrialProbes>;
export type Trial = z.infer<typeof Trial>;
export type EmulatorAccount = z.infer<typeof EmulatorAccount>;
export type Machine = z.infer<typeof Machine>;
export type Closure = z.infer<typeof Closure>;
export type Floors = z.infer<typeof Floors>;
export type TimedStage = z.infer<typeof TimedStage>;
export type CountedStage = z.infer<typeof CountedStage>;
export type TimedGroup = z.infer<typeof TimedGroup>;
export type StageRow = z.infer<typeof StageRow>;
export type GroupRow = z.infer<typeof GroupRow>;
export type PairedRun = z.infer<typeof PairedRun>;
export type SummaryRow = z.infer<typeof SummaryRow>;
export type Comparison = z.infer<typeof Comparison>;
export type SearchBound = z.infer<typeof SearchBound>;
export type SearchGoal = z.infer<typeof SearchGoal>;
export type Search = z.infer<typeof Search>;
export type RunRecord = z.infer<typeof RunRecord>;
