import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadAddon } from '../../harness/executor/addon.js';
import type { HandReceiveSpec, HandSendSpec, NativeAddon } from '../../harness/executor/contract.js';
import { pathNames } from '../../harness/paths/paths.js';
import { projectRoot } from '../../harness/root.js';
import { handReceiveSpec, handSendSpec } from '../hand/sample-session.js';
import { requireCapability } from '../support/capabilities.js';
import { nowhere, withField } from './sample-spec.js';

describe('the addon’s border for sessions by hand', () => {
  let addon: NativeAddon;

  before(function () {
    const path = join(projectRoot, 'native/build/Release/pktpath_native.node');
    requireCapability(this, 'the native part, built', existsSync(path));
    addon = loadAddon();
  });

  const wrongInBoth: [string, unknown][] = [
    ['port', 0],
    ['port', 65_536],
    ['port', '9000'],
    ['nice', -21],
    ['nice', 0.5],
  ];
  const wrongInReceive: [string, unknown][] = [
    ...wrongInBoth,
    ['path', null],
    ['path.name', 'constructor'],
    ['path.snaplen', 63],
    ['receiver.netns', 'a\0b'],
    ['receiver.interfaceIndex', 0],
    ['receiver.cpu', -1],
    ['workerCpus', []],
    ['workerCpus', ['0']],
    ['latency', 1],
    ['packets', 0],
    ['packets', 5e9],
    ['packets', undefined],
    ['maxDurationNs', 3601e9],
    ['maxDurationNs', NaN],
  ];
  const wrongInSend: [string, unknown][] = [
    ...wrongInBoth,
    ['generator', []],
    ['generator.packets', 0],
    ['generator.maxDurationNs', null],
    ['generator.packetsPerSecond', 0],
    ['generator.method', 'pigeon'],
    ['sender.interface', 7],
    ['to', undefined],
    ['to.mac', null],
    ['to.address', 12],
  ];

  for (const [field, value] of wrongInReceive) {
    it(`names ${field} of a receiver that is ${String(value)}`, () => {
      const spec = withField(handReceiveSpec(), field, value);
      assert.throws(() => void addon.handReceive(spec), { name: 'TypeError', message: new RegExp(`^spec\\.${field}`) });
    });
  }
  for (const [field, value] of wrongInSend) {
    it(`names ${field} of a sender that is ${String(value)}`, () => {
      const spec = withField(handSendSpec(), field, value);
      assert.throws(() => void addon.handSend(spec), { name: 'TypeError', message: new RegExp(`^spec\\.${field}`) });
    });
  }

  it('refuses what the method cannot send', () => {
    const spec = withField(handSendSpec({ method: 'tx-ring' }), 'generator.traffic', 'udp');
    assert.throws(() => void addon.handSend(spec), /transmit ring/);
  });

  it('refuses specs that are none', () => {
    for (const spec of [undefined, null, 1, 'text', []]) {
      assert.throws(() => void addon.handReceive(spec as unknown as HandReceiveSpec), TypeError);
      assert.throws(() => void addon.handSend(spec as unknown as HandSendSpec), TypeError);
    }
  });

  /** It fails where the namespace is looked for, or because this machine has no such road. */
  const failsLater = (error: Error & { unsupported?: boolean }): boolean =>
    !(error instanceof TypeError) && (error.unsupported === true || error.message.includes(nowhere));

  it('lets what is in order through, of every path, one after the other', async () => {
    for (const path of pathNames)
      await assert.rejects(async () => addon.handReceive(handReceiveSpec(path)), failsLater);
    await assert.rejects(async () => addon.handSend(handSendSpec()), failsLater);
  });

  it('has no figures without a session, and nothing to stop', async () => {
    assert.equal(addon.handFigures(), null);
    addon.stopHand();
    await assert.rejects(async () => addon.handSend(handSendSpec()), failsLater);
    assert.equal(addon.handFigures(), null);
  });
});
