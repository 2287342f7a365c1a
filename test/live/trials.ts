import assert from 'node:assert/strict';
import { stageObjects } from '../../harness/doctor/probe-tiers.js';
import type {
  GeneratorSpec,
  PathName,
  PathSpec,
  ProbeResult,
  ProbeSpec,
  TrialResult,
  TrialSpec,
} from '../../harness/executor/contract.js';
import { paths, runsInDriver, takenInDriver } from '../../harness/paths/paths.js';
import { pathSpec } from '../../harness/paths/path-spec.js';
import type { PathOptions } from '../../harness/paths/path-spec.js';
import { readCpuTimes, stealPercent } from '../../harness/environment/cpu-times.js';
import { resolveStagePlan } from '../../harness/plan/plan.js';
import type { PlanInput } from '../../harness/plan/plan.js';
import { cellKey } from '../../harness/run/experiment.js';
import type { Cell } from '../../harness/run/experiment.js';
import { counterDifferences, ledgerOf } from '../../harness/run/ledger.js';
import { trialSpec } from '../../harness/run/trial-spec.js';
import { invalidReasons } from '../../harness/run/validity.js';
import type { Isolation, Testbed, TestbedCounters } from '../../harness/testbed/testbed.js';
import type { Ledger } from '../../reports/record.js';
import type { Setting } from './setting.js';

export type Traffic = 'packet-recvfrom' | 'libpcap' | 'tcp-message' | 'tcp-bulk';
export const traffics: readonly Traffic[] = ['tcp-message', 'tcp-bulk', 'packet-recvfrom', 'libpcap'];

/** A trial as short as it can be: what is asked of it are counts, and they are exact at any rate. */
export function cellOf(traffic: Traffic, change: Partial<GeneratorSpec> = {}, path?: PathSpec): Cell {
  const generator: GeneratorSpec = {
    traffic: traffic === 'tcp-message' || traffic === 'tcp-bulk' ? traffic : 'raw',
    frameBytes: traffic === 'tcp-bulk' ? 1514 : 256,
    wantedPercent: 100,
    packets: 3000,
    packetsPerSecond: traffic === 'tcp-bulk' ? null : 15_000,
    maxDurationNs: 2_000_000_000,
    method: 'sendto',
    batch: 1,
    pacing: 'spin',
    object: null,
    command: null,
    ...change,
  };
  const params = { traffic, frameBytes: generator.frameBytes };
  return { key: cellKey(traffic, params), path: path ?? pathOf(traffic, generator.frameBytes), generator, params };
}

/** A trial of any path, with what it is sent first: raw frames, or datagrams, or messages. */
export function pathCell(
  name: PathName,
  options: Partial<PathOptions> = {},
  change: Partial<GeneratorSpec> = {},
): Cell {
  const traffic = change.traffic ?? paths[name].traffic[0];
  const { frameBytes = 256 } = change;
  const path = pathSpec(name, frameBytes, { ...roomy, ...options });
  const cell = cellOf('packet-recvfrom', { ...change, traffic, frameBytes }, path);
  return { ...cell, key: cellKey(name, cell.params), params: { ...cell.params, traffic } };
}

/** Room for a whole trial, however slow the machine. */
const roomy = { receiveBufferBytes: 8 << 20, bufferBytes: 8 << 20, blocks: 32, timeoutMs: 10, snaplen: 2048 };

function pathOf(traffic: Traffic, frameBytes: number): PathSpec {
  const name = traffic === 'tcp-message' || traffic === 'tcp-bulk' ? 'tcp' : traffic;
  return pathSpec(name, frameBytes, { ...roomy, tcpReceiveBufferBytes: 0 });
}

/** The probes that this kernel's stage plan asks for. */
export function probesFor(
  setting: Setting,
  testbed: Testbed,
  cell: Cell,
  change: Partial<PlanInput> & { object?: string } = {},
): ProbeSpec {
  const object = change.object ?? stageObjects[0] ?? '';
  return resolveStagePlan({
    path: cell.path.name,
    inDriver: takenInDriver(cell.path),
    runsInDriver: runsInDriver(cell.path),
    isolation: testbed.isolation,
    facts: setting.factsOf(object),
    ...change,
    object,
  }).probes;
}

export interface Measured {
  isolation: Isolation;
  spec: TrialSpec;
  result: TrialResult;
  ledger: Ledger;
  grown: TestbedCounters;
  /** By the run's own rules; empty when the trial is valid. */
  reasons: string[];
}

/** One trial, judged as a run judges it. */
export async function runOnce(
  setting: Setting,
  testbed: Testbed,
  cell: Cell,
  probes: ProbeSpec | null,
  change: Partial<TrialSpec> = {},
): Promise<Measured> {
  const spec = { ...trialSpec(cell, testbed, probes), warmupPackets: 300, ...change };
  const cpus = [spec.receiver.cpu, spec.sender.cpu];
  const [counters, times] = [await testbed.counters(), await readCpuTimes()];
  const result = await setting.executor.runTrial(spec);
  const stolen = stealPercent(times, await readCpuTimes(), cpus);
  const grown = counterDifferences(counters, await testbed.counters());
  const ledger = ledgerOf(spec, result, grown);
  const reasons = invalidReasons({ spec, result, ledger, stealPercent: stolen });
  return { isolation: testbed.isolation, spec, result, ledger, grown, reasons };
}

/** What a busy machine does to a trial; every other reason is a miscount, which no repeat may hide. */
export function isNoise(reason: string, { result, isolation }: Measured): boolean {
  if (/^(rate|steal|closure|probes): /.test(reason)) return true;
  const [, seen, passed] = /^boundary \w+: (\d+) \w+ counted, (\d+) passed/.exec(reason) ?? [];
  // Some hosts hide tasks of their own from tracing, and with them the softirqs on top of them. The collector says so
  // when the receiver runs next; under rps packets come in softirqs on top of anyone, and a reader of a ring sleeps on.
  return Number(seen) < Number(passed) && (lossesOf(result) > 0 || isolation === 'rps');
}

/** Everything that the collector says it lost. */
export function lossesOf({ probes }: TrialResult): number {
  const losses = (probes?.cpus ?? []).flatMap((cpu) => Object.values<number>({ ...cpu.losses }));
  return losses.reduce((sum, count) => sum + count, 0);
}

const attempts = 6;

/** Measures until a trial is valid. Only noise is a reason to measure again, and a bounded number of times. */
export async function runUntilValid(once: () => Promise<Measured>): Promise<Measured> {
  const seen: string[] = [];
  for (let attempt = 0; attempt < attempts; attempt++) {
    const measured = await once();
    const miscounts = measured.reasons.filter((reason) => !isNoise(reason, measured));
    assert.deepEqual(miscounts, [], 'a miscount is never noise');
    if (measured.reasons.length === 0) return measured;
    seen.push(measured.reasons.join('; '));
  }
  assert.fail(`no valid trial in ${String(attempts)}: ${seen.join(' | ')}`);
}

export function probesOf({ result }: Measured): ProbeResult {
  assert.ok(result.probes !== null, 'the trial was probed');
  return result.probes;
}

/** Packets and bytes that a boundary counted. */
export function countOf(measured: Measured, program: string): { packets: number; bytes: number } {
  const found = probesOf(measured).boundaries.find((boundary) => boundary.program === program);
  assert.ok(found !== undefined, `${program} reported no count`);
  return { packets: found.packets, bytes: found.bytes };
}
