import assert from 'node:assert/strict';
import { bpftraceScript, parseBpftrace } from '../../bench/tracers/bpftrace.js';
import { requireProgram } from '../../bench/tracers/installed.js';
import { parsePerfStats } from '../../bench/tracers/perf.js';
import { withTracefs } from '../../bench/tracers/private-tracefs.js';
import { ToolProcess } from '../../bench/tool-process.js';
import { ExitCode } from '../../harness/errors.js';

describe('the output of bpftrace', function () {
  const noise = '{"type": "attached_probes", "data": {"probes": 3}}\n{"type": "printf", "data": "attached\\n"}\n\n';

  it('is read where the map holds statistics', function () {
    const last = '{"type": "map", "data": {"@last": {"0": 4762764098925, "1": 4762764105210}}}\n';
    const map =
      '{"type": "stats", "data": {"@": {"tracepoint:sched:sched_switch": {"count": 12151, "average": 78, "total": 95}}}}';
    assert.deepEqual(parseBpftrace(noise + last + map), new Map([['sched:sched_switch', 12151]]));
  });

  it('is read where the map holds counts', function () {
    const map = '{"type": "map", "data": {"@": {"tracepoint:net:netif_rx": 3, "tracepoint:irq:softirq_exit": 0}}}';
    const counts = new Map([
      ['net:netif_rx', 3],
      ['irq:softirq_exit', 0],
    ]);
    assert.deepEqual(parseBpftrace(noise + map), counts);
  });

  it('is refused without the map, or with something that is no count', function () {
    assert.throws(() => parseBpftrace(noise), /without printing its map/);
    assert.throws(() => parseBpftrace('{"type": "map", "data": {"@": {"tracepoint:a:b": "x"}}}'), /for a count/);
    assert.throws(() => parseBpftrace('{"type": "map", "data": {"@": {"tracepoint:a:b": -1}}}'), /for a count/);
  });
});

it('the bpftrace script has one body for all tracepoints', function () {
  const script = bpftraceScript(['net:netif_rx', 'sched:sched_switch'], '@[probe] = count();');
  assert.match(
    script,
    /^tracepoint:net:netif_rx, tracepoint:sched:sched_switch \{ @\[probe\] = count\(\); \} interval:/,
  );
});

describe('the statistics of perf', function () {
  it('are read by event, and not from the total', function () {
    const output = [
      'Aggregated stats:',
      '           TOTAL events:      16186',
      '          SAMPLE events:      14653  (90.5%)',
      'sched:sched_switch stats:',
      '          SAMPLE events:      13854',
      'irq_vectors:local_timer_entry stats:',
      '          SAMPLE events:        799',
    ].join('\n');
    const expected = new Map([
      ['sched:sched_switch', 13854],
      ['irq_vectors:local_timer_entry', 799],
    ]);
    assert.deepEqual(parsePerfStats(output), expected);
  });

  it('are refused when no tracepoint was sampled', function () {
    assert.throws(() => parsePerfStats('Aggregated stats:\n          SAMPLE events:      1\n'), /no sample/);
  });
});

describe('tracefs', function () {
  it('is used where it is mounted', function () {
    assert.deepEqual(withTracefs(['perf', 'record'], true), ['perf', 'record']);
  });

  it('is mounted in a private namespace otherwise, with the command as arguments that no shell reads', function () {
    const command = withTracefs(['perf', '$(id)'], false);
    assert.equal(command[0], 'unshare');
    assert.deepEqual(command.slice(-2), ['perf', '$(id)']);
    assert.equal(command.filter((word) => word.includes('$(id)')).length, 1);
  });
});

describe('a tracer’s process', function () {
  it('names the package when the program is not installed', async function () {
    await assert.rejects(requireProgram('pktpath-no-such-program', 'some-package'), (error: Error) => {
      assert.match(error.message, /pktpath-no-such-program is not installed: apt-get install some-package/);
      assert.equal((error as { exitCode?: number }).exitCode, ExitCode.notPossible);
      return true;
    });
  });

  it('is waited for until it is ready, and ended by SIGINT', async function () {
    const script = 'process.on("SIGINT", () => { console.log("counts"); process.exit(0) }); console.log("ready");';
    const tracer = new ToolProcess('test', [process.execPath, '-e', `${script} setInterval(() => {}, 1000)`]);
    await tracer.waitUntil(() => tracer.stdout.includes('ready'));
    await tracer.interrupt();
    assert.equal(tracer.stdout, 'ready\ncounts\n');
  });

  it('says how it ended and its last words when it never gets ready', async function () {
    const tracer = new ToolProcess('test', [process.execPath, '-e', 'console.error("no BTF"); process.exit(3)']);
    await assert.rejects(
      tracer.waitUntil(() => false),
      /test does not run here \(exit code 3\): no BTF/,
    );
  });

  it('fails when it had ended on its own before it was told to', async function () {
    const tracer = new ToolProcess('test', [process.execPath, '-e', 'console.error("lost"); process.exit(1)']);
    await assert.rejects(tracer.waitUntil(() => false));
    await assert.rejects(tracer.interrupt(), /ended on its own \(exit code 1\): lost/);
  });
});
