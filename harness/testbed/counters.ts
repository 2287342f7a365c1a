import { failure } from '../errors.js';
import type { TestbedCounters } from './testbed.js';

/** Counters of one interface, as /proc/net/dev has them. Bytes are without the Ethernet header where NAPI counts. */
export interface InterfaceCounters {
  rxBytes: number;
  rxPackets: number;
  rxDropped: number;
  txBytes: number;
  txPackets: number;
  txDropped: number;
}

/**
 * Reads one interface's line of /proc/net/dev: eight counters of receiving, then eight of sending.
 *
 * @throws exit code 1 when the interface is not there
 */
export function parseInterfaceCounters(text: string, name: string): InterfaceCounters {
  const line = text.split('\n').find((candidate) => candidate.trimStart().startsWith(`${name}:`));
  const values =
    line
      ?.slice(line.indexOf(':') + 1)
      .trim()
      .split(/\s+/)
      .map(Number) ?? [];
  const [rxBytes, rxPackets, , rxDropped, , , , , txBytes, txPackets, , txDropped] = values;
  const picked = { rxBytes, rxPackets, rxDropped, txBytes, txPackets, txDropped };
  if (!Object.values(picked).every((value) => Number.isSafeInteger(value))) {
    throw failure(`no counters of interface ${name} in its namespace`, 'was it removed during the run?');
  }
  return picked as InterfaceCounters;
}

/**
 * Reads one value of /proc/net/snmp: a line of names and a line of values for each protocol.
 *
 * @throws exit code 1 when the kernel does not list it
 */
export function parseSnmp(text: string, protocol: string, name: string): number {
  const lines = text.split('\n').filter((line) => line.startsWith(`${protocol}:`));
  const index = lines[0]?.split(' ').indexOf(name) ?? -1;
  const value = Number(lines[1]?.split(' ')[index]);
  if (index < 1 || !Number.isSafeInteger(value)) throw failure(`/proc/net/snmp has no ${protocol} ${name}`);
  return value;
}

/**
 * Sums columns 2 and 3 of /proc/net/softnet_stat over its lines, one a CPU; hexadecimal, 32 bits that wrap
 * (softnet_seq_show in net/core/net-procfs.c). The file is the same in every namespace.
 */
export function parseSoftnet(text: string): { dropped: number; timeSqueeze: number } {
  const rows = text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  const sum = (column: number): number =>
    rows.reduce((total, row) => total + Number.parseInt(row[column] ?? 'missing', 16), 0);
  const counters = { dropped: sum(1), timeSqueeze: sum(2) };
  if (!Number.isSafeInteger(counters.dropped) || !Number.isSafeInteger(counters.timeSqueeze)) {
    throw failure('/proc/net/softnet_stat is not in its usual form');
  }
  return counters;
}

/** The kernel's texts from which the testbed's counters are read. */
export interface CounterTexts {
  receiverDev: string;
  senderDev: string;
  receiverSnmp: string;
  senderSnmp: string;
  softnet: string;
}

export function parseCounters(texts: CounterTexts, names: { receiver: string; sender: string }): TestbedCounters {
  const receiver = parseInterfaceCounters(texts.receiverDev, names.receiver);
  const sender = parseInterfaceCounters(texts.senderDev, names.sender);
  const softnet = parseSoftnet(texts.softnet);
  return {
    receiverRxPackets: receiver.rxPackets,
    receiverRxBytes: receiver.rxBytes,
    receiverRxDropped: receiver.rxDropped,
    senderTxPackets: sender.txPackets,
    senderTxDropped: sender.txDropped,
    softnetDropped: softnet.dropped,
    softnetTimeSqueeze: softnet.timeSqueeze,
    tcpRetransSegs: parseSnmp(texts.senderSnmp, 'Tcp', 'RetransSegs'),
    udpRcvbufErrors: parseSnmp(texts.receiverSnmp, 'Udp', 'RcvbufErrors'),
  };
}
