import type { RunRecord } from '../record.js';
import { roadsText, type Road } from '../roads.js';
import { printable } from '../text.js';
import type { TitleSpec } from './chart.js';

/**
 * A label as axes and legends have it. Vega looks groups up in a plain object, where it finds names such as
 * "constructor" that were never put there; a space at the end, which does not show, keeps them apart.
 */
export function legendName(label: string): string {
  const name = printable(label, 60);
  return name in Object.prototype ? `${name}\u00a0` : name;
}

/** What a road is called on axes and in legends. */
export function roadName(road: Road): string {
  return legendName(road.label);
}

/** Title and, in grey below, kernel, frames, rate and isolation; every road would be too many to name. */
export function roadTitle(text: string, record: RunRecord, rate: number | null, more?: string): TitleSpec {
  const isolation = record.testbed === null ? '' : `; isolation ${record.testbed.isolation}`;
  const subtitle = `kernel ${record.environment.kernelRelease}; ${roadsText(record, rate)}${isolation}`;
  return {
    text: printable(text),
    subtitle: [printable(subtitle, 140), ...(more === undefined ? [] : [printable(more, 140)])],
  };
}
