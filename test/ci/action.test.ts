import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../harness/root.js';
import { runProgram } from '../support/cli.js';
import type { CliResult } from '../support/cli.js';
import { action } from './shell-blocks.js';

/** In place of the built command line: writes down its arguments, and leaves with the code that the test has said. */
const stub = `
import { appendFileSync } from 'node:fs';
const args = process.argv.slice(2);
appendFileSync(process.env.STUB_LOG, JSON.stringify(args) + '\\n');
if (args[0] === 'compare' && args.includes('--format=json')) {
  const verdicts = process.env.STUB_VERDICTS.split(',');
  console.log(JSON.stringify({ rows: verdicts.map((verdict) => ({ verdict })) }));
}
process.exitCode = Number(process.env['STUB_' + args[0].toUpperCase()] ?? 0);
`;

/** Values that would do something if a shell, or the runner, read them. */
const hostile = [
  '$(touch hacked)',
  '`touch hacked`',
  '"; touch hacked; "',
  "'; touch hacked #",
  '::error::x',
  '--json',
  '-x',
];

describe('the action', function () {
  this.timeout(30_000);
  let folder: string;
  const at = (name: string): string => join(folder, name);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pktpath-action-'));
    cpSync(join(projectRoot, 'scripts/ci'), at('scripts/ci'), { recursive: true });
    mkdirSync(at('dist/harness/cli'), { recursive: true });
    writeFileSync(at('package.json'), '{ "type": "module" }');
    writeFileSync(at('dist/harness/cli/main.js'), stub);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const step = action.runs.steps.find(({ id }) => id === 'compare');

  /** The step of the action as the runner would start it, with these inputs and the defaults of the others. */
  async function compared(inputs: Record<string, string>, env: Record<string, string> = {}): Promise<CliResult> {
    const given = Object.fromEntries(
      Object.entries(step?.env ?? {}).map(([variable, expression]) => {
        const [, input = ''] = /^\$\{\{ inputs\.([a-z-]+) \}\}$/.exec(expression) ?? [];
        return [variable, input === '' ? at('out') : (inputs[input] ?? action.inputs[input]?.default ?? '')];
      }),
    );
    const outside = {
      GITHUB_ACTION_PATH: folder,
      GITHUB_OUTPUT: at('output'),
      RUNNER_TEMP: folder,
      STUB_LOG: at('log'),
    };
    writeFileSync(at('output'), '');
    writeFileSync(at('log'), '');
    writeFileSync(at('step.sh'), step?.run ?? '');
    const options = { cwd: folder, env: { ...outside, STUB_VERDICTS: 'same', ...given, ...env } };
    return runProgram('bash', ['--noprofile', '--norc', '-eo', 'pipefail', at('step.sh')], options);
  }

  const calls = (): string[][] =>
    readFileSync(at('log'), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as string[]);
  const kernels = { 'base-kernel': 'debian:generic:6.1', 'head-kernel': 'build/bzImage,modules=build/modules' };

  it('counts on both kernels, compares, and says the verdict', async () => {
    const options = '--set paths=libpcap\n\n  --trials 4\n--quick\n';
    const { code, stderr } = await compared({ ...kernels, options, threshold: '2' });
    assert.equal(code, 0, stderr);
    const own = ['--exact', '--set=paths=libpcap', '--trials=4', '--quick'];
    const [base, head] = [at('out/base'), at('out/head')];
    assert.deepEqual(calls(), [
      ['run', 'table1', '--kernel=debian:generic:6.1', ...own, `--out=${base}`],
      ['run', 'table1', '--kernel=build/bzImage,modules=build/modules', ...own, `--out=${head}`],
      ['compare', base, head, '--threshold=2', '--fail-on=worse', '--format=json'],
      ['compare', base, head, '--threshold=2', '--fail-on=worse', '--format=github'],
    ]);
    assert.equal(readFileSync(at('output'), 'utf8'), 'verdict=same\n');
  });

  it('times both in turns where it is not exact', async () => {
    const { code } = await compared({ ...kernels, exact: 'false', 'fail-on': 'worse:5%, unsure' });
    assert.equal(code, 0);
    const [ab, compare] = calls();
    const arms = ['--a=kernel=debian:generic:6.1', '--b=kernel=build/bzImage,modules=build/modules'];
    assert.deepEqual(ab, ['ab', 'table1', ...arms, `--out=${at('out')}`]);
    assert.deepEqual(compare?.slice(0, 5), [
      'compare',
      at('out/a'),
      at('out/b'),
      '--fail-on=worse:5%',
      '--fail-on=unsure',
    ]);
  });

  for (const [verdicts, expected] of [
    ['same,better,worse,unsure', 'worse'],
    ['same,better,unsure', 'unsure'],
    ['same,better', 'better'],
    ['same,same', 'same'],
  ] as const) {
    it(`says ${expected} of ${verdicts}, whatever the gate does`, async () => {
      const { code } = await compared(kernels, { STUB_VERDICTS: verdicts, STUB_COMPARE: '3' });
      assert.equal(code, 3);
      assert.equal(readFileSync(at('output'), 'utf8'), `verdict=${expected}\n`);
    });
  }

  it('ends with the code of what failed, and goes no further', async () => {
    const measured = await compared(kernels, { STUB_RUN: '4' });
    assert.deepEqual([measured.code, calls().length], [4, 1]);
    const incomparable = await compared(kernels, { STUB_COMPARE: '5' });
    assert.deepEqual([incomparable.code, calls().length], [5, 3]);
    assert.equal(readFileSync(at('output'), 'utf8'), '');
  });

  for (const value of hostile) {
    it(`keeps ${value} a word`, async () => {
      const fields = { 'base-kernel': value, 'head-kernel': value, options: `--set ${value}`, threshold: value };
      await compared(fields, { GITHUB_ACTIONS: 'true' });
      const [run] = calls();
      assert.deepEqual(run?.slice(0, 5), ['run', 'table1', `--kernel=${value}`, '--exact', `--set=${value}`]);
      assert.deepEqual(
        readdirSync(folder).filter((name) => name === 'hacked'),
        [],
      );
    });
  }

  it('switches the runner’s commands off while it measures', async () => {
    const { stdout } = await compared(kernels, { GITHUB_ACTIONS: 'true' });
    assert.match(stdout, /^::stop-commands::([0-9a-f]{32})\n::\1::\n/);
  });

  const wrong: [string, Record<string, string>, RegExp][] = [
    ['no kernel', { 'base-kernel': '' }, /base-kernel is empty/],
    ['two kernels', { 'head-kernel': 'debian:rt,debian:cloud' }, /names more than one kernel/],
    ['a line break in a name', { 'head-kernel': 'a\nb' }, /is no kernel/],
    ['no experiment', { experiment: '--help' }, /experiment: "--help" is none/],
    ['an option of its own', { options: '--out /etc' }, /options: "--out \/etc" is none of --set/],
    ['two options on a line', { options: '--quick --trials 4' }, /one a line/],
    ['a word that is no option', { options: 'libpcap' }, /one a line/],
    ['neither true nor false', { exact: 'yes' }, /exact: "yes" is neither/],
  ];
  for (const [what, inputs, expected] of wrong) {
    it(`refuses ${what}`, async () => {
      const { code, stderr } = await compared({ ...kernels, ...inputs });
      assert.equal(code, 2);
      assert.match(stderr, expected);
      assert.deepEqual(calls(), []);
    });
  }
});
