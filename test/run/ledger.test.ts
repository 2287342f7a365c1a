import assert from 'node:assert/strict';
import type { PathName, TrialSpec } from '../../harness/executor/contract.js';
import { pathSpec } from '../../harness/paths/path-spec.js';
import type { PathOptions } from '../../harness/paths/path-spec.js';
import { ledgerOf } from '../../harness/run/ledger.js';
import type { Ledger } from '../../reports/record.js';
import { mockResult } from '../support/mock-executor.js';
import { mockCounters } from '../support/mock-run.js';
import { sampleSpec } from '../executor/sample-spec.js';

/** The ledger of 1000 packets, of which so many came, with the drops of the path and of the receiver's interface. */
function ledger(
  name: PathName,
  change: Partial<PathOptions>,
  counted: { delivered: number; drops?: Record<string, number>; rxDropped: number },
): Ledger {
  const spec: TrialSpec = { ...sampleSpec(name), path: pathSpec(name, 512, change) };
  const result = mockResult({ ...spec, probes: null });
  const generator = { ...result.generator, sent: 1000 };
  const reader = { ...result.reader, packets: counted.delivered, drops: counted.drops ?? {} };
  const grown = { ...mockCounters, receiverRxDropped: counted.rxDropped };
  return ledgerOf(spec, { ...result, generator, reader }, grown);
}

describe('the ledger counts a drop once', () => {
  const drops = { 'xsk-ring-full': 30, 'xsk-no-frame': 70 };

  it('where the AF_XDP socket and the driver that served it both count it', () => {
    const { drops: named, unexplained } = ledger('af-xdp', {}, { delivered: 900, drops, rxDropped: 100 });
    assert.deepEqual([named['receiver-interface'], named['xsk-ring-full'], named['xsk-no-frame']], [0, 30, 70]);
    assert.equal(unexplained, 0);
  });

  it('and what the driver dropped beside it, with the interface’s name', () => {
    const { drops: named, unexplained } = ledger('af-xdp', {}, { delivered: 895, drops, rxDropped: 105 });
    assert.equal(named['receiver-interface'], 5);
    assert.equal(unexplained, 0);
  });

  it('where the driver does not count it, and where generic XDP leaves the interface out', () => {
    for (const change of [{}, { afXdpMode: 'generic' }] as const) {
      const { drops: named, unexplained } = ledger('af-xdp', change, { delivered: 900, drops, rxDropped: 0 });
      assert.equal(named['receiver-interface'], 0);
      assert.equal(unexplained, 0);
    }
    const { drops: named } = ledger('af-xdp', { afXdpMode: 'generic' }, { delivered: 895, drops, rxDropped: 5 });
    assert.equal(named['receiver-interface'], 5);
  });

  for (const name of ['xdp-count', 'tc-count'] as const) {
    it(`${name}: not at all when the stack drops what was counted and passed on`, () => {
      const passed = ledger(name, { action: 'pass' }, { delivered: 1000, rxDropped: 1000 });
      assert.deepEqual([passed.drops['receiver-interface'], passed.unexplained], [0, 0]);
      const short = ledger(name, { action: 'pass' }, { delivered: 990, rxDropped: 1000 });
      assert.equal(short.unexplained, 10, 'what did not come to the program stays unexplained');
      const dropped = ledger(name, { action: 'drop' }, { delivered: 990, rxDropped: 10 });
      assert.deepEqual([dropped.drops['receiver-interface'], dropped.unexplained], [10, 0]);
    });
  }

  it('and lets what the backlog refused of others stay unexplained, below nothing no layer drops', () => {
    const spec: TrialSpec = { ...sampleSpec('packet-recvfrom'), path: pathSpec('packet-recvfrom', 512, {}) };
    const result = mockResult({ ...spec, probes: null });
    const { drops: named, unexplained } = ledgerOf(spec, result, { ...mockCounters, softnetDropped: 7 });
    assert.deepEqual([named['softnet-backlog'], named['receiver-interface'], named['veth-ring']], [7, 0, 0]);
    assert.equal(unexplained, -7);
  });
});
