import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readRecord } from '../../reports/record-io.js';
import { requireCapability, requireOtherUser } from '../support/capabilities.js';
import { tool } from '../testbed/network-tools.js';
import { asNobody, assertGone, Command, filesIn, has, manyTrials, small, temporaryFolder } from './command.js';
import type { Made } from './command.js';
import { Setting, takeTurn } from './setting.js';

describe('pktpath where it cannot write', function () {
  this.timeout(120_000);
  let folder: string;
  let mounted: string[] = [];

  before(async function () {
    const setting = await Setting.open(this);
    await setting.close();
    requireCapability(this, 'unshare and mount', has('unshare') && has('mount'));
  });
  beforeEach(async () => {
    folder = temporaryFolder();
    await (await takeTurn()).release();
  });
  afterEach(async () => {
    for (const place of mounted) await tool('umount', place);
    mounted = [];
    rmSync(folder, { recursive: true, force: true });
  });

  /** Behind this, a command sees a file system that it alone sees, at the folder. */
  const onFileSystem = (options: string): string[] => [
    ...['unshare', '--mount', '--propagation', 'private', 'sh', '-c'],
    'mount -t tmpfs -o "$1" tmpfs "$2" || exit 99; shift 2; exec "$@"',
    ...['sh', options, folder],
  ];

  async function assertRefused(launcher: string[], out: string, reason: RegExp): Promise<void> {
    const command = Command.start([...small, '--trials', '1', '--duration', '0.1', '--out', out], launcher);
    const { code, stdout, stderr } = await command.end();
    assert.equal(code, 1, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, /^pktpath: cannot (write|make)/);
    assert.match(stderr, reason);
    assert.doesNotMatch(stderr, /^ {4}at /m);
    await assertGone(await command.made(), command.pid);
  }

  it('says that the folder is read-only', async () => {
    await assertRefused(onFileSystem('ro'), join(folder, 'run'), /read-only/);
    await assertRefused(onFileSystem('ro'), folder, /read-only/);
  });

  it('says that there is no space', async () => {
    await assertRefused(onFileSystem('size=64k'), join(folder, 'run'), /no space is left/);
  });

  it('fails with the last whole record when the space ends in the middle', async () => {
    // Seen from outside, so that the test can fill it; a few megabytes are enough to begin.
    await tool('mount', '-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', folder);
    mounted.push(folder);
    const out = join(folder, 'run');
    const command = Command.start([...manyTrials, '--out', out]);
    await command.untilRecorded(out);
    const made = await command.made();
    await tool('dd', 'if=/dev/zero', `of=${join(folder, 'filler')}`, 'bs=64k', 'count=100').catch(() => undefined);
    const { code, stderr } = await command.end(60_000);
    assert.equal(code, 1, stderr);
    assert.match(stderr, /cannot write .*run\.json: no space is left on the device/);
    assert.ok(readRecord(out).trials.length > 0, 'the record before it is whole');
    assert.deepEqual(
      filesIn(out).filter((file) => file.endsWith('.tmp')),
      [],
    );
    await assertGone(made, command.pid);
  });
});

describe('pktpath for someone who is not root', function () {
  this.timeout(60_000);

  before(function () {
    requireOtherUser(this);
    requireCapability(this, 'setpriv', has('setpriv'));
  });

  for (const [args, expected] of [
    [['run', 'table1', '--quick'], /^pktpath: measuring needs root\n {2}hint: run it as root[^\n]*\n$/],
    [['clean'], /^pktpath: pktpath clean needs root\n {2}hint: run it as root[^\n]*\n$/],
  ] as const) {
    it(`${args.join(' ')}: exit code 4, what is missing, and what to do`, async () => {
      const nothing: Made = { namespaces: [], registered: [], processes: [] };
      const command = Command.start(args, asNobody);
      const { code, stdout, stderr } = await command.end();
      assert.equal(code, 4, stderr);
      assert.equal(stdout, '');
      assert.match(stderr, expected);
      assert.deepEqual(await command.made(), nothing);
    });
  }

  it('doctor says why Table 1 cannot run, and leaves with 4', async () => {
    const { code, stdout, stderr } = await Command.start(['doctor', '--json'], asNobody).end();
    assert.equal(code, 4, stderr);
    const diagnosis = JSON.parse(stdout) as { canRunTable1: boolean };
    assert.equal(diagnosis.canRunTable1, false);
  });
});
