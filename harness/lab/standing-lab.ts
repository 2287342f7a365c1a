import { failure } from '../errors.js';
import { executorOver } from '../executor/executor.js';
import type { Executor } from '../executor/executor.js';
import type { Call } from '../executor/messages.js';
import type { Testbed, TestbedCounters } from '../testbed/testbed.js';
import type { Environment } from '../../reports/record.js';
import { remembered } from './facts.js';
import type { Guest } from './guest.js';
import { savedTestbed, startSaved } from './saved-guests.js';
import type { GuestTools, SavedGuest } from './saved-guests.js';
import type { Lab } from './lab.js';

/** One guest that goes on running, as a machine would: for time that is measured. */
export class StandingLab implements Lab {
  private constructor(
    private readonly saved: SavedGuest,
    private readonly guest: Guest,
  ) {}

  /** @param saved a single boot */
  static async start(tools: GuestTools, saved: readonly SavedGuest[]): Promise<StandingLab> {
    const [first] = saved;
    if (first === undefined) throw failure('there is no guest to start');
    const guest = await startSaved(first, 'guest', tools);
    await guest.machine.goOn();
    return new StandingLab(first, guest);
  }

  get executor(): Executor {
    return executorOver(
      (call) => this.call(call),
      () => Promise.resolve(),
    );
  }

  get testbed(): Testbed {
    return savedTestbed(
      () => this.saved,
      () => this.guest.call<TestbedCounters>({ name: 'testbedCounters', arguments: [] }),
    );
  }

  environment(libraries: Record<string, string>): Promise<Environment> {
    return this.guest.call({ name: 'environment', arguments: [libraries] });
  }

  async close(): Promise<void> {
    await this.guest.quit();
  }

  private call<T>(call: Call): Promise<T> {
    const ask = (): Promise<T> => this.guest.call<T>(call);
    return call.name === 'detectPrograms' ? remembered(this.saved.folder, call, ask) : ask();
  }
}
