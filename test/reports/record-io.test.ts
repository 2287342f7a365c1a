import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PktpathError } from '../../harness/errors.js';
import { projectRoot } from '../../harness/root.js';
import { RECORD_VERSION } from '../../reports/record.js';
import { parseRecord, readRecord, RECORD_FILE, writeRecord } from '../../reports/record-io.js';
import { isRoot, requireCapability } from '../support/capabilities.js';
import { samplePath, sampleRecord, sampleText } from '../support/sample-record.js';

/** The message of the PktpathError that a call must throw. */
function refusal(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    assert.ok(error instanceof PktpathError, `not a PktpathError: ${String(error)}`);
    assert.equal(error.exitCode, 1);
    assert.ok(error.hint !== undefined && error.hint !== '', 'no hint');
    assert.doesNotMatch(error.message, /[\u0000-\u001f\u007f-\u009f]/);
    return error.message;
  }
  return assert.fail('nothing was thrown');
}

describe('record', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pktpath-record-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('is stored as the generator makes it', () => {
    assert.equal(readFileSync(samplePath, 'utf8'), sampleText());
  });

  it('of version 1 is read as one of today, with nothing made up', () => {
    const old = readRecord(join(projectRoot, 'test/fixtures/records/table1-version-1.json'));
    const today = sampleRecord();
    assert.equal(old.version, RECORD_VERSION);
    assert.deepEqual(old.summary, today.summary);
    assert.equal(old.trials.length, today.trials.length);
    for (const { purpose, observedBytes, reader } of old.trials) {
      assert.deepEqual([purpose, observedBytes, reader.latency, reader.copiedBytes], ['measure', null, null, null]);
      assert.deepEqual(reader.drops, { socket: 0 });
    }
  });

  it('comes back from its folder and from its file as it was written', () => {
    const record = sampleRecord();
    const path = writeRecord(record, join(folder, 'a', 'run'));
    assert.equal(path, join(folder, 'a', 'run', RECORD_FILE));
    assert.deepEqual(readRecord(path), record);
    assert.deepEqual(readRecord(join(folder, 'a', 'run')), record);
    assert.deepEqual(readdirSync(join(folder, 'a', 'run')), [RECORD_FILE]);
  });

  it('refuses a newer version, naming both', () => {
    const newer = JSON.stringify({ ...sampleRecord(), version: RECORD_VERSION + 1, summary: 'of another shape' });
    const message = refusal(() => parseRecord(newer, 'run.json'));
    assert.match(message, new RegExp(`version ${RECORD_VERSION + 1}\\b.*up to version ${RECORD_VERSION}\\b`));
  });

  it('refuses what is no record, saying where it came from', () => {
    for (const text of ['', '[]', 'null', '3', '"x"', '{}', '{"schema":"other","version":1}', '\u001b[31m{']) {
      assert.match(
        refusal(() => parseRecord(text, 'somewhere.json')),
        /^somewhere\.json /,
        text,
      );
    }
    for (const version of [0, -1, 1.5, '1', null]) {
      const text = JSON.stringify({ ...sampleRecord(), version });
      assert.match(
        refusal(() => parseRecord(text, 'x')),
        /not a pktpath record: version/,
      );
    }
  });

  it('refuses a record that was cut off anywhere', () => {
    const text = sampleText();
    for (let cut = 0; cut < text.length - 2; cut += Math.ceil(text.length / 40)) {
      assert.match(
        refusal(() => parseRecord(text.slice(0, cut), 'cut')),
        /^cut is not JSON/,
      );
    }
  });

  it('names the fields of a broken record, and not all of thousands', () => {
    const record = { ...sampleRecord(), trials: Array.from({ length: 2000 }, () => ({})) };
    const message = refusal(() => parseRecord(JSON.stringify(record), 'broken'));
    assert.match(message, /trials\.0\.index/);
    assert.match(message, /and \d+ more$/);
    assert.ok(message.length < 2000, `${message.length} characters`);
  });

  it('refuses numbers out of range, and survives hostile nesting and names', () => {
    const text = sampleText();
    assert.match(
      refusal(() => parseRecord(text.replace('"windowNs":500000000', '"windowNs":1e999'), 'x')),
      /windowNs/,
    );
    assert.match(
      refusal(() => parseRecord('['.repeat(2_000_000), 'deep')),
      /^deep /,
    );
    const polluted = text.replace('"params":{', '"params":{"__proto__":7,"constructor":"\\u001b[2J",');
    const { params } = parseRecord(polluted, 'x').summary[0]!;
    assert.equal(Object.getPrototypeOf(params), Object.prototype);
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  });

  it('refuses a path that is missing, no folder’s record, or no regular file', () => {
    assert.match(
      refusal(() => readRecord(join(folder, 'absent'))),
      /absent: no such file/,
    );
    assert.match(
      refusal(() => readRecord(folder)),
      /no such file/,
    );
    mkdirSync(join(folder, RECORD_FILE));
    assert.match(
      refusal(() => readRecord(folder)),
      /not a regular file/,
    );
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    assert.match(
      refusal(() => readRecord(join(folder, 'pipe'))),
      /not a regular file/,
    );
    assert.match(
      refusal(() => readRecord('/dev/zero')),
      /not a regular file/,
    );
  });

  it('leaves nothing where a file stands in place of the folder', () => {
    writeFileSync(join(folder, 'file'), 'kept');
    assert.match(
      refusal(() => writeRecord(sampleRecord(), join(folder, 'file'))),
      /cannot write .*run\.json: /,
    );
    assert.match(
      refusal(() => writeRecord(sampleRecord(), join(folder, 'file', 'below'))),
      /cannot write /,
    );
    assert.equal(readFileSync(join(folder, 'file'), 'utf8'), 'kept');
  });

  it('removes its temporary file when the last step fails', () => {
    mkdirSync(join(folder, RECORD_FILE, 'occupied'), { recursive: true });
    refusal(() => writeRecord(sampleRecord(), folder));
    assert.deepEqual(readdirSync(folder), [RECORD_FILE]);
  });

  describe('on a file system of its own', () => {
    let mounted = false;

    function mount(options: string): void {
      execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]);
      mounted = true;
    }

    beforeEach(function () {
      requireCapability(this, 'root and mount(2)', isRoot && canMount());
    });

    afterEach(() => {
      if (mounted) execFileSync('umount', [folder]);
      mounted = false;
    });

    it('says that the device is full, and keeps the older record', () => {
      mount('size=1024k');
      const older = { ...sampleRecord(), trials: [] };
      writeRecord(older, folder);
      writeFileSync(join(folder, 'ballast'), Buffer.alloc(600 * 1024));
      assert.match(
        refusal(() => writeRecord(sampleRecord(), folder)),
        /run\.json: no space is left on the device/,
      );
      assert.deepEqual(readdirSync(folder).sort(), ['ballast', RECORD_FILE]);
      assert.deepEqual(readRecord(folder), older);
    });

    it('says that the file system is read-only', () => {
      mount('size=64k,ro');
      assert.match(
        refusal(() => writeRecord(sampleRecord(), folder)),
        /the file system is read-only/,
      );
    });
  });
});

/** Root in a container may lack CAP_SYS_ADMIN. */
function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'pktpath-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
