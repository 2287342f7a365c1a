import { failure } from '../../errors.js';

/** A function of the kernel, by where its code lies: [start, end). */
export interface FunctionSymbol {
  name: string;
  start: bigint;
  end: bigint;
}

const line = /^([0-9a-f]{8,16}) ([a-zA-Z]) ([\w.$]{1,255})(?:\t\[([\w-]+)\])?$/;
const mostSymbols = 1_000_000;

/**
 * Reads the functions of /proc/kallsyms or of a System.map: `ADDRESS TYPE NAME [MODULE]`. A function ends where the next
 * symbol begins.
 * @throws PktpathError (failed) when there are none, or too many
 */
export function parseSymbols(text: string): FunctionSymbol[] {
  const found: { name: string; start: bigint; code: boolean }[] = [];
  for (const each of text.split('\n')) {
    const [, address, type, name] = line.exec(each.trimEnd()) ?? [];
    if (address === undefined || type === undefined || name === undefined) continue;
    found.push({ name, start: BigInt(`0x${address}`), code: /[tTwW]/.test(type) });
    if (found.length > mostSymbols) throw failure('the symbol map is longer than any kernel’s');
  }
  found.sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  const symbols = found.flatMap(({ name, start, code }, index): FunctionSymbol[] => {
    if (!code || start === 0n) return [];
    let next = index + 1;
    while (next < found.length && found[next]?.start === start) next++;
    const end = found[next]?.start ?? start + 1n;
    return [{ name, start, end }];
  });
  if (symbols.length === 0) {
    throw failure(
      'the symbol map names no function with an address',
      'give one of this very kernel: PATH,map=System.map',
    );
  }
  return symbols;
}

/** Whether a kernel told its addresses; one that does not has zeros (kptr_restrict), or no list at all. */
export function hasAddresses(text: string): boolean {
  return /^0*[1-9a-f][0-9a-f]* [tTwW] /m.test(text);
}

/** Symbols by name. */
export class SymbolTable {
  private readonly byName = new Map<string, FunctionSymbol[]>();

  constructor(symbols: readonly FunctionSymbol[]) {
    for (const symbol of symbols) {
      const same = this.byName.get(symbol.name);
      if (same === undefined) this.byName.set(symbol.name, [symbol]);
      else same.push(symbol);
    }
  }

  /**
   * The bodies of a function: itself first, or the copy that the compiler made of it, then what it split off.
   * Empty when the kernel has no such symbol.
   */
  bodies(name: string): FunctionSymbol[] {
    const main = this.byName.get(name) ?? this.variants(name)[0]?.[1] ?? [];
    if (main.length === 0) return [];
    const cold = [name, ...this.variants(name).map(([variant]) => variant)].flatMap(
      (variant) => this.byName.get(`${variant}.cold`) ?? [],
    );
    // a name that several files use for functions of their own is no function that can be told
    return main.length > 1 ? [] : [...main, ...cold];
  }

  /** Names with the compiler's suffixes: .isra.0, .constprop.0, .part.0. */
  private variants(name: string): [string, FunctionSymbol[]][] {
    const suffixes = ['.isra.0', '.constprop.0', '.part.0', '.isra.0.constprop.0', '.constprop.0.isra.0'];
    return suffixes.flatMap((suffix) => {
      const found = this.byName.get(`${name}${suffix}`);
      return found === undefined ? [] : [[`${name}${suffix}`, found] satisfies [string, FunctionSymbol[]]];
    });
  }

  /** All whose name matches. */
  matching(pattern: RegExp): FunctionSymbol[] {
    return [...this.byName].flatMap(([name, symbols]) => (pattern.test(name) ? symbols : []));
  }
}
