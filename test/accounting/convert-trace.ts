import { receiver, receiverNapi, receiverPort, sender, senderNapi } from './replay.js';
import type { EndpointSpec } from '../../harness/executor/contract.js';

interface TraceLine {
  comm: string;
  tid: number;
  time: number;
  event: string;
  text: string;
}

function parse(line: string): TraceLine[] {
  const found = /^\s*(.+)-(\d+)\s+\[\d+\]\s+\S+\s+([\d.]+): (\w+):\s?(.*)$/.exec(line);
  if (found === null) return [];
  const [, comm = '', tid, time, event = '', text = ''] = found;
  return [{ comm, tid: Number(tid), time: Number(time), event, text }];
}

function field(text: string, pattern: RegExp): string {
  const found = pattern.exec(text)?.[1];
  if (found === undefined) throw new Error(`no ${String(pattern)} in: ${text}`);
  return found;
}

/** Gives every thread and interface the number that stands for it in all sequences, and forgets the rest. */
class Names {
  private readonly tids = new Map<number, number>([[0, 0]]);

  constructor(
    lines: readonly TraceLine[],
    private readonly end: EndpointSpec,
    senderNapiTid: number,
    private readonly port: number,
  ) {
    for (const { comm, tid } of lines) {
      if (comm === 'pktpath-rx') this.tids.set(tid, receiver);
      if (comm === 'pktpath-tx') this.tids.set(tid, sender);
    }
    if (end.napiTid !== 0) this.tids.set(end.napiTid, receiverNapi).set(senderNapiTid, senderNapi);
  }

  tid(tid: number): string {
    const known = this.tids.get(tid) ?? 1000 + this.tids.size;
    this.tids.set(tid, known);
    return String(known);
  }

  device(text: string): string {
    const name = field(text, /\b(?:device |dev=)(\S+)/);
    return `ifindex=${name === this.end.interface ? '2' : '3'}`;
  }

  localPort(text: string): string {
    const port = Number(field(text, /src=\S+:(\d+)/));
    return `port=${port === this.port ? String(receiverPort) : '1'}`;
  }
}

function keys({ event, text }: TraceLine, names: Names): string {
  const length = (): string => `len=${field(text, /\blen=(\d+)/)}`;
  switch (event) {
    case 'sched_switch': {
      const state = field(text, / prev_state=(\S+)/);
      const next = names.tid(Number(field(text, / next_pid=(\d+)/)));
      return `preempt=${state === 'R+' ? '1' : '0'} prev_state=${state.startsWith('R') ? '0' : '1'} next=${next}`;
    }
    case 'sched_waking':
      return `pid=${names.tid(Number(field(text, / pid=(\d+)/)))}`;
    case 'softirq_entry':
      return `vec=${field(text, /vec=(\d+)/)}`;
    case 'napi_poll':
      return `${names.device(text)} work=${field(text, / work (\d+)/)}`;
    case 'napi_gro_receive_entry':
    case 'netif_receive_skb':
    case 'net_dev_queue':
      return `${names.device(text)} ${length()}`;
    case 'skb_copy_datagram_iovec':
      return length();
    case 'tcp_probe':
      return `${names.localPort(text)} payload=${field(text, /data_len=(\d+)/)} known=0`;
    default:
      return '';
  }
}

export interface Recording {
  lines: readonly string[];
  unitNs: number;
  receiver: EndpointSpec;
  senderNapiTid: number;
  port: number;
}

/**
 * A sequence from a trace of the receiver's CPU: about `length` events after the middle of its packets, from one idle
 * moment to another, so that no packet is half-way at either end. Where the task that an event belongs to is not the
 * one that was switched to last, a switch went untold.
 */
export function toSequence(recording: Recording, length: number): string[] {
  const trace = recording.lines.flatMap(parse).filter(({ event }) => event !== 'tracing_mark_write');
  const names = new Names(trace, recording.receiver, recording.senderNapiTid, recording.port);
  const idle = trace.flatMap(({ event, text }, index) =>
    event === 'sched_switch' && / next_pid=0\b/.test(text) ? [index] : [],
  );
  const packets = trace.flatMap(({ event }, index) => (event === 'netif_receive_skb' ? [index] : []));
  const middle = packets[Math.floor(packets.length / 2)] ?? Infinity;
  const [begin, end] = idle
    .filter((index) => index > middle)
    .map((index) => [index, idle.find((other) => other >= index + length) ?? Infinity] as const)
    .find(([from, to]) => to - from < 1.2 * length) ?? [0, 0];
  if (end === 0) throw new Error('the CPU was not idle often enough; try again when nothing else runs');
  const origin = trace[begin]?.time ?? 0;
  let now = '0';
  let task = '0';
  const events = trace.slice(begin + 1, end + 1).flatMap((line) => {
    now = String(Math.round((line.time - origin) * recording.unitNs));
    const tid = names.tid(line.tid);
    const untold = tid === task ? [] : [`${now} 0 hidden_switch next=${tid}`];
    const text = keys(line, names);
    task = line.event === 'sched_switch' ? field(text, / next=(\d+)/) : tid;
    return [...untold, `${now} 0 ${line.event} ${text}`.trimEnd()];
  });
  return ['0 0 window_open', ...events, `${now} 0 window_close`];
}
