import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSuite, readSuite, SUITE_FILE, writeSuite } from '../../reports/suite-file.js';

describe('the list of a suite’s runs', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pktpath-suite-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  const member = { experiment: 'table1', kernel: null, folder: 'table1/6.1', reason: 'no room' };

  it('is read as it was written', () => {
    assert.equal(isSuite(folder), false);
    writeSuite({ suite: 'article', members: [member] }, folder);
    assert.equal(isSuite(folder), true);
    assert.deepEqual(readSuite(folder).members, [member]);
  });

  for (const path of ['../table1', 'a/../../b', '/etc', '', 'a//b', '.', 'a\nb', 'a\\b', '\ud800']) {
    it(`leads nowhere else: ${JSON.stringify(path)}`, () => {
      writeSuite({ suite: 'article', members: [{ ...member, folder: path }] }, folder);
      assert.throws(() => readSuite(folder), /suite.json is no list of a suite’s runs: members\.0\.folder/);
    });
  }

  it('is refused when it is something else', () => {
    writeFileSync(join(folder, SUITE_FILE), '{');
    assert.throws(() => readSuite(folder), /it is not JSON/);
    writeFileSync(join(folder, SUITE_FILE), '{"schema":"pktpath-suite","version":2}');
    assert.throws(() => readSuite(folder), /no list of a suite’s runs: version/);
  });
});
