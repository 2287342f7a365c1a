import { basename } from 'node:path';
import type { EndpointSpec } from '../../harness/executor/contract.js';
import type { Testbed } from '../../harness/testbed/testbed.js';
import { tool } from '../testbed/network-tools.js';

/** What ip(8) and tc(8) see attached to an interface, and every setting of it that a program could have changed. */
export interface Attached {
  /** Mode of the XDP program: 1 native, 2 generic; null when there is none. */
  xdp: number | null;
  qdiscs: string[];
  /** `ip -d link` and `ethtool -k`. */
  settings: string;
}

export async function attachedTo(end: EndpointSpec): Promise<Attached> {
  const namespace = basename(end.netns);
  const inside = (...command: string[]): Promise<string> => tool('ip', 'netns', 'exec', namespace, ...command);
  const links = JSON.parse(await tool('ip', '-n', namespace, '-d', '-j', 'link', 'show', 'dev', end.interface)) as {
    xdp?: { mode: number };
  }[];
  const qdiscs = JSON.parse(await inside('tc', '-j', 'qdisc', 'show', 'dev', end.interface)) as { kind: string }[];
  const features = await inside('ethtool', '-k', end.interface);
  return {
    xdp: links[0]?.xdp?.mode ?? null,
    qdiscs: qdiscs.map(({ kind }) => kind),
    settings: JSON.stringify(links) + features,
  };
}

export async function attachedToBoth(testbed: Testbed): Promise<Attached[]> {
  return Promise.all([testbed.receiver, testbed.sender].map(attachedTo));
}

/** veth's own counters of its first queue, by the names that ethtool(8) -S gives them. */
export async function queueCounters(end: EndpointSpec): Promise<Record<string, number>> {
  const text = await tool('ip', 'netns', 'exec', basename(end.netns), 'ethtool', '-S', end.interface);
  const lines = [...text.matchAll(/^\s*rx_queue_0_(\w+): (\d+)$/gm)];
  return Object.fromEntries(lines.map(([, name = '', value]) => [name, Number(value)]));
}
