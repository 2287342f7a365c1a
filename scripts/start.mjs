// SPDX-License-Identifier: GPL-2.0-only
// `npm start`: the quick Table 1, or the command line that was given after `--`.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const program = new URL('../dist/harness/cli/main.js', import.meta.url);
const given = process.argv.slice(2);

// What boots kernels is installed only for those who want to.
if (given.some((word) => /^--kernel(=|$)/.test(word))) {
  const setup = fileURLToPath(new URL('setup.mjs', import.meta.url));
  const { status } = spawnSync(process.execPath, [setup, '--for', 'lab'], { stdio: ['inherit', 'inherit', 'inherit'] });
  if (status !== 0) process.exit(status ?? 1);
}

process.argv = [process.execPath, fileURLToPath(program), ...(given.length > 0 ? given : ['run', 'table1', '--quick'])];
await import(program.href);
