import { fullLabel, measuredRows } from '../cells.js';
import { floorPercent, stagesInOrder } from '../figures.js';
import { differenceText, isMixed, visitText } from '../visit-lengths.js';
import { hookText } from '../hooks.js';
import type { CountedStage, RunRecord, StageRow, SummaryRow } from '../record.js';
import { slug } from '../text.js';
import { copyNotes, emulatorNotes, instructionNote, isEmulatedAlone, probeNotes, visitNotes } from './counted-notes.js';
import { nanoseconds, perPacket, percent, ratio, whole } from './format.js';
import { ledgerNote, trialsNote } from './row-notes.js';
import type { Column, Row, Table } from './table.js';

/** Below this a difference of a few instructions is many percent, and says nothing. */
const refereedFrom = 500;

export function isCounted(stage: StageRow): stage is CountedStage {
  return 'instructionsPerPacket' in stage;
}

const figures = (key: string, title: string, optional = false): Column => ({
  ...{ key, title, align: 'right', unit: null, format: nanoseconds },
  ...(optional ? { optional } : {}),
});

/**
 * One cell of an exact run stage by stage: instructions for each packet with probes, what the probes added, what remains;
 * what the emulator counted without probes, and their ratio; how far the boots lie apart.
 */
export function countedStageTable(record: RunRecord, row: SummaryRow): Table {
  const stages = stagesInOrder(row.stages).filter(isCounted);
  return {
    id: `stages-${slug(row.cell)}`,
    title: `Stages, instructions for each packet: ${fullLabel(row)}`,
    columns: [
      { key: 'stage', title: 'stage', align: 'left', unit: null, format: nanoseconds },
      { key: 'events', title: 'events', align: 'right', unit: null, format: perPacket },
      figures('raw', 'raw'),
      figures('correction', 'correction'),
      figures('corrected', 'corrected'),
      { key: 'share', title: 'share', align: 'right', unit: '%', format: percent },
      figures('emulator', 'emulator'),
      { key: 'ratio', title: 'corrected ∕ emulator', align: 'right', unit: null, format: ratio },
      { key: 'floor', title: 'A/A', align: 'right', unit: '%', format: (value) => value.toFixed(3) },
      { key: 'visit', title: 'one visit', align: 'left', unit: null, format: nanoseconds },
      { key: 'hook', title: 'from', align: 'left', unit: null, format: nanoseconds, optional: true },
    ],
    rows: [...stages.map((stage) => stageCells(stage, row)), ...totals(row)],
    notes: [
      ...probeNotes(row),
      ...(isEmulatedAlone(row) ? [] : [`corrected ∕ emulator is given from ${String(refereedFrom)} instructions on.`]),
      ...emulatorNotes(row),
      ...copyNotes(row, stages),
      instructionNote,
      ...visitNotes(row, stages),
      ledgerNote(row),
      trialsNote(record, row),
    ],
  };
}

function stageCells(stage: CountedStage, row: SummaryRow): Row {
  const { emulator } = stage;
  const alone = stage.tier === 'emulator';
  const corrected = stage.correctedInstructionsPerPacket;
  const seen = emulator === null || emulator.instructionsPerPacket === 0 ? null : emulator.instructionsPerPacket;
  return {
    kind: 'body',
    cells: {
      stage: stageName(stage, row),
      events: alone ? null : stage.eventsPerPacket,
      raw: alone ? null : stage.instructionsPerPacket,
      correction: alone ? null : stage.correctionInstructionsPerPacket,
      corrected,
      share: stage.sharePercent,
      emulator: seen,
      ratio: seen === null || alone || corrected === null || seen < refereedFrom ? null : corrected / seen,
      floor: differenceText(stage),
      visit: visitText(stage),
      hook: hookText(stage.tier, stage.targets),
    },
  };
}

/** A copy with its bytes, which its count depends on; a mark where packets differ. */
function stageName(stage: CountedStage, { metrics }: SummaryRow): string {
  const bytes = metrics['copiedBytesPerPacket']?.median;
  const copied = stage.stage === 'copy' && bytes !== undefined ? `, ${whole(bytes)}\u00a0B` : '';
  return `${stage.label}${copied}${isMixed(stage) ? ' *' : ''}`;
}

function totals(row: SummaryRow): Row[] {
  const { closure } = row;
  if (closure === null || !('probedInstructionsPerPacket' in closure)) return [];
  const emulator = closure.unprobedInstructionsPerPacket;
  const corrected = closure.correctedInstructionsPerPacket;
  const alone = isEmulatedAlone(row);
  const cells = {
    ...{ stage: 'total', events: '', raw: alone ? null : closure.probedInstructionsPerPacket },
    ...{ correction: alone ? null : closure.probedInstructionsPerPacket - corrected, corrected, share: '', emulator },
    ...{ ratio: alone || emulator === null || emulator === 0 ? null : corrected / emulator, hook: '' },
    floor: floorPercent(row),
    visit: '',
  };
  return [{ kind: 'total', cells }];
}

/** What the emulator sees of memory: accesses, and misses of a model of two caches. */
export function accessTable(record: RunRecord): Table {
  const rows = measuredRows(record).flatMap((row) => [
    { kind: 'span', label: fullLabel(row), text: '' } satisfies Row,
    ...stagesInOrder(row.stages)
      .filter(isCounted)
      .flatMap(({ label, emulator }): Row[] => {
        if (emulator === null || emulator.instructionsPerPacket === 0) return [];
        const { instructionsPerPacket: instructions, loadsPerPacket: loads, storesPerPacket: stores } = emulator;
        const { deviceAccessesPerPacket: device, l1MissesPerPacket: l1, l2MissesPerPacket: l2 } = emulator;
        return [{ kind: 'body', cells: { stage: label, instructions, loads, stores, device, l1, l2 } }];
      }),
  ]);
  return {
    id: 'accesses',
    title: 'What the emulator counted, for each packet, without probes',
    columns: [
      { key: 'stage', title: 'stage', align: 'left', unit: null, format: nanoseconds },
      figures('instructions', 'instructions'),
      figures('loads', 'loads'),
      figures('stores', 'stores'),
      { key: 'device', title: 'device accesses', align: 'right', unit: null, format: perPacket },
      figures('l1', 'L1 misses'),
      figures('l2', 'L2 misses'),
    ],
    rows,
    notes: [
      'Misses of a model: 32 KiB 8-way and 1 MiB 16-way, least recently used, no prefetch. What a card writes does not ' +
        'invalidate, so a frame that has just come looks warmer than it is. Each device access takes a real card about 1 µs.',
    ],
  };
}

/** Every packet passes every boundary: sent, delivered, and counted at each. */
export function framesTable(record: RunRecord): Table {
  const rows = measuredRows(record).flatMap((row): Row[] => {
    const trials = record.trials.filter((trial) => trial.cell === row.cell && trial.valid);
    const probed = trials.find((trial) => trial.probed);
    const emulated = trials.find((trial) => trial.emulator !== null);
    const seen = probed?.probes?.boundaries.filter(({ packets }) => packets > 0) ?? [];
    const called = emulated?.emulator?.functions.filter(({ calls }) => calls > 0) ?? [];
    const line = (where: string, count: number, by: string): Row => ({ kind: 'body', cells: { where, count, by } });
    return [
      { kind: 'span', label: fullLabel(row), text: '' },
      line('sent', probed?.generator.sent ?? 0, 'the generator, probed trial'),
      line('received', probed?.wirePackets ?? 0, 'the receiver’s interface'),
      ...seen.map(({ program, packets }) => line(program, packets, 'probe')),
      line('delivered', probed?.reader.packets ?? 0, 'the reader'),
      ...called.map(({ name, calls }) => line(name, calls, 'emulator, unprobed trial')),
    ];
  });
  return {
    id: 'frames',
    title: 'Frames: sent, received, and counted on the way',
    columns: [
      { key: 'where', title: 'where', align: 'left', unit: null, format: whole },
      { key: 'count', title: 'count', align: 'right', unit: null, format: whole },
      { key: 'by', title: 'by', align: 'left', unit: null, format: whole },
    ],
    rows,
    notes: ['An interrupt can bring more than one frame, and a card interrupts for what it has sent as well.'],
  };
}
