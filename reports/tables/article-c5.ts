import { articleCaptureSaving } from '../../harness/plan/stages.js';
import { intervalOf, intervalWords } from '../intervals.js';
import type { Comparison, Estimate, RunRecord, SummaryRow } from '../record.js';
import { mainRate, measuredRoads, rateOf, roadsOf, roadsText } from '../roads.js';
import { percent, whole } from './format.js';
import type { Row, Table } from './table.js';

/** "About 10 %" is taken as 10 ± 5 points. */
const TOLERANCE = 5;
const BAND = { low: articleCaptureSaving - TOLERANCE, high: articleCaptureSaving + TOLERANCE };

/** An interval wider than this, in points, says too little: twice the width of what the article's figure is taken for. */
const WIDEST = 2 * (BAND.high - BAND.low);

/** Longest list of roads in one note; a longer note would be cut. */
const ROADS_IN_NOTE = 5;

const verdicts = [
  'holds',
  'more than the article says',
  'less than the article says',
  'no longer holds',
  'unsure',
] as const;
export type Verdict = (typeof verdicts)[number];

/**
 * Whether the article's saving of about 10 % still stands, by the interval of the saving alone:
 * - `no longer holds`: all of it below zero, the capture road is dearer;
 * - `less than the article says`: it ends below 5;
 * - `more than the article says`: it begins above 15;
 * - `holds`: it meets 5 to 15;
 * - `unsure`: an end is missing; or it meets 5 to 15, but also zero, or is wider than 20 points.
 */
export function articleVerdict({ low, high }: Pick<Estimate, 'low' | 'high'>): Verdict {
  if (low === null || high === null) return 'unsure';
  if (high < 0) return 'no longer holds';
  if (high < BAND.low) return 'less than the article says';
  if (low > BAND.high) return 'more than the article says';
  return low <= 0 || high - low > WIDEST ? 'unsure' : 'holds';
}

/** The article's claim that libpcap saves about 10 % of the CPU time against TCP, held against each road like it. */
export function articleSavingTable(record: RunRecord): Table {
  const savings = articleSavings(record);
  const words = intervalWords(
    record,
    savings.map(({ comparison }) => comparison.savingPercent.n),
    savings.flatMap(({ comparison }) => [comparison.name, comparison.base, comparison.arm]),
  );
  const several = new Set(savings.map(({ rate }) => rate)).size > 1;
  const right = { align: 'right', unit: '%', format: percent } as const;
  return {
    id: 'article-c5',
    title: `Does the article’s saving of about ${String(articleCaptureSaving)} % against TCP still hold? (${roadsText(record, null)})`,
    columns: [
      { key: 'path', title: 'path', align: 'left', unit: null, format: percent },
      ...(several ? [{ key: 'rate', title: 'packets/s', align: 'right' as const, unit: null, format: whole }] : []),
      { key: 'saving', title: 'saves of TCP’s CPU time', ...right },
      { key: 'interval', title: words.title, ...right },
      { key: 'article', title: 'article', ...right },
      { key: 'verdict', title: 'verdict', align: 'left', unit: null, format: percent },
    ],
    rows: savings.map(({ label, rate, comparison }): Row => ({
      kind: 'body',
      cells: {
        path: label,
        rate,
        saving: comparison.savingPercent.median,
        interval: intervalOf(comparison.savingPercent),
        article: comparison.articlePercent,
        verdict: articleVerdict(comparison.savingPercent),
      },
    })),
    notes: [...articleWords(record), ...words.notes, verdictNote],
  };
}

const verdictNote =
  `By the interval: holds, where it meets ${String(BAND.low)} to ${String(BAND.high)} %; more or less, where it is all above or ` +
  `below that; no longer holds, where it is all below zero; unsure, where it has no two ends, meets both that and zero, or ` +
  `is wider than ${String(WIDEST)} points.`;

/** The claim and what became of it, in words; at the main rate. Nothing when nothing was compared. */
export function articleWords(record: RunRecord): string[] {
  const savings = mainArticleSavings(record);
  if (savings.length === 0) return [];
  const claim =
    `The article: libpcap, then a SOCK_PACKET socket and one recvfrom(2) a packet, saves about ` +
    `${String(articleCaptureSaving)} % of the CPU time against TCP. Here, Linux ${record.environment.kernelRelease.slice(0, 60)}, ` +
    `${roadsText(record, savings[0]?.rate ?? null)}:`;
  const found = verdicts.flatMap((verdict) => {
    const own = savings.filter(({ comparison }) => articleVerdict(comparison.savingPercent) === verdict);
    const groups = Array.from({ length: Math.ceil(own.length / ROADS_IN_NOTE) }, (_, index) =>
      own.slice(index * ROADS_IN_NOTE, (index + 1) * ROADS_IN_NOTE),
    );
    return groups.map((group) => `${headings[verdict]}: ${group.map(savingText).join('; ')}.`);
  });
  return [claim, ...found];
}

const headings: Record<Verdict, string> = {
  holds: 'It holds for',
  'more than the article says': 'More is saved by',
  'less than the article says': 'Less is saved by',
  'no longer holds': 'It no longer holds for',
  unsure: 'The trials cannot tell for',
};

/** What a road like the article's saves against TCP, at one rate. */
export interface ArticleSaving {
  label: string;
  rate: number | null;
  comparison: Comparison;
}

/** The comparisons that the article has a figure for, in the order of roads. */
function articleSavings(record: RunRecord): ArticleSaving[] {
  const arms = record.comparisons.filter((each) => each.metric === 'cpuNsPerPacket' && each.articlePercent !== null);
  return roadsOf(record).flatMap((road) =>
    road.paced.flatMap((row: SummaryRow) =>
      arms
        .filter(({ arm }) => arm === row.cell)
        .map((comparison) => ({ label: road.label, rate: rateOf(row), comparison })),
    ),
  );
}

/** Those at the main rate; all where none is at it. */
export function mainArticleSavings(record: RunRecord): ArticleSaving[] {
  const all = articleSavings(record);
  const main = mainRate(measuredRoads(record));
  return all.some(({ rate }) => rate === main) ? all.filter(({ rate }) => rate === main) : all;
}

function savingText({ label, comparison: { savingPercent } }: ArticleSaving): string {
  const { median, low, high } = savingPercent;
  const verb = median < 0 ? `costs ${percent(-median)} % more` : `${percent(median)} %`;
  const range = low === null || high === null ? 'no interval' : `${percent(low)} to ${percent(high)}`;
  return `${label.slice(0, 40)} ${verb} (${range})`;
}
