import { readdir, readFile } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { parseCpuList } from '../environment/cpu-list.js';
import { isKernelThread, policyName, readProcessStat } from '../environment/process-stat.js';
import { failure } from '../errors.js';

const searchTimeoutMs = 2_000;
const searchEveryMs = 10;

/** The highest priority of SCHED_OTHER. */
export const napiNice = -20;

export interface PinnedThread {
  tid: number;
  comm: string;
  cpus: number[];
  nice: number;
  policy: string;
}

/**
 * NAPI threads of interfaces with this name, in any namespace: the kernel names them `napi/INTERFACE-ID`.
 *
 * @returns thread ids
 */
export async function listNapiThreads(name: string): Promise<number[]> {
  const prefix = `napi/${name}`;
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const comm = await readFile(`/proc/${String(pid)}/comm`, 'utf8').catch(() => '');
      if (!comm.startsWith(prefix)) return null;
      const stat = await readProcessStat(pid);
      return stat !== null && isKernelThread(stat) ? pid : null;
    }),
  );
  return found.filter((tid) => tid !== null);
}

/**
 * Waits for the one NAPI thread that an interface got since `before` was listed.
 *
 * @throws exit code 1 when there is none within two seconds, or more than one
 */
export async function findNewNapiThread(name: string, before: readonly number[]): Promise<number> {
  const deadline = Date.now() + searchTimeoutMs;
  for (;;) {
    const fresh = (await listNapiThreads(name)).filter((tid) => !before.includes(tid));
    if (fresh.length === 1 && fresh[0] !== undefined) return fresh[0];
    if (fresh.length > 1) {
      throw failure(`${name} has ${String(fresh.length)} NAPI threads, expected one`, 'no other testbed may come up');
    }
    if (Date.now() > deadline) {
      throw failure(`the kernel started no NAPI thread for ${name}`, 'try --set isolation=rps');
    }
    await delay(searchEveryMs);
  }
}

/**
 * Pins a NAPI thread to one CPU and raises it to nice −20, since it competes in the root scheduling group with the
 * autogroup of pktpath's own threads, which have that priority. Both are read back.
 */
export async function pinNapiThread(
  tid: number,
  cpu: number,
  setAffinity: (tid: number, cpu: number) => Promise<void>,
): Promise<PinnedThread> {
  await setAffinity(tid, cpu);
  setPriority(tid, napiNice);
  const stat = await readProcessStat(tid);
  if (stat === null) throw failure(`NAPI thread ${String(tid)} is gone`);
  const cpus = await readAllowedCpus(tid);
  if (cpus.length !== 1 || cpus[0] !== cpu || stat.nice !== napiNice) {
    throw failure(
      `NAPI thread ${stat.comm} was to be on CPU ${String(cpu)} at nice ${String(napiNice)}, ` +
        `and is on CPU ${cpus.join(',')} at nice ${String(stat.nice)}`,
      'try --set isolation=rps',
    );
  }
  return { tid, comm: stat.comm, cpus, nice: stat.nice, policy: policyName(stat.policy) };
}

async function readAllowedCpus(tid: number): Promise<number[]> {
  const status = await readFile(`/proc/${String(tid)}/status`, 'utf8');
  return parseCpuList(/^Cpus_allowed_list:\s*(.*)$/m.exec(status)?.[1] ?? '') ?? [];
}
