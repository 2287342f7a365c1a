import type { TopLevelSpec } from 'vega-lite';
import { ratesText } from '../cells.js';
import { metricNames } from '../metric-names.js';
import type { RunRecord, SummaryRow } from '../record.js';
import { printable } from '../text.js';

/** A chart as data; `svg` is filled in when it has been drawn. */
export interface Chart {
  /** Unique in a report; becomes the file’s name and the anchor. */
  id: string;
  title: string;
  spec: TopLevelSpec;
  svg?: string;
}

const INK = '#222222';
const MUTED = '#555555';
const GRID = '#e4e4e4';

/** DejaVu Sans is what widths are measured with; Verdana has nearly the same ones. */
export const FONT = 'DejaVu Sans, Verdana, sans-serif';

/** Width of the plot itself, px. */
export const PLOT_WIDTH = 640;

/** What all charts share: font, colours of text and lines, white ground so that they read on any page. */
export const chartConfig: NonNullable<TopLevelSpec['config']> = {
  background: 'white',
  font: FONT,
  padding: 12,
  title: {
    anchor: 'start',
    color: INK,
    fontSize: 14,
    subtitleColor: MUTED,
    subtitleFontSize: 11,
    offset: 10,
    frame: 'bounds',
  },
  axis: {
    labelColor: INK,
    titleColor: INK,
    labelFontSize: 11,
    titleFontSize: 11,
    titleFontWeight: 'normal',
    gridColor: GRID,
    domainColor: MUTED,
    tickColor: MUTED,
    labelLimit: 260,
    labelPadding: 6,
    labelFlush: false,
    titlePadding: 8,
  },
  legend: {
    labelColor: INK,
    titleColor: INK,
    labelFontSize: 11,
    titleFontSize: 11,
    titleFontWeight: 'normal',
    symbolOpacity: 1,
    symbolType: 'square',
    symbolStrokeWidth: 0,
    symbolSize: 130,
    titleLimit: 400,
    labelLimit: 260,
  },
  view: { stroke: null },
};

/** Title and, in grey below, the kernel, the paths and the rate that the figures are of. */
export function chartTitle(text: string, record: RunRecord, rows: SummaryRow[], more?: string): TitleSpec {
  return titleOf(text, record, [[...new Set(rows.map((row) => row.path))].join(', '), ratesText(rows)], more);
}

/** The same where a legend names the paths. */
export function curveTitle(text: string, record: RunRecord, rows: SummaryRow[], more?: string): TitleSpec {
  return titleOf(text, record, [ratesText(rows)], more);
}

function titleOf(text: string, { environment, testbed }: RunRecord, words: string[], more?: string): TitleSpec {
  const isolation = testbed === null ? [] : [`isolation ${testbed.isolation}`];
  const subtitle = [`kernel ${environment.kernelRelease}`, ...words, ...isolation].join('; ');
  return { text: printable(text), subtitle: [printable(subtitle, 140), ...(more === undefined ? [] : [more])] };
}

/** Words for what the figures of a record count. */
export interface Quantity {
  /** What a packet takes: "CPU time". */
  what: string;
  unit: string;
  /** The same, of the receiver's side, as the title of an axis. */
  axis: string;
  /** Names of the totals' metrics. */
  corrected: string;
  probed: string;
  unprobed: string;
  /** What tells the unprobed total. */
  unprobedBy: string;
}

/** Time, or instructions in an exact run, which are none. */
export function quantityOf({ experiment }: RunRecord): Quantity {
  if (experiment.exact) {
    return {
      ...{ what: 'instructions', unit: 'instructions', axis: 'instructions of the receiver’s side for each packet' },
      ...{ corrected: metricNames.countedCorrected, probed: metricNames.countedProbed },
      ...{ unprobed: metricNames.countedUnprobed, unprobedBy: 'unprobed, by the emulator' },
    };
  }
  return {
    ...{ what: 'CPU time', unit: 'ns', axis: 'CPU time of the receiver’s side, ns for each packet' },
    ...{ corrected: metricNames.corrected, probed: metricNames.probed },
    ...{ unprobed: metricNames.unprobed, unprobedBy: 'unprobed' },
  };
}

export interface TitleSpec {
  text: string;
  subtitle: string[];
}

/** With a capital first letter. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A figure that can be drawn; broken and hostile ones would stretch every axis. */
export function drawable(value: number | null | undefined): value is number {
  return typeof value === 'number' && Number.isFinite(value) && Math.abs(value) < 1e12;
}
