import { soakedOf, unprobedTotalBand } from '../figures.js';
import type { Closure, Estimate, Ledger, RunRecord, SummaryRow } from '../record.js';
import { closureRatio, nanoseconds, percent, ratio } from './format.js';

/** The closure line: Σ states ∕ elapsed with enough digits to see 0.1 %, what belongs to no stage, and what the unprobed total is. */
export function closureNote(row: SummaryRow): string {
  if (row.closure === null) return 'Closure: not recorded.';
  const { statesOverElapsed, unattributedPercent, unprobedSource } = row.closure;
  const source = unprobedSource === null ? '' : ` Unprobed total by: ${unprobedSource}.`;
  return (
    `Closure: Σ states ∕ elapsed = ${closureRatio(statesOverElapsed)} (worst CPU of the worst trial); ` +
    `unattributed ${percent(unattributedPercent)} %.${source}${soakedNote(row.closure)}`
  );
}

/** What the totals with a soaker are of, and what the probes' correction is by. */
function soakedNote(closure: Closure): string {
  const soaked = soakedOf(closure);
  const factor = 'probeCost' in closure ? closure.probeCost?.factor.median : undefined;
  const totals =
    soaked === undefined
      ? ''
      : ` Soaked: packets wait for the end of a slot of 0.5 ms, probed and unprobed alike; ${nanoseconds(soaked.outsideNsPerPacket)} ns ` +
        `of the corrected total are the ends of switches, outside every boundary; ratio ${rangeText(soaked.ratio)}` +
        `${Math.abs(soaked.ratio.median - 1) <= unprobedTotalBand ? '' : `, OUTSIDE 1 ± ${String(unprobedTotalBand)}`}.`;
  return factor === undefined ? totals : `${totals} A hit costs ${ratio(factor)} times the calibrated cost in place.`;
}

function rangeText({ median, low, high }: Estimate): string {
  return low === null || high === null ? ratio(median) : `${ratio(median)} [${ratio(low)}, ${ratio(high)}] over rounds`;
}

/** The ledger line: sent = delivered + drops, each drop by the name of its layer. */
export function ledgerNote(row: SummaryRow): string {
  return row.ledger === null ? 'Ledger: not recorded.' : `Ledger: ${ledgerText(row.ledger)}.`;
}

export function ledgerText(ledger: Ledger): string {
  const drops = Object.entries(ledger.drops).filter(([, count]) => count > 0);
  const named = drops.map(([layer, count]) => `${String(count)} dropped at ${layer}`);
  const terms = [`${String(ledger.delivered)} delivered`, ...(named.length === 0 ? ['0 dropped'] : named)];
  const rest = ledger.unexplained === 0 ? '' : ` + ${String(ledger.unexplained)} UNEXPLAINED`;
  return `${String(ledger.sent)} ${ledger.unit} sent = ${terms.join(' + ')}${rest}`;
}

/** All drops of a row, whatever the layer. */
export function dropCount(ledger: Ledger): number {
  return Object.values(ledger.drops).reduce((sum, count) => sum + count, 0);
}

/** Trials used and thrown out, with the reasons. */
export function trialsNote(record: RunRecord, row: SummaryRow): string {
  const { probed, unprobed, invalid } = row.trials;
  const used = `Trials: ${String(probed)} probed and ${String(unprobed)} unprobed counted, ${String(invalid)} invalid`;
  const reasons = new Map<string, number>();
  for (const trial of record.trials) {
    if (trial.valid || trial.cell !== row.cell) continue;
    for (const reason of trial.invalidReasons) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  if (reasons.size === 0) return `${used}.`;
  const listed = [...reasons].map(([reason, count]) => (count > 1 ? `${reason} (×${String(count)})` : reason));
  return `${used} (${listed.join('; ')}).`;
}
