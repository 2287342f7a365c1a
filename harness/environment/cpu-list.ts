/** No machine that Linux runs on has more (CONFIG_NR_CPUS of x86 with MAXSMP). */
const mostCpus = 8192;

/**
 * Reads the kernel's CPU list format: `0-3,8,10-11`.
 *
 * @returns CPU numbers in ascending order; null when the text is not such a list
 */
export function parseCpuList(text: string): number[] | null {
  const trimmed = text.trim();
  if (trimmed === '') return [];
  const cpus = new Set<number>();
  for (const part of trimmed.split(',')) {
    const match = /^(\d{1,4})(?:-(\d{1,4}))?$/.exec(part);
    if (!match) return null;
    const first = Number(match[1]);
    const last = Number(match[2] ?? match[1]);
    if (last < first || last >= mostCpus) return null;
    for (let cpu = first; cpu <= last; cpu++) cpus.add(cpu);
  }
  return [...cpus].sort((a, b) => a - b);
}

/**
 * The kernel's CPU mask format for one CPU: hexadecimal words of 32 bits, highest first, with commas between them.
 * CPU 1 is `2`, CPU 33 is `2,00000000`.
 */
export function formatCpuMask(cpu: number): string {
  const word = (2 ** (cpu % 32)).toString(16);
  return [word, ...Array.from({ length: Math.floor(cpu / 32) }, () => '00000000')].join(',');
}

/** Reads a CPU mask such as `00000000,00000002`. @returns CPU numbers, ascending; null when it is no mask */
export function parseCpuMask(text: string): number[] | null {
  const words = text.trim().split(',');
  if (!words.every((word) => /^[0-9a-f]{1,8}$/i.test(word))) return null;
  const cpus: number[] = [];
  for (const [index, word] of words.reverse().entries()) {
    const bits = Number.parseInt(word, 16);
    for (let bit = 0; bit < 32; bit++) if (Math.floor(bits / 2 ** bit) % 2 === 1) cpus.push(index * 32 + bit);
  }
  return cpus;
}
