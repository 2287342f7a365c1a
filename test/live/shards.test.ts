import assert from 'node:assert/strict';
import { join } from 'node:path';
import { readRecord } from '../../reports/record-io.js';
import { readShardFile } from '../../reports/shard-file.js';
import { pktpath } from '../support/cli.js';
import { endInTurn, useFolder } from './command.js';

/** Two cells that are not compared with each other. */
const words = ['run', 'table1', '--set', 'paths=packet-recvfrom', '--set', 'frameBytes=64,512', '--duration', '0.1'];

describe('pktpath run --shard on this machine', function () {
  this.timeout(120_000);
  const folder = useFolder();

  it('leaves parts that merge to a whole, each with its own calibration', async () => {
    for (const index of ['1', '2', '3']) {
      const out = join(folder(), index);
      const { code, stderr } = await endInTurn([...words, '--trials', '2', '--shard', `${index}/3`, '--out', out]);
      assert.equal(code, 0, stderr);
      assert.match(stderr, index === '3' ? /shard 3\/3 has nothing of table1/ : /has 1 of 2 cells of table1/);
    }
    assert.deepEqual(readShardFile(join(folder(), '3')).runs[0]?.cells, []);
    const { code, stderr } = await pktpath(['merge', '3', '1', '2', '--out', 'merged'], { cwd: folder() });
    assert.equal(code, 0, stderr);
    const [merged, ...parts] = ['merged', '1', '2'].map((name) => readRecord(join(folder(), name)));
    assert.deepEqual(
      merged!.summary,
      parts.flatMap(({ summary }) => summary),
      'in the order of the plan',
    );
    assert.deepEqual(
      merged!.calibrations,
      parts.flatMap(({ calibrations }) => calibrations),
    );
    assert.equal(merged!.trials.length, parts[0]!.trials.length + parts[1]!.trials.length);
    assert.equal(merged!.experiment.seed, 1);
    assert.ok(merged!.summary.every(({ status }) => status === 'measured'));
    const again = await pktpath(['run', 'table1', '--shard', '1/3', '--resume', join(folder(), '1')]);
    assert.equal(again.code, 0, again.stderr);
    assert.match(again.stderr, /table1 is complete/);
    const other = await pktpath(['run', 'table1', '--shard', '2/3', '--resume', join(folder(), '1')]);
    assert.equal(other.code, 2, other.stderr);
    assert.match(other.stderr, /shard=1\/3, not 2\/3/);
  });
});
