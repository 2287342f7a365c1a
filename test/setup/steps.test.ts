import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { FakeCheckout } from './fake-checkout.js';

const npmCi = 'npm ci --include=dev --ignore-scripts --no-audit --no-fund --loglevel=error';

describe('set-up: the build steps', function () {
  let checkout: FakeCheckout;

  beforeEach(async function () {
    checkout = new FakeCheckout();
    const first = await checkout.setUp();
    assert.equal(first.exitCode, 0, first.stderr);
    assert.equal(first.stdout, '');
  });
  afterEach(() => checkout.remove());

  it('does each step once on a fresh checkout, in order, and nothing the second time', async function () {
    assert.deepEqual(checkout.calls(), [npmCi, 'probes', 'addon', 'emulator', 'tsc']);
    const second = await checkout.setUp();
    assert.deepEqual(second, { exitCode: 0, stdout: '', stderr: '' });
    assert.deepEqual(checkout.calls(), []);
  });

  it('leaves the program executable, as npx starts it', function () {
    assert.equal(statSync(join(checkout.root, 'dist/harness/cli/main.js')).mode & 0o777, 0o755);
  });

  const changes: [what: string, path: string, done: string[]][] = [
    ['the lock file', 'package-lock.json', [npmCi]],
    ['a probe', 'kernel-probes/stages.bpf.c', ['probes']],
    ['a header shared by probes and addon', 'kernel-probes/account.h', ['probes', 'addon']],
    ['a C++ source', 'native/src/addon.cc', ['addon']],
    ['a new C++ source', 'native/src/paths/new.cc', ['addon']],
    ['a source of the emulator', 'native/emulator/referee.c', ['emulator']],
    ['a TypeScript source', 'harness/other.ts', ['tsc']],
  ];
  for (const [what, path, done] of changes) {
    it(`does again only what depends on ${what}`, async function () {
      checkout.calls();
      checkout.write(path, ' ');
      assert.equal((await checkout.setUp()).exitCode, 0);
      assert.deepEqual(checkout.calls(), done);
    });
  }

  it('does a step again whose result is gone', async function () {
    checkout.calls();
    checkout.drop('native/build');
    assert.equal((await checkout.setUp()).exitCode, 0);
    assert.deepEqual(checkout.calls(), ['addon']);
  });

  it('does everything again when its stamp is damaged', async function () {
    checkout.calls();
    checkout.write('.setup-stamp.json', '{"dependencies": ');
    assert.equal((await checkout.setUp()).exitCode, 0);
    assert.deepEqual(checkout.calls(), [npmCi, 'probes', 'addon', 'emulator', 'tsc']);
  });

  it('takes away the compiled form of a source that is gone', async function () {
    assert.ok(checkout.has('dist/harness/other.js'));
    checkout.drop('harness/other.ts');
    assert.equal((await checkout.setUp()).exitCode, 0);
    assert.ok(!checkout.has('dist/harness/other.js'));
    assert.ok(checkout.has('dist/harness/cli/main.js'));
  });

  it('shows the whole output of a failing step, and does it again even when its source is put back', async function () {
    checkout.calls();
    checkout.write('kernel-probes/stages.bpf.c', 'broken');
    const failed = await checkout.setUp();
    assert.equal(failed.exitCode, 1);
    assert.match(
      failed.stderr,
      /first line of the error\n(.*\n)*last line\n(.*\n)*.*exit code 2 from: make -C kernel-probes/,
    );
    checkout.write('kernel-probes/stages.bpf.c', '');
    assert.equal((await checkout.setUp()).exitCode, 0);
    assert.deepEqual(checkout.calls(), ['probes', 'probes']);
  });

  it('lets a second set-up wait for the first, and then find the work done', async function () {
    checkout.calls();
    checkout.drop('node_modules');
    checkout.drop('native/build');
    const both = await Promise.all([checkout.setUp(), checkout.setUp()]);
    for (const { exitCode, stderr } of both) assert.equal(exitCode, 0, stderr);
    assert.deepEqual(checkout.calls(), [npmCi, 'addon']);
  });

  it('keeps the settings of the calling npm away from npm ci, but for those that reach the registry', async function () {
    checkout.drop('node_modules');
    const env = {
      NODE_ENV: 'production',
      npm_config_dry_run: 'true',
      npm_config_omit: 'dev',
      npm_config_cafile: '/some/ca.pem',
      npm_lifecycle_event: 'start',
    };
    assert.equal((await checkout.setUp([], { env })).exitCode, 0);
    const seen = checkout.npmEnvironment();
    assert.equal(seen['npm_config_cafile'], '/some/ca.pem');
    for (const name of ['NODE_ENV', 'npm_config_dry_run', 'npm_config_omit', 'npm_lifecycle_event']) {
      assert.equal(seen[name], undefined, name);
    }
  });

  it('refuses an unknown purpose', async function () {
    const outcome = await checkout.setUp(['--for', 'toString']);
    assert.equal(outcome.exitCode, 2);
    assert.match(outcome.stderr, /one of: setup, build, lab, start, test/);
  });
});
