import type { Ledger, RunRecord, SummaryRow } from '../record.js';
import { closureRatio, percent } from './format.js';

/** The closure line: Σ states ∕ elapsed with enough digits to see 0.1 %, what belongs to no stage, and what the unprobed total is. */
export function closureNote(row: SummaryRow): string {
  if (row.closure === null) return 'Closure: not recorded.';
  const { statesOverElapsed, unattributedPercent, unprobedSource } = row.closure;
  const source = unprobedSource === null ? '' : ` Unprobed total by: ${unprobedSource}.`;
  return (
    `Closure: Σ states ∕ elapsed = ${closureRatio(statesOverElapsed)} (worst CPU of the worst trial); ` +
    `unattributed ${percent(unattributedPercent)} %.${source}`
  );
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
