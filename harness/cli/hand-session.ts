import { asError, failure } from '../errors.js';
import type { HandFigures } from '../executor/contract.js';
import type { Executor } from '../executor/executor.js';
import { runSession } from '../hand/session.js';
import { print, printJson } from './output.js';
import { ProgressLine } from './progress-line.js';
import { signalExitCode, withSignals } from './signals.js';

/** One session by hand, as its command describes it. */
export interface HandWork<R> {
  name: string;
  begin: (executor: Executor) => Promise<R>;
  /** Said once it works. */
  ready: string;
  live: (now: HandFigures, before: HandFigures | null) => string;
  /** What it ended with: as `--json` prints it, and for a person. */
  document: (result: R) => { problem: string | null; ending: string };
  text: (result: R) => string;
}

/**
 * Runs it with a live line on stderr and its summary on stdout, whatever ended it. A signal is told by the exit code.
 * @throws PktpathError when it could not begin, or broke off
 */
export async function conduct<R>(work: HandWork<R>, json: boolean): Promise<void> {
  const progress = new ProgressLine(work.name);
  const onlooker = {
    ready: () => progress.note(work.ready),
    figures: (now: HandFigures, before: HandFigures | null) => progress.step(work.live(now, before)),
  };
  const { result, received } = await withSignals(async (signal) => {
    const { startNativeExecutor } = await import('../executor/native.js');
    const executor = await startNativeExecutor();
    try {
      return await runSession(executor, () => work.begin(executor), signal, onlooker);
    } catch (error) {
      return asError(error);
    } finally {
      await executor.close();
    }
  }).finally(() => progress.end());
  if (result instanceof Error) {
    if (received === null) throw result;
  } else {
    const document = work.document(result);
    if (json) printJson(document);
    else print(work.text(result));
    if (document.ending === 'failed') throw failure(document.problem ?? 'it failed', failedHint);
  }
  if (received !== null) process.exitCode = signalExitCode(received);
}

const failedHint = 'the figures are those up to there';
