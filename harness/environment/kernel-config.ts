import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import type { SystemFiles } from './system-files.js';

/** Largest config that is read; a real one has about 200 kB. */
const mostBytes = 16 * 1024 * 1024;

/** The text of the running kernel's configuration; null when the machine does not show it. */
export async function readKernelConfig(files: SystemFiles, release: string): Promise<string | null> {
  const packed = await files.bytes('proc/config.gz');
  if (packed !== null) {
    try {
      return gunzipSync(packed, { maxOutputLength: mostBytes }).toString('utf8');
    } catch {
      // Not a config; /boot may have one.
    }
  }
  return /^[\w.+~-]+$/.test(release) ? files.text(`boot/config-${release}`) : null;
}

/** SHA-256 of the config's text, so that two records can tell whether they are from one build. */
export function configDigest(config: string): string {
  return createHash('sha256').update(config).digest('hex');
}

/** @returns the timer frequency in Hz; null when the config does not say */
export function parseHz(config: string | null): number | null {
  const value = /^CONFIG_HZ=(\d{1,5})$/m.exec(config ?? '')?.[1];
  return value === undefined ? null : Number(value);
}

/**
 * The preemption model: none, voluntary, full, lazy or rt, with “(dynamic)” where it can be switched. The boot
 * parameter `preempt=` overrides the configured one of a dynamic kernel (kernel-parameters.txt); a switch at run time
 * through debugfs is not seen.
 *
 * @param version /proc/sys/kernel/version, which names the model coarsely when there is no config
 */
export function parsePreemption(config: string | null, commandLine: string, version: string): string | null {
  if (config === null) return /\bPREEMPT(?:[ _](?:RT|DYNAMIC|LAZY))?\b/.exec(version)?.[0] ?? null;
  const has = (name: string): boolean => new RegExp(`^CONFIG_${name}=y$`, 'm').test(config);
  if (has('PREEMPT_RT')) return 'rt';
  const dynamic = has('PREEMPT_DYNAMIC');
  const asked = /(?:^| )preempt=(none|voluntary|full|lazy)(?= |$)/.exec(commandLine)?.[1];
  const model = dynamic && asked !== undefined ? asked : configuredModel(has);
  return model !== null && dynamic ? `${model} (dynamic)` : model;
}

function configuredModel(has: (name: string) => boolean): string | null {
  if (has('PREEMPT_NONE')) return 'none';
  if (has('PREEMPT_VOLUNTARY')) return 'voluntary';
  if (has('PREEMPT_LAZY')) return 'lazy';
  return has('PREEMPT') ? 'full' : null;
}
