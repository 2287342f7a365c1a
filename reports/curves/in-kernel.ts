import type { Claim } from '../claims/claim.js';
import { claimsTable } from '../claims/claim.js';
import { inKernelClaim } from '../claims/in-kernel.js';
import { metricNames } from '../metric-names.js';
import { isObserver } from '../frame-views.js';
import type { RunRecord, SummaryRow } from '../record.js';
import type { Chart } from '../charts/chart.js';
import { dropsTable } from '../tables/drops-table.js';
import { kilopackets, lossPercent, perPacket } from '../tables/format.js';
import { observerTable } from '../tables/observer-table.js';
import { planTable } from '../tables/plan-table.js';
import { probeCostTable } from '../tables/probe-cost-table.js';
import type { Table } from '../tables/table.js';
import { curveChart } from './curve-chart.js';
import { curveTable } from './curve-table.js';
import type { CurvePlan } from './curve.js';
import { costMetric, recordedMetric } from './metric.js';
import type { CurveMetric } from './metric.js';

/** Every table of experiment in-kernel. */
export function inKernelTables(record: RunRecord): Table[] {
  const tables = Object.values(plans(record)).map((plan) => curveTable(record, plan));
  return [
    ...filled(claimsTable(inKernelClaims(record)), ...tables, dropsTable(record), observerTable(record)),
    ...[probeCostTable(record), planTable(record)],
  ];
}

/** What was counted of what was offered, what it cost, and what the traffic noticed. */
export function inKernelTerminalTables(record: RunRecord): Table[] {
  const { counted, cost } = plans(record);
  const tables = [counted, cost].map((plan) => curveTable(record, plan));
  return filled(...tables, dropsTable(record), observerTable(record), claimsTable(inKernelClaims(record)));
}

export function inKernelCharts(record: RunRecord): Chart[] {
  const { counted, cost } = plans(record);
  const more = taskText(record);
  return [
    ...curveChart(record, counted, { logX: true, logY: true, more }),
    ...curveChart(record, cost, { logX: true, logY: true, more }),
  ];
}

export function inKernelClaims(record: RunRecord): Claim[] {
  return inKernelClaim(record);
}

function plans(record: RunRecord) {
  const curve = (id: string, title: string, metric: CurveMetric, notes: string[] = []): CurvePlan => ({
    ...{ id, title, metric, notes },
    x: { key: 'packetsPerSecond', title: 'offered', unit: 'packets/s' },
    rows: (row: SummaryRow) => !isObserver(row),
  });
  const known = (name: Parameters<typeof recordedMetric>[1], words: Parameters<typeof recordedMetric>[2]) =>
    recordedMetric(record, name, words);
  const rate = { title: 'counted', unit: 'kpackets/s', format: thousands, divisor: 1000 };
  const calls = { title: 'system calls for each packet', unit: 'calls/packet', format: perPacket };
  // without a figure where no probed trial was meant to be
  const costOf = (...given: Parameters<typeof curve>): CurvePlan => ({
    ...curve(...given),
    rows: (row) => !isObserver(row) && (row.status === 'skipped' || row.trials.probed > 0),
  });
  return {
    counted: curve('counted', 'Counted of what was offered', known(metricNames.rate, rate), [taskText(record)]),
    lost: curve('lost', 'Not counted', known(metricNames.loss, { title: 'lost', unit: '%', format: lossPercent })),
    cost: costOf('cost', 'What counting a packet costs the receiver, with the packet’s own way', costMetric(record), [
      'From probed trials, which are taken at low rates alone: probes slow an overloaded receiver.',
      'The packets are for another host, as on a mirror port. Every arm but af-xdp leaves them to the stack (unless action is drop), ' +
        'and the stack’s work up to IP, which turns them away, is in the figure.',
    ]),
    calls: curve('calls', 'System calls', known(metricNames.systemCalls, calls)),
  };
}

function taskText({ experiment: { options }, trials }: RunRecord): string {
  const untracked = trials.reduce((sum, { valid, flows }) => sum + (valid ? (flows?.untracked ?? 0) : 0), 0);
  const what =
    options['task'] === 'flows' ? `packets and bytes of ${String(options['flows'])} flows` : 'packets by protocol';
  return `task: ${what}${untracked === 0 ? '' : `; ${String(untracked)} packets of more flows than the table holds`}`;
}

const thousands = (value: number): string => kilopackets(1000 * value);

function filled(...tables: Table[]): Table[] {
  return tables.filter((table) => table.rows.length > 0);
}
