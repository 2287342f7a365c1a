import assert from 'node:assert/strict';
import { zeroCopyExperiment } from '../../experiments/zero-copy.js';
import { notPossible } from '../../harness/errors.js';
import type { TrialResult, TrialSpec } from '../../harness/executor/contract.js';
import { planRun } from '../../harness/run/run-plan.js';
import { performRun } from '../../harness/run/run.js';
import { RunRecord } from '../../reports/record.js';
import { renderSvg } from '../../reports/charts/svg.js';
import { renderMarkdown } from '../../reports/tables/table.js';
import { hostileRecord } from '../reports/hostile-record.js';
import { lines, titles } from '../reports/reading.js';
import { MockExecutor } from '../support/mock-executor.js';
import { mockRun } from '../support/mock-run.js';
import { dearer } from '../support/tampered.js';

/** A byte costs a quarter of a nanosecond. */
function copying(result: TrialResult, spec: TrialSpec): TrialResult {
  return dearer(result, spec, 'copy', 0.25 * spec.generator.frameBytes);
}

async function run(): Promise<RunRecord> {
  const request = { settings: ['seed=1'], quick: true, rounds: 6, durationSeconds: 0.1 };
  const plan = planRun(zeroCopyExperiment, request, [0, 1]);
  const onTrial = ({ path }: TrialSpec): void => {
    if (path.name === 'af-xdp' && path.mode === 'native-zero-copy') throw notPossible('bind: EOPNOTSUPP');
  };
  const mock = mockRun(new MockExecutor({ tamper: copying, onTrial }));
  const { record, problems } = await performRun(plan, 'test', mock.tools, new AbortController().signal);
  assert.deepEqual(problems, []);
  return RunRecord.parse(JSON.parse(JSON.stringify(record)));
}

describe('the experiment zero-copy', function () {
  let record: RunRecord;
  before(async () => {
    record = await run();
  });
  const table = (id: string) => zeroCopyExperiment.tables(record).find((each) => each.id === id)!;

  it('sends every size on every road, and reads in several sizes', () => {
    const request = { settings: [], quick: false, rounds: 1, durationSeconds: 1 };
    const { cells } = planRun(zeroCopyExperiment, request, [0, 1]);
    assert.equal(new Set(cells.map(({ key }) => key)).size, cells.length, 'keys are unique');
    assert.equal(cells.length, 8 * 6 + 2 * 4);
    const bulk = cells.filter(({ generator }) => generator.traffic === 'tcp-bulk');
    assert.deepEqual(
      bulk.map(({ path }) => path.name === 'tcp' && path.readBytes),
      [1460, 4096, 16384, 65536].flatMap((bytes) => [bytes, bytes]),
    );
  });

  it('finds what a byte costs', () => {
    const fit = lines(table('size-fit'));
    assert.equal(fit.length, 6);
    for (const line of fit) assert.match(line, /\| 0\.250 \(0\.250–0\.250\) \| 1\.000 \| rises as a line$/);
    assert.match(lines(table('copy-fit')).join('\n'), /tcp message \| 400 \(400–400\) \| 0\.250 /);
  });

  it('names what the device cannot give', () => {
    assert.equal(lines(table('size')).at(-1), 'af-xdp native-zero-copy: skipped: bind: EOPNOTSUPP');
    assert.ok(!titles(table('size')).includes('af-xdp native-zero-copy'));
  });

  it('gives the copy’s share of TCP’s messages and of bulk', () => {
    assert.deepEqual(lines(table('mapped')), [
      '4096 | 0.0 (0.0–0.0) | 0.0 (0.0–0.0)',
      '65536 | 0.0 (0.0–0.0) | 0.0 (0.0–0.0)',
    ]);
    assert.deepEqual(titles(table('copy-share')), ['message, or recv', 'tcp message', 'tcp bulk']);
    assert.equal(table('copy-share').rows.length, 6);
  });

  it('gives a verdict on the claim', () => {
    const [claim] = zeroCopyExperiment.claims!(record);
    assert.equal(claim!.verdict, 'no longer holds');
    assert.match(claim!.found, /af-xdp native-zero-copy: bind: EOPNOTSUPP/);
    assert.match(claim!.sentence, /no zero copy, so the card’s limit is not measured/);
    const [none] = zeroCopyExperiment.claims!({ ...record, trials: [], summary: [] });
    assert.equal(none!.verdict, 'not measured');
  });

  it('draws its charts, also of an empty record', () => {
    assert.deepEqual(
      zeroCopyExperiment.charts(record).map(({ id }) => id),
      ['size', 'copy', 'copy-share'],
    );
    assert.deepEqual(zeroCopyExperiment.charts({ ...record, trials: [], summary: [] }), []);
  });

  it('survives a hostile record', async () => {
    const hostile = hostileRecord(record);
    for (const each of zeroCopyExperiment.tables(hostile)) assert.ok(!renderMarkdown(each).includes('<script'));
    for (const { spec } of zeroCopyExperiment.charts(hostile))
      assert.doesNotMatch(await renderSvg(spec), /<script|NaN|Infinity/);
  });
});
