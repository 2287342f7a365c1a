// SPDX-License-Identifier: GPL-2.0-only
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/**
 * All files below a folder whose name passes, sorted; none when there is no such folder.
 * @param {string} folder
 * @param {(name: string) => boolean} wanted
 * @returns {string[]} paths
 */
export function filesBelow(folder, wanted) {
  let entries;
  try {
    entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
  return entries
    .filter((entry) => entry.isFile() && wanted(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

/**
 * One digest over names and contents. A file that is not there counts as such.
 * @param {string} root
 * @param {string[]} files
 * @param {string[]} facts further things that the result depends on
 * @returns {string}
 */
export function digest(root, files, facts) {
  const hash = createHash('sha256');
  const add = (part) => hash.update(`${Buffer.byteLength(part)}:`).update(part);
  facts.forEach(add);
  for (const file of files) {
    add(relative(root, file));
    try {
      add(readFileSync(file));
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
      add('absent');
    }
  }
  return hash.digest('hex');
}

/** The digest with which each step was last done, kept in a file of the checkout. */
export class Stamp {
  #path;
  #digests;

  /** @param {string} root */
  constructor(root) {
    this.#path = join(root, '.setup-stamp.json');
    try {
      this.#digests = { ...JSON.parse(readFileSync(this.#path, 'utf8')) };
    } catch {
      // Absent or damaged: every step is done again, which is always right.
      this.#digests = {};
    }
  }

  /** @param {string} step @returns {string | undefined} */
  get(step) {
    return this.#digests[step];
  }

  /** @param {string} step @param {string | undefined} value undefined: not done */
  set(step, value) {
    this.#digests[step] = value;
    const temporary = `${this.#path}.${process.pid}`;
    writeFileSync(temporary, `${JSON.stringify(this.#digests, null, 2)}\n`);
    renameSync(temporary, this.#path);
  }
}
