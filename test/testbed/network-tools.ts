import spawn from 'nano-spawn';

/** Debian keeps these out of an ordinary PATH. */
const env = { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` };

/** Runs a tool that pktpath did not write, to look at what pktpath made. */
export async function tool(program: string, ...args: string[]): Promise<string> {
  return (await spawn(program, args, { env, stdin: 'ignore' })).stdout;
}

/** Pins a thread with taskset(1). */
export async function pin(tid: number, cpu: number): Promise<void> {
  await tool('taskset', '-p', '-c', String(cpu), String(tid));
}

/** Names of the network namespaces on this machine. */
export async function listNamespaces(): Promise<string[]> {
  const list = JSON.parse((await tool('ip', '-json', 'netns', 'list')) || '[]') as { name: string }[];
  return list.map((entry) => entry.name);
}

export interface Link {
  ifname: string;
  ifindex: number;
  mtu: number;
  address: string;
  operstate: string;
  flags: string[];
  stats64: Record<'rx' | 'tx', { packets: number; bytes: number; dropped: number }>;
}

/** An interface inside a namespace. */
export async function link(namespace: string, name: string): Promise<Link> {
  const text = await tool('ip', '-n', namespace, '-s', '-json', 'link', 'show', 'dev', name);
  const [found] = JSON.parse(text) as Link[];
  if (found === undefined) throw new Error(`no ${name} in ${namespace}`);
  return found;
}

/** A file as it reads inside a namespace. */
export async function catInside(namespace: string, file: string): Promise<string> {
  return tool('ip', 'netns', 'exec', namespace, 'cat', file);
}

/** Has a namespace answer every datagram that no socket is there for; by default one a second is answered. */
export async function answerAll(namespace: string): Promise<void> {
  await tool('ip', 'netns', 'exec', namespace, 'sysctl', '-qw', 'net.ipv4.icmp_ratelimit=0');
}

/**
 * Sends UDP datagrams of 22 bytes, 64 bytes a frame, from within a namespace and from one CPU.
 */
export async function sendDatagrams(namespace: string, cpu: number, address: string, count: number): Promise<void> {
  const program = `
    const socket = require('node:dgram').createSocket('udp4');
    let left = ${String(count)};
    const next = () => (left-- > 0 ? socket.send(Buffer.alloc(22), 9, ${JSON.stringify(address)}, next) : socket.close());
    next();
  `;
  await tool('ip', 'netns', 'exec', namespace, 'taskset', '-c', String(cpu), process.execPath, '-e', program);
}
