import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failure } from '../errors.js';
import { executorOver } from '../executor/executor.js';
import type { Executor } from '../executor/executor.js';
import type { TrialResult, TrialSpec } from '../executor/contract.js';
import type { Testbed, TestbedCounters, TestbedOptions } from '../testbed/testbed.js';
import type { Environment } from '../../reports/record.js';
import { cardDefinitions } from './cards.js';
import type { Card } from './cards.js';
import { emulatorPlan, emulatorPlugin, readEmulatorAccount } from './emulator/emulator.js';
import type { Guest } from './guest.js';
import type { TestbedDescription } from './guest/calls.js';
import { savedGuest, startSaved } from './saved-guests.js';
import type { GuestPlan, SavedGuest } from './saved-guests.js';

export interface LabOptions {
  /** A boot each; trials of round r run on the boot r mod their number. */
  guests: readonly GuestPlan[];
  card: Card;
  /** Count instructions, with the emulator as referee. */
  exact: boolean;
  cache: string;
  /** For console logs, which stay, and for what the emulator reads and writes. */
  scratch: string;
  tell(step: string): void;
  signal: AbortSignal;
}

interface Place {
  guest: Guest;
  /** Where the emulator leaves its account; null without it. */
  account: string | null;
  testbed: TestbedDescription | null;
}

/** Several boots of one guest that take turns. To a run they are one executor and one testbed. */
export class Lab {
  private current = 0;

  private constructor(
    private readonly options: LabOptions,
    private readonly places: readonly Place[],
    readonly kernelRelease: string,
    /** QEMU's command line of the first boot. */
    readonly qemuArguments: readonly string[],
  ) {}

  /** @throws PktpathError (failed) when a guest does not boot; (not possible) without QEMU; nothing is left running */
  static async start(options: LabOptions): Promise<Lab> {
    const places: Place[] = [];
    await mkdir(options.scratch, { recursive: true });
    try {
      // at once: booting is what takes long, and each takes one CPU
      const saved = await settleAll(options.guests.map((plan) => savedGuest(plan, options)));
      for (const [index, guest] of saved.entries()) {
        places.push(await startPlace(guest, `guest-${String(index)}`, options));
      }
      const [first] = saved;
      const [place] = places;
      if (first === undefined || place === undefined) throw failure('a lab needs a guest');
      return new Lab(options, places, first.kernelRelease, place.guest.machine.commandLine);
    } catch (error) {
      await Promise.all(places.map(({ guest }) => guest.quit()));
      throw error;
    }
  }

  get executor(): Executor {
    return {
      ...executorOver(
        (call) => this.place.guest.call(call),
        () => Promise.resolve(),
      ),
      runTrial: (spec) => this.runTrial(spec),
      beginRound: (round) => {
        this.current = round % this.places.length;
      },
    };
  }

  /** Brings the testbed up in every guest; what it tells is of the guest whose turn it is. */
  async bringUpTestbed(options: TestbedOptions): Promise<Testbed> {
    const { card } = this.options;
    for (const place of this.places) {
      place.testbed = await place.guest.call<TestbedDescription>({
        name: 'bringUpTestbed',
        arguments: [card, options],
      });
    }
    const described = (): TestbedDescription => {
      const { testbed } = this.place;
      if (testbed === null) throw failure('the guest has no testbed');
      return testbed;
    };
    return {
      get receiver() {
        return described().receiver;
      },
      get sender() {
        return described().sender;
      },
      isolation: options.isolation,
      counters: () => this.place.guest.call<TestbedCounters>({ name: 'testbedCounters', arguments: [] }),
      describe: () => described().record,
      // the guests are thrown away as they stand
      down: () => Promise.resolve(),
    };
  }

  environment(libraries: Record<string, string>): Promise<Environment> {
    return this.place.guest.call({ name: 'environment', arguments: [libraries] });
  }

  /** Ends every guest; safe to call twice. */
  async close(): Promise<void> {
    await Promise.all(this.places.map(({ guest }) => guest.quit()));
  }

  private get place(): Place {
    const place = this.places[this.current];
    if (place === undefined) throw failure('no such boot');
    return place;
  }

  /** An unprobed trial is the emulator's to count. */
  private async runTrial(spec: TrialSpec): Promise<TrialResult> {
    const { guest, account } = this.place;
    const emulator = account !== null && spec.probes === null;
    if (account !== null) await rm(account, { force: true });
    const result = await guest.call<TrialResult>({ name: 'runTrial', arguments: [{ ...spec, emulator }] });
    return emulator ? { ...result, emulator: await readEmulatorAccount(account) } : result;
  }
}

async function startPlace(saved: SavedGuest, name: string, tools: LabOptions & { scratch: string }): Promise<Place> {
  if (!tools.exact) return { guest: await startSaved(saved, name, tools), account: null, testbed: null };
  const { text } = emulatorPlan(saved.symbols, { driver: cardDefinitions[tools.card].driver });
  const spec = join(tools.scratch, `${name}.scopes`);
  const account = join(tools.scratch, `${name}.account.json`);
  await writeFile(spec, text);
  const guest = await startSaved(saved, name, tools, `${emulatorPlugin()},plan=${spec},out=${account}`);
  return { guest, account, testbed: null };
}

/** Waits for all of them, so that none still runs while another's failure is cleaned up. */
async function settleAll<T>(promises: Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(promises);
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}
