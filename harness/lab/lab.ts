import { mkdir } from 'node:fs/promises';
import type { Executor } from '../executor/executor.js';
import { settleAll } from '../settle-all.js';
import type { Testbed } from '../testbed/testbed.js';
import type { Environment } from '../../reports/record.js';
import { RestoredLab } from './restored-lab.js';
import { savedGuest } from './saved-guests.js';
import type { GuestPlan, GuestTools } from './saved-guests.js';
import { StandingLab } from './standing-lab.js';

export interface LabOptions extends GuestTools {
  /** A boot each; trials of round r run on the boot r mod their number. */
  guests: readonly GuestPlan[];
  /** Count instructions, with the emulator as referee. */
  exact: boolean;
  /** The kernel's System.map, for one that does not tell where its functions lie; null: there is none. */
  systemMap: string | null;
}

/** Guests that measure. To a run they are one executor and one testbed. */
export interface Lab {
  readonly executor: Executor;
  /** It was brought up before the guest was saved; what this tells is of the guest whose turn it is. */
  readonly testbed: Testbed;
  environment(libraries: Record<string, string>): Promise<Environment>;
  /** Ends every guest; safe to call twice. */
  close(): Promise<void>;
}

/** @throws PktpathError (failed) when a guest does not boot; (not possible) without QEMU; nothing is left running */
export async function startLab(options: LabOptions): Promise<Lab> {
  await mkdir(options.scratch, { recursive: true });
  // at once: booting is what takes long, and each takes one CPU
  const saved = await settleAll(options.guests.map((plan) => savedGuest(plan, options)));
  return options.exact ? new RestoredLab(options, saved, options.systemMap) : StandingLab.start(options, saved);
}
