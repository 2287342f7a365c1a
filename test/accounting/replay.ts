import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LayerName, OwnerName, ProbeSpec, StateTime } from '../../harness/executor/contract.js';
import { stageNames } from '../../harness/plan/stages.js';
import type { StageName } from '../../harness/plan/stages.js';
import { projectRoot } from '../../harness/root.js';

/** One account after a sequence; `top` is the layer that it believes to be running. */
export interface ReplayedCpu {
  cpu: number;
  elapsedNs: number;
  top: LayerName;
  losses: Record<'unpairedEdges' | 'lostSwitches' | 'hiddenSwitches' | 'negativeDeltas' | 'failedUpdates', number>;
  boundaries: Record<string, { packets: number; bytes: number }>;
  states: StateTime[];
}

export interface Replayed {
  /** Machine instructions and clock reads of the program of the last event that an interrupt was scripted for. */
  steps: number;
  clocks: number;
  /** Scripted interrupts that came. */
  fired: number;
  /** Whether this processor can be stopped at every instruction. */
  canStep: boolean;
  /** Where the interrupt came that comes everywhere; not there where it came nowhere. */
  place?: string;
  cpus: ReplayedCpu[];
}

/** Who is who in every sequence, and the interface that counts. */
export const receiver = 100;
export const receiverNapi = 200;
export const sender = 300;
export const senderNapi = 400;
export const stranger = 999;
export const receiverPort = 5001;
const ifindex = 2;
export const here = `ifindex=${String(ifindex)}`;
export const elsewhere = `ifindex=${String(ifindex + 1)}`;

export interface Setup {
  marks?: boolean;
  pollStage?: ProbeSpec['pollStage'];
  wokenStage?: ProbeSpec['wokenStage'];
  copiedStage?: ProbeSpec['copiedStage'];
  /** The line of the receiver's card; 0: none. */
  irq?: number;
  /** ns that each read of the clock takes. */
  clockStep?: number;
}

/** One sequence as the replay takes it; see README.md for the lines. */
export function sequence(events: readonly string[], setup: Setup = {}): string {
  const { marks = false, pollStage = 'driver-rx', wokenStage = 'net-rx', copiedStage = 'syscall-return' } = setup;
  const config = {
    receiver_tid: receiver,
    receiver_napi_tid: receiverNapi,
    sender_tid: sender,
    sender_napi_tid: senderNapi,
    receiver_ifindex: ifindex,
    receiver_port: receiverPort,
    poll_stage: stageNames.indexOf(pollStage),
    woken_stage: stageNames.indexOf(wokenStage),
    copied_stage: stageNames.indexOf(copiedStage),
    marks: marks ? 1 : 0,
    receiver_irq: setup.irq ?? 0,
    clock_step: setup.clockStep ?? 0,
    receiver_cpu: 0,
  };
  const keys = Object.entries(config).map(([key, value]) => `${key}=${String(value)}`);
  return [`config ${keys.join(' ')}`, ...events, 'end', ''].join('\n');
}

const folderOfReplay = join(projectRoot, 'test/accounting/replay');
const warnings = ['-Wall', '-Wextra', '-Werror', '-Wno-unused-parameter'];

function compiler(variable: string, fallback: string): string {
  return process.env[variable] ?? fallback;
}

/** Whether the replay can be built here. */
export function canCompile(): boolean {
  return [compiler('CC', 'cc'), compiler('CXX', 'c++')].every(
    (program) => spawnSync(program, ['--version']).status === 0,
  );
}

function must(program: string, args: string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  assert.equal(status, 0, `${program} ${args.join(' ')}\n${stderr}`);
}

/**
 * - `-O0`: every load, addition and store is an instruction of its own, as it is in BPF
 * - `-O2`: what is not ordered by the source is in the compiler's order
 */
export type Optimisation = '-O0' | '-O2';
const built = new Map<string, string>();

/** Compiles the probes and the marks for the host, once a run. @returns the program's path */
export function buildReplay(optimisation: Optimisation, exact = false): string {
  const variant = `${optimisation} ${String(exact)}`;
  const known = built.get(variant);
  if (known !== undefined) return known;
  const folder = mkdtempSync(join(tmpdir(), 'pktpath-replay-'));
  process.once('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
  const includes = ['shim', '.', '../../../kernel-probes', '../../../native/src'].map(
    (path) => `-I${join(folderOfReplay, path)}`,
  );
  const flags = [...warnings, ...includes, '-c'];
  const object = (name: string): string => join(folder, `${name}.o`);
  const c = ['programs', 'step', 'event', 'replay'];
  for (const name of c) {
    must(compiler('CC', 'cc'), [
      ...[
        '-std=gnu11',
        '-DPKTPATH_RAW_TP=0',
        `-DPKTPATH_EXACT=${exact ? '1' : '0'}`,
        name === 'programs' ? optimisation : '-O2',
        ...flags,
      ],
      ...[join(folderOfReplay, `${name}.c`), '-o', object(name)],
    ]);
  }
  must(compiler('CXX', 'c++'), [
    '-std=c++20',
    optimisation,
    ...flags,
    join(folderOfReplay, 'marks.cc'),
    '-o',
    object('marks'),
  ]);
  const program = join(folder, 'replay');
  // bound at once: a step is then never one of the dynamic linker's
  must(compiler('CXX', 'c++'), ['-Wl,-z,now', ...[...c, 'marks'].map(object), '-o', program]);
  built.set(variant, program);
  return program;
}

function play(sequences: readonly string[], optimisation: Optimisation, exact: boolean): Replayed[] {
  const { status, stdout, stderr, signal } = spawnSync(buildReplay(optimisation, exact), {
    input: sequences.join(''),
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  assert.equal(status, 0, `the replay ended with ${String(status ?? signal)}: ${stderr}`);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Replayed);
}

/** Plays sequences one after another, each on accounts of its own. */
export function replay(sequences: readonly string[], optimisation: Optimisation = '-O2', exact = false): Replayed[] {
  const results = play(sequences, optimisation, exact);
  assert.equal(results.length, sequences.length);
  return results;
}

export interface Everywhere {
  /** Without the interrupt. */
  undisturbed: Replayed;
  /** For each machine instruction, and each side of each clock read. */
  interrupted: (Replayed & { place: string })[];
}

/** Plays a sequence with `interrupt everywhere` in it: once for each place in the program, and once without it. */
export function replayEverywhere(script: string, optimisation: Optimisation, exact = false): Everywhere {
  const results = play([script], optimisation, exact);
  const undisturbed = results.pop();
  assert.ok(undisturbed !== undefined && undisturbed.place === undefined && undisturbed.fired === 0);
  assert.ok(!undisturbed.canStep || undisturbed.steps > 50);
  assert.equal(results.length, undisturbed.steps + 2 * undisturbed.clocks);
  const interrupted = results.map((result) => {
    assert.ok(result.place !== undefined && result.fired === 1);
    return { ...result, place: result.place };
  });
  assert.equal(new Set(interrupted.map(({ place }) => place)).size, interrupted.length, 'each place once');
  return { undisturbed, interrupted };
}

/** The account of CPU 0 after one sequence. */
export function account(events: readonly string[], setup?: Setup, exact = false): ReplayedCpu {
  return cpuOf(replay([sequence(events, setup)], '-O2', exact)[0], 0);
}

export function cpuOf(replayed: Replayed | undefined, cpu: number): ReplayedCpu {
  const found = replayed?.cpus[cpu];
  assert.ok(found !== undefined);
  return found;
}

export interface Cell {
  layer?: LayerName;
  owner?: OwnerName;
  stage?: StageName;
}

const matches = (cell: Cell) => (state: StateTime) =>
  (cell.layer ?? state.layer) === state.layer &&
  (cell.owner ?? state.owner) === state.owner &&
  (cell.stage ?? state.stage) === state.stage;

/** Sum over all states that the cell's given parts fit. */
export function sum(cpu: ReplayedCpu, cell: Cell = {}, what: 'ns' | 'entries' | 'exits' | 'passes' = 'ns'): number {
  return cpu.states.filter(matches(cell)).reduce((total, state) => total + state[what], 0);
}

/** All cells with time in them, as `layer owner stage`. */
export function times(cpu: ReplayedCpu): Record<string, number> {
  const filled = cpu.states.filter((state) => state.ns !== 0);
  return Object.fromEntries(filled.map((state) => [`${state.layer} ${state.owner} ${state.stage}`, state.ns]));
}

export const noLosses = { unpairedEdges: 0, lostSwitches: 0, hiddenSwitches: 0, negativeDeltas: 0, failedUpdates: 0 };

/** Every nanosecond of the window is in exactly one state. */
export function assertClosed(cpu: ReplayedCpu, context = ''): void {
  assert.equal(sum(cpu), cpu.elapsedNs, `${context} ${JSON.stringify(times(cpu))}`);
}

/** Packets and bytes of the boundaries that counted any, as `[packets, bytes]`. */
export function counted(cpu: ReplayedCpu): Record<string, [number, number]> {
  const hit = Object.entries(cpu.boundaries).filter(([, { packets, bytes }]) => packets !== 0 || bytes !== 0);
  return Object.fromEntries(hit.map(([name, { packets, bytes }]) => [name, [packets, bytes]]));
}
