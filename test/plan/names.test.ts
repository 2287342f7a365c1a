import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { stageObjects } from '../../harness/doctor/probe-tiers.js';
import { loadAddon } from '../../harness/executor/addon.js';
import type { NativeAddon, OwnerName } from '../../harness/executor/contract.js';
import { boundaries } from '../../harness/plan/boundaries.js';
import { stageNames } from '../../harness/plan/stages.js';
import { projectRoot } from '../../harness/root.js';
import { requireCapability } from '../support/capabilities.js';
import { kernels, readFacts } from './facts.js';

/** The owners of contract.ts; the type is gone at run time, so that this list fails to compile when it is not whole. */
const owners = Object.keys({
  idle: 0,
  other: 0,
  sender: 0,
  'sender-napi': 0,
  receiver: 0,
  'receiver-napi': 0,
} satisfies Record<OwnerName, 0>);

/** The quoted names of one X-macro list of kernel-probes/stages.h. */
function namesInHeader(list: string): string[] {
  const text = readFileSync(join(projectRoot, 'kernel-probes/stages.h'), 'utf8');
  const body = new RegExp(`#define ${list}\\(X\\)((?:.*\\\\\\n)*.*)`).exec(text)?.[1] ?? '';
  return [...body.matchAll(/"([^"]+)"/g)].map(([, name]) => name ?? '');
}

const named = new Set(boundaries.flatMap(({ candidates }) => candidates.flatMap(({ programs }) => [...programs])));

describe('both sides of the border', () => {
  let addon: NativeAddon;

  before(function () {
    requireCapability(
      this,
      'the native part, built',
      existsSync(join(projectRoot, 'native/build/Release/pktpath_native.node')),
    );
    addon = loadAddon();
  });

  it('have the same stages and owners, in the same order', () => {
    assert.deepEqual(addon.stages(), [...stageNames]);
    assert.deepEqual(addon.stages(), namesInHeader('PKTPATH_STAGES'));
    assert.deepEqual(addon.owners(), owners);
    assert.deepEqual(addon.owners(), namesInHeader('PKTPATH_OWNERS'));
  });

  for (const object of stageObjects) {
    const name = basename(object);

    it(`have the same programs in ${name}`, async function () {
      requireCapability(this, `${name}, built`, existsSync(object));
      const facts = await addon.detectPrograms(object, []);
      const programs = facts.map(({ program }) => program);
      assert.deepEqual(
        [...named].filter((program) => !programs.includes(program)),
        [],
        'boundaries without a program',
      );
      assert.deepEqual(
        programs.filter((program) => !named.has(program.replace(/_again$/, ''))),
        [],
        'programs that no boundary names',
      );
      const section = name.split('.')[1] ?? '';
      for (const { program, target } of facts) {
        const [way = ''] = target.split('/');
        const onFunction = /^(?:fentry|fexit|kprobe|kretprobe)$/.test(way);
        if (onFunction) assert.match(program, way.startsWith('k') ? /_(?:enter|exit)_kprobe$/ : /_(?:enter|exit)$/);
        else assert.equal(target, `${section}/${program.replace(/_again$/, '')}`);
      }
    });
  }

  it('refuse an object or a program that is not there, by name', async () => {
    await assert.rejects(addon.detectPrograms('/nowhere/stages.bpf.o', []), /\/nowhere\/stages\.bpf\.o.*ENOENT/);
    const [object = ''] = stageObjects;
    await assert.rejects(addon.detectPrograms(object, ['no_such_program']), /no program 'no_such_program'/);
  });
});

describe('the facts of kernels that are not here', () => {
  it('are about the programs that there are', () => {
    for (const kernel of kernels) {
      const { facts, object } = readFacts(kernel);
      assert.deepEqual(new Set(facts.map(({ program }) => program)), named, kernel);
      assert.match(object, /^kernel-probes\/build\//);
      for (const { ok, error } of facts) assert.equal(ok, error === null);
    }
  });
});
