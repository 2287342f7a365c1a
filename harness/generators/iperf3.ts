import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { failure } from '../errors.js';
import type { EndpointSpec } from '../executor/contract.js';
import { commandEnvironment } from '../testbed/command.js';
import type { ForeignFigures, ForeignGenerator, ForeignTraffic } from './foreign.js';

/** Where the server listens; the namespace is the run's own. */
const port = 5201;
/** Ethernet, IPv4 and UDP. */
const headers = 14 + 20 + 8;
/** iperf3 keeps two numbers and a clock in each datagram. */
const leastPayload = 16;

/**
 * iperf3 3.12 as a UDP client; needs `startIperf3Server` at the receiver. The segments of its controlling connection are
 * among what the interface counts, and some come after it has ended: a trial's ledger does not close exactly.
 */
export const iperf3: ForeignGenerator = { command, figures };

/** @throws exit code 1 for frames too small for iperf3's own header */
function command({ receiver, frameBytes, packets, packetsPerSecond }: ForeignTraffic): Promise<string[]> {
  const payload = frameBytes - headers;
  if (payload < leastPayload) {
    throw failure(`iperf3 cannot send frames of ${String(frameBytes)} bytes`, 'ask for 64 bytes or more');
  }
  const bitrate = packetsPerSecond === null ? 0 : Math.round(packetsPerSecond * payload * 8);
  return Promise.resolve([
    'iperf3',
    ...['--client', receiver.address, '--port', String(port), '--udp', '--json'],
    ...['--length', String(payload), '--bitrate', String(bitrate), '--blockcount', String(packets)],
  ]);
}

const Output = z.object({
  error: z.string().optional(),
  end: z.object({ sum: z.object({ packets: z.number(), seconds: z.number(), lost_packets: z.number() }).optional() }),
});

/** It leaves with 0 also when it failed, and says so in its JSON. */
function figures(output: string): ForeignFigures {
  const { error, sum } = parse(output);
  if (error !== undefined) throw failure(`iperf3 failed: ${error}`, 'does its server run at the receiver?');
  if (sum === undefined) throw failure('what iperf3 printed has no figures', 'is it another version of iperf3?');
  return { sent: sum.packets, packetsPerSecond: sum.seconds > 0 ? sum.packets / sum.seconds : null };
}

function parse(output: string) {
  try {
    const { error, end } = Output.parse(JSON.parse(output));
    return { error, sum: end.sum };
  } catch (error) {
    throw failure('what iperf3 printed is not its JSON', 'is it another version of iperf3?', error);
  }
}

export interface Iperf3Server {
  pid: number;
  /** Resolves when it is gone. */
  stop(): Promise<void>;
}

/**
 * Starts a server in the receiver's namespace and on its CPU, for one client.
 * @returns when it listens @throws exit code 1 when it does not come to that
 */
export async function startIperf3Server(receiver: EndpointSpec): Promise<Iperf3Server> {
  const serve = ['iperf3', '--server', '--one-off', '--json', '--bind', receiver.address, '--port', String(port)];
  const onItsCpu = ['taskset', '-c', String(receiver.cpu), 'nice', '-n', '-20'];
  const child = spawn('ip', ['netns', 'exec', basename(receiver.netns), ...onItsCpu, ...serve], {
    env: commandEnvironment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (printed += text.toString()));
  const ended = once(child, 'exit').catch((error: unknown) => (printed += String(error)));
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  const { pid } = child;
  if (pid === undefined) {
    await ended;
    throw failure(`the iperf3 server cannot be started: ${printed}`);
  }
  const deadline = Date.now() + 5000;
  while (!(await listens(pid))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw failure(`the iperf3 server does not listen: ${printed.trim().slice(-200)}`);
    }
    await delay(20);
  }
  return { pid, stop };
}

/** Whether the process's namespace has a socket that listens (state 0A) on the port. */
async function listens(pid: number): Promise<boolean> {
  const texts = await Promise.all(['tcp', 'tcp6'].map((name) => readProc(`/proc/${String(pid)}/net/${name}`)));
  return texts.some((text) => new RegExp(`:${port.toString(16).toUpperCase().padStart(4, '0')} \\S+ 0A `).test(text));
}

async function readProc(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return '';
  }
}
