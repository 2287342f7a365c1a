import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { failure, notPossible } from '../errors.js';
import { executorOver } from '../executor/executor.js';
import type { Executor } from '../executor/executor.js';
import type { Call } from '../executor/messages.js';
import type { TrialResult, TrialSpec } from '../executor/contract.js';
import { settleAll } from '../settle-all.js';
import { plainReception } from '../testbed/reception.js';
import type { Testbed, TestbedCounters } from '../testbed/testbed.js';
import type { Environment } from '../../reports/record.js';
import { cardDefinitions } from './cards.js';
import { emulatorPlan, emulatorPlugin, readEmulatorAccount } from './emulator/emulator.js';
import { remembered } from './facts.js';
import type { Guest } from './guest.js';
import { savedGuest, startSaved } from './saved-guests.js';
import type { GuestPlan, GuestTools, SavedGuest } from './saved-guests.js';

export interface LabOptions extends GuestTools {
  /** A boot each; trials of round r run on the boot r mod their number. */
  guests: readonly GuestPlan[];
  /** Count instructions, with the emulator as referee. */
  exact: boolean;
}

/** One boot of the guest, started as often as is needed from the state that was saved. */
interface Place {
  saved: SavedGuest;
  guest: Guest;
  /** The same state again, with the emulator looking on: slower, so only what it is to count runs there. */
  referee: { guest: Guest; account: string } | null;
}

/** Several boots of one guest that take turns. To a run they are one executor and one testbed. */
export class Lab {
  private current = 0;
  private awake: Guest | null = null;

  private constructor(
    private readonly options: LabOptions,
    private readonly places: readonly Place[],
  ) {}

  /** @throws PktpathError (failed) when a guest does not boot; (not possible) without QEMU; nothing is left running */
  static async start(options: LabOptions): Promise<Lab> {
    const started: Guest[] = [];
    await mkdir(options.scratch, { recursive: true });
    try {
      // at once: booting is what takes long, and each takes one CPU
      const saved = await settleAll(options.guests.map((plan) => savedGuest(plan, options)));
      const places: Place[] = [];
      for (const [index, guest] of saved.entries()) {
        places.push(await startPlace(guest, `guest-${String(index)}`, options, started));
      }
      return new Lab(options, places);
    } catch (error) {
      await Promise.all(started.map((guest) => guest.quit()));
      throw error;
    }
  }

  get executor(): Executor {
    return {
      ...executorOver(
        (call) => this.call(call),
        () => Promise.resolve(),
      ),
      runTrial: (spec) => this.runTrial(spec),
      beginRound: (round) => {
        this.current = round % this.places.length;
      },
    };
  }

  /** It was brought up before the guest was saved; what this tells is of the guest whose turn it is. */
  get testbed(): Testbed {
    const described = (): SavedGuest['testbed'] => this.place.saved.testbed;
    return {
      get receiver() {
        return described().receiver;
      },
      get sender() {
        return described().sender;
      },
      isolation: this.place.saved.plan.testbed.isolation,
      arrange: (reception) => {
        const own = plainReception(this.place.saved.plan.testbed.isolation);
        if (isDeepStrictEqual(reception, own)) return Promise.resolve();
        return Promise.reject(notPossible('a guest takes packets in as it was booted to', 'leave out --set arms'));
      },
      counters: async () => {
        const guest = this.awake ?? this.place.guest;
        await this.wake(guest);
        return guest.call<TestbedCounters>({ name: 'testbedCounters', arguments: [] });
      },
      describe: () => described().record,
      // the guests are thrown away as they stand
      down: () => Promise.resolve(),
    };
  }

  async environment(libraries: Record<string, string>): Promise<Environment> {
    const { guest } = this.place;
    await this.wake(guest);
    return guest.call({ name: 'environment', arguments: [libraries] });
  }

  /** Ends every guest; safe to call twice. */
  async close(): Promise<void> {
    const all = this.places.flatMap(({ guest, referee }) => [guest, ...(referee === null ? [] : [referee.guest])]);
    await Promise.all(all.map((guest) => guest.quit()));
  }

  private get place(): Place {
    const place = this.places[this.current];
    if (place === undefined) throw failure('no such boot');
    return place;
  }

  /** What a guest answers to these is the same each time, so it is asked once and for all. */
  private async call<T>(call: Call): Promise<T> {
    const { guest, saved } = this.place;
    const ask = async (): Promise<T> => {
      await this.wake(guest);
      return guest.call<T>(call);
    };
    const { exact } = this.options;
    const fixed = call.name === 'detectPrograms' || (exact && call.name === 'calibrate');
    return fixed ? remembered(saved.folder, call, ask) : ask();
  }

  /** One guest runs at a time; the others stand still, and take no CPU from it. */
  private async wake(guest: Guest): Promise<void> {
    if (this.awake === guest) return;
    await this.awake?.machine.pause();
    await guest.machine.goOn();
    this.awake = guest;
  }

  /** An unprobed trial is the emulator's to count. */
  private async runTrial(spec: TrialSpec): Promise<TrialResult> {
    const { guest, referee } = this.place;
    const counting = spec.probes === null ? referee : null;
    const runner = counting?.guest ?? guest;
    await this.wake(runner);
    if (counting !== null) await rm(counting.account, { force: true });
    const trial = { ...spec, emulator: counting !== null };
    const result = await runner.call<TrialResult>({ name: 'runTrial', arguments: [trial] });
    return counting === null ? result : { ...result, emulator: await readEmulatorAccount(counting.account) };
  }
}

async function startPlace(saved: SavedGuest, name: string, options: LabOptions, started: Guest[]): Promise<Place> {
  const start = async (as: string, plugin?: string): Promise<Guest> => {
    const guest = await startSaved(saved, as, options, plugin);
    started.push(guest);
    return guest;
  };
  const guest = await start(name);
  if (!options.exact) return { saved, guest, referee: null };
  const { text } = emulatorPlan(saved.symbols, { driver: cardDefinitions[saved.plan.spec.card].driver });
  const plan = join(options.scratch, `${name}.plan`);
  const account = join(options.scratch, `${name}.account.json`);
  await writeFile(plan, text);
  const referee = await start(`${name}-referee`, `${emulatorPlugin()},plan=${plan},out=${account}`);
  return { saved, guest, referee: { guest: referee, account } };
}
