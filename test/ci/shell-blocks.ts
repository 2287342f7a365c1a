import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { projectRoot } from '../../harness/root.js';

/** A step of a workflow or of an action. */
export interface Step {
  uses?: string;
  run?: string;
  shell?: string;
  env?: Record<string, string>;
  with?: Record<string, string>;
  if?: string;
  id?: string;
}

export interface Action {
  inputs: Record<string, { description?: string; required?: boolean; default?: string }>;
  outputs: Record<string, { description?: string; value: string }>;
  runs: { using: string; steps: Step[] };
}

export interface Workflow {
  name: string;
  on: unknown;
  permissions: Record<string, string>;
  jobs: Record<string, { steps: Step[]; env?: Record<string, string>; 'runs-on': unknown }>;
}

const read = (name: string): string => readFileSync(join(projectRoot, name), 'utf8');

export const action = parse(read('action.yml')) as Action;
export const document = read('docs/ci.md');

const blocks = [...document.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = '', text = '']) => ({
  language,
  text,
}));

const yamlBlocks = blocks.filter(({ language }) => language === 'yaml').map(({ text }) => text);

/** The document's workflows, as text too. */
export const workflows = yamlBlocks
  .filter((text) => !text.startsWith('# .gitlab-ci.yml'))
  .map((text) => ({ text, workflow: parse(text) as Workflow }));

export const gitlab = parse(yamlBlocks.find((text) => text.startsWith('# .gitlab-ci.yml')) ?? '') as Record<
  string,
  { script?: string[]; before_script?: string[] }
>;

/** Everything that a shell would run, with the variables that its step has. */
export const shellTexts: { where: string; text: string; env: string[] }[] = [
  ...action.runs.steps.flatMap(({ run, env }, index) =>
    run === undefined ? [] : [{ where: `action.yml, step ${String(index)}`, text: run, env: Object.keys(env ?? {}) }],
  ),
  ...workflows.flatMap(({ workflow: { name, jobs } }) =>
    Object.values(jobs).flatMap(({ steps, env: ofJob }) =>
      steps.flatMap(({ run, env }) =>
        run === undefined ? [] : [{ where: name, text: run, env: Object.keys({ ...ofJob, ...env }) }],
      ),
    ),
  ),
  ...Object.entries(gitlab).flatMap(([job, { script = [], before_script = [] }]) =>
    script.length === 0
      ? []
      : [{ where: `GitLab ${job}`, text: [...before_script, ...script].join('\n'), env: ['SIDE', 'SHARD'] }],
  ),
  ...blocks.filter(({ language }) => language === 'sh').map(({ text }) => ({ where: 'plain shell', text, env: ['i'] })),
];
