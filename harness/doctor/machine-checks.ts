import type { Environment } from '../../reports/record.js';
import type { Check } from './diagnosis.js';

/** Cheap to read, and the same on every CPU. */
const goodClocks = ['tsc', 'arch_sys_counter', 'timebase', 'riscv_clocksource', 'tod'];

/** Above this a share of trials will be disturbed: a slice that the hypervisor takes is milliseconds long. */
const noticeableStealPercent = 1;

/** What the machine is like to measure on. @param stealPercent over the time of the diagnosis; null when unknown */
export function checkMachine(environment: Environment, stealPercent: number | null): Check[] {
  return [
    checkCpus(environment),
    checkClock(environment.clockSource),
    checkMitigations(environment.mitigations),
    checkSteal(stealPercent, environment.hypervisor),
    checkGovernor(environment.governor),
    checkAutogroup(environment.sysctls),
    checkLoad(environment),
  ];
}

function machine(name: string, status: Check['status'], found: string, fix: string | null = null): Check {
  return { group: 'machine', name, status, found, fix };
}

function checkCpus(environment: Environment): Check {
  const usable = environment.allowedCpus.length;
  const found = `${String(usable)} of ${String(environment.cpus)} may be used (${environment.cpuModel})`;
  if (usable >= 2) return machine('cores', 'ok', found);
  return machine('cores', 'fail', found, 'use a machine with two, one to send and one to receive; look at taskset -p');
}

function checkClock(source: string | null): Check {
  if (source === null) return machine('clock source', 'warn', 'the kernel does not say');
  if (goodClocks.includes(source)) return machine('clock source', 'ok', source);
  return machine(
    'clock source',
    'warn',
    `${source}: each reading costs more than the machine's own counter`,
    'if /sys/devices/system/clocksource/clocksource0/available_clocksource lists tsc, boot with clocksource=tsc',
  );
}

/** Recorded rather than judged: they are part of what receiving costs on this machine. */
function checkMitigations(mitigations: Record<string, string>): Check {
  const all = Object.entries(mitigations);
  if (all.length === 0) return machine('mitigations', 'warn', 'the kernel does not say; they change what a call costs');
  const active = all.filter(([, state]) => state.startsWith('Mitigation')).map(([name]) => name);
  const open = all.filter(([, state]) => state.startsWith('Vulnerable')).map(([name]) => name);
  const list = (names: string[]): string => (names.length === 0 ? 'none' : names.join(', '));
  return machine('mitigations', 'ok', `active: ${list(active)}; vulnerable: ${list(open)}`);
}

function checkSteal(percent: number | null, hypervisor: string | null): Check {
  const where = hypervisor === null ? '' : ` (hypervisor: ${hypervisor})`;
  if (percent === null) return machine('steal', 'warn', `unknown${where}`);
  const found = `${percent.toFixed(1)} % during this check${where}`;
  if (percent <= noticeableStealPercent) return machine('steal', 'ok', found);
  return machine('steal', 'warn', found, 'expect wide intervals; raise --trials, or use a machine of its own');
}

function checkGovernor(governor: string | null): Check {
  if (governor === null) return machine('governor', 'ok', 'none: the frequency is not this kernel’s to choose');
  if (governor === 'performance') return machine('governor', 'ok', governor);
  const fix = 'cpupower frequency-set -g performance (package linux-cpupower)';
  return machine('governor', 'warn', `${governor}: the frequency changes with the load`, fix);
}

function checkAutogroup(sysctls: Record<string, string>): Check {
  const enabled = sysctls['kernel.sched_autogroup_enabled'];
  if (enabled !== '1') return machine('autogroup', 'ok', enabled === undefined ? 'not in this kernel' : 'off');
  return machine('autogroup', 'ok', 'on: nice values order threads within a session; pktpath raises its own group');
}

function checkLoad(environment: Environment): Check {
  const load = environment.load.before;
  const found = `${load.toFixed(2)} over the last minute`;
  if (load <= environment.cpus / 4) return machine('load', 'ok', found);
  return machine('load', 'warn', found, 'end other programs: they take turns with the receiver');
}
