// SPDX-License-Identifier: GPL-2.0-only
import { mustRun, run } from './command.mjs';
import { cleanEnvironment } from './environment.mjs';
import { SetupError, say, timed } from './say.mjs';
import { missingTools } from './tools.mjs';

/** @typedef {import('./tools.mjs').Tool} Tool */

const aptEnvironment = {
  ...cleanEnvironment(),
  DEBIAN_FRONTEND: 'noninteractive',
  // Ubuntu's needrestart would ask which services to restart.
  NEEDRESTART_SUSPEND: '1',
};

function packagesOf(tools) {
  return [...new Set(tools.map((tool) => tool.package))];
}

function list(tools) {
  const width = Math.max(...tools.map((tool) => tool.name.length));
  return tools.map((tool) => `  ${tool.name.padEnd(width)}  ${tool.why} (package ${tool.package})`).join('\n');
}

function install(packages) {
  const options = ['-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300'];
  return mustRun('apt-get', ['install', ...options, ...packages], { env: aptEnvironment });
}

/** One package that cannot be had must not keep the others away, so they are then tried one by one. */
async function installAll(packages) {
  try {
    await timed(`apt-get install ${packages.join(' ')}`, () => install(packages));
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    if (packages.length === 1) return;
    for (const name of packages) await installAll([name]);
  }
}

async function updateLists() {
  const { code, output } = await timed('apt-get update', () => run('apt-get', ['update'], { env: aptEnvironment }));
  // One dead source among several does not matter, so the installation is tried all the same.
  if (code !== 0)
    process.stderr.write(`${output.trimEnd()}\nset-up: apt-get update failed; going on with the old lists\n`);
}

/**
 * Makes the tools work that do not: says what is missing and why it is needed, then installs it, as root.
 * @param {Tool[]} tools
 * @throws {SetupError} naming each tool that still does not work and the package that has it
 */
export async function ensureTools(tools) {
  const missing = await missingTools(tools);
  if (missing.length === 0) return;
  const hasApt = (await run('apt-get', ['--version'], { env: aptEnvironment })).code === 0;
  const canInstall = hasApt && process.getuid() === 0;
  say(`missing on this machine${canInstall ? ', to be installed with apt-get' : ''}:\n${list(missing)}`);
  if (canInstall) {
    await updateLists();
    await installAll(packagesOf(missing));
  }

  const still = canInstall ? await missingTools(missing) : missing;
  const needed = still.filter((tool) => !tool.optional);
  for (const tool of still.filter((tool) => tool.optional)) say(`going on without ${tool.name}`);
  if (needed.length === 0) return;
  if (canInstall) {
    const notes = needed.map((tool) => `  ${tool.name}: package ${tool.package}${tool.note ? `; ${tool.note}` : ''}`);
    throw new SetupError(`set-up: installed, but these still do not work:\n${notes.join('\n')}`, 4);
  }
  if (!hasApt) {
    throw new SetupError('set-up: no apt-get here: install what is listed above (the names are those of Debian)', 4);
  }
  const packages = packagesOf(needed).join(' ');
  throw new SetupError(
    `set-up: only root can install. Run: sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages}`,
    4,
  );
}
