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

/** Nanoseconds for each byte: three decimals. */
export const perByte: NumberFormat = (value) => fixed(value, 3);

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

/** Rates in thousands of packets a second: three digits or four, so that the bounds of a narrow search stay apart. */
export const kilopackets: NumberFormat = (value) => {
  const thousands = value / 1000;
  const size = Math.abs(thousands);
  return fixed(thousands, size >= 999.95 ? 0 : size >= 99.995 ? 1 : 2);
};

/** Nanoseconds as microseconds: one decimal below 100, two below 10. */
export const microseconds: NumberFormat = (value) => {
  const size = Math.abs(value / 1000);
  return fixed(value / 1000, size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2);
};

/** A ratio of packets lost as percent. What is not zero is never printed as zero. */
export const lossPercent: NumberFormat = (value) => {
  const lost = 100 * value;
  if (lost === 0) return '0';
  if (lost > 0 && lost < 0.0005) return '< 0.001';
  return fixed(lost, lost >= 9.995 ? 1 : lost >= 0.0995 ? 2 : 3);
};

/** Bits per second as Gbit/s. */
export const gigabits: NumberFormat = (value) => fixed(value / 1e9, 3);
