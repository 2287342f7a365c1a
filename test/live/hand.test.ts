import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ownSendMethods } from '../../harness/generators/send-methods.js';
import type { ReceiveDocument } from '../../harness/hand/receive-summary.js';
import type { SendDocument } from '../../harness/hand/send-summary.js';
import { pathNames, paths } from '../../harness/paths/paths.js';
import type { Testbed } from '../../harness/testbed/testbed.js';
import { handReceiveSpec } from '../hand/sample-session.js';
import { requireCapability } from '../support/capabilities.js';
import type { CliResult } from '../support/cli.js';
import { link, tool } from '../testbed/network-tools.js';
import { Capture } from './capture.js';
import { Command, has } from './command.js';
import { runs, waitUntil, workersOf } from './processes.js';
import { useSetting } from './setting.js';

/** What a receiver waits for packets that do not come. */
const longest = ['--duration', '20'];

describe('sending and receiving by hand', function () {
  this.timeout(60_000);
  const setting = useSetting();
  let testbed: Testbed;

  before(async () => (testbed = await setting().bringUp('napi-thread')));
  after(() => setting().down());
  /** For a test that takes the interface away or down: the next has another testbed. */
  async function bringUpAgain(): Promise<void> {
    await setting().down();
    testbed = await setting().bringUp('napi-thread');
  }

  const at = (end: 'receiver' | 'sender'): string[] => {
    const { interface: name, netns } = testbed[end];
    return ['--interface', name, '--netns', basename(netns), '--json'];
  };

  async function receive(path: string, ...args: string[]): Promise<Command> {
    const command = Command.start(['receive', '--path', path, ...at('receiver'), ...args]);
    await command.untilSaid(/: receiving by/);
    return command;
  }

  const send = (...args: string[]): Command => Command.start(['send', ...at('sender'), ...args]);
  const rawTo = (): string[] => ['--to', testbed.receiver.mac];
  const udpTo = (): string[] => ['--to', testbed.receiver.address, '--traffic', 'udp'];

  function sent(result: CliResult, code = 0): SendDocument {
    assert.equal(result.code, code, result.stderr);
    return JSON.parse(result.stdout) as SendDocument;
  }

  function received(result: CliResult, code = 0): ReceiveDocument {
    assert.equal(result.code, code, result.stderr);
    return JSON.parse(result.stdout) as ReceiveDocument;
  }

  const inOrder = { missing: 0, duplicated: 0, reordered: 0, corrupt: 0, beforeFirst: 0, restarts: 0 };

  it('receives each packet that was sent, and tcpdump has as many', async function () {
    requireCapability(this, 'tcpdump', has('tcpdump'));
    const capture = await Capture.start(basename(testbed.receiver.netns), testbed.receiver.interface, []);
    try {
      const receiver = await receive('packet-recvfrom', '--packets', '3000', '--latency', ...longest);
      const tx = sent(await send(...rawTo(), '--packets', '3000', '--frame-bytes', '256').end());
      const rx = received(await receiver.end());
      const { packets, counts } = await capture.finish(3000);
      assert.deepEqual(
        [tx.sent, tx.bytes, tx.counted, tx.refused, tx.ending],
        [3000, 768_000, 'frames', {}, 'packets'],
      );
      assert.deepEqual([rx.packets, rx.bytes, rx.counted, rx.drops], [3000, 768_000, 'frames', { socket: 0 }]);
      assert.deepEqual([rx.sequence, rx.protocols['pktpath'], rx.ending], [inOrder, 3000, 'packets']);
      assert.deepEqual([packets.length, counts.dropped, rx.interfacePackets], [3000, 0, 3000]);
      const { p50 = 0, max = 0 } = rx.delayNs ?? {};
      assert.ok(p50 > 0 && p50 <= max, JSON.stringify(rx.delayNs));
    } finally {
      await capture.discard();
    }
  });

  it('accounts for each packet that a full socket dropped', async () => {
    const before = (await link(basename(testbed.receiver.netns), testbed.receiver.interface)).stats64.rx;
    const receiver = await receive('packet-recvfrom', '--set', 'receiveBufferBytes=2304');
    const tx = sent(await send(...rawTo(), '--packets', '30000', '--rate', 'unpaced').end());
    await delay(300); // what is in the socket's small queue is read long before
    receiver.child.kill('SIGINT');
    const rx = received(await receiver.end(), 130);
    const { packets } = (await link(basename(testbed.receiver.netns), testbed.receiver.interface)).stats64.rx;
    const { socket = 0 } = rx.drops;
    const refused = Object.values(tx.refused ?? {}).reduce((sum, count) => sum + count, 0);
    assert.ok(socket > 0, 'a queue of so few packets overflows');
    assert.equal(rx.packets + socket, tx.sent - refused);
    assert.deepEqual([rx.interfacePackets, packets - before.packets], [tx.sent - refused, tx.sent - refused]);
    const { missing = -1, beforeFirst = -1 } = rx.sequence ?? {};
    assert.ok(missing > 0 && missing + beforeFirst <= tx.sent - rx.packets, JSON.stringify(rx));
    assert.equal(rx.ending, 'stopped');
  });

  for (const traffic of ['tcp-message', 'tcp-bulk']) {
    it(`hands over every message of ${traffic}, and ends with its connection`, async () => {
      const receiver = await receive('tcp', ...longest);
      const rate = traffic === 'tcp-bulk' ? ['--rate', 'unpaced'] : [];
      const to = ['--to', testbed.receiver.address, '--traffic', traffic];
      const tx = sent(await send(...to, '--packets', '5000', ...rate).end());
      const rx = received(await receiver.end());
      assert.deepEqual([tx.sent, tx.counted], [5000, 'messages']);
      assert.deepEqual([rx.packets, rx.bytes, rx.counted, rx.ending], [5000, tx.bytes, 'messages', 'peer']);
      assert.deepEqual(rx.sequence, inOrder);
    });
  }

  it('sends datagrams that a tap sees, though no socket takes them', async () => {
    const receiver = await receive('packet-recvfrom', '--packets', '500', ...longest);
    const tx = sent(await send(...udpTo(), '--packets', '500', '--frame-bytes', '128').end());
    const rx = received(await receiver.end());
    assert.deepEqual([tx.sent, tx.bytes, tx.refused], [500, 64_000, {}]);
    assert.deepEqual([rx.packets, rx.bytes, rx.protocols['udp']], [500, 64_000, 500]);
  });

  /** What this machine, or this version, cannot give ends with exit code 4 before it is ready. */
  const isThere = (result: CliResult | null): boolean => result?.code !== 4;

  for (const name of pathNames.filter((each) => each !== 'tcp')) {
    it(`receives by ${name}`, async function () {
      const receiver = Command.start(['receive', '--path', name, ...at('receiver'), '--packets', '500', ...longest]);
      const early = await Promise.race([receiver.untilSaid(/: receiving by/).then(() => null), receiver.end(20_000)]);
      requireCapability(this, `the path ${name}`, isThere(early));
      const to = paths[name].traffic[0] === 'udp' ? udpTo() : rawTo();
      const tx = sent(await send(...to, '--packets', '500', '--rate', '5000').end());
      const rx = received(await receiver.end());
      assert.deepEqual([tx.sent, rx.packets, rx.ending], [500, 500, 'packets']);
      assert.deepEqual(rx.sequence, inOrder);
    });
  }

  for (const method of ownSendMethods) {
    it(`sends by ${method}`, async function () {
      const receiver = await receive('packet-recvfrom', '--packets', '500', ...longest);
      // what is injected comes in where it is sent
      const end = method === 'live-pass' ? 'receiver' : 'sender';
      const args = ['--method', method, '--packets', '500', '--rate', '5000'];
      const result = await Command.start(['send', ...at(end), ...rawTo(), ...args]).end();
      if (!isThere(result)) receiver.child.kill('SIGKILL');
      requireCapability(this, `sending by ${method}`, isThere(result));
      const tx = sent(result);
      assert.deepEqual([tx.sent, tx.batch], [500, 1]);
      const rx = received(await receiver.end());
      assert.deepEqual([rx.packets, rx.sequence], [500, inOrder]);
    });
  }

  it('tells what was sent before it listened, and a sender that began again, from what is missing', async () => {
    const sender = send(...rawTo(), '--duration', '60', '--rate', '2000');
    await sender.untilSaid(/[1-9]\d* in \d+ s/);
    const receiver = await receive('packet-recvfrom', ...longest);
    await receiver.untilSaid(/[1-9]\d* in \d+ s, 0 missing/);
    sender.child.kill('SIGINT');
    const first = sent(await sender.end(), 130);
    const again = sent(await send(...rawTo(), '--packets', '700').end());
    await delay(300);
    receiver.child.kill('SIGTERM');
    const rx = received(await receiver.end(), 143);
    const { beforeFirst = 0, ...others } = rx.sequence ?? {};
    assert.ok(beforeFirst > 0);
    assert.deepEqual(others, { missing: 0, duplicated: 0, reordered: 0, corrupt: 0, restarts: 1 });
    assert.equal(rx.packets, first.sent - beforeFirst + again.sent);
  });

  it('ends both at a signal, with what was, and leaves nothing', async () => {
    const receiver = await receive('libpcap');
    const sender = send(...rawTo(), '--duration', '60', '--rate', '2000');
    await receiver.untilSaid(/[1-9]\d* in \d+ s, 0 missing/);
    const workers = [...workersOf(receiver.pid), ...workersOf(sender.pid)];
    assert.equal(workers.length, 2);
    sender.child.kill('SIGINT');
    const tx = sent(await sender.end(), 130);
    await delay(300); // libpcap hands over a block every 100 ms
    receiver.child.kill('SIGINT');
    const rx = received(await receiver.end(), 130);
    assert.deepEqual([tx.ending, rx.ending, tx.refused], ['stopped', 'stopped', {}]);
    assert.ok(tx.sent > 0);
    assert.equal(rx.packets, tx.sent);
    assert.ok(await waitUntil(() => !workers.some(runs), 5000), 'the measuring processes are gone');
  });

  it('has one session at a time, which ends as often as it is told to', async () => {
    const { executor } = setting();
    const spec = { ...handReceiveSpec(), receiver: testbed.receiver, workerCpus: [testbed.receiver.cpu] };
    const first = executor.handReceive(spec);
    assert.ok(await waitUntil(async () => (await executor.handFigures()) !== null, 10_000));
    await assert.rejects(executor.handReceive(spec), /a session is running already/);
    await executor.stopHand();
    await executor.stopHand();
    assert.deepEqual([(await first).ending, await executor.handFigures()], ['stopped', null]);
    const timed = await executor.handReceive({ ...spec, maxDurationNs: 1e8 });
    assert.deepEqual([timed.ending, timed.reader.packets, timed.busiest], ['duration', 0, null]);
  });

  it('leaves no measuring process when it is killed', async () => {
    const receiver = await receive('packet-recvfrom');
    const workers = workersOf(receiver.pid);
    assert.equal(workers.length, 1);
    receiver.child.kill('SIGKILL');
    await receiver.end();
    assert.ok(await waitUntil(() => !workers.some(runs), 10_000));
  });

  it('gives up a connection that nobody accepts at the first signal', async () => {
    const nobody = testbed.receiver.address.replace(/\d+$/, '77');
    const sender = send('--to', nobody, '--traffic', 'tcp-message');
    await sender.untilSaid(/at most/);
    await delay(700);
    sender.child.kill('SIGINT');
    const tx = sent(await sender.end(10_000), 130);
    assert.deepEqual([tx.sent, tx.ending, tx.rate], [0, 'stopped', null]);
  });

  for (const path of ['packet-recvfrom', 'libpcap', 'tcp']) {
    it(`says that the interface has gone, and what ${path} had by then`, async () => {
      const receiver = await receive(path);
      const to = path === 'tcp' ? ['--to', testbed.receiver.address, '--traffic', 'tcp-message'] : rawTo();
      const sender = send(...to, '--duration', '60', '--rate', '2000');
      await receiver.untilSaid(/[1-9]\d* in \d+ s/);
      const { netns, interface: name } = testbed.receiver;
      await tool('ip', '-n', basename(netns), 'link', 'delete', 'dev', name);
      const ends = [await receiver.end(15_000), await sender.end(15_000)];
      await bringUpAgain();
      for (const result of ends) {
        assert.equal(result.code, 1, result.stderr);
        assert.match(result.stderr, /pktpath: .*(has gone|Network is down|disappeared|No such device)/);
        const document = JSON.parse(result.stdout) as { ending: string; packets?: number; sent?: number };
        assert.equal(document.ending, 'failed');
        assert.ok((document.packets ?? document.sent ?? 0) > 0, result.stdout);
      }
    });
  }

  it('refuses an interface that is not there, or down, a bad filter, and a route that leads elsewhere', async () => {
    const name = testbed.receiver.interface;
    const namespace = basename(testbed.receiver.netns);
    const refuse = async (args: string[], code: number, words: RegExp): Promise<void> => {
      const result = await Command.start(args).end();
      assert.deepEqual([result.code, result.stdout], [code, ''], result.stderr);
      assert.match(result.stderr, words);
    };
    const receiving = ['receive', '--path', 'packet-recvfrom', '--interface'];
    await refuse([...receiving, `${name}x`, '--netns', namespace], 2, /no interface .*\(nearest: pktpath-rx/);
    await refuse([...receiving, name, '--netns', `${namespace}x`], 2, /no network namespace .*nearest: /);
    await refuse([...receiving, name, '--netns', '../init'], 2, /no network namespace "\.\.\/init"/);
    const filtering = [...receiving, name, '--netns', namespace, '--set', 'filter=((('];
    await refuse(filtering, 2, /cannot compile the filter '\(\(\(': .*syntax error\n {2}hint: .*pcap-filter\(7\)/);
    const sending = ['send', '--interface', 'lo', '--netns', namespace, '--traffic', 'udp', '--to'];
    await refuse([...sending, testbed.sender.address], 2, /leads by pktpath-rx, not by lo/);
    await refuse([...sending, '198.18.0.255'], 2, /is a broadcast address/);
    await refuse([...sending, '203.0.113.1'], 1, /there is no route to 203\.0\.113\.1/);
    await tool('ip', '-n', namespace, 'link', 'set', name, 'down');
    await refuse([...receiving, name, '--netns', namespace], 1, /is down\n {2}hint: bring it up: ip -n .* link set/);
    await bringUpAgain();
  });
});
