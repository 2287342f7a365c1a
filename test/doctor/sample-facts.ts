import type { ProgramFact } from '../../harness/executor/contract.js';
import type { MachineFacts } from '../../harness/doctor/doctor.js';
import { stageObjects, tierObject } from '../../harness/doctor/probe-tiers.js';
import type { ObjectFacts, PlanOutcome } from '../../harness/doctor/diagnosis.js';
import type { BoundaryPlan, Environment } from '../../reports/record.js';

const [typed = '', raw = ''] = stageObjects;

/** A quiet machine of the author's own making. */
export const environment: Environment = {
  kernelRelease: '6.12.33',
  kernelVersion: '#1 SMP PREEMPT_DYNAMIC',
  kernelConfigDigest: null,
  commandLine: 'quiet',
  mitigations: { meltdown: 'Mitigation: PTI', retbleed: 'Not affected', spec_store_bypass: 'Vulnerable' },
  hz: 250,
  preemption: 'voluntary',
  cpuModel: 'A Processor',
  cpus: 4,
  allowedCpus: [0, 1, 2, 3],
  governor: 'performance',
  hypervisor: null,
  clockSource: 'tsc',
  sysctls: { 'kernel.sched_autogroup_enabled': '1' },
  software: { node: '20.19.0', ip: '6.1.0', ethtool: '6.1', libbpf: '1.1.2', libpcap: '1.10.3' },
  memoryBytes: 8_589_934_592,
  load: { before: 0.1, after: null },
  stealPercent: null,
};

export const fact = (target: string, error: string | null = null): ProgramFact => ({
  program: target.replaceAll(/[^a-z0-9]+/g, '_'),
  target,
  ok: error === null,
  error,
});

const tracepoints = ['sched_switch', 'napi_poll', 'netif_receive_skb', 'skb_copy_datagram_iovec'];

/** Facts of the stage objects: every tracepoint by both ways, except where `refuse` gives a reason. */
export function objects(refuse: (target: string) => string | null = () => null): ObjectFacts[] {
  const facts = (sections: string[]): ProgramFact[] => sections.map((target) => fact(target, refuse(target)));
  return [
    { object: typed, error: null, facts: facts(tracepoints.map((name) => `tp_btf/${name}`)) },
    { object: raw, error: null, facts: facts(tracepoints.map((name) => `raw_tp/${name}`)) },
    {
      object: tierObject,
      error: null,
      facts: facts(['fentry/tcp_recvmsg', 'kprobe/tcp_recvmsg', 'tp_btf/sched_switch', 'raw_tp/sched_switch']),
    },
  ];
}

/** A machine on which everything works. */
export const goodFacts: MachineFacts = {
  root: true,
  status: 'Name:\tnode\nCapEff:\t000001ffffffffff\n',
  btf: true,
  environment,
  stealPercent: 0,
  executorError: null,
  objects: objects(),
  testbeds: [
    { isolation: 'inline', error: null },
    { isolation: 'rps', error: null },
    { isolation: 'napi-thread', error: null },
  ],
  lab: {
    architecture: 'x64',
    qemu: '7.2.22',
    kvmError: null,
    programs: { 'dpkg-deb': true, xz: true, zstd: true, busybox: true },
    cache: { folder: '/var/cache/pktpath', freeBytes: 73e9, error: null },
  },
};

const realised = (boundary: string, target: string): BoundaryPlan => ({
  boundary,
  stage: boundary.split(':')[0] ?? null,
  tier: 'tracepoint',
  targets: [target],
  programs: [target.replace('/', '_')],
  reason: null,
  rejected: [],
});

/** A plan with one boundary a working program, and one that no kernel realises. */
export function plans(object: ObjectFacts): PlanOutcome[] {
  const boundaries = object.facts
    .filter((found) => found.ok)
    .map((found) => realised(`${found.target.split('/')[1] ?? ''}:enter`, found.target));
  const tap: BoundaryPlan = {
    ...realised('packet-tap:enter', ''),
    tier: null,
    targets: [],
    programs: [],
    reason: 'no tracepoint; merged into net-rx',
    rejected: [{ target: 'fentry/packet_rcv', reason: 'EPERM' }],
  };
  return ['tcp', 'packet-recvfrom', 'libpcap'].map((path) => ({
    path,
    error: null,
    plan: { path, object: object.object, boundaries: [...boundaries, tap] },
  }));
}
