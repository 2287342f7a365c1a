import assert from 'node:assert/strict';
import fc from 'fast-check';
import { table1 } from '../../experiments/table1.js';
import type { PktpathError } from '../../harness/errors.js';
import { chooseCpus } from '../../harness/run/common-parameters.js';
import { editDistance, nearest } from '../../harness/run/nearest.js';
import { resolveOptions } from '../../harness/run/options.js';
import { planRun } from '../../harness/run/run-plan.js';

const resolve = (settings: string[]) => resolveOptions('table1', table1.parameters, settings);

function rejects(action: () => unknown, exitCode: number, expected: RegExp): void {
  assert.throws(action, (error: PktpathError) => {
    assert.equal(error.exitCode, exitCode);
    assert.match(`${error.message} | ${error.hint ?? ''}`, expected);
    return true;
  });
}

describe('settings', () => {
  it('are read by their kind', () => {
    const options = resolve([
      'frameBytes=64,1514',
      'immediate=true',
      'packetsPerSecond=2.5e4',
      'isolation=rps',
      'receiverCpu=auto',
    ]);
    assert.deepEqual(
      [options.frameBytes, options.immediate, options.packetsPerSecond, options.isolation, options.receiverCpu],
      [[64, 1514], true, [25_000], 'rps', null],
    );
    assert.equal(options.timeoutMs, 100);
  });

  const bad: [string, RegExp][] = [
    ['frameBytes=0', /"0" must be a whole number from 64 to 1514/],
    ['frameBytes=70000', /64 to 1514/],
    ['frameBytes=64,64', /stands there twice/],
    ['frameBytes=', /"" must be a whole number/],
    ['frameBytes=64,', /"" must be/],
    ['frameBytes=64.5', /whole number/],
    ['frameBytes=0x40', /whole number/],
    ['packetsPerSecond=-1', /"-1" must be a number from 1 to 10000000/],
    ['packetsPerSecond=NaN', /must be a number/],
    ['packetsPerSecond=1e999', /must be a number/],
    ['frameSize=64', /unknown parameter of table1: "frameSize" \(nearest: frameBytes/],
    ['constructor=1', /unknown parameter/],
    ['__proto__=1', /unknown parameter/],
    ['paths=udp', /must be one of tcp, packet-recvfrom, libpcap/],
    ['isolation=inlin', /must be one of inline, rps, napi-softirq, napi-thread/],
    ['frameBytes', /not of the form KEY=VALUE/],
    ['=64', /not of the form KEY=VALUE/],
    ['receiverCpu=-1', /or auto/],
  ];
  for (const [setting, expected] of bad) {
    it(`refuse ${setting}`, () => rejects(() => resolve([setting]), 2, expected));
  }

  it('refuse a key that is given twice', () => rejects(() => resolve(['seed=1', 'seed=2']), 2, /given twice/));

  it('never resolve to a size or rate out of range, whatever is typed', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          const { frameBytes, packetsPerSecond } = resolve([`frameBytes=${text}`, `packetsPerSecond=${text}`]);
          assert.ok(frameBytes.every((size) => Number.isInteger(size) && size >= 64 && size <= 1514));
          assert.ok(packetsPerSecond.every((rate) => rate >= 1 && rate <= 1e7));
        } catch (error) {
          assert.equal((error as PktpathError).exitCode, 2);
        }
      }),
    );
  });
});

describe('CPUs', () => {
  it('are the first and the last by default, and never the same by accident', () => {
    assert.deepEqual(chooseCpus({ receiverCpu: null, senderCpu: null }, [2, 3, 5]), { receiverCpu: 5, senderCpu: 2 });
    assert.deepEqual(chooseCpus({ receiverCpu: 2, senderCpu: null }, [2, 3, 5]), { receiverCpu: 2, senderCpu: 3 });
    assert.deepEqual(chooseCpus({ receiverCpu: null, senderCpu: 5 }, [2, 3, 5]), { receiverCpu: 3, senderCpu: 5 });
    assert.deepEqual(chooseCpus({ receiverCpu: 3, senderCpu: 3 }, [3]), { receiverCpu: 3, senderCpu: 3 });
  });

  it('are refused when they may not be used, and too few are not possible', () => {
    rejects(() => chooseCpus({ receiverCpu: 9, senderCpu: null }, [0, 1]), 2, /receiverCpu=9.*0, 1/);
    rejects(() => chooseCpus({ receiverCpu: null, senderCpu: null }, [0]), 4, /--set receiverCpu=0 --set senderCpu=0/);
  });
});

describe('the plan of table 1', () => {
  const request = { settings: [], quick: false, rounds: null, durationSeconds: null };

  it('has every path at every size, and one bulk cell at the largest', () => {
    const { cells, comparisons, rounds, durationSeconds } = planRun(table1, request, [0, 1]);
    assert.deepEqual([rounds, durationSeconds], [11, 1]);
    assert.deepEqual(
      cells.map((cell) => cell.key),
      [
        'tcp frameBytes=64 packetsPerSecond=10000 traffic=tcp-message',
        'tcp frameBytes=512 packetsPerSecond=10000 traffic=tcp-message',
        'tcp frameBytes=1514 packetsPerSecond=10000 traffic=tcp-message',
        'tcp frameBytes=1514 packetsPerSecond=unpaced traffic=tcp-bulk',
        'packet-recvfrom frameBytes=64 packetsPerSecond=10000',
        'packet-recvfrom frameBytes=512 packetsPerSecond=10000',
        'packet-recvfrom frameBytes=1514 packetsPerSecond=10000',
        'libpcap frameBytes=64 packetsPerSecond=10000',
        'libpcap frameBytes=512 packetsPerSecond=10000',
        'libpcap frameBytes=1514 packetsPerSecond=10000',
      ],
    );
    assert.equal(comparisons.length, 6);
    for (const { base, arm } of comparisons)
      assert.equal(/frameBytes=\d+/.exec(base)?.[0], /frameBytes=\d+/.exec(arm)?.[0]);
    const messages = cells.flatMap(({ path }) => (path.name === 'tcp' ? [path.messageBytes] : []));
    assert.deepEqual(messages, [10, 458, 1460, 1460]);
  });

  it('can be the bulk cell alone', () => {
    const settings = ['paths=tcp', 'tcpTraffic=tcp-bulk'];
    assert.equal(planRun(table1, { ...request, settings }, [0, 1]).cells.length, 1);
  });

  it('records every option with its value', () => {
    const { options, seed } = planRun(table1, { ...request, settings: ['frameBytes=64'] }, [0, 1]);
    assert.deepEqual([options['frameBytes'], options['receiverCpu'], options['senderCpu']], [[64], 1, 0]);
    assert.equal(options['seed'], seed);
  });
});

describe('nearest words', () => {
  it('are those with the fewest edits', () => {
    assert.deepEqual(nearest('tabel1', ['paths', 'table1', 'filter'], 1), ['table1']);
    assert.deepEqual(nearest('bytes', ['paths', 'frameBytes'], 1), ['frameBytes']);
  });

  it('are measured by a distance', () => {
    const word = fc.string({ maxLength: 12 });
    fc.assert(
      fc.property(word, word, word, (a, b, c) => {
        assert.equal(editDistance(a, b), editDistance(b, a));
        assert.equal(editDistance(a, b) === 0, a === b);
        assert.ok(editDistance(a, c) <= editDistance(a, b) + editDistance(b, c));
      }),
    );
  });
});
