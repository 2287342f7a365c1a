import type { PathName } from '../executor/contract.js';
import { defaultPathOptions } from './path-spec.js';
import type { PathOptions } from './path-spec.js';

/** A path as the experiment `paths` shows it: by itself, or with one thing changed. */
export interface PathVariant {
  path: PathName;
  /** Names what is changed; null for the path as it is. */
  variant: string | null;
  options: Partial<PathOptions>;
}

function variant(path: PathName, name: string | null = null, options: Partial<PathOptions> = {}): PathVariant {
  return { path, variant: name, options };
}

/** Whether its stages cannot be told: the probes follow one reader, and one that sleeps. */
export function unprobedOnly(options: Partial<PathOptions>): boolean {
  const { waiting, workers } = { ...defaultPathOptions, ...options };
  return waiting !== 'sleep' || workers > 1;
}

const mebibyte = 1024 * 1024;

/** In the order of tables. */
export const pathVariants: readonly PathVariant[] = [
  variant('tcp'),
  variant('udp'),
  variant('udp-recvmmsg'),
  variant('sock-packet'),
  variant('packet-recvfrom'),
  variant('packet-recvfrom', 'spin', { waiting: 'spin' }),
  variant('packet-recvmmsg'),
  variant('tpacket-v1'),
  variant('tpacket-v2'),
  variant('tpacket-v3'),
  variant('tpacket-v3', '2 workers', { workers: 2 }),
  variant('libpcap'),
  variant('libpcap', 'immediate', { immediate: true }),
  variant('libpcap', 'buffer 32 MiB', { bufferBytes: 32 * mebibyte }),
  variant('af-xdp', 'generic', { afXdpMode: 'generic' }),
  variant('af-xdp', 'native-copy', { afXdpMode: 'native-copy' }),
  variant('af-xdp', 'native-zero-copy', { afXdpMode: 'native-zero-copy' }),
  variant('xdp-count', 'generic', { xdpMode: 'generic' }),
  variant('xdp-count', 'native', { xdpMode: 'native' }),
  variant('tc-count'),
  variant('socket-filter-count'),
];
