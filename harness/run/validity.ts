import type { GeneratorSpec, ProbeResult, TrialResult, TrialSpec } from '../executor/contract.js';
import { unprobedTotalBand } from '../../reports/figures.js';
import type { FrequencyChange, Ledger } from '../../reports/record.js';
import { boundaryMismatches } from './boundary-counts.js';

/** When a trial does not count. Every bound stands here, with its reason. */
export const bounds = {
  /**
   * |Σ states − elapsed| ∕ elapsed on any CPU. The states add up by construction; what is left is the difference
   * of two clocks read a few hundred nanoseconds apart, some parts per million of the shortest window.
   */
  closure: 0.001,
  /**
   * |achieved − offered| ∕ offered. Deadline pacing keeps the rate to some parts per million while the sender keeps
   * up; where it does not, the cell is not the one that its name says.
   */
  rate: 0.02,
  /**
   * Losses of the collector for each boundary hit, all kinds but lost switches together. A lost hit charges one
   * interval to the wrong stage, so one in a thousand can shift a share by a tenth of a point: below what is printed.
   */
  probeLoss: 0.001,
  /**
   * Switches to the receiver or its NAPI thread that no tracepoint told of, for each boundary hit. Each hides at most
   * the beginning of one poll, about a microsecond of driver-rx; at one in two hundred that is some nanoseconds a packet.
   */
  lostSwitches: 0.005,
  /**
   * Percent of the machine's CPU time that the hypervisor gave to others. It lies inside the intervals, so a fifth
   * would be a fifth of some stage; below that the medians over trials stand it (and a warning says so from 5 on).
   */
  stealPercent: 20,
  /**
   * By what part a CPU's frequency may fall over a trial: a step of most processors (100 MHz of 2 GHz). A rise is that of a CPU
   * that was idle before, which the warm-up is for.
   */
  frequency: 0.05,
  /**
   * |corrected ∕ unprobed − 1| of the totals with a soaker, median over rounds; outside the row is marked, for no trial is
   * to blame. The cost of a hit in place is known to some percent, and the probes are a third of the probed total: what is
   * left of that is one or two percent of the total, as is the scatter over rounds.
   */
  unprobedTotal: unprobedTotalBand,
  /**
   * Repeats of invalid trials for each cell. One or two a cell are a noisy machine; a cell that needs more has a
   * cause that repeating does not cure.
   */
  repeatsPerCell: 8,
} as const;

export interface TrialEvidence {
  spec: TrialSpec;
  result: TrialResult;
  ledger: Ledger;
  /** Null when the machine does not say. */
  stealPercent: number | null;
  /** Of the two CPUs, around the trial; left out or empty when the machine does not say. */
  frequencies?: FrequencyChange[];
}

/** Why a trial does not count, one sentence each; empty when it does. */
export function invalidReasons(evidence: TrialEvidence): string[] {
  return [
    ...ledgerReasons(evidence),
    ...sequenceReasons(evidence.result),
    ...flowReasons(evidence),
    ...rateReasons(evidence),
    ...stealReasons(evidence.stealPercent),
    ...frequencyReasons(evidence.frequencies ?? []),
    ...probeReasons(evidence),
  ];
}

function ledgerReasons({ ledger, result, spec }: TrialEvidence): string[] {
  const reasons: string[] = [];
  if (ledger.unexplained !== 0) {
    reasons.push(`ledger: ${String(ledger.unexplained)} ${ledger.unit} of ${String(ledger.sent)} are unexplained`);
  }
  // Without these there is nothing to divide by, and no figure per packet.
  if (result.reader.packets === 0 && !wantsNothing(spec)) {
    const unwanted = result.reader.filtered > 0 && result.reader.filtered === result.generator.sent;
    reasons.push(unwanted ? 'nothing was delivered: the filter wants none of it' : 'nothing was delivered');
  } else if (result.wirePackets === 0) reasons.push('the receiver’s interface counted no frame');
  return reasons;
}

/** A trial of what it costs to want nothing. */
function wantsNothing({ path, generator }: TrialSpec): boolean {
  return 'sizedFilter' in path && path.sizedFilter !== null && generator.wantedPercent === 0;
}

function sequenceReasons({ reader }: TrialResult): string[] {
  const { corrupt, duplicated } = reader.sequence;
  return [
    ...(corrupt > 0 ? [`sequence: ${String(corrupt)} packets corrupt`] : []),
    ...(duplicated > 0 ? [`sequence: ${String(duplicated)} packets twice`] : []),
  ];
}

/** The statistics by flow have to sum up to those by protocol; while a transfer is looked on at, they are read in motion. */
function flowReasons({ spec, result }: TrialEvidence): string[] {
  const { flows, reader } = result;
  if (flows === undefined || spec.observed !== null) return [];
  const counted = flows.each.reduce((sum, { packets }) => sum + packets, flows.untracked);
  const ipv4 = ['udp', 'tcp', 'ipv4-other'].reduce((sum, name) => sum + (reader.protocols[name] ?? 0), 0);
  return counted === ipv4 ? [] : [`flows: ${String(counted)} packets in flows, ${String(ipv4)} of IPv4`];
}

function rateReasons({ spec, result }: TrialEvidence): string[] {
  const offered = spec.generator.packetsPerSecond;
  if (offered === null) return [];
  const achieved = achievedPacketsPerSecond(result, spec.generator);
  if (Math.abs(achieved / offered - 1) <= bounds.rate) return [];
  return [
    `rate: ${achieved.toFixed(0)} packets/s sent, ${String(offered)} offered (bound ${percentText(bounds.rate)})`,
  ];
}

/** A reason that says that the sender did not keep its rate. */
export function isRateReason(reason: string): boolean {
  return reason.startsWith('rate: ');
}

function stealReasons(steal: number | null): string[] {
  if (steal === null || steal <= bounds.stealPercent) return [];
  return [`steal: the hypervisor took ${steal.toFixed(1)} % (bound ${String(bounds.stealPercent)} %)`];
}

function frequencyReasons(frequencies: readonly FrequencyChange[]): string[] {
  return frequencies.flatMap(({ cpu, beforeMhz, afterMhz }) => {
    if (afterMhz >= beforeMhz * (1 - bounds.frequency)) return [];
    const change = `fell from ${beforeMhz.toFixed(0)} to ${afterMhz.toFixed(0)} MHz`;
    return [`frequency: CPU ${String(cpu)} ${change} (bound ${percentText(bounds.frequency)})`];
  });
}

function probeReasons({ spec, result }: TrialEvidence): string[] {
  if (spec.probes === null) return [];
  if (result.probes === null) return ['probes: asked for, and not reported'];
  return [...closureReasons(result.probes), ...lossReasons(result.probes), ...boundaryMismatches(spec, result)];
}

function closureReasons(probes: ProbeResult): string[] {
  return probes.cpus.flatMap(({ cpu, statesNs, elapsedNs }) => {
    const ratio = statesNs / elapsedNs;
    if (Math.abs(ratio - 1) <= bounds.closure) return [];
    return [`closure: states of CPU ${String(cpu)} over elapsed time = ${ratio.toFixed(6)}`];
  });
}

function lossReasons(probes: ProbeResult): string[] {
  let hits = 0;
  const lost = new Map<string, number>();
  for (const { states, losses } of probes.cpus) {
    for (const state of states) hits += state.entries + state.passes;
    for (const [kind, count] of Object.entries({ ...losses })) lost.set(kind, (lost.get(kind) ?? 0) + count);
  }
  const switches = lost.get('lostSwitches') ?? 0;
  // Hidden switches to other tasks cost the receive path nothing; where they hide packets, the boundary counts say so.
  const hidden = lost.get('hiddenSwitches') ?? 0;
  const sum = [...lost.values()].reduce((total, count) => total + count, 0) - switches - hidden;
  if (sum <= hits * bounds.probeLoss && switches <= hits * bounds.lostSwitches) return [];
  const kinds = [...lost].filter(([, count]) => count > 0).map(([kind, count]) => `${kind} ${count}`);
  const limits = `bounds ${percentText(bounds.probeLoss)}, lostSwitches ${percentText(bounds.lostSwitches)}`;
  return [`probes: of ${hits} boundary hits were lost: ${kinds.join(', ')} (${limits})`];
}

/**
 * Packets (TCP: messages) that the kernel took, per second of sending. A paced sender's first batch begins the time and is
 * in no interval of it: n deadlines have n − 1 intervals between them.
 */
export function achievedPacketsPerSecond({ generator }: Pick<TrialResult, 'generator'>, asked: GeneratorSpec): number {
  const { sent, elapsedNs } = generator;
  const first = asked.packetsPerSecond === null || sent <= asked.batch ? 0 : asked.batch;
  return elapsedNs > 0 ? ((sent - first) * 1e9) / elapsedNs : 0;
}

function percentText(fraction: number): string {
  return `${String(fraction * 100)} %`;
}
