import type { Check } from './diagnosis.js';

/** Bit numbers of include/uapi/linux/capability.h. */
const bits = {
  CAP_NET_ADMIN: 12,
  CAP_NET_RAW: 13,
  CAP_IPC_LOCK: 14,
  CAP_SYS_ADMIN: 21,
  CAP_SYS_NICE: 23,
  CAP_SYS_RESOURCE: 24,
  CAP_PERFMON: 38,
  CAP_BPF: 39,
} as const;

export type Capability = keyof typeof bits;

/** Namespaces are mounted with CAP_SYS_ADMIN, which also stands for CAP_BPF and CAP_PERFMON. */
const required: readonly Capability[] = ['CAP_NET_ADMIN', 'CAP_NET_RAW', 'CAP_SYS_ADMIN', 'CAP_SYS_NICE'];
/** For BPF maps on kernels before 5.11, which charge them to RLIMIT_MEMLOCK. */
const useful: readonly Capability[] = ['CAP_SYS_RESOURCE', 'CAP_IPC_LOCK'];

/** @returns the effective capability set of /proc/PID/status; null when the text has none */
export function parseEffectiveCapabilities(status: string): bigint | null {
  const digits = /^CapEff:\s*([0-9a-f]{1,16})$/m.exec(status)?.[1];
  return digits === undefined ? null : BigInt(`0x${digits}`);
}

export function hasCapability(set: bigint, capability: Capability): boolean {
  return ((set >> BigInt(bits[capability])) & 1n) === 1n;
}

/** @param set null when it could not be read */
export function checkCapabilities(set: bigint | null): Check {
  const check = { group: 'rights', name: 'capabilities' } as const;
  if (set === null) {
    return { ...check, status: 'warn', found: '/proc/self/status does not list them', fix: 'mount /proc' };
  }
  const missing = required.filter((capability) => !hasCapability(set, capability));
  const wished = useful.filter((capability) => !hasCapability(set, capability));
  const fix = 'run it as root, in a container with --privileged';
  if (missing.length > 0)
    return { ...check, status: 'fail', found: `lacks ${[...missing, ...wished].join(', ')}`, fix };
  if (wished.length > 0) return { ...check, status: 'warn', found: `lacks ${wished.join(', ')}`, fix };
  const forBpf = (['CAP_BPF', 'CAP_PERFMON'] as const).filter((capability) => hasCapability(set, capability));
  return { ...check, status: 'ok', found: [...required, ...useful, ...forBpf].join(', '), fix: null };
}
