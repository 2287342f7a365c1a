import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readProcessStat } from '../../harness/environment/process-stat.js';
import { ExitCode, PktpathError } from '../../harness/errors.js';
import { useSetting } from './setting.js';
import { cellOf, isNoise, probesFor, runOnce } from './trials.js';
import type { Measured } from './trials.js';

/** What the path took from the soaker, ns. */
function soakedNs({ result }: Measured): number {
  const { soaking } = result;
  assert.ok(soaking !== undefined, 'the trial had a soaker');
  return soaking.takenNs - soaking.offers * soaking.idleOfferNs;
}

/** By the CPU clocks of the path's two threads; nobody wakes them from a wait for the CPU while the soaker holds it. */
function clocksNs({ result }: Measured): number {
  return result.reader.threadCpuNs + (result.napiCpuNs ?? 0);
}

/** Some milliseconds on, one off, with the path's own priority: each time that the soaker gives way it is there. Half a minute at most. */
const burns =
  'i=0; while [ $i -lt 2000 ]; do i=$((i+1)); j=0; while [ $j -lt 20000 ]; do j=$((j+1)); done; sleep 0.001; done';

describe('the soaker', function () {
  this.timeout(60_000);
  const setting = useSetting();
  const cell = cellOf('packet-recvfrom', { packets: 6000, packetsPerSecond: 30_000 });

  it('is given the window but for what the path takes, and loses no packet by it', async () => {
    const testbed = await setting().bringUp('napi-thread');
    const measured = await runOnce(setting(), testbed, cell, null, { soak: true });
    assert.deepEqual(
      measured.reasons.filter((reason) => !isNoise(reason, measured)),
      [],
    );
    const { soaking, reader } = measured.result;
    assert.ok(soaking !== undefined);
    assert.equal(reader.packets, 6000);
    assert.ok(soaking.takenNs < soaking.windowNs, 'taken is part of the window');
    assert.ok(soaking.offers >= 100 && soaking.offers <= soaking.windowNs / 500_000, `${soaking.offers} offers`);
    await setting().down();
  });

  it('loses what the threads of the path had by their own clocks, and the switches to them', async () => {
    const testbed = await setting().bringUp('napi-thread');
    const measured = await runOnce(setting(), testbed, cell, null, { soak: true });
    const [soaked, clocks] = [soakedNs(measured), clocksNs(measured)];
    assert.ok(soaked > 0.9 * clocks, `${soaked} taken, ${clocks} by the clocks`);
    // an offer's switches are a few microseconds
    const switches = (measured.result.soaking?.offers ?? 0) * 20_000;
    assert.ok(soaked < 1.25 * clocks + switches, `${soaked} taken, ${clocks} by the clocks`);
    await setting().down();
  });

  it('loses more to a path with probes, and what the accounting has is within it', async () => {
    const testbed = await setting().bringUp('napi-thread');
    const probed = await runOnce(setting(), testbed, cell, probesFor(setting(), testbed, cell), { soak: true });
    const states = (probed.result.probes?.cpus ?? []).flatMap((cpu) => cpu.states);
    const own = states.filter(({ owner }) => owner === 'receiver' || owner === 'receiver-napi');
    const accounted = own.reduce((sum, { ns }) => sum + ns, 0);
    assert.ok(accounted > 0 && accounted < 1.02 * soakedNs(probed), `${accounted} of ${soakedNs(probed)}`);
    await setting().down();
  });

  it('gives the NAPI thread its nice value back', async () => {
    const testbed = await setting().bringUp('napi-thread');
    await runOnce(setting(), testbed, cell, null, { soak: true });
    const stat = await readProcessStat(testbed.receiver.napiTid);
    assert.deepEqual([stat?.nice, stat?.policy], [-20, 0]);
    await setting().down();
  });

  it('has no word to say where a real-time program of somebody else’s has the CPU, and the trial is not possible', async () => {
    const testbed = await setting().bringUp('napi-thread');
    const burner = spawn('chrt', ['-f', '2', 'taskset', '-c', String(testbed.receiver.cpu), 'sh', '-c', burns], {
      stdio: 'ignore',
    });
    try {
      await assert.rejects(runOnce(setting(), testbed, cell, null, { soak: true }), (error: unknown) => {
        assert.ok(error instanceof PktpathError);
        assert.equal(error.exitCode, ExitCode.notPossible);
        assert.match(error.message, /no soaker on the receiver's CPU/);
        return true;
      });
    } finally {
      burner.kill('SIGKILL');
    }
    await setting().down();
  });

  it('is refused on the sender’s CPU, which it would take from it', async () => {
    const testbed = await setting().bringUp('napi-thread');
    const { cpu } = testbed.sender;
    const receiver = { ...testbed.receiver, cpu };
    const spec = { soak: true, receiver, workerCpus: [cpu] };
    await assert.rejects(runOnce(setting(), testbed, cell, null, spec), /take the sender's CPU/);
    await setting().down();
  });
});
