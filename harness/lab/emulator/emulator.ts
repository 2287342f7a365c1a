import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failure, notPossible } from '../../errors.js';
import { EmulatorAccount } from '../../../reports/record.js';
import { projectRoot } from '../../root.js';
import { scopes } from './scopes.js';
import type { Scope } from './scopes.js';
import { parseSymbols, SymbolTable } from './symbols.js';
import type { FunctionSymbol } from './symbols.js';

/** The plugin that QEMU loads. @throws PktpathError (failed) when it is not built */
export function emulatorPlugin(): string {
  const path = join(projectRoot, 'native', 'emulator', 'build', 'pktpath_emulator.so');
  if (!existsSync(path)) throw failure(`the emulator's plugin ${path} is not built`, 'build it: npm run setup');
  return path;
}

/** Without these nothing can be charged: the first of each line that the kernel has. */
const required = {
  // how system calls are entered
  syscall: ['entry_SYSCALL_64', 'system_call'],
  // the guest's own word for its reader and its window: system calls that nobody else makes
  reader: ['__x64_sys_getpgrp', '__do_sys_getpgrp', 'sys_getpgrp'],
  open: ['__x64_sys_getsid', 'sys_getsid'],
  close: ['__x64_sys_getpgid', 'sys_getpgid'],
} as const;

const switchFunction = ['__switch_to_asm'];

/** Entries of exceptions and interrupts, all of which end in iret. */
const exceptionEntries = /^asm_(exc_|sysvec_|common_interrupt$|spurious_interrupt$)/;

/**
 * What the plugin is told of a kernel: where its functions lie.
 * @param symbols text of /proc/kallsyms or of a System.map
 * @param drivers of the cards, as /sys/class/net/IF/device/driver has them; a virtual one has none
 * @returns the text of its file, and the functions that this kernel does not have
 * @throws PktpathError (not possible) when the kernel lacks what every charge needs
 */
export function emulatorPlan(
  symbols: string,
  drivers: readonly (string | null)[],
): { text: string; missing: string[] } {
  const table = new SymbolTable(parseSymbols(symbols));
  const missing: string[] = [];
  const lines: string[] = [];
  for (const scope of scopes) {
    if (scope.driver !== undefined && !drivers.includes(scope.driver)) continue;
    const bodies = firstOf(table, scope.functions);
    const [main] = bodies;
    if (main === undefined) {
      missing.push(scope.functions[0] ?? '');
      continue;
    }
    lines.push(scopeLine(scope, main.name), ...bodies.map(rangeLine));
  }
  for (const [word, names] of Object.entries(required)) {
    lines.push(`${word} ${hex(needed(table, names).start)}`);
  }
  const { start, end } = needed(table, switchFunction);
  lines.push(`switch ${hex(start)} ${hex(end)}`);
  for (const entry of table.matching(exceptionEntries)) lines.push(`exception ${hex(entry.start)}`);
  return { text: `${lines.join('\n')}\n`, missing };
}

function scopeLine({ kind, stage, then, within }: Scope, name: string): string {
  const words = then !== undefined ? ['then', then] : within !== undefined ? ['within', within] : [];
  return ['scope', kind, stage, name, ...words].join(' ');
}

function firstOf(table: SymbolTable, names: readonly string[]): FunctionSymbol[] {
  for (const name of names) {
    const bodies = table.bodies(name);
    if (bodies.length > 0) return bodies;
  }
  return [];
}

function needed(table: SymbolTable, names: readonly string[]): FunctionSymbol {
  const [found] = firstOf(table, names);
  if (found === undefined) {
    throw notPossible(
      `this kernel has no ${names.join(' or ')}, without which no instruction can be charged`,
      'the emulator follows x86-64 kernels from 4.17 on',
    );
  }
  return found;
}

function hex(address: bigint): string {
  return address.toString(16);
}

function rangeLine({ start, end }: FunctionSymbol): string {
  return `range ${hex(start)} ${hex(end)}`;
}

/** The account that the plugin wrote of the window before. @throws PktpathError (failed) when there is none, or none whole */
export async function readEmulatorAccount(file: string): Promise<EmulatorAccount> {
  try {
    return EmulatorAccount.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw failure('the emulator left no account of the trial', 'did the guest open and close its window?', error);
  }
}
