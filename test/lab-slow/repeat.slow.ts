import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRecord } from '../../reports/record-io.js';
import type { RunRecord } from '../../reports/record.js';
import { Command, has } from '../live/command.js';
import { isRoot, requireCapability } from '../support/capabilities.js';

/** What an exact run promises: the same command has the same figures, whatever else the machine does. */
describe('an exact run', function () {
  this.timeout(900_000);
  let folder = '';
  before(function () {
    requireCapability(this, 'root', isRoot);
    requireCapability(this, 'an x86-64 machine', process.arch === 'x64');
    requireCapability(this, 'qemu-system-x86_64', has('qemu-system-x86_64'));
    folder = mkdtempSync(join(tmpdir(), 'pktpath-repeat-'));
  });
  after(() => {
    if (folder !== '') rmSync(folder, { recursive: true, force: true });
  });

  async function run(name: string, ...words: string[]): Promise<RunRecord> {
    const out = join(folder, name);
    const all = ['run', 'table1', '--kernel', 'debian:generic', '--exact', '--json', '--out', out, ...words];
    const { code, stderr } = await Command.start(all).end(600_000);
    assert.equal(code, 0, stderr);
    return readRecord(out);
  }

  const figures = ({ summary }: RunRecord): [string, number | null][] =>
    summary.flatMap(({ cell, stages }) =>
      stages.flatMap((stage): [string, number | null][] =>
        'correctedInstructionsPerPacket' in stage
          ? [[`${cell}: ${stage.stage}`, stage.correctedInstructionsPerPacket]]
          : [],
      ),
    );

  it('has the same figures again, beside two programs that take all of the CPU', async () => {
    const quiet = figures(await run('quiet'));
    const hogs = [0, 1].map(() => spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }));
    try {
      assert.ok(quiet.length > 30);
      assert.deepEqual(figures(await run('busy')), quiet);
    } finally {
      for (const hog of hogs) hog.kill('SIGKILL');
    }
  });

  it('measures a cell alike, alone and among others', async () => {
    const alone = figures(await run('alone', '--set', 'paths=packet-recvfrom'));
    const among = new Map(figures(await run('among', '--set', 'paths=packet-recvfrom,libpcap')));
    for (const [stage, figure] of alone) assert.equal(among.get(stage), figure, stage);
  });

  it('has every stage of 500 instructions and more as the emulator has it, within 3 %, on every road', async () => {
    const { summary } = await run('refereed');
    let held = 0;
    for (const { cell, stages } of summary) {
      for (const stage of stages) {
        if (!('emulator' in stage) || (stage.emulator?.instructionsPerPacket ?? 0) < 500) continue;
        const ratio = (stage.correctedInstructionsPerPacket ?? 0) / (stage.emulator?.instructionsPerPacket ?? 1);
        assert.ok(Math.abs(ratio - 1) < 0.03, `${cell}: ${stage.stage} ${String(ratio)}`);
        held++;
      }
    }
    assert.ok(held >= 14, String(held));
  });
});
