import type { PathSpec } from '../harness/executor/contract.js';
import { generatorSpec } from '../harness/generators/generator-spec.js';
import type { Sending } from '../harness/generators/generator-spec.js';
import type { OwnSendMethod } from '../harness/generators/send-methods.js';
import { pathSpec } from '../harness/paths/path-spec.js';
import type { Cell } from '../harness/run/experiment.js';

const mebibyte = 1024 * 1024;
const largestFrame = 1514;

const packetRecvfrom = pathSpec('packet-recvfrom', largestFrame);
/** With a short buffer timeout, so that the last block is not what the throughput is made of. */
const libpcap = pathSpec('libpcap', largestFrame, { timeoutMs: 5 });
const tcp = pathSpec('tcp', largestFrame, { tcpReceiveBufferBytes: 4 * mebibyte });

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
export function pacedCell(method: OwnSendMethod, packetsPerSecond: number, durationSeconds: number): Cell {
  return cell(libpcap, { traffic: 'raw', frameBytes: 64, packetsPerSecond, method }, durationSeconds);
}

function cell(path: PathSpec, traffic: Omit<Sending, 'durationSeconds'>, durationSeconds: number): Cell {
  const rate = traffic.packetsPerSecond === null ? 'unpaced' : `${traffic.packetsPerSecond} packets/s`;
  const generator = generatorSpec({ ...traffic, durationSeconds });
  const { frameBytes, packetsPerSecond } = traffic;
  const params = { traffic: traffic.traffic, frameBytes, packetsPerSecond };
  return { key: `${path.name}, ${frameBytes} B, ${rate}`, path, generator, params };
}
