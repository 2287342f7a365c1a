import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { acquireRunLock, parseHolder } from '../../harness/clean/lock.js';
import { isAlive, ownIdentity } from '../../harness/clean/process-identity.js';
import { ExitCode, PktpathError } from '../../harness/errors.js';

const lockModule = new URL('../../harness/clean/lock.js', import.meta.url).href;

/** Takes the lock in a process of its own, says `won` or `held`, and keeps it until its standard input ends. */
const contender = `
  const { acquireRunLock } = await import(process.argv[1]);
  await acquireRunLock(process.argv[2]).then(
    () => console.log('won'),
    (error) => console.log(error.exitCode === 1 ? 'held' : error.message),
  );
  process.stdin.resume();
`;

describe('the lock of a run', () => {
  let directory = '';
  beforeEach(async () => (directory = await mkdtemp(join(tmpdir(), 'pktpath-lock-'))));
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('is held by one at a time, and names its holder', async () => {
    const lock = await acquireRunLock(directory);
    await assert.rejects(acquireRunLock(directory), (error: unknown) => {
      assert.ok(error instanceof PktpathError);
      assert.equal(error.exitCode, ExitCode.failed);
      assert.match(error.message, new RegExp(`process ${String(process.pid)}\\b`));
      assert.match(error.hint ?? '', /kill/);
      return true;
    });
    await lock.release();
    await lock.release();
    assert.deepEqual(await readdir(directory), []);
    await (await acquireRunLock(directory)).release();
  });

  const dead: [name: string, content: () => Promise<string>][] = [
    ['of a process that has ended', async () => JSON.stringify({ ...(await ownIdentity()), pid: 0x7fff_fffe })],
    [
      'of an earlier process with a living one’s pid',
      async () => JSON.stringify({ ...(await ownIdentity()), startTime: '1' }),
    ],
    ['from before a reboot', async () => JSON.stringify({ ...(await ownIdentity()), bootId: 'another' })],
    ['with nonsense in it', () => Promise.resolve('{"pid": "1; reboot"}')],
    ['that is empty', () => Promise.resolve('')],
  ];
  for (const [name, content] of dead) {
    it(`takes over a lock ${name}`, async () => {
      await writeFile(join(directory, 'lock'), await content());
      const lock = await acquireRunLock(directory);
      assert.equal(parseHolder(await readFile(join(directory, 'lock'), 'utf8'))?.pid, process.pid);
      assert.deepEqual(await readdir(directory), ['lock']);
      await lock.release();
    });
  }

  it('lets exactly one of many take over a dead lock', async () => {
    await writeFile(join(directory, 'lock'), JSON.stringify({ ...(await ownIdentity()), startTime: '1' }));
    const children = Array.from({ length: 6 }, () =>
      spawn(process.execPath, ['--input-type=module', '-e', contender, lockModule, directory], {
        stdio: ['pipe', 'pipe', 'inherit'],
      }),
    );
    try {
      const answers = await Promise.all(
        children.map(async (child) => String((await once(createInterface(child.stdout), 'line'))[0])),
      );
      assert.deepEqual(answers.sort(), ['held', 'held', 'held', 'held', 'held', 'won']);
    } finally {
      for (const child of children) child.stdin.end();
      await Promise.all(children.map(async (child) => child.exitCode ?? (await once(child, 'exit'))));
    }
  });

  it('does not remove a lock that is another’s by now', async () => {
    const lock = await acquireRunLock(directory);
    await writeFile(join(directory, 'lock'), 'another’s');
    await lock.release();
    assert.deepEqual(await readdir(directory), ['lock']);
  });

  it('is refused in a folder that others can write to, or behind a link', async () => {
    await symlink(directory, `${directory}-link`);
    try {
      await assert.rejects(acquireRunLock(`${directory}-link`), /only its owner/);
    } finally {
      await rm(`${directory}-link`);
    }
    await chmod(directory, 0o777);
    await assert.rejects(acquireRunLock(directory), /only its owner/);
  });

  it('knows that this process is alive', async () => {
    assert.equal(await isAlive(await ownIdentity()), true);
  });
});
