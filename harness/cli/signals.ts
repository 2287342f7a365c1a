import { constants } from 'node:os';
import { tell } from './output.js';

const handled = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type Handled = (typeof handled)[number];

export interface Interruptible<T> {
  result: T;
  /** The signal that came, null when none did. */
  received: Handled | null;
}

/** Exit code of a program that a signal ended, by the shells' convention. */
export function signalExitCode(signal: Handled): number {
  return 128 + constants.signals[signal];
}

/**
 * Runs work that a signal stops in an orderly way. The first signal aborts it; later ones are told to wait, since the
 * cleanup is what they would skip.
 */
export async function withSignals<T>(work: (signal: AbortSignal) => Promise<T>): Promise<Interruptible<T>> {
  const controller = new AbortController();
  let received: Handled | null = null;
  const listener = (signal: Handled): void => {
    tell(received === null ? `\n${signal}: stopping, and removing what was made` : `${signal}: still removing`);
    received ??= signal;
    controller.abort();
  };
  for (const signal of handled) process.on(signal, listener);
  try {
    const result = await work(controller.signal);
    return { result, received };
  } finally {
    for (const signal of handled) process.off(signal, listener);
  }
}
