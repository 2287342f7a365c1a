import { setTimeout as sleep } from 'node:timers/promises';
import { failure } from '../../harness/errors.js';
import { requireProgram } from './installed.js';
import { withTracefs } from './private-tracefs.js';
import { ToolProcess } from '../tool-process.js';
import type { Tracer, TracerCounts } from './tracer.js';

/**
 * One clock read, one update with sum and count, one store: the least that gives the time since the tracepoint before
 * on the same CPU.
 */
const timestamps = '$now = nsecs; @[probe] = stats($now - @last[cpu]); @last[cpu] = $now;';
const counting = '@[probe] = count();';

/** It prints when the interval's probe runs; the others are attached within this time of it. */
const settleMs = 300;

export const bpftraceWithTimestamps = bpftrace('bpftrace with timestamps', timestamps);
export const bpftraceCounting = bpftrace('bpftrace, counting only', counting);

function bpftrace(name: string, body: string): Tracer {
  return {
    name,
    describe: () => `tracepoint:… { ${body} }`,
    start: async (tracepoints) => {
      await requireProgram('bpftrace', 'bpftrace');
      const command = ['bpftrace', '-f', 'json', '-e', bpftraceScript(tracepoints, body)];
      const process = new ToolProcess(name, withTracefs(command));
      await process.waitUntil(() => process.stdout.includes('"printf"'));
      await sleep(settleMs);
      let counts: Promise<TracerCounts> | undefined;
      const stop = async (): Promise<TracerCounts> => {
        await process.interrupt();
        return { events: parseBpftrace(process.stdout) };
      };
      return { stop: () => (counts ??= stop()) };
    },
  };
}

/** All tracepoints with one body, and a sign of life. */
export function bpftraceScript(tracepoints: readonly string[], body: string): string {
  const probes = tracepoints.map((name) => `tracepoint:${name}`).join(', ');
  return `${probes} { ${body} } interval:ms:100 { printf("attached\\n"); }`;
}

/**
 * Reads the unnamed map of `bpftrace -f json`: one JSON object a line, the map as counts or as statistics by probe.
 * @returns events by tracepoint, without the leading `tracepoint:`
 * @throws PktpathError (failed) when the map was not printed
 */
export function parseBpftrace(output: string): Map<string, number> {
  for (const line of output.split('\n')) {
    const map = unnamedMap(line);
    if (map === null) continue;
    return new Map(Object.entries(map).map(([probe, value]) => [probe.replace(/^tracepoint:/, ''), countOf(value)]));
  }
  throw failure('bpftrace ended without printing its map', 'it may have been killed');
}

function unnamedMap(line: string): Record<string, unknown> | null {
  let message: unknown;
  try {
    message = JSON.parse(line);
  } catch {
    return null; // a blank line, or what printf() was cut into
  }
  const data = isObject(message) ? message['data'] : null;
  const map = isObject(data) ? data['@'] : null;
  return isObject(map) ? map : null;
}

function countOf(value: unknown): number {
  const count = isObject(value) ? value['count'] : value;
  if (typeof count === 'number' && Number.isSafeInteger(count) && count >= 0) return count;
  throw failure(`bpftrace printed ${JSON.stringify(value).slice(0, 100)} for a count`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
