import assert from 'node:assert/strict';
import { entriesOf } from '../../harness/cli/catalogue.js';
import { ExitCode, PktpathError } from '../../harness/errors.js';
import { requireProgram } from '../../harness/generators/foreign.js';
import { generatorObject, generatorSpec } from '../../harness/generators/generator-spec.js';
import { generators } from '../../harness/generators/generators.js';

const methods = ['sendto', 'sendmmsg', 'tx-ring', 'af-xdp', 'live-redirect', 'live-pass', 'command'] as const;

describe('the catalogue of generators', () => {
  it('has every method of sending, and each entry says what it is', async () => {
    const entries = await entriesOf('generators');
    assert.deepEqual(
      entries.map(({ name }) => name),
      ['builtin', 'live-frames', 'trafgen', 'tcpreplay', 'iperf3', 'pktgen'],
    );
    assert.ok(entries.every(({ means }) => means.length > 0));
    assert.deepEqual(JSON.parse(JSON.stringify(entries)), entries);
    const known = new Set(Object.values(generators).flatMap((each) => Object.keys(each.methods)));
    assert.deepEqual([...known].sort(), [...methods].sort());
  });

  it('says of frames that are passed into the stack that they measure the stack only', () => {
    assert.equal(generators['live-frames'].labels?.['live-pass'], 'stack-only');
  });

  it('names the package of a program that is missing', async () => {
    await requireProgram('sh', 'dash');
    await assert.rejects(requireProgram('no-such-program', 'some-package'), (error) => {
      assert.ok(error instanceof PktpathError && error.exitCode === ExitCode.notPossible);
      assert.match(error.hint ?? '', /apt-get install some-package$/);
      return true;
    });
  });

  it('gives each method its batch and its object', () => {
    const specOf = (method: (typeof methods)[number], packetsPerSecond: number | null) =>
      generatorSpec({ traffic: 'raw', frameBytes: 64, packetsPerSecond, durationSeconds: 1, method });
    assert.deepEqual(
      methods.map((method) => specOf(method, 10_000).batch),
      [1, 1, 1, 1, 1, 1, 1],
    );
    assert.deepEqual(
      methods.map((method) => specOf(method, 800_000).batch),
      [1, 8, 8, 8, 8, 8, 1],
      'no more than 100 000 kicks a second',
    );
    assert.deepEqual(
      methods.map((method) => specOf(method, null).batch),
      [1, 32, 32, 32, 64, 64, 1],
    );
    assert.deepEqual(
      methods.map((method) => specOf(method, null).object),
      [null, null, null, null, generatorObject, generatorObject, null],
    );
  });
});
