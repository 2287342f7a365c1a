import { SystemFiles } from './system-files.js';

/** Clock ticks since boot. */
export interface Ticks {
  total: number;
  /** What the hypervisor gave to others while this machine wanted to run. */
  steal: number;
}

export interface CpuTimes {
  all: Ticks;
  /** By CPU number. */
  cpus: Record<number, Ticks>;
}

/**
 * Reads the cpu lines of /proc/stat. The total is user, nice, system, idle, iowait, irq, softirq and steal; guest time
 * is part of user time already (proc_stat(5)).
 *
 * @returns null when there is no such line, or it is from before steal was counted (Linux 2.6.11)
 */
export function parseCpuTimes(text: string): CpuTimes | null {
  let all: Ticks | null = null;
  const cpus: Record<number, Ticks> = {};
  for (const line of text.split('\n')) {
    const match = /^cpu(\d*)((?:\s+\d+){8,})\s*$/.exec(line);
    if (!match) continue;
    const counted = (match[2] ?? '').trim().split(/\s+/).map(Number).slice(0, 8);
    const ticks = { total: counted.reduce((sum, value) => sum + value, 0), steal: counted[7] ?? 0 };
    if (match[1] === '') all = ticks;
    else cpus[Number(match[1])] = ticks;
  }
  return all === null ? null : { all, cpus };
}

/** @returns null when /proc/stat cannot be read */
export async function readCpuTimes(files = new SystemFiles()): Promise<CpuTimes | null> {
  const text = await files.text('proc/stat');
  return text === null ? null : parseCpuTimes(text);
}

/**
 * Share of CPU time, in percent, that the hypervisor took between two readings. Ticks are 10 ms or less often, so that
 * a short interval gives a coarse figure.
 *
 * @param cpus count only these; all of them when left out
 * @returns null when the readings do not tell: one is missing, no tick passed, or a counter went back
 */
export function stealPercent(before: CpuTimes | null, after: CpuTimes | null, cpus?: readonly number[]): number | null {
  if (before === null || after === null) return null;
  const pick = (times: CpuTimes): Ticks[] => (cpus ? cpus.flatMap((cpu) => times.cpus[cpu] ?? []) : [times.all]);
  const [old, now] = [pick(before), pick(after)];
  if (cpus && (old.length < cpus.length || now.length < cpus.length)) return null;
  const sum = (list: Ticks[], key: keyof Ticks): number => list.reduce((total, ticks) => total + ticks[key], 0);
  const total = sum(now, 'total') - sum(old, 'total');
  const steal = sum(now, 'steal') - sum(old, 'steal');
  if (total <= 0 || steal < 0) return null;
  return Math.min(100, (100 * steal) / total);
}
