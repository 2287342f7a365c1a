import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pktpath } from '../support/cli.js';
import { readRecord } from '../../reports/record-io.js';
import { assertGone, endInTurn, startInTurn, useFolder } from './command.js';

const both = [
  ...['ab', 'table1', '--set', 'paths=packet-recvfrom', '--set', 'frameBytes=64', '--duration', '0.1'],
  ...['--a', 'default', '--b', 'workNs=50000'],
];

describe('pktpath ab', function () {
  this.timeout(180_000);
  const folder = useFolder();

  it('finds a reader that works, in turns, and compare says the same afterwards', async () => {
    const out = join(folder(), 'found');
    const gate = ['--fail-on', 'worse:5%'];
    const { code, stdout, stderr } = await endInTurn([
      ...both,
      '--trials',
      '9',
      '--filter',
      'total',
      ...gate,
      '--out',
      out,
    ]);
    assert.equal(code, 3, stderr);
    assert.match(stdout, /default → workNs=50000/);
    assert.match(stdout, /total .*worse/);
    for (const arm of ['a', 'b', 'a/report.html', 'b/report.html', 'compare.md', 'compare.json'])
      assert.ok(existsSync(join(out, arm)), arm);
    const [a, b] = [readRecord(join(out, 'a')), readRecord(join(out, 'b'))];
    assert.equal(a.run.pair?.id, b.run.pair?.id);
    assert.deepEqual([a.run.status, b.run.status], ['complete', 'complete']);
    // both in every round, which begins once the last one is over
    const startOf = ({ startedAt }: { startedAt: string }): number => Date.parse(startedAt);
    for (let round = 0; round < 8; round++) {
      const of = (which: number): number[] =>
        [...a.trials, ...b.trials].filter((trial) => trial.round === which).map(startOf);
      assert.ok(Math.max(...of(round)) <= Math.min(...of(round + 1)), `round ${round}`);
    }
    const again = await pktpath(['compare', join(out, 'a'), join(out, 'b'), '--filter', 'total', ...gate]);
    assert.deepEqual([again.code, again.stdout], [3, stdout]);
    const report = await pktpath(['report', join(out, 'b')]);
    assert.equal(report.code, 0, report.stderr);
    const resumed = await pktpath(['run', 'table1', '--resume', join(out, 'b')]);
    assert.equal(resumed.code, 2);
    assert.match(resumed.stderr, /one arm of a pair/);
  });

  it('keeps both when it is interrupted, and leaves nothing behind', async () => {
    const out = join(folder(), 'stopped');
    const command = await startInTurn([...both, '--trials', '300', '--out', out]);
    await command.untilRecorded(join(out, 'b'));
    const made = await command.made();
    assert.ok(made.namespaces.length > 0);
    command.child.kill('SIGINT');
    const { code, stderr } = await command.end();
    assert.equal(code, 130, stderr);
    await assertGone(made, command.pid);
    for (const arm of ['a', 'b']) assert.equal(readRecord(join(out, arm)).run.status, 'partial');
    const compared = await pktpath(['compare', join(out, 'a'), join(out, 'b')]);
    assert.equal(compared.code, 5, 'nothing is told from what was cut off');
  });
});
