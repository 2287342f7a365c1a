import { inPacketOrder } from '../harness/plan/stages.js';
import type { NoiseFloor } from '../harness/statistics/noise-floor.js';
import type { Closure, Floors, GroupRow, SoakedTotals, StageRow, SummaryRow } from './record.js';

/** Figures of a stage or a group, for each packet: ns, or instructions in an exact run. */
export interface Figures {
  raw: number;
  correction: number;
  /** Null when below probe cost. */
  corrected: number | null;
}

export function stageFigures(row: StageRow): Figures {
  if ('nsPerPacket' in row) {
    return { raw: row.nsPerPacket, correction: row.correctionNsPerPacket, corrected: row.correctedNsPerPacket };
  }
  return {
    raw: row.instructionsPerPacket,
    correction: row.correctionInstructionsPerPacket,
    corrected: row.correctedInstructionsPerPacket,
  };
}

/** The corrected figure of a group. */
export function groupFigure(row: GroupRow): number {
  return 'nsPerPacket' in row ? row.correctedNsPerPacket : row.correctedInstructionsPerPacket;
}

/** By how much an exact row's total moves when nothing was changed; null for a row in ns, or one that has no total. */
export function totalFloors({ closure }: SummaryRow): Floors | null {
  return closure !== null && 'bootDifferencePercent' in closure ? closure : null;
}

/** The A/A floor of an exact row's total, percent; null where that is not known. */
export function floorPercent(row: SummaryRow): number | null {
  return totalFloors(row)?.bootDifferencePercent ?? null;
}

/** By how much a noisy figure of a row moves when nothing was changed: of 'total', a stage, a metric; null where not known. */
export function noiseFloor({ noiseFloors = [] }: SummaryRow, figure: string): NoiseFloor | null {
  return noiseFloors.find((each) => each.figure === figure) ?? null;
}

/** A row's totals. */
export interface Totals {
  probed: number;
  corrected: number;
  unprobed: number | null;
}

export function closureTotals(closure: Closure): Totals {
  if ('probedNsPerPacket' in closure) {
    const { probedNsPerPacket: probed, correctedNsPerPacket: corrected, unprobedNsPerPacket: unprobed } = closure;
    return { probed, corrected, unprobed };
  }
  return {
    probed: closure.probedInstructionsPerPacket,
    corrected: closure.correctedInstructionsPerPacket,
    unprobed: closure.unprobedInstructionsPerPacket,
  };
}

/** The totals with a soaker on the receiver's CPU; undefined where there are none. */
export function soakedOf(closure: Closure): SoakedTotals | undefined {
  return 'soaked' in closure ? closure.soaked : undefined;
}

/** How far from 1 their ratio may be: bounds.unprobedTotal of harness/run/validity.ts says why. */
export const unprobedTotalBand = 0.05;

/** Stages of a row as a packet meets them. */
export function stagesInOrder(stages: readonly StageRow[]): StageRow[] {
  return inPacketOrder(stages, ({ stage }) => stage);
}
