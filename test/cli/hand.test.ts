import assert from 'node:assert/strict';
import { requireOtherUser } from '../support/capabilities.js';
import { pktpath } from '../support/cli.js';

const nobody = 65534;

const receive = ['receive', '--path', 'packet-recvfrom', '--interface', 'lo'];
const send = ['send', '--interface', 'lo', '--to', '02:70:6b:00:00:01'];

describe('pktpath send and pktpath receive', function () {
  this.timeout(20_000);

  const usage: [string[], RegExp][] = [
    [['receive'], /required option '--path <name>' not specified/],
    [['receive', '--path', 'libpcap'], /required option '--interface <name>' not specified/],
    [['receive', '--path', 'pcap', '--interface', 'lo'], /unknown path "pcap" \(nearest: libpcap/],
    [[...receive, '--set', 'blocks=3'], /unknown parameter of packet-recvfrom: "blocks"/],
    [[...receive, '--packets', '0'], /must be a whole number from 1 to 4000000000/],
    [[...receive, '--duration', '-1'], /must be a number from 0\.05 to 3600/],
    [[...receive, '--port', '65536'], /must be a whole number from 1 to 65535/],
    [[...receive, '--cpu', '800'], /may run on these CPUs only/],
    [[...receive, '--intrface', 'lo'], /unknown option '--intrface'\n\(Did you mean --interface\?\)/],
    [[...receive, 'more'], /too many arguments/],
    [['send', '--interface', 'lo'], /required option '--to <address>' not specified/],
    [['send', '--interface', 'lo', '--to', 'ff:ff:ff:ff:ff:ff'], /broadcast or multicast address/],
    [['send', '--interface', 'lo', '--to', '127.0.0.1'], /is no MAC address/],
    [[...send, '--rate', 'fast'], /must be a number from 0\.001 to 100000000/],
    [[...send, '--rate', '0'], /must be a number from 0\.001/],
    [[...send, '--frame-bytes', '1515'], /must be a whole number from 64 to 1514/],
    [[...send, '--batch', '8'], /sendto hands over one packet at a time/],
    [[...send, '--method', 'sendmmmsg'], /unknown method "sendmmmsg" \(nearest: sendmmsg/],
    [[...send, '--traffic', 'icmp'], /unknown traffic "icmp"/],
    [[...send, '--packets', '1e9', '--rate', '1'], /are the most/],
  ];
  for (const [args, expected] of usage) {
    it(`${args.join(' ')}: exit code 2`, async () => {
      const { code, stdout, stderr } = await pktpath(args);
      assert.deepEqual([code, stdout], [2, ''], stderr);
      assert.match(stderr, expected);
      assert.match(stderr, /^pktpath: /);
      assert.doesNotMatch(stderr, /^ {4}at /m, 'no stack');
    });
  }

  it('find bad usage before they mind who runs them', async function () {
    requireOtherUser(this);
    const wrong = await pktpath([...send, '--batch', '8'], { uid: nobody, cwd: '/' });
    assert.equal(wrong.code, 2, wrong.stderr);
    for (const [args, what] of [
      [receive, 'receiving'],
      [send, 'sending'],
    ] as const) {
      const right = await pktpath(args, { uid: nobody, cwd: '/' });
      assert.deepEqual([right.code, right.stdout], [4, ''], right.stderr);
      assert.match(right.stderr, new RegExp(`^pktpath: ${what} needs root\n {2}hint: run it as root`));
    }
  });

  it('show how they are used, with examples and every path’s parameters', async () => {
    for (const command of ['send', 'receive']) {
      const { code, stdout } = await pktpath([command, '--help']);
      assert.equal(code, 0);
      assert.equal(stdout.match(new RegExp(`^ {2}pktpath ${command} `, 'gm'))?.length, 2);
    }
    const { stdout } = await pktpath(['receive', '--help']);
    assert.match(stdout, /^ {2}tpacket-v3 +snaplen, filter, .*blockTimeoutMs, workNs$/m);
  });
});
