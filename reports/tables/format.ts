/** Formatters of one number; the unit stands in the column's title. */
export type NumberFormat = (value: number) => string;

function fixed(value: number, digits: number): string {
  // Hostile or broken magnitudes would print hundreds of digits.
  if (Math.abs(value) >= 1e15) return value.toExponential(3);
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace('-', '') : text;
}

/** Nanoseconds: whole from 10 on, one decimal below. */
export const nanoseconds: NumberFormat = (value) => fixed(value, Math.abs(value) >= 9.95 ? 0 : 1);

/** Percent with one decimal. */
export const percent: NumberFormat = (value) => fixed(value, 1);

/** Events, calls and the like for each packet: two decimals. */
export const perPacket: NumberFormat = (value) => fixed(value, 2);

/** A ratio near 1: three decimals. */
export const ratio: NumberFormat = (value) => fixed(value, 3);

/** Closure is promised within 0.1 %, so its ratio is printed to parts per million. */
export const closureRatio: NumberFormat = (value) => fixed(value, 6);

/** Whole numbers: packets, counts, rates. */
export const whole: NumberFormat = (value) => fixed(value, 0);
