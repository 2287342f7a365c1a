import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format, resolveConfig } from 'prettier';
import ts from 'typescript';
import type { TrialResult, TrialSpec } from '../../harness/executor/contract.js';
import { projectRoot } from '../../harness/root.js';
import type { Experiment } from '../../harness/run/experiment.js';
import { planRun } from '../../harness/run/run-plan.js';
import { performRun } from '../../harness/run/run.js';
import { renderSvg } from '../../reports/charts/svg.js';
import { RunRecord } from '../../reports/record.js';
import { renderMarkdown } from '../../reports/tables/table.js';
import { hostileRecord } from '../reports/hostile-record.js';
import { lines, texts } from '../reports/reading.js';
import { runProgram } from '../support/cli.js';
import { MockExecutor } from '../support/mock-executor.js';
import { mockRun } from '../support/mock-run.js';
import { dearer } from '../support/tampered.js';
import { commandsOf, walkThrough } from './documents.js';

const [experimentFile, listFile] = ['experiments/snaplen.ts', 'harness/cli/experiments.ts'] as const;

/** What the walk-through has a reader write into a file: its blocks of that name, in order. */
function writtenInto(file: string): string {
  const blocks = [...walkThrough.text.matchAll(/^```ts (\S+)\n(.*?)^```$/gms)];
  const own = blocks.filter(([, name]) => name === file).map(([, , code = '']) => code);
  assert.ok(own.length > 0, `the walk-through has nothing for ${file}`);
  return own.join('\n');
}

/** The list of experiments with the walk-through's line at its end. */
function registered(): string {
  const list = readFileSync(join(projectRoot, listFile), 'utf8');
  const end = list.indexOf('\n};', list.indexOf('const experiments'));
  return `${list.slice(0, end)}\n${writtenInto(listFile).trimEnd()}${list.slice(end)}`;
}

/** Complaints of the compiler about these files, as if they stood in the project. */
function complaints(files: ReadonlyMap<string, string>): string[] {
  const config = ts.readConfigFile(join(projectRoot, 'tsconfig.json'), (path) => ts.sys.readFile(path))
    .config as object;
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, projectRoot);
  const host = ts.createCompilerHost({ ...options, incremental: false });
  const read = host.readFile.bind(host);
  const exists = host.fileExists.bind(host);
  host.readFile = (path) => files.get(path) ?? read(path);
  host.fileExists = (path) => files.has(path) || exists(path);
  const program = ts.createProgram([...files.keys()], { ...options, incremental: false, noEmit: true }, host);
  return [...files.keys()].flatMap((path) => {
    const source = program.getSourceFile(path);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ messageText, start }) => `${path}:${String(start)}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    );
  });
}

/** As the project's own build makes it. */
function compiled(source: string): string {
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023, verbatimModuleSyntax: true };
  return ts.transpileModule(source, { compilerOptions }).outputText;
}

/** The built project with both files in it; all else in it are links to the real one. */
function buildCopy(folder: string): void {
  const link = (path: string, name: string): void => {
    symlinkSync(join(projectRoot, 'dist', path, name), join(folder, path, name));
  };
  const linkAllBut = (path: string, but: string): void => {
    mkdirSync(join(folder, path));
    for (const name of readdirSync(join(projectRoot, 'dist', path))) if (name !== but) link(path, name);
  };
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  linkAllBut('harness', 'cli');
  linkAllBut('experiments', 'snaplen.js');
  link('.', 'reports');
  symlinkSync(join(projectRoot, 'node_modules'), join(folder, 'node_modules'));
  // its files look for each other where they lie
  cpSync(join(projectRoot, 'dist/harness/cli'), join(folder, 'harness/cli'), { recursive: true });
  writeFileSync(join(folder, experimentFile.replace(/ts$/, 'js')), compiled(writtenInto(experimentFile)));
  writeFileSync(join(folder, listFile.replace(/ts$/, 'js')), compiled(registered()));
}

/** A captured byte costs half a nanosecond, in the call or in softirq. */
function cutting(result: TrialResult, spec: TrialSpec): TrialResult {
  const captured = 'snaplen' in spec.path ? spec.path.snaplen : NaN;
  return dearer(result, spec, spec.path.name === 'tpacket-v3' ? 'net-rx' : 'copy', 0.5 * captured);
}

async function run(experiment: Experiment): Promise<RunRecord> {
  const request = { settings: ['seed=1'], quick: true, rounds: 6, durationSeconds: 0.1 };
  const mock = mockRun(new MockExecutor({ tamper: cutting }));
  const plan = planRun(experiment, request, [0, 1]);
  const { record, problems } = await performRun(plan, 'test', mock.tools, new AbortController().signal);
  assert.deepEqual(problems, []);
  return RunRecord.parse(JSON.parse(JSON.stringify(record)));
}

describe('the walk-through', function () {
  this.timeout(60_000);
  let folder: string;
  let experiment: Experiment;
  let record: RunRecord;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pktpath-walk-'));
    buildCopy(folder);
    const module = (await import(pathToFileURL(join(folder, 'experiments/snaplen.js')).href)) as {
      snaplenExperiment: Experiment;
    };
    experiment = module.snaplenExperiment;
    record = await run(experiment);
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  const table = (id: string) => experiment.tables(record).find((each) => each.id === id)!;

  it('writes code that the project’s compiler takes', () => {
    const files = new Map([
      [join(projectRoot, experimentFile), writtenInto(experimentFile)],
      [join(projectRoot, listFile), registered()],
    ]);
    assert.deepEqual(complaints(files), []);
  });

  it('writes it in the project’s style', async () => {
    const source = writtenInto(experimentFile);
    const style = await resolveConfig(join(projectRoot, experimentFile));
    assert.equal(await format(source, { ...style, parser: 'typescript' }), source);
  });

  for (const command of commandsOf(walkThrough.text).filter((each) => each.includes('snaplen'))) {
    it(`runs: ${command}`, async () => {
      const words = [...command.split(/\s+/), '--dry-run'];
      const { code, stdout, stderr } = await runProgram(process.execPath, [
        join(folder, 'harness/cli/main.js'),
        ...words,
      ]);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /tpacket-v3 frameBytes=1514 packetsPerSecond=\d+ snaplen=64/);
    });
  }

  it('ends in a curve, its fit, and a chart of both', async () => {
    assert.deepEqual(
      lines(table('snaplen')).map((line) => line.replaceAll(/ \([^)]*\)/g, '')),
      ['64 | 3032 | 3032', '512 | 3256 | 3256', '1514 | 3757 | 3757'],
    );
    for (const line of lines(table('snaplen-fit'))) {
      assert.match(line, /3000 \(3000–3000\) \| 0\.500 \(0\.500–0\.500\) \| 1\.000 \| rises as a line$/);
    }
    const [chart] = experiment.charts(record);
    const drawn = texts(await renderSvg(chart!.spec)).join(' ');
    for (const word of ['packet-recvfrom', 'tpacket-v3', 'captured at most, B']) assert.ok(drawn.includes(word), word);
  });

  it('ends in a verdict, whatever was measured', () => {
    const [claim] = experiment.claims!(record);
    assert.equal(claim!.verdict, 'no longer holds');
    assert.match(
      claim!.found,
      /^packet-recvfrom cut to 64 B: 19\.3 \(19\.3 to 19\.3\) % saved; tpacket-v3 cut to 64 B: /,
    );
    const verdict = (low: number, high: number): string => {
      const savingPercent = { median: (low + high) / 2, low, high, n: 6 };
      const comparisons = record.comparisons.map((each) => ({ ...each, savingPercent }));
      return experiment.claims!({ ...record, comparisons })[0]!.verdict;
    };
    assert.deepEqual([verdict(60, 70), verdict(45, 55)], ['holds', 'not measured']);
    const empty = { ...record, trials: [], summary: [], comparisons: [] };
    assert.equal(experiment.claims!(empty)[0]!.verdict, 'not measured');
    assert.deepEqual(experiment.charts(empty), []);
  });

  it('survives a hostile record', async () => {
    const hostile = hostileRecord(record);
    for (const each of experiment.tables(hostile)) assert.ok(!renderMarkdown(each).includes('<script'));
    for (const { spec } of experiment.charts(hostile))
      assert.doesNotMatch(await renderSvg(spec), /<script|NaN|Infinity/);
  });
});
