import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRecord } from '../../reports/record-io.js';
import { assertGone, Command, endInTurn, filesIn, namespacesThere, small, startInTurn, useFolder } from './command.js';
import { runs, waitUntil } from './processes.js';

const rounds = 12;

describe('pktpath run --resume', function () {
  this.timeout(120_000);
  const folder = useFolder();

  it('completes a run that was killed, not while it lives, and leaves nothing of either', async () => {
    const out = join(folder(), 'run');
    const killed = await startInTurn([...small, '--trials', String(rounds), '--duration', '0.1', '--out', out]);
    await killed.untilRecorded(out);
    const resume = ['run', 'table1', '--resume', out];
    const beside = await Command.start(resume).end();
    assert.equal(beside.code, 1, beside.stderr);
    assert.match(beside.stderr, new RegExp(`another pktpath run \\(process ${String(killed.pid)}\\)`));
    const made = await killed.made();
    killed.child.kill('SIGKILL');
    await killed.end();
    assert.deepEqual(namespacesThere(made.namespaces), made.namespaces, 'nobody was there to remove them');
    assert.ok(await waitUntil(() => !made.processes.some(runs), 10_000));
    const part = readRecord(out);
    assert.deepEqual([part.run.status, part.run.finishedAt], ['partial', null]);
    assert.ok(part.trials.length > 0 && part.trials.at(-1)!.round < rounds - 1, 'in the middle');

    const { code, stderr } = await endInTurn(resume);
    assert.equal(code, 0, stderr);
    assert.match(stderr, new RegExp(`table1 goes on after ${String(part.trials.length)} trials: ${out}`));
    for (const name of made.namespaces) assert.ok(stderr.includes(`removed what a killed run left: ${name}`), stderr);
    await assertGone(made, killed.pid);
    const record = readRecord(out);
    assert.equal(record.run.status, 'complete');
    assert.deepEqual(record.trials.slice(0, part.trials.length), part.trials);
    assert.deepEqual(
      record.run.resumed?.map(({ firstTrial }) => firstTrial),
      [part.trials.length],
    );
    assert.equal(record.calibrations.length, 2);
    const [row] = record.summary;
    assert.equal(row?.status, 'measured');
    for (const probed of [true, false]) {
      const turns = record.trials.filter((trial) => trial.probed === probed).map(({ round }) => round);
      assert.deepEqual(
        [...new Set(turns)],
        Array.from({ length: rounds }, (_, round) => round),
        'each round once',
      );
    }
    assert.match(readFileSync(join(out, 'report.md'), 'utf8'), /resumed.*from trial/);

    const [text, files] = [readFileSync(join(out, 'run.json'), 'utf8'), filesIn(out)];
    const again = await Command.start(resume).end();
    assert.equal(again.code, 0, again.stderr);
    assert.match(again.stderr, /table1 is complete, \d+ trials/);
    assert.deepEqual([readFileSync(join(out, 'run.json'), 'utf8'), filesIn(out)], [text, files], 'nothing is touched');
  });
});
