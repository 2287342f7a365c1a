/**
 * What crosses the border between the harness and native/. Plain JSON in both directions: the same messages go to
 * the addon, over the worker's channel, and into the record. Times are nanoseconds of CLOCK_MONOTONIC unless said
 * otherwise; sizes are bytes; counts fit in 2^53.
 */

import type { EmulatorAccount } from '../../reports/record.js';

/**
 * How a reader waits for the next packet:
 * - `sleep`: in its call, or in poll(2), until the kernel wakes it
 * - `spin`: it never sleeps; it asks again at once
 * - `busy-poll`: it drives the device's NAPI from its own call (SO_BUSY_POLL, SO_PREFER_BUSY_POLL)
 * - `irq-suspend`: in epoll_wait, which polls the device and keeps its interrupts off while it finds packets
 */
export type Waiting = 'sleep' | 'spin' | 'busy-poll' | 'irq-suspend';

/** Where an XDP program is attached, and how an AF_XDP socket gets its frames. */
export type XdpMode = 'generic' | 'native';
export type AfXdpMode = 'generic' | 'native-copy' | 'native-zero-copy';

/** What a counting program does with a packet that it has counted. */
export type CountAction = 'drop' | 'pass';

/**
 * What is counted of the packets: by protocol, or also packets and bytes of each IPv4 flow (addresses, ports, protocol).
 * Left out: by protocol.
 */
export type Task = 'count' | 'flows';

/** What every capture path can be asked. */
interface Capture {
  task?: Task;
  /** Bytes of a packet that are captured at most; below `maxSnaplen` the kernel cuts, by the filter's own answer. */
  snaplen: number;
  /** pcap-filter(7) expression, compiled by libpcap; null takes everything. */
  filter: string | null;
}

/**
 * Who runs a sized filter:
 * - `user`: the reader, with libpcap's bpf_filter(), on what it has received
 * - `cbpf`, `ebpf`: the socket's filter, as a classic program (SO_ATTACH_FILTER) and as eBPF (SO_ATTACH_BPF)
 * - `xdp-generic`, `xdp-native`: an XDP program of the interface, which drops what is not wanted
 */
export type FilterPlace = 'user' | 'cbpf' | 'ebpf' | 'xdp-generic' | 'xdp-native';

/**
 * A filter that wants the frames that the generator marked as wanted, and of which every packet runs exactly
 * `instructions` instructions, 3 … 1024: a load, comparisons, the return.
 */
export interface SizedFilter {
  place: FilterPlace;
  instructions: number;
}

/** The roads that take a sized filter: in place of `filter`, and with one worker. */
interface Sizable {
  sizedFilter: SizedFilter | null;
}

interface Ring extends Capture {
  waiting: Waiting;
  /** Readers, each with a socket of its own in one PACKET_FANOUT group (PACKET_FANOUT_LB). */
  workers: number;
  /** PACKET_RX_RING: `blocks` blocks of `blockBytes`, in slots of `frameBytes` (V3: blocks are filled without slots). */
  blockBytes: number;
  blocks: number;
  frameBytes: number;
}

interface PacketSocket extends Capture {
  waiting: Waiting;
  workers: number;
  /** Asked SO_RCVBUF; 0 leaves the kernel's default. */
  receiveBufferBytes: number;
}

/** The roads to the program that native/ can open. */
export type PathSpec = Road & {
  /**
   * What the program does with each packet besides, as the time that it takes on a CPU that nobody disturbs, ns. Left out:
   * nothing. Programs that count in the kernel cannot have it.
   */
  workNs?: number;
};

type Road =
  | {
      name: 'tcp';
      /** Size of the buffer given to recv(2). */
      readBytes: number;
      /** Asked SO_RCVBUF; 0 leaves the kernel's own autotuning. */
      receiveBufferBytes: number;
      /** Payload bytes of one message: one segment. */
      messageBytes: number;
      /** Whole pages are mapped in place of copied (TCP_ZEROCOPY_RECEIVE), the rest is received. */
      zeroCopy: boolean;
      waiting: Waiting;
    }
  | { name: 'udp'; receiveBufferBytes: number; waiting: Waiting }
  /** `batch`: messages a recvmmsg(2) call takes at most. */
  | { name: 'udp-recvmmsg'; receiveBufferBytes: number; batch: number; waiting: Waiting }
  | ({ name: 'packet-recvfrom' } & PacketSocket & Sizable)
  | ({ name: 'packet-recvmmsg'; batch: number } & PacketSocket)
  /** SOCK_PACKET, the article's socket type; it knows no PACKET_FANOUT, so one worker. */
  | ({ name: 'sock-packet' } & Omit<PacketSocket, 'workers'> & Sizable)
  | ({ name: 'tpacket-v1' } & Ring)
  | ({ name: 'tpacket-v2' } & Ring)
  /** `blockTimeoutMs`: tp_retire_blk_tov; 0 lets the kernel derive it from the link's speed. */
  | ({ name: 'tpacket-v3'; blockTimeoutMs: number } & Ring & Sizable)
  | ({ name: 'libpcap'; bufferBytes: number; timeoutMs: number; immediate: boolean } & Capture)
  | {
      name: 'af-xdp';
      mode: AfXdpMode;
      /** Chunks of UMEM, and the size of the fill and the receive ring: a power of two. */
      frames: number;
      /** Frames taken from the receive ring at once, at most. */
      batch: number;
      /** XDP_USE_NEED_WAKEUP. */
      needWakeup: boolean;
      waiting: Waiting;
      task?: Task;
      /** BPF object with the program that redirects to the socket. */
      object: string;
    }
  /** Programs that count in the kernel what the other paths' readers count. */
  | { name: 'xdp-count'; mode: XdpMode; action: CountAction; task?: Task; object: string }
  | { name: 'tc-count'; action: CountAction; task?: Task; object: string }
  | { name: 'socket-filter-count'; task?: Task; object: string };

export type PathName = PathSpec['name'];

/** Captures at least this much of everything: libpcap's MAXIMUM_SNAPLEN. */
export const maxSnaplen = 262_144;

/**
 * - `raw`: Ethernet frames of the private EtherType 0x88b5 through an AF_PACKET socket
 * - `udp`: UDP datagrams through the stack
 * - `tcp-message`: one message a deadline on a connected socket with TCP_NODELAY
 * - `tcp-bulk`: the same messages, unpaced, 64 KiB a write
 */
export type TrafficKind = 'raw' | 'udp' | 'tcp-message' | 'tcp-bulk';

/**
 * How frames are handed to the kernel:
 * - `sendto`: one send(2) a packet
 * - `sendmmsg`: `batch` packets a call
 * - `tx-ring`: PACKET_TX_RING, `batch` frames a kick; raw traffic only
 * - `af-xdp`: an AF_XDP socket's transmit ring, copy mode, `batch` frames a kick; raw and udp frames
 * - `live-redirect`: BPF_PROG_RUN with live frames, redirected to the sender's interface
 * - `live-pass`: the same in the receiver's namespace, passed into its stack: no driver, no NAPI, no GRO
 * - `command`: another program sends; it decides what
 */
export type SendMethod = 'sendto' | 'sendmmsg' | 'tx-ring' | 'af-xdp' | 'live-redirect' | 'live-pass' | 'command';

export interface GeneratorSpec {
  traffic: TrafficKind;
  method: SendMethod;
  /** Packets handed over at once; paced by the first of them. 1 for `sendto` and for TCP. */
  batch: number;
  /** Bytes of one frame on the wire without FCS: 64 … 1514. */
  frameBytes: number;
  /** Flows that the frames belong to in turn, by their source ports; UDP by `af-xdp` only. Left out: one. */
  flows?: number;
  /**
   * Of each hundred packets so many are wanted, spread evenly; the others are frames of EtherType 0x88b6. Below 100 for
   * raw frames by `sendto`, `sendmmsg`, `tx-ring` and `af-xdp` only.
   */
  wantedPercent: number;
  /** Bound on packets (messages for TCP). */
  packets: number;
  /** Offered rate, or null for as fast as it goes. */
  packetsPerSecond: number | null;
  /** Until a packet is due: `spin` looks at the clock, `sleep` leaves the CPU to whoever shares it. */
  pacing: 'spin' | 'sleep';
  /** Bound on time: sending stops after this many nanoseconds, finished or not; `command`: from its first packet. */
  maxDurationNs: number;
  /** `live-…`: the BPF object with the program that sends; null for the others. */
  object: string | null;
  /** `command`: program and arguments, run in the sender's namespace, on its CPU; null for the others. */
  command: string[] | null;
}

export interface EndpointSpec {
  /** e.g. /run/netns/pktpath-1234-rx */
  netns: string;
  interface: string;
  interfaceIndex: number;
  /** e.g. 02:70:6b:00:00:01 */
  mac: string;
  /** e.g. 198.18.0.1 */
  address: string;
  cpu: number;
  /** Thread id of the interface's NAPI thread, 0 when it has none. */
  napiTid: number;
  /** Interrupt line of the interface's card, as in /proc/interrupts; 0 when it has none. */
  irq: number;
}

/** Which boundaries to attach: names of programs in the BPF object, chosen by the stage plan. */
export interface ProbeSpec {
  /** Path of the BPF object. */
  object: string;
  programs: string[];
  /** Kernel function of each program that is on one, by program: it depends on the device and the kernel. */
  targets: Record<string, string>;
  /** Take the receiver's user-space marks around its receive calls. */
  marks: boolean;
  /**
   * The stage that NET_RX and a NAPI thread are in where no other boundary claims them: net-rx-action where the driver's
   * poll has boundaries of its own, otherwise driver-rx where the device has NAPI, net-rx where the backlog serves it.
   */
  pollStage: 'driver-rx' | 'net-rx' | 'net-rx-action';
  /** The stage that the wake-up returns to where it has an end of its own: whoever called sock_def_readable. */
  wokenStage: 'packet-tap' | 'ip-tcp' | 'net-rx';
  /** The stage that the copy to user memory returns to. */
  copiedStage: 'recvmsg' | 'syscall-return';
  /** The programs account for their own time, as stage `probe`; for guests whose clock counts instructions. */
  exact: boolean;
}

export interface TrialSpec {
  path: PathSpec;
  generator: GeneratorSpec;
  receiver: EndpointSpec;
  sender: EndpointSpec;
  port: number;
  probes: ProbeSpec | null;
  /** Packets sent and drained before the window opens. */
  warmupPackets: number;
  warmupPacketsPerSecond: number;
  /** How long the reader may make no progress, after the last send, before what is missing counts as lost. */
  drainNs: number;
  /** Nice value of the receiver's and the sender's thread. */
  nice: number;
  /** The CPU of each of the path's workers; the first is the receiver's. */
  workerCpus: number[];
  /** Take each packet's delay from its send time to the reader's hand. */
  latency: boolean;
  /**
   * A TCP bulk transfer between the two ends, for the path to look on at: what the path does to the traffic's own
   * throughput. The generator is its sender then; null: the generator's packets are the path's own.
   */
  observed: { readBytes: number; receiveBufferBytes: number; messageBytes: number } | null;
  /**
   * Tell an emulator that watches, by system calls that change nothing: the reader's thread calls getpgrp(2) before it
   * reads; whoever opens the window calls getsid(0) then, and getpgid(0) when it is closed.
   */
  emulator: boolean;
  /** A soaker takes what the receive path leaves of the receiver's CPU, see `Soaking`; the path's threads get real-time priorities. */
  soak: boolean;
}

/** Log-linear histogram: bin b covers [lowerBounds[b], lowerBounds[b+1]) ns; only filled bins are listed. */
export interface Histogram {
  lowerBounds: number[];
  counts: number[];
}

export interface GeneratorResult {
  /** Packets (TCP: messages) handed to the kernel, refused ones included. */
  sent: number;
  /** Those of `sent` that a sized filter wants. */
  wanted: number;
  bytes: number;
  /** Those of `sent` that the device refused at once, by errno name; it counts them among its drops too. */
  refused: Record<string, number>;
  elapsedNs: number;
  /** How late each send started after its deadline; empty when unpaced. */
  lateness: Histogram;
  latenessMaxNs: number;
  threadCpuNs: number;
  /** `command`: what the program printed, stdout and stderr, its last 64 KiB; null for the others. */
  output: string | null;
}

export interface ReaderResult {
  /** Packets (TCP: messages) in the reader's hand. */
  packets: number;
  bytes: number;
  /** Calls, blocks or looks at a ring that brought packets: recv, recvfrom, pcap_dispatch, … */
  calls: number;
  /** System calls that the reader made in all; null where the library makes them (libpcap). */
  systemCalls: number | null;
  /** Bytes that a CPU copied to bring the packets to the reader, by what each mechanism copies. */
  copiedBytes: number;
  /** Packets that each of `calls` brought. */
  batches: Histogram;
  /** ns from the generator's send time to the reader's hand; null when it was not asked for. */
  latency: Histogram | null;
  latencyMaxNs: number;
  /** Counted by the reader from the headers: 'pktpath' (0x88b5), 'udp', 'tcp', 'ipv4-other', 'other'. */
  protocols: Record<string, number>;
  sequence: { missing: number; duplicated: number; reordered: number; corrupt: number };
  threadCpuNs: number;
  voluntarySwitches: number;
  involuntarySwitches: number;
  /** What was granted, read back: receiveBufferBytes, tpacketVersion, ringBytes, … */
  granted: Record<string, number | string | boolean>;
  /** Drops that the path's own counters saw during the window, by layer: `socket`, `xsk-ring-full`, … */
  drops: Record<string, number>;
  /**
   * Packets that the path's filter did not want: by the count of the eBPF program or of the reader that filters, else worked
   * out by running the same program over what was sent.
   */
  filtered: number;
}

export type LayerName = 'task' | 'softirq' | 'hardirq';
export type OwnerName = 'idle' | 'other' | 'sender' | 'sender-napi' | 'receiver' | 'receiver-napi';

/** How a BPF program is attached. */
export type Way = 'tracepoint' | 'fentry' | 'fexit' | 'kprobe' | 'kretprobe';

export interface Hits {
  entries: number;
  exits: number;
  passes: number;
}

/** One cell of the accounting: the time that one CPU spent in one state. */
export interface StateTime {
  layer: LayerName;
  owner: OwnerName;
  stage: string;
  ns: number;
  /** Boundary hits that entered this state. */
  entries: number;
  /** Boundary hits that left this state. */
  exits: number;
  /** Hits that fired while in this state and decided that they were not a boundary. */
  passes: number;
  /**
   * The same by the way that the programs are attached; ways without hits are left out. In exact mode an interrupt or a
   * softirq counts as an exit of the state that it interrupts, and its end as an entry.
   */
  ways: Partial<Record<Way, Hits>>;
}

/** Every kind of loss the collector can have; any of them above its bound makes the trial invalid. */
export interface ProbeLosses {
  /** Programs the kernel skipped because they were running already on that CPU. */
  recursionMisses: number;
  /** Exit without entry, or entry within entry, after the window opened. */
  unpairedEdges: number;
  /**
   * Switches to the receiver or its NAPI thread that no tracepoint told of; the time up to the next boundary stays with
   * the task before.
   */
  lostSwitches: number;
  /** All switches that no tracepoint told of. Interrupts on top of a hidden task are hidden with it. */
  hiddenSwitches: number;
  /** Intervals below zero; charged as zero. */
  negativeDeltas: number;
  /** A clock read that nested interrupts disturbed more often than it retries. */
  failedUpdates: number;
}

export interface CpuAccount {
  cpu: number;
  /** The window by its own stamps, which the user-space clock has confirmed. */
  elapsedNs: number;
  /** Sum over all states. */
  statesNs: number;
  states: StateTime[];
  losses: ProbeLosses;
}

export interface BoundaryCount {
  /** Name of the BPF program, or 'user-mark'. */
  program: string;
  /** Times that it took effect for the receiver's traffic. */
  packets: number;
  /** Bytes the boundary saw, where it sees any. */
  bytes: number;
}

export interface ProbeResult {
  attachNs: number;
  cpus: CpuAccount[];
  boundaries: BoundaryCount[];
  /**
   * Exact mode: the length of each visit of a stage, by the receiver and its NAPI thread and in every interrupt and softirq,
   * without what interrupted it and without the probes' own time; null otherwise. Stages without a visit are left out.
   */
  visits: { stage: string; histogram: Histogram }[] | null;
}

/** Flows that had packets in the window, with what was counted of them. */
export interface FlowCounts {
  each: {
    /** Of IPv4: 6 is TCP, 17 UDP. */
    protocol: number;
    source: string;
    /** 0 for a packet without ports. */
    sourcePort: number;
    destination: string;
    destinationPort: number;
    packets: number;
    bytes: number;
  }[];
  /** Packets of more flows than a table holds. */
  untracked: number;
}

/** What sets the kernel's receive work going, each as often as the kernel itself has counted it. */
export interface Triggers {
  /** NET_RX softirqs of the receiver's CPU (/proc/softirqs), whosever packets they were for. */
  receiverSoftirqs: number;
  /** Those of the sender's CPU; null where both are one. */
  senderSoftirqs: number | null;
  /** Times that the receiver's NAPI thread was woken; null when it has none. */
  napiWakeups: number | null;
  /** Interrupts of the card's line (/proc/interrupts); null when it has none. */
  interrupts: number | null;
}

/**
 * What the receive path took from a thread that keeps the receiver's CPU for slots of half a millisecond and then gives way
 * until nobody waits. Less what giving way takes by itself it is the path's CPU time.
 */
export interface Soaking {
  windowNs: number;
  /** Times that it gave way. */
  offers: number;
  /** What they took, giving way included. */
  takenNs: number;
  /** What one takes while nobody waits: the median on the same CPU before and after the window. */
  idleOfferNs: number;
}

export interface TrialResult {
  /** CLOCK_REALTIME at the window's opening, ISO 8601. */
  startedAt: string;
  /** From the first send to the end of draining. */
  windowNs: number;
  generator: GeneratorResult;
  reader: ReaderResult;
  /**
   * Frames that the receiver's interface counted between the window's opening and its closing (its rx_packets), warm-up
   * excluded: the denominator of every figure per packet.
   */
  wirePackets: number;
  /** CPU time of the receiver's NAPI thread in the window, by its own clock; null when it has none. */
  napiCpuNs: number | null;
  /** CPU time of the sender's NAPI thread; null when it has none. */
  senderNapiCpuNs: number | null;
  probes: ProbeResult | null;
  /** What the observed transfer brought, payload bytes in the window; null where there was none. */
  observed: { bytes: number } | null;
  /** By the path's task `flows`; left out otherwise. */
  flows?: FlowCounts;
  /** What set the kernel's receive work going in the window. */
  triggers?: Triggers;
  /** Where the trial had a soaker. */
  soaking?: Soaking;
  /** What the lab's emulator counted meanwhile, where there is one. */
  emulator?: EmulatorAccount;
}

/** One attempt to load and attach one program. */
export interface ProgramFact {
  program: string;
  /** What it attaches to, e.g. tp_btf/sched_switch. */
  target: string;
  ok: boolean;
  /** errno name and libbpf's own last words when not ok. */
  error: string | null;
}

/** Cost of one hit, in ns, measured as [low, median, high] over batches (quartiles). */
export interface ProbeCost {
  low: number;
  median: number;
  high: number;
}

/**
 * What a hit adds to stages: `before` to the one that it leaves, `after` to the one that it enters, `pass` to the one that
 * runs when it is no boundary. Not exact: halves of the edge. Exact: what lies outside the program's own two clock reads;
 * between them is stage `probe`.
 */
export interface WayCost {
  way: Way;
  before: ProbeCost;
  after: ProbeCost;
  pass: ProbeCost;
}

export interface CalibrationResult {
  /** The trigger loop with nothing attached. */
  base: ProbeCost;
  /** An empty program over the base. */
  empty: ProbeCost;
  /** An empty program plus one clock read: the floor. */
  floor: ProbeCost;
  /** A boundary that charges a state. */
  edge: ProbeCost;
  /** A second one on the same tracepoint, over the first alone: the kernel calls both by their addresses then. */
  again?: ProbeCost;
  /** A boundary that looks at the state and decides that it does not apply. */
  pass: ProbeCost;
  /** One user-space mark. */
  mark: ProbeCost;
  /**
   * What the two marks of a receive call add: `user` to the time in user space, `call` to the call, half of it before its
   * end and half after its beginning.
   */
  marks: { user: ProbeCost; call: ProbeCost };
  /** Each way to attach that this kernel has. */
  ways: WayCost[];
  /** The tracepoint that the null boundaries hung on. */
  trigger: string;
  hitsPerBatch: number;
  batches: number;
}

/** What the addon exports. Every function throws or rejects with an Error whose message says what failed and why. */
export interface NativeAddon {
  versions: () => { libbpf: string; libpcap: string };
  /** Names in the order of the shared header, for checking that both sides agree. */
  stages: () => string[];
  owners: () => string[];
  /**
   * Tries to load and attach each named program of the object; programs empty means all. `targets`: kernel functions of
   * those that are on a function of the driver, by program.
   */
  detectPrograms: (object: string, programs: string[], targets?: Record<string, string>) => Promise<ProgramFact[]>;
  calibrate: (
    object: string,
    cpu: number,
    hitsPerBatch: number,
    batches: number,
    exact?: boolean,
  ) => Promise<CalibrationResult>;
  runTrial: (spec: TrialSpec) => Promise<TrialResult>;
  /** Asks a running trial to stop early; its promise rejects. */
  abort: () => void;
  setAffinity: (tid: number, cpu: number) => void;
  /** The CPUs that this process may run on. */
  allowedCpus: () => number[];
  /** Compiles a pcap-filter(7) expression as a path would, and forgets it; throws libpcap's own words when it refuses. */
  checkFilter: (filter: string, snaplen: number) => void;
  /** The classic program of a sized filter, [code, jt, jf, k] each, and whether libpcap's bpf_filter() takes the frame. */
  sizedFilter: (instructions: number, frame: Uint8Array) => { program: number[][]; takes: boolean };
  /** One session by hand at a time; it resolves at its end, and rejects only when it could not begin. */
  handReceive: (spec: HandReceiveSpec) => Promise<HandReceived>;
  handSend: (spec: HandSendSpec) => Promise<HandSent>;
  /** Of the session that runs; null while none does. */
  handFigures: () => HandFigures | null;
  /** Asks the session to end now; its promise resolves. */
  stopHand: () => void;
}

/** One path by hand, for whoever sends. */
export interface HandReceiveSpec {
  path: PathSpec;
  /** An empty `netns` is the caller's own. */
  receiver: EndpointSpec;
  port: number;
  nice: number;
  workerCpus: number[];
  latency: boolean;
  /** It ends soon after it has so many; null: no bound. */
  packets: number | null;
  /** At most an hour; null: no bound. */
  maxDurationNs: number | null;
}

/** One generator by hand, to whoever receives. */
export interface HandSendSpec {
  generator: GeneratorSpec;
  /** An empty `netns` is the caller's own. */
  sender: EndpointSpec;
  /** The peer: its MAC for frames that we make ourselves, its IPv4 address for UDP and TCP. */
  to: { mac: string; address: string };
  port: number;
  nice: number;
}

/** What a session has had so far. */
export interface HandFigures {
  elapsedNs: number;
  packets: number;
  /** Null for a sender: the size of its packets is known. */
  bytes: number | null;
  /** Sequence numbers that have not come; null where they cannot be told. */
  missing: number | null;
  drops: Record<string, number>;
  latenessMaxNs: number;
}

/**
 * Why a session ended: it was told to, it met its bound on packets or on time, the other end of its connection closed,
 * or it failed.
 */
export type HandEnding = 'stopped' | 'packets' | 'duration' | 'peer' | 'failed';

export interface HandReceived {
  ending: HandEnding;
  /** What failed; null when nothing did. */
  problem: string | null;
  elapsedNs: number;
  /** The one of its seconds that brought most packets, as long as it was; null before one was over. */
  busiest: { ns: number; packets: number; bytes: number } | null;
  /** Frames that the interface counted meanwhile, whosever they are; null when it has gone. */
  interfacePackets: number | null;
  /** Sequence number of the first packet that came, `sequence.missing` counts from there; null where it cannot be told. */
  beforeFirst: number | null;
  /** Times that a sender began again. */
  restarts: number;
  reader: ReaderResult;
}

export interface HandSent {
  ending: HandEnding;
  problem: string | null;
  elapsedNs: number;
  /** False when it broke off: of `generator` only `sent`, `elapsedNs`, `latenessMaxNs` and `threadCpuNs` are known. */
  whole: boolean;
  generator: GeneratorResult;
}
