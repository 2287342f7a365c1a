// SPDX-License-Identifier: GPL-2.0-only
import { accessSync, chmodSync, constants, existsSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { mustRun } from './command.mjs';
import { filesBelow } from './stamp.mjs';

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));
const isSource = (name) => name.endsWith('.ts') && !name.endsWith('.d.ts');

/**
 * @param {string} root
 * @returns {string[]} paths of all TypeScript sources, by the folders that tsconfig.json includes
 */
export function sourcesOf(root) {
  const { include } = readJson(join(root, 'tsconfig.json'));
  return include.flatMap((folder) => filesBelow(join(root, folder), isSource));
}

function outputsOf(root) {
  return sourcesOf(root).map((source) => join(root, 'dist', relative(root, source).replace(/\.ts$/, '.js')));
}

/** The programs that package.json names under bin. npx starts them as they lie here, so they must be executable. */
function programs(root) {
  return Object.values(readJson(join(root, 'package.json')).bin ?? {}).map((path) => join(root, path));
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} root @returns {boolean} */
export function compiledAreComplete(root) {
  return outputsOf(root).every((path) => existsSync(path)) && programs(root).every(isExecutable);
}

/**
 * Compiles into dist/, in which nothing stays of a source that is gone: its tests would still run.
 * @param {string} root
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 */
export async function compile(root, options) {
  const outputs = new Set(outputsOf(root));
  for (const path of filesBelow(join(root, 'dist'), (name) => /\.js(\.map)?$/.test(name))) {
    if (!outputs.has(path.replace(/\.map$/, ''))) rmSync(path);
  }
  // tsc trusts its notes about what it has written, and would not write a missing file again.
  if (![...outputs].every((path) => existsSync(path))) rmSync(join(root, 'dist/.tsbuildinfo'), { force: true });
  await mustRun(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', '.'], options);
  for (const path of programs(root)) chmodSync(path, 0o755);
}
