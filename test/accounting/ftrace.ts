import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tool } from '../testbed/network-tools.js';

const events = [
  ...['sched:sched_switch', 'sched:sched_waking', 'irq:softirq_entry', 'irq:softirq_exit'],
  ...['irq:irq_handler_entry', 'irq:irq_handler_exit', 'napi:napi_poll', 'skb:consume_skb'],
  ...['net:napi_gro_receive_entry', 'net:napi_gro_receive_exit', 'net:netif_receive_skb'],
  ...['net:net_dev_queue', 'net:net_dev_xmit', 'skb:skb_copy_datagram_iovec'],
  ...['tcp:tcp_probe', 'tcp:tcp_rcv_space_adjust', 'raw_syscalls:sys_enter', 'raw_syscalls:sys_exit'],
  ...['local_timer', 'reschedule', 'call_function', 'call_function_single', 'irq_work'].flatMap((vector) => [
    `irq_vectors:${vector}_entry`,
    `irq_vectors:${vector}_exit`,
  ]),
];

/**
 * Records one CPU with the kernel's own tracer while `work` runs. All of it is in an instance of our own, on a mount of
 * our own: nothing that others trace changes, and both are gone afterwards.
 * @returns the trace's lines, and nanoseconds a unit of its clock
 */
export async function recordCpu(cpu: number, work: () => Promise<void>): Promise<{ lines: string[]; unitNs: number }> {
  const mount = mkdtempSync(join(tmpdir(), 'pktpath-tracefs-'));
  await tool('mount', '-t', 'tracefs', 'tracefs', mount);
  const instance = join(mount, 'instances', `pktpath-${String(process.pid)}`);
  const set = (file: string, value: string): void => {
    writeFileSync(join(instance, file), value);
  };
  const get = (file: string): string => readFileSync(join(instance, file), 'utf8');
  try {
    mkdirSync(instance);
    set('tracing_on', '0');
    set('buffer_size_kb', '16384');
    set('tracing_cpumask', (1n << BigInt(cpu)).toString(16));
    // the text shows microseconds of mono, and every tick of the other
    const tsc = get('trace_clock').includes('x86-tsc');
    set('trace_clock', tsc ? 'x86-tsc' : 'mono');
    for (const event of events) set(`events/${event.replace(':', '/')}/enable`, '1');
    const began = process.hrtime.bigint();
    const mark = (): void => {
      set('trace_marker', `at ${String(process.hrtime.bigint() - began)}`);
    };
    set('tracing_on', '1');
    // the marker's line must be of the CPU that is recorded
    await tool('taskset', '-p', '-c', String(cpu), String(process.pid));
    mark();
    await work();
    mark();
    set('tracing_on', '0');
    if (!/^overrun: 0$/m.test(get(`per_cpu/cpu${String(cpu)}/stats`))) throw new Error('the trace buffer overran');
    const lines = get('trace').split('\n');
    return { lines, unitNs: tsc ? unitOf(lines) : 1000 };
  } finally {
    rmdirSync(instance);
    await tool('umount', mount);
    rmdirSync(mount);
  }
}

/** From the two markers, which say the time in nanoseconds. */
function unitOf(lines: readonly string[]): number {
  const marks = lines.flatMap((line) => {
    const found = /\s(\d+): tracing_mark_write: at (\d+)/.exec(line);
    return found === null ? [] : [{ ticks: Number(found[1]), ns: Number(found[2]) }];
  });
  const [first, last] = [marks[0], marks.at(-1)];
  if (first === undefined || last === undefined || first === last) throw new Error('the trace lacks its markers');
  return (last.ns - first.ns) / (last.ticks - first.ticks);
}
