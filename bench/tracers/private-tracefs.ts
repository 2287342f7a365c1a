import { existsSync } from 'node:fs';

const places = ['/sys/kernel/tracing/events', '/sys/kernel/debug/tracing/events'];

/** Mounts tracefs where only what is started from here sees it, and becomes that program. */
const mountAndRun = 'mount -t tracefs nodev /sys/kernel/tracing && exec "$@"';

/**
 * The command, started so that it finds tracefs: as it is where that is mounted, otherwise in a mount namespace of its
 * own, so that nothing outside changes. The process keeps its pid either way.
 */
export function withTracefs(command: readonly string[], mounted = places.some((place) => existsSync(place))): string[] {
  if (mounted) return [...command];
  return ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', mountAndRun, 'sh', ...command];
}
