import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { table1 } from '../../experiments/table1.js';
import { readArm } from '../../harness/cli/arm-settings.js';
import { requireOtherUser } from '../support/capabilities.js';
import { pktpath, twoAtATime } from '../support/cli.js';
import type { CliResult } from '../support/cli.js';

describe('pktpath ab', function () {
  this.timeout(60_000);
  const both = ['--a', 'default', '--b', 'workNs=300'];
  const usage: [string[], RegExp][] = [
    [['table1', '--a', 'default'], /required option '--b <settings>'/],
    [['tabel1', ...both], /unknown experiment "tabel1" \(nearest: table1/],
    [['article', ...both], /article is a suite/],
    [['table1', '--a', 'default', '--b', 'workns=3'], /--b: unknown setting of table1: "workns" \(nearest: workNs/],
    [['table1', '--a', 'default', '--b', 'workNs=-3'], /from 0 to 1000000000/],
    [['table1', '--a', 'workNs', '--b', ''], /not of the form KEY=VALUE/],
    [['table1', ...both, '--set', 'workNs=3'], /--b and --set both have workNs/],
    [['table1', '--a', 'frameBytes=64', '--b', 'frameBytes=64,512'], /cannot be paired by leaving out frameBytes/],
    [['table1', '--a', 'seed=3', '--b', ''], /--a seed: one order of trials has both arms/],
    [['table1', '--a', 'receiverCpu=1', '--b', 'receiverCpu=0'], /one testbed/],
    [['table1', '--a', 'kernel=debian:generic', '--b', 'kernel=host'], /the other a guest/],
    [['table1', '--a', 'boot=quiet', '--b', ''], /--boot: this machine’s own kernel runs already/],
    [['table1', '--kernel', 'debian:generic', '--a', 'isolation=rps', '--b', ''], /its card decides/],
    [['table1', '--kernel', 'debian:generic,debian:rt', ...both], /--a has 2 kernels/],
    [['table1', ...both, '--time-limit', '0'], /0\.1 to 1440/],
    [['table1', ...both, '--fail-on', 'same'], /It is worse, worse:5% or unsure/],
  ];
  let folder: string;
  let ends: Promise<CliResult>[];

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'pktpath-ab-'));
    ends = twoAtATime(
      usage.map(
        ([args]) =>
          () =>
            pktpath(['ab', ...args], { cwd: folder }),
      ),
    );
  });
  after(async () => {
    await Promise.allSettled(ends);
    rmSync(folder, { recursive: true });
  });

  for (const [index, [args, expected]] of usage.entries()) {
    it(`${args.join(' ')}: exit code 2`, async () => {
      const { code, stdout, stderr } = await ends[index]!;
      assert.equal(code, 2, stderr);
      assert.equal(stdout, '');
      assert.match(stderr, expected);
      assert.deepEqual(readdirSync(folder), [], 'nothing was made');
    });
  }

  it('plans both arms, and touches nothing', async () => {
    const { code, stdout } = await pktpath(['ab', 'table1', ...both, '--dry-run'], { cwd: folder });
    assert.equal(code, 0);
    assert.match(stdout, /^ {2}workNs=300$/m);
    assert.match(stdout, /2 runs; about/);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('needs root, and says so before anything is made', async function () {
    requireOtherUser(this);
    const { code, stderr } = await pktpath(['ab', 'table1', ...both, '--out', join(folder, 'out')], {
      uid: 65534,
      cwd: '/',
    });
    assert.equal(code, 4, stderr);
    assert.match(stderr, /measuring needs root/);
  });

  it('reads words with commas between them, lists in them, and a kernel’s arguments to their end', () => {
    const words = (text: string, kernel?: string): string[] => {
      return readArm('--a', [text], table1, kernel === undefined ? {} : { kernel }).words;
    };
    assert.deepEqual(words(''), []);
    assert.deepEqual(words(' default '), []);
    assert.deepEqual(words('frameBytes=64,512, workNs=3'), ['frameBytes=64,512', 'workNs=3']);
    const guest = readArm('--a', ['cpu-model=max,+avx2', 'workNs=2,boot=mitigations=off,nosmt isolcpus=1,2'], table1, {
      kernel: 'debian:generic',
    });
    assert.deepEqual(guest.words, ['cpu-model=max,+avx2', 'workNs=2', 'boot=mitigations=off,nosmt isolcpus=1,2']);
    assert.deepEqual(guest.settings, ['workNs=2']);
    assert.deepEqual(
      [guest.target?.bootArguments, guest.target?.cpuModel],
      ['mitigations=off,nosmt isolcpus=1,2', 'max,+avx2'],
    );
  });
});
