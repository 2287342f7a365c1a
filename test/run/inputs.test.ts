import assert from 'node:assert/strict';
import { join } from 'node:path';
import { pathsExperiment } from '../../experiments/paths.js';
import { ExitCode, PktpathError } from '../../harness/errors.js';
import { performRun } from '../../harness/run/run.js';
import { planRun } from '../../harness/run/run-plan.js';
import { MockExecutor } from '../support/mock-executor.js';
import type { MockOptions } from '../support/mock-executor.js';
import { mockRun } from '../support/mock-run.js';

const never = new AbortController().signal;

/** A run of some settings, and whether it came as far as a testbed. */
async function run(settings: string[], options: MockOptions) {
  const request = { settings: ['seed=1', ...settings], quick: true, rounds: 1, durationSeconds: 0.1 };
  const executor = new MockExecutor(options);
  const mock = mockRun(executor);
  const { record, problems } = await performRun(planRun(pathsExperiment, request, [0, 1]), 'test', mock.tools, never);
  return { record, problems, events: mock.events, executor };
}

describe('what a user wrote, and only a library or a file can tell of', () => {
  it('is asked once for each filter and snaplen, of the cells and of the searches', async () => {
    const asked: string[] = [];
    const refuseFilter = (filter: string, snaplen: number): null => {
      asked.push(`${filter}, ${snaplen}`);
      return null;
    };
    const settings = ['paths=packet-recvfrom,libpcap,udp', 'filter=ip', 'saturate=false', 'maxPacketsPerSecond=20000'];
    const { problems } = await run(settings, { refuseFilter });
    assert.deepEqual(problems, []);
    assert.deepEqual(asked, ['ip, 262144']);
  });

  it('is not asked where there is no filter', async () => {
    const refuseFilter = (): never => assert.fail('there is none');
    assert.deepEqual((await run(['paths=packet-recvfrom,udp', 'search=false'], { refuseFilter })).problems, []);
  });

  it('is bad usage when libpcap refuses it, before anything is made', async () => {
    const refuseFilter = (filter: string): string => `cannot compile the filter '${filter}': syntax error`;
    const { record, problems, events, executor } = await run(['paths=libpcap', 'filter=((('], { refuseFilter });
    const [problem] = problems;
    assert.ok(problem instanceof PktpathError && problem.exitCode === ExitCode.usage);
    assert.equal(problem.message, "cannot compile the filter '(((': syntax error");
    assert.match(problem.hint ?? '', /pcap-filter\(7\)/);
    assert.deepEqual([record, events, executor.specs], [null, ['released'], []]);
  });

  it('fails, and blames nobody, when the measuring process ends over a filter', async () => {
    const ended = new PktpathError('the measuring process ended by SIGSEGV', { exitCode: ExitCode.failed });
    class Ending extends MockExecutor {
      private asked = false;
      override checkFilter(): Promise<void> {
        this.asked = true;
        return Promise.reject(ended);
      }
      override versions() {
        return this.asked ? Promise.reject(ended) : super.versions();
      }
    }
    const plan = planRun(
      pathsExperiment,
      { settings: ['paths=libpcap', 'filter=ip'], quick: true, rounds: 1, durationSeconds: 0.1 },
      [0, 1],
    );
    const { problems } = await performRun(plan, 'test', mockRun(new Ending()).tools, never);
    assert.deepEqual(problems, [ended]);
  });

  it('is bad usage when a filter is to look at another program’s frames', async () => {
    for (const sender of ['tcpreplay', 'trafgen']) {
      await assert.rejects(run(['paths=libpcap', 'filter=ip', `sender=${sender}`], {}), (error) => {
        assert.ok(error instanceof PktpathError && error.exitCode === ExitCode.usage);
        assert.ok(error.message.startsWith(`a filter does not go with sender ${sender}: `));
        return true;
      });
    }
    const paced = ['paths=libpcap', 'filter=ip', 'sender=tcpreplay', 'saturate=false', 'search=false'];
    assert.deepEqual((await run(paced, {})).problems, []);
  });

  for (const where of ['saturate=true', 'saturate=false']) {
    it(`is bad usage when a capture file cannot be replayed, before anything is made, ${where}`, async () => {
      const missing = join('/nonexistent', 'capture.pcap');
      const settings = ['paths=udp,libpcap', 'sender=tcpreplay', `pcap=${missing}`, where];
      const { record, problems, events, executor } = await run(settings, {});
      const [problem] = problems;
      assert.ok(problem instanceof PktpathError && problem.exitCode === ExitCode.usage);
      assert.ok(problem.message.includes(missing));
      assert.deepEqual([record, events, executor.specs], [null, ['released'], []]);
    });
  }
});
