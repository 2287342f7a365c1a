import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import spawn from 'nano-spawn';
import { z } from 'zod';
import { projectRoot } from '../root.js';
import type { RunRecord } from '../../reports/record.js';

const Package = z.object({ version: z.string() });

/** Version of this tool, from package.json. */
export async function toolVersion(): Promise<string> {
  return Package.parse(JSON.parse(await readFile(join(projectRoot, 'package.json'), 'utf8'))).version;
}

/** Version and commit of this tool; the commit is null outside a git checkout. */
export async function identifyTool(): Promise<RunRecord['tool']> {
  return { version: await toolVersion(), commit: await readCommit() };
}

async function readCommit(): Promise<string | null> {
  // Root may well run this in another user's clone, which git refuses to read otherwise.
  const args = ['-c', `safe.directory=${projectRoot}`, '-C', projectRoot, 'rev-parse', '--verify', 'HEAD'];
  try {
    const { stdout } = await spawn('git', args, { timeout: 5000 });
    return /^[0-9a-f]{40,64}$/.test(stdout) ? stdout : null;
  } catch {
    return null;
  }
}
