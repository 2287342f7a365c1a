import assert from 'node:assert/strict';
import { parseCounters, parseInterfaceCounters, parseSnmp, parseSoftnet } from '../../harness/testbed/counters.js';
import { parseFeatures, wantedFeatures } from '../../harness/testbed/features.js';

const dev = (receive: string, transmit: string) => `Inter-|   Receive  |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:       9       9    9    9    9     9          9         9        9       9    9    9    9     9       9          9
pktpath-rx-2: 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1
pktpath-rx: ${receive} ${transmit}
`;

const snmp = `Ip: Forwarding DefaultTTL
Ip: 2 64
Tcp: RtoAlgorithm InSegs OutSegs RetransSegs
Tcp: 1 10 20 3
Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors
Udp: 5 0 0 0 7
UdpLite: InDatagrams RcvbufErrors
UdpLite: 8 9
`;

describe('the kernel’s counters', () => {
  it('are read from the line of the interface, and of no other', () => {
    const text = dev('12800 256 1 2 3 4 5 6', '900 9 1 8 0 0 0 0');
    assert.deepEqual(parseInterfaceCounters(text, 'pktpath-rx'), {
      rxBytes: 12800,
      rxPackets: 256,
      rxDropped: 2,
      txBytes: 900,
      txPackets: 9,
      txDropped: 8,
    });
    assert.throws(() => parseInterfaceCounters(text, 'pktpath-tx'), /no counters of interface pktpath-tx/);
    assert.throws(() => parseInterfaceCounters(dev('1 x 3', ''), 'pktpath-rx'), /no counters/);
  });

  it('are found by name in /proc/net/snmp, wherever the kernel puts them', () => {
    assert.equal(parseSnmp(snmp, 'Tcp', 'RetransSegs'), 3);
    assert.equal(parseSnmp(snmp, 'Udp', 'RcvbufErrors'), 7);
    assert.throws(() => parseSnmp(snmp, 'Udp', 'Nothing'), /no Udp Nothing/);
    assert.throws(() => parseSnmp('', 'Tcp', 'RetransSegs'), /no Tcp RetransSegs/);
  });

  it('are summed over the CPUs in /proc/net/softnet_stat, which is hexadecimal', () => {
    const text = '00001a82 0000000a 00000001 0 0\n00000011 00000006 00000002 0 0\n';
    assert.deepEqual(parseSoftnet(text), { dropped: 16, timeSqueeze: 3 });
    assert.throws(() => parseSoftnet('nonsense\n'), /not in its usual form/);
    assert.throws(() => parseSoftnet(''), /not in its usual form/);
  });

  it('come together as the testbed’s', () => {
    const texts = {
      receiverDev: dev('640 10 0 1 0 0 0 0', '0 0 0 0 0 0 0 0'),
      senderDev: dev('0 0 0 0 0 0 0 0', '704 11 0 2 0 0 0 0').replace('pktpath-rx:', 'pktpath-tx:'),
      receiverSnmp: snmp,
      senderSnmp: snmp,
      softnet: '1 2 3\n',
    };
    assert.deepEqual(parseCounters(texts, { receiver: 'pktpath-rx', sender: 'pktpath-tx' }), {
      receiverRxPackets: 10,
      receiverRxBytes: 640,
      receiverRxDropped: 1,
      senderTxPackets: 11,
      senderTxDropped: 2,
      softnetDropped: 2,
      softnetTimeSqueeze: 3,
      tcpRetransSegs: 3,
      udpRcvbufErrors: 7,
    });
  });
});

describe('interface features', () => {
  it('are read from ethtool’s text, sub-features and fixed ones too', () => {
    const text = `Features for pktpath-rx:
rx-checksumming: on
	tx-checksum-ipv4: off [fixed]
generic-receive-offload: off [requested on]
tx_udp_tnl: on
a line: that is neither
hostile\u001b[31m: on
`;
    assert.deepEqual(parseFeatures(text), {
      'rx-checksumming': 'on',
      'tx-checksum-ipv4': 'off',
      'generic-receive-offload': 'off',
      tx_udp_tnl: 'on',
    });
  });

  it('have GRO, which gives veth its NAPI, for NAPI threads alone', () => {
    assert.equal(wantedFeatures('napi-thread')['generic-receive-offload'], 'on');
    assert.equal(wantedFeatures('rps')['generic-receive-offload'], 'off');
    assert.equal(wantedFeatures('inline')['generic-receive-offload'], 'off');
  });
});
