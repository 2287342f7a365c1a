import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { loadAddon } from '../../harness/executor/addon.js';
import type { NativeAddon, PathName, TrialSpec } from '../../harness/executor/contract.js';
import { projectRoot } from '../../harness/root.js';
import { requireCapability } from '../support/capabilities.js';
import { allows, nowhere, rulesOf, sampleSpec, withField } from './sample-spec.js';
import type { Rule } from './sample-spec.js';

const pathNames: readonly PathName[] = ['tcp', 'packet-recvfrom', 'libpcap'];

/** Values that no field may have, or that lie beside what it may. */
function badValues(rule: Rule): unknown[] {
  const always = [undefined, Symbol.iterator, () => 0, 10n, new Date(0)];
  const wrong = [
    null,
    true,
    'text',
    1,
    {},
    [],
    ['a', 1],
    NaN,
    Infinity,
    -Infinity,
    1e300,
    0.5,
    -1,
    '\0',
    'a\0b',
    ['a\0b'],
  ];
  const near = 'low' in rule ? [rule.low - 1, rule.high + 1, String(rule.low), Number.MAX_SAFE_INTEGER] : [];
  return [...always, ...wrong, ...near].filter((value) => !allows(rule, value));
}

describe('the addon’s border', () => {
  let addon: NativeAddon;

  before(function () {
    const path = join(projectRoot, 'native/build/Release/pktpath_native.node');
    requireCapability(this, 'the native part, built', existsSync(path));
    addon = loadAddon();
  });

  /** It throws at once, a TypeError that names the field. */
  async function assertRefused(spec: unknown, named: string): Promise<void> {
    const what = (): string => `${named}: ${JSON.stringify(spec, (_, value: unknown) => describeValue(value))}`;
    let thrown: unknown = null;
    try {
      // What gets through has to end, so that the next test is not refused for it.
      await Promise.allSettled([addon.runTrial(spec as TrialSpec)]);
    } catch (error) {
      thrown = error;
    }
    assert.ok(thrown instanceof TypeError, `no TypeError for ${what()}, but ${String(thrown)}`);
    // What is an object, and not the right one, is told by the first field that it lacks.
    const beginning = named === '' ? 'spec' : `spec.${named}`;
    assert.match(thrown.message.slice(beginning.length), /^[ .]/, `${thrown.message} for ${what()}`);
    assert.ok(thrown.message.startsWith(beginning), `${thrown.message} for ${what()}`);
    assert.doesNotMatch(thrown.message, /\bat .*\.cc|\bstd::|napi_/);
  }

  /** What is in order gets past the border, and fails where the namespace is looked for. */
  async function assertPasses(spec: TrialSpec): Promise<void> {
    await assert.rejects(
      async () => addon.runTrial(spec),
      (error: Error) =>
        !(error instanceof TypeError) && error.message.includes(`cannot open network namespace ${nowhere}`),
    );
  }

  for (const path of pathNames) {
    it(`lets a whole spec of ${path} through, with or without probes, paced or not`, async () => {
      await assertPasses(sampleSpec(path));
      await assertPasses({ ...sampleSpec(path), probes: null });
      await assertPasses(withField(sampleSpec(path), 'generator.packetsPerSecond', null));
      await assertPasses(withField(sampleSpec(path), 'unknownField', { ignored: true }));
    });

    // TCP receives no other traffic
    if (path !== 'tcp')
      it(`lets several flows through as UDP frames by af-xdp only, beside ${path}`, async () => {
        const generator = { ...sampleSpec(path).generator, traffic: 'udp', method: 'af-xdp', flows: 16_384 } as const;
        await assertPasses({ ...sampleSpec(path), generator });
        for (const wrong of [{ flows: 0 }, { flows: 16_385 }, { flows: 1.5 }, { flows: null }]) {
          await assertRefused({ ...sampleSpec(path), generator: { ...generator, ...wrong } }, 'generator.flows');
        }
        for (const other of [{ traffic: 'raw' }, { method: 'sendto' }]) {
          await assertRefused({ ...sampleSpec(path), generator: { ...generator, ...other } }, 'generator');
        }
      });

    it(`lets the bounds of every number of ${path} through`, async () => {
      for (const [field, rule] of Object.entries(rulesOf(path))) {
        // A gigabyte of read buffer would be made before the namespace is looked for.
        if (!('low' in rule) || field === 'path.readBytes') continue;
        for (const value of [rule.low, rule.high]) {
          const spec = withField(sampleSpec(path), field, value);
          if (field === 'warmupPackets' || field === 'generator.packets') spec.warmupPacketsPerSecond = 1;
          // A number of a CPU or of an interface is looked up only when it is used.
          await assertPassesOrFailsLater(spec);
        }
      }
    });

    for (const [field, rule] of Object.entries(rulesOf(path))) {
      it(`names ${field} of ${path} when it is missing, of another type or out of range`, async () => {
        for (const value of badValues(rule)) await assertRefused(withField(sampleSpec(path), field, value), field);
        await assertPasses(sampleSpec(path)); // none of them counts as a trial that runs
      });
    }

    it(`agrees with its rules on whatever ${path} is given`, async () => {
      const rules = rulesOf(path);
      const value = fc.oneof(
        fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true }),
        fc.double(),
        fc.integer(),
        fc.string({ unit: 'binary' }),
        fc.array(fc.string({ unit: 'binary' }), { maxLength: 4 }),
        fc.constantFrom(...Object.values(rules).flatMap((rule) => ('low' in rule ? [rule.low, rule.high] : []))),
      );
      // What decides on other fields is in the tests below; what makes a gigabyte is left out.
      const free = Object.keys(rules).filter(
        (field) => !/^path(\.(name|readBytes))?$|^generator\.(traffic|packets)$|netns$/.test(field),
      );
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...free), value, async (field, given) => {
          const rule = rules[field];
          assert.ok(rule !== undefined);
          const spec = withFieldUncloned(sampleSpec(path), field, given);
          if (allows(rule, given)) await assertPassesOrFailsLater(spec);
          else await assertRefused(spec, field);
        }),
        { numRuns: 400, interruptAfterTimeLimit: 8000, endOnFailure: true },
      );
    });
  }

  /** A program's name or an object's path may be any text; that it is no program's shows later. */
  async function assertPassesOrFailsLater(spec: TrialSpec): Promise<void> {
    await assert.rejects(
      async () => addon.runTrial(spec),
      (error: Error) => !(error instanceof TypeError),
    );
  }

  it('compiles a filter, and says in libpcap’s words why it does not', () => {
    addon.checkFilter('udp port 9000', 64);
    addon.checkFilter('', 262144);
    for (const [filter, words] of [
      ['not a filter (((', /^cannot compile the filter 'not a filter \(\(\(': .*syntax error/],
      ['udp port\u00e9\n', /^cannot compile the filter 'udp port\?+'/],
      ['ip or '.repeat(20_000), /\.\.\.' has more than 65536 characters$/],
    ] as const) {
      assert.throws(
        () => {
          addon.checkFilter(filter, 262144);
        },
        (error: Error) => !(error instanceof TypeError) && words.test(error.message),
        filter.slice(0, 40),
      );
    }
  });

  it('refuses what is no filter and no snaplen', () => {
    const check = addon.checkFilter as (...values: unknown[]) => void;
    for (const value of [undefined, null, 5, {}, 'a\0b']) assert.throws(() => check(value, 64), TypeError);
    for (const value of [undefined, '64', 63, 262145, 64.5, NaN]) assert.throws(() => check('ip', value), TypeError);
  });

  it('refuses what is no spec at all', async () => {
    for (const value of [undefined, null, 5, 'spec', true, Symbol.iterator]) await assertRefused(value, '');
    await assertRefused([], 'path');
    await assertRefused({}, 'path');
  });

  it('passes on what a field’s own getter throws', () => {
    const spec = sampleSpec('tcp');
    Object.defineProperty(spec, 'port', {
      get: () => {
        throw new RangeError('no port today');
      },
    });
    assert.throws(() => void addon.runTrial(spec), /no port today/);
  });

  it('refuses traffic that the path cannot receive', async () => {
    for (const [path, traffic] of [
      ['tcp', 'raw'],
      ['tcp', 'udp'],
      ['packet-recvfrom', 'tcp-message'],
      ['libpcap', 'tcp-bulk'],
    ] as const) {
      await assertRefused(withField(sampleSpec(path), 'generator.traffic', traffic), 'generator');
    }
  });

  it('refuses to observe a connection with a path that takes its packets', async () => {
    const observed = { readBytes: 4096, receiveBufferBytes: 0, messageBytes: 458 };
    for (const path of ['af-xdp', 'xdp-count', 'tc-count'] as const) {
      const spec = { ...withField(sampleSpec(path), 'generator.traffic', 'tcp-bulk'), probes: null, observed };
      await assertRefused(spec, 'observed');
      if (path === 'af-xdp') continue;
      await assert.rejects(addon.runTrial(withField(spec, 'path.action', 'pass')), /cannot open network namespace/);
    }
  });

  it('refuses more packets than the sequence numbers can tell apart', async () => {
    const spec = withField(sampleSpec('libpcap'), 'generator.packets', 4e9);
    await assertRefused({ ...spec, warmupPackets: 4e9 }, 'generator');
  });

  it('refuses addresses that are none, in words', async () => {
    for (const [path, field, value] of [
      ['packet-recvfrom', 'receiver.mac', '02:70:6b:00:00'],
      ['packet-recvfrom', 'sender.mac', '02:70:6b:00:00:01x'],
      ['libpcap', 'receiver.mac', ''],
    ] as const) {
      await assert.rejects(
        async () => addon.runTrial(withField(sampleSpec(path), field, value)),
        (error: Error) => error.message.includes('is no MAC address'),
      );
    }
  });

  it('is as strict with its other calls', () => {
    const call = (name: keyof NativeAddon, ...args: unknown[]): void => {
      const given = addon as unknown as Record<string, (...values: unknown[]) => unknown>;
      void Promise.resolve(given[name]?.(...args)).catch(() => undefined);
    };
    const refused: [RegExp, keyof NativeAddon, ...unknown[]][] = [
      [/object is not a string/, 'detectPrograms'],
      [/object is not a string/, 'detectPrograms', 5, []],
      [/programs is not an array/, 'detectPrograms', 'o'],
      [/programs is not an array/, 'detectPrograms', 'o', {}],
      [/programs holds something that is no string/, 'detectPrograms', 'o', ['a', 5]],
      [/object/, 'detectPrograms', 'a\0b', []],
      [/programs/, 'detectPrograms', 'o', ['a\0b']],
      [/object is not a string/, 'calibrate', null, 0, 1000, 1],
      [/object/, 'calibrate', 'a\0b', 0, 1000, 1],
      [/cpu has to be an integer from 0/, 'calibrate', 'o', -1, 1000, 1],
      [/cpu has to be an integer from 0/, 'calibrate', 'o', NaN, 1000, 1],
      [/hitsPerBatch has to be an integer from 1000/, 'calibrate', 'o', 0, 10, 1],
      [/hitsPerBatch has to be an integer from 1000/, 'calibrate', 'o', 0, 1e12, 1],
      [/batches has to be an integer from 1/, 'calibrate', 'o', 0, 1000, 0.5],
      [/batches has to be an integer from 1/, 'calibrate', 'o', 0, 1000],
      [/tid has to be an integer from 1/, 'setAffinity', 0, 0],
      [/tid has to be an integer from 1/, 'setAffinity', '1', 0],
      [/cpu has to be an integer from 0/, 'setAffinity', 1, 1e9],
    ];
    for (const [message, name, ...args] of refused) {
      const what = `${name}(${args.map((value) => JSON.stringify(value)).join(', ')})`;
      assert.throws(
        () => call(name, ...args),
        (error: unknown) => error instanceof TypeError && message.test(error.message),
        what,
      );
    }
    assert.throws(() => addon.setAffinity(4194304, 0), /cannot pin thread 4194304 to CPU 0: ESRCH/);
    assert.throws(() => addon.setAffinity(process.pid, 1000), /cannot pin thread .* CPU 1000: EINVAL/);
  });

  it('rejects a calibration on an object that is not there', async () => {
    await assert.rejects(addon.calibrate('/nowhere/calibrate.bpf.o', 0, 1000, 1), /\/nowhere\/calibrate\.bpf\.o/);
  });
});

/** A field replaced in place: structured cloning would refuse or change what the fuzzer makes. */
function withFieldUncloned(spec: TrialSpec, path: string, value: unknown): TrialSpec {
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const copy: Record<string, unknown> = { ...spec };
  const [parent] = keys;
  if (parent === undefined) copy[last] = value;
  else copy[parent] = { ...(copy[parent] as Record<string, unknown>), [last]: value };
  return copy as unknown as TrialSpec;
}

function describeValue(value: unknown): unknown {
  return ['bigint', 'symbol', 'function'].includes(typeof value) || Number.isNaN(value) ? String(value) : value;
}
