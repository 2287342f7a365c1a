import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { tool } from '../testbed/network-tools.js';

/** Processes that a process has started, and theirs. */
export function descendants(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const parent = parentOf(Number(entry));
    if (parent !== null) children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
  }
  const found: number[] = [];
  for (const queue = [pid]; queue.length > 0;) {
    const next = children.get(queue.shift() ?? 0) ?? [];
    found.push(...next);
    queue.push(...next);
  }
  return found;
}

function parentOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return null;
  }
}

/** The measuring processes among the descendants of a process. */
export function workersOf(pid: number): number[] {
  return descendants(pid).filter((child) => commandLine(child).includes('executor/worker.js'));
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

/** Whether it runs; who is dead and not yet reaped does not. */
export function runs(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}

/** What of BPF a process holds open, by the kernel's ids. */
export interface HeldBpf {
  programs: number[];
  links: number[];
}

export function heldBpf(pid: number): HeldBpf {
  const held: HeldBpf = { programs: [], links: [] };
  for (const fd of listOf(`/proc/${String(pid)}/fdinfo`)) {
    const text = readOr(`/proc/${String(pid)}/fdinfo/${fd}`);
    const link = /^link_id:\s+(\d+)/m.exec(text)?.[1];
    const program = /^prog_id:\s+(\d+)/m.exec(text)?.[1];
    if (link !== undefined) held.links.push(Number(link));
    else if (program !== undefined) held.programs.push(Number(program));
  }
  return held;
}

/** Sockets that a process holds open, by inode. */
export function heldSockets(pid: number): string[] {
  const folder = `/proc/${String(pid)}/fd`;
  return listOf(folder).flatMap((fd) => {
    try {
      return readlinkSync(`${folder}/${fd}`).match(/^socket:\[(\d+)\]$/)?.[1] ?? [];
    } catch {
      return [];
    }
  });
}

/** Ids of all that the kernel has loaded, by bpftool(8). */
export async function loadedBpf(): Promise<HeldBpf> {
  const ids = async (kind: string): Promise<number[]> => {
    // It fails when something goes while it goes through the list.
    for (let attempt = 1; ; attempt++) {
      try {
        const list = JSON.parse((await tool('bpftool', '--json', kind, 'list')) || '[]') as { id: number }[];
        return list.map(({ id }) => id);
      } catch (error) {
        if (attempt === 20) throw error;
        await delay(50);
      }
    }
  };
  return { programs: await ids('prog'), links: await ids('link') };
}

/** Those of `held` that the kernel still has. It frees them a grace period after their last holder. */
export async function leftOf(held: HeldBpf, patienceMs = 5000): Promise<HeldBpf> {
  let left = held;
  await waitUntil(async () => {
    const loaded = await loadedBpf();
    left = {
      programs: held.programs.filter((id) => loaded.programs.includes(id)),
      links: held.links.filter((id) => loaded.links.includes(id)),
    };
    return left.programs.length + left.links.length === 0;
  }, patienceMs);
  return left;
}

/** Looks again and again until it is so. @returns whether it came to be in time */
export async function waitUntil(so: () => boolean | Promise<boolean>, patienceMs: number): Promise<boolean> {
  const deadline = Date.now() + patienceMs;
  while (!(await so())) {
    if (Date.now() > deadline) return false;
    await delay(20);
  }
  return true;
}

function listOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readOr(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
