import { setTimeout as delay } from 'node:timers/promises';
import type { HandFigures } from '../executor/contract.js';
import type { Executor } from '../executor/executor.js';

/** Who looks on at a session. */
export interface Onlooker {
  /** It receives or sends from now on. */
  ready(): void;
  /** Once a second: its figures so far, and those of a second ago; null the first time. */
  figures(now: HandFigures, before: HandFigures | null): void;
}

const untilReadyMs = 20;
const everyMs = 1000;

/**
 * A session by hand from its beginning to its end.
 * @param begin starts it; its promise is the session's end
 * @param signal stops it; what it had is the result all the same
 */
export async function runSession<R>(
  executor: Executor,
  begin: () => Promise<R>,
  signal: AbortSignal,
  onlooker: Onlooker,
): Promise<R> {
  const over = new AbortController();
  // the session's own end tells what became of a process that does not answer
  const stop = (): void => void executor.stopHand().catch(() => undefined);
  const end = begin();
  const watching = watch(executor, over.signal, onlooker).catch(() => undefined);
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  try {
    return await end;
  } finally {
    signal.removeEventListener('abort', stop);
    over.abort();
    await watching;
  }
}

async function watch(executor: Executor, over: AbortSignal, onlooker: Onlooker): Promise<void> {
  let before: HandFigures | null = null;
  let ready = false;
  for (;;) {
    await delay(ready ? everyMs : untilReadyMs, undefined, { signal: over });
    const now = await executor.handFigures();
    if (now === null || over.aborted) continue;
    if (ready) {
      onlooker.figures(now, before);
      before = now;
    } else {
      ready = true;
      onlooker.ready();
    }
  }
}
