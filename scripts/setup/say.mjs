// SPDX-License-Identifier: GPL-2.0-only

/** An end of the set-up that is told to the user as it is, without a stack. */
export class SetupError extends Error {
  /**
   * @param {string} message
   * @param {number} exitCode 1: a step failed; 2: bad usage; 4: not possible on this machine
   */
  constructor(message, exitCode) {
    super(message);
    this.name = 'SetupError';
    this.exitCode = exitCode;
  }
}

/** Everything the set-up says goes to stderr: stdout belongs to the program that is started after it. */
export function say(text) {
  process.stderr.write(`set-up: ${text}\n`);
}

/**
 * Runs one step of the set-up: one line, with its duration at the end.
 * @template T
 * @param {string} title
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function timed(title, work) {
  process.stderr.write(`set-up: ${title} ... `);
  const begin = process.hrtime.bigint();
  const seconds = () => `${(Number(process.hrtime.bigint() - begin) / 1e9).toFixed(1)} s`;
  try {
    const result = await work();
    process.stderr.write(`${seconds()}\n`);
    return result;
  } catch (error) {
    process.stderr.write(`failed after ${seconds()}\n`);
    throw error;
  }
}
