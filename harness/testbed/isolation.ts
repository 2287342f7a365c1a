import { formatCpuMask, parseCpuMask } from '../environment/cpu-list.js';
import { failure, notPossible } from '../errors.js';
import type { Anchor } from './anchor.js';
import { findNewNapiThread, listNapiThreads, pinNapiThread } from './napi-thread.js';
import type { PinnedThread } from './napi-thread.js';
import type { Isolation } from './testbed.js';

/** One end of the veth pair: where its namespace is reached, and the CPU that is to do its kernel work. */
export interface End {
  anchor: Anchor;
  interface: string;
  cpu: number;
}

/** What steers an end's packets, as read back. */
export interface Steering {
  rpsCpus: string;
  threaded: string;
  napiThread: PinnedThread | null;
}

/**
 * Moves an end's receive work to its CPU, in the way that the isolation names, and reads back what the kernel made of
 * it. Both ends are steered: at the sender's end what arrives are the acknowledgements, and they are the sender's work.
 *
 * @throws exit code 4 when the kernel lacks the means; exit code 1 when it does not do what was asked
 */
export async function steer(
  end: End,
  isolation: Isolation,
  setAffinity: (tid: number, cpu: number) => Promise<void>,
): Promise<Steering> {
  const napiThread = isolation === 'napi-thread' ? await giveNapiThread(end, setAffinity) : null;
  if (isolation === 'rps') await steerByRps(end);
  const steering = {
    rpsCpus: await readOptional(end, 'queues/rx-0/rps_cpus'),
    threaded: await readOptional(end, 'threaded'),
    napiThread,
  };
  check(end, isolation, steering);
  return steering;
}

/** Takes back what `steer` has done, so that the end can be steered in another way. */
export async function unsteer(end: End): Promise<void> {
  for (const setting of ['threaded', 'queues/rx-0/rps_cpus']) {
    if (['', '0'].includes(await readOptional(end, setting))) continue;
    await end.anchor.writeSys(`${end.interface}/${setting}`, '0');
  }
}

async function giveNapiThread(
  end: End,
  setAffinity: (tid: number, cpu: number) => Promise<void>,
): Promise<PinnedThread> {
  const before = await listNapiThreads(end.interface);
  try {
    await end.anchor.writeSys(`${end.interface}/threaded`, '1');
  } catch (error) {
    throw notPossible('this kernel has no NAPI threads (Linux 5.12 and later do)', 'try --set isolation=rps', error);
  }
  const tid = await findNewNapiThread(end.interface, before);
  return pinNapiThread(tid, end.cpu, setAffinity);
}

async function steerByRps(end: End): Promise<void> {
  try {
    await end.anchor.writeSys(`${end.interface}/queues/rx-0/rps_cpus`, formatCpuMask(end.cpu));
  } catch (error) {
    throw notPossible('this kernel has no receive packet steering (CONFIG_RPS)', 'try --set isolation=inline', error);
  }
}

/** Text of a setting, empty when the kernel does not have it. */
async function readOptional(end: End, setting: string): Promise<string> {
  return end.anchor.readSys(`${end.interface}/${setting}`).catch(() => '');
}

function check(end: End, isolation: Isolation, steering: Steering): void {
  const steeredTo = parseCpuMask(steering.rpsCpus === '' ? '0' : steering.rpsCpus);
  const wantedCpus = isolation === 'rps' ? [end.cpu] : [];
  const wantedThreads = isolation === 'napi-thread' ? '1' : '0';
  const threaded = steering.threaded === '' ? '0' : steering.threaded;
  if (steeredTo === null || steeredTo.join() !== wantedCpus.join() || threaded !== wantedThreads) {
    throw failure(
      `${end.interface} is not isolated by ${isolation}: rps_cpus ${steering.rpsCpus}, threaded ${steering.threaded}`,
      'look for a system-wide default, e.g. sysctl net.core.rps_default_mask',
    );
  }
}
