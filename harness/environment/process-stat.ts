import { readFile } from 'node:fs/promises';

/** What pktpath reads of /proc/PID/stat; see proc_pid_stat(5). */
export interface ProcessStat {
  pid: number;
  comm: string;
  /** One letter: R, S, D, Z, … */
  state: string;
  /** Kernel flags of the task (PF_*). */
  flags: number;
  nice: number;
  /** Clock ticks after boot; with the pid it names one process for the life of the machine. */
  startTime: string;
  /** Scheduling policy: 0 SCHED_OTHER, 1 SCHED_FIFO, 2 SCHED_RR, … */
  policy: number;
}

/** PF_KTHREAD of include/linux/sched.h: a user program can take any name, but not this flag. */
const kernelThreadFlag = 0x0020_0000;

/**
 * Reads one line of /proc/PID/stat. The command name is in parentheses and may itself hold parentheses, spaces and
 * newlines, so the fields are counted from the last closing one.
 *
 * @returns null when the text has not that form
 */
export function parseProcessStat(text: string): ProcessStat | null {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 0 || close < open) return null;
  const pid = Number(text.slice(0, open));
  // proc_pid_stat(5) counts from 1; the first field after the name is 3.
  const rest = text
    .slice(close + 1)
    .trim()
    .split(/\s+/);
  const field = (number: number): string => rest[number - 3] ?? '';
  const startTime = field(22);
  if (!Number.isInteger(pid) || pid <= 0 || !/^\d+$/.test(startTime)) return null;
  return {
    pid,
    comm: text.slice(open + 1, close),
    state: field(3),
    flags: Number(field(9)),
    nice: Number(field(19)),
    startTime,
    policy: Number(field(41)),
  };
}

/** Whether the kernel itself runs this task. */
export function isKernelThread(stat: ProcessStat): boolean {
  return (stat.flags & kernelThreadFlag) !== 0;
}

/** @returns the process's stat, or null when there is no such process */
export async function readProcessStat(pid: number): Promise<ProcessStat | null> {
  try {
    return parseProcessStat(await readFile(`/proc/${String(pid)}/stat`, 'utf8'));
  } catch {
    return null;
  }
}

/** Name of a scheduling policy as sched(7) has it. */
export function policyName(policy: number): string {
  const names = ['SCHED_OTHER', 'SCHED_FIFO', 'SCHED_RR', 'SCHED_BATCH', 'SCHED_ISO', 'SCHED_IDLE', 'SCHED_DEADLINE'];
  return names[policy] ?? `policy ${String(policy)}`;
}
