import assert from 'node:assert/strict';
import { boundaries } from '../../harness/plan/boundaries.js';
import { inPacketOrder, packetOrder, stageNames } from '../../harness/plan/stages.js';

describe('the order of stages', () => {
  it('has every stage once', () => {
    assert.deepEqual([...packetOrder].sort(), [...stageNames].sort());
  });

  it('is that of the boundaries, where a packet meets a stage first', () => {
    // other-rx is no packet of the receiver's; without GRO's testbeds a poll begins net-rx itself, which is then the first of all
    const met = boundaries
      .filter(({ boundary, stage }) => boundary !== 'net-rx:poll' && stage !== 'other-rx')
      .flatMap(({ stage }) => stage ?? []);
    const first = [...new Set(met)];
    assert.ok(first.length > 12, first.join());
    assert.deepEqual(
      first,
      packetOrder.filter((stage) => first.includes(stage)),
    );
  });

  it('has the stages that came later in their places, unknown ones behind, unattributed last', () => {
    const seen = [
      'unattributed',
      'later',
      'recvmsg',
      'earlier',
      'driver-irq',
      'copy',
      'ip',
      'net-rx',
      'user',
      'ip-tcp',
    ];
    const known = ['driver-irq', 'net-rx', 'ip', 'ip-tcp', 'recvmsg', 'copy', 'user'];
    assert.deepEqual(
      inPacketOrder(seen, (stage) => stage),
      [...known, 'later', 'earlier', 'unattributed'],
    );
  });
});
