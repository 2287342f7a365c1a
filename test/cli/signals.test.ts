import assert from 'node:assert/strict';
import { signalExitCode, withSignals } from '../../harness/cli/signals.js';

/** Resolves when the signal's listeners have run. */
function send(signal: NodeJS.Signals): Promise<void> {
  return new Promise((resolve) => {
    process.once(signal, () => resolve());
    process.kill(process.pid, signal);
  });
}

describe('signals', () => {
  it('stop the work once, and cannot skip its cleanup', async () => {
    const steps: string[] = [];
    const { result, received } = await withSignals(async (signal) => {
      signal.addEventListener('abort', () => steps.push('abort'));
      await send('SIGTERM');
      steps.push('cleaning');
      await send('SIGTERM');
      await send('SIGHUP');
      steps.push('cleaned');
      return signal.aborted;
    });
    assert.deepEqual({ result, received }, { result: true, received: 'SIGTERM' });
    assert.deepEqual(steps, ['abort', 'cleaning', 'cleaned']);
  });

  it('are left as they were, also after a failure', async () => {
    const before = process.listenerCount('SIGTERM');
    await assert.rejects(
      withSignals(() => Promise.reject(new Error('failed'))),
      /failed/,
    );
    assert.equal(process.listenerCount('SIGTERM'), before);
    const quiet = await withSignals(() => Promise.resolve(1));
    assert.deepEqual(quiet, { result: 1, received: null });
  });

  it('give the exit code of the shells', () => {
    assert.deepEqual([signalExitCode('SIGINT'), signalExitCode('SIGTERM'), signalExitCode('SIGHUP')], [130, 143, 129]);
  });
});
