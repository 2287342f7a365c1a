import { readFile, writeFile } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { basename } from 'node:path';
import type { EndpointSpec } from '../../harness/executor/contract.js';
import { run } from '../../harness/testbed/command.js';
import { ToolProcess } from '../tool-process.js';

/** What pktpath gives its own threads: before every other task of the same class, in a session of their own. */
const nice = -20;

/** A program in the receiver's namespace and on its CPU, with the priority that pktpath's own reader has. */
export async function startAt(receiver: EndpointSpec, command: readonly string[]): Promise<ToolProcess> {
  const launcher = ['ip', 'netns', 'exec', basename(receiver.netns), 'taskset', '-c', String(receiver.cpu)];
  const tool = new ToolProcess(command[0] ?? '', [...launcher, ...command], { session: true });
  // ip and taskset replace themselves, so that the pid is the program's own
  if (tool.pid !== undefined) await raise(tool.pid);
  return tool;
}

async function raise(pid: number): Promise<void> {
  try {
    setPriority(pid, nice);
    await writeFile(`/proc/${String(pid)}/autogroup`, String(nice));
  } catch (error) {
    // gone already, which whoever waits for it will say better; or a kernel without autogroups
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ESRCH' && code !== 'EINVAL') throw error;
  }
}

/** A program at one end, to its end; standard output alone. @throws PktpathError when it fails */
export async function runAt({ netns, cpu }: EndpointSpec, command: readonly string[]): Promise<string> {
  return run('ip', ['netns', 'exec', basename(netns), 'taskset', '-c', String(cpu), 'nice', '-n', '-20', ...command]);
}

/** Whether the process's namespace has a packet socket. */
export async function hasPacketSocket(pid: number): Promise<boolean> {
  const text = await readFile(`/proc/${String(pid)}/net/packet`, 'utf8').catch(() => '');
  return text.trim().split('\n').length > 1;
}

/** One counter of `ethtool -S`. @throws RangeError when the driver has none of that name */
export async function driverCounter({ netns, interface: device }: EndpointSpec, name: string): Promise<number> {
  const text = await run('ip', ['netns', 'exec', basename(netns), 'ethtool', '-S', device]);
  const value = new RegExp(`^\\s*${name}: (\\d+)$`, 'm').exec(text)?.[1];
  if (value === undefined) throw new RangeError(`${device} has no counter ${name}`);
  return Number(value);
}
