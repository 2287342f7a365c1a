import { printable } from './system-files.js';

/** What /proc/cpuinfo tells of the first processor. */
export interface Processor {
  model: string;
  /** Whether the processor says that a hypervisor runs it (x86 only). */
  virtual: boolean;
}

/** Where each architecture writes the model; the first that is there counts. */
const modelKeys = ['model name', 'Model', 'cpu model', 'Processor', 'cpu', 'uarch', 'Hardware'];

/** Reads /proc/cpuinfo of any architecture; arm64 gives numbers in place of a name. */
export function parseProcessor(text: string): Processor {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    if (colon < 0) continue;
    const key = line.slice(0, colon).trim();
    if (!fields.has(key)) fields.set(key, printable(line.slice(colon + 1)));
  }
  const named = modelKeys.map((key) => fields.get(key)).find((value) => value !== undefined && value !== '');
  const part = ['CPU implementer', 'CPU part', 'CPU revision'].flatMap((key) => {
    const value = fields.get(key);
    return value === undefined ? [] : [`${key.slice('CPU '.length)} ${value}`];
  });
  return {
    model: named ?? (part.length > 0 ? part.join(', ') : 'unknown'),
    virtual: / hypervisor( |$)/.test(` ${fields.get('flags') ?? ''}`),
  };
}

/**
 * Names the hypervisor.
 *
 * @param type /sys/hypervisor/type, which Xen fills
 * @param vendor /sys/class/dmi/id/sys_vendor
 * @param product /sys/class/dmi/id/product_name
 * @returns null on bare metal, as far as the machine tells
 */
export function nameHypervisor(
  processor: Processor,
  type: string | null,
  vendor: string | null,
  product: string | null,
): string | null {
  if (type !== null && type !== '' && type !== 'none') return type;
  if (!processor.virtual) return null;
  const machine = [vendor, product].filter((part) => part !== null && part !== '').join(' ');
  return machine === '' ? 'unnamed' : machine;
}
