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
  'driver-irq': '#cc7a00',
  'net-rx-action': '#c7e4f7',
  'packet-tap': '#4aa3dd',
  ip: '#3892cf',
  recvmsg: '#cc79a7',
  'other-irq': '#7b7b7b',
  probe: '#2f2f2f',
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

/** Curves: told apart by colour-blind readers too (Okabe and Ito, then a grey and a violet), each with a shape of its own. */
const curveMarks = [
  ['#0072b2', 'circle'],
  ['#d55e00', 'square'],
  ['#009e73', 'triangle-up'],
  ['#cc79a7', 'diamond'],
  ['#000000', 'cross'],
  ['#e69f00', 'triangle-down'],
  ['#56b4e9', 'triangle-right'],
  ['#7a7a7a', 'triangle-left'],
  ['#6a3d9a', 'wedge'],
] as const;

/** Colour and shape of a chart's nth curve. Where colours begin anew, shapes are moved on by one. */
export function curveMark(index: number): { colour: string; shape: string } {
  const [[first]] = [curveMarks];
  const at = (place: number) => curveMarks[place % curveMarks.length] ?? first;
  return { colour: at(index)[0], shape: at(index + Math.floor(index / curveMarks.length))[1] };
}
