import assert from 'node:assert/strict';
import { durationText, ProgressLine } from '../../harness/cli/progress-line.js';
import type { TrialEvent } from '../../harness/run/progress.js';

const event = (number: number, round: number): TrialEvent => ({
  ...{
    number,
    of: 8,
    round,
    rounds: 2,
    cell: 'tcp frameBytes=64',
    probed: true,
    secondsLeft: number === 1 ? null : 75,
  },
});

function stream(isTTY: boolean, columns = 60) {
  const written: string[] = [];
  return { written, isTTY, columns, write: (text: string) => written.push(text) > 0 };
}

describe('the progress line', () => {
  it('is one line on a terminal, never wider than it, and goes away', () => {
    const out = stream(true);
    const line = new ProgressLine('table1', out);
    for (const number of [1, 2, 3]) line.trial(event(number, 0));
    line.end();
    line.end();
    assert.equal(out.written.length, 4);
    for (const text of out.written) assert.ok(text.startsWith('\r\u001b[2K') && !text.includes('\n'));
    for (const text of out.written) assert.ok(text.length - 5 < 60);
    assert.match(out.written[1]!, /table1: trial 2\/8, about 1 min 15 s left: tcp/);
    assert.equal(out.written[3], '\r\u001b[2K');
  });

  it('is a plain line a round elsewhere', () => {
    const out = stream(false);
    const line = new ProgressLine('table1', out);
    line.step('calibrating the probes');
    for (const [number, round] of [
      [1, 0],
      [2, 0],
      [5, 1],
      [6, 1],
    ] as const)
      line.trial(event(number, round));
    line.note('tcp: repeated: \u001b[31mledger');
    line.end();
    assert.deepEqual(out.written, [
      'table1: calibrating the probes\n',
      'table1: round 1/2, trial 1/8, time left not known yet\n',
      'table1: round 2/2, trial 5/8, about 1 min 15 s left\n',
      'table1: tcp: repeated: ledger\n',
    ]);
  });

  it('tells time in whole seconds', () => {
    assert.deepEqual(
      [durationText(0.2), durationText(59.4), durationText(60), durationText(3601)],
      ['0 s', '59 s', '1 min 0 s', '60 min 1 s'],
    );
  });
});
