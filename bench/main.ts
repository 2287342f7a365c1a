import { readCpuTimes } from '../harness/environment/cpu-times.js';
import { collectEnvironment, finishEnvironment } from '../harness/environment/environment.js';
import { ExitCode } from '../harness/errors.js';
import { exitCodeOf, print, printJson, tell, tellError, tolerateClosedPipes } from '../harness/cli/output.js';
import { signalExitCode, withSignals } from '../harness/cli/signals.js';
import { Interrupted } from '../harness/run/interruption.js';
import { seededRandom } from '../harness/statistics/random.js';
import { renderTerminal } from '../reports/tables/table.js';
import { useColour } from '../reports/tables/terminal.js';
import { withBed } from './bed.js';
import type { Bed } from './bed.js';
import { generatorSection } from './generator-rate.js';
import { goalLine, isOpen, verdict } from './goals.js';
import { harnessSection } from './harness-overhead.js';
import { machineLines } from './machine.js';
import { parseOptions, usage } from './options.js';
import type { BenchOptions, SectionName } from './options.js';
import { probeCostSection } from './probe-cost.js';
import { roadsSection } from './roads.js';
import type { Section } from './section.js';
import { throughputSection } from './throughput.js';

/** Wide enough for the widest table on one line a row; a file has no width of its own. */
const defaultWidth = 160;

async function bench(options: BenchOptions, signal: AbortSignal): Promise<number> {
  const start = await readCpuTimes();
  const before = await collectEnvironment({});
  const { sections, libraries } = await measure(options, signal);
  const machine = await finishEnvironment({ ...before, software: { ...before.software, ...libraries } }, start);
  if (options.json) {
    const goals = sections.flatMap(({ goals: own }) =>
      own.map((goal) => ({ ...goal, verdict: verdict(goal), open: isOpen(goal) })),
    );
    const data = Object.fromEntries(sections.map(({ name, data: own }) => [name, own]));
    printJson({ seed: options.seed, quick: options.quick, environment: machine, goals, sections: data });
    return ExitCode.ok;
  }
  print(machineLines(machine).join('\n'));
  print(`seed ${options.seed}${options.quick ? ', quick' : ''}\n`);
  const style = {
    width: process.stdout.isTTY ? process.stdout.columns : defaultWidth,
    colour: useColour(process.stdout),
  };
  for (const { tables, goals } of sections) {
    for (const table of tables) print(`${renderTerminal(table, style)}\n\n`);
    for (const goal of goals) print(goalLine(goal));
    if (goals.length > 0) print('');
  }
  return ExitCode.ok;
}

type Named = Section & { name: SectionName };

async function measure(
  { sections: wanted, quick, seed }: BenchOptions,
  signal: AbortSignal,
): Promise<{ sections: Named[]; libraries: Record<string, string> }> {
  const random = seededRandom(seed);
  const sections: Named[] = [];
  const onBed: Partial<Record<SectionName, (bed: Bed) => Promise<Section>>> = {
    'probe-cost': (bed) => probeCostSection(bed, quick, random, tell),
    throughput: (bed) => throughputSection(bed, quick, random, tell),
    generator: (bed) => generatorSection(bed, quick, random, tell),
    roads: (bed) => roadsSection(bed, quick, random, tell),
  };
  let libraries: Record<string, string> = {};
  if (wanted.some((name) => onBed[name] !== undefined)) {
    await withBed(signal, async (bed) => {
      libraries = await bed.executor.versions();
      for (const name of wanted) {
        const section = await onBed[name]?.(bed);
        if (section !== undefined) sections.push({ name, ...section });
      }
    });
  }
  if (wanted.includes('harness')) sections.push({ name: 'harness', ...(await harnessSection(quick, tell)) });
  return { sections, libraries };
}

tolerateClosedPipes();
try {
  const options = parseOptions(process.argv.slice(2));
  if (options === null) {
    print(usage);
  } else {
    const { result, received } = await withSignals(async (signal) =>
      bench(options, signal).catch((error: unknown) => {
        if (error instanceof Interrupted) return ExitCode.failed;
        throw error;
      }),
    );
    process.exitCode = received === null ? result : signalExitCode(received);
  }
} catch (error) {
  tellError(error);
  process.exitCode = exitCodeOf(error);
}
