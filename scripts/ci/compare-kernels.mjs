// SPDX-License-Identifier: GPL-2.0-only
// The step of action.yml that measures two kernels and compares them. It leaves with the exit code of pktpath: 3 when the
// gate found something, 5 when the two cannot be compared.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { InputError, planOf } from './inputs.mjs';

const program = fileURLToPath(new URL('../../dist/harness/cli/main.js', import.meta.url));

/** Exit code of a comparison that its gate has something against. */
const gateFound = 3;

/** Most that a comparison prints; of a suite on several kernels it is some hundred kB. */
const maxBuffer = 64 * 1024 * 1024;

/** @param {import('node:child_process').StdioOptions} stdio */
function pktpath(args, stdio) {
  process.stderr.write(`pktpath ${args.join(' ')}\n`.replaceAll(/[^\x20-\x7e\n]/g, '?'));
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { stdio, maxBuffer });
  return { code: status ?? 1, stdout: String(stdout ?? ''), stderr: String(stderr ?? '') };
}

/** What is measured has names of the user's in it, and the runner takes a line that begins with `::` for a command. */
function withoutCommands(work) {
  const token = randomBytes(16).toString('hex');
  const isRunner = process.env.GITHUB_ACTIONS === 'true';
  if (isRunner) process.stdout.write(`::stop-commands::${token}\n`);
  try {
    return work();
  } finally {
    if (isRunner) process.stdout.write(`::${token}::\n`);
  }
}

/** The worst that any row says, for an `if:` of the workflow. */
function verdictOf(text) {
  const { rows } = JSON.parse(text);
  const found = new Set(rows.map(({ verdict }) => verdict));
  return ['worse', 'unsure', 'better'].find((each) => found.has(each)) ?? 'same';
}

/** @param {string} value one line, of words that are ours */
function output(name, value) {
  const file = process.env.GITHUB_OUTPUT ?? '';
  if (file !== '') appendFileSync(file, `${name}=${value}\n`);
}

function main() {
  const { measure, sides, gate } = planOf(process.env);
  for (const args of measure) {
    const { code } = withoutCommands(() => pktpath(args, ['ignore', 'inherit', 'inherit']));
    if (code !== 0) return code;
  }
  const compare = ['compare', ...sides, ...gate];
  const told = pktpath([...compare, '--format=json'], ['ignore', 'pipe', 'pipe']);
  if (told.code !== 0 && told.code !== gateFound) {
    process.stderr.write(told.stderr);
    return told.code;
  }
  output('verdict', verdictOf(told.stdout));
  return pktpath([...compare, '--format=github'], ['ignore', 'inherit', 'inherit']).code;
}

try {
  process.exitCode = main();
} catch (error) {
  if (!(error instanceof InputError)) throw error;
  process.stderr.write(`pktpath action: ${error.message}\n`);
  process.exitCode = 2;
}
