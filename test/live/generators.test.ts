import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { GeneratorSpec, SendMethod } from '../../harness/executor/contract.js';
import { ExitCode, PktpathError } from '../../harness/errors.js';
import { startNativeExecutor } from '../../harness/executor/native.js';
import type { ForeignGenerator, ForeignTraffic } from '../../harness/generators/foreign.js';
import { generatorObject } from '../../harness/generators/generator-spec.js';
import { iperf3, startIperf3Server } from '../../harness/generators/iperf3.js';
import { tcpreplay } from '../../harness/generators/tcpreplay.js';
import { trafgen } from '../../harness/generators/trafgen.js';
import { pathSpec } from '../../harness/paths/path-spec.js';
import { trialSpec } from '../../harness/run/trial-spec.js';
import type { Testbed } from '../../harness/testbed/testbed.js';
import { requireCapability } from '../support/capabilities.js';
import { link, tool } from '../testbed/network-tools.js';
import { has } from './command.js';
import { descendants, runs, waitUntil, workersOf } from './processes.js';
import { useSetting } from './setting.js';
import { cellOf, countOf, probesFor, runOnce, runUntilValid } from './trials.js';
import type { Measured } from './trials.js';

const methods = ['sendto', 'sendmmsg', 'tx-ring', 'live-redirect', 'live-pass'] as const satisfies SendMethod[];
type Method = (typeof methods)[number];

const specOf = (method: Method, change: Partial<GeneratorSpec>): Partial<GeneratorSpec> => ({
  method,
  object: method.startsWith('live-') ? generatorObject : null,
  ...change,
});

const sumOf = (counts: Iterable<number>): number => [...counts].reduce((sum, count) => sum + count, 0);

/** Both ends by `ip -s link`, and by the driver's own count at the sender. */
async function witness(bed: Testbed) {
  const [receiver, sender, driver] = await Promise.all([
    link(basename(bed.receiver.netns), bed.receiver.interface),
    link(basename(bed.sender.netns), bed.sender.interface),
    tool('ip', 'netns', 'exec', basename(bed.sender.netns), 'ethtool', '-S', bed.sender.interface),
  ]);
  const refusedFrames = Number(/tx_queue_0_xdp_xmit_errors: (\d+)/.exec(driver)?.[1]);
  return { receiver: receiver.stats64, sender: sender.stats64, refusedFrames };
}

describe('ways of sending', function () {
  this.timeout(60_000);
  const setting = useSetting();
  let testbed: Testbed;

  before(async () => {
    testbed = await setting().bringUp('napi-thread');
  });
  after(() => setting().down());

  for (const method of methods) {
    describe(method, () => {
      it('paced: each packet is stamped, sent once, in order and in time', async () => {
        const cell = cellOf('packet-recvfrom', specOf(method, {}));
        const measured = await runUntilValid(() => runOnce(setting(), testbed, cell, null));
        const { generator, reader } = measured.result;
        assertClosed(measured, cell.generator.packets);
        assert.deepEqual(reader.sequence.reordered, 0);
        assert.equal(reader.protocols['pktpath'], reader.packets);
        assert.equal(reader.bytes, reader.packets * cell.generator.frameBytes);
        assert.equal(sumOf(generator.lateness.counts), generator.sent);
        assert.ok(generator.latenessMaxNs >= (generator.lateness.lowerBounds.at(-1) ?? 0));
      });

      if (method !== 'sendto') {
        it('paced in batches: each batch has one deadline', async () => {
          const cell = cellOf('packet-recvfrom', specOf(method, { batch: 7 }));
          const measured = await runUntilValid(() => runOnce(setting(), testbed, cell, null));
          assertClosed(measured, cell.generator.packets);
          assert.equal(sumOf(measured.result.generator.lateness.counts), Math.ceil(cell.generator.packets / 7));
        });
      }

      it('unpaced: whatever the receiver makes of it, each drop has one name', async () => {
        const path = pathSpec('packet-recvfrom', 64, { receiveBufferBytes: 1 << 16, snaplen: 2048 });
        const batch = method === 'sendto' ? 1 : 32;
        const overload = specOf(method, { packets: 40_000, packetsPerSecond: null, frameBytes: 64, batch });
        const cell = cellOf('packet-recvfrom', overload, path);
        const before = await witness(testbed);
        const measured = await runOnce(setting(), testbed, cell, null);
        const after = await witness(testbed);
        assertClosed(measured, 40_000);
        const { drops } = measured.ledger;
        const { generator } = measured.result;
        assert.ok(sumOf(Object.values(drops)) > 0, 'it was too much');
        assert.equal(drops['receiver-interface'], 0);
        assert.equal(drops['veth-ring'], after.sender.tx.dropped - before.sender.tx.dropped);
        const live = method.startsWith('live-');
        assert.equal(sumOf(Object.values(generator.refused)), live ? 0 : drops['veth-ring']);
        if (method === 'live-redirect') {
          // One drop, told of at both ends: veth_xdp_xmit() counts it once.
          assert.equal(drops['veth-ring'], after.receiver.rx.dropped - before.receiver.rx.dropped);
          assert.equal(drops['veth-ring'], after.refusedFrames - before.refusedFrames);
        }
        const wire = method === 'live-pass' ? 0 : measured.result.wirePackets + measured.spec.warmupPackets;
        assert.equal(after.receiver.rx.packets - before.receiver.rx.packets, wire);
      });

      it('ends by time, with the rest unsent', async () => {
        const endless = specOf(method, { packets: 4_000_000, packetsPerSecond: 20_000, maxDurationNs: 100_000_000 });
        const measured = await runOnce(setting(), testbed, cellOf('packet-recvfrom', endless), null);
        const { sent, lateness, elapsedNs } = measured.result.generator;
        assertClosed(measured, sent);
        assert.ok(sent > 0 && sent <= 2000, String(sent));
        assert.ok(elapsedNs < 2e9);
        assert.equal(sumOf(lateness.counts), sent);
      });
    });
  }

  /** sent = delivered + drops, the sequence as whole as the drops let it be, nothing twice. */
  function assertClosed({ ledger, result }: Measured, packets: number): void {
    assert.equal(ledger.unexplained, 0, JSON.stringify(ledger));
    assert.equal(ledger.sent, packets);
    assert.equal(ledger.delivered, packets - sumOf(Object.values(ledger.drops)));
    const { missing, duplicated, reordered, corrupt } = result.reader.sequence;
    assert.deepEqual([duplicated, reordered, corrupt], [0, 0, 0]);
    assert.ok(missing <= ledger.sent - ledger.delivered);
  }
});

describe('a backlog that is overrun', function () {
  this.timeout(60_000);
  const setting = useSetting();

  for (const method of ['sendto', 'tx-ring', 'live-pass'] as const) {
    it(`${method}: each drop has one name, although up to three counters tell of it`, async () => {
      const bed = await setting().bringUp('rps');
      const change = { packets: 400_000, packetsPerSecond: null, frameBytes: 64, batch: method === 'sendto' ? 1 : 64 };
      // a socket with room, so that the backlog is behind and not the socket before it
      const cell = cellOf('packet-recvfrom', specOf(method, change));
      for (let attempt = 0; attempt < 6; attempt++) {
        const { ledger, grown } = await runOnce(setting(), bed, cell, null);
        assert.equal(ledger.unexplained, 0, JSON.stringify({ ledger, grown }));
        assert.deepEqual([ledger.drops['veth-ring'], ledger.drops['receiver-interface']], [0, 0]);
        assert.equal(grown.receiverRxDropped, grown.softnetDropped);
        assert.equal(grown.senderTxDropped, method === 'live-pass' ? 0 : grown.softnetDropped);
        if (grown.softnetDropped > 0) break;
      }
      await setting().down();
    });
  }
});

describe('probed, however it is sent', function () {
  this.timeout(60_000);
  const setting = useSetting();

  for (const method of ['sendmmsg', 'tx-ring', 'live-redirect'] as const) {
    it(`${method}: every boundary counts what passed it, exactly`, async () => {
      const bed = await setting().bringUp('napi-thread');
      const cell = cellOf('packet-recvfrom', specOf(method, { batch: 8 }));
      const probes = probesFor(setting(), bed, cell);
      const measured = await runUntilValid(() => runOnce(setting(), bed, cell, probes));
      for (const boundary of ['napi_gro_receive_entry', 'netif_receive_skb', 'skb_copy_datagram_iovec']) {
        assert.equal(countOf(measured, boundary).packets, measured.result.wirePackets, boundary);
      }
      await setting().down();
    });
  }
});

describe('frames of UDP', function () {
  this.timeout(60_000);
  const setting = useSetting();

  for (const method of ['live-redirect', 'live-pass'] as const) {
    it(`${method}: the receiver's own stack finds nothing wrong with them`, async () => {
      const bed = await setting().bringUp('napi-thread');
      const filter = 'udp dst port 9000 and ether dst 02:70:6b:00:00:01';
      const path = pathSpec('libpcap', 512, { bufferBytes: 8 << 20, timeoutMs: 10, snaplen: 2048, filter });
      const cell = cellOf('libpcap', specOf(method, { traffic: 'udp', frameBytes: 512 }), path);
      const measured = await runOnce(setting(), bed, cell, null);
      const { result, spec } = measured;
      assert.equal(measured.ledger.unexplained, 0, JSON.stringify(measured.ledger));
      assert.equal(result.reader.packets, result.generator.sent);
      assert.equal(result.reader.protocols['udp'], result.generator.sent);
      const namespace = basename(bed.receiver.netns);
      const counted = await tool('ip', 'netns', 'exec', namespace, 'nstat', '-az', '--json');
      const { kernel } = JSON.parse(counted) as { kernel: Record<string, number> };
      // Nobody listens: who came that far had a good IP header, length and checksum.
      assert.equal(kernel['UdpNoPorts'], result.generator.sent + spec.warmupPackets);
      assert.deepEqual([kernel['IpInHdrErrors'], kernel['UdpInErrors'], kernel['UdpInCsumErrors']], [0, 0, 0]);
      await setting().down();
    });
  }
});

describe('senders that are told to stop', function () {
  this.timeout(60_000);
  const setting = useSetting();

  const long = { packets: 1_000_000, packetsPerSecond: 20_000, maxDurationNs: 50e9 };
  const senders: [string, Partial<GeneratorSpec>][] = [
    ...methods.map((method): [string, Partial<GeneratorSpec>] => [method, specOf(method, long)]),
    ['command', { ...long, method: 'command', command: ['sleep', '60'] }],
  ];
  for (const [name, change] of senders) {
    it(`${name}: stops at once, and leaves nothing behind`, async () => {
      const bed = await setting().bringUp('napi-thread');
      const executor = await startNativeExecutor();
      const workers = workersOf(process.pid);
      const spec = { ...trialSpec(cellOf('packet-recvfrom', change), bed, null), warmupPackets: 300 };
      // by itself: it would be killed if it did not answer
      const trial = assert.rejects(executor.runTrial(spec), /aborted|ended with exit code 0/);
      await delay(500);
      const children = workers.flatMap(descendants);
      assert.equal(children.length, name === 'command' ? 1 : 0);
      await executor.close();
      await trial;
      assert.deepEqual(children.filter(runs), []);
      await setting().down();
    });
  }

  it('command: does not outlive a measuring process that is killed', async () => {
    const bed = await setting().bringUp('napi-thread');
    const before = workersOf(process.pid);
    const executor = await startNativeExecutor();
    const worker = workersOf(process.pid).find((pid) => !before.includes(pid)) ?? 0;
    const cell = cellOf('packet-recvfrom', { ...long, method: 'command', command: ['sleep', '60'] });
    const trial = assert.rejects(executor.runTrial(trialSpec(cell, bed, null)));
    assert.ok(await waitUntil(() => descendants(worker).length === 1, 10_000));
    const children = descendants(worker);
    process.kill(worker, 'SIGKILL');
    await trial;
    assert.ok(await waitUntil(() => !children.some(runs), 5000));
    await executor.close();
    await setting().down();
  });
});

describe('live frames that cannot be', function () {
  this.timeout(60_000);
  const setting = useSetting();

  async function refused(change: Partial<GeneratorSpec>, message: RegExp, bed: Testbed): Promise<void> {
    const cell = cellOf('packet-recvfrom', change);
    await assert.rejects(runOnce(setting(), bed, cell, null), (error) => {
      assert.ok(error instanceof PktpathError && error.exitCode === ExitCode.notPossible, String(error));
      assert.match(error.message, message);
      return true;
    });
  }

  it('says that a device takes none when its peer has no NAPI', async () => {
    const bed = await setting().bringUp('inline');
    await refused(specOf('live-redirect', {}), /takes no XDP frames: its peer needs NAPI/, bed);
    await setting().down();
  });

  it('says that a rate is too low to be paced with softirqs off', async () => {
    const bed = await setting().bringUp('napi-thread');
    await refused(specOf('live-pass', { packetsPerSecond: 999 }), /1000/, bed);
    await refused(specOf('live-pass', { packetsPerSecond: 15_000, batch: 16 }), /batch of 16/, bed);
    await setting().down();
  });
});

describe('another program as the sender', function () {
  this.timeout(60_000);
  const setting = useSetting();
  let testbed: Testbed;
  let folder: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pktpath-live-'));
    testbed = await setting().bringUp('napi-thread');
  });
  after(async () => {
    await setting().down();
    rmSync(folder, { recursive: true, force: true });
  });
  afterEach(() => {
    assert.deepEqual(workersOf(process.pid).flatMap(descendants).filter(runs), [], 'nothing is left running');
  });

  const send = (command: string[], change: Partial<GeneratorSpec> = {}): Promise<Measured> => {
    const cell = cellOf('packet-recvfrom', {
      method: 'command',
      command,
      packetsPerSecond: null,
      frameBytes: 64,
      ...change,
    });
    return runOnce(setting(), testbed, cell, null);
  };

  const traffic = (packetsPerSecond: number | null): ForeignTraffic => {
    const { sender, receiver } = testbed;
    return { sender, receiver, frameBytes: 64, packets: 5000, packetsPerSecond, folder };
  };

  const programs: [string, ForeignGenerator, number | null][] = [
    ['trafgen', trafgen, null],
    ['tcpreplay', tcpreplay, 20_000],
  ];
  for (const [name, program, rate] of programs) {
    it(`${name}: what it says it sent is what arrived or was dropped`, async function () {
      requireCapability(this, name, has(name));
      const measured = await send(await program.command(traffic(rate)));
      const { generator, reader, wirePackets } = measured.result;
      const said = program.figures(generator.output ?? '');
      assert.equal(measured.ledger.unexplained, 0, JSON.stringify(measured.ledger));
      assert.equal(said.sent, 5000);
      assert.equal(wirePackets, said.sent, 'each frame in the end got through');
      assert.equal(generator.sent - wirePackets, measured.ledger.drops['veth-ring'], 'a drop for each further try');
      assert.equal(reader.protocols['other'], reader.packets);
      assert.equal(reader.bytes, reader.packets * 64);
    });
  }

  it('iperf3: counts the datagrams that its own server counts', async function () {
    requireCapability(this, 'iperf3', has('iperf3'));
    const server = await startIperf3Server(testbed.receiver);
    try {
      const measured = await send(await iperf3.command(traffic(20_000)), { traffic: 'udp', maxDurationNs: 5e9 });
      const said = iperf3.figures(measured.result.generator.output ?? '');
      assert.equal(said.sent, 5000);
      assert.ok((measured.result.reader.protocols['udp'] ?? 0) >= 5000);
      assert.equal(measured.ledger.unexplained, 0);
    } finally {
      await server.stop();
    }
    assert.equal(runs(server.pid), false);
  });

  it('runs in the sender’s namespace, on its CPU, with its nice value and nothing to read', async () => {
    const script = 'readlink /proc/self/ns/net; taskset -cp $$; nice; cat; echo "$1"; ls /proc/self/fd';
    const measured = await send(['sh', '-c', script, 'sh', '$(id); *']);
    const lines = (measured.result.generator.output ?? '').split('\n');
    const inside = await tool('ip', 'netns', 'exec', basename(testbed.sender.netns), 'readlink', '/proc/self/ns/net');
    assert.equal(lines[0], inside);
    assert.match(lines[1] ?? '', new RegExp(`: ${String(testbed.sender.cpu)}$`));
    assert.deepEqual(lines.slice(2), ['-20', '$(id); *', '0', '1', '2', '3', '']);
  }).timeout(10_000);

  it('keeps the last 64 KiB of what it prints', async () => {
    const measured = await send(['sh', '-c', 'head -c 300000 /dev/zero | tr "\\0" x; echo end']);
    const output = measured.result.generator.output ?? '';
    assert.equal(output.length, 65_536);
    assert.match(output, /^x+end\n$/);
  });

  it('says how a program failed', async () => {
    await assert.rejects(send(['sh', '-c', 'echo first; echo "the reason" >&2; exit 3']), (error) => {
      assert.ok(error instanceof PktpathError && error.exitCode === ExitCode.failed);
      assert.match(error.message, /sh failed \(exit code 3\): the reason/);
      return true;
    });
    await assert.rejects(send(['sh', '-c', 'kill -9 $$']), /sh failed \(signal 9\): it printed nothing/);
  });

  it('names a program that is missing, and skips it', async () => {
    for (const program of ['no-such-program', '/no/such/program', '/etc/passwd']) {
      await assert.rejects(send([program]), (error) => {
        assert.ok(error instanceof PktpathError && error.exitCode === ExitCode.notPossible, String(error));
        assert.ok(error.message.includes(program), error.message);
        return true;
      });
    }
  });

  it('ends a program that hangs, and what that has started', async () => {
    const script = 'trap "" INT; sleep 60 & echo $$ $!; wait';
    const { reasons, result } = await send(['sh', '-c', script], { maxDurationNs: 1e8 });
    assert.deepEqual(reasons, ['nothing was delivered']);
    const pids = (result.generator.output ?? '').trim().split(' ').map(Number);
    assert.equal(pids.length, 2);
    assert.deepEqual(pids.filter(runs), []);
  });
});
