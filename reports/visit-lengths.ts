import type { CountedStage } from './record.js';
import { percent, whole } from './tables/format.js';

/** So far from a whole number of visits for each packet is still one: the first and the last packet of a trial. */
const wholeWithin = 0.05;

/**
 * Whether packets differ in a stage: it has a length that does not come a whole number of times for each packet. Its
 * figure is then a mean of ways through it, which moves with how often each is taken. A stage that each packet visits
 * twice, once for so long and once for longer, has two lengths and is the same for all.
 */
export function isMixed({ modes }: Pick<CountedStage, 'modes'>): boolean {
  return (modes ?? []).some(({ perPacket }) => {
    const times = Math.max(1, Math.round(perPacket));
    return Math.abs(perPacket - times) > wholeWithin;
  });
}

/** The length of a visit, or its lengths with their shares of the visits: "2248 × 62 % · 3434 × 38 %"; null: not known. */
export function visitText({
  visitInstructions,
  modes,
}: Pick<CountedStage, 'visitInstructions' | 'modes'>): string | null {
  if (modes === null) return visitInstructions === null ? null : whole(visitInstructions);
  const rest = 1 - modes.reduce((sum, { share }) => sum + share, 0);
  const all = [
    ...modes.map(({ instructions, share }): [string, number] => [whole(instructions), share]),
    ...(rest < 0.005 ? [] : [['other', rest] satisfies [string, number]]),
  ];
  // no line breaks within one of them
  return all.map(([what, share]) => `${what} × ${shareText(share)} %`.replaceAll(' ', '\u00a0')).join(' · ');
}

/** Whole percents, but never none for some. */
function shareText(share: number): string {
  return share < 0.01 ? percent(100 * share) : whole(100 * share);
}

/** "3.149", and "3.149 modes" where the boots differ in how often each way through the stage was taken. */
export function differenceText(stage: CountedStage): string | null {
  const { bootDifferencePercent: difference } = stage;
  if (difference === null) return null;
  const figure = difference.toFixed(3);
  return isMixed(stage) && Number(figure) > 0 ? `${figure} modes` : figure;
}
