import { access, readdir, readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { failure } from '../../errors.js';

/** What a program of ours needs to run. */
export interface Imported {
  /** The built .js files. */
  files: string[];
  /** Folders of packages, all of which is needed, and those that they depend on. */
  packages: string[];
}

/** Ways in which the compiler's output names another module or a worker's file; all of ours are literals. */
const specifiers = [
  /^(?:import|export)\b[^'"]*?from\s*['"]([^'"]+)['"]/gm,
  /^import\s*['"]([^'"]+)['"]/gm,
  /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g,
  /\bnew URL\(\s*['"]([^'"]+\.js)['"],\s*import\.meta\.url\)/g,
];

/**
 * What a built file imports, directly and by others: statically, by the specifiers in the text.
 *
 * @throws exit code 1 when something that is imported is not there
 */
export async function importsOf(entry: string): Promise<Imported> {
  const files = new Set<string>();
  const packages = new Set<string>();
  const pending = [entry];
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    if (files.has(file)) continue;
    files.add(file);
    for (const specifier of specifiersIn(await readBuilt(file))) {
      if (specifier.startsWith('.') || specifier.endsWith('.js')) pending.push(resolve(dirname(file), specifier));
      else if (!isBuiltin(specifier)) await addPackage(packageName(specifier), dirname(file), packages);
    }
  }
  return { files: [...files].sort(), packages: [...packages].sort() };
}

/** The files of a package that Node.js can want at run time. */
export async function packageFiles(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found
    .filter((item) => item.isFile() && /\.(?:js|mjs|cjs|json|node)$/.test(item.name))
    .map((item) => join(item.parentPath, item.name))
    .filter((file) => !file.slice(folder.length).includes('/node_modules/'));
}

function specifiersIn(text: string): string[] {
  return specifiers.flatMap((pattern) => [...text.matchAll(pattern)].flatMap((match) => match[1] ?? []));
}

async function readBuilt(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw failure(`${file}, which the guest needs, is not built`, 'build it: npm run setup', error);
  }
}

function isBuiltin(specifier: string): boolean {
  return specifier.startsWith('node:') || builtinModules.includes(specifier);
}

/** `@scope/name/inner` is in `@scope/name`. */
function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

async function addPackage(name: string, from: string, packages: Set<string>): Promise<void> {
  const folder = await findPackage(name, from);
  if (packages.has(folder)) return;
  packages.add(folder);
  const { dependencies = {} } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>;
  };
  for (const dependency of Object.keys(dependencies)) await addPackage(dependency, folder, packages);
}

/** As Node.js looks for it: in node_modules of each folder upwards. */
async function findPackage(name: string, from: string): Promise<string> {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    const there = await access(join(candidate, 'package.json')).then(
      () => true,
      () => false,
    );
    if (there) return candidate;
    if (folder === dirname(folder)) throw failure(`the package ${name} is not installed`, 'npm run setup');
  }
}
