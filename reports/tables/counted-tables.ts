import { fullLabel, measuredRows } from '../cells.js';
import { floorPercent, stagesInOrder } from '../figures.js';
import { hookText } from '../hooks.js';
import type { CountedStage, Machine, RunRecord, StageRow, SummaryRow } from '../record.js';
import { slug } from '../text.js';
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
      { key: 'hook', title: 'from', align: 'left', unit: null, format: nanoseconds, optional: true },
    ],
    rows: [...stages.map(stageCells), ...totals(row)],
    notes: [
      ...probeNotes(row),
      ...stages.flatMap(modeNote),
      ...copyNotes(row, stages),
      ledgerNote(row),
      trialsNote(record, row),
    ],
  };
}

function stageCells(stage: CountedStage): Row {
  const { emulator } = stage;
  const corrected = stage.correctedInstructionsPerPacket;
  const seen = emulator === null || emulator.instructionsPerPacket === 0 ? null : emulator.instructionsPerPacket;
  return {
    kind: 'body',
    cells: {
      stage: stage.modes === null ? stage.label : `${stage.label} *`,
      events: stage.tier === 'emulator' ? null : stage.eventsPerPacket,
      raw: stage.tier === 'emulator' ? null : stage.instructionsPerPacket,
      correction: stage.tier === 'emulator' ? null : stage.correctionInstructionsPerPacket,
      corrected,
      share: stage.sharePercent,
      emulator: seen,
      ratio: seen === null || corrected === null || seen < refereedFrom ? null : corrected / seen,
      floor: stage.bootDifferencePercent,
      hook: hookText(stage.tier, stage.targets),
    },
  };
}

function totals(row: SummaryRow): Row[] {
  const { closure } = row;
  if (closure === null || !('probedInstructionsPerPacket' in closure)) return [];
  const emulator = closure.unprobedInstructionsPerPacket;
  const corrected = closure.correctedInstructionsPerPacket;
  const cells = {
    ...{ stage: 'total', events: '', raw: closure.probedInstructionsPerPacket },
    ...{ correction: closure.probedInstructionsPerPacket - corrected, corrected, share: '', emulator },
    ...{ ratio: emulator === null ? null : corrected / emulator, hook: '' },
    floor: floorPercent(row),
  };
  return [{ kind: 'total', cells }];
}

function probeNotes({ closure }: SummaryRow): string[] {
  if (closure === null || !('probeInstructionsPerPacket' in closure)) return [];
  const own = nanoseconds(closure.probeInstructionsPerPacket);
  return [
    `Besides, the probes took ${own} instructions a packet between their own two clock reads; they are in no stage.`,
    `corrected ∕ emulator is given from ${String(refereedFrom)} instructions on.`,
  ];
}

/** A stage with two lengths has no median that means much. */
function modeNote({ label, modes }: CountedStage): string[] {
  if (modes === null) return [];
  const each = modes.map(({ from, to, share }) => `${whole(from)}–${whole(to)} (${percent(100 * share)} %)`);
  return [`* ${label}: its visits have ${String(modes.length)} lengths: ${each.join(', ')} instructions.`];
}

function copyNotes({ metrics }: SummaryRow, stages: readonly CountedStage[]): string[] {
  const copy = stages.find(({ stage }) => stage === 'copy');
  const bytes = metrics['copiedBytesPerPacket']?.median;
  if (copy === undefined || bytes === undefined) return [];
  const repeats = copy.emulator?.repIterationsPerPacket;
  const counted =
    repeats === undefined ? '' : `, of which ${whole(repeats)} instructions are repeats of a string instruction`;
  return [
    `copy: ${whole(bytes)} bytes a packet${counted}. \`rep movsb\` counts one a byte, \`rep movsq\` one for eight: ` +
      'the CPU model decides (--cpu-model).',
  ];
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
      'Misses of a model: 32 KiB 8-way and 1 MiB 16-way, least recently used, no prefetch. What a card writes does not',
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

/** What a reader has to know of an exact run before its figures. */
export function guestNotes(record: RunRecord): string[] {
  const { machine } = record;
  if (machine.kind === 'host') return [];
  return [
    guestLine(machine),
    'Instructions are the length of the path, not time: caches, DMA and waiting for a device count nothing.',
    floorLine(record, machine),
  ];
}

type Guest = Extract<Machine, { kind: 'guest' }>;

function guestLine({ kernel, bootArguments, card, qemuVersion, cpuModel }: Guest): string {
  const version = kernel.packageVersion === null ? '' : ` (${kernel.package ?? ''} ${kernel.packageVersion})`;
  const boot = bootArguments === '' ? 'no boot arguments' : `boot arguments ${bootArguments}`;
  return `Guest: Linux ${kernel.release}${version}, ${boot}; card ${card}; QEMU ${qemuVersion}, -cpu ${cpuModel}, -icount.`;
}

function floorLine(record: RunRecord, { boots, host }: Guest): string {
  const floors = measuredRows(record)
    .map(floorPercent)
    .filter((each) => each !== null);
  const floor = floors.length === 0 ? 'not known' : `${Math.max(...floors).toFixed(3)} % of the total`;
  const seconds = host.secondsPerRound;
  const apart =
    seconds.length < 2
      ? ''
      : `; the host’s wall clock for the same rounds: ${seconds.map((each) => each.toFixed(1)).join(', ')} s, ` +
        `${percent(100 * (Math.max(...seconds) / Math.min(...seconds) - 1))} % apart`;
  return `A/A floor, ${String(boots)} boots of the same guest: ${floor}${apart}.`;
}
