import assert from 'node:assert/strict';
import { inKernel } from '../../experiments/in-kernel.js';
import { PktpathError } from '../../harness/errors.js';
import type { TrialResult } from '../../harness/executor/contract.js';
import { performRun } from '../../harness/run/run.js';
import { planRun } from '../../harness/run/run-plan.js';
import type { RunPlan } from '../../harness/run/run-plan.js';
import { trialSpec } from '../../harness/run/trial-spec.js';
import type { Isolation } from '../../harness/testbed/testbed.js';
import { RunRecord } from '../../reports/record.js';
import { MockExecutor } from '../support/mock-executor.js';
import { mockRun, mockTestbed } from '../support/mock-run.js';

const never = new AbortController().signal;

function planOf(...settings: string[]): RunPlan {
  const request = { settings: ['seed=1', ...settings], quick: true, rounds: 2, durationSeconds: 0.1 };
  return planRun(inKernel, request, [0, 1]);
}

/** All packets of one flow, or some of them. */
const withFlows =
  (missed: number) =>
  (result: TrialResult): TrialResult => {
    const { packets, bytes } = result.reader;
    const between = { source: '198.18.0.2', sourcePort: 9000, destination: '198.18.0.1', destinationPort: 9000 };
    const each = [{ protocol: 17, ...between, packets: packets - missed, bytes }];
    return {
      ...result,
      reader: { ...result.reader, protocols: { udp: packets } },
      flows: { each, untracked: 0 },
    };
  };

async function run(plan: RunPlan, tamper: (result: TrialResult) => TrialResult) {
  const mock = mockRun(new MockExecutor({ tamper }));
  const { record, problems } = await performRun(plan, 'test', mock.tools, never);
  assert.ok(record !== null, problems.join());
  return { record: RunRecord.parse(record), problems };
}

describe('the experiment in-kernel', () => {
  it('gives every arm the same task and the same flows, and leaves their packets to the stack', () => {
    const { cells } = planOf('observe=false');
    assert.equal(new Set(cells.map(({ key }) => key)).size, cells.length);
    for (const { path, generator } of cells) {
      assert.ok('task' in path && path.task === 'flows', path.name);
      if ('action' in path) assert.equal(path.action, 'pass');
      assert.deepEqual([generator.traffic, generator.flows, generator.method], ['udp', 1000, 'af-xdp']);
    }
  });

  it('sends its packets to another host, as on a mirror port, but not to a card, which would turn them away', () => {
    const [cell] = planOf().cells;
    assert.ok(cell !== undefined);
    const options = { runId: 'a', receiverCpu: 1, senderCpu: 0, mtu: 1500 };
    const macOn = (isolation: Isolation): string => {
      const testbed = mockTestbed({ ...options, isolation }, () => Promise.resolve());
      return trialSpec(cell, testbed, null).receiver.mac;
    };
    assert.notEqual(macOn('napi-thread'), '02:70:6b:00:00:01');
    assert.equal(macOn('interrupt'), '02:70:6b:00:00:01');
  });

  it('looks on at a TCP transfer from every arm but AF_XDP, with its task', () => {
    const { cells, comparisons } = planOf('saturate=false', 'packetsPerSecond=10000');
    const observers = cells.filter(({ observed }) => observed !== undefined);
    assert.equal(observers.length, 7);
    assert.ok(observers.every(({ path }) => 'task' in path && path.task === 'flows'));
    assert.equal(comparisons.filter(({ metric }) => metric === 'observedBitsPerSecond').length, 7);
    const savings = comparisons.filter(({ metric }) => metric === 'cpuNsPerPacket');
    assert.equal(savings.length, 7, 'each arm against recvfrom');
    assert.ok(savings.every(({ base }) => base.startsWith('packet-recvfrom ')));
  });

  it('keeps of the flows what they sum to, and draws it', async () => {
    const { record, problems } = await run(planOf('arms=tc,recvfrom', 'observe=false'), withFlows(0));
    assert.deepEqual(problems, []);
    for (const { flows, reader } of record.trials) {
      assert.deepEqual(flows, { flows: 1, packets: reader.packets, bytes: reader.bytes, untracked: 0 });
    }
    assert.ok(inKernel.tables(record).some(({ id }) => id === 'counted'));
    assert.ok(inKernel.charts(record).length > 0);
    const [claim] = inKernel.claims?.(record) ?? [];
    assert.match(claim?.found ?? '', /tc-count 0\.0 \(0\.0 to 0\.0\) % at 400\.0|tc-count 0\.0/);
    for (const each of [record, { ...record, trials: [], summary: [], comparisons: [] }]) inKernel.terminalTables(each);
  });

  it('throws out a trial whose flows do not sum up to its packets', async () => {
    const plan = planOf('arms=tc', 'observe=false', 'packetsPerSecond=10000', 'saturate=false');
    const { record } = await run(plan, withFlows(1));
    assert.ok(record.trials.every(({ valid }) => !valid));
    assert.match(record.trials[0]?.invalidReasons.join() ?? '', /^flows: 999 packets in flows, 1000 of IPv4$/);
  });

  it('has in a guest one flow, paced, from a sender that every card knows', () => {
    const guest = { card: 'e1000', exact: true } as const;
    const request = { settings: [], quick: false, rounds: 2, durationSeconds: null, guest };
    const { cells } = planRun(inKernel, request, [0]);
    assert.equal(cells.length, 8);
    assert.ok(cells.every(({ generator }) => generator.method === 'sendto' && generator.flows === undefined));
  });

  for (const [setting, message] of [
    ['arms=xdp', /must be one of xdp native, xdp generic, tc/],
    ['task=bytes', /must be one of count, flows/],
    ['flows=16385', /from 1 to 16384/],
    ['sender=sendto', /sender sendto sends one flow/],
    ['action=keep', /must be one of pass, drop/],
  ] as const) {
    it(`refuses ${setting} with what may be given`, () => {
      assert.throws(
        () => planOf(setting),
        (error) => error instanceof PktpathError && error.exitCode === 2 && message.test(error.message),
      );
    });
  }
});
