import assert from 'node:assert/strict';
import { filterExperiment } from '../../experiments/filter.js';
import { PktpathError } from '../../harness/errors.js';
import type { TrialResult, TrialSpec } from '../../harness/executor/contract.js';
import { performRun } from '../../harness/run/run.js';
import { planRun } from '../../harness/run/run-plan.js';
import type { RunPlan } from '../../harness/run/run-plan.js';
import { filterClaims } from '../../reports/filter/claim.js';
import { lengthCrossings, shareCrossings } from '../../reports/filter/crossing-table.js';
import { filterCharts, filterTables } from '../../reports/filter/tables.js';
import { RunRecord } from '../../reports/record.js';
import { MockExecutor } from '../support/mock-executor.js';
import { mockRun } from '../support/mock-run.js';

const never = new AbortController().signal;

function planOf(settings: string[] = [], guest: Parameters<typeof planRun>[1]['guest'] = null): RunPlan {
  const request = { settings: ['seed=1', ...settings], quick: true, rounds: 2, durationSeconds: 0.1, guest };
  return planRun(filterExperiment, request, [0, 1]);
}

/** ns for each instruction, and for each packet that is copied. */
const costs = { user: 2, kernel: 0.5, copy: 800 } as const;

/** A kernel in which a packet costs as much as is said above, in the reader's return from its call. */
function withCosts(result: TrialResult, { path, generator }: TrialSpec): TrialResult {
  if (result.probes === null) return result;
  const sized = 'sizedFilter' in path ? path.sizedFilter : null;
  const copied = sized === null || sized.place === 'user' ? 1 : generator.wantedPercent / 100;
  const filtering = sized === null ? 0 : sized.instructions * costs[sized.place === 'user' ? 'user' : 'kernel'];
  const more = Math.round((copied * costs.copy + filtering) * result.generator.sent);
  const cpus = result.probes.cpus.map((cpu) => {
    const states = cpu.states.map((state) => {
      if (state.stage === 'syscall-return') return { ...state, ns: state.ns + more };
      return state.owner === 'idle' && cpu.states.length > 1 ? { ...state, ns: state.ns - more } : state;
    });
    return { ...cpu, states };
  });
  return { ...result, probes: { ...result.probes, cpus } };
}

/** Cells enough for every verdict. */
const few = ['places=none,user,cbpf', 'paths=packet-recvfrom'];

async function recordOf(plan: RunPlan, tamper = withCosts): Promise<RunRecord> {
  const mock = mockRun(new MockExecutor({ tamper }));
  const { record, problems } = await performRun(plan, 'test', mock.tools, never);
  assert.deepEqual(problems, []);
  return RunRecord.parse(JSON.parse(JSON.stringify(record)));
}

describe('the experiment filter', () => {
  it('plans shares with the first length, lengths at one share, and roads, each cell once', () => {
    const { cells } = planOf(['wantedPercent=0,50,100', 'instructions=3,128', 'paths=packet-recvfrom,sock-packet']);
    assert.equal(new Set(cells.map(({ key }) => key)).size, cells.length);
    // six places at three shares, five of them once more at another length, two on the other road at three shares
    assert.equal(cells.length, 6 * 3 + 5 + 2 * 3);
    for (const { path, generator, params } of cells) {
      assert.ok('sizedFilter' in path);
      assert.equal(path.sizedFilter?.place ?? 'none', params['place']);
      assert.equal(path.sizedFilter?.instructions, params['instructions']);
      assert.equal(generator.wantedPercent, params['wantedPercent']);
      assert.equal(generator.packetsPerSecond, 20_000);
    }
  });

  it('has cells for a guest, without native XDP', () => {
    const { cells } = planOf([], { card: 'i82557c', exact: true });
    assert.ok(cells.length > 0);
    assert.ok(cells.every(({ params }) => params['place'] !== 'xdp-native' && params['packetsPerSecond'] === 1000));
  });

  it('refuses what there is not', () => {
    const settings = ['instructions=0', 'instructions=100000', 'wantedPercent=101', 'wantedPercent=-1', 'places=tc'];
    for (const setting of [...settings, 'sender=live-redirect', 'paths=libpcap', 'lengthsPercent=x', 'sender=sendto']) {
      assert.throws(
        () => planOf([setting]),
        (error) => error instanceof PktpathError && error.exitCode === 2 && error.message.includes(setting),
        setting,
      );
    }
  });

  it('leaves a record from which tables and charts can be drawn, also where nothing is wanted', async () => {
    const record = await recordOf(planOf(['places=none,cbpf,ebpf', 'paths=sock-packet']));
    assert.ok(record.summary.every(({ status }) => status === 'measured'));
    const nothing = record.summary.find(({ params }) => params['wantedPercent'] === 0 && params['place'] === 'cbpf');
    assert.deepEqual([nothing?.ledger?.delivered, nothing?.ledger?.unexplained], [0, 0]);
    assert.equal(nothing?.metrics['syscallsPerPacket'], undefined);
    assert.ok(filterTables(record).every(({ columns }) => columns.length > 1));
    assert.equal(filterCharts(record).length, 4);
  });

  it('finds where the lines cross', async () => {
    const record = await recordOf(planOf(['instructions=3,512', 'lengthsPercent=80', 'wantedPercent=0,100', ...few]));
    const cellsOf = (rows: ReturnType<typeof shareCrossings>['rows'], filter: string, against: string) =>
      rows.find((row) => row.kind === 'body' && row.cells['filter'] === filter && row.cells['against'] === against);
    const byLength = lengthCrossings(record).rows;
    const found = cellsOf(byLength, 'cBPF of the socket', 'no filter');
    assert.ok(found?.kind === 'body');
    // a fifth of the copies is what instructions may cost at most
    const expected = (0.2 * costs.copy) / costs.kernel;
    const { crossing } = found.cells;
    assert.ok(typeof crossing === 'object' && crossing !== null && 'value' in crossing);
    assert.ok(Math.abs(crossing.value - expected) < 1, String(crossing.value));
    const reader = cellsOf(byLength, 'cBPF of the socket', 'in the reader');
    assert.equal(reader?.kind === 'body' && reader.cells['crossing'], 'all: no crossing up to 512');
    const byShare = cellsOf(shareCrossings(record).rows, 'in the reader', 'no filter');
    assert.equal(byShare?.kind === 'body' && byShare.cells['crossing'], 'none: never pays');
  });

  it('judges the article’s claim by what it finds', async () => {
    const [claim] = filterClaims(await recordOf(planOf(few)));
    assert.equal(claim?.verdict, 'no longer holds');
    const alike = await recordOf(planOf(few), (result) => result);
    assert.equal(filterClaims(alike)[0]?.verdict, 'not measured');
    const without = await recordOf(planOf(['places=none,user', 'paths=packet-recvfrom']));
    assert.equal(filterClaims(without)[0]?.verdict, 'not measured');
  });

  it('does not take a trial in which a filter wants less than it should', async () => {
    const mock = mockRun(
      new MockExecutor({
        tamper: (result, { path }) =>
          'sizedFilter' in path && path.sizedFilter?.place === 'ebpf'
            ? { ...result, reader: { ...result.reader, packets: Math.max(0, result.reader.packets - 1) } }
            : result,
      }),
    );
    const { record } = await performRun(planOf(['places=ebpf', 'wantedPercent=50']), 'test', mock.tools, never);
    assert.ok(
      record?.trials.every(({ valid, invalidReasons }) => !valid && /ledger: 1 packets/.test(invalidReasons[0] ?? '')),
    );
  });
});
