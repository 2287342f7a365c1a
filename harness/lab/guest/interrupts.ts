/**
 * The number of the interrupt that one of these handlers is registered for, from the text of /proc/interrupts:
 * `NUMBER: COUNT… CHIP HWIRQ-TYPE HANDLER[, HANDLER…]`.
 * @returns null when none is listed
 */
export function parseInterrupts(table: string, handlers: readonly string[]): number | null {
  for (const line of table.split('\n')) {
    const number = /^\s*(\d+):/.exec(line)?.[1];
    const words = line.split(/[\s,]+/);
    if (number !== undefined && handlers.some((handler) => words.includes(handler))) return Number(number);
  }
  return null;
}
