import type { Command } from 'commander';
import { usageError } from '../errors.js';
import { unknownWord } from '../run/nearest.js';
import { entriesOf, topics } from './catalogue.js';
import type { Entry, ParameterEntry, Topic } from './catalogue.js';
import { print, printJson } from './output.js';
import { optionText } from '../run/parameter.js';

export function addListCommand(program: Command): void {
  program
    .command('list')
    .description('what there is to run, to receive with, to send with, and to charge time to')
    .argument('[topic]', topics.join(', '))
    .option('--json', 'print it as JSON')
    .action(async (topic: string | undefined, { json }: { json?: true }) => list(topic, json === true));
}

async function list(word: string | undefined, json: boolean): Promise<void> {
  if (word !== undefined) {
    const entries = await entriesOf(asTopic(word));
    if (json) printJson(entries);
    else print(entries.map(entryText).join('\n'));
    return;
  }
  const all = await Promise.all(topics.map(async (topic) => [topic, await entriesOf(topic)] as const));
  if (json) printJson(Object.fromEntries(all));
  else print(all.map(([topic, entries]) => `${topic}\n${indent(entries.map(entryText).join('\n'))}\n`).join('\n'));
}

function asTopic(word: string): Topic {
  const topic = topics.find((each) => each === word);
  if (topic === undefined)
    throw usageError(`unknown topic ${unknownWord(word, topics)}`, `one of ${topics.join(', ')}`);
  return topic;
}

function entryText({ name, means, parameters, version, cached }: Entry): string {
  if (typeof version === 'string') {
    return `${name.padEnd(19)} ${means}, ${version}${cached === true ? ', in the cache' : ''}`;
  }
  const lines = Array.isArray(parameters) ? (parameters as ParameterEntry[]).map(parameterText) : [];
  return [`${name.padEnd(16)} ${means}`, ...lines].join('\n');
}

function parameterText({ name, means, accepts, default: value, quick }: ParameterEntry): string {
  const quickly = quick === undefined ? '' : `, quick ${optionText(quick)}`;
  return `  ${name.padEnd(20)} ${means} (${accepts}; default ${optionText(value)}${quickly})`;
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '  ');
}
