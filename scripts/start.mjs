// SPDX-License-Identifier: GPL-2.0-only
// `npm start`: the quick Table 1, or the command line that was given after `--`.
import { fileURLToPath } from 'node:url';

const program = new URL('../dist/harness/cli/main.js', import.meta.url);
const given = process.argv.slice(2);

process.argv = [process.execPath, fileURLToPath(program), ...(given.length > 0 ? given : ['run', 'table1', '--quick'])];
await import(program.href);
