import assert from 'node:assert/strict';
import { receiveDocument, receiveLive, receiveText } from '../../harness/hand/receive-summary.js';
import { boundsText, sendDocument, sendLive, sendText } from '../../harness/hand/send-summary.js';
import { handReceived, handReceiveSpec, handSendSpec, handSent } from './sample-session.js';

describe('the summary of a receiver', () => {
  it('has rates over the whole time and over its busiest second, and what the sequence told', () => {
    const document = receiveDocument(handReceiveSpec(), handReceived());
    assert.deepEqual(document.rate, { packetsPerSecond: 5, megabitsPerSecond: 0.02048 });
    assert.deepEqual(document.busiestSecond, { packetsPerSecond: 9, megabitsPerSecond: 0.036864 });
    assert.equal(document.packetsPerCall, 2);
    assert.deepEqual(document.sequence, {
      ...{ missing: 2, duplicated: 0, reordered: 1, corrupt: 0 },
      ...{ beforeFirst: 3, restarts: 0 },
    });
    const text = receiveText(document);
    assert.match(text, /^received 10 frames, 5120 bytes without FCS, in 2\.000 s$/m);
    assert.match(text, /^ {2}rate +5\.0 frames\/s, 0\.02 Mbit\/s, over the whole time$/m);
    assert.match(text, /^ {2}calls +5, 2\.00 frames each$/m);
    assert.match(text, /^ {2}sequence +missing 2, .*, beforeFirst 3, restarts 0$/m);
    assert.match(text, /^ {2}granted +receiveBufferBytes 8388608, immediate false$/m);
    assert.match(text, /^ {2}ended +it was stopped$/m);
    assert.doesNotMatch(text, /delay|undefined|null|NaN/);
  });

  it('counts what a socket of the stack brings by its payload', () => {
    assert.equal(receiveDocument(handReceiveSpec('tcp'), handReceived()).counted, 'messages');
    assert.equal(receiveDocument(handReceiveSpec('udp'), handReceived()).counted, 'datagrams');
    assert.match(receiveText(receiveDocument(handReceiveSpec('udp'), handReceived())), /5120 bytes of payload/);
  });

  it('tells delays with their tail, and of which clock they are', () => {
    const { reader } = handReceived();
    const latency = { lowerBounds: [100, 200, 4000], counts: [600, 399, 1] };
    const document = receiveDocument(
      handReceiveSpec(),
      handReceived({ reader: { ...reader, latency, latencyMaxNs: 4100 } }),
    );
    assert.deepEqual(document.delayNs, { p50: 100, p90: 200, p99: 200, 'p99.9': 200, max: 4100 });
    assert.match(receiveText(document), /delay +p50 100 ns, .*, max 4100 ns; of one host’s clock/);
  });

  it('says nothing of what is not known: several readers, an interface that has gone, no time', () => {
    const received = handReceived({
      ...{ ending: 'failed', problem: 'interface x has gone', elapsedNs: 0 },
      ...{ busiest: null, interfacePackets: null, beforeFirst: null },
    });
    const document = receiveDocument(handReceiveSpec(), received);
    assert.deepEqual([document.rate, document.busiestSecond, document.sequence], [null, null, null]);
    const text = receiveText(document);
    assert.match(text, /sequence +not told: several readers/);
    assert.match(text, /ended +it failed: interface x has gone/);
    assert.doesNotMatch(text, /frames came in|busiest|undefined|null|NaN/);
  });

  it('shows a second of it with what is lost by then', () => {
    const before = { elapsedNs: 1e9, packets: 100, bytes: 51_200, missing: 0, drops: { socket: 0 }, latenessMaxNs: 0 };
    const now = { ...before, elapsedNs: 2e9, packets: 1100, bytes: 563_200, missing: 5, drops: { socket: 5 } };
    const spec = handReceiveSpec();
    assert.equal(
      receiveLive(spec, now, before),
      '1000 frames/s, 4.10 Mbit/s; 1100 in 2 s, 5 missing; dropped: socket 5',
    );
    assert.equal(
      receiveLive(spec, { ...now, missing: null }, null),
      '550 frames/s, 2.25 Mbit/s; 1100 in 2 s; dropped: socket 5',
    );
  });
});

describe('the summary of a sender', () => {
  const to = '02:70:6b:00:00:01';

  it('has what was refused, the rate and how late it was', () => {
    const document = sendDocument(handSendSpec(), to, handSent());
    assert.deepEqual([document.sent, document.bytes, document.counted], [1000, 512_000, 'frames']);
    assert.deepEqual(document.latenessNs, { p50: 20, p99: 20, max: 5100 });
    const text = sendText(document);
    assert.match(text, /^sent 1000 frames, 512000 bytes without FCS, in 1\.000 s$/m);
    assert.match(text, /^ {2}rate +1000 frames\/s, 4\.10 Mbit\/s; asked: 1000$/m);
    assert.match(text, /^ {2}refused +ENOBUFS 4$/m);
    assert.match(text, /^ {2}lateness +p50 20 ns, p99 20 ns, max 5100 ns$/m);
  });

  it('counts TCP by its messages, and has no lateness when unpaced', () => {
    const spec = handSendSpec({ traffic: 'tcp-bulk', to: '198.18.0.1', rate: null });
    const document = sendDocument(spec, '198.18.0.1', handSent());
    assert.deepEqual(
      [document.counted, document.bytes, document.latenessNs],
      ['messages', 1000 * (512 - 14 - 20 - 20), null],
    );
    assert.match(sendText(document), /Mbit\/s of payload, unpaced$/m);
  });

  it('says what it does not know of one that broke off, and of one that never sent', () => {
    const broken = sendDocument(handSendSpec(), to, handSent({ whole: false, ending: 'failed', problem: 'ENETDOWN' }));
    assert.deepEqual([broken.refused, broken.latenessNs], [null, { max: 5100 }]);
    assert.match(sendText(broken), /refused +not known/);
    const { generator } = handSent();
    const never = sendDocument(
      handSendSpec(),
      to,
      handSent({ elapsedNs: 0, ending: 'stopped', generator: { ...generator, sent: 0 } }),
    );
    assert.deepEqual([never.rate, never.latenessNs], [null, null]);
    assert.match(sendText(never), /rate +none, for no time went by; asked: 1000/);
  });

  it('shows a second of it, and before it begins what it will send at most', () => {
    const now = { elapsedNs: 2e9, packets: 2000, bytes: null, missing: null, drops: {}, latenessMaxNs: 700 };
    const before = { ...now, elapsedNs: 1e9, packets: 1000 };
    assert.equal(sendLive(handSendSpec(), now, before), '1000 frames/s, 4.10 Mbit/s; 2000 in 2 s; 700 ns late at most');
    assert.equal(
      boundsText(handSendSpec(), to),
      `raw by sendto over pktpath-rx to ${to}: 1000 packets/s, at most 10000 packets and 11.1 s`,
    );
  });
});
