import type { GeneratorSpec, PathSpec } from '../harness/executor/contract.js';
import type { Cell } from '../harness/run/experiment.js';

const mebibyte = 1024 * 1024;
const largestFrame = 1514;
/** Ethernet, IPv4 and TCP without options. */
const tcpHeaderBytes = 14 + 20 + 20;
/** More than any receiver of one core takes: time ends an unpaced trial. */
const mostPacketsPerSecond = 10_000_000;

const packetRecvfrom: PathSpec = { name: 'packet-recvfrom', receiveBufferBytes: 4 * mebibyte, snaplen: 262_144 };
/** With a short buffer timeout, so that the last block is not what the throughput is made of. */
const libpcap: PathSpec = {
  name: 'libpcap',
  bufferBytes: 2 * mebibyte,
  timeoutMs: 5,
  immediate: false,
  snaplen: 262_144,
};
const tcp: PathSpec = {
  name: 'tcp',
  readBytes: 65_536,
  receiveBufferBytes: 4 * mebibyte,
  messageBytes: largestFrame - tcpHeaderBytes,
};

/** As fast as the generator goes, through each road. */
export function unpacedCells(durationSeconds: number): Cell[] {
  return [
    cell(packetRecvfrom, { traffic: 'raw', frameBytes: 64, packetsPerSecond: null }, durationSeconds),
    cell(packetRecvfrom, { traffic: 'raw', frameBytes: largestFrame, packetsPerSecond: null }, durationSeconds),
    cell(libpcap, { traffic: 'raw', frameBytes: 64, packetsPerSecond: null }, durationSeconds),
    cell(tcp, { traffic: 'tcp-bulk', frameBytes: largestFrame, packetsPerSecond: null }, durationSeconds),
  ];
}

/** At a rate that the generator has to keep; libpcap receives, for it takes the least of the machine. */
export function pacedCell(packetsPerSecond: number, durationSeconds: number): Cell {
  return cell(libpcap, { traffic: 'raw', frameBytes: 64, packetsPerSecond }, durationSeconds);
}

function cell(
  path: PathSpec,
  traffic: Pick<GeneratorSpec, 'traffic' | 'frameBytes' | 'packetsPerSecond'>,
  durationSeconds: number,
): Cell {
  const packets = Math.ceil((traffic.packetsPerSecond ?? mostPacketsPerSecond) * durationSeconds);
  // A paced sender that falls behind is stopped; an unpaced one is ended by time.
  const slack = traffic.packetsPerSecond === null ? 1 : 1.5;
  const generator = { ...traffic, packets, maxDurationNs: Math.round(slack * durationSeconds * 1e9) };
  const rate = traffic.packetsPerSecond === null ? 'unpaced' : `${traffic.packetsPerSecond} packets/s`;
  return { key: `${path.name}, ${traffic.frameBytes} B, ${rate}`, path, generator, params: { ...traffic } };
}
