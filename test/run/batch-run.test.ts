import assert from 'node:assert/strict';
import { batchExperiment } from '../../experiments/batch.js';
import type { TrialResult, TrialSpec } from '../../harness/executor/contract.js';
import { planRun } from '../../harness/run/run-plan.js';
import { performRun } from '../../harness/run/run.js';
import { costMetric } from '../../reports/curves/metric.js';
import { RunRecord } from '../../reports/record.js';
import { median } from '../../harness/statistics/quantile.js';
import { renderSvg } from '../../reports/charts/svg.js';
import { renderMarkdown } from '../../reports/tables/table.js';
import { hostileRecord } from '../reports/hostile-record.js';
import { lines } from '../reports/reading.js';
import { MockExecutor } from '../support/mock-executor.js';
import { mockRun } from '../support/mock-run.js';
import { allAt, dearer, uniform, withReading } from '../support/tampered.js';

/** A call costs 640 ns, and is shared by its packets; who holds packets back does it for the timeout. */
function asTheMechanism(result: TrialResult, spec: TrialSpec): TrialResult {
  const { path, generator, latency } = spec;
  const batch = 'batch' in path ? path.batch : 1;
  const heldMs = path.name === 'libpcap' ? path.timeoutMs : path.name === 'tpacket-v3' ? path.blockTimeoutMs : null;
  const open = ((heldMs ?? 0) * (generator.packetsPerSecond ?? 0)) / 1000;
  const delays = heldMs === null ? allAt(30_000) : uniform(heldMs * 1e6);
  const read = withReading(result, latency ? delays : null, allAt(heldMs === null ? batch : open));
  return dearer(read, spec, 'syscall-return', 640 / batch);
}

async function run(settings: string[] = []): Promise<RunRecord> {
  const plan = planRun(
    batchExperiment,
    { settings: ['seed=1', ...settings], quick: true, rounds: 6, durationSeconds: 0.1 },
    [0, 1],
  );
  const mock = mockRun(new MockExecutor({ tamper: asTheMechanism }));
  const { record, problems } = await performRun(plan, 'test', mock.tools, new AbortController().signal);
  assert.deepEqual(problems, []);
  return RunRecord.parse(JSON.parse(JSON.stringify(record)));
}

describe('the experiment batch', function () {
  let record: RunRecord;
  before(async () => {
    record = await run();
  });
  const table = (id: string) => lines(batchExperiment.tables(record).find((each) => each.id === id)!);

  it('differs in the vector alone, and keeps the room of a ring', () => {
    const { cells } = planRun(batchExperiment, { settings: [], quick: false, rounds: 1, durationSeconds: 1 }, [0, 1]);
    assert.equal(new Set(cells.map(({ key }) => key)).size, cells.length, 'keys are unique');
    const vectors = cells.filter(({ params }) => params['batch'] !== undefined);
    assert.equal(vectors.length, 3 * 7);
    for (const { generator, params, path } of vectors) {
      assert.equal(generator.batch, 64);
      assert.equal('batch' in path && path.batch, params['batch']);
    }
    const rings = cells.flatMap(({ path }) => (path.name === 'tpacket-v3' ? [path.blockBytes * path.blocks] : []));
    assert.deepEqual(new Set(rings), new Set([4 * 1024 * 1024]));
  });

  it('takes of each trial what the summary took', () => {
    const cost = costMetric(record);
    for (const row of record.summary) {
      const middle = median(cost.rounds(row).map(({ value }) => value));
      assert.ok(Math.abs(middle - cost.estimate(row)!.median) < 1e-6, row.cell);
    }
  });

  it('finds what a call costs', () => {
    const fit = table('vector-fit');
    assert.equal(fit.length, 3);
    for (const line of fit) assert.match(line, /\| 640 \(640–640\) \| 1\.000 \| falls as a hyperbola$/);
  });

  it('finds delays uniform over the time that a block is open', () => {
    const held = table('held').filter((line) => line.includes('| 10000 |'));
    assert.deepEqual(
      held.map((line) => line.split(' | ').at(-1)),
      held.map(() => 'uniform, ended by: timeout'),
    );
    assert.ok(
      held.length === 4 &&
        held.some((line) => line.startsWith('tpacket-v3 64 KiB 10 ms | 10000 | 10 | 100.00 | 10.00')),
    );
  });

  it('says where the frontier is', () => {
    const places = table('frontier');
    assert.ok(places.some((line) => line.startsWith('1000 | packet-recvmmsg | 30') && line.endsWith('on it')));
    assert.ok(places.some((line) => line.startsWith('1000 | libpcap 10 ms') && line.includes('beaten by')));
  });

  it('gives a verdict on the claim', () => {
    const [claim] = batchExperiment.claims!(record);
    assert.equal(claim!.verdict, 'holds only when');
    assert.match(claim!.sentence, /8 of 8 roads and rates that hold packets back delay them, 0 of 4 others/);
    assert.match(claim!.found, /packet-recvmmsg: a call costs 640 \(640 to 640\) ns\/call, \d+\.\d % of a packet/);
    const waiting = record.summary.filter(({ path }) => path === 'packet-recvfrom');
    for (const row of waiting) row.metrics['latencyP50Ns']!.median = 1e6;
    assert.match(batchExperiment.claims!(record)[0]!.sentence, /4 of 4 \(4 more cannot be told/);
    const [none] = batchExperiment.claims!({ ...record, trials: [], summary: [] });
    assert.equal(none!.verdict, 'not measured');
  });

  it('draws its charts, also of an empty record', () => {
    const ids = batchExperiment.charts(record).map(({ id }) => id);
    assert.deepEqual(ids, ['vector', 'cost-by-rate', 'delay-p50', 'delay-p99', 'frontier']);
    assert.deepEqual(batchExperiment.charts({ ...record, trials: [], summary: [] }), []);
    assert.ok(batchExperiment.terminalTables(record).length >= 5);
  });

  it('survives a hostile record', async () => {
    const hostile = hostileRecord(record);
    for (const each of batchExperiment.tables(hostile)) assert.ok(!renderMarkdown(each).includes('<script'));
    for (const { spec } of batchExperiment.charts(hostile))
      assert.doesNotMatch(await renderSvg(spec), /<script|NaN|Infinity/);
  });
});
