import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { endInTurn, useFolder, wholeRun } from './command.js';

/** Each cell once: one call of one packet against one of many, one rate, one timeout. */
const settings = ['batch=1,16', 'packetsPerSecond=10000', 'timeoutMs=10'].flatMap((each) => ['--set', each]);
const small = ['run', 'batch', '--quick', '--trials', '1', '--duration', '0.05', ...settings];

describe('pktpath run batch on this machine', function () {
  this.timeout(120_000);
  const folder = useFolder();

  it('fills calls as far as they go and blocks with several packets, and accounts for each', async () => {
    const { out, record } = await wholeRun(folder(), (into) => endInTurn([...small, '--out', into]));
    const { summary, trials } = record;
    assert.ok(summary.every(({ status }) => status === 'measured'));
    for (const { valid, cell, reader, ledger } of trials.filter((trial) => trial.valid)) {
      assert.ok(valid && ledger.unexplained === 0, cell);
      const row = summary.find((each) => each.cell === cell)!;
      const { batch, timeoutMs } = row.params;
      const most = reader.batches.lowerBounds[reader.batches.counts.findLastIndex((count) => count > 0)]!;
      if (typeof batch === 'number') {
        assert.ok(most <= batch, `${cell}: ${most} packets in a call`);
        // Bursts of 64 make most calls full ones.
        assert.ok(reader.packets / reader.calls > batch / 2, `${cell}: ${reader.packets} in ${reader.calls} calls`);
      }
      if (typeof timeoutMs === 'number') assert.ok(most > 8, `${cell}: at most ${most} packets a block`);
    }
    for (const chart of ['vector', 'delay-p50', 'frontier']) assert.ok(existsSync(join(out, 'charts', `${chart}.svg`)));
  });
});
