import assert from 'node:assert/strict';
import { soakedOf as totalsOf } from '../../reports/figures.js';
import { closureNote } from '../../reports/tables/row-notes.js';
import { stageTable } from '../../reports/tables/stage-table.js';
import type { RunRecord, SummaryRow } from '../../reports/record.js';
import { probeCostOf } from '../../harness/run/costs-in-place.js';
import { performRun } from '../../harness/run/run.js';
import { whyUnsoaked } from '../../harness/run/soaked-trials.js';
import { smallPlan } from '../support/small-plan.js';
import { outside, path, soakedTools } from '../support/soaked-tools.js';

/** A run of that machine. */
async function soakedRun(of: { factor?: number; gap?: number } = {}): Promise<RunRecord> {
  const plan = { ...smallPlan(['paths=packet-recvfrom']), soaked: true, quick: true };
  const { record, problems } = await performRun(plan, 'test', soakedTools(of), new AbortController().signal);
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
