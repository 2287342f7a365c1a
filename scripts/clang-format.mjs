// SPDX-License-Identifier: GPL-2.0-only
// Checks the format of all C and C++, or with --write puts it right. Formatting differs between versions of
// clang-format, so only the one that the tree is formatted with is used.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

const program = 'clang-format-14';
const root = fileURLToPath(new URL('..', import.meta.url));

const files = ['native/src', 'kernel-probes'].flatMap((folder) => {
  const names = readdirSync(join(root, folder), { recursive: true });
  return names.filter((name) => /\.(cc|h|c)$/.test(name)).map((name) => join(folder, name));
});

const mode = process.argv[2] === '--write' ? ['-i'] : ['--dry-run', '-Werror'];
const { error, status } = spawnSync(program, ['--style=file', ...mode, ...files], { cwd: root, stdio: 'inherit' });
if (error?.code === 'ENOENT') {
  process.stderr.write(`${program} is not installed: the format of ${files.length} C and C++ files was not checked\n`);
} else {
  process.exitCode = status ?? 1;
}
