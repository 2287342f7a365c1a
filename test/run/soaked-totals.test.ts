import assert from 'node:assert/strict';
import { soakedOf as totalsOf } from '../../reports/figures.js';
import { closureNote } from '../../reports/tables/row-notes.js';
import { stageTable } from '../../reports/tables/stage-table.js';
import type { RunRecord, SummaryRow } from '../../reports/record.js';
import { probeCostOf } from '../../harness/run/costs-in-place.js';
import { performRun } from '../../harness/run/run.js';
import { whyUnsoaked } from '../../harness/run/soaked-trials.js';
import { mockCosts, MockExecutor, mockStates } from '../support/mock-executor.js';
import { mockRun } from '../support/mock-run.js';
import { smallPlan } from '../support/small-plan.js';

const idleOfferNs = 1500;
const offers = 200;
/** What the mock's path takes of a packet, without the interrupt that hits other tasks. */
const path = mockStates.filter(({ owner }) => owner !== 'other').reduce((sum, { ns }) => sum + ns, 0);
/** The ends of switches, for each packet. */
const outside = 100;

/** A run whose hits cost `factor` times the calibrated edge and pass where they are, and whose soaker errs by `gap`. */
async function soakedRun({ factor = 1, gap = 1 } = {}): Promise<RunRecord> {
  const { edge, pass, mark } = mockCosts;
  const executor = new MockExecutor({
    tamper: (result, spec) => {
      if (!spec.soak) return result;
      const twice = spec.probes?.programs.some((program) => program.endsWith('_again')) === true;
      const packets = result.wirePackets;
      let taken = (path + outside) * packets * (spec.probes === null ? gap : 1);
      for (const cpu of result.probes?.cpus ?? []) {
        for (const state of cpu.states) {
          if (!state.owner.startsWith('receiver')) continue;
          const hits = state.stage === 'user' ? 0 : 1;
          const truth = mockStates.find(({ stage }) => stage === state.stage)?.ns ?? 0;
          const marks =
            state.stage === 'user' ? 1 : state.stage === 'syscall-entry' || state.stage === 'syscall-return' ? 0.5 : 0;
          const again = twice ? hits : 0;
          const probes = factor * ((hits + again) * edge.median + hits * pass.median) + marks * mark.median;
          state.ns = (truth + probes) * packets;
          state.entries += again * packets;
          state.exits += again * packets;
          taken += probes * packets;
        }
      }
      const soaking = { windowNs: 1e8, offers, takenNs: Math.round(taken) + offers * idleOfferNs, idleOfferNs };
      return { ...result, soaking };
    },
  });
  const { tools } = mockRun(executor);
  const resolvePlan: typeof tools.resolvePlan = (input) => ({
    ...tools.resolvePlan(input),
    again: ['netif_receive_skb_again'],
  });
  const plan = { ...smallPlan(['paths=packet-recvfrom']), soaked: true, quick: true };
  const { record, problems } = await performRun(plan, 'test', { ...tools, resolvePlan }, new AbortController().signal);
  assert.deepEqual(problems, []);
  assert.ok(record !== null);
  return record;
}

function rowOf(record: RunRecord): SummaryRow {
  const [row] = record.summary;
  assert.ok(row !== undefined && row.closure !== null);
  return row;
}

function near(actual: number | undefined, expected: number, what: string): void {
  assert.ok(actual !== undefined && Math.abs(actual - expected) < 0.5, `${what}: ${String(actual)}, not ${expected}`);
}

describe('totals with a soaker', () => {
  it('agree where a hit costs what was calibrated', async () => {
    const row = rowOf(await soakedRun());
    const totals = totalsOf(row.closure!);
    near(totals?.unprobedNsPerPacket.median, path + outside, 'unprobed');
    near(totals?.outsideNsPerPacket, outside, 'outside');
    near(1000 * (totals?.ratio.median ?? 0), 1000, 'ratio in thousandths');
    near(100 * (probeCostOf(row)?.factor.median ?? 0), 100, 'factor in hundredths');
  });

  it('find what a hit costs in place, and take that out', async () => {
    const row = rowOf(await soakedRun({ factor: 1.4 }));
    near(100 * (probeCostOf(row)?.factor.median ?? 0), 140, 'factor in hundredths');
    near(1000 * (totalsOf(row.closure!)?.ratio.median ?? 0), 1000, 'ratio in thousandths');
  });

  it('mark a row whose totals are outside the band, and hide nothing', async () => {
    const record = await soakedRun({ gap: 1.08 });
    const row = rowOf(record);
    near(1000 * (totalsOf(row.closure!)?.ratio.median ?? 0), 1000 / 1.08, 'ratio in thousandths');
    assert.ok(record.warnings.some(({ code, about }) => code === 'total-outside-band' && about === row.cell));
    assert.match(closureNote(row), /OUTSIDE 1 ± 0\.05/);
    const ratios = stageTable(record, row).rows.flatMap((each) =>
      each.kind === 'total' ? [each.cells['corrected']] : [],
    );
    assert.ok(ratios.includes('0.926 !'), JSON.stringify(ratios));
    assert.ok(!(await soakedRun({ gap: 1.04 })).warnings.some(({ code }) => code === 'total-outside-band'));
  });

  it('are of trials that give no other figure', async () => {
    const record = await soakedRun();
    assert.equal(record.trials.filter(({ purpose }) => purpose !== 'measure').length, 9);
    assert.deepEqual(rowOf(record).trials, { probed: 3, unprobed: 3, invalid: 0 });
  });

  it('are left out by name where a soaker cannot tell', () => {
    const plan = smallPlan();
    const [cell] = plan.cells;
    assert.ok(cell !== undefined);
    const at = (testbed: Partial<typeof plan.testbed>) => ({ ...plan, testbed: { ...plan.testbed, ...testbed } });
    assert.equal(whyUnsoaked(cell, plan), null);
    assert.match(whyUnsoaked(cell, at({ isolation: 'rps' })) ?? '', /in no thread/);
    assert.match(whyUnsoaked(cell, at({ senderCpu: plan.testbed.receiverCpu })) ?? '', /receiver’s CPU/);
    const unpaced = { ...cell, generator: { ...cell.generator, packetsPerSecond: null } };
    assert.match(whyUnsoaked(unpaced, plan) ?? '', /nothing to soak up/);
  });
});
