import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadAddon } from '../../harness/executor/addon.js';
import type { NativeAddon, TrialSpec } from '../../harness/executor/contract.js';
import { PktpathError } from '../../harness/errors.js';
import { generatorSpec } from '../../harness/generators/generator-spec.js';
import { filterInstructions, pathSpec } from '../../harness/paths/path-spec.js';
import { projectRoot } from '../../harness/root.js';
import { requireCapability } from '../support/capabilities.js';
import { nowhere, sampleSpec } from './sample-spec.js';

const lengths = [filterInstructions.min, 4, 20, 255, 256, 257, 512, filterInstructions.max];

/** An Ethernet frame of this type. */
function frameOf(type: number, bytes = 64): Uint8Array {
  const frame = new Uint8Array(bytes);
  frame.set([type >> 8, type & 0xff], 12);
  return frame;
}

/** linux/bpf_common.h, as far as the programs go. */
const code = { loadHalf: 0x28, jumpEqual: 0x15, return: 0x06 };

/** Runs a classic program by hand. */
function run(program: number[][], frame: Uint8Array): { answer: number; executed: number } {
  let [at, value, executed] = [0, 0, 0];
  for (;;) {
    const [operation, ifTrue = 0, ifFalse = 0, constant = 0] = program[at] ?? [];
    executed++;
    at++;
    if (operation === code.loadHalf) value = ((frame[constant] ?? 0) << 8) | (frame[constant + 1] ?? 0);
    else if (operation === code.jumpEqual) at += value === constant ? ifTrue : ifFalse;
    else if (operation === code.return) return { answer: constant, executed };
    else assert.fail(`instruction ${String(operation)} at ${String(at - 1)}`);
  }
}

describe('sized filters', () => {
  let addon: NativeAddon;

  before(function () {
    const path = join(projectRoot, 'native/build/Release/pktpath_native.node');
    requireCapability(this, 'the native part, built', existsSync(path));
    addon = loadAddon();
  });

  for (const length of lengths) {
    it(`of ${String(length)} instructions run as many for every frame, and want the marked ones`, () => {
      for (const [type, wanted] of [
        [0x88b5, true],
        [0x88b6, false],
        [0x0800, false],
      ] as const) {
        const frame = frameOf(type);
        const { program, takes } = addon.sizedFilter(length, frame);
        const { answer, executed } = run(program, frame);
        assert.equal(executed, length);
        assert.equal(answer !== 0, wanted);
        assert.equal(takes, wanted, 'bpf_filter() of libpcap says the same');
      }
    });
  }

  it('want no frame that is too short to have a type', () => {
    assert.equal(addon.sizedFilter(20, new Uint8Array(13)).takes, false);
  });

  it('have no other length, and are read from nothing else', () => {
    for (const length of [0, 2, filterInstructions.max + 1, 100_000, 3.5, NaN, '3']) {
      assert.throws(() => addon.sizedFilter(length as number, frameOf(0x88b5)), TypeError);
    }
    for (const frame of [null, 'frame', [1], new Float64Array(2)]) {
      assert.throws(() => addon.sizedFilter(3, frame as unknown as Uint8Array), TypeError);
    }
  });

  it('are refused at the border where they do not fit', async () => {
    const sizedFilter = { place: 'cbpf', instructions: 3 } as const;
    const specOf = (path: object): TrialSpec => {
      const spec = sampleSpec('packet-recvfrom');
      return { ...spec, path: { ...spec.path, filter: null, ...path } as TrialSpec['path'] };
    };
    await assert.rejects(async () => addon.runTrial(specOf({ sizedFilter })), new RegExp(nowhere));
    for (const [path, named] of [
      [{ sizedFilter, filter: 'udp' }, /^spec\.path\.sizedFilter does not go together/],
      [{ sizedFilter, workers: 2 }, /^spec\.path\.sizedFilter goes with one worker/],
      [{ sizedFilter: { ...sizedFilter, instructions: 2 } }, /^spec\.path\.sizedFilter\.instructions /],
      [{ sizedFilter: { ...sizedFilter, instructions: 1025 } }, /^spec\.path\.sizedFilter\.instructions /],
      [{ sizedFilter: { ...sizedFilter, place: 'tc' } }, /^spec\.path\.sizedFilter\.place /],
      [{ sizedFilter: 3 }, /^spec\.path\.sizedFilter is not an object/],
    ] as const) {
      await assert.rejects(async () => addon.runTrial(specOf(path)), { name: 'TypeError', message: named });
    }
  });

  it('are usage errors where options do not go together', () => {
    const sized = (instructions: number) => ({ sizedFilter: { place: 'user' as const, instructions } });
    const usage = (words: RegExp) => (error: Error) =>
      error instanceof PktpathError && error.exitCode === 2 && words.test(error.message);
    assert.throws(() => pathSpec('libpcap', 64, sized(3)), usage(/libpcap takes no sized filter/));
    assert.throws(() => pathSpec('tpacket-v3', 64, { ...sized(3), filter: 'udp' }), usage(/do not go together/));
    assert.throws(() => pathSpec('tpacket-v3', 64, { ...sized(3), workers: 2 }), usage(/one worker/));
    for (const length of [0, 100_000]) {
      assert.throws(() => pathSpec('sock-packet', 64, sized(length)), usage(/3 to 1024 instructions/));
    }
    const sending = { traffic: 'raw', frameBytes: 64, packetsPerSecond: 1000, durationSeconds: 1 } as const;
    assert.throws(() => generatorSpec({ ...sending, wantedPercent: 101 }), usage(/0 to 100 percent/));
    assert.throws(() => generatorSpec({ ...sending, traffic: 'udp', wantedPercent: 50 }), usage(/as udp by sendto/));
    assert.throws(() => generatorSpec({ ...sending, method: 'live-pass', wantedPercent: 50 }), usage(/by live-pass/));
  });
});
