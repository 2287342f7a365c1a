// SPDX-License-Identifier: GPL-2.0-only
import { everyStep, packagesOnly } from './steps.mjs';
import { benchTools, buildTools, labTools, lintTools, runTools, senderTools, testTools } from './tools.mjs';

/**
 * @typedef {object} Purpose
 * @property {import('./steps.mjs').Step[]} steps
 * @property {import('./tools.mjs').Tool[]} stepTools what the steps need, asked for only when there is one to do
 * @property {import('./tools.mjs').Tool[]} tools what is needed afterwards
 * @property {string} [asRoot] the command that needs root after the set-up
 */

/** What the set-up can be for: `--for NAME`. @type {Record<string, Purpose>} */
export const purposes = {
  setup: { steps: everyStep, stepTools: buildTools, tools: runTools },
  build: { steps: everyStep, stepTools: buildTools, tools: [] },
  lab: { steps: everyStep, stepTools: buildTools, tools: [...runTools, ...labTools] },
  start: { steps: everyStep, stepTools: buildTools, tools: runTools, asRoot: 'npm start' },
  test: {
    steps: everyStep,
    stepTools: buildTools,
    tools: [...runTools, ...testTools, ...senderTools, ...labTools],
    asRoot: 'npm test',
  },
  bench: {
    steps: everyStep,
    stepTools: buildTools,
    tools: [...runTools, ...benchTools, ...senderTools],
    asRoot: 'npm run bench',
  },
  lint: { steps: packagesOnly, stepTools: [], tools: lintTools },
};
