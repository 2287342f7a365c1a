import { pktpath } from '../support/cli.js';

const known = new Map<string, Promise<string[]>>();

/** Long options of a command, as its help has them. */
export function optionsOfRun(command: string): Promise<string[]> {
  const found = known.get(command) ?? read(command);
  known.set(command, found);
  return found;
}

async function read(command: string): Promise<string[]> {
  const { stdout } = await pktpath([command, '--help']);
  return [...stdout.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].flatMap(([, option]) => option ?? []);
}
