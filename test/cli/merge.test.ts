import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identifyTool } from '../../harness/run/tool.js';
import { readRecord, writeRecord } from '../../reports/record-io.js';
import { readShardFile, shardFile, writeShardFile } from '../../reports/shard-file.js';
import type { ShardFile } from '../../reports/shard-file.js';
import { pktpath } from '../support/cli.js';
import { twoPaths } from '../support/resumed-runs.js';
import { measured, sharesOf, smallPlan } from '../support/sharded-runs.js';

const small = { ...twoPaths, settings: [...twoPaths.settings.slice(0, 2), 'frameBytes=64,512', 'seed=7'] };
const of = 3;

describe('pktpath run --shard and pktpath merge', function () {
  this.timeout(60_000);
  let folder: string;
  const at = (...parts: string[]): string => join(folder, ...parts);
  const shard = (index: number): string => at(`shard-${String(index)}`);
  const all = [1, 2, 3].map((index) => `shard-${String(index)}`);

  /** Three shards, of which the last has nothing. */
  before(async () => {
    const pattern = mkdtempSync(join(tmpdir(), 'pktpath-shards-'));
    folder = pattern;
    const whole = smallPlan(small).cells.map(({ key }) => key);
    const shares = sharesOf(small, of);
    for (const share of shares) {
      const cells = [...share.cells];
      const runs = [{ experiment: 'table1', kernel: null, folder: '.', whole, cells }];
      const tool = { version: '0.1.0', commit: null };
      writeShardFile(shardFile({ tool, index: share.index, of, suite: null, runs }), shard(share.index));
      if (cells.length > 0) writeRecord(await measured(small, share), shard(share.index));
    }
    assert.equal(existsSync(join(shard(3), 'run.json')), false);
    writeRecord(await measured(small), at('whole'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const merge = (shards: string[], out: string, ...words: string[]) =>
    pktpath(['merge', ...shards, '--out', out, ...words], { cwd: folder });

  it('puts them together to a record that compares with that of the whole run', async () => {
    const { code, stderr, stdout } = await merge(all, 'merged');
    assert.equal(code, 0, stderr);
    assert.match(stderr, /merge: 3 shards, 1 run: merged/);
    assert.match(stdout, /packet-recvfrom/);
    const [merged, whole] = ['merged', 'whole'].map((name) => readRecord(at(name)));
    assert.deepEqual(merged!.summary, whole!.summary);
    assert.deepEqual(merged!.comparisons, whole!.comparisons);
    const report = readFileSync(at('merged/report.md'), 'utf8');
    assert.match(report, /shard 2\s*\|\s*shard-2, .*, from trial 12 on/);
    const again = await pktpath(['report', at('merged')]);
    assert.equal(again.code, 0, again.stderr);
    const compared = await pktpath(['compare', at('whole'), at('merged'), '--json']);
    assert.equal(compared.code, 0, compared.stderr);
  });

  it('compares no part with the whole', async () => {
    const { code, stderr } = await pktpath(['compare', at('whole'), shard(1)]);
    assert.equal(code, 5);
    assert.match(stderr, /only BASE has cell/);
  });

  const refused: [string, () => string[], number, RegExp][] = [
    ['a missing shard', () => all.slice(0, 2), 5, /shard 3\/3 is missing/],
    ['a shard twice', () => [...all, 'shard-1'], 5, /shard 1\/3 is there twice: shard-1 and shard-1/],
    ['a folder that is none', () => [...all.slice(0, 2), 'whole'], 5, /cannot read whole\/shard\.json: no such file/],
    ['no folder', () => [], 2, /missing required argument 'shard'/],
    ['a list that is cut off', () => spoilt('shard.json', (text) => text.slice(0, -20)), 5, /it is not JSON/],
    ['a list of another version', () => edited({ version: 2 as never }), 5, /no list of a shard: version/],
    ['a list that leads elsewhere', () => withRun({ folder: '../../etc' }), 5, /no list of a shard: runs\.0\.folder/],
    ['a list of other cells', () => withRun({ whole: ['a', 'b'] }), 5, /no shards of one whole: cells/],
    ['a list without a cell', () => withRun({ cells: [] }), 5, /cell .* of table1 is in 0 shards/],
    ['a list of a cell that is not', () => withRun({ cells: ['\u001b[31m'] }), 5, /which table1 has not/],
    ['a list of another pktpath', () => edited({ tool: { version: '9', commit: null } }), 5, /whole: pktpath: 0\.1\.0/],
    ['a list of another number', () => edited({ of: 4 }), 5, /number of shards: 3 and 4/],
    ['a record that is cut off', () => spoilt('run.json', (text) => text.slice(0, -200)), 5, /is not JSON/],
    [
      'a newer record',
      () => spoilt('run.json', (text) => text.replace('"version": 3', '"version": 9')),
      5,
      /version 9/,
    ],
    ['an empty record', () => spoilt('run.json', () => ''), 5, /is not JSON/],
    [
      'an unfinished record',
      () => spoilt('run.json', (text) => text.replace('"status": "complete"', '"status": "partial"')),
      5,
      /was not finished/,
    ],
    [
      'a record of another kernel',
      () => spoilt('run.json', (text) => text.replace('"kernelRelease": "6.1.0"', '"kernelRelease": "6.2.0"')),
      5,
      /kernelRelease: 6\.1\.0 in shard 1, 6\.2\.0 in shard 2/,
    ],
  ];
  for (const [what, make, exitCode, expected] of refused) {
    it(`refuses ${what}`, async () => {
      const { code, stderr, stdout } = await merge(make(), 'refused');
      assert.equal(code, exitCode, stderr);
      assert.match(stderr, expected);
      assert.equal(stdout, '');
      assert.equal(stderr.includes('\u001b'), false);
      assert.equal(existsSync(at('refused')), false);
    });
  }

  /** All shards, the second one changed. */
  function spoilt(file: string, change: (text: string) => string): string[] {
    rmSync(at('changed'), { recursive: true, force: true });
    cpSync(shard(2), at('changed'), { recursive: true });
    writeFileSync(at('changed', file), change(readFileSync(at('changed', file), 'utf8')));
    return ['shard-1', 'changed', 'shard-3'];
  }

  function edited(change: Partial<ShardFile>): string[] {
    return spoilt('shard.json', (text) => JSON.stringify({ ...(JSON.parse(text) as ShardFile), ...change }));
  }

  function withRun(change: Partial<ShardFile['runs'][number]>): string[] {
    const [run] = readShardFile(shard(2)).runs;
    return edited({ runs: [{ ...run!, ...change }] });
  }

  it('refuses a folder that holds a record', async () => {
    const { code, stderr } = await merge(all, 'whole');
    assert.equal(code, 2);
    assert.match(stderr, /holds a record already/);
  });

  it('says so where a shard has no part, and leaves its list; again and again', async () => {
    const words = ['run', 'table1', '--set', 'paths=tcp', '--set', 'frameBytes=64', '--shard', '4/4'];
    for (let time = 0; time < 2; time++) {
      const { code, stderr } = await pktpath([...words, '--out', at('none')]);
      assert.equal(code, 0, stderr);
      assert.match(stderr, /shard 4\/4 has nothing of table1/);
    }
    const { tool, runs } = readShardFile(at('none'));
    assert.deepEqual(tool, await identifyTool());
    assert.deepEqual([runs[0]?.cells, runs[0]?.folder], [[], '.']);
    const other = await pktpath([...words.slice(0, -1), '9/9', '--out', at('none')]);
    assert.equal(other.code, 2);
    assert.match(other.stderr, /holds another shard already/);
  });

  it('prints the share in a dry run, for people and for programs', async () => {
    const one = ['run', 'table1', '--kernel', 'debian:generic', '--exact', '--shard', '2/3', '--dry-run'];
    const { code, stdout } = await pktpath(one);
    assert.equal(code, 0);
    assert.match(stdout, /^1 cells \(shard 2\/3, of 3 cells\)/m);
    // to take a kernel's cells apart would cost as much as it saves: another guest has to start
    const json = await pktpath([...one, '--kernel', 'debian:generic,debian:rt', '--json']);
    const plans = JSON.parse(json.stdout) as { cells: unknown[]; shard: { cells: unknown[] } }[];
    assert.deepEqual(
      plans.map(({ cells, shard: { cells: whole } }) => [cells.length, whole.length]),
      [
        [0, 3],
        [3, 3],
      ],
    );
  });

  for (const [text, words] of [
    ['0/3', /i\/n, 1 ≤ i ≤ n/],
    ['4/3', /i\/n, 1 ≤ i ≤ n/],
    ['1', /i\/n/],
    ['1/2/3', /i\/n/],
    ['-1/3', /i\/n/],
    ['1/99999', /i\/n/],
  ] as const) {
    it(`takes no --shard ${text}`, async () => {
      const { code, stderr } = await pktpath(['run', 'table1', `--shard=${text}`, '--out', at('x')]);
      assert.equal(code, 2);
      assert.match(stderr, words);
    });
  }

  it('asks for a folder', async () => {
    const { code, stderr } = await pktpath(['run', 'table1', '--shard', '1/2']);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /--shard needs a folder/);
  });
});
