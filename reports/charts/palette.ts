import { stageNames, stages, type ArticleGroup, type StageName } from '../../harness/plan/stages.js';

/**
 * One hue for each of the article’s groups, shades of it for today’s stages, so that the article’s bar and today’s can
 * be held against each other; greys for what the article does not speak of. The hues are those of Okabe and Ito (Color
 * Universal Design), which stay apart for colour-blind readers.
 */
const stageColours: Record<StageName, string> = {
  'hard-irq': '#b35a00',
  'driver-rx': '#e69f00',
  gro: '#a6d3f0',
  'net-rx': '#56b4e9',
  'ip-tcp': '#1f83c4',
  'wake-up': '#0b4f86',
  copy: '#009e73',
  'syscall-entry': '#d99bbd',
  'syscall-return': '#a8517f',
  transmit: '#6f6f6f',
  user: '#9d9d9d',
  'softirq-other': '#4d4d4d',
  'other-rx': '#b9b9b9',
  unattributed: '#dcdcdc',
  'driver-irq': '#8a4500',
  'net-rx-action': '#cfe6f7',
  'packet-tap': '#3a9ad9',
  ip: '#2f90d0',
  recvmsg: '#c17ba0',
  'other-irq': '#5c5c5c',
  probe: '#eeeeee',
};

export const groupColours: Record<ArticleGroup, string> = {
  interrupt: '#e69f00',
  softirq: '#56b4e9',
  copy: '#009e73',
  'system-call': '#cc79a7',
};

export const UNACCOUNTED_COLOUR = '#dcdcdc';
const UNKNOWN_STAGE_COLOUR = '#c8c8a9';

function isStage(name: string): name is StageName {
  return (stageNames as readonly string[]).includes(name);
}

export function stageColour(stage: string): string {
  return isStage(stage) ? stageColours[stage] : UNKNOWN_STAGE_COLOUR;
}

/** Legend text: the stage, and where the article counted it. */
export function stageLegend(stage: string): string {
  const group = isStage(stage) ? stages[stage].articleGroup : null;
  return group === null || group === stage ? stage : `${stage} (${group.replace('-', ' ')})`;
}

/** Black or white, whichever reads better on a colour: by relative luminance as in WCAG 2.2. */
export function inkOn(colour: string): 'black' | 'white' {
  const channel = (at: number): number => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  const luminance = 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
  // Contrast to black is (L + 0.05) / 0.05, to white 1.05 / (L + 0.05); they are equal here.
  return (luminance + 0.05) ** 2 > 1.05 * 0.05 ? 'black' : 'white';
}
