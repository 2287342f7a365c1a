import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRecord } from '../../reports/record-io.js';
import { requireCapability } from '../support/capabilities.js';
import { cliPath, pktpath } from '../support/cli.js';

const namespaces = (): string[] =>
  existsSync('/run/netns') ? readdirSync('/run/netns').filter((name) => name.startsWith('pktpath-')) : [];

describe('pktpath run, live', function () {
  this.timeout(120_000);
  let folder: string;

  before(async function () {
    const { code } = await pktpath(['doctor', '--json']);
    requireCapability(this, 'a machine that can run Table 1', code === 0);
  });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pktpath-live-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  const small = ['run', 'table1', '--set', 'frameBytes=512', '--set', 'packetsPerSecond=10000', '--duration', '0.2'];

  it('measures real packets, closes, and leaves a record and a report', async () => {
    const before = namespaces();
    const { code, stdout, stderr } = await pktpath([...small, '--trials', '2', '--out', join(folder, 'run'), '--json']);
    assert.equal(code, 0, stderr);
    const record = readRecord(join(folder, 'run'));
    assert.deepEqual(JSON.parse(stdout), record);
    assert.deepEqual(
      record.summary.map((row) => row.status),
      ['measured', 'measured', 'measured', 'measured'],
    );
    for (const row of record.summary) {
      assert.ok(Math.abs((row.closure?.statesOverElapsed ?? 0) - 1) <= 0.001, row.cell);
      assert.equal(row.ledger?.unexplained, 0);
      assert.ok(row.stages.length > 3, row.cell);
    }
    // Each accepted trial was held against the ledger at every boundary that it met.
    for (const trial of record.trials.filter((each) => each.valid && each.probes !== null)) {
      const gro = trial.probes?.boundaries.find((boundary) => boundary.program === 'napi_gro_receive_entry');
      assert.equal(gro?.packets, trial.wirePackets, trial.cell);
    }
    for (const file of ['report.html', 'report.md', 'trials.csv', 'charts'])
      assert.ok(existsSync(join(folder, 'run', file)), file);
    assert.deepEqual(namespaces(), before);
  });

  it('stops on SIGINT with everything removed and what it had kept, and a second signal changes nothing', async () => {
    const before = namespaces();
    const out = join(folder, 'run');
    const child = spawn(process.execPath, [cliPath, ...small, '--trials', '100', '--out', out], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    while (!existsSync(join(out, 'run.json'))) {
      assert.equal(child.exitCode, null, said);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.equal(namespaces().length, before.length + 2);
    child.kill('SIGINT');
    child.kill('SIGTERM');
    const [code] = await ended;
    // Both were sent at once, and may arrive in either order.
    assert.ok(code === 130 || code === 143, `${code}: ${said}`);
    assert.match(said, /interrupted; what was measured is in /);
    assert.deepEqual(namespaces(), before);
    const record = readRecord(out);
    assert.equal(record.run.status, 'partial');
    assert.ok(record.trials.length > 0);
    const again = await pktpath(['report', out]);
    assert.equal(again.code, 0, again.stderr);
  });

  it('refuses to run beside another run', async () => {
    const first = spawn(process.execPath, [cliPath, ...small, '--trials', '100', '--out', join(folder, 'one')], {
      stdio: 'ignore',
    });
    const ended = once(first, 'exit');
    try {
      while (!existsSync(join(folder, 'one', 'run.json'))) {
        assert.equal(first.exitCode, null);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      const { code, stderr } = await pktpath([...small, '--out', join(folder, 'two')]);
      assert.equal(code, 1);
      assert.match(stderr, new RegExp(`^pktpath: another pktpath run \\(process ${first.pid ?? 0}\\) is measuring`));
      assert.ok(!existsSync(join(folder, 'two')));
    } finally {
      first.kill('SIGTERM');
      await ended;
    }
  });
});
