import assert from 'node:assert/strict';
import { chownSync, cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readRecord } from '../../reports/record-io.js';
import { requireCapability, requireOtherUser } from '../support/capabilities.js';
import {
  asNobody,
  assertGone,
  Command,
  filesIn,
  has,
  lockHolder,
  manyTrials,
  namespacesThere,
  small,
  temporaryFolder,
  tooBusy,
  wholeRun,
} from './command.js';
import { runs, waitUntil } from './processes.js';
import { Setting, takeTurn } from './setting.js';

describe('pktpath on this machine', function () {
  this.timeout(180_000);
  let folder: string;

  before(async function () {
    // Skips by name where no run can succeed; each run then sees to itself.
    const setting = await Setting.open(this);
    await setting.close();
  });

  beforeEach(async () => {
    folder = temporaryFolder();
    // Another run on this machine goes first.
    await (await takeTurn()).release();
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function oneTrial(...more: string[]): ReturnType<typeof wholeRun> {
    const words = (out: string): string[] => [...small, '--trials', '1', '--duration', '0.1', '--out', out, ...more];
    return wholeRun(folder, (out) => Command.start(words(out)).end(60_000));
  }

  it('runs Table 1: exit code 0, a record, a table, a report, and nothing left', async function () {
    const { out, result, record } = await oneTrial();
    assert.equal(record.run.status, 'complete');
    assert.equal(record.summary.length, 1);
    assert.equal(record.summary[0]?.status, 'measured');
    assert.equal(record.experiment.options['frameBytes']?.toString(), '64');
    for (const probed of [true, false]) {
      assert.ok(
        record.trials.some((trial) => trial.valid && trial.probed === probed),
        `a valid trial, probed ${String(probed)}`,
      );
    }
    for (const { ledger, valid } of record.trials) if (valid) assert.equal(ledger.unexplained, 0);
    const files = filesIn(out);
    for (const file of ['run.json', 'report.html', 'report.md', 'trials.csv']) assert.ok(files.includes(file), file);
    assert.ok(files.some((file) => /^charts\/.+\.svg$/.test(file)));
    assert.deepEqual(
      files.filter((file) => /tmp|\.room/.test(file)),
      [],
      'nothing half-written',
    );
    assert.match(result.stdout, /packet-recvfrom/);
    assert.match(result.stdout, /closure|states/i, 'the closure is in the table');
    assert.match(result.stderr, new RegExp(`report: ${out}/report\\.html`));
    const csv = readFileSync(join(out, 'trials.csv'), 'utf8').trim().split('\n');
    assert.equal(csv.length, record.trials.length + 1);

    requireCapability(this, 'setpriv', has('setpriv'));
    requireOtherUser(this);
    const copy = temporaryFolder();
    try {
      cpSync(join(out, 'run.json'), join(copy, 'run.json'));
      chownSync(copy, 65534, 65534);
      const drawn = await Command.start(['report', copy], asNobody).end();
      assert.equal(drawn.code, 0, drawn.stderr);
      assert.equal(drawn.stdout, result.stdout, 'the same tables, drawn by someone who is not root');
      assert.deepEqual(filesIn(copy), files);
      for (const file of files.filter((name) => /\.(svg|csv|md|html)$/.test(name))) {
        assert.equal(readFileSync(join(copy, file), 'utf8'), readFileSync(join(out, file), 'utf8'), file);
      }
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  });

  it('prints the record, and only that, on stdout with --json', async () => {
    const { result, record } = await oneTrial('--json');
    assert.deepEqual(JSON.parse(result.stdout), JSON.parse(JSON.stringify(record)));
  });

  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    it(`keeps what it has and removes what it made on ${signal}: exit code ${String(code)}`, async () => {
      const out = join(folder, 'run');
      const command = Command.start([...manyTrials, '--out', out]);
      await command.untilRecorded(out);
      const made = await command.made();
      assert.equal(made.namespaces.length, 2);
      assert.deepEqual(namespacesThere(made.namespaces), made.namespaces);
      command.child.kill(signal);
      const result = await command.end();
      assert.equal(result.code, code, result.stderr);
      assert.match(result.stderr, new RegExp(`${signal}: stopping, and removing what was made`));
      assert.ok(result.stderr.includes(`what was measured is in ${out}`), result.stderr);
      const record = readRecord(out);
      assert.equal(record.run.status, 'partial');
      assert.ok(record.trials.length > 0 && record.trials.length < 600);
      await assertGone(made, command.pid);
      const drawn = await Command.start(['report', out]).end();
      assert.equal(drawn.code, 0, `a report of it can be drawn: ${drawn.stderr}`);
    });
  }

  it('leaves no folder when a signal comes before its first trial', async () => {
    const out = join(folder, 'a/b/run');
    const command = Command.start([...manyTrials, '--out', out]);
    await command.until(() => lockHolder() === command.pid, 'lock');
    command.child.kill('SIGINT');
    const { code, stderr } = await command.end();
    assert.equal(code, 130, stderr);
    assert.deepEqual(filesIn(folder), []);
    await assertGone(await command.made(), command.pid);
  });

  it('is cleaned up after by pktpath clean when it is killed', async () => {
    const out = join(folder, 'run');
    const command = Command.start([...manyTrials, '--out', out]);
    await command.untilRecorded(out);
    const made = await command.made();
    assert.equal(made.namespaces.length, 2);
    command.child.kill('SIGKILL');
    await command.end();
    assert.deepEqual(namespacesThere(made.namespaces), made.namespaces, 'nobody was there to remove them');
    assert.ok(await waitUntil(() => !made.processes.some(runs), 10_000), 'what it had started ends by itself');

    const cleaned = await Command.start(['clean']).end();
    assert.equal(cleaned.code, 0, cleaned.stderr);
    for (const name of [...made.namespaces, ...made.registered])
      assert.ok(cleaned.stdout.includes(name), cleaned.stdout);
    assert.match(cleaned.stdout, /^removed: /);
    await assertGone(made, command.pid);
    const again = await Command.start(['clean', '--json']).end();
    const { namespaces, failed } = JSON.parse(again.stdout) as { namespaces: string[]; failed: string[] };
    assert.deepEqual([namespaces.filter((name) => made.namespaces.includes(name)), failed], [[], []]);
    const { run } = readRecord(out);
    assert.deepEqual(
      [run.status, run.finishedAt],
      ['partial', null],
      'the record is whole, and says that it has no end',
    );
  });

  it('leaves a run alone that goes on, and refuses to run beside it: exit code 1, with its process', async () => {
    const out = join(folder, 'first');
    const first = Command.start([...small, '--trials', '12', '--duration', '0.1', '--out', out]);
    await first.untilRecorded(out);
    const made = await first.made();
    // both at once: the run that they meet has to last as long as the slower of them, and no longer
    const [second, cleaned] = await Promise.all([
      Command.start([...small, '--trials', '1', '--out', join(folder, 'second')]).end(),
      Command.start(['clean']).end(),
    ]);
    assert.equal(second.code, 1, second.stderr);
    assert.match(second.stderr, new RegExp(`another pktpath run \\(process ${String(first.pid)}\\)`));
    assert.deepEqual(
      filesIn(folder).filter((file) => file.startsWith('second')),
      [],
      'it leaves no folder',
    );
    assert.equal(cleaned.code, 0, cleaned.stderr);
    for (const name of made.namespaces) assert.match(cleaned.stdout, new RegExp(`a run is using them:.*${name}`));
    assert.deepEqual(namespacesThere(made.namespaces), made.namespaces);
    const result = await first.end(120_000);
    assert.ok(result.code === 0 || tooBusy.test(result.stderr), result.stderr);
    const record = readRecord(out);
    assert.equal(record.run.status, 'complete');
    assert.ok(record.trials.length >= 24, 'all its trials are there');
    await assertGone(made, first.pid);
  });
});
