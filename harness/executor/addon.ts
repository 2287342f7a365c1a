import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describeError, failure } from '../errors.js';
import { projectRoot } from '../root.js';
import type { NativeAddon } from './contract.js';

/** Loads the native part into this process. @throws PktpathError when it is not built, or does not fit this Node.js */
export function loadAddon(): NativeAddon {
  const path = join(projectRoot, 'native', 'build', 'Release', 'pktpath_native.node');
  try {
    return createRequire(import.meta.url)(path) as NativeAddon;
  } catch (error) {
    throw failure(`cannot load the native part: ${describeError(error)}`, 'build it: npm run setup', error);
  }
}
