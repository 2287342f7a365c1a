import { readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { failure } from '../errors.js';
import { executorOver } from '../executor/executor.js';
import type { Executor } from '../executor/executor.js';
import type { TrialResult, TrialSpec } from '../executor/contract.js';
import type { Testbed, TestbedCounters } from '../testbed/testbed.js';
import type { Environment } from '../../reports/record.js';
import { cardDrivers } from './cards.js';
import { emulatorPlan, emulatorPlugin, readEmulatorAccount } from './emulator/emulator.js';
import { hasAddresses } from './emulator/symbols.js';
import { remembered } from './facts.js';
import type { CountedTrial, GuestCall } from './guest/calls.js';
import { savedTestbed, startSaved } from './saved-guests.js';
import type { GuestTools, SavedGuest } from './saved-guests.js';
import type { Lab } from './lab.js';

/**
 * Several boots of one guest that take turns. Each trial has a machine of its own that goes on from the saved state, with
 * the trial already in the guest's port when its clock begins to run: so a trial is the same each time, whatever was measured
 * before it and whatever the host does meanwhile. Nothing else is asked of that machine, and it ends with its answer.
 */
export class RestoredLab implements Lab {
  private current = 0;
  /** Counters after the trial before, until they are asked for. */
  private counted: TestbedCounters | null = null;
  private starts = 0;
  /** The file that tells the emulator where a boot's functions lie, made once. */
  private readonly plans = new Map<SavedGuest, Promise<string>>();

  constructor(
    private readonly tools: GuestTools,
    private readonly boots: readonly SavedGuest[],
    private readonly systemMap: string | null,
  ) {}

  get executor(): Executor {
    return {
      ...executorOver(
        (call) => this.fact(call),
        () => Promise.resolve(),
      ),
      runTrial: (spec) => this.runTrial(spec),
      beginRound: (round) => {
        this.current = round % this.boots.length;
      },
    };
  }

  /** Before a trial its counters are those that the guest was saved with. */
  get testbed(): Testbed {
    return savedTestbed(
      () => this.boot,
      async () => {
        const after = this.counted;
        this.counted = null;
        return after ?? this.fact<TestbedCounters>({ name: 'testbedCounters', arguments: [] });
      },
    );
  }

  environment(libraries: Record<string, string>): Promise<Environment> {
    return this.fact({ name: 'environment', arguments: [libraries] });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private get boot(): SavedGuest {
    const boot = this.boots[this.current];
    if (boot === undefined) throw failure('no such boot');
    return boot;
  }

  /** The saved guest answers alike each time, so it is asked once and for all. */
  private fact<T>(call: GuestCall): Promise<T> {
    return remembered(this.boot.folder, call, () => this.ask<T>(call));
  }

  /** An unprobed trial is the emulator's to count. */
  private async runTrial(spec: TrialSpec): Promise<TrialResult> {
    const counting = spec.probes === null;
    const call: GuestCall = { name: 'runTrialAndCount', arguments: [{ ...spec, emulator: counting }] };
    this.counted = null;
    if (!counting) return this.take(await this.ask<CountedTrial>(call));
    const account = join(this.tools.scratch, 'account.json');
    await rm(account, { force: true });
    const result = this.take(await this.ask<CountedTrial>(call, await this.emulator(account)));
    return { ...result, emulator: await readEmulatorAccount(account) };
  }

  private take({ result, counters }: CountedTrial): TrialResult {
    this.counted = counters;
    return result;
  }

  /** @returns text behind QEMU's -plugin */
  private async emulator(account: string): Promise<string> {
    const { boot } = this;
    const planned = this.plans.get(boot) ?? this.writePlan(boot);
    this.plans.set(boot, planned);
    return `${emulatorPlugin()},plan=${await planned},out=${account}`;
  }

  private async writePlan({ symbols: told, plan }: SavedGuest): Promise<string> {
    const symbols = hasAddresses(told) || this.systemMap === null ? told : await readFile(this.systemMap, 'utf8');
    const file = join(this.tools.scratch, `emulator-${String(plan.boot)}.plan`);
    await writeFile(file, emulatorPlan(symbols, Object.values(cardDrivers(plan.spec.card))).text);
    return file;
  }

  private async ask<T>(call: GuestCall, plugin?: string): Promise<T> {
    const guest = await startSaved(this.boot, `guest-${String(this.starts++)}`, this.tools, plugin);
    try {
      const answer = guest.call<T>(call);
      // it may be over before it was let go on
      answer.catch(() => undefined);
      await guest.machine.settled();
      await guest.machine.goOn();
      const value = await answer;
      // nobody asks for the console of one that did what it was told
      await rm(dirname(guest.machine.consoleLog), { recursive: true, force: true });
      return value;
    } finally {
      await guest.quit();
    }
  }
}
