import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRecord } from '../../reports/record-io.js';
import type { RunRecord } from '../../reports/record.js';
import { requireCapability } from '../support/capabilities.js';
import type { CliResult } from '../support/cli.js';
import { tool } from '../testbed/network-tools.js';
import {
  assertGone,
  endInTurn,
  filesIn,
  has,
  namespacesThere,
  startInTurn,
  temporaryFolder,
  wholeRun,
} from './command.js';
import type { Command } from './command.js';
import { Setting } from './setting.js';

/** Each cell once, as short as can be. */
const once = ['--quick', '--duration', '0.05', '--set', 'search=false'];
const quick = ['run', 'paths', ...once, '--trials', '1'];
const alone = [...quick, '--set', 'observe=false'];
/** Enough of it that something can happen in the middle. */
const long = ['run', 'paths', ...once, '--trials', '300', '--set', 'observe=false'];
const onePath = ['--set', 'paths=packet-recvfrom'];
const fiveRoads = ['--set', 'paths=udp,packet-recvfrom,tpacket-v3,af-xdp,xdp-count'];

describe('pktpath run paths on this machine', function () {
  this.timeout(180_000);
  let folder: string;

  before(async function () {
    const setting = await Setting.open(this);
    await setting.close();
  });
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** A whole run, which prints the record that it leaves. */
  async function jsonRun(...args: string[]): Promise<{ out: string; record: RunRecord }> {
    const { out, result, record } = await wholeRun(folder, (into) => endInTurn([...args, '--json', '--out', into]));
    assert.deepEqual(JSON.parse(result.stdout), JSON.parse(JSON.stringify(record)));
    assertNothingHalfWritten();
    return { out, record };
  }

  /** Every row has figures, and trials that account for each packet, or says what kept it from having them. */
  function assertClosed({ run, summary, trials }: RunRecord, skipped: RegExp): void {
    assert.equal(run.status, 'complete');
    for (const { cell, status, reason } of summary) {
      if (status === 'measured') continue;
      assert.match(`${cell}: ${String(reason)}`, skipped);
    }
    for (const { cell, valid, ledger } of trials) if (valid) assert.equal(ledger.unexplained, 0, cell);
    const measured = summary.filter(({ status }) => status === 'measured').map(({ cell }) => cell);
    assert.ok(measured.some((cell) => cell.includes('packetsPerSecond=unpaced')));
    for (const cell of measured)
      assert.ok(
        trials.some((trial) => trial.valid && trial.cell === cell),
        cell,
      );
  }

  function assertNothingHalfWritten(): void {
    assert.deepEqual(
      filesIn(folder).filter((file) => /tmp|\.room/.test(file)),
      [],
    );
  }

  const withoutCopies = /^af-xdp .*variant=native-zero-copy: .*EOPNOTSUPP/;

  it('measures every road or says why not: exit code 0, the record on stdout, a whole report', async () => {
    const { out, record } = await jsonRun(...quick, ...fiveRoads);
    assertClosed(record, withoutCopies);
    assert.ok(record.summary.some(({ params }) => params['role'] === 'observer'));
    const files = filesIn(out);
    for (const file of ['run.json', 'report.html', 'report.md', 'trials.csv']) assert.ok(files.includes(file), file);
    assert.ok(files.some((file) => /^charts\/.+\.svg$/.test(file)));
  });

  it('closes the ledger of frames that the kernel sends live', async () => {
    const { record } = await jsonRun(...alone, '--set', 'paths=udp,xdp-count', '--set', 'sender=live-redirect');
    assertClosed(record, withoutCopies);
  });

  it('closes the ledger of frames that tcpreplay sends, and says that udp takes none of them', async function () {
    requireCapability(this, 'tcpreplay', has('tcpreplay'));
    const { record } = await jsonRun(...alone, '--set', 'paths=udp,tpacket-v3', '--set', 'sender=tcpreplay');
    assertClosed(record, /^udp .*unpaced: tcpreplay sends frames that no udp socket takes/);
  });

  it('gives AF_XDP its generic mode alone where native XDP would run on the sender’s CPU', async () => {
    const { record } = await jsonRun(...alone, '--set', 'paths=af-xdp', '--set', 'isolation=inline');
    assertClosed(record, /variant=native-.*isolation napi-thread|variant=native-zero-copy: .*EOPNOTSUPP/);
    for (const { params, status } of record.summary)
      assert.equal(status, params['variant'] === 'generic' ? 'measured' : 'skipped');
  });

  /** It ends with a code and words, and nothing is left of it. */
  async function assertEnds(args: string[], code: number, words: RegExp): Promise<CliResult> {
    const command = await startInTurn([...args, '--out', join(folder, 'run')]);
    const result = await command.end();
    assert.equal(result.code, code, result.stderr);
    assert.match(result.stderr, words);
    assert.doesNotMatch(result.stderr, /^ {4}at /m);
    assertNothingHalfWritten();
    await assertGone(await command.made(), command.pid);
    return result;
  }

  /** Found before anything is made: there is no testbed, and no folder. */
  async function assertBadUsage(args: string[], words: RegExp): Promise<void> {
    const { stderr, stdout } = await assertEnds([...alone, ...args], 2, words);
    assert.doesNotMatch(stderr, /setting up the testbed/);
    assert.equal(stdout, '');
    assert.deepEqual(
      filesIn(folder).filter((file) => file.startsWith('run')),
      [],
    );
  }

  it('a filter that libpcap refuses is bad usage', () =>
    assertBadUsage(
      [...onePath, '--set', 'filter=not a filter ((('],
      /^pktpath: cannot compile the filter 'not a filter \(\(\(': .*syntax error\n {2}hint: .*pcap-filter\(7\)/m,
    ));

  const header = Buffer.from('d4c3b2a1020004000000000000000000ffff000001000000', 'hex');
  /** A record of so many bytes, of which the file has as many as `present`. */
  const packet = (bytes: number, present = bytes): Buffer => {
    const record = Buffer.alloc(16 + present);
    record.writeUInt32LE(bytes, 8);
    record.writeUInt32LE(bytes, 12);
    return record;
  };
  const badFiles: [string, Buffer[], string][] = [
    ['truncated', [packet(64), packet(64, 20)], 'record 2: the file ends within the packet'],
    ['oversized', [packet(64), packet(2000)], 'record 2: a frame of 2000 bytes does not fit an MTU of 1500'],
    ['zero-length', [packet(64), packet(64), packet(0)], 'record 3: 0 bytes are no Ethernet frame'],
    ['corrupted', [packet(0xfffffff0, 64)], "record 1: 4294967280 bytes, more than the file's snaplen 65535"],
  ];
  for (const [name, records, words] of badFiles) {
    it(`a capture file with a ${name} record is bad usage`, async () => {
      const file = join(folder, `${name}.pcap`);
      writeFileSync(file, Buffer.concat([header, ...records]));
      const expected = `pktpath: "${file}", ${words}`.replace(/[.()]/g, '\\$&');
      await assertBadUsage([...onePath, '--set', 'sender=tcpreplay', '--set', `pcap=${file}`], new RegExp(expected));
    });
  }

  it('a ring that the kernel refuses fails with its numbers and the kernel’s rules', async () => {
    const ring = ['--set', 'blockBytes=5000', '--set', 'slotBytes=2048'];
    await assertEnds(
      [...alone, '--set', 'paths=tpacket-v2', ...ring],
      1,
      /refuses a TPACKET_V2 ring of 16 blocks of 5000 bytes in slots of 2048; a block has to be a multiple of the page/,
    );
  });

  it('is not possible where nothing of what was asked is: exit code 4, with the reason', async () => {
    await assertEnds(
      [...alone, '--set', 'paths=sock-packet', '--set', 'waiting=busy-poll'],
      4,
      /^pktpath: this machine can give none of what was asked: busy polling cannot work on the path sock-packet/m,
    );
    assert.ok(readRecord(join(folder, 'run')).summary.every(({ status }) => status === 'skipped'));
  });

  /** A run in whose middle something happens, and what it leaves. */
  async function interfered(
    interfere: (command: Command, namespaces: readonly string[]) => unknown,
    code: number,
    words: RegExp,
  ): Promise<void> {
    const out = join(folder, 'run');
    const command = await startInTurn([...long, ...onePath, '--out', out]);
    await command.untilRecorded(out);
    const made = await command.made();
    assert.equal(namespacesThere(made.namespaces).length, 2);
    await interfere(command, made.namespaces);
    const result = await command.end();
    assert.equal(result.code, code, result.stderr);
    assert.match(result.stderr, words);
    assert.doesNotMatch(result.stderr, /^ {4}at /m);
    const { run, trials } = readRecord(out);
    assert.equal(run.status, 'partial');
    assert.ok(trials.length > 0 && trials.length < 900);
    assertNothingHalfWritten();
    await assertGone(made, command.pid);
  }

  it('keeps what it has when its interface vanishes: exit code 1, and says so', () =>
    interfered(
      async (_command, namespaces) => {
        const receiver = namespaces.find((name) => name.endsWith('-rx')) ?? '';
        await tool('ip', '-n', receiver, 'link', 'delete', 'pktpath-rx');
      },
      1,
      /^pktpath: the \w+ trial \d+ of .* failed\n {2}because: .*\n {2}hint: was .*removed .*during the run\?$/m,
    ));

  it('keeps what it has on SIGINT: exit code 130', () =>
    interfered((command) => command.child.kill('SIGINT'), 130, /SIGINT: stopping, and removing what was made/));
});
