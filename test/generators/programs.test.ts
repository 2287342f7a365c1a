import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { ExitCode, PktpathError } from '../../harness/errors.js';
import { foreignFrame } from '../../harness/generators/foreign.js';
import type { ForeignFigures, ForeignTraffic } from '../../harness/generators/foreign.js';
import { iperf3 } from '../../harness/generators/iperf3.js';
import { parsePcap } from '../../harness/generators/pcap-file.js';
import { pktgenFigures, pktgenJob, requirePktgen } from '../../harness/generators/pktgen.js';
import { replayCommand, tcpreplay } from '../../harness/generators/tcpreplay.js';
import { trafgen } from '../../harness/generators/trafgen.js';
import { projectRoot } from '../../harness/root.js';
import { sampleSpec } from '../executor/sample-spec.js';

/** What the programs really printed; pktgen's is after Documentation/networking/pktgen.rst. */
const printed = (name: string): string => readFileSync(join(projectRoot, 'test/fixtures/generators', name), 'utf8');

const runner = join(projectRoot, 'dist/harness/generators/pktgen-run.js');

const { sender, receiver } = sampleSpec('packet-recvfrom');

describe('programs that send', () => {
  let traffic: ForeignTraffic;
  beforeEach(() => {
    const folder = mkdtempSync(join(tmpdir(), 'pktpath-programs-'));
    traffic = { sender, receiver, frameBytes: 64, packets: 5000, packetsPerSecond: null, folder };
  });
  afterEach(() => {
    rmSync(traffic.folder, { recursive: true });
  });

  it('get frames that no reader takes for ours', () => {
    const frame = foreignFrame({ ...traffic, receiver: { ...receiver, mac: '02:70:6b:00:00:fe' } });
    assert.equal(frame.length, 64);
    assert.equal(frame.toString('hex', 0, 16), '02706b0000fe02706b00000188b60000');
  });

  it('trafgen: a packet in its language, and nothing that changes the machine', async () => {
    const command = await trafgen.command(traffic);
    assert.deepEqual(command.slice(0, 1), ['trafgen']);
    assert.deepEqual(command[command.indexOf('--num') + 1], '5000');
    assert.ok(command.includes('--no-sock-mem') && command.includes('--notouch-irq'));
    const text = readFileSync(join(traffic.folder, 'trafgen.cfg'), 'utf8');
    assert.match(text, /^\{ 0x02, (0x[0-9a-f]{2}, ){62}0x00 \}\n$/);
  });

  it('trafgen: keeps no rate, and says so', async () => {
    await assert.rejects(trafgen.command({ ...traffic, packetsPerSecond: 1000 }), (error) => {
      assert.ok(error instanceof PktpathError && error.exitCode === ExitCode.notPossible);
      return true;
    });
  });

  it('tcpreplay: a file of one frame, as often as there are packets', async () => {
    const command = await tcpreplay.command({ ...traffic, packetsPerSecond: 1000 });
    const file = join(traffic.folder, 'tcpreplay.pcap');
    assert.deepEqual(command.slice(1), [
      '--preload-pcap',
      `--intf1=${sender.interface}`,
      '--pps=1000',
      '--loop=5000',
      '--limit=5000',
      file,
    ]);
    assert.equal(parsePcap(readFileSync(file), file, { mtu: 1500 }).bytes, 64);
  });

  it('tcpreplay: a file whose name begins with a dash is no option', () => {
    const command = replayCommand('-r.pcap', 3, traffic);
    assert.equal(command.at(-1), join(process.cwd(), '-r.pcap'));
    assert.ok(command.includes('--topspeed') && command.includes('--loop=1667') && command.includes('--limit=5000'));
  });

  it('iperf3: payload and bit rate make up the frames and their rate', async () => {
    const command = await iperf3.command({ ...traffic, packetsPerSecond: 1000 });
    assert.deepEqual(command.slice(-6), ['--length', '22', '--bitrate', '176000', '--blockcount', '5000']);
  });

  it('pktgen: lines for its thread and its device', () => {
    const { lines } = pktgenJob({ ...traffic, packetsPerSecond: 1000 });
    assert.deepEqual(lines[1], { file: '/proc/net/pktgen/kpktgend_0', line: `add_device ${sender.interface}` });
    const device = lines.filter(({ file }) => file.endsWith(sender.interface)).map(({ line }) => line);
    assert.deepEqual(device.slice(0, 4), ['count 5000', 'pkt_size 64', 'ratep 1000', `dst_mac ${receiver.mac}`]);
  });

  it('pktgen: is told line by line, started, read and put away', () => {
    const folder = mkdtempSync(join(tmpdir(), 'pktpath-pktgen-'));
    try {
      const file = (name: string): string => join(folder, name);
      writeFileSync(file('device'), 'Result: OK: 1');
      const lines = [
        { file: file('thread'), line: 'add_device x' },
        { file: file('settings'), line: 'count 5' },
      ];
      const job = { lines, control: file('pgctrl'), device: file('device'), thread: file('thread') };
      const output = execFileSync(process.execPath, [runner, JSON.stringify(job)], { encoding: 'utf8' });
      const text = (name: string): string => readFileSync(file(name), 'utf8');
      assert.equal(output, 'Result: OK: 1');
      assert.deepEqual(['settings', 'pgctrl', 'thread'].map(text), ['count 5\n', 'start\n', 'rem_device_all\n']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('pktgen: says what is missing', () => {
    assert.throws(() => {
      requirePktgen('/proc/net/no-such-folder');
    }, /pktgen is not loaded/);
  });

  const said: [string, (output: string) => ForeignFigures, string, ForeignFigures][] = [
    ['trafgen', trafgen.figures, 'trafgen.txt', { sent: 50_000, packetsPerSecond: 50_000 / 0.102329 }],
    ['tcpreplay', tcpreplay.figures, 'tcpreplay.txt', { sent: 5000, packetsPerSecond: 10_001.98 }],
    ['iperf3', iperf3.figures, 'iperf3-udp.json', { sent: 22_710, packetsPerSecond: 22_710 / 1.00093 }],
    ['pktgen', pktgenFigures, 'pktgen.txt', { sent: 100_000, packetsPerSecond: 810_372 }],
  ];
  for (const [name, figures, file, expected] of said) {
    it(`${name}: what it says of itself`, () => {
      assert.deepEqual(figures(printed(file)), expected);
    });

    it(`${name}: anything else is refused in words`, () => {
      const refuses = (text: string): void => {
        assert.throws(
          () => figures(text),
          (error) => error instanceof PktpathError && error.exitCode === ExitCode.failed,
        );
      };
      refuses('');
      refuses(printed(file).slice(0, 60));
      fc.assert(fc.property(fc.string(), refuses));
    });
  }

  it('iperf3: an error in its JSON is one, whatever its exit code', () => {
    assert.throws(() => iperf3.figures(printed('iperf3-refused.json')), /unable to connect to server/);
  });
});
