import { metricNames } from '../metric-names.js';
import type { Claim } from '../claims/claim.js';
import { claimsTable } from '../claims/claim.js';
import type { MetricName } from '../../harness/run/metrics.js';
import { intervalWords, metricOf } from '../intervals.js';
import { bounded } from '../tables/road-cells.js';
import type { Estimate, RunRecord, SummaryRow, Trial } from '../record.js';
import type { Chart } from '../charts/chart.js';
import { dropsTable } from '../tables/drops-table.js';
import { kilopackets, lossPercent, microseconds, perPacket } from '../tables/format.js';
import type { NumberFormat } from '../tables/format.js';
import { planTable } from '../tables/plan-table.js';
import { probeCostTable } from '../tables/probe-cost-table.js';
import type { CellValue, Column, Row, Table } from '../tables/table.js';
import { curveChart } from './curve-chart.js';
import type { ChartOptions } from './curve-chart.js';
import { curveTable } from './curve-table.js';
import { measuredArms } from './curve.js';
import type { CurvePlan } from './curve.js';
import { costMetric, recordedMetric, trialMetric } from './metric.js';
import type { CurveMetric } from './metric.js';
import { livelockClaims, loadOf } from '../claims/livelock.js';

/** Every table of experiment interrupts. */
export function interruptTables(record: RunRecord): Table[] {
  const tables = tablesOf(record, plans(record));
  return [
    ...filled(claimsTable(interruptClaims(record))),
    ...filled(...tables, saturatedTable(record), dropsTable(record)),
    ...[probeCostTable(record), planTable(record)],
  ];
}

/** What was delivered, what told of it, and what became of the article's sentence. */
export function interruptTerminalTables(record: RunRecord): Table[] {
  const shown = plans(record).filter(({ plan }) => ['delivered', 'triggers'].includes(plan.id));
  const tables = tablesOf(record, shown);
  return filled(...tables, saturatedTable(record), claimsTable(interruptClaims(record)));
}

export function interruptCharts(record: RunRecord): Chart[] {
  return plans(record).flatMap(({ plan, options }) => {
    if (options === null) return [];
    // each arm has an isolation of its own, so the testbed's stands in no title; the last point of each arm is as fast as the sender goes, wherever that is
    const x = { ...plan.x, of: (row: SummaryRow) => loadOf(record, row) };
    return curveChart({ ...record, testbed: null }, { ...plan, x }, options);
  });
}

export function interruptClaims(record: RunRecord): Claim[] {
  return livelockClaims(record);
}

interface Curve {
  plan: CurvePlan;
  /** Null: a table only. */
  options: ChartOptions | null;
}

function plans(record: RunRecord): Curve[] {
  const known = (name: Parameters<typeof recordedMetric>[1], words: Parameters<typeof recordedMetric>[2]) =>
    recordedMetric(record, name, words);
  const microsecondsOf = (name: 'latencyP50Ns' | 'latencyP99Ns', title: string) =>
    known(name, { title, unit: 'µs', format: (value) => microseconds(1000 * value), divisor: 1000 });
  const curve = (
    id: string,
    title: string,
    metric: CurveMetric,
    options: ChartOptions | null,
    notes: string[] = [],
  ) => ({
    plan: {
      id,
      title,
      metric,
      rows: (row: SummaryRow) => id !== 'cost' || mayHaveCost(row),
      x: { key: 'load', title: 'load', unit: '× capacity', format: plain },
      arm,
      notes,
    },
    options: options === null ? null : { ...options, logX: true, more: capacityText(record) },
  });
  const delivered = known(metricNames.rate, {
    title: 'delivered',
    unit: 'kpackets/s',
    format: thousands,
    divisor: 1000,
  });
  return [
    curve('delivered', 'Delivered to the program', delivered, {}, [capacityText(record)]),
    curve('loss', 'Lost on the way', known(metricNames.loss, { title: 'lost', unit: '%', format: lossPercent }), null),
    curve('triggers', 'What sets receive work going, for each packet', triggersMetric(record), { logY: true }, [
      triggersText(record),
    ]),
    curve('softirqs', 'NET_RX softirqs on the receiver’s CPU', softirqs(record, 'softirqsPerPacket'), null),
    curve('sender-softirqs', 'NET_RX softirqs on the sender’s CPU', softirqs(record, 'senderSoftirqsPerPacket'), null),
    curve('cost', 'What a packet costs the receiver', costMetric(record), { logY: true }, [
      'From probed trials, which are taken at low loads alone: probes slow an overloaded receiver.',
    ]),
    curve('latency', 'Delay to the program’s hand, median', microsecondsOf('latencyP50Ns', 'median delay'), {
      logY: true,
    }),
    curve('latency-p99', 'Delay to the program’s hand, 99 of 100', microsecondsOf('latencyP99Ns', 'p99 delay'), {
      logY: true,
    }),
  ];
}

/** An exact run has no rates and no delays, and then no table of them. */
function tablesOf(record: RunRecord, curves: readonly Curve[]): Table[] {
  return curves
    .filter(({ plan }) => !record.experiment.exact || measuredArms(record, plan).length > 0)
    .map(({ plan }) => curveTable(record, plan));
}

/** As fast as the sender goes: what that was, and what came of it. */
function saturatedTable(record: RunRecord): Table {
  const rows = record.summary.filter(({ params, status }) => params['load'] === null && status === 'measured');
  const column = (key: string, title: string, unit: string | null, format: NumberFormat): Column => ({
    ...{ key, title, unit, format },
    align: key === 'arm' ? 'left' : 'right',
  });
  const words = intervalWords(
    record,
    rows.map(({ trials }) => trials.unprobed),
    rows.map(({ cell }) => cell),
  );
  const triggers = triggersMetric(record);
  return {
    id: 'saturated',
    title: 'As fast as the sender goes',
    columns: [
      column('arm', 'arm', null, plain),
      column('offered', 'offered', 'kpackets/s', kilopackets),
      column('load', 'load', '× capacity', perPacket),
      column('delivered', 'delivered', 'kpackets/s', kilopackets),
      column('lost', 'lost', '%', lossPercent),
      column('triggers', triggers.title, triggers.unit, perPacket),
    ],
    rows: rows.map((row): Row => {
      const shown = (estimate: Estimate | null | undefined): CellValue =>
        estimate === null || estimate === undefined ? null : bounded(estimate);
      const known = (name: MetricName): CellValue => shown(metricOf(row, name));
      const cells = { offered: known(metricNames.offered), delivered: known(metricNames.rate) };
      const more = { lost: known(metricNames.loss), triggers: shown(triggers.estimate(row)) };
      return { kind: 'body', cells: { arm: arm(row), load: loadOf(record, row), ...cells, ...more } };
    }),
    notes: [`Median and, in brackets, its ${words.title}.`, ...words.notes, capacityText(record)],
  };
}

/** Rows above the highest load that is probed have no cost, and were to have none. */
function mayHaveCost({ status, trials }: SummaryRow): boolean {
  return status === 'skipped' || trials.probed > 0;
}

function softirqs(record: RunRecord, name: 'softirqsPerPacket' | 'senderSoftirqsPerPacket'): CurveMetric {
  return recordedMetric(record, name, {
    title: 'softirqs for each packet',
    unit: 'softirqs/packet',
    format: perPacket,
  });
}

/** A card interrupts. veth has no interrupt: a softirq of the backlog or of NAPI, or a wake-up of the NAPI thread. */
function triggersMetric(record: RunRecord): CurveMetric {
  const words = { title: triggersTitle(record), unit: 'a packet', format: perPacket };
  return trialMetric(record, words, (trial) => (trial.probed ? null : triggersOf(trial)));
}

function triggersOf({ triggers, wirePackets }: Trial): number | null {
  if (triggers === undefined) return null;
  const { interrupts, receiverSoftirqs, senderSoftirqs, napiWakeups } = triggers;
  return (interrupts ?? receiverSoftirqs + (senderSoftirqs ?? 0) + (napiWakeups ?? 0)) / wirePackets;
}

function triggersTitle({ testbed }: RunRecord): string {
  return testbed?.isolation === 'interrupt' ? 'interrupts' : 'softirqs and thread wake-ups';
}

function triggersText({ testbed }: RunRecord): string {
  return testbed?.isolation === 'interrupt'
    ? 'Interrupts of the card’s line, by /proc/interrupts.'
    : 'veth has no interrupt: these are the NET_RX softirqs of both CPUs (/proc/softirqs) and the wake-ups of the NAPI thread.';
}

function capacityText({ experiment }: RunRecord): string {
  const capacity = experiment.options['capacityPacketsPerSecond'];
  return typeof capacity === 'number' ? `load 1 is ${kilopackets(capacity)} kpackets/s` : 'the capacity was not found';
}

/** The path is the same in all. */
function arm({ params, path }: SummaryRow): string {
  return String(params['variant'] ?? path);
}

const plain = (value: number): string => String(value);
const thousands = (value: number): string => kilopackets(1000 * value);

function filled(...tables: Table[]): Table[] {
  return tables.filter((table) => table.rows.length > 0);
}
