import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultFolder, RunFolder } from '../../harness/cli/run-folder.js';
import type { PktpathError } from '../../harness/errors.js';
import { isRoot, requireCapability } from '../support/capabilities.js';
import { cliPath, runProgram } from '../support/cli.js';

describe('the folder of a run', () => {
  let base: string;

  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'pktpath-folder-'));
  });

  afterEach(() => rmSync(base, { recursive: true }));

  function refuses(path: string, exitCode: number, expected: RegExp): void {
    assert.throws(
      () => RunFolder.prepare(path),
      (error: PktpathError) => error.exitCode === exitCode && expected.test(error.message),
    );
  }

  it('is made with its parents, and taken away again when nothing came of it', () => {
    const folder = RunFolder.prepare(join(base, 'a/b/c'));
    assert.deepEqual(readdirSync(folder.path), []);
    folder.discardIfEmpty();
    assert.deepEqual(readdirSync(base), []);
  });

  it('stays when there is something in it, or when it was there before', () => {
    const used = RunFolder.prepare(join(base, 'a/b'));
    writeFileSync(join(used.path, 'run.json'), '{}');
    used.discardIfEmpty();
    assert.deepEqual(readdirSync(used.path), ['run.json']);
    mkdirSync(join(base, 'own'));
    RunFolder.prepare(join(base, 'own')).discardIfEmpty();
    assert.ok(existsSync(join(base, 'own')));
  });

  it('never holds two records', () => {
    writeFileSync(join(base, 'run.json'), '{}');
    refuses(base, 2, /holds a record already/);
  });

  it('cannot stand where a file is, or below one', () => {
    writeFileSync(join(base, 'file'), '');
    refuses(join(base, 'file'), 1, /a file stands where the folder should be/);
    refuses(join(base, 'file/run'), 1, /a file stands where the folder should be/);
  });

  it('has a name that tells when', () => {
    assert.equal(defaultFolder('table1', new Date(2025, 10, 3, 9, 5, 7)), 'results/table1-20251103-090507');
  });

  // A mount in a namespace of its own: gone with the process.
  const onMount = (options: string, out: string) =>
    runProgram('unshare', [
      ...[
        '--mount',
        'sh',
        '-c',
        'mount -t tmpfs -o "$1" none "$2" && exec "$3" "$4" run table1 --trials 1 --out "$5"',
        'sh',
      ],
      ...[options, base, process.execPath, cliPath, out],
    ]);

  it('on a full or read-only file system stops the run before it begins', async function () {
    this.timeout(20_000);
    requireCapability(this, 'root', isRoot);
    const full = await onMount('size=64k', join(base, 'run'));
    assert.equal(full.code, 1, full.stderr);
    assert.match(full.stderr, /^pktpath: cannot write .*run.*: no space is left on the device\n/);
    assert.match(full.stderr, /hint: .*--out/);
    const readOnly = await onMount('ro', join(base, 'run'));
    assert.equal(readOnly.code, 1, readOnly.stderr);
    assert.match(readOnly.stderr, /^pktpath: cannot make the folder .*: the file system is read-only/);
  });
});
