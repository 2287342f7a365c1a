import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireOtherUser } from '../support/capabilities.js';
import { cliPath, pktpath, runProgram, twoAtATime } from '../support/cli.js';
import type { CliResult } from '../support/cli.js';

const nobody = 65534;

describe('pktpath', function () {
  this.timeout(20_000);
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pktpath-cli-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  function assertRefused({ code, stdout, stderr }: CliResult, exitCode: number, expected: RegExp): void {
    assert.equal(code, exitCode, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, expected);
    assert.match(stderr, /^pktpath: /);
    assert.doesNotMatch(stderr, /^ {4}at /m, 'no stack');
    assert.deepEqual(readdirSync(folder), [], 'nothing was made');
  }

  const usage: [string[], RegExp][] = [
    [['run', 'tabel1'], /unknown experiment "tabel1" \(nearest: table1/],
    [['run', '../table1'], /unknown experiment/],
    [['run', 'constructor'], /unknown experiment/],
    [['run', 'table1', '--set', 'frameByte=64'], /unknown parameter of table1: "frameByte" \(nearest: frameBytes/],
    [['run', 'table1', '--set', 'frameBytes=0'], /from 64 to 1514/],
    [['run', 'table1', '--set', 'frameBytes=70000'], /from 64 to 1514/],
    [['run', 'table1', '--set', 'packetsPerSecond=-5'], /from 1 to 10000000/],
    [['run', 'table1', '--set', 'paths=tcpp'], /must be one of tcp, packet-recvfrom, libpcap/],
    [['run', 'table1', '--set', 'receiverCpu=800'], /may run on these CPUs only/],
    [['run', 'table1', '--trials', '0'], /whole number from 1 to 1000/],
    [['run', 'table1', '--trials', '-3'], /whole number from 1 to 1000/],
    [['run', 'table1', '--duration', '1e9'], /0\.05 to 60/],
    [['run', 'table1', '--out', ''], /--out names no folder/],
    [['run', 'table1', '--quik'], /unknown option '--quik'\n\(Did you mean --quick\?\)/],
    [['run'], /missing required argument 'experiment'/],
    [['rum', 'table1'], /unknown command 'rum'\n\(Did you mean run\?\)/],
    [['list', 'path'], /unknown topic "path" \(nearest: paths/],
  ];
  describe('used wrongly', () => {
    let shared: string;
    let ends: Promise<CliResult>[];

    before(() => {
      shared = mkdtempSync(join(tmpdir(), 'pktpath-cli-'));
      ends = twoAtATime(
        usage.map(
          ([args]) =>
            () =>
              pktpath(args, { cwd: shared }),
        ),
      );
    });
    after(async () => {
      await Promise.allSettled(ends);
      rmSync(shared, { recursive: true });
    });

    for (const [index, [args, expected]] of usage.entries()) {
      it(`${args.join(' ')}: exit code 2`, async () => {
        const result = await ends[index];
        assert.ok(result !== undefined);
        assertRefused(result, 2, expected);
        assert.deepEqual(readdirSync(shared), [], 'nothing was made');
      });
    }
  });

  it('says how it is used, and that this is not what was asked for', async () => {
    const { code, stdout, stderr } = await pktpath([]);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /Usage: pktpath/);
    const help = await pktpath(['--help']);
    assert.deepEqual([help.code, help.stderr], [0, '']);
    assert.match(help.stdout, /Exit codes: 0 ok, 1 failed, 2 bad usage, 3 worse, 4 not possible/);
  });

  it('finds bad usage before it minds who runs it', async function () {
    requireOtherUser(this);
    const wrong = await pktpath(['run', 'tabel1'], { uid: nobody, cwd: '/' });
    assertRefused(wrong, 2, /unknown experiment/);
    const right = await pktpath(['run', 'table1', '--out', join(folder, 'run')], { uid: nobody, cwd: '/' });
    assertRefused(right, 4, /^pktpath: measuring needs root\n {2}hint: run it as root/);
  });

  it('tells a dry run’s cells and time, and touches nothing', async () => {
    const { code, stdout } = await pktpath(['run', 'quick', '--dry-run', '--set', 'seed=3'], { cwd: folder });
    assert.equal(code, 0);
    assert.match(
      stdout,
      /10 cells, 8 rounds, probed and unprobed = 160 trials of [\d.]+ s, \d+ with a soaker; about \d/,
    );
    const json = await pktpath(['run', 'table1', '--dry-run', '--json', '--trials', '2'], { cwd: folder });
    const [plan] = JSON.parse(json.stdout) as { cells: unknown[]; trials: number; options: Record<string, unknown> }[];
    assert.deepEqual([plan?.cells.length, plan?.trials], [10, 40]);
    assert.deepEqual(plan?.options['frameBytes'], [64, 512, 1514]);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('lists what there is, for people and for programs', async () => {
    const { code, stdout } = await pktpath(['list']);
    assert.equal(code, 0);
    for (const name of ['table1', 'libpcap', 'builtin', 'syscall-return'])
      assert.match(stdout, new RegExp(`^ *${name} `, 'm'));
    const topics = ['experiments', 'paths', 'generators', 'stages'];
    const ends = twoAtATime(topics.map((topic) => () => pktpath(['list', topic, '--json'])));
    for (const [index, end] of (await Promise.all(ends)).entries()) {
      const topic = topics[index];
      const listed = JSON.parse(end.stdout) as { name: unknown }[];
      assert.ok(listed.length > 0 && listed.every(({ name }) => typeof name === 'string'), topic);
    }
  });

  it('shows a stack to whoever asks for it', async () => {
    const { stderr } = await pktpath(['run', 'tabel1'], { env: { PKTPATH_DEBUG: '1' } });
    assert.match(stderr, /^ {4}at /m);
  });

  it('needs no native part for what needs no measuring', async () => {
    // The permission model of node refuses every addon.
    const node = (args: string[]) =>
      runProgram(process.execPath, ['--experimental-permission', '--allow-fs-read=*', ...args]);
    for (const args of [['list'], ['--help'], ['run', 'quick', '--dry-run']]) {
      const { code, stderr } = await node([cliPath, ...args]);
      assert.equal(code, 0, `${args.join(' ')}: ${stderr}`);
    }
    const addon = await node(['-e', 'process.dlopen({ exports: {} }, "any.node")']);
    assert.match(addon.stderr, /ERR_DLOPEN_DISABLED/);
  });
});
