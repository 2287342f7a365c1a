import { existsSync } from 'node:fs';
import { notPossible } from '../errors.js';
import { printedNumber } from './foreign.js';
import type { ForeignFigures, ForeignTraffic } from './foreign.js';

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

/** What to write where, line by line, before it is started by writing `start` to pgctrl. */
export function pktgenLines({
  sender,
  receiver,
  frameBytes,
  packets,
  packetsPerSecond,
}: ForeignTraffic): PktgenWrite[] {
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
  return [
    { file: thread, line: 'rem_device_all' },
    { file: thread, line: `add_device ${sender.interface}` },
    ...settings.map((line) => ({ file: device, line })),
  ];
}

/** @param text the device's file afterwards @throws exit code 1 when it has no result */
export function pktgenFigures(text: string): ForeignFigures {
  return {
    sent: printedNumber('pktgen', text, /^Result: OK: .* usec, (\d+) \(/m),
    packetsPerSecond: printedNumber('pktgen', text, /^\s*(\d+)pps /m),
  };
}
