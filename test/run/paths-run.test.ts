import assert from 'node:assert/strict';
import { pathsExperiment } from '../../experiments/paths.js';
import { notPossible } from '../../harness/errors.js';
import type { TrialResult, TrialSpec } from '../../harness/executor/contract.js';
import { pathVariants } from '../../harness/paths/variants.js';
import { performRun } from '../../harness/run/run.js';
import { planRun } from '../../harness/run/run-plan.js';
import type { RunPlan } from '../../harness/run/run-plan.js';
import { RunRecord } from '../../reports/record.js';
import { MockExecutor } from '../support/mock-executor.js';
import type { MockOptions } from '../support/mock-executor.js';
import { mockRun } from '../support/mock-run.js';

const never = new AbortController().signal;

function planOf(settings: string[], allowedCpus = [0, 1]): RunPlan {
  const request = { settings: ['seed=1', ...settings], quick: true, rounds: 2, durationSeconds: 0.1 };
  return planRun(pathsExperiment, request, allowedCpus);
}

async function run(plan: RunPlan, options: MockOptions = {}) {
  const executor = new MockExecutor(options);
  const mock = mockRun(executor);
  const { record, problems } = await performRun(plan, 'test', mock.tools, never);
  return { record, problems, executor, notes: mock.notes };
}

/** What comes above the capacity is dropped by the socket. */
const withCapacity =
  (packetsPerSecond: number) =>
  (result: TrialResult, { generator }: TrialSpec): TrialResult => {
    const offered = generator.packetsPerSecond ?? 0;
    if (offered <= packetsPerSecond) return result;
    const { sent } = result.generator;
    const packets = Math.round((sent * packetsPerSecond) / offered);
    return { ...result, reader: { ...result.reader, packets, drops: { socket: sent - packets } } };
  };

describe('the experiment paths', () => {
  it('plans every road: paced with and without probes, unpaced, looking on, and a search', () => {
    const { cells, searches, comparisons } = planOf([]);
    const roles = cells.map(({ params }) => params['role']);
    const alone = cells.filter(({ params }) => params['role'] === undefined);
    assert.equal(alone.length, 2 * pathVariants.length);
    assert.equal(alone.filter(({ generator }) => generator.traffic === 'tcp-bulk').length, 1, 'one transfer alone');
    assert.equal(new Set(cells.map(({ key }) => key)).size, cells.length, 'keys are unique');
    assert.equal(
      roles.filter((role) => role === 'observer').length,
      pathVariants.length - 3 - 3,
      'no sockets, no AF_XDP',
    );
    assert.equal(searches.length, pathVariants.length - 1, 'TCP loses nothing');
    for (const { base, arm } of comparisons) {
      for (const key of [base, arm])
        assert.ok(
          cells.some((cell) => cell.key === key),
          key,
        );
    }
    for (const { row } of searches)
      assert.ok(
        cells.some(({ key }) => key === row),
        row,
      );
  });

  it('gives the observed transfer the receiver that it has alone', () => {
    const { cells } = planOf(['readBytes=4096', 'tcpReceiveBufferBytes=65536', 'waiting=spin']);
    const alone = cells.find(({ generator, observed }) => generator.traffic === 'tcp-bulk' && observed === undefined);
    assert.ok(alone?.path.name === 'tcp');
    const { readBytes, receiveBufferBytes, messageBytes, waiting } = alone.path;
    assert.deepEqual([readBytes, receiveBufferBytes, waiting], [4096, 65536, 'sleep']);
    const observed = cells.flatMap((cell) => cell.observed ?? []);
    assert.ok(observed.length > 0);
    for (const each of observed) assert.deepEqual(each, { readBytes, receiveBufferBytes, messageBytes });
  });

  it('lets counting programs pass what they look on at, and drop what is theirs', () => {
    const actions = planOf(['paths=xdp-count'])
      .cells.filter(({ path }) => path.name === 'xdp-count')
      .map(({ path, params }) => [params['role'] ?? null, 'action' in path ? path.action : null]);
    for (const [role, action] of actions) assert.equal(action, role === 'observer' ? 'pass' : 'drop');
  });

  it('leaves a whole record that its schema takes', async () => {
    const plan = planOf(['paths=tcp,packet-recvfrom,tpacket-v3,xdp-count', 'search=false']);
    const { record, problems } = await run(plan);
    assert.deepEqual(problems, []);
    const read = RunRecord.parse(JSON.parse(JSON.stringify(record)));
    assert.ok(read.summary.every(({ status }) => status === 'measured'));
    const rowOf = (cell: string) => read.summary.find((row) => row.cell === cell);
    const paced = rowOf('packet-recvfrom frameBytes=64 packetsPerSecond=10000');
    assert.ok(paced !== undefined && paced.stages.length > 0 && paced.closure !== null);
    const spinning = rowOf('packet-recvfrom frameBytes=64 packetsPerSecond=10000 variant=spin');
    assert.deepEqual([spinning?.stages, spinning?.closure, spinning?.trials.probed], [[], null, 0]);
    const effects = read.comparisons.filter(({ metric }) => metric === 'observedBitsPerSecond');
    assert.ok(effects.length >= 4);
  });

  it('gives each worker a CPU that is not the sender’s', async () => {
    const plan = planOf(
      ['paths=tpacket-v3', 'search=false', 'observe=false', 'receiverCpu=3', 'senderCpu=0'],
      [0, 1, 2, 3],
    );
    const { executor } = await run(plan);
    const cpus = executor.specs.map(({ path, workerCpus }) => [path.name === 'tpacket-v3' && path.workers, workerCpus]);
    assert.ok(cpus.some(([workers]) => workers === 2));
    for (const [workers, own] of cpus) assert.deepEqual(own, workers === 2 ? [3, 1] : [3]);
  });

  it('says why a path cannot be had, and measures the others', async () => {
    const onTrial = ({ path }: TrialSpec): void => {
      if (path.name === 'af-xdp' && path.mode === 'native-zero-copy') throw notPossible('bind: EOPNOTSUPP');
    };
    const plan = planOf(['paths=packet-recvfrom,af-xdp', 'maxPacketsPerSecond=20000']);
    const { record, problems, notes, executor } = await run(plan, { onTrial });
    assert.deepEqual(problems, []);
    const rows = record?.summary ?? [];
    const skipped = rows.filter(({ status }) => status === 'skipped');
    assert.deepEqual(
      [...new Set(skipped.map(({ params, reason }) => `${String(params['variant'])}: ${String(reason)}`))],
      ['native-zero-copy: bind: EOPNOTSUPP'],
    );
    assert.ok(rows.length > skipped.length);
    assert.equal(notes.filter((note) => note.includes('not possible here')).length, skipped.length);
    const asked = executor.specs.filter(({ path }) => path.name === 'af-xdp' && path.mode === 'native-zero-copy');
    assert.equal(asked.length, skipped.length, 'each cell asks once, the search not at all');
    const search = record?.searches.find(({ params }) => params['variant'] === 'native-zero-copy');
    assert.deepEqual([search?.status, search?.reason], ['skipped', 'bind: EOPNOTSUPP']);
  });

  it('is not possible where no path can be had', async () => {
    const onTrial = (): void => {
      throw notPossible('no AF_XDP here');
    };
    const { record, problems } = await run(planOf(['paths=af-xdp']), { onTrial });
    assert.deepEqual(
      problems.map((problem) => [(problem as { exitCode?: number }).exitCode, problem.message]),
      [[4, 'this machine can give none of what was asked: no AF_XDP here']],
    );
    assert.ok(record?.summary.every(({ status }) => status === 'skipped'));
  });

  it('finds each path’s loss-free rate, its trials interleaved and kept apart from the others', async () => {
    const capacity = 123_000;
    const plan = planOf(['paths=udp,packet-recvfrom', 'saturate=false', 'observe=false']);
    const { record } = await run(plan, { tamper: withCapacity(capacity) });
    const searches = record?.searches ?? [];
    assert.equal(searches.length, 3);
    for (const { status, goals, trials } of searches) {
      assert.equal(status, 'measured');
      assert.ok(trials > 3);
      for (const { name, lower, upper, regular, reason } of goals) {
        assert.ok(regular && lower !== null && upper !== null, `${name}: ${String(reason)}`);
        assert.ok(lower.packetsPerSecond <= capacity * 1.01 && upper.packetsPerSecond >= capacity, name);
      }
    }
    const searched = record?.trials.filter(({ purpose }) => purpose === 'search') ?? [];
    assert.equal(
      searched.length,
      searches.reduce((sum, { trials }) => sum + trials, 0),
    );
    const steps = new Set(searched.map(({ round }) => round));
    for (const step of steps) {
      const cells = searched.filter(({ round }) => round === step).map(({ cell }) => cell);
      assert.equal(new Set(cells).size, cells.length, 'one trial a path and step');
    }
    for (const row of record?.summary ?? []) assert.ok(row.trials.unprobed <= plan.rounds, 'no search trial in a row');
  });

  it('takes a search whose trials keep failing for unanswered', async () => {
    const tamper = (result: TrialResult, { generator }: TrialSpec): TrialResult =>
      generator.method === 'af-xdp' ? { ...result, reader: { ...result.reader, packets: 1 } } : result;
    const plan = planOf(['paths=udp', 'saturate=false', 'observe=false']);
    const { record } = await run(plan, { tamper });
    const [search] = record?.searches ?? [];
    assert.equal(search?.status, 'skipped');
    assert.match(search.reason ?? '', /too many invalid trials, the last one: ledger/);
    assert.deepEqual(search.goals, []);
  });
});
