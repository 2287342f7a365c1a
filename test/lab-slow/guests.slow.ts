import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync } from 'node:fs';
import { readSync, rmSync, symlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExitCode } from '../../harness/errors.js';
import { cacheDirectory } from '../../harness/lab/cache.js';
import { digestOfFile } from '../../harness/lab/cache/digest.js';
import { has } from '../live/command.js';
import { isRoot, requireCapability } from '../support/capabilities.js';
import { LabCommand } from './lab-command.js';

/** With Debian's own kernel, the lab's own image, and the command line as a user has it. */
describe('a run in a guest', function () {
  this.timeout(600_000);
  let folder = '';
  let cache = '';
  before(function () {
    requireCapability(this, 'root', isRoot);
    requireCapability(this, 'an x86-64 machine', process.arch === 'x64');
    requireCapability(this, 'qemu-system-x86_64', has('qemu-system-x86_64'));
    folder = mkdtempSync(join(tmpdir(), 'pktpath-guests-'));
    cache = join(folder, 'cache');
    shareKernels(cache);
  });
  after(() => {
    if (folder !== '') rmSync(folder, { recursive: true, force: true });
  });

  it('whose kernel does not boot names the panic and the log, and keeps nothing of it', async () => {
    const command = LabCommand.start(cache, join(folder, 'panic'), ['--boot', 'initcall_blacklist=populate_rootfs']);
    assert.equal(await command.end(240_000), ExitCode.failed);
    assert.ok(
      command.says(/the guest’s kernel panicked; its console, [^]*Kernel panic - not syncing: /),
      command.stderr,
    );
    command.assertLog(/Kernel panic - not syncing/);
    assert.deepEqual(readdirSync(join(cache, 'guests')), []);
  });

  it('whose CPU model there is not is bad usage, with the model', async () => {
    const command = LabCommand.start(cache, join(folder, 'model'), ['--cpu-model', 'i8086']);
    await command.until(() => command.isOver, 'end');
    assert.ok(command.says(/QEMU has no CPU model i8086[^]*hint: .*-cpu help/), command.stderr);
    assert.equal(command.exitCode, ExitCode.usage);
    assert.deepEqual(readdirSync(join(cache, 'guests')), []);
  });

  it('that is told to stop while its guests boot leaves nothing, and with the code of the signal', async () => {
    const command = LabCommand.start(cache, join(folder, 'stopped'));
    await command.until(() => command.guests().length === 2, 'pair of guests');
    const [hung = 0] = command.guests();
    // one that does not even take the signal to end
    process.kill(hung, 'SIGSTOP');
    command.kill('SIGTERM');
    assert.equal(await command.end(), 128 + 15);
    assert.deepEqual(readdirSync(join(cache, 'guests')), []);
  });

  it('whose cache is full when its guests are saved says so, and leaves no part of one', async () => {
    const small = join(folder, 'small');
    mkdirSync(small);
    // the image has some 110 MB, and each guest some 300
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=300m', 'tmpfs', small]);
    try {
      shareKernels(small);
      const command = LabCommand.start(small, join(folder, 'full'));
      assert.equal(await command.end(240_000), ExitCode.failed);
      assert.ok(
        command.says(
          /the disk that holds the cache .*small\/guests is full\n[^]*No space left[^]*hint: .*PKTPATH_CACHE/,
        ),
        command.stderr,
      );
      assert.deepEqual(readdirSync(join(small, 'guests')), []);
    } finally {
      execFileSync('umount', [small]);
    }
  });

  it('whose QEMU is killed in a trial says by what, and where the log is', async () => {
    const command = await LabCommand.measuring(cache, join(folder, 'killed'));
    for (const pid of command.guests()) process.kill(pid, 'SIGKILL');
    assert.equal(await command.end(), ExitCode.failed);
    assert.ok(command.says(/QEMU was killed by SIGKILL; its console, [^]*hint: .*oom/), command.stderr);
    command.assertLog(/^/);
  });

  it('throws away a saved guest of which a byte has changed, and boots it again', async () => {
    const [name = ''] = readdirSync(join(cache, 'guests')).filter((entry) => /^[0-9a-f]{32}$/.test(entry));
    const state = join(cache, 'guests', name, 'state');
    flipByte(state, 20_000_000);
    const broken = await digestOfFile(state);
    const command = await LabCommand.measuring(cache, join(folder, 'flipped'));
    assert.ok(
      command.says(/booting again, the saved guest is broken: the content of state has changed/),
      command.stderr,
    );
    assert.notEqual(await digestOfFile(state), broken);
    command.kill('SIGTERM');
    assert.equal(await command.end(), 128 + 15);
  });
});

/** The kernels of the machine's own cache, if it has any, in another one. */
function shareKernels(cache: string): void {
  mkdirSync(cache, { recursive: true });
  const kernels = join(cacheDirectory(), 'kernels');
  if (existsSync(kernels)) symlinkSync(kernels, join(cache, 'kernels'));
}

function flipByte(file: string, at: number): void {
  const handle = openSync(file, 'r+');
  const byte = Buffer.alloc(1);
  readSync(handle, byte, 0, 1, at);
  byte.writeUInt8(byte.readUInt8() ^ 1);
  writeSync(handle, byte, 0, 1, at);
  closeSync(handle);
}
