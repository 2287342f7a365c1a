/**
 * The process that measures. It is a session of its own, so that its autogroup competes as the run decides, and a
 * crash in it leaves the parent alive to clean up. It ends when the parent goes.
 */
import { writeFileSync } from 'node:fs';
import { describeError } from '../errors.js';
import { loadAddon } from './addon.js';
import type { NativeAddon } from './contract.js';
import { goodbye } from './messages.js';
import type { Answer, Call, Request } from './messages.js';

/**
 * Nice values order threads only within one autogroup; between sessions the group's own value decides (sched(7)).
 * Kernels without autogroups have no such file, and need none.
 */
function raiseAutogroup(): void {
  try {
    writeFileSync('/proc/self/autogroup', '-20');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

function answer(call: Call, addon: NativeAddon): unknown {
  // the parent's types say that name and arguments belong together; the addon checks each argument itself
  const method = addon[call.name] as (...parameters: unknown[]) => unknown;
  return method(...call.arguments);
}

/** As the addon marks it. */
function isUnsupported(error: unknown): boolean {
  return error instanceof Error && 'unsupported' in error && error.unsupported === true;
}

function reply(message: Answer): void {
  process.send?.(message, (error: Error | null) => {
    if (error !== null) process.exit(1); // the parent is gone
  });
}

const addon = loadAddon();
raiseAutogroup();

process.on('message', (message: Request | typeof goodbye) => {
  if (message === goodbye) leave();
  else serve(message);
});

/** Settles with the sessions by hand: they are on interfaces of the user's own, where nothing may stay behind. */
let sessions: Promise<unknown> = Promise.resolve();

function serve({ id, call }: Request): void {
  const answered = Promise.resolve().then(() => answer(call, addon));
  if (call.name === 'handReceive' || call.name === 'handSend') sessions = Promise.allSettled([sessions, answered]);
  answered.then(
    (value) => {
      reply({ id, value });
    },
    (error: unknown) => {
      reply({ id, error: describeError(error), unsupported: isUnsupported(error) });
    },
  );
}

/** The kernel takes the probes off and closes the sockets with the process; a session removes what it alone can. */
function leave(): void {
  addon.abort();
  addon.stopHand();
  void sessions.then(() => process.exit(0));
}
process.on('disconnect', leave);
// a terminal's Ctrl-C is the parent's to handle
process.on('SIGINT', () => undefined);
