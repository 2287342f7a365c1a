import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { GeneratorSpec } from '../../harness/executor/contract.js';
import { ExitCode, PktpathError } from '../../harness/errors.js';
import type { ForeignGenerator, ForeignTraffic } from '../../harness/generators/foreign.js';
import { iperf3, startIperf3Server } from '../../harness/generators/iperf3.js';
import { tcpreplay } from '../../harness/generators/tcpreplay.js';
import { trafgen } from '../../harness/generators/trafgen.js';
import type { Testbed } from '../../harness/testbed/testbed.js';
import { requireCapability } from '../support/capabilities.js';
import { tool } from '../testbed/network-tools.js';
import { has } from './command.js';
import { descendants, runs, workersOf } from './processes.js';
import { useSetting } from './setting.js';
import { cellOf, runOnce } from './trials.js';
import type { Measured } from './trials.js';

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

  it('tcpreplay: has its time from its first packet on, however long it took to start', async function () {
    requireCapability(this, 'tcpreplay', has('tcpreplay'));
    const command = await tcpreplay.command({ ...traffic(20_000), packets: 1_000_000 });
    const measured = await send(['sh', '-c', 'sleep 0.5; exec "$@"', 'sh', ...command], { maxDurationNs: 0.1e9 });
    const { generator, wirePackets } = measured.result;
    const said = tcpreplay.figures(generator.output ?? '');
    assert.equal(measured.ledger.unexplained, 0, JSON.stringify(measured.ledger));
    assert.ok(said.sent > 0 && said.sent < 1_000_000);
    assert.equal(wirePackets, said.sent);
    assert.ok(generator.elapsedNs >= 0.1e9);
  });

  it('iperf3: counts the datagrams that its own server counts', async function () {
    requireCapability(this, 'iperf3', has('iperf3'));
    const server = await startIperf3Server(testbed.receiver);
    try {
      const measured = await send(await iperf3.command(traffic(20_000)), { traffic: 'udp', maxDurationNs: 5e9 });
      const said = iperf3.figures(measured.result.generator.output ?? '');
      assert.equal(said.sent, 5000);
      assert.ok((measured.result.reader.protocols['udp'] ?? 0) >= 5000);
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
