import { parseCpuList } from './cpu-list.js';
import { readCpuTimes, stealPercent } from './cpu-times.js';
import type { CpuTimes } from './cpu-times.js';
import { configDigest, parseHz, parsePreemption, readKernelConfig } from './kernel-config.js';
import { nameHypervisor, parseProcessor } from './processor.js';
import { printable, SystemFiles } from './system-files.js';
import { run } from '../testbed/command.js';
import { checkEthtool } from '../testbed/features.js';
import type { Environment } from '../../reports/record.js';

/** Settings outside the testbed that change what receiving a packet costs. */
const relevantSysctls = [
  'net.core.rmem_max',
  'net.core.rmem_default',
  'net.core.netdev_max_backlog',
  'net.core.netdev_budget',
  'net.core.netdev_budget_usecs',
  'net.core.dev_weight',
  'net.core.busy_poll',
  'net.core.busy_read',
  'net.ipv4.tcp_rmem',
  'kernel.sched_autogroup_enabled',
  'kernel.perf_event_paranoid',
  'net.core.bpf_jit_enable',
  'net.core.bpf_jit_harden',
] as const;

const vulnerabilities = 'sys/devices/system/cpu/vulnerabilities';

/**
 * Collects what the machine is, for the record. What it does not tell is null, or missing from its bag; nothing here
 * fails a run.
 *
 * @param libraries versions of what native/ is linked with, e.g. { libbpf: '1.1.2', libpcap: '1.10.3' }
 * @param files this machine's, unless told otherwise
 */
export async function collectEnvironment(
  libraries: Record<string, string>,
  files = new SystemFiles(),
): Promise<Environment> {
  const release = (await files.value('proc/sys/kernel/osrelease')) ?? 'unknown';
  const version = (await files.value('proc/sys/kernel/version')) ?? 'unknown';
  const commandLine = (await files.value('proc/cmdline')) ?? '';
  const config = await readKernelConfig(files, release);
  const processor = parseProcessor((await files.text('proc/cpuinfo')) ?? '');
  return {
    kernelRelease: release,
    kernelVersion: version,
    kernelConfigDigest: config === null ? null : configDigest(config),
    commandLine,
    mitigations: await collectMitigations(files),
    hz: parseHz(config),
    preemption: parsePreemption(config, commandLine, version),
    cpuModel: processor.model,
    cpus: parseCpuList((await files.text('sys/devices/system/cpu/online')) ?? '')?.length ?? 0,
    allowedCpus: parseAllowedCpus((await files.text('proc/self/status')) ?? ''),
    governor: await files.value('sys/devices/system/cpu/cpu0/cpufreq/scaling_governor'),
    hypervisor: nameHypervisor(
      processor,
      await files.value('sys/hypervisor/type'),
      await files.value('sys/class/dmi/id/sys_vendor'),
      await files.value('sys/class/dmi/id/product_name'),
    ),
    clockSource: await files.value('sys/devices/system/clocksource/clocksource0/current_clocksource'),
    sysctls: await collectSysctls(files),
    software: await collectSoftware(release, libraries),
    memoryBytes: parseMemoryBytes((await files.text('proc/meminfo')) ?? ''),
    load: { before: parseLoad((await files.text('proc/loadavg')) ?? '') ?? 0, after: null },
    stealPercent: null,
  };
}

/**
 * Adds what only the end of a run can tell: the load after it, and the steal over it.
 *
 * @param start CPU times when the run began, by `readCpuTimes`
 */
export async function finishEnvironment(
  environment: Environment,
  start: CpuTimes | null,
  files = new SystemFiles(),
): Promise<Environment> {
  return {
    ...environment,
    load: { before: environment.load.before, after: parseLoad((await files.text('proc/loadavg')) ?? '') },
    stealPercent: stealPercent(start, await readCpuTimes(files)),
  };
}

/** CPUs of the calling process, from /proc/PID/status; empty when the text does not list them. */
export function parseAllowedCpus(text: string): number[] {
  return parseCpuList(/^Cpus_allowed_list:\s*(.*)$/m.exec(text)?.[1] ?? '') ?? [];
}

/** @returns memory of the machine in bytes, from /proc/meminfo (which counts in KiB); 0 when it does not tell */
export function parseMemoryBytes(text: string): number {
  const kibibytes = Number(/^MemTotal:\s+(\d+) kB$/m.exec(text)?.[1]);
  return Number.isSafeInteger(kibibytes * 1024) ? kibibytes * 1024 : 0;
}

/** @returns the load average over one minute, from /proc/loadavg; null when the text has none */
export function parseLoad(text: string): number | null {
  const value = /^(\d+\.\d+) /.exec(text)?.[1];
  return value === undefined ? null : Number(value);
}

async function collectMitigations(files: SystemFiles): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of await files.list(vulnerabilities)) {
    const value = await files.value(`${vulnerabilities}/${name}`);
    if (value !== null) found[printable(name)] = value;
  }
  return found;
}

async function collectSysctls(files: SystemFiles): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of relevantSysctls) {
    const value = await files.value(`proc/sys/${name.replaceAll('.', '/')}`);
    if (value !== null) found[name] = value;
  }
  return found;
}

async function collectSoftware(release: string, libraries: Record<string, string>): Promise<Record<string, string>> {
  const [ip, ethtool] = await Promise.all([
    run('ip', ['-Version']).catch(() => null),
    checkEthtool().catch(() => null),
  ]);
  return {
    kernel: release,
    node: process.version.replace(/^v/, ''),
    ...(ip === null ? {} : { ip: parseToolVersion(ip) }),
    ...(ethtool === null ? {} : { ethtool: parseToolVersion(ethtool) }),
    ...Object.fromEntries(Object.entries(libraries).map(([name, value]) => [name, printable(value)])),
  };
}

/** The version in a tool's own line, e.g. “ip utility, iproute2-6.1.0, libbpf 1.1.2” or “ethtool version 6.1”. */
export function parseToolVersion(line: string): string {
  return /(?:iproute2-(?:ss)?|version )([\w.+~-]+)/.exec(line)?.[1] ?? printable(line);
}
