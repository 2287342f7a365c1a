// SPDX-License-Identifier: GPL-2.0-only
// What the action was given. Inputs come from whoever may open a pull request: they are words of a command's arguments,
// never of a shell's.

/** What is wrong with an input; the message names it. */
export class InputError extends Error {}

/** Options of `pktpath run` that a workflow may give; where things go, and which kernels, the action says itself. */
const withValue = new Set(['--set', '--trials', '--duration', '--boot', '--cpu-model', '--testbed']);
const alone = new Set(['--quick']);

/**
 * Reads `options`: one option a line, a value behind the first blank or `=`.
 * @param {string} text
 * @returns {string[]} words
 */
export function optionWords(text) {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return lines.filter((line) => line !== '').flatMap(wordsOfLine);
}

function wordsOfLine(line) {
  const [, name, value] = /^(--[a-z-]+)(?:[=\s]\s*(.*))?$/.exec(line) ?? [];
  if (name !== undefined && alone.has(name) && value === undefined) return [name];
  // one word, so that a value is none of the command's own options, whatever it begins with
  if (name !== undefined && withValue.has(name) && value !== undefined) return [`${name}=${value}`];
  const known = [...withValue, ...alone].join(', ');
  throw new InputError(`options: ${JSON.stringify(line)} is none of ${known}, one a line`);
}

/**
 * @typedef {object} Plan
 * @property {string[][]} measure arguments of pktpath, one list a command, in order
 * @property {[string, string]} sides folders of what is compared
 * @property {string[]} gate options of `pktpath compare`
 */

/**
 * What the action does with its inputs, which are in the environment as PKTPATH_INPUT_*.
 * @param {Record<string, string | undefined>} env
 * @returns {Plan}
 * @throws {InputError}
 */
export function planOf(env) {
  const of = (name) => (env[`PKTPATH_INPUT_${name}`] ?? '').trim();
  const needed = (name) => {
    const value = of(name);
    if (value === '') throw new InputError(`${name.toLowerCase().replaceAll('_', '-')} is empty`);
    return value;
  };
  const [base, head] = [kernelOf(needed('BASE_KERNEL')), kernelOf(needed('HEAD_KERNEL'))];
  const experiment = needed('EXPERIMENT');
  if (!/^[a-z0-9][a-z0-9-]*$/.test(experiment))
    throw new InputError(`experiment: ${JSON.stringify(experiment)} is none`);
  const out = needed('OUT');
  const options = optionWords(env.PKTPATH_INPUT_OPTIONS ?? '');
  const [threshold, failOn] = [of('THRESHOLD'), of('FAIL_ON')];
  const gate = [
    ...(threshold === '' ? [] : [`--threshold=${threshold}`]),
    ...failOn
      .split(/[\s,]+/)
      .filter((each) => each !== '')
      .map((each) => `--fail-on=${each}`),
  ];
  if (isTrue('exact', needed('EXACT'))) {
    const run = (kernel, side) => [
      'run',
      experiment,
      `--kernel=${kernel}`,
      '--exact',
      ...options,
      `--out=${out}/${side}`,
    ];
    return { measure: [run(base, 'base'), run(head, 'head')], sides: [`${out}/base`, `${out}/head`], gate };
  }
  const ab = ['ab', experiment, `--a=kernel=${base}`, `--b=kernel=${head}`, ...options, `--out=${out}`];
  return { measure: [ab], sides: [`${out}/a`, `${out}/b`], gate };
}

/** One kernel: a comma would name two, unless what is behind it belongs to the first. */
function kernelOf(name) {
  if (/[\p{Cc}]/u.test(name)) throw new InputError(`${JSON.stringify(name)} is no kernel`);
  const [, ...others] = name.split(/(?<!\\),(?!(?:modules|map)=)/);
  if (others.length > 0) throw new InputError(`${JSON.stringify(name)} names more than one kernel`);
  return name;
}

function isTrue(input, text) {
  if (text === 'true' || text === 'false') return text === 'true';
  throw new InputError(`${input}: ${JSON.stringify(text)} is neither true nor false`);
}
