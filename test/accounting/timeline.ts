import { receiver, receiverNapi, sender, senderNapi } from './replay.js';

const owners = new Map([
  [0, 'idle'],
  [receiver, 'receiver'],
  [receiverNapi, 'receiver-napi'],
  [sender, 'sender'],
  [senderNapi, 'sender-napi'],
]);

interface Line {
  ns: number;
  name: string;
  next: number;
}

export function parseLine(line: string): Line {
  const [ns = '', , name = ''] = line.split(' ');
  return { ns: Number(ns), name, next: Number(/ next=(\d+)/.exec(line)?.[1] ?? 0) };
}

/**
 * Where the time of a well-formed sequence of one CPU went, told from its lines alone: each span between two events
 * belongs to the context that was entered last and not left.
 * @returns ns by `layer owner`, within the window
 */
export function trueTimes(lines: readonly string[]): Record<string, number> {
  const spent: Record<string, number> = {};
  const above: string[] = [];
  let task = 'idle';
  let since = Infinity; // the window is closed
  for (const { ns, name, next } of lines.map(parseLine)) {
    // a context keeps the owner that it interrupted, and no task can switch below it
    const where = `${above.at(-1) ?? 'task'} ${task}`;
    if (ns > since) spent[where] = (spent[where] ?? 0) + ns - since;
    if (name === 'window_open' || since !== Infinity) since = ns;
    if (name === 'window_close') break;
    if (name === 'softirq_entry') above.push('softirq');
    else if (name.endsWith('_entry') && !name.startsWith('napi_')) above.push('hardirq');
    else if (name.endsWith('_exit') && !name.startsWith('napi_') && name !== 'sys_exit') above.pop();
    else if (name.endsWith('_switch')) task = owners.get(next) ?? 'other';
  }
  return spent;
}
