import { notPossible } from '../errors.js';

/** @param what needs it, e.g. "measuring". @throws PktpathError (not possible) for any other user */
export function requireRoot(what: string): void {
  if (process.geteuid?.() !== 0) throw notPossible(`${what} needs root`, 'run it as root, e.g. with sudo');
}
