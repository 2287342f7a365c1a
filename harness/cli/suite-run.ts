import { relative, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { RunLockHeld } from '../clean/lock.js';
import { asError, usageError } from '../errors.js';
import type { GuestTarget } from '../lab/target.js';
import { targetName } from '../lab/target.js';
import { isSuite, writeSuite } from '../../reports/suite-file.js';
import type { SuiteMember } from '../../reports/suite-file.js';
import type { RunRecord } from '../../reports/record.js';
import { exitCodeOf, tell, tellError } from './output.js';
import { drawSuite } from './suite-page.js';

/** A run of a suite, before it is made. */
interface Planned {
  experiment: string;
  target: GuestTarget | null;
  /** Where its record and its report go. */
  folder: string;
}

const notReached = 'the suite was ended before it';

/** Another run that came in between two of the suite's ends within minutes; the rest should not be lost to it. */
const patience = { forMs: 600_000, everyMs: 1000 };

/**
 * A suite under way: a run that fails is told, and does not end the rest. Its folder has the list of its runs from the
 * beginning, so that the page can be drawn whenever it ends.
 */
export class SuiteRun {
  private readonly members: Map<string, SuiteMember>;
  private readonly folder: string;

  /**
   * @param resumed it goes on in its own folder
   * @throws PktpathError (usage) when the folder holds a suite already
   */
  constructor(
    private readonly name: string,
    folder: string,
    runs: readonly Planned[],
    resumed = false,
    private readonly waiting = patience,
  ) {
    this.folder = resolve(folder);
    if (!resumed && isSuite(this.folder)) {
      throw usageError(`${this.folder} holds a suite already`, 'name another folder with --out, or remove that one');
    }
    this.members = new Map(
      runs.map(({ experiment, target, folder: own }) => [
        own,
        {
          experiment,
          kernel: target === null ? null : targetName(target),
          folder: relative(this.folder, resolve(own)),
          reason: notReached,
        },
      ]),
    );
  }

  /**
   * Makes one of the runs, after another one on this machine where that is measuring.
   * @param folder where it goes, as planned
   * @returns its record; null when a signal ended it, undefined when it failed
   */
  async make(folder: string, run: () => Promise<RunRecord | null>): Promise<RunRecord | null | undefined> {
    this.note(folder, notReached);
    try {
      const record = await this.inTurn(run);
      this.note(folder, record === null ? 'it was interrupted' : null);
      return record;
    } catch (error) {
      const { message } = asError(error);
      tellError(error);
      process.exitCode ??= exitCodeOf(error);
      this.note(folder, message);
      return undefined;
    }
  }

  private async inTurn<T>(run: () => Promise<T>): Promise<T> {
    const deadline = Date.now() + this.waiting.forMs;
    for (let told = false; ; told = true) {
      try {
        return await run();
      } catch (error) {
        if (!(error instanceof RunLockHeld) || Date.now() > deadline) throw error;
        if (!told) tell(`waiting: ${error.message}`);
        await delay(this.waiting.everyMs);
      }
    }
  }

  /** Draws the page of what there is. */
  async end(json: boolean): Promise<void> {
    await drawSuite(this.folder, json);
  }

  private note(folder: string, reason: string | null): void {
    const member = this.members.get(folder);
    if (member !== undefined) member.reason = reason;
    writeSuite({ suite: this.name, members: [...this.members.values()] }, this.folder);
  }
}
