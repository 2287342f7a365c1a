import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { HandFigures } from '../../harness/executor/contract.js';
import { runSession } from '../../harness/hand/session.js';
import { MockExecutor } from '../support/mock-executor.js';
import { handReceived, handReceiveSpec } from './sample-session.js';

const figures: HandFigures = { elapsedNs: 1e9, packets: 7, bytes: 448, missing: 0, drops: {}, latenessMaxNs: 0 };

/** A session that goes on until it is stopped. */
class Lasting {
  stops = 0;
  looks = 0;
  private end: (() => void) | undefined;

  readonly executor = new MockExecutor({
    hand: {
      receive: () => new Promise((resolve) => (this.end = () => resolve(handReceived()))),
      // it is opening at the first look
      figures: () => (this.looks++ === 0 ? null : figures),
      stop: () => {
        this.stops++;
        this.end?.();
      },
    },
  });
}

describe('a session by hand', () => {
  it('is ready once it has figures, tells them every second, and ends when it is stopped', async function () {
    this.timeout(10_000);
    const lasting = new Lasting();
    const { executor } = lasting;
    const told: string[] = [];
    const controller = new AbortController();
    const onlooker = {
      ready: () => told.push('ready'),
      figures: (now: HandFigures, before: HandFigures | null) => {
        told.push(`${now.packets} after ${before?.packets ?? 'nothing'}`);
        if (told.length === 3) controller.abort();
      },
    };
    const begin = () => executor.handReceive(handReceiveSpec());
    assert.deepEqual(await runSession(executor, begin, controller.signal, onlooker), handReceived());
    assert.deepEqual(told, ['ready', '7 after nothing', '7 after 7']);
    assert.equal(lasting.stops, 1);
    const { looks } = lasting;
    await delay(1100);
    assert.equal(lasting.looks, looks, 'nobody looks at a session that is over');
  });

  it('is stopped at once by a signal that came before it', async () => {
    const lasting = new Lasting();
    const onlooker = { ready: () => undefined, figures: () => undefined };
    const begin = () => lasting.executor.handReceive(handReceiveSpec());
    await runSession(lasting.executor, begin, AbortSignal.abort(), onlooker);
    assert.equal(lasting.stops, 1);
  });

  it('fails as its beginning does', async () => {
    const executor = new MockExecutor({ hand: { receive: () => Promise.reject(new Error('no such road')) } });
    const onlooker = { ready: () => assert.fail('it never was'), figures: () => undefined };
    const begin = () => executor.handReceive(handReceiveSpec());
    await assert.rejects(runSession(executor, begin, new AbortController().signal, onlooker), /^Error: no such road$/);
  });
});
