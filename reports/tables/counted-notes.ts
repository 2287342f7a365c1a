import { measuredRows } from '../cells.js';
import { floorPercent, totalFloors } from '../figures.js';
import type { CountedStage, Machine, RunRecord, SummaryRow } from '../record.js';
import { isMixed } from '../visit-lengths.js';
import { nanoseconds, percent, whole } from './format.js';

/** What an instruction is and what it is not: below every table of an exact run. */
export const instructionNote =
  'Instructions are the length of the path, not time: DMA, caches and waiting for a device count nothing; `rep movsb` ' +
  'counts one a byte, `rep movsq` one for eight, so the CPU model decides what a copy counts (--cpu-model).';

/** Nothing was probed: the kernel takes no probes, or the cell has none. */
export function isEmulatedAlone({ trials }: SummaryRow): boolean {
  return trials.probed === 0;
}

export function probeNotes(row: SummaryRow): string[] {
  const { closure } = row;
  if (isEmulatedAlone(row)) return ['Nothing was probed; the emulator counted alone.'];
  if (closure === null || !('probeInstructionsPerPacket' in closure)) return [];
  const own = nanoseconds(closure.probeInstructionsPerPacket);
  return [
    `Besides, the probes took ${own} instructions a packet between their own two clock reads; they are in no stage.`,
  ];
}

/** The unprobed trials are few, and scatter as the probed ones do. */
export function emulatorNotes({ metrics }: SummaryRow): string[] {
  const total = metrics['emulatorInstructionsPerPacket'];
  if (total === undefined || total.low === null || total.high === null || total.n < 2) return [];
  const range = `${nanoseconds(total.low)} to ${nanoseconds(total.high)}`;
  return [`emulator: median of ${String(total.n)} unprobed trials, whose totals are from ${range}.`];
}

/** What the columns of lengths and of the boots' differences say. */
export function visitNotes(row: SummaryRow, stages: readonly CountedStage[]): string[] {
  const mixed = stages.filter(isMixed).map(({ label }) => label);
  const within = totalFloors(row)?.repeatabilityPercent ?? null;
  const repeats = within === null ? '' : ` Trials of one boot differ by up to ${within.toFixed(3)} % in the total.`;
  return [
    'one visit: as long as half of the visits, or its lengths and their shares of the visits; with what of the probes ' +
      'remains in it, and to the 3 % of a bin.',
    ...(mixed.length === 0
      ? []
      : [
          `* ${mixed.join(', ')}: packets differ here. The figure is a mean over several ways through the stage, no ` +
            'packet’s own; where the boots differ (“modes”), they took these ways unequally often.',
        ]),
    `A/A: how far the medians of two boots lie apart.${repeats}`,
  ];
}

/** The copy's bytes and what of its count are repeats of a string instruction, where the emulator knows. */
export function copyNotes({ metrics }: SummaryRow, stages: readonly CountedStage[]): string[] {
  const copy = stages.find(({ stage }) => stage === 'copy');
  const bytes = metrics['copiedBytesPerPacket']?.median;
  if (copy === undefined || bytes === undefined) return [];
  const repeats = copy.emulator?.repIterationsPerPacket;
  const counted =
    repeats === undefined ? '' : `; ${whole(repeats)} of its instructions are repeats of a string instruction`;
  return [`copy: ${whole(bytes)} bytes a packet${counted}.`];
}

/** What a reader has to know of an exact run before its figures. */
export function guestNotes(record: RunRecord): string[] {
  const { machine } = record;
  if (machine.kind === 'host') return [];
  return [guestLine(machine), instructionNote, floorLine(record, machine)];
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
