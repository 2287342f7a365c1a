import assert from 'node:assert/strict';
import { PktpathError } from '../../harness/errors.js';
import { RunRecord } from '../../reports/record.js';
import { MockExecutor } from '../support/mock-executor.js';
import { mockRun } from '../support/mock-run.js';
import { pairPlans, runArms } from '../support/paired-runs.js';

describe('arms that take turns', function () {
  this.timeout(60_000);

  it('have their trials of a cell and kind back to back in every round, on one machine, each a record of its own', async () => {
    const executor = new MockExecutor();
    const run = mockRun(executor);
    const settings = ['paths=packet-recvfrom', 'frameBytes=64,512'];
    const { records, problems } = await runArms({ b: ['workNs=500'], settings, rounds: 20 }, run);
    assert.deepEqual(problems, []);
    const [a, b] = records.map((record) => RunRecord.parse(JSON.parse(JSON.stringify(record))));
    assert.ok(a !== undefined && b !== undefined);
    for (const [record, arm] of [
      [a, 'a'],
      [b, 'b'],
    ] as const) {
      assert.equal(record.trials.length, 2 * 2 * 20);
      assert.deepEqual([record.run.status, record.run.id, record.run.pair?.arm], ['complete', `pair-${arm}`, arm]);
      assert.deepEqual(
        record.trials.map(({ index }) => index),
        record.trials.map((_, index) => index),
      );
    }
    assert.deepEqual([a.experiment.options['workNs'], b.experiment.options['workNs']], [undefined, 500]);
    assert.equal(a.experiment.seed, b.experiment.seed);
    assert.deepEqual(a.calibrations, b.calibrations);
    // pairs of trials, of which each arm has one, alike in all but the work
    const firsts = new Set<string>();
    for (let index = 0; index < executor.specs.length; index += 2) {
      const [one, other] = executor.specs.slice(index, index + 2);
      assert.ok(one !== undefined && other !== undefined);
      assert.deepEqual([one.path.workNs ?? 0, other.path.workNs ?? 0].sort(), [0, 500]);
      assert.deepEqual({ ...one, path: null }, { ...other, path: null });
      firsts.add(`${one.path.workNs ?? 0}`);
    }
    assert.deepEqual([...firsts].sort(), ['0', '500'], 'either is first');
    assert.deepEqual(run.events, ['testbed down', 'released']);
  });

  it('repeat the trials of either that do not count, and keep them', async () => {
    const spoilt = new MockExecutor({
      tamper: (result, spec, count) => (count === 3 ? { ...result, wirePackets: 0 } : result),
    });
    const { records } = await runArms({ rounds: 2 }, mockRun(spoilt));
    assert.deepEqual(records.map((record) => record?.trials.length).sort(), [4, 5]);
  });

  it('are both kept, and nothing else, when they are interrupted', async () => {
    const controller = new AbortController();
    const executor = new MockExecutor({ onTrial: (_, count) => { if (count === 6) controller.abort(); } }); // prettier-ignore
    const run = mockRun(executor);
    const { records, interrupted } = await runArms({}, run, { signal: controller.signal });
    assert.ok(interrupted);
    assert.deepEqual(
      records.map((record) => [record?.run.status, record?.trials.length]),
      [
        ['partial', 3],
        ['partial', 3],
      ],
    );
    assert.deepEqual(run.events, ['testbed down', 'released']);
  });

  it('have as many rounds as their schedule says, and a record that says how many there were', async () => {
    const seen: number[][] = [];
    const schedule = {
      until: (done: number, records: () => RunRecord[]) => {
        if (done > 0) seen.push(records().map(({ experiment, trials }) => experiment.rounds * 100 + trials.length));
        return Math.min(done + 1, 3);
      },
    };
    const { records } = await runArms({}, mockRun(), { schedule, names: ['a', 'b', 'again'] });
    assert.deepEqual(seen, [
      [102, 102, 102],
      [204, 204, 204],
      [306, 306, 306],
    ]);
    assert.deepEqual(
      records.map((record) => record?.experiment.rounds),
      [3, 3, 3],
    );
  });

  it('arrange the testbed before each trial where they differ in it', async () => {
    const arranged: string[] = [];
    const run = mockRun();
    const { bringUpTestbed } = run.tools;
    run.tools.bringUpTestbed = async (options, pin) => {
      const testbed = await bringUpTestbed(options, pin);
      return { ...testbed, arrange: ({ isolation }) => Promise.resolve(void arranged.push(isolation)) };
    };
    const { records } = await runArms({ a: ['isolation=rps'], b: ['isolation=napi-thread'], rounds: 1 }, run);
    assert.deepEqual(arranged.slice(1).sort(), ['napi-thread', 'napi-thread', 'rps', 'rps']);
    assert.deepEqual(
      records.map((record) => record?.experiment.options['isolation']),
      ['rps', 'napi-thread'],
    );
  });

  it('pair cells whose keys differ by what they were told to differ in', () => {
    const settings = ['paths=packet-recvfrom,libpcap', 'packetsPerSecond=1000,5000'];
    const { a, b } = pairPlans({ a: ['frameBytes=64'], b: ['frameBytes=512'], settings });
    assert.deepEqual(
      b.cells.map(({ key }) => key),
      a.cells.map(({ key }) => key.replace('frameBytes=64', 'frameBytes=512')),
    );
    const { a: road, b: other } = pairPlans({ a: ['paths=libpcap'], b: ['paths=packet-recvfrom'], settings: [] });
    assert.deepEqual(
      other.cells.map(({ key }) => key.slice(key.indexOf(' '))),
      road.cells.map(({ key }) => key.slice(key.indexOf(' '))),
    );
  });

  it('are refused where cells cannot be paired', () => {
    const refused = (a: string[], b: string[], expected: RegExp): void => {
      assert.throws(
        () => pairPlans({ a, b, settings: [] }),
        (error) => {
          assert.ok(error instanceof PktpathError && error.exitCode === 2, String(error));
          assert.match(error.message, expected);
          return true;
        },
      );
    };
    refused(['frameBytes=64,512'], ['frameBytes=64,512'], /one arm has both .*64.* and .*512/);
    refused(['tcpTraffic=tcp-message'], ['tcpTraffic=tcp-bulk'], /only --b has tcp/);
    refused(['workns=3'], [], /unknown setting of table1: .*workNs/);
    refused(['seed=3'], [], /--a seed/);
    refused(['receiverCpu=1'], [], /testbed/);
    refused(['workNs'], [], /KEY=VALUE/);
    refused(['workNs=1,workNs=2'], [], /twice/);
  });
});
