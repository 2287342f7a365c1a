import assert from 'node:assert/strict';
import type { Context } from 'mocha';
import { setTimeout as delay } from 'node:timers/promises';
import { acquireRunLock } from '../../harness/clean/lock.js';
import type { RunLock } from '../../harness/clean/lock.js';
import { stageObjects } from '../../harness/doctor/probe-tiers.js';
import { PktpathError } from '../../harness/errors.js';
import type { ProgramFact } from '../../harness/executor/contract.js';
import type { Executor } from '../../harness/executor/executor.js';
import { startNativeExecutor } from '../../harness/executor/native.js';
import type { Testbed, VethIsolation } from '../../harness/testbed/testbed.js';
import { bringUpVeth } from '../../harness/testbed/veth.js';
import { isRoot, requireCapability } from '../support/capabilities.js';

/** Another run on the machine ends within a minute or so; a test does not wait longer for it. */
const lockPatienceMs = 90_000;
const lockEveryMs = 500;

/** One trial at a time on this machine, as for a run. @throws the last refusal after a minute and a half */
export async function takeTurn(): Promise<RunLock> {
  const deadline = Date.now() + lockPatienceMs;
  for (;;) {
    try {
      return await acquireRunLock();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await delay(lockEveryMs);
    }
  }
}

/** What a live test stands on: the process that measures, what this kernel can do, and a testbed. */
export class Setting {
  private constructor(
    readonly executor: Executor,
    /** What each object's programs do on this kernel, by the object's path. */
    private readonly facts: ReadonlyMap<string, ProgramFact[]>,
    readonly cpus: { receiverCpu: number; senderCpu: number },
    private readonly lock: RunLock,
  ) {}

  private testbeds: Testbed[] = [];

  /** From a `before` hook: skips its tests, by the name of what is missing, where nothing live can run. */
  static async open(context: Context): Promise<Setting> {
    context.timeout(lockPatienceMs + 30_000);
    requireCapability(context, 'root', isRoot);
    const executor = await startNativeExecutor();
    try {
      const [senderCpu, ...others] = await executor.allowedCpus();
      const receiverCpu = others.at(-1);
      if (senderCpu === undefined || receiverCpu === undefined) {
        requireCapability(context, 'two CPUs', false);
        throw new Error('unreachable');
      }
      const facts = new Map<string, ProgramFact[]>();
      for (const object of stageObjects) facts.set(object, await executor.detectPrograms(object, []));
      const works = facts.get(stageObjects[0] ?? '')?.find(({ program }) => program === 'sched_switch');
      requireCapability(context, 'tp_btf programs', works?.ok === true);
      const lock = await takeTurn();
      return new Setting(executor, facts, { receiverCpu, senderCpu }, lock);
    } catch (error) {
      await executor.close();
      throw error;
    }
  }

  factsOf(object: string): ProgramFact[] {
    return this.facts.get(object) ?? [];
  }

  /** A testbed of this test's own; all of them go with the setting, or before with `down`. */
  async bringUp(isolation: VethIsolation, mtu = 1500): Promise<Testbed> {
    const runId = `live-${String(process.pid)}-${String(this.testbeds.length)}`;
    const options = { runId, isolation, ...this.cpus, mtu };
    const testbed = await bringUpQuietly(() => bringUpVeth(options, (tid, cpu) => this.executor.setAffinity(tid, cpu)));
    this.testbeds.push(testbed);
    return testbed;
  }

  /** Removes the testbeds that are up. */
  async down(): Promise<void> {
    for (const testbed of this.testbeds) await testbed.down();
  }

  async close(): Promise<void> {
    await this.executor.close();
    await this.down();
    await this.lock.release();
  }
}

/** Opens a setting before a suite's tests and closes it after them. @returns what gives it to a test */
export function useSetting(): () => Setting {
  let setting: Setting | undefined;
  before(async function () {
    setting = await Setting.open(this);
  });
  after(() => setting?.close());
  return () => {
    assert.ok(setting !== undefined, 'the setting is open');
    return setting;
  };
}

/** A testbed that comes up elsewhere at the same moment has a NAPI thread of the same name: try again. */
async function bringUpQuietly(bringUp: () => Promise<Testbed>): Promise<Testbed> {
  const attempts = 4;
  for (let attempt = 1; ; attempt++) {
    try {
      return await bringUp();
    } catch (error) {
      const elsewhere = error instanceof PktpathError && error.hint === 'no other testbed may come up';
      if (attempt === attempts || !elsewhere) throw error;
      await delay(lockEveryMs);
    }
  }
}
