import { articleCaptureSaving } from '../../harness/plan/stages.js';
import { cellLabel } from '../cells.js';
import { intervalOf, intervalWords, isMissing, MISSING_INTERVAL_NOTE } from '../intervals.js';
import type { Comparison, RunRecord } from '../record.js';
import { percent } from './format.js';
import type { Row, Table } from './table.js';

/** What the capture road saves against TCP, ratio taken within each round, beside the article's figure. */
export function savingTable(record: RunRecord, comparisons: Comparison[] = record.comparisons): Table {
  const words = intervalWords(
    record,
    comparisons.map((each) => each.savingPercent.n),
    comparisons.flatMap((each) => [each.name, each.base, each.arm]),
  );
  const missing = comparisons.some((each) => isMissing(intervalOf(each.savingPercent)));
  return {
    id: 'savings',
    title: `Savings (the article’s, libpcap against TCP: about ${String(articleCaptureSaving)} % of CPU time)`,
    columns: [
      { key: 'base', title: 'base', align: 'left', unit: null, format: percent },
      { key: 'arm', title: 'against it', align: 'left', unit: null, format: percent },
      { key: 'metric', title: 'metric', align: 'left', unit: null, format: percent, optional: true },
      { key: 'saving', title: 'saving', align: 'right', unit: '%', format: percent },
      { key: 'interval', title: words.title, align: 'right', unit: '%', format: percent },
      { key: 'article', title: 'article', align: 'right', unit: '%', format: percent },
      { key: 'reading', title: 'so it is', align: 'left', unit: null, format: percent },
    ],
    rows:
      comparisons.length === 0
        ? [{ kind: 'span', label: 'none', text: 'no two measured cells could be compared' }]
        : comparisons.map((each) => savingRow(record, each)),
    notes: [
      'Saving: 100 · (1 − arm ∕ base), median of the ratios within rounds; positive when the arm is cheaper.',
      ...words.notes,
      ...(missing ? [MISSING_INTERVAL_NOTE] : []),
    ],
  };
}

function savingRow(record: RunRecord, comparison: Comparison): Row {
  const label = (cell: string): string => {
    const row = record.summary.find((each) => each.cell === cell);
    return row === undefined ? cell : cellLabel(row, record.summary);
  };
  return {
    kind: 'body',
    cells: {
      base: label(comparison.base),
      arm: label(comparison.arm),
      metric: comparison.metric,
      saving: comparison.savingPercent.median,
      interval: intervalOf(comparison.savingPercent),
      article: comparison.articlePercent,
      reading: reading(comparison),
    },
  };
}

/** A direction is named only when the interval excludes no difference. */
function reading({ savingPercent: { low, high } }: Comparison): string {
  if (low !== null && low > 0) return 'cheaper';
  if (high !== null && high < 0) return 'dearer';
  return 'unsure';
}
