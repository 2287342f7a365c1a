import { printable } from '../text.js';
import { rowKey } from './row-key.js';
import type { Compared, ComparedRow } from './compare.js';

/** The comparison for programs. */
export function compareJson({ pairs, rows, thresholdPercent, noisyRows }: Compared): unknown {
  return {
    schema: 'pktpath-compare',
    version: 1,
    thresholdPercent,
    noisyRows,
    pairs: pairs.map(({ experiment, column, base, head, arms }) => ({
      ...{ experiment, column },
      ...{ base: { run: base.run.id, kernelRelease: base.environment.kernelRelease } },
      ...{ head: { run: head.run.id, kernelRelease: head.environment.kernelRelease } },
      ...(arms === null ? {} : { pair: base.run.pair }),
    })),
    rows: rows.map(({ base, head, ...row }) => ({
      key: rowKey(row),
      ...row,
      base: sideJson(base),
      head: sideJson(head),
    })),
  };
}

function sideJson(side: ComparedRow['base']): unknown {
  if (side === null) return null;
  const { median, low, high, trials } = side;
  return { median, low, high, trials };
}

/** Bencher Metric Format: HEAD's figures, by benchmark and measure. */
export function bencherMetrics({ rows }: Compared): unknown {
  return Object.fromEntries(
    rows.flatMap((row) => {
      if (row.head === null) return [];
      const { median: value, low, high } = row.head;
      const bounds = low === null || high === null ? {} : { lower_value: low, upper_value: high };
      return [[printable(rowKey(row)), { [row.unit]: { value, ...bounds } }]];
    }),
  );
}

/**
 * HEAD's figures for github-action-benchmark's `customSmallerIsBetter`; one file has one direction, so those where more is
 * better are not in it.
 */
export function actionBenchmark({ rows }: Compared): unknown {
  return rows.flatMap((row) => {
    if (row.head === null || row.better === 'higher') return [];
    const { median: value, low, high, trials } = row.head;
    const range = low === null || high === null ? {} : { range: `${String(low)} to ${String(high)}` };
    return [{ name: printable(rowKey(row)), unit: row.unit, value, ...range, extra: `${String(trials)} trials` }];
  });
}
