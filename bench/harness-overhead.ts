import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Bench, hrtimeNow } from 'tinybench';
import { failure } from '../harness/errors.js';
import { projectRoot } from '../harness/root.js';
import { medianInterval } from '../harness/statistics/interval.js';
import { renderSvg } from '../reports/charts/svg.js';
import { table1Charts } from '../reports/charts/table1.js';
import { parseRecord } from '../reports/record-io.js';
import { renderHtml, renderTerminal } from '../reports/tables/table.js';
import type { Table } from '../reports/tables/table.js';
import { table1Tables, terminalTables } from '../reports/tables/table1.js';
import { figure, text } from './columns.js';
import type { Section, Tell } from './section.js';

const fixture = join(projectRoot, 'test', 'fixtures', 'records', 'table1.json');
/** Milliseconds for each task. */
const time = { full: 1000, quick: 300 } as const;

/** What the harness does with a record, between and after trials: CPU time that nothing is measured in. */
export async function harnessSection(quick: boolean, tell: Tell): Promise<Section> {
  tell('harness: reading, tables and charts of a stored record');
  const stored = await readFile(fixture, 'utf8');
  const record = parseRecord(stored, fixture);
  const [chart] = table1Charts(record);
  if (chart === undefined) throw failure(`${fixture} gives no chart`, 'write it again from its generator in test/');
  const values = Array.from({ length: 1000 }, (_, index) => (index * 7919) % 1000);
  const bench = new Bench({ time: quick ? time.quick : time.full, retainSamples: true, now: hrtimeNow })
    .add('read and check a record', () => {
      parseRecord(stored, fixture);
    })
    .add('write a record', () => {
      JSON.stringify(record);
    })
    .add('median and interval of 1000 values', () => {
      medianInterval(values);
    })
    .add('tables for the terminal', () => {
      for (const table of terminalTables(record)) renderTerminal(table, { width: 100, colour: false });
    })
    .add('tables for the report', () => {
      for (const table of table1Tables(record)) renderHtml(table);
    })
    .add(`chart ${chart.id} as SVG`, async () => {
      await renderSvg(chart.spec);
    });
  await bench.run();
  const tasks = bench.tasks.map(({ name, result }) => {
    if (result.state !== 'completed') throw failure(`the benchmark of “${name}” ended as ${result.state}`);
    const { p50, p75, p99, samplesCount } = result.latency;
    return { name, p50, p75, p99, samples: samplesCount };
  });
  return { tables: [overheadTable(tasks, stored.length)], goals: [], data: tasks };
}

/** Latencies in milliseconds. */
export interface TaskLatency {
  name: string;
  p50: number;
  p75: number;
  p99: number;
  samples: number;
}

export function overheadTable(tasks: readonly TaskLatency[], recordBytes: number): Table {
  const milliseconds = (value: number): string => value.toFixed(3);
  return {
    id: 'harness-overhead',
    title: 'The harness’s own work on a record, outside of every measured window',
    columns: [
      text('name', 'Work'),
      figure('p50', 'Median', 'ms', milliseconds),
      figure('p75', '75th percentile', 'ms', milliseconds),
      figure('p99', '99th percentile', 'ms', milliseconds),
      figure('samples', 'Samples', null, String),
    ],
    rows: tasks.map((task) => ({ kind: 'body', cells: { ...task } })),
    notes: [`The stored record has ${recordBytes} bytes.`],
  };
}
