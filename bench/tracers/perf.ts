import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import spawn from 'nano-spawn';
import { commandEnvironment } from '../../harness/testbed/command.js';
import { failure } from '../../harness/errors.js';
import { requireProgram } from './installed.js';
import { withTracefs } from './private-tracefs.js';
import { ToolProcess } from '../tool-process.js';
import type { Tracer, TracerCounts } from './tracer.js';

const packages = 'linux-perf (Debian) or linux-tools-generic (Ubuntu)';
/** From the first bytes of its file on, which it writes once its events are open. */
const settleMs = 500;
/** For each CPU; with the default of 512 KiB it loses most of the events of an unpaced trial. */
const bufferBytes = '4M';
/** The kernel lets nothing sample it: a sample is handed over by an irq_work, so it would cause the next one. */
const notSampled = 'irq_vectors:irq_work_exit';
const reportTimeoutMs = 60_000;

export const perfRecord: Tracer = {
  name: 'perf record',
  describe: () => `perf record -a -m ${bufferBytes} -e …, without ${notSampled}, which the kernel lets nothing sample`,
  start: async (tracepoints) => {
    await requireProgram('perf', packages);
    const folder = await mkdtemp(join(tmpdir(), 'pktpath-perf-'));
    const file = join(folder, 'perf.data');
    const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
    try {
      const options = ['--no-buildid', '--no-buildid-cache', '-q', '-a', '-m', bufferBytes];
      const command = [
        'perf',
        'record',
        ...options,
        '-o',
        file,
        '-e',
        tracepoints.filter((name) => name !== notSampled).join(','),
      ];
      const process = new ToolProcess('perf record', withTracefs(command));
      await process.waitUntil(() => hasBytes(file));
      await sleep(settleMs);
      let counts: Promise<TracerCounts> | undefined;
      const stop = async (): Promise<TracerCounts> => {
        try {
          await process.interrupt();
          return { events: parsePerfStats(await statistics(file)) };
        } finally {
          await remove();
        }
      };
      return { stop: () => (counts ??= stop()) };
    } catch (error) {
      await remove();
      throw error;
    }
  },
};

async function hasBytes(file: string): Promise<boolean> {
  return stat(file).then(
    ({ size }) => size > 0,
    () => false,
  );
}

async function statistics(file: string): Promise<string> {
  try {
    const args = ['report', '--stats', '-i', file];
    return (await spawn('perf', args, { env: commandEnvironment, timeout: reportTimeoutMs })).stdout;
  } catch (error) {
    throw failure('perf cannot read back what it recorded', undefined, error);
  }
}

/**
 * Reads `perf report --stats`: after the total, a block for each event with the number of its samples.
 * @returns samples by event
 * @throws PktpathError (failed) when there is no such block
 */
export function parsePerfStats(output: string): Map<string, number> {
  const events = new Map<string, number>();
  let event: string | null = null;
  for (const line of output.split('\n')) {
    const heading = /^(\S+:\S+) stats:\s*$/.exec(line)?.[1];
    if (heading !== undefined) event = heading;
    const samples = /^\s+SAMPLE events:\s+(\d+)/.exec(line)?.[1];
    if (event !== null && samples !== undefined) events.set(event, Number(samples));
  }
  if (events.size === 0) throw failure('perf recorded no sample of any tracepoint');
  return events;
}
