import { randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { ExitCode, failure, PktpathError, usageError } from '../errors.js';
import { metrics } from '../run/metrics.js';
import type { MetricName } from '../run/metrics.js';
import { unknownWord } from '../run/nearest.js';
import { unprobedFigures } from '../run/trial-figures.js';
import { explainIo } from '../../reports/atomic-file.js';
import { compare } from '../../reports/compare/compare.js';
import type { Compared, CompareOptions } from '../../reports/compare/compare.js';
import { compareTableNames } from '../../reports/compare/select.js';
import type { CompareTableName } from '../../reports/compare/select.js';
import { rowKey } from '../../reports/compare/row-key.js';
import { actionBenchmark, bencherMetrics, compareJson } from '../../reports/compare/exports.js';
import { githubAnnotations } from '../../reports/compare/github.js';
import { compareJunit } from '../../reports/compare/junit.js';
import { compareMarkdown } from '../../reports/compare/markdown.js';
import { pairRuns } from '../../reports/compare/pairs.js';
import { readRuns } from '../../reports/compare/read-runs.js';
import { compareTables, verdictsText } from '../../reports/compare/table.js';
import { anyNumber, collect } from './arguments.js';
import { print, printJson, tell } from './output.js';
import { showTables } from './report-files.js';

const percentRange = { min: 0.001, max: 1000 };

/** What `--fail-on` may name. */
interface Gate {
  verdict: 'worse' | 'unsure';
  thresholdPercent: number | null;
}

/** What is asked of a comparison, wherever its records come from. */
export interface VerdictFlags {
  threshold?: number;
  failOn?: Gate[];
  filter?: string[];
  table?: CompareTableName[];
  row?: { key: string; value: string }[];
  column?: string[];
  metric?: MetricName[];
  format: keyof typeof formats;
}

/** How each form is put out. */
const formats = {
  table: (compared: Compared) => showTables(compareTables(compared)),
  markdown: (compared: Compared) => print(compareMarkdown(compared)),
  json: (compared: Compared) => printJson(compareJson(compared)),
  junit: (compared: Compared) => print(compareJunit(compared)),
  github: showGithub,
  bmf: (compared: Compared) => printJson(bencherMetrics(compared)),
  gab: (compared: Compared) => printJson(actionBenchmark(compared)),
} as const;

export function addCompareCommand(program: Command): void {
  const command = program
    .command('compare')
    .description('what HEAD changed against BASE, with a verdict for every stage; needs no root')
    .argument('<base>', 'a run’s folder or record, or a folder of runs: a suite, a matrix')
    .argument('<head>', 'the same for the kernel that is judged')
    .option('--again <run>', 'BASE measured once more: by how much it differs from itself is no difference of HEAD');
  addVerdictOptions(command)
    .addOption(new Option('--json', 'the same as --format json').implies({ format: 'json' }))
    .action((base: string, head: string, flags: CompareFlags) => {
      compareRuns(base, head, flags);
    });
}

interface CompareFlags extends VerdictFlags {
  again?: string;
}

export function addVerdictOptions(command: Command): Command {
  return command
    .option(
      '--threshold <percent>',
      'a difference below this is the same (default: 5, of exact runs their floors)',
      anyNumber(percentRange),
    )
    .option(
      '--fail-on <verdict>',
      'leave with exit code 3 when a row is worse, worse by more: worse:5%, or unsure',
      collectGate,
    )
    .option('--filter <text>', 'only rows with this in their cell, stage or metric; may be given again', collect)
    .option('--table <name>', `what rows there are: ${compareTableNames.join(', ')}; may be given again`, collectTable)
    .option('--row <key=value>', 'only cells with this parameter, or path=…; may be given again', collectRow)
    .option('--column <text>', 'only columns of a matrix with this in their name; may be given again', collect)
    .option('--metric <name>', 'a metric besides totals, stages and throughput; may be given again', collectMetric)
    .addOption(new Option('--format <form>', 'what is printed').choices(Object.keys(formats)).default('table'));
}

function compareRuns(base: string, head: string, flags: CompareFlags): void {
  const options = compareOptions(flags);
  const bases = readRuns(base);
  const pairs = pairRuns(bases, readRuns(head));
  const again = flags.again === undefined ? [] : pairRuns(bases, readRuns(flags.again));
  showCompared(compare(pairs, { ...options, again }), flags);
}

/** @throws PktpathError (usage) for two thresholds */
export function compareOptions(flags: VerdictFlags): CompareOptions {
  const { threshold, failOn: gates = [], table } = flags;
  const { filter: filters = [], metric: metrics = [], row: rows = [], column: columns = [] } = flags;
  const selection = { filters, metrics, rows, columns, ...(table === undefined ? {} : { tables: table }) };
  return { thresholdPercent: thresholdOf(threshold, gates), again: [], ...selection };
}

/**
 * Everything is read and compared before anything is printed; the gate is last, so that its reader has the table.
 * @throws PktpathError (worse) for what a gate is on
 */
export function showCompared(compared: Compared, { format, failOn: gates = [] }: VerdictFlags): void {
  formats[format](compared);
  tell(`compare: ${verdictsText(compared.rows)}`);
  checkGates(compared, gates);
}

/** A gate's threshold is the table's: a row has one verdict. */
function thresholdOf(threshold: number | undefined, gates: readonly Gate[]): number | null {
  const all = [threshold, ...gates.map((gate) => gate.thresholdPercent)].filter((each) => typeof each === 'number');
  const [first = null, ...others] = new Set(all);
  if (others.length === 0) return first;
  throw usageError(`thresholds of ${[first, ...others].join(' % and ')} %`, 'a row has one verdict: give one of them');
}

function checkGates({ rows }: Compared, gates: readonly Gate[]): void {
  for (const wanted of ['worse', 'unsure'] as const) {
    const failing = gates.some(({ verdict }) => verdict === wanted)
      ? rows.filter(({ verdict }) => verdict === wanted)
      : [];
    const [first] = failing;
    if (first === undefined) continue;
    const more = failing.length === 1 ? '' : `, and ${String(failing.length - 1)} more`;
    throw new PktpathError(`${wanted}: ${rowKey(first)}${more}`, { exitCode: ExitCode.regression });
  }
}

function collectGate(text: string, previous: Gate[] = []): Gate[] {
  if (text === 'unsure') return [...previous, { verdict: 'unsure', thresholdPercent: null }];
  const [, percent] = /^worse(?::([^%]+)%?)?$/.exec(text) ?? [];
  if (text !== 'worse' && percent === undefined) throw new InvalidArgumentError('It is worse, worse:5% or unsure.');
  const thresholdPercent = percent === undefined ? null : anyNumber(percentRange)(percent);
  return [...previous, { verdict: 'worse', thresholdPercent }];
}

function collectTable(name: string, previous: CompareTableName[] = []): CompareTableName[] {
  const table = compareTableNames.find((each) => each === name);
  if (table === undefined) throw usageError(`unknown table ${unknownWord(name, compareTableNames)}`);
  return [...previous, table];
}

function collectRow(text: string, previous: { key: string; value: string }[] = []): { key: string; value: string }[] {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined || value === undefined) throw new InvalidArgumentError('It is key=value, e.g. frameBytes=64.');
  return [...previous, { key, value }];
}

function collectMetric(name: string, previous: MetricName[] = []): MetricName[] {
  const known = unprobedFigures.map(([each]) => each).filter((each) => metrics[each].better !== null);
  const metric = known.find((each) => each === name);
  if (metric === undefined) throw usageError(`unknown metric ${unknownWord(name, known)}`);
  return [...previous, metric];
}

/**
 * Annotations on stdout, the tables in the job's summary; where there is none, on stdout too, but out of reach of the runner:
 * a name in a record must not become a workflow command.
 */
function showGithub(compared: Compared): void {
  const markdown = compareMarkdown(compared);
  const summary = process.env['GITHUB_STEP_SUMMARY'] ?? '';
  if (summary === '') {
    const token = randomBytes(16).toString('hex');
    print(`::stop-commands::${token}\n${markdown}::${token}::`);
  } else appendSummary(summary, markdown);
  for (const line of githubAnnotations(compared)) print(line);
}

function appendSummary(path: string, markdown: string): void {
  try {
    appendFileSync(path, `${markdown}\n`);
  } catch (error) {
    throw failure(
      `cannot write the job’s summary ${path}: ${explainIo(error).reason}`,
      'see GITHUB_STEP_SUMMARY',
      error,
    );
  }
}
