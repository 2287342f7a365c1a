import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRegistry, registerRun, unregisterRun } from '../../harness/clean/registry.js';

describe('the registry of runs', () => {
  let directory = '';
  beforeEach(async () => (directory = await mkdtemp(join(tmpdir(), 'pktpath-registry-'))));
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('holds a run from before it makes anything until it is gone', async () => {
    await registerRun('a1', ['pktpath-a1-rx', 'pktpath-a1-tx'], directory);
    const [entry] = await readRegistry(directory);
    assert.equal(entry?.runId, 'a1');
    assert.equal(entry.run?.pid, process.pid);
    assert.deepEqual(entry.run.namespaces, ['pktpath-a1-rx', 'pktpath-a1-tx']);
    await unregisterRun('a1', directory);
    await unregisterRun('a1', directory);
    assert.deepEqual(await readdir(directory), []);
  });

  it('keeps apart what it cannot understand', async () => {
    for (const [name, text] of Object.entries({ cut: '{"pid": 1', wrong: '{"pid": -1}', list: '[]' })) {
      await writeFile(join(directory, `${name}.json`), text);
    }
    const entries = await readRegistry(directory);
    assert.deepEqual(entries.map((entry) => [entry.runId, entry.run]).sort(), [
      ['cut', null],
      ['list', null],
      ['wrong', null],
    ]);
  });

  it('is empty where there is none', async () => {
    assert.deepEqual(await readRegistry(join(directory, 'none')), []);
  });
});
