import type { Closure, GroupRow, StageRow } from './record.js';

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
