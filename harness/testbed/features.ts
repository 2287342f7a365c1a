import { failure } from '../errors.js';
import { run } from './command.js';
import { hasNapi } from './testbed.js';
import type { Isolation } from './testbed.js';

/** Interface features by ethtool's long names, `on` or `off`. */
export type Features = Record<string, string>;

/**
 * What every isolation has. Segmentation offloads are off so that one wire packet is one packet everywhere, and since
 * veth gives a packet to NAPI only when it is no TSO super-packet. Checksum offload stays as the kernel has it (on):
 * veth then carries packets unverified, as a card with receive checksums does, which nearly all have; without it the
 * receiver's stack would sum every TCP byte in software, on the TCP road alone.
 *
 * GRO is what gives a veth interface NAPI; without it packets go through the CPU's backlog.
 */
export function wantedFeatures(isolation: Isolation): Features {
  return {
    'tcp-segmentation-offload': 'off',
    'generic-segmentation-offload': 'off',
    'generic-receive-offload': hasNapi(isolation) ? 'on' : 'off',
  };
}

/** The names that `ethtool -K` takes for them, in every version. */
const shortNames: Record<string, string> = {
  'tcp-segmentation-offload': 'tso',
  'generic-segmentation-offload': 'gso',
  'generic-receive-offload': 'gro',
};

/**
 * Reads the text of `ethtool -k`: `name: on|off [fixed]`, sub-features indented below. Other lines are left out.
 */
export function parseFeatures(text: string): Features {
  const features: Features = {};
  for (const line of text.split('\n')) {
    const match = /^\s*([a-z0-9_-]+): (on|off)\b/.exec(line);
    if (match?.[1] !== undefined && match[2] !== undefined) features[match[1]] = match[2];
  }
  return features;
}

export async function readFeatures(namespace: string, name: string): Promise<Features> {
  await checkEthtool();
  return parseFeatures(await run('ip', ['netns', 'exec', namespace, 'ethtool', '-k', name]));
}

let ethtoolFound: Promise<string> | undefined;

/**
 * `ip netns exec` would report a missing ethtool as a failure of its own, so ask for it by itself first, once.
 *
 * @returns its version line @throws exit code 4, naming the package
 */
export async function checkEthtool(): Promise<string> {
  ethtoolFound ??= run('ethtool', ['--version']);
  try {
    return await ethtoolFound;
  } catch (error) {
    ethtoolFound = undefined;
    throw error;
  }
}

/** Sets the features and reads all of them back. @throws exit code 1 when the kernel did not grant one */
export async function setFeatures(namespace: string, name: string, wanted: Features): Promise<Features> {
  const words = Object.entries(wanted).flatMap(([feature, value]) => [shortNames[feature] ?? feature, value]);
  await run('ip', ['netns', 'exec', namespace, 'ethtool', '-K', name, ...words]);
  const granted = await readFeatures(namespace, name);
  for (const [feature, value] of Object.entries(wanted)) {
    if (granted[feature] !== value) {
      throw failure(
        `${name}: asked for ${feature} ${value}, the kernel left it ${granted[feature] ?? 'unset'}`,
        'choose another isolation: pktpath doctor shows which this kernel has',
      );
    }
  }
  return granted;
}
