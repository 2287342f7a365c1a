import assert from 'node:assert/strict';
import { ExitCode, PktpathError } from '../../harness/errors.js';
import { compare } from '../../reports/compare/compare.js';
import { rowKey } from '../../reports/compare/row-key.js';
import type { Compared, ComparedRow, CompareOptions } from '../../reports/compare/compare.js';
import { pairRuns } from '../../reports/compare/pairs.js';
import type { RunRecord } from '../../reports/record.js';
import { changed, countedRecord, noisyRecord } from './sample-runs.js';

const plain: CompareOptions = { thresholdPercent: null, filters: [], metrics: [], again: [] };

function compared(base: RunRecord, head: RunRecord, options: Partial<CompareOptions> = {}): Compared {
  const pairs = pairRuns([{ record: base, source: 'base' }], [{ record: head, source: 'head' }]);
  return compare(pairs, { ...plain, ...options });
}

function row({ rows }: Compared, cell: string, name: string): ComparedRow {
  const found = rows.find((each) => each.cell.startsWith(cell) && each.name === name);
  assert.ok(found, `${cell} ${name}: not among ${rows.map(rowKey).join('\n')}`);
  return found;
}

function refused(act: () => unknown, expected: RegExp): void {
  assert.throws(act, (error) => {
    assert.ok(error instanceof PktpathError && error.exitCode === ExitCode.cannotCompare, String(error));
    assert.match(error.message, expected);
    return true;
  });
}

describe('comparing records', function () {
  this.timeout(60_000);
  let base: RunRecord;
  let head: RunRecord;
  let exact: RunRecord;

  before(async () => {
    base = await noisyRecord();
    // of 3000 ns copy has 400, so the total grows by 200 ∕ 3000
    head = await noisyRecord({ runId: 'head', seed: 2, factors: { copy: 1.5, user: 0.8 } });
    exact = await countedRecord('exact');
  });

  it('finds what was made dearer and cheaper, and nothing else', () => {
    const result = compared(base, head);
    for (const cell of ['packet-recvfrom frameBytes=64', 'packet-recvfrom frameBytes=1514', 'tcp']) {
      const [copy, user, total] = ['copy', 'user', 'total'].map((name) => row(result, cell, name));
      assert.deepEqual([copy!.verdict, user!.verdict], ['worse', 'better']);
      assert.ok(Math.abs(copy!.percent! - 50) < 2 && Math.abs(user!.percent! + 20) < 2);
      assert.ok(copy!.low! < 50 && copy!.high! > 50, `${copy!.low} to ${copy!.high}`);
      // + 200 − 100 of 3000
      assert.ok(Math.abs(total!.percent! - 3.33) < 0.5 && total!.verdict === 'same', `${total!.percent}`);
      for (const name of ['driver-rx', 'net-rx (with packet-tap)', 'syscall-entry', 'syscall-return'])
        assert.equal(row(result, cell, name).verdict, 'same', name);
    }
    assert.deepEqual([...new Set(compared(head, base).rows.filter(({ name }) => name === 'copy').map(({ verdict }) => verdict))], ['better']); // prettier-ignore
  });

  it('gives the same output for the same input', () => {
    assert.deepEqual(compared(base, head), compared(base, head));
  });

  it('has throughput where nothing paces the sender, and the metrics that were asked for', () => {
    const fast = changed(head, ({ summary, trials }) => {
      for (const trial of trials) if (trial.cell.startsWith('tcp')) trial.windowNs *= 2;
      for (const { cell, metrics } of summary)
        if (cell.startsWith('tcp'))
          for (const name of ['packetsPerSecond', 'bitsPerSecond']) metrics[name]!.median /= 2;
    });
    assert.equal(row(compared(base, fast), 'tcp', 'bitsPerSecond').verdict, 'worse');
    assert.equal(row(compared(fast, { ...base, run: { ...base.run, id: 'again' } }), 'tcp', 'packetsPerSecond').verdict, 'better'); // prettier-ignore
    assert.ok(!compared(base, head).rows.some(({ kind, cell }) => kind === 'metric' && !cell.startsWith('tcp')));
    const asked = compared(base, head, { metrics: ['syscallsPerPacket'] });
    assert.equal(row(asked, 'packet-recvfrom', 'syscallsPerPacket').verdict, 'same');
  });

  it('compares what --filter leaves, and shares the false alarms among it', () => {
    const result = compared(base, head, { filters: ['COPY', '| total'] });
    assert.deepEqual([...new Set(result.rows.map(({ name }) => name))].sort(), ['copy', 'total']);
    assert.equal(result.noisyRows, result.rows.length);
    refused(() => compared(base, head, { filters: ['nothing'] }), /no figure that has nothing/);
  });

  it('is unsure of three rounds, whatever they show', async () => {
    const [few, dear] = [
      await noisyRecord({ rounds: 3, quick: true }),
      await noisyRecord({ rounds: 3, quick: true, runId: 'dear', seed: 2, factors: { copy: 3 } }),
    ];
    const { rows } = compared(few, dear, { thresholdPercent: 5 });
    assert.ok(rows.length > 10);
    for (const { verdict, reason } of rows) assert.match(`${verdict}: ${reason}`, /^unsure: too few trials, 3 and 3/);
  });

  it('refuses a threshold that every row is too noisy for, and names the floor', async () => {
    const noisy = await noisyRecord({ runId: 'noisy', seed: 3, noise: 0.3 });
    const again = await noisyRecord({ runId: 'again', seed: 4, noise: 0.3 });
    const filters = ['packet-recvfrom'];
    refused(
      () => compared(noisy, again, { thresholdPercent: 1, filters }),
      /^a threshold of 1 % is below the noise floor of these records: the steadiest row resolves \d+\.\d\d %/,
    );
    // nobody asked for the usual one
    assert.deepEqual([...new Set(compared(noisy, again, { filters }).rows.map(({ verdict }) => verdict))], ['unsure']);
    refused(() => {
      const shaky = changed(exact, ({ run }) => void (run.id = 'shaky'));
      return compared(exact, shaky, { thresholdPercent: 0.1, filters: ['driver-rx', 'total'] });
    }, /steadiest row resolves 2\.8\d %/);
  });

  it('takes no difference for HEAD’s that BASE has from itself', async () => {
    const again = await noisyRecord({ runId: 'again', seed: 5, factors: { copy: 1.6 } });
    const pairs = pairRuns([{ record: base, source: 'base' }], [{ record: again, source: 'again' }]);
    const result = compared(base, head, { again: pairs });
    for (const { name, verdict, floorPercent } of result.rows.filter(({ kind }) => kind === 'stage')) {
      assert.equal(verdict, name === 'copy' ? 'unsure' : name === 'user' ? 'better' : 'same', name);
      if (name === 'copy') assert.ok(floorPercent! > 60);
    }
    const without = changed(again, ({ summary }) => {
      for (const each of summary) each.stages = each.stages.filter(({ stage }) => stage !== 'copy');
    });
    const lacking = pairRuns([{ record: base, source: 'base' }], [{ record: without, source: 'again' }]);
    assert.match(row(compared(base, head, { again: lacking }), 'tcp', 'copy').reason!, /--again does not tell/);
  });

  describe('exact ones', () => {
    it('takes the floors of both for the threshold', async () => {
      const dearer = await countedRecord('dearer', { copy: 100, 'driver-rx': 10, recvmsg: -2 }, 'mitigations=off');
      const result = compared(exact, dearer);
      const verdicts = result.rows.map(({ name, verdict }) => [name, verdict]);
      assert.deepEqual(Object.fromEntries(verdicts), {
        ...{ 'driver-irq': 'same', 'driver-rx': 'same', 'net-rx (with packet-tap)': 'same' },
        ...{ recvmsg: 'better', copy: 'worse', user: 'same', total: 'same' },
      });
      assert.equal(row(result, 'packet', 'copy').percent, 5);
      assert.equal(row(compared(exact, dearer, { thresholdPercent: 10 }), 'packet', 'copy').verdict, 'same');
    });

    it('leaves one packet at the ends of the window for what it may be', async () => {
      // 1 of 1500, in 1000 packets
      assert.equal(
        row(compared(exact, await countedRecord('less', { recvmsg: -1 })), 'packet', 'recvmsg').verdict,
        'same',
      );
    });

    it('counts what moved from run to run among the floors', async () => {
      const [again, dearer] = [
        await countedRecord('again', { copy: -150 }),
        await countedRecord('dearer', { copy: 100 }),
      ];
      const pairs = pairRuns([{ record: exact, source: 'base' }], [{ record: again, source: 'again' }]);
      assert.equal(row(compared(exact, dearer, { again: pairs }), 'packet', 'copy').verdict, 'same');
    });

    it('is unsure of one boot', () => {
      const once = changed(exact, (copy) => {
        copy.run.id = 'once';
        for (const trial of copy.trials) trial.boot = 0;
      });
      for (const { verdict, reason } of compared(exact, once).rows)
        assert.match(`${verdict} ${reason}`, /unsure .*two boots/);
    });
  });

  it('never says the same of what one side has not', () => {
    const holes = changed(head, ({ summary }) => {
      const [first, second, third] = summary;
      Object.assign(first!, { status: 'skipped', reason: 'refused' });
      second!.stages = second!.stages.filter(({ stage }) => stage !== 'driver-rx');
      const copy = third!.stages.find(({ stage }) => stage === 'copy');
      Object.assign(copy!, { belowProbeCost: true, correctedNsPerPacket: null });
    });
    const result = compared(base, holes);
    const of = (index: number, name: string): string | null =>
      row(result, base.summary[index]!.cell, name).verdict === 'unsure'
        ? row(result, base.summary[index]!.cell, name).reason
        : null;
    assert.equal(of(0, 'total'), 'BASE: measured; HEAD: skipped: refused');
    assert.equal(of(1, 'driver-rx'), 'HEAD: no such stage');
    assert.equal(of(2, 'copy'), 'HEAD: below probe cost');
  });

  it('never says the same of figures that the trials do not give', () => {
    const forged = changed(base, ({ run, summary }) => {
      run.id = 'forged';
      for (const { stages } of summary) for (const stage of stages) if ('correctedNsPerPacket' in stage && stage.stage === 'copy') stage.correctedNsPerPacket! *= 2; // prettier-ignore
      for (const { metrics } of summary)
        if (metrics['bitsPerSecond'] !== undefined) metrics['bitsPerSecond'].median *= 2;
    });
    const result = compared(base, forged);
    assert.match(row(result, 'tcp', 'bitsPerSecond').reason!, /trials of the record do not give/);
    for (const { kind, verdict } of result.rows) if (kind !== 'metric') assert.equal(verdict, 'unsure');
    const empty = changed(base, ({ run, trials }) => {
      run.id = 'empty';
      for (const trial of trials) trial.valid = false;
    });
    for (const { verdict } of compared(base, empty).rows) assert.equal(verdict, 'unsure');
  });

  const differences: [string, (copy: RunRecord) => void, RegExp][] = [
    ['experiment', ({ experiment }) => void (experiment.name = 'paths'), /experiment: table1 and paths$/],
    [
      'option',
      ({ experiment }) => void (experiment.options['durationSeconds'] = 2),
      /option durationSeconds: 1 and 2$/,
    ],
    [
      'option that one does not know',
      ({ experiment }) => void (experiment.options['new'] = 1),
      /option new: not given and 1$/,
    ],
    ['unit', ({ experiment }) => void (experiment.exact = true), /unit: ns and instructions/],
    ['length', ({ experiment }) => void (experiment.quick = true), /length: full and quick$/],
    ['CPU model', ({ environment }) => void (environment.cpuModel = 'other'), /CPU model: mock and other$/],
    ['isolation', ({ testbed }) => void (testbed!.isolation = 'rps'), /isolation: napi-thread and rps$/],
    ['testbed', (copy) => void (copy.testbed!.kind = 'lab'), /testbed: veth and lab$/],
    [
      'cells',
      ({ summary }) => void (summary[0]!.cell += ' more'),
      /only BASE has cell .*; only HEAD has cell .* more$/,
    ],
    [
      'metric',
      ({ metrics }) => void (metrics[0]!.better = 'higher'),
      /metric cpuNsPerPacket: ns\/packet lower noisy and/,
    ],
    [
      'run that was not finished',
      ({ run }) => void (run.status = 'partial'),
      /HEAD \(head\) is of a run that was not finished/,
    ],
    ['run with nothing in it', (copy) => void (copy.summary = []), /HEAD \(head\) has no measured cell/],
    ['cell twice', ({ summary }) => void summary.push(summary[0]!), /has cell .* twice/],
    ['run that is the same', ({ run }) => void (run.id = 'base'), /the same run, base/],
  ];
  for (const [name, change, expected] of differences) {
    it(`refuses another ${name}`, () => refused(() => compared(base, changed(head, change)), expected));
  }

  it('refuses another accelerator, -cpu and card', () => {
    const guest = (change: Partial<Extract<RunRecord['machine'], { kind: 'guest' }>>): RunRecord =>
      changed(exact, (copy) => {
        copy.run.id = 'other';
        Object.assign(copy.machine, change);
      });
    refused(() => compared(exact, guest({ accelerator: 'kvm' })), /accelerator: tcg and kvm/);
    refused(() => compared(exact, guest({ cpuModel: 'Haswell' })), /-cpu: max and Haswell/);
    refused(
      () =>
        compared(
          exact,
          changed(guest({}), ({ testbed }) => void (testbed!.card = 'e1000')),
        ),
      /card: .* and e1000/,
    );
    assert.ok(
      compared(exact, guest({ bootArguments: 'nosmt', qemuVersion: '9' })).rows.every(
        ({ verdict }) => verdict === 'same',
      ),
    );
  });

  it('puts the columns of two matrices together by what they are, in whatever order', () => {
    const run = (id: string, bootArguments: string): RunRecord =>
      changed(exact, (copy) => {
        copy.run.id = id;
        Object.assign(copy.machine, { bootArguments });
      });
    const as = (...records: RunRecord[]) => records.map((record) => ({ record, source: record.run.id }));
    const [a, b] = [run('a', ''), run('b', 'mitigations=off')];
    const [c, d] = [run('c', ''), run('d', 'mitigations=off')];
    const pairs = pairRuns(as(a, b, base), as(d, head, c));
    assert.deepEqual(
      pairs.map(({ column, base: from, head: to }) => [column, from.run.id, to.run.id]),
      [
        ['debian:generic -cpu max i82557c tcg', 'a', 'c'],
        ['debian:generic mitigations=off -cpu max i82557c tcg', 'b', 'd'],
        ['host', 'base', 'head'],
      ],
    );
    refused(() => pairRuns(as(a, b), as(c, head)), /^only BASE has a run of table1 on debian:generic mitigations=off/);
    refused(() => pairRuns(as(a, b), as(c)), /^only BASE has a run of table1 on debian:generic mitigations=off/);
    refused(() => pairRuns(as(a, c), as(d, b)), /^a and c are runs of the same experiment on the same kernel/);
    const other = changed(head, ({ experiment }) => void (experiment.name = 'paths'));
    refused(() => pairRuns(as(base), as(head, other)), /^only HEAD has a run of paths on host/);
  });
});
