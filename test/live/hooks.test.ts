import assert from 'node:assert/strict';
import { basename, dirname, join } from 'node:path';
import { stageObjects } from '../../harness/doctor/probe-tiers.js';
import type { CalibrationResult, ProbeSpec } from '../../harness/executor/contract.js';
import { invalidReasons } from '../../harness/run/validity.js';
import { correctionOf } from '../../harness/run/correction.js';
import { quantile } from '../../harness/statistics/quantile.js';
import type { Testbed } from '../../harness/testbed/testbed.js';
import { requireCapability } from '../support/capabilities.js';
import { useSetting } from './setting.js';
import { cellOf, countOf, lossesOf, probesFor, probesOf, runOnce, runUntilValid } from './trials.js';
import type { Measured } from './trials.js';

const rounds = 5;
/**
 * The two roads to the same figure may differ by this factor. The tracepoints put every system call of the machine on
 * its slow path, some hundred nanoseconds that no calibration of a hit holds, and the figure itself is near a
 * microsecond; an edge in the wrong place would be off by the copy, the wait or the whole trial.
 */
const agreement = 2.5;

const callStages = ['user', 'syscall-entry', 'syscall-return'];

describe('hooks against each other', function () {
  this.timeout(90_000);
  const setting = useSetting();
  let testbed: Testbed;
  const [typed = '', raw = ''] = stageObjects;

  before(async function () {
    testbed = await setting().bringUp('napi-thread');
  });

  /** ns per packet that the reader spent in and around its calls, the probes' own cost taken out. */
  function callCost(measured: Measured, costs: CalibrationResult): number {
    const { result, spec } = measured;
    const taken = spec.probes?.marks === true;
    let sum = 0;
    for (const { states } of probesOf(measured).cpus) {
      for (const state of states) {
        if (state.layer !== 'task' || state.owner !== 'receiver' || !callStages.includes(state.stage)) continue;
        sum += state.ns - correctionOf(state, costs, { taken, calls: result.reader.calls }).median;
      }
    }
    return sum / result.reader.packets;
  }

  for (const traffic of ['packet-recvfrom', 'tcp-message'] as const) {
    it(`marks and syscall tracepoints tell the same of ${traffic}`, async () => {
      const cell = cellOf(traffic);
      const plans = {
        marks: probesFor(setting(), testbed, cell),
        tracepoints: probesFor(setting(), testbed, cell, { withoutMarks: true }),
      };
      assert.equal(plans.marks.marks, true);
      assert.ok(!plans.marks.programs.includes('sys_enter'));
      assert.equal(plans.tracepoints.marks, false);
      assert.ok(plans.tracepoints.programs.includes('sys_enter') && plans.tracepoints.programs.includes('sys_exit'));
      const object = join(dirname(typed), basename(typed).replace(/^stages/, 'calibrate'));
      const costs = await setting().executor.calibrate(object, testbed.receiver.cpu, 20_000, 9);
      const seen = { marks: [] as number[], tracepoints: [] as number[] };
      for (let round = 0; round < rounds; round++) {
        // Turn about, so that what changes with time changes both.
        const order = round % 2 === 0 ? (['marks', 'tracepoints'] as const) : (['tracepoints', 'marks'] as const);
        for (const kind of order) {
          const measured = await runUntilValid(() => runOnce(setting(), testbed, cell, plans[kind]));
          seen[kind].push(callCost(measured, costs));
          assertCalls(measured, kind);
        }
      }
      const [marks, tracepoints] = [quantile(seen.marks, 0.5), quantile(seen.tracepoints, 0.5)];
      assert.ok(marks > 0 && tracepoints > 0, JSON.stringify(seen));
      const ratio = Math.max(marks / tracepoints, tracepoints / marks);
      assert.ok(ratio < agreement, `a factor of ${ratio.toFixed(2)}: ${JSON.stringify(seen)}`);
    });
  }

  function assertCalls(measured: Measured, kind: 'marks' | 'tracepoints'): void {
    const { calls } = measured.result.reader;
    const user = probesOf(measured)
      .cpus.flatMap(({ states }) => states)
      .filter(({ layer, owner, stage }) => layer === 'task' && owner === 'receiver' && stage === 'user')
      .reduce((sum, { entries }) => sum + entries, 0);
    // The call that waits when the window opens was entered before it, and the one that waits when it closes within
    // it: as many begin as end. One may be between the two when the window closes.
    if (kind === 'tracepoints') {
      const entered = countOf(measured, 'sys_enter').packets;
      assert.ok(Math.abs(entered - calls) <= 1, `${String(entered)} calls entered, ${String(calls)} returned data`);
    }
    // Whoever is preempted in user space comes back to it, without a call.
    const { involuntarySwitches } = measured.result.reader;
    const most = calls + 1 + involuntarySwitches + lossesOf(measured.result);
    assert.ok(user >= calls - 1 && user <= most, `${String(user)} times in user space, ${String(calls)} calls`);
  }

  it('counts the same through tp_btf and raw_tp', async function () {
    requireCapability(
      this,
      'raw_tp programs',
      setting()
        .factsOf(raw)
        .some(({ program, ok }) => program === 'sched_switch' && ok),
    );
    for (const traffic of ['packet-recvfrom', 'libpcap', 'tcp-message'] as const) {
      const cell = cellOf(traffic);
      const counts: Record<string, Record<string, unknown>> = {};
      for (const object of [typed, raw, raw, typed]) {
        const probes = probesFor(setting(), testbed, cell, { object });
        const measured = await runUntilValid(() => runOnce(setting(), testbed, cell, probes));
        const { generator, reader, wirePackets } = measured.result;
        assert.equal(reader.packets, generator.sent, 'nothing is dropped at this rate');
        const bytes = (program: string): number => countOf(measured, program).bytes;
        const packets = (program: string): number => countOf(measured, program).packets;
        counts[basename(object)] =
          traffic === 'tcp-message'
            ? { sent: generator.bytes, probe: bytes('tcp_probe'), copy: bytes('skb_copy_datagram_iovec') }
            : {
                sent: generator.sent,
                gro: packets('napi_gro_receive_entry'),
                core: packets('netif_receive_skb'),
                bytes: bytes('netif_receive_skb'),
                copy: countOf(measured, 'skb_copy_datagram_iovec'),
                consume: packets('consume_skb'),
              };
        assert.equal(packets('napi_gro_receive_entry'), wirePackets);
      }
      const [a, b] = Object.values(counts);
      assert.deepEqual(a, b, traffic);
      assert.equal(Object.keys(counts).length, 2);
    }
  });

  describe('set on purpose to the wrong thing', () => {
    /** What the run's own rules say of a trial whose probes were told something wrong. */
    async function reasonsWith(change: (probes: ProbeSpec) => ProbeSpec, wrongInterface = false): Promise<string[]> {
      const cell = cellOf('libpcap');
      const probes = change(probesFor(setting(), testbed, cell));
      const receiver = wrongInterface ? { ...testbed.receiver, interfaceIndex: 1 } : testbed.receiver;
      const measured = await runOnce(setting(), testbed, cell, probes, { receiver });
      const { spec, result, ledger } = measured;
      return invalidReasons({ spec, result, ledger, stealPercent: 0 });
    }

    it('makes a trial invalid that watches another interface', async () => {
      const reasons = await reasonsWith((probes) => probes, true);
      for (const program of ['napi_gro_receive_entry', 'netif_receive_skb']) {
        assert.ok(
          reasons.some((reason) => reason.startsWith(`boundary ${program}: 0 packets counted`)),
          reasons.join(),
        );
      }
    });

    it('makes a trial invalid when entries of interrupts are never followed by their exits', async () => {
      const without = (probes: ProbeSpec): ProbeSpec => ({
        ...probes,
        programs: probes.programs.filter((name) => name !== 'softirq_exit' && name !== 'local_timer_exit'),
      });
      const reasons = await reasonsWith(without);
      assert.ok(
        reasons.some((reason) => /^probes: .*unpairedEdges/.test(reason)),
        reasons.join() || 'valid',
      );
    });

    it('rejects a program that the object does not have, by name', async () => {
      const wrong = reasonsWith((probes) => ({ ...probes, programs: [...probes.programs, 'no_such_program'] }));
      await assert.rejects(wrong, /has no program 'no_such_program'/);
    });
  });
});
