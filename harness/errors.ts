/**
 * Exit codes of the command line. One meaning each, so that CI can tell a slow kernel from a broken run.
 */
export const ExitCode = {
  ok: 0,
  /** The measurement or the program failed. */
  failed: 1,
  /** Bad usage: an unknown word, a value out of range. */
  usage: 2,
  /** A regression was found. */
  regression: 3,
  /** Not possible on this machine: skipped, with the reason. */
  notPossible: 4,
  /** Two records, or a record and this machine, that cannot be compared. */
  cannotCompare: 5,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

export interface PktpathErrorOptions {
  exitCode: ExitCode;
  /** What to try next, one sentence. */
  hint?: string;
  cause?: unknown;
}

/**
 * An error whose message is meant for the user: what failed, on what, and why. `hint` says what to try next;
 * `exitCode` is what the command line leaves with.
 */
export class PktpathError extends Error {
  readonly exitCode: ExitCode;
  readonly hint: string | undefined;

  constructor(message: string, options: PktpathErrorOptions) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'PktpathError';
    this.exitCode = options.exitCode;
    this.hint = options.hint;
  }
}

/** Bad usage: exit code 2. */
export function usageError(message: string, hint?: string): PktpathError {
  return new PktpathError(message, { exitCode: ExitCode.usage, ...(hint === undefined ? {} : { hint }) });
}

/** Not possible on this machine: exit code 4. */
export function notPossible(message: string, hint?: string, cause?: unknown): PktpathError {
  return new PktpathError(message, {
    exitCode: ExitCode.notPossible,
    ...(hint === undefined ? {} : { hint }),
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Figures that must not stand beside each other: exit code 5. */
export function cannotCompare(message: string, hint?: string, cause?: unknown): PktpathError {
  return new PktpathError(message, {
    exitCode: ExitCode.cannotCompare,
    ...(hint === undefined ? {} : { hint }),
    ...(cause === undefined ? {} : { cause }),
  });
}

/** The measurement or the program failed: exit code 1. */
export function failure(message: string, hint?: string, cause?: unknown): PktpathError {
  return new PktpathError(message, {
    exitCode: ExitCode.failed,
    ...(hint === undefined ? {} : { hint }),
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Whatever was thrown, as an Error. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** The text of any thrown value, causes included, outermost first. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `: ${describeError(error.cause)}`;
  return `${error.message}${cause}`;
}
