import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { readProcessStat } from '../environment/process-stat.js';

/** One process, told apart from a later one that got the same pid, also after a reboot. */
export const ProcessIdentity = z.object({
  pid: z.number().int().positive(),
  /** Clock ticks after boot: field 22 of /proc/PID/stat. */
  startTime: z.string(),
  bootId: z.string(),
});
export type ProcessIdentity = z.infer<typeof ProcessIdentity>;

async function readBootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
}

/** Who this process is. */
export async function ownIdentity(): Promise<ProcessIdentity> {
  const stat = await readProcessStat(process.pid);
  if (stat === null) throw new Error('/proc/self/stat cannot be read: is /proc mounted?');
  return { pid: process.pid, startTime: stat.startTime, bootId: await readBootId() };
}

/** Whether this very process still runs; one that only waits to be reaped does not. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  const stat = await readProcessStat(identity.pid);
  if (stat === null || stat.state === 'Z' || stat.state === 'X') return false;
  return stat.startTime === identity.startTime && identity.bootId === (await readBootId());
}
