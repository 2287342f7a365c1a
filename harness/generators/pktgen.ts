import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { notPossible } from '../errors.js';
import { printedNumber } from './foreign.js';
import type { ForeignFigures, ForeignGenerator, ForeignTraffic } from './foreign.js';

/** The kernel's packet generator: Documentation/networking/pktgen.rst. It sends UDP datagrams to port 9. */
const folder = '/proc/net/pktgen';

/** @throws exit code 4 when the module is not there */
export function requirePktgen(path = folder): void {
  if (existsSync(path)) return;
  throw notPossible(`there is no ${path}: the kernel's module pktgen is not loaded`, 'modprobe pktgen');
}

export interface PktgenWrite {
  file: string;
  line: string;
}

/** What `pktgen-run.ts` is told: where to write what, before it writes `start` to `control` and prints `device`. */
export interface PktgenJob {
  lines: PktgenWrite[];
  control: string;
  device: string;
  thread: string;
}

export const pktgen: ForeignGenerator = { command, figures: pktgenFigures };

/** @throws exit code 4 when the module is not there */
async function command(traffic: ForeignTraffic): Promise<string[]> {
  requirePktgen();
  const runner = fileURLToPath(new URL('pktgen-run.js', import.meta.url));
  return Promise.resolve([process.execPath, runner, JSON.stringify(pktgenJob(traffic))]);
}

export function pktgenJob({ sender, receiver, frameBytes, packets, packetsPerSecond }: ForeignTraffic): PktgenJob {
  const thread = `${folder}/kpktgend_${String(sender.cpu)}`;
  const device = `${folder}/${sender.interface}`;
  const settings = [
    `count ${String(packets)}`,
    `pkt_size ${String(frameBytes)}`,
    ...(packetsPerSecond === null ? ['delay 0'] : [`ratep ${String(packetsPerSecond)}`]),
    `dst_mac ${receiver.mac}`,
    `src_min ${sender.address}`,
    `dst ${receiver.address}`,
  ];
  const lines = [
    { file: thread, line: 'rem_device_all' },
    { file: thread, line: `add_device ${sender.interface}` },
    ...settings.map((line) => ({ file: device, line })),
  ];
  return { lines, control: `${folder}/pgctrl`, device, thread };
}

/** @param text the device's file afterwards @throws exit code 1 when it has no result */
export function pktgenFigures(text: string): ForeignFigures {
  return {
    sent: printedNumber('pktgen', text, /^Result: OK: .* usec, (\d+) \(/m),
    packetsPerSecond: printedNumber('pktgen', text, /^\s*(\d+)pps /m),
  };
}
