import assert from 'node:assert/strict';
import type { SendMethod, TrialSpec } from '../../harness/executor/contract.js';
import { ledgerOf } from '../../harness/run/ledger.js';
import type { TestbedCounters } from '../../harness/testbed/testbed.js';
import { sampleSpec } from '../executor/sample-spec.js';
import { mockResult } from '../support/mock-executor.js';
import { mockCounters } from '../support/mock-run.js';

function specOf(method: SendMethod, napi: boolean): TrialSpec {
  const spec = sampleSpec('packet-recvfrom');
  const receiver = { ...spec.receiver, napiTid: napi ? 7 : 0 };
  return { ...spec, receiver, generator: { ...spec.generator, method } };
}

function dropsOf(spec: TrialSpec, grown: Partial<TestbedCounters>): Record<string, number> {
  const { drops } = ledgerOf(spec, { ...mockResult(spec) }, { ...mockCounters, ...grown });
  const { 'veth-ring': ring, 'softnet-backlog': backlog, 'receiver-interface': receiver } = drops;
  return { ring: ring ?? 0, backlog: backlog ?? 0, receiver: receiver ?? 0 };
}

/** What the kernel's counters grew by is what it was seen to do; test/live/generators.test.ts has it from the kernel. */
describe('the ledger names each drop once', () => {
  it('of the ring that a driver’s transmit found full: at the sender', () => {
    const drops = dropsOf(specOf('sendmmsg', true), { senderTxDropped: 5 });
    assert.deepEqual(drops, { ring: 5, backlog: 0, receiver: 0 });
  });

  it('of the ring that redirected frames found full: at both ends', () => {
    const grown = { senderTxDropped: 5, receiverRxDropped: 7 };
    assert.deepEqual(dropsOf(specOf('live-redirect', true), grown), { ring: 5, backlog: 0, receiver: 2 });
  });

  it('of the backlog within the sender’s call: in three places', () => {
    const grown = { senderTxDropped: 5, receiverRxDropped: 5, softnetDropped: 5 };
    assert.deepEqual(dropsOf(specOf('sendto', false), grown), { ring: 0, backlog: 5, receiver: 0 });
  });

  it('of the backlog behind the driver, or behind injected frames: in two places', () => {
    const grown = { receiverRxDropped: 5, softnetDropped: 5 };
    assert.deepEqual(dropsOf(specOf('live-pass', false), grown), { ring: 0, backlog: 5, receiver: 0 });
    const behind = { ...grown, senderTxDropped: 3 };
    assert.deepEqual(dropsOf(specOf('sendto', true), behind), { ring: 3, backlog: 5, receiver: 0 });
  });
});
