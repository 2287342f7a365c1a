import assert from 'node:assert/strict';
import type { TrialResult, TrialSpec } from '../../harness/executor/contract.js';
import { ledgerOf } from '../../harness/run/ledger.js';
import { trialSpec } from '../../harness/run/trial-spec.js';
import { invalidReasons } from '../../harness/run/validity.js';
import type { TestbedCounters } from '../../harness/testbed/testbed.js';
import { mockResult } from '../support/mock-executor.js';
import { mockCounters, mockPlan, mockTestbed } from '../support/mock-run.js';
import { smallPlan } from '../support/small-plan.js';

const plan = smallPlan(['paths=tcp,packet-recvfrom,libpcap']);

function specOf(path: string, probed = true): TrialSpec {
  const cell = plan.cells.find((each) => each.path.name === path)!;
  const testbed = mockTestbed({ runId: 'test', ...plan.testbed }, () => Promise.resolve());
  const input = {
    path: cell.path.name,
    inDriver: false,
    isolation: 'napi-thread' as const,
    object: 'o',
    facts: [],
  };
  return trialSpec(cell, testbed, probed ? mockPlan(input).probes : null);
}

type Change = (result: TrialResult) => TrialResult;

function reasons(
  path: string,
  change: Change,
  grown: Partial<TestbedCounters> = {},
  stealPercent: number | null = 0,
): string[] {
  const spec = specOf(path);
  const result = change(mockResult(spec));
  return invalidReasons({ spec, result, stealPercent, ledger: ledgerOf(spec, result, { ...mockCounters, ...grown }) });
}

const same: Change = (result) => result;
const reader =
  (change: Partial<TrialResult['reader']>): Change =>
  (result) => ({ ...result, reader: { ...result.reader, ...change } });
const boundary =
  (program: string, change: { packets?: number; bytes?: number } | null): Change =>
  (result) => ({
    ...result,
    probes: {
      ...result.probes!,
      boundaries: result.probes!.boundaries.flatMap((each) =>
        each.program !== program ? [each] : change === null ? [] : [{ ...each, ...change }],
      ),
    },
  });

describe('a trial is valid', () => {
  it('when everything adds up', () => {
    for (const path of ['tcp', 'packet-recvfrom', 'libpcap']) assert.deepEqual(reasons(path, same), [], path);
  });

  it('when every packet that is missing was dropped by a layer with a name', () => {
    const lost: Change = (result) => {
      const packets = result.reader.packets - 10;
      const counted = boundary('skb_copy_datagram_iovec', { packets })(boundary('consume_skb', { packets })(result));
      return reader({ packets, drops: { socket: 4 } })(counted);
    };
    const beforeSocket = { senderTxDropped: 3, softnetDropped: 2, receiverRxDropped: 2 + 1 };
    assert.deepEqual(reasons('packet-recvfrom', lost, beforeSocket), []);
    assert.match(reasons('packet-recvfrom', lost).join(), /ledger: 6 packets of 2000 are unexplained/);
  });

  it('when the machine cannot tell the steal', () => assert.deepEqual(reasons('tcp', same, {}, null), []));
});

describe('a trial is invalid', () => {
  const cases: [string, string, Change, RegExp][] = [
    ['packets came from nowhere', 'packet-recvfrom', reader({ packets: 2001 }), /ledger: -1 packets/],
    ['TCP lost bytes', 'tcp', (r) => reader({ bytes: r.reader.bytes - 1 })(r), /ledger: 1 bytes/],
    [
      'a packet is corrupt',
      'tcp',
      reader({ sequence: { missing: 0, duplicated: 0, reordered: 0, corrupt: 1 } }),
      /1 packets corrupt/,
    ],
    [
      'a packet came twice',
      'libpcap',
      reader({ sequence: { missing: 0, duplicated: 3, reordered: 0, corrupt: 0 } }),
      /3 packets twice/,
    ],
    [
      'the rate was missed',
      'tcp',
      (r) => ({ ...r, generator: { ...r.generator, elapsedNs: r.generator.elapsedNs * 1.03 } }),
      /rate: 19417 packets\/s sent, 20000 offered \(bound 2 %\)/,
    ],
    [
      'the states of a CPU do not add up',
      'tcp',
      (r) => ({
        ...r,
        probes: { ...r.probes!, cpus: r.probes!.cpus.map((cpu) => ({ ...cpu, statesNs: cpu.elapsedNs * 1.002 })) },
      }),
      /closure: states of CPU 0 .* = 1\.002000/,
    ],
    [
      'the collector lost hits',
      'tcp',
      (r) => ({
        ...r,
        probes: {
          ...r.probes!,
          cpus: r.probes!.cpus.map((cpu) => ({ ...cpu, losses: { ...cpu.losses, recursionMisses: 1000 } })),
        },
      }),
      /probes: of \d+ boundary hits were lost: recursionMisses 2000 \(bounds 0\.1 %, lostSwitches 0\.5 %\)/,
    ],
    ['probes were asked for and are missing', 'tcp', (r) => ({ ...r, probes: null }), /asked for, and not reported/],
    [
      'nothing was delivered',
      'packet-recvfrom',
      reader({ packets: 0, drops: { socket: 2000 } }),
      /nothing was delivered/,
    ],
    [
      'nothing was wanted',
      'packet-recvfrom',
      reader({ packets: 0, filtered: 2000 }),
      /nothing was delivered: the filter wants none of it/,
    ],
    ['no frame was counted', 'libpcap', (r) => ({ ...r, wirePackets: 0 }), /interface counted no frame/],
    [
      'GRO saw other than the wire',
      'libpcap',
      boundary('napi_gro_receive_entry', { packets: 1999 }),
      /1999 packets counted, 2000 passed/,
    ],
    [
      'a copy is missing',
      'packet-recvfrom',
      boundary('skb_copy_datagram_iovec', { packets: 1999 }),
      /skb_copy_datagram_iovec: 1999/,
    ],
    [
      'TCP copied other bytes than it took',
      'tcp',
      boundary('tcp_probe', { bytes: 1 }),
      /boundary tcp_probe: 1 bytes counted/,
    ],
    ['a boundary reports nothing', 'tcp', boundary('tcp_probe', null), /tcp_probe: attached, but it reported no count/],
  ];
  for (const [name, path, change, expected] of cases) {
    it(`when ${name}`, () => {
      const found = reasons(path, change);
      assert.ok(
        found.some((reason) => expected.test(reason)),
        found.join('; '),
      );
    });
  }

  it('when the hypervisor took too much', () => assert.match(reasons('tcp', same, {}, 30).join(), /steal: .* 30\.0 %/));

  it('but not for a boundary that its path does not meet', () => {
    assert.deepEqual(reasons('libpcap', boundary('skb_copy_datagram_iovec', { packets: 0 })), []);
  });
});
