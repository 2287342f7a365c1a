import type { PathName } from '../executor/contract.js';
import { paths } from '../paths/paths.js';
import type { PathDefinition } from '../paths/paths.js';
import { hasNapi } from '../testbed/testbed.js';
import type { Isolation } from '../testbed/testbed.js';
import type { Drivers } from './targets.js';

/** How a boundary may be realised: on a function by its entry and exit, on a function by breakpoints, … */
export interface Candidate {
  tier: 'function' | 'kprobe' | 'tracepoint' | 'user-mark';
  /** What it hangs on, e.g. net:netif_receive_skb. */
  targets: readonly string[];
  /** BPF programs that have to load and attach, all of them; none for a user-space mark. */
  programs: readonly string[];
}

/** What decides which boundaries a packet meets. */
export interface Place {
  path: PathName;
  isolation: Isolation;
  /** Native XDP takes the packet before there is an skb. */
  inDriver: boolean;
  /** Native XDP runs the program, whether or not it takes the packet; where nobody says: as `inDriver`. */
  runsInDriver?: boolean;
  /** Where nobody says: none. */
  drivers?: Drivers;
}

export function tracepoint(...targets: string[]): Candidate {
  return { tier: 'tracepoint', targets, programs: targets.map((target) => target.slice(target.indexOf(':') + 1)) };
}

/** On both sides of a kernel function, or on its entry alone: by the function tier, then by kprobes. */
export function onFunction(target: string, names: readonly string[]): Candidate[] {
  return [
    { tier: 'function', targets: [target], programs: names },
    { tier: 'kprobe', targets: [target], programs: names.map((name) => `${name}_kprobe`) },
  ];
}
export const sides = (name: string): string[] => [`${name}_enter`, `${name}_exit`];
/** Programs that are named for the function they are on. */
export const bothSides = (name: string): Candidate[] => onFunction(name, sides(name));

export const always = (): boolean => true;
export const where =
  (test: (definition: PathDefinition, place: Place) => boolean) =>
  (place: Place): boolean =>
    test(paths[place.path], place);

export const onTcp = ({ path }: Place): boolean => path === 'tcp';
export const onUdp = ({ path }: Place): boolean => path === 'udp' || path === 'udp-recvmmsg';
/** The device has NAPI of its own: veth with GRO, and every card. */
export const withNapi = ({ isolation }: Place): boolean => hasNapi(isolation);
export const onCard = ({ isolation }: Place): boolean => isolation === 'interrupt';
/** A packet that native XDP has not taken becomes an skb. */
export const withSkb = ({ inDriver }: Place): boolean => !inDriver;
/** Somebody reads; programs in the kernel have no reader. */
export const withReader = where(({ taker }) => taker !== 'kernel');
export const fromPacketSocket = where(({ taker, attaches }) => taker === 'call' && attaches === 'tap');
export const intoRing = where(({ taker }) => taker === 'ring');
export const intoTapRing = where(({ taker, attaches }) => taker === 'ring' && attaches === 'tap');
export const programInDriver = ({ inDriver, runsInDriver = inDriver }: Place): boolean => runsInDriver;
export const byProgram = where(({ taker, attaches }) => taker === 'kernel' || attaches === 'xdp');

export const mark = (what: string): Candidate => ({
  tier: 'user-mark',
  targets: [`the reader’s mark ${what}`],
  programs: [],
});

export const wakeUp = [...bothSides('sock_def_readable'), tracepoint('sched:sched_waking')];
