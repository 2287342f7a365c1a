import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFrequencies } from '../../harness/environment/frequency.js';
import { SystemFiles } from '../../harness/environment/system-files.js';
import { performRun } from '../../harness/run/run.js';
import { RunRecord } from '../../reports/record.js';
import { mockRun } from '../support/mock-run.js';
import { smallPlan } from '../support/small-plan.js';

describe('frequencies', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'pktpath-frequency-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function cpu(number: number, text: string): void {
    const folder = join(root, `sys/devices/system/cpu/cpu${number}/cpufreq`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'scaling_cur_freq'), text);
  }

  it('are those that the kernel tells of these CPUs', async () => {
    cpu(0, '2400000\n');
    cpu(3, '800123\n');
    assert.deepEqual(await readFrequencies([0, 3], new SystemFiles(root)), { 0: 2400, 3: 800.123 });
  });

  it('are not told where the kernel does not, or not of each', async () => {
    assert.equal(await readFrequencies([0], new SystemFiles(root)), null);
    cpu(0, '2400000\n');
    cpu(1, '<unknown>\n');
    assert.equal(await readFrequencies([0, 1], new SystemFiles(root)), null);
  });

  it('are recorded with each trial, and one that fell makes its trial invalid, which is repeated', async () => {
    let reads = 0;
    // the second reading is the one after the first trial
    const readFrequencies = (cpus: readonly number[]) =>
      Promise.resolve(Object.fromEntries(cpus.map((each) => [each, reads++ === 2 ? 2000 : 2400])));
    const { record } = await performRun(
      smallPlan([], 1),
      'test',
      mockRun(undefined, { readFrequencies }).tools,
      new AbortController().signal,
    );
    const { trials } = RunRecord.parse(JSON.parse(JSON.stringify(record)));
    assert.equal(trials.length, 5);
    assert.deepEqual(
      trials.map(({ valid }) => valid),
      [false, true, true, true, true],
    );
    assert.match(trials[0]!.invalidReasons.join(), /^frequency: CPU \d fell from 2400 to 2000 MHz \(bound 5 %\)$/);
    assert.deepEqual(
      trials[1]!.frequencies?.map(({ beforeMhz, afterMhz }) => [beforeMhz, afterMhz]),
      [
        [2400, 2400],
        [2400, 2400],
      ],
    );
  });

  it('may rise: the CPU was idle before', async () => {
    let reads = 0;
    const readFrequencies = (cpus: readonly number[]) =>
      Promise.resolve(Object.fromEntries(cpus.map((each) => [each, 800 + 100 * reads++])));
    const { record } = await performRun(
      smallPlan([], 1),
      'test',
      mockRun(undefined, { readFrequencies }).tools,
      new AbortController().signal,
    );
    assert.ok(record?.trials.every(({ valid }) => valid));
  });
});
