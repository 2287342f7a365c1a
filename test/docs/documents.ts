import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../harness/root.js';

export interface Document {
  name: string;
  text: string;
}

function read(name: string): Document {
  return { name, text: readFileSync(join(projectRoot, name), 'utf8') };
}

/** It writes an experiment that the project does not have. */
export const walkThrough = read('docs/write-an-experiment.md');

/** Every document for users, the walk-through too. */
export const documents: readonly Document[] = [
  'README.md',
  'CONTRIBUTING.md',
  'ARCHITECTURE.md',
  ...readdirSync(join(projectRoot, 'docs')).map((each) => `docs/${each}`),
]
  .filter((name) => name.endsWith('.md'))
  .map(read);

/** Lines of code blocks that call the command line, without their comments. */
export function commandsOf(text: string): string[] {
  return [...text.matchAll(/^npx pktpath (.*)$/gm)].map(([, rest = '']) => rest.replace(/\s+#.*$/, '').trim());
}
