import { bpftraceCounting, bpftraceWithTimestamps } from './bpftrace.js';
import { perfRecord } from './perf.js';
import type { Tracer } from './tracer.js';

/** What pktpath's probes are held against. */
export const tracers: readonly Tracer[] = [bpftraceWithTimestamps, bpftraceCounting, perfRecord];
