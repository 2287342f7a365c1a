import assert from 'node:assert/strict';
import { lstatSync } from 'node:fs';
import { isRoot, requireCapability } from '../support/capabilities.js';
import { FakeCheckout } from './fake-checkout.js';

/** Owns nothing and is no one on any system; needs no entry in /etc/passwd. */
const stranger = 54321;

describe('set-up: tools and users', function () {
  let checkout: FakeCheckout;

  before(function () {
    requireCapability(this, 'root', isRoot);
  });
  beforeEach(() => (checkout = new FakeCheckout()));
  afterEach(() => checkout.remove());

  it('says what is missing and why, then installs only that', async function () {
    checkout.takeAway('clang');
    checkout.takeAway('libbpf');
    checkout.takeAway('ethtool');
    const { exitCode, stderr } = await checkout.setUp();
    assert.equal(exitCode, 0, stderr);
    assert.match(stderr, /clang.*compiles the eBPF probes \(package clang\)/);
    assert.match(stderr, /libbpf 1\.1.*loads the eBPF probes \(package libbpf-dev\)/);
    assert.ok(stderr.indexOf('package ethtool') < stderr.indexOf('apt-get update'), stderr);
    assert.deepEqual(checkout.calls().slice(0, 2), ['apt-get update', 'apt-get install clang libbpf-dev ethtool']);
  });

  it('names a tool that cannot be had with its package, and installs the others', async function () {
    checkout.takeAway('clang');
    checkout.takeAway('libbpf');
    checkout.makeUnavailable('libbpf-dev');
    const { exitCode, stderr } = await checkout.setUp();
    assert.equal(exitCode, 4);
    assert.match(stderr, /still do not work:\n {2}libbpf 1\.1 or newer, with headers: package libbpf-dev;.*\n$/);
    assert.ok(checkout.calls().includes('apt-get install clang'));
    assert.ok(!checkout.has('node_modules'));
  });

  it('asks for a tool of the run although nothing is to be built', async function () {
    assert.equal((await checkout.setUp()).exitCode, 0);
    checkout.takeAway('ip');
    checkout.makeUnavailable('iproute2');
    const { exitCode, stderr } = await checkout.setUp(['--for', 'start']);
    assert.equal(exitCode, 4);
    assert.match(stderr, /\bip\b.*package iproute2/);
  });

  for (const command of ['start', 'test']) {
    it(`as an ordinary user, says in one line how to npm ${command}`, async function () {
      checkout.giveTo(stranger);
      const { exitCode, stdout, stderr } = await checkout.setUp(['--for', command], { uid: stranger });
      assert.equal(exitCode, 4);
      assert.equal(stdout, '');
      assert.match(stderr, new RegExp(`^pktpath needs root .*: sudo env "PATH=\\$PATH" npm ${command}\n$`));
      assert.deepEqual(checkout.calls(), []);
    });
  }

  it('builds as an ordinary user when nothing is missing', async function () {
    checkout.giveTo(stranger);
    const { exitCode, stderr } = await checkout.setUp([], { uid: stranger });
    assert.equal(exitCode, 0, stderr);
    assert.ok(checkout.has('dist/harness/cli/main.js'));
  });

  it('as an ordinary user, gives the command that installs what is missing', async function () {
    checkout.giveTo(stranger);
    checkout.takeAway('clang');
    checkout.takeAway('libpcap');
    const { exitCode, stderr } = await checkout.setUp([], { uid: stranger });
    assert.equal(exitCode, 4);
    assert.match(stderr, /sudo apt-get install -y --no-install-recommends clang libpcap-dev\n$/);
    assert.deepEqual(checkout.calls(), []);
  });

  it('says so when the checkout is not writable', async function () {
    const { exitCode, stderr } = await checkout.setUp([], { uid: stranger });
    assert.equal(exitCode, 4);
    assert.match(stderr, /cannot build in .*: not writable for uid 54321/);
  });

  it("as root in another user's checkout, leaves nothing there that root owns", async function () {
    checkout.giveTo(stranger);
    const { exitCode, stderr } = await checkout.setUp();
    assert.equal(exitCode, 0, stderr);
    assert.ok(checkout.has('dist/harness/cli/main.js'));
    assert.deepEqual(
      checkout.paths().filter((path) => lstatSync(path).uid !== stranger),
      [],
    );
    assert.match(checkout.npmEnvironment()['HOME'] ?? '', /pktpath-setup-/);
  });
});
