import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { allowedCpus } from '../environment/allowed-cpus.js';
import { asError, ExitCode, failure } from '../errors.js';
import { planRun } from '../run/run-plan.js';
import type { RunPlan } from '../run/run-plan.js';
import { falseAlarmsIn, floorRows, floorTable, simulationTable } from '../selftest/report.js';
import { allSimulations, simulationLengths } from '../selftest/simulations.js';
import { compare } from '../../reports/compare/compare.js';
import type { Compared } from '../../reports/compare/compare.js';
import { pairRuns } from '../../reports/compare/pairs.js';
import type { RunRecord } from '../../reports/record.js';
import { table1 } from '../../experiments/table1.js';
import { measureHere } from './measure.js';
import { printJson, tell, tellError } from './output.js';
import { ProgressLine } from './progress-line.js';
import { showTables } from './report-files.js';
import { requireRoot } from './require-root.js';
import { signalExitCode, withSignals } from './signals.js';

interface SelftestFlags {
  quick?: true;
  simulateOnly?: true;
  json?: true;
}

/** Of a quick self-test: two roads at one frame size. */
const quickCells = ['paths=tcp,packet-recvfrom', 'frameBytes=1514', 'tcpTraffic=tcp-message'];

export function addSelftestCommand(program: Command): void {
  program
    .command('selftest')
    .description('whether the statistics keep what they say, and what differences this machine can tell')
    .option('--quick', 'about a minute: fewer simulations, and two roads of table1 alone')
    .option('--simulate-only', 'measure nothing; needs no root')
    .option('--json', 'print every simulation and every figure as JSON')
    .addHelpText('after', '\nExit codes: 0 all as it should be, 1 something is not, 4 the A/A is not possible here.')
    .action(async (flags: SelftestFlags) => selftest(flags));
}

/** The A/A comes last, and what prevents it is told behind the rest. */
async function selftest({ quick: short, simulateOnly, json }: SelftestFlags): Promise<void> {
  const quick = short === true;
  const progress = new ProgressLine('selftest');
  const length = quick ? simulationLengths.quick : simulationLengths.full;
  const simulations = allSimulations(length, (step) => progress.step(step));
  progress.end();
  if (json !== true) showTables([simulationTable(simulations)]);
  const measured = simulateOnly === true ? null : await againstItself(quick, progress).catch(asError);
  progress.end();
  const compared = measured instanceof Error ? null : measured;
  const rounds = table1.rounds.full;
  const figures = compared === null ? null : floorRows(compared, rounds);
  if (json === true) printJson({ schema: 'pktpath-selftest', version: 1, simulations, rounds, figures });
  else if (compared !== null) showTables([floorTable(compared, rounds)]);
  if (process.exitCode !== undefined && process.exitCode !== ExitCode.ok) return;
  const off = simulations.filter(({ ok }) => !ok);
  const alarms = compared === null ? [] : falseAlarmsIn(compared);
  if (off.length + alarms.length > 0) {
    const names = [...off.map(({ name }) => name), ...alarms.map(({ label, name }) => `${label}, ${name}`)];
    throw failure(`${String(names.length)} out of bounds, the first: ${names[0] ?? ''}`, 'the tables have them all');
  }
  if (measured instanceof Error) throw measured;
}

/**
 * Table1 on this machine twice, one run behind the other, as `pktpath compare` gets them.
 * @returns null when a signal ended it; then the exit code is set
 * @throws PktpathError (not possible) without root; whatever a run may
 */
async function againstItself(quick: boolean, progress: ProgressLine): Promise<Compared | null> {
  requireRoot('the A/A');
  const settings = quick ? quickCells : [];
  const request = { settings, quick: true, rounds: quick ? null : table1.rounds.full, durationSeconds: null };
  const plan = planRun(table1, request, await allowedCpus());
  const runs: RunRecord[] = [];
  for (const name of ['A1', 'A2']) {
    progress.note(`measuring ${name}`);
    const record = await measured(plan, name, progress);
    if (record === null) return null;
    runs.push(record);
  }
  const [base, head] = runs.map((record, index) => [{ record, source: `A${String(index + 1)}` }]);
  const pairs = pairRuns(base ?? [], head ?? []);
  return compare(pairs, { thresholdPercent: null, filters: [], metrics: [], again: [] });
}

async function measured(plan: RunPlan, name: string, progress: ProgressLine): Promise<RunRecord | null> {
  const runId = `selftest-${name}-${randomBytes(2).toString('hex')}`;
  const keep = (): void => undefined;
  const { result, received } = await withSignals(async (signal) =>
    measureHere(plan, { runId, progress, keep, signal, folder: '', earlier: null }),
  );
  if (received !== null) {
    tell('pktpath: interrupted');
    process.exitCode = signalExitCode(received);
    return null;
  }
  const [first, ...others] = result.problems;
  // a cell that could not be measured is in the comparison, with its reason
  for (const problem of result.record === null ? others : result.problems) tellError(problem);
  if (result.record === null) throw first ?? failure(`${name} ended without a record`);
  return result.record;
}
