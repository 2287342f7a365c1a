import { stringify } from 'csv-stringify/sync';
import type { RunRecord, Trial } from './record.js';
import { printable } from './text.js';

/** Longest text of a cell; a spreadsheet takes little more. */
const MAX_CELL = 4000;

type CsvRow = Record<string, string | number | boolean | null>;

/**
 * One row a trial, in the order they ran, flat columns; counters, drops, protocols and granted settings get a column for
 * each name that any trial has. State times are in run.json alone. Text that a spreadsheet would take for a formula is
 * escaped.
 */
export function trialsCsv(record: RunRecord): string {
  const rows = record.trials.map(trialRow).map((row) => (record.experiment.exact ? byGuestClock(row) : row));
  // A set, since thousands of trials share the same names.
  const names = new Set(rows.flatMap((row) => Object.keys(row)));
  return stringify(rows, {
    header: true,
    columns: [...names].map((key) => ({ key, header: printable(key, 120) })),
    cast: { boolean: (value) => String(value), string: (value) => printable(value, MAX_CELL) },
    escape_formulas: true,
  });
}

function trialRow(trial: Trial): CsvRow {
  const { generator, reader, ledger } = trial;
  const { sequence } = reader;
  return {
    index: trial.index,
    round: trial.round,
    cell: trial.cell,
    probed: trial.probed,
    purpose: trial.purpose,
    valid: trial.valid,
    invalidReasons: trial.invalidReasons.join('; '),
    startedAt: trial.startedAt,
    windowNs: trial.windowNs,
    wirePackets: trial.wirePackets,
    'generator.sent': generator.sent,
    'generator.bytes': generator.bytes,
    'generator.elapsedNs': generator.elapsedNs,
    'generator.offeredPacketsPerSecond': generator.offeredPacketsPerSecond,
    'generator.achievedPacketsPerSecond': generator.achievedPacketsPerSecond,
    'generator.latenessP50Ns': generator.latenessP50Ns,
    'generator.latenessP99Ns': generator.latenessP99Ns,
    'generator.latenessMaxNs': generator.latenessMaxNs,
    'generator.threadCpuNs': generator.threadCpuNs,
    ...prefixed('generator.refused', generator.refused),
    'reader.packets': reader.packets,
    'reader.bytes': reader.bytes,
    'reader.calls': reader.calls,
    'reader.missing': sequence.missing,
    'reader.duplicated': sequence.duplicated,
    'reader.reordered': sequence.reordered,
    'reader.corrupt': sequence.corrupt,
    'reader.threadCpuNs': reader.threadCpuNs,
    'reader.voluntarySwitches': reader.voluntarySwitches,
    'reader.involuntarySwitches': reader.involuntarySwitches,
    'reader.systemCalls': reader.systemCalls,
    'reader.copiedBytes': reader.copiedBytes,
    'reader.latencyMaxNs': reader.latency === null ? null : reader.latencyMaxNs,
    'reader.filtered': reader.filtered,
    ...prefixed('reader.drops', reader.drops),
    ...prefixed('reader.protocols', reader.protocols),
    ...prefixed('reader.granted', reader.granted),
    napiCpuNs: trial.napiCpuNs,
    senderNapiCpuNs: trial.senderNapiCpuNs,
    'ledger.unit': ledger.unit,
    'ledger.sent': ledger.sent,
    'ledger.delivered': ledger.delivered,
    'ledger.unexplained': ledger.unexplained,
    ...prefixed('ledger.drops', ledger.drops),
    ...prefixed('counters', trial.counters),
    stealPercent: trial.stealPercent,
    observedBytes: trial.observedBytes,
    ...probeColumns(trial),
  };
}

/**
 * An exact guest's clock counts instructions, and jumps over idle time: what it says is no nanoseconds, so that the columns
 * are not named so.
 */
function byGuestClock(row: CsvRow): CsvRow {
  return Object.fromEntries(Object.entries(row).map(([key, value]) => [key.replace(/Ns$/, 'GuestClock'), value]));
}

function prefixed(prefix: string, bag: CsvRow): CsvRow {
  return Object.fromEntries(Object.entries(bag).map(([key, value]) => [`${prefix}.${key}`, value]));
}

/** The closure of the CPU that is farthest from 1, and the losses of all CPUs; null in an unprobed trial. */
function probeColumns({ probes }: Trial): CsvRow {
  const cpus = probes?.cpus ?? [];
  const ratios = cpus.filter(({ elapsedNs }) => elapsedNs > 0).map(({ statesNs, elapsedNs }) => statesNs / elapsedNs);
  const worst = ratios.reduce((kept, each) => (Math.abs(each - 1) > Math.abs(kept - 1) ? each : kept), ratios[0] ?? 1);
  const losses: Record<string, number> = {};
  for (const [kind, count] of cpus.flatMap((cpu) => Object.entries(cpu.losses)))
    losses[kind] = (losses[kind] ?? 0) + count;
  return {
    'probes.attachNs': probes?.attachNs ?? null,
    'probes.statesOverElapsed': ratios.length === 0 ? null : worst,
    ...prefixed('probes.losses', losses),
  };
}
