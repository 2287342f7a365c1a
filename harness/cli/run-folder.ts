import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { failure, usageError } from '../errors.js';
import { explainIo, writeFileAtomic } from '../../reports/atomic-file.js';
import { RECORD_FILE } from '../../reports/record-io.js';

/** Room for the record and the report of a quick run; a longer one needs more, but a full disk shows at once. */
const roomBytes = 1024 * 1024;

/** The folder of one run. */
export class RunFolder {
  private constructor(
    readonly path: string,
    /** The outermost folder that had to be made; undefined when all were there. */
    private readonly made: string | undefined,
  ) {}

  /**
   * Makes the folder, or takes one that is there, and tries whether a record can be written in it.
   * @throws PktpathError (usage) when it holds a record already; (failed) when it cannot be made or written to
   */
  static prepare(path: string): RunFolder {
    const folder = resolve(path);
    if (existsSync(join(folder, RECORD_FILE))) {
      throw usageError(`${folder} holds a record already`, 'name another folder with --out, or remove that one');
    }
    let made: string | undefined;
    try {
      made = makeFolders(folder);
    } catch (error) {
      const { reason, hint } = explainIo(error);
      throw failure(`cannot make the folder ${folder}: ${reason}`, hint, error);
    }
    const result = new RunFolder(folder, made);
    try {
      result.tryRoom();
    } catch (error) {
      result.discardIfEmpty();
      throw error;
    }
    return result;
  }

  /**
   * Takes the folder of a run that goes on, and tries whether its record can be written anew.
   * @throws PktpathError (failed) when it cannot be written to
   */
  static reopen(path: string): RunFolder {
    const result = new RunFolder(resolve(path), undefined);
    result.tryRoom();
    return result;
  }

  private tryRoom(): void {
    const trial = join(this.path, '.room');
    writeFileAtomic(trial, new Uint8Array(roomBytes));
    rmSync(trial);
  }

  /** Removes what was made for a run that left nothing in it. */
  discardIfEmpty(): void {
    if (this.made === undefined) return;
    try {
      for (let folder = this.path; folder.length >= this.made.length; folder = dirname(folder)) rmdirSync(folder);
    } catch {
      // It is not empty, so it is to stay.
    }
  }
}

/**
 * mkdir -p. Node's own recursive one tells ENOENT of a file system that is read-only.
 * @returns the outermost folder that was made; undefined when all were there
 */
function makeFolders(folder: string): string | undefined {
  if (existsSync(folder) && statSync(folder).isDirectory()) return undefined;
  const parent = dirname(folder);
  const outermost = parent === folder ? undefined : makeFolders(parent);
  mkdirSync(folder);
  return outermost ?? folder;
}

/** Names a run, and what it makes on the machine. */
export function newRunId(experiment: string): string {
  return `${experiment}-${timeStamp(new Date())}-${randomBytes(2).toString('hex')}`;
}

/** ./results/table1-20251123-194500, in local time. */
export function defaultFolder(experiment: string, now: Date): string {
  return join('results', `${experiment}-${timeStamp(now)}`);
}

/** YYYYMMDD-HHMMSS in local time. */
function timeStamp(now: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${String(now.getFullYear())}${two(now.getMonth() + 1)}${two(now.getDate())}`;
  return `${day}-${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`;
}
