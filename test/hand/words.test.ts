import assert from 'node:assert/strict';
import { planReceive, receiveSpec } from '../../harness/hand/receive-spec.js';
import type { ReceiveWords } from '../../harness/hand/receive-spec.js';
import { planSend } from '../../harness/hand/send-spec.js';
import type { SendWords } from '../../harness/hand/send-spec.js';
import { defaultPathOptions, pathSpec } from '../../harness/paths/path-spec.js';
import { parametersOf, pathOptions, pathParameters } from '../../harness/paths/path-parameters.js';
import { pathNames } from '../../harness/paths/paths.js';
import { resolveOptions } from '../../harness/run/options.js';
import { sendWords } from './sample-session.js';

const allowed = [0, 2, 5];
const usage = { name: 'PktpathError', exitCode: 2 };

describe('the parameters of a path', () => {
  it('have the defaults that a path has when nobody says', () => {
    const options = pathOptions(resolveOptions('a path', pathParameters, []));
    assert.deepEqual({ sizedFilter: null, ...options }, defaultPathOptions); // a trial’s own
    for (const name of pathNames) {
      const own = pathOptions(resolveOptions(name, parametersOf(name), []));
      assert.deepEqual(pathSpec(name, 512, own), pathSpec(name, 512), name);
    }
  });

  it('are those that the path uses, and every one is used by some path', () => {
    const ofTcp = ['readBytes', 'tcpReceiveBufferBytes', 'zeroCopy', 'waiting', 'workNs'];
    assert.deepEqual(Object.keys(parametersOf('tcp')), ofTcp);
    assert.deepEqual(Object.keys(parametersOf('socket-filter-count')), []);
    const used = new Set(pathNames.flatMap((name) => Object.keys(parametersOf(name))));
    // no session shows flows
    const shown = Object.keys(pathParameters).filter((key) => key !== 'task');
    assert.deepEqual([...used].sort(), shown.sort());
  });
});

describe('the words of pktpath receive', () => {
  const plan = (words: Partial<ReceiveWords>) =>
    planReceive({ path: 'packet-recvfrom', port: 9000, frameBytes: 512, ...words }, allowed);

  it('give a spec, with a CPU for each reader', () => {
    const { path, workerCpus, packets, maxDurationNs } = plan({
      path: 'tpacket-v3',
      set: ['workers=4', 'blocks=8', 'filter=ether proto 0x88b5'],
      cpu: 2,
      duration: 1.5,
    });
    assert.deepEqual(path, pathSpec('tpacket-v3', 512, { workers: 4, blocks: 8, filter: 'ether proto 0x88b5' }));
    assert.deepEqual([workerCpus, packets, maxDurationNs], [[2, 0, 5, 2], null, 1.5e9]);
    assert.deepEqual(plan({}).workerCpus, [5], 'the last allowed one');
  });

  const wrong: [Partial<ReceiveWords>, RegExp][] = [
    [{ path: 'tpacket' }, /unknown path "tpacket" \(nearest: tpacket-v1/],
    [{ path: 'constructor' }, /unknown path/],
    [{ set: ['blocks=3'] }, /unknown parameter of packet-recvfrom: "blocks"/],
    [{ set: ['snaplen=63'] }, /--set snaplen=63: must be a whole number from 64 to 262144/],
    [{ set: ['snaplen'] }, /not of the form KEY=VALUE/],
    [{ set: ['workers=2', 'workers=3'] }, /--set workers is given twice/],
    [{ set: ['waiting=doze'] }, /must be one of sleep, spin, busy-poll, irq-suspend/],
    [{ set: ['filter=tcp\nor udp'] }, /must be one line/],
    [{ set: [`filter=${'x'.repeat(5000)}`] }, /at most 4096 characters/],
    [{ cpu: 1 }, /--cpu 1: this process may run on these CPUs only: 0, 2, 5/],
  ];
  for (const [words, message] of wrong) {
    it(`${JSON.stringify(words).slice(0, 60)} is bad usage`, () => {
      assert.throws(() => plan(words), { ...usage, message });
    });
  }

  it('need an address where the path receives at one', () => {
    const at = { name: 'eth1', namespace: null, index: 3, mac: '02:00:00:00:00:01', address: null };
    assert.throws(() => receiveSpec(plan({ path: 'tcp' }), at), { ...usage, message: /eth1 has no IPv4 address/ });
    const { receiver } = receiveSpec(plan({}), at);
    assert.deepEqual([receiver.netns, receiver.cpu, receiver.address], ['', 5, '0.0.0.0']);
    assert.equal(receiveSpec(plan({}), { ...at, namespace: 'a' }).receiver.netns, '/run/netns/a');
  });
});

describe('the words of pktpath send', () => {
  const plan = (words: Partial<SendWords>) => planSend({ ...sendWords, ...words }, allowed);
  const bounds = (words: Partial<SendWords>): number[] => {
    const { packets, maxDurationNs } = plan(words).generator;
    return [packets, maxDurationNs / 1e9];
  };

  it('are always bounded', () => {
    assert.deepEqual(bounds({}), [10_000, 11.1]);
    assert.deepEqual(bounds({ packets: 50 }), [50, 11.155]);
    assert.deepEqual(bounds({ packets: 100_000 }), [100_000, 121.1]);
    assert.deepEqual(bounds({ packets: 100_000, duration: 2 }), [100_000, 2.3]);
    assert.deepEqual(bounds({ rate: null }), [100_000_000, 10]);
    assert.deepEqual(bounds({ rate: null, packets: 5 }), [5, 10]);
    assert.deepEqual(bounds({ rate: 1e8, duration: 3600 }), [4e9, 3600]);
  });

  it('take the batch that the rate needs, and the first CPU', () => {
    const batchOf = (rate: number | null): number => plan({ method: 'sendmmsg', rate }).generator.batch;
    assert.deepEqual([plan({}).generator.batch, batchOf(10_000), batchOf(1e6), batchOf(null)], [1, 1, 10, 32]);
    assert.deepEqual([plan({}).cpu, plan({ cpu: 5 }).cpu], [0, 5]);
  });

  const wrong: [Partial<SendWords>, RegExp][] = [
    [{ to: '198.18.0.1' }, /"198\.18\.0\.1" is no MAC address, and raw frames go to one/],
    [{ to: '02:70:6b:00:00' }, /no MAC address/],
    [{ to: 'ff:ff:ff:ff:ff:ff' }, /broadcast or multicast/],
    [{ to: '01:00:5E:00:00:01' }, /broadcast or multicast/],
    [{ to: '33:33:00:00:00:01' }, /broadcast or multicast/],
    [{ traffic: 'udp' }, /is no IPv4 address, and UDP and TCP go to one/],
    [{ traffic: 'udp', to: 'example.org' }, /no IPv4 address/],
    [{ traffic: 'udp', to: '224.0.0.1' }, /no address of one host/],
    [{ traffic: 'udp', to: '255.255.255.255' }, /no address of one host/],
    [{ traffic: 'tcp-message', to: '0.0.0.0' }, /no address of one host/],
    [{ traffic: 'tcp' }, /unknown traffic "tcp" \(nearest: tcp-bulk, tcp-message/],
    [{ method: 'command' }, /unknown method "command"/],
    [{ method: 'sendmsg' }, /unknown method "sendmsg" \(nearest: sendmmsg/],
    [{ method: 'tx-ring', traffic: 'udp', to: '198.18.0.1' }, /tx-ring cannot send udp, but raw/],
    [{ method: 'sendmmsg', traffic: 'tcp-bulk', to: '198.18.0.1' }, /sendmmsg cannot send tcp-bulk/],
    [{ batch: 2 }, /--batch 2: sendto hands over one packet at a time/],
    [{ packets: 4e9, rate: 1 }, /take 4000000000 s, and 3600 s are the most/],
    [{ cpu: 1 }, /--cpu 1: this process may run on these CPUs only/],
  ];
  for (const [words, message] of wrong) {
    it(`${JSON.stringify(words)} is bad usage`, () => assert.throws(() => plan(words), { ...usage, message }));
  }
});
