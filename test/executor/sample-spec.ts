import { stageObjects } from '../../harness/doctor/probe-tiers.js';
import type { EndpointSpec, PathName, PathSpec, TrafficKind, TrialSpec } from '../../harness/executor/contract.js';
import { generatorSpec } from '../../harness/generators/generator-spec.js';
import { pathSpec } from '../../harness/paths/path-spec.js';
import { pathNames, paths } from '../../harness/paths/paths.js';

/** No such namespace: a spec that passes the border fails at its first step, before anything is made. */
export const nowhere = '/run/netns/pktpath-nowhere';

const end = (name: string, cpu: number): EndpointSpec => ({
  netns: nowhere,
  interface: `pktpath-${name}`,
  interfaceIndex: 1001,
  mac: '02:70:6b:00:00:01',
  address: '198.18.0.1',
  cpu,
  napiTid: 0,
  irq: 0,
});

/** Every path, with a value in each of its optional fields. */
export const samplePaths = Object.fromEntries(
  pathNames.map((name) => [
    name,
    pathSpec(name, 512, { snaplen: 2048, filter: 'ether proto 0x88b5', task: 'flows', workNs: 300 }),
  ]),
) as Record<PathName, PathSpec>;

/** A spec with nothing wrong in it but the namespace. */
export function sampleSpec(path: PathName): TrialSpec {
  return {
    path: samplePaths[path],
    generator: {
      ...generatorSpec({ traffic: trafficOf(path), frameBytes: 512, packetsPerSecond: 1000, durationSeconds: 0.01 }),
      maxDurationNs: 1e8,
    },
    receiver: end('rx', 1),
    sender: end('tx', 0),
    port: 9000,
    probes: {
      object: stageObjects[0] ?? '',
      programs: ['sched_switch'],
      targets: {},
      marks: false,
      pollStage: 'net-rx',
      wokenStage: 'net-rx',
      copiedStage: 'syscall-return',
      exact: false,
    },
    warmupPackets: 0,
    warmupPacketsPerSecond: 1000,
    drainNs: 1e8,
    nice: 0,
    workerCpus: Array.from({ length: 64 }, () => 1),
    latency: false,
    observed: null,
    emulator: false,
    soak: false,
  };
}

function trafficOf(path: PathName): TrafficKind {
  return paths[path].traffic[0];
}

/** What a field may be. */
export type Rule =
  | { kind: 'integer' | 'number'; low: number; high: number; orNull?: true }
  | { kind: 'boolean' | 'strings' | 'texts' }
  | { kind: 'string'; orNull?: true }
  | { kind: 'object'; orNull?: true }
  | { kind: 'word'; words: readonly string[]; optional?: true };

const integer = (low: number, high: number): Rule => ({ kind: 'integer', low, high });
const buffer = 2 ** 30;

const waiting: Rule = { kind: 'word', words: ['sleep', 'spin', 'busy-poll', 'irq-suspend'] };
/** May be left out; when it is there, it has to be right. */
const task: Rule = { kind: 'word', words: ['count', 'flows'], optional: true };
const capture: Record<string, Rule> = { task, snaplen: integer(64, 262144), filter: { kind: 'string', orNull: true } };
const receiveBufferBytes = integer(0, buffer);
const batch = integer(1, 1024); // UIO_MAXIOV
const workers = integer(1, 64);
const ring: Record<string, Rule> = {
  ...capture,
  waiting,
  workers,
  blockBytes: integer(1, buffer),
  blocks: integer(1, 65536),
  frameBytes: integer(1, buffer),
};
/** The sample has a filter, and both do not go together. */
const sizedFilter: Rule = { kind: 'object', orNull: true };
const action: Rule = { kind: 'word', words: ['drop', 'pass'] };
const object: Rule = { kind: 'string' };

const pathRules: Record<PathName, Record<string, Rule>> = {
  tcp: {
    readBytes: integer(1, buffer),
    receiveBufferBytes,
    messageBytes: integer(10, 65535), // the payload's header has ten bytes
    zeroCopy: { kind: 'boolean' },
    waiting,
  },
  udp: { receiveBufferBytes, waiting },
  'udp-recvmmsg': { receiveBufferBytes, batch, waiting },
  'packet-recvfrom': { receiveBufferBytes, ...capture, waiting, workers, sizedFilter },
  'packet-recvmmsg': { receiveBufferBytes, ...capture, waiting, workers, batch },
  'sock-packet': { receiveBufferBytes, ...capture, waiting, sizedFilter },
  'tpacket-v1': ring,
  'tpacket-v2': ring,
  'tpacket-v3': { ...ring, blockTimeoutMs: integer(0, 60000), sizedFilter },
  libpcap: {
    bufferBytes: integer(1, buffer),
    timeoutMs: integer(1, 60000),
    immediate: { kind: 'boolean' },
    ...capture,
  },
  'af-xdp': {
    mode: { kind: 'word', words: ['generic', 'native-copy', 'native-zero-copy'] },
    frames: integer(1, 2 ** 20),
    batch,
    needWakeup: { kind: 'boolean' },
    waiting,
    task,
    object,
  },
  'xdp-count': { mode: { kind: 'word', words: ['generic', 'native'] }, action, task, object },
  'tc-count': { action, task, object },
  'socket-filter-count': { task, object },
};

const endRules: Record<string, Rule> = {
  netns: { kind: 'string' },
  interface: { kind: 'string' },
  interfaceIndex: integer(1, 2 ** 31 - 1),
  mac: { kind: 'string' },
  address: { kind: 'string' },
  cpu: integer(0, 1023), // CPU_SETSIZE of sched_setaffinity(2) in the C library
  napiTid: integer(0, 4194304),
  irq: integer(0, 2 ** 20),
};

const under = (prefix: string, rules: Record<string, Rule>): Record<string, Rule> =>
  Object.fromEntries(Object.entries(rules).map(([key, rule]) => [`${prefix}.${key}`, rule]));

/** Every field of a spec, by its path, with what it may be: what the border promises, written down a second time. */
export function rulesOf(path: PathName): Record<string, Rule> {
  const paths = Object.keys(pathRules);
  return {
    path: { kind: 'object' },
    'path.name': { kind: 'word', words: paths },
    ...under('path', pathRules[path]),
    generator: { kind: 'object' },
    'generator.traffic': { kind: 'word', words: ['raw', 'udp', 'tcp-message', 'tcp-bulk'] },
    'generator.method': {
      kind: 'word',
      words: ['sendto', 'sendmmsg', 'tx-ring', 'af-xdp', 'live-redirect', 'live-pass', 'command'],
    },
    'generator.batch': batch,
    'generator.object': { kind: 'string', orNull: true },
    'generator.frameBytes': integer(64, 1514),
    'generator.wantedPercent': integer(trafficOf(path) === 'raw' ? 0 : 100, 100),
    'generator.packets': integer(1, 4e9),
    'generator.packetsPerSecond': { kind: 'number', low: 1e-3, high: 1e8, orNull: true },
    'generator.pacing': { kind: 'word', words: ['spin', 'sleep'] },
    'generator.maxDurationNs': integer(1, 3600e9),
    receiver: { kind: 'object' },
    ...under('receiver', endRules),
    sender: { kind: 'object' },
    ...under('sender', endRules),
    port: integer(1, 65535),
    probes: { kind: 'object', orNull: true },
    'probes.object': { kind: 'string' },
    'probes.programs': { kind: 'strings' },
    'probes.marks': { kind: 'boolean' },
    'probes.targets': { kind: 'texts' },
    'probes.exact': { kind: 'boolean' },
    'probes.pollStage': { kind: 'word', words: ['driver-rx', 'net-rx', 'net-rx-action'] },
    'probes.wokenStage': { kind: 'word', words: ['packet-tap', 'ip-tcp', 'net-rx'] },
    'probes.copiedStage': { kind: 'word', words: ['recvmsg', 'syscall-return'] },
    warmupPackets: integer(0, 4e9),
    warmupPacketsPerSecond: { kind: 'number', low: 1e-3, high: 1e8 },
    drainNs: integer(0, 60e9),
    nice: integer(-20, 19),
    latency: { kind: 'boolean' },
    emulator: { kind: 'boolean' },
    observed: { kind: 'object', orNull: true },
  };
}

/** Whether the border has to let a value of this field through. */
export function allows(rule: Rule, value: unknown): boolean {
  if (value === undefined && 'optional' in rule) return true;
  switch (rule.kind) {
    case 'integer':
    case 'number':
      if (value === null) return rule.orNull === true;
      if (typeof value !== 'number' || !(value >= rule.low && value <= rule.high)) return false;
      return rule.kind === 'number' || Number.isInteger(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'string':
      if (value === null) return rule.orNull === true;
      return typeof value === 'string' && !value.includes('\0');
    case 'strings':
      return Array.isArray(value) && value.every((each) => typeof each === 'string' && !each.includes('\0'));
    case 'texts':
      return isTexts(value);
    case 'object':
      return value === null && rule.orNull === true;
    case 'word':
      return typeof value === 'string' && rule.words.includes(value);
  }
}

/** An object whose properties, its own and inherited, have names and texts of theirs without a NUL. */
function isTexts(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const key in value) {
    const held = (value as Record<string, unknown>)[key];
    if (key.includes('\0') || typeof held !== 'string' || held.includes('\0')) return false;
  }
  return true;
}

/** A copy of the spec with one field replaced; left out when `value` is undefined. */
export function withField<S extends object>(spec: S, path: string, value: unknown): S {
  const copy = structuredClone(spec);
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const holder = keys.reduce<Record<string, unknown>>(
    (object, key) => object[key] as Record<string, unknown>,
    copy as unknown as Record<string, unknown>,
  );
  if (value === undefined) Reflect.deleteProperty(holder, last);
  else holder[last] = value;
  return copy;
}
