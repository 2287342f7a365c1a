import type { NumberFormat } from '../reports/tables/format.js';
import type { Column } from '../reports/tables/table.js';

/** A column of text. */
export function text(key: string, title: string): Column {
  return { key, title, align: 'left', unit: null, format: String };
}

/** A column of figures. */
export function figure(key: string, title: string, unit: string | null, format: NumberFormat): Column {
  return { key, title, align: 'right', unit, format };
}

/** One decimal. */
export const tenths: NumberFormat = (value) => value.toFixed(1);
