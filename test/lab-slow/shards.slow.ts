import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRecord } from '../../reports/record-io.js';
import type { RunRecord, Trial } from '../../reports/record.js';
import { Command, has } from '../live/command.js';
import { isRoot, requireCapability } from '../support/capabilities.js';
import { pktpath } from '../support/cli.js';

/** Where instructions are counted, each cell may be measured by another shard. */
describe('the shards of an exact run', function () {
  this.timeout(900_000);
  let folder = '';
  before(function () {
    requireCapability(this, 'root', isRoot);
    requireCapability(this, 'an x86-64 machine', process.arch === 'x64');
    requireCapability(this, 'qemu-system-x86_64', has('qemu-system-x86_64'));
    folder = mkdtempSync(join(tmpdir(), 'pktpath-shards-'));
  });
  after(() => {
    if (folder !== '') rmSync(folder, { recursive: true, force: true });
  });

  async function run(name: string, ...words: string[]): Promise<void> {
    const out = join(folder, name);
    const all = ['run', 'table1', '--kernel', 'debian:generic', '--exact', '--set', 'frameBytes=64', '--out', out];
    const { code, stderr } = await Command.start([...all, ...words]).end(600_000);
    assert.equal(code, 0, stderr);
  }

  /** In one order, and without what says when each was measured. */
  const trialsOf = ({ trials }: RunRecord): Trial[] => {
    const key = ({ cell, round, probed }: Trial): string => `${cell} ${String(round)} ${String(probed)}`;
    const own = trials.map((trial) => ({ ...trial, index: 0, startedAt: '' }));
    return own.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
  };

  it('merge to the record of a run that was not divided, to the digit', async () => {
    await run('1', '--shard', '1/2');
    await run('2', '--shard', '2/2');
    await run('whole');
    const { code, stderr } = await pktpath(['merge', '1', '2', '--out', 'merged'], { cwd: folder });
    assert.equal(code, 0, stderr);
    const [merged, whole] = ['merged', 'whole'].map((name) => readRecord(join(folder, name)));
    assert.deepEqual(merged!.summary, whole!.summary);
    assert.deepEqual(merged!.comparisons, whole!.comparisons);
    assert.ok(whole!.comparisons.length > 0);
    assert.deepEqual(merged!.warnings, whole!.warnings);
    assert.deepEqual(trialsOf(merged!), trialsOf(whole!));
    const compared = await pktpath(['compare', 'whole', 'merged', '--fail-on', 'worse', '--fail-on', 'unsure'], {
      cwd: folder,
    });
    assert.equal(compared.code, 0, compared.stderr);
    assert.match(compared.stderr, /0 worse, 0 better, \d+ same, 0 unsure/);
  });
});
