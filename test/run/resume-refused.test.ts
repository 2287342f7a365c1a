import assert from 'node:assert/strict';
import { table1 } from '../../experiments/table1.js';
import { performRun } from '../../harness/run/run.js';
import { planRun } from '../../harness/run/run-plan.js';
import { checkSaid, checkSaidInFull, planRecorded } from '../../harness/run/resumed-plan.js';
import type { RunRecord } from '../../reports/record.js';
import { MockExecutor } from '../support/mock-executor.js';
import { mockRun } from '../support/mock-run.js';
import type { MockRun } from '../support/mock-run.js';
import { allowedCpus, twoPaths, endedAt, goOn, stored } from '../support/resumed-runs.js';

describe('a run that cannot be gone on with', () => {
  let part: RunRecord;
  before(async () => {
    part = stored(await endedAt(twoPaths, 7));
  });

  /** Refused with this exit code, nothing measured and nothing written. */
  async function refused(
    record: RunRecord,
    change: Partial<MockRun['tools']>,
    exitCode: number,
    words: RegExp,
  ): Promise<void> {
    const executor = new MockExecutor();
    const run = mockRun(executor, change);
    const { record: result, problems } = await goOn(table1, record, run);
    assert.match(problems[0]!.message, words);
    assert.equal((problems[0] as { exitCode?: number }).exitCode, exitCode);
    assert.deepEqual([result, run.kept, executor.specs], [null, [], []]);
  }

  const { tools } = mockRun();
  const environment = (change: Partial<RunRecord['environment']>) => ({
    collectEnvironment: async (software: Record<string, string>) => ({
      ...(await tools.collectEnvironment(software)),
      ...change,
    }),
  });

  it('is on another kernel, processor or tool, by name', async () => {
    await refused(
      part,
      environment({ kernelRelease: '6.2.0' }),
      5,
      /kernelRelease: 6\.1\.0 in the record, 6\.2\.0 here/,
    );
    await refused(part, environment({ cpuModel: 'other' }), 5, /cpuModel: mock in the record, other here/);
    await refused(
      part,
      environment({ sysctls: { 'net.core.rmem_max': '1' } }),
      5,
      /sysctls.net.core.rmem_max: none in the record, 1 here/,
    );
    await refused(
      part,
      { tool: () => Promise.resolve({ version: '9', commit: null }) },
      5,
      /pktpath\.version: 0\.1\.0 in the record, 9 here/,
    );
  });

  it('has another testbed or other hooks', async () => {
    const bringUpTestbed: typeof tools.bringUpTestbed = async (options, pin) => {
      const testbed = await tools.bringUpTestbed(options, pin);
      return { ...testbed, describe: () => ({ ...testbed.describe(), mtu: 9000 }) };
    };
    await refused(part, { bringUpTestbed }, 5, /testbed mtu: 1500 in the record, 9000 here/);
    const resolvePlan: typeof tools.resolvePlan = (input) => {
      const resolved = tools.resolvePlan(input);
      return { ...resolved, plan: { ...resolved.plan, boundaries: resolved.plan.boundaries.slice(1) } };
    };
    await refused(part, { resolvePlan }, 5, /the hooks of the stage plans/);
  });

  it('went on meanwhile', async () => {
    const run = mockRun();
    const { record, problems } = await goOn(table1, part, run, () => ({ ...part, trials: [] }));
    assert.match(problems[0]!.message, /has changed since it was read/);
    assert.deepEqual([record, run.kept], [null, []]);
  });

  it('has trials that are not those of its run', async () => {
    const moved = structuredClone(part);
    moved.trials[2]!.round = 2;
    await refused(
      moved,
      {},
      5,
      /the record’s trial 2 is measure \w+ of .* in round 2, where this run has .* in round 0/,
    );
    const fewer = structuredClone(part);
    fewer.experiment.rounds = 1;
    await refused(fewer, {}, 5, /the record has [12] trials more than its run/);
  });

  it('ended before a new trial: its record is not touched', async () => {
    const controller = new AbortController();
    const onTrial = (): Promise<void> => {
      controller.abort();
      return new Promise(() => undefined);
    };
    const run = mockRun(new MockExecutor({ onTrial }));
    const plan = planRecorded(table1, part, 'here', { guest: null, allowedCpus });
    const outcome = await performRun(plan, 'x', run.tools, controller.signal, { record: part, reread: () => part });
    assert.deepEqual(outcome, { record: null, interrupted: true, problems: [] });
    assert.deepEqual(run.kept, []);
  });

  const changes: [string, (record: RunRecord) => void, RegExp][] = [
    ['an option of another kind', (record) => (record.experiment.options['frameBytes'] = 'x'), /frameBytes=x/],
    [
      'an option more',
      (record) => (record.experiment.options['constructor'] = 1),
      /unknown parameter of table1: "constructor"/,
    ],
    ['an option less', (record) => delete record.experiment.options['frameBytes'], /frameBytes would be others/],
    ['another seed than its option', (record) => (record.experiment.seed = 99), /seed would be others/],
    ['rounds without end', (record) => (record.experiment.rounds = 1e12), /rounds would be others/],
    ['no duration', (record) => delete record.experiment.options['durationSeconds'], /durationSeconds/],
    ['trials that are numbered otherwise', (record) => (record.trials[3]!.index = 4), /the indexes of trials/],
    ['calibrations of other sessions', (record) => record.calibrations.push(record.calibrations[0]!), /calibrations/],
  ];
  for (const [what, change, words] of changes) {
    it(`has ${what}`, () => {
      const record = structuredClone(part);
      change(record);
      assert.throws(
        () => planRecorded(table1, record, 'here', { guest: null, allowedCpus }),
        (error: Error & { exitCode?: number }) => words.test(error.message) && error.exitCode === 5,
      );
    });
  }

  it('was begun otherwise than is said now, by name', () => {
    const plan = planRecorded(table1, part, 'here', { guest: null, allowedCpus });
    const nothing = { settings: [], quick: false, rounds: null, durationSeconds: null };
    const say = (said: Partial<typeof nothing> | object): (() => void) => {
      return () => checkSaid(plan, part, 'here', { ...nothing, ...said });
    };
    const quickPart = { ...part, experiment: { ...part.experiment, quick: false } };
    for (const same of [
      {},
      { settings: twoPaths.settings },
      { settings: ['seed=auto', 'receiverCpu=auto', 'senderCpu=0'] },
    ])
      say(same)();
    say({ rounds: 3, durationSeconds: 0.1, quick: true })();
    assert.throws(say({ settings: ['frameBytes=64'] }), /frameBytes=512, not 64/);
    assert.throws(say({ rounds: 4 }), /trials=3, not 4/);
    assert.throws(say({ durationSeconds: 2 }), /duration=0\.1, not 2/);
    assert.throws(() => checkSaid(plan, quickPart, 'here', { ...nothing, quick: true }), /quick=false, not true/);
    assert.throws(say({ settings: ['frameByte=64'] }), /unknown parameter/);
    const asked = (settings: string[], quick: boolean) =>
      planRun(table1, { settings, quick, rounds: 3, durationSeconds: 0.1 }, allowedCpus);
    checkSaidInFull(asked(twoPaths.settings, true), part, 'here');
    assert.throws(() => checkSaidInFull(asked([], true), part, 'here'), /paths=tcp,packet-recvfrom, not/);
    assert.throws(() => checkSaidInFull(asked(twoPaths.settings, false), part, 'here'), /quick=true, not false/);
  });
});
