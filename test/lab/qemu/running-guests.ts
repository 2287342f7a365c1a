import { readFileSync } from 'node:fs';
import { descendants, runs } from '../../live/processes.js';

/** QEMUs that a process, or one that it has started, runs. */
export function guestsOf(pid: number): number[] {
  return descendants(pid).filter(isRunningGuest);
}

export function isRunningGuest(pid: number): boolean {
  return isQemu(pid) && runs(pid);
}

function isQemu(pid: number): boolean {
  try {
    return readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').includes('qemu-system-x86_64');
  } catch {
    return false;
  }
}
