/**
 * Records a sequence for test/fixtures/sequences/, by hand, as root, on a machine with two CPUs:
 *
 *     node dist/test/accounting/record-sequence.js packet-recvfrom 64 packet-recvfrom-64.txt
 *
 * It brings up the veth testbed, runs a trial without probes at 20000 packets a second, and traces the receiver's CPU
 * with ftrace meanwhile. Everything it makes or switches on is gone afterwards.
 */
import { writeFileSync } from 'node:fs';
import type { PathSpec } from '../../harness/executor/contract.js';
import { generatorSpec } from '../../harness/generators/generator-spec.js';
import { pathSpec } from '../../harness/paths/path-spec.js';
import { startNativeExecutor } from '../../harness/executor/native.js';
import { bringUpVeth } from '../../harness/testbed/veth.js';
import { toSequence } from './convert-trace.js';
import { recordCpu } from './ftrace.js';

const usage = 'usage: record-sequence packet-recvfrom|tcp|libpcap FRAME_BYTES FILE';
const port = 9000;
const packetsPerSecond = 20_000;
const events = 3000;

function pathOf(name: string | undefined, frameBytes: number): PathSpec {
  if (name !== 'packet-recvfrom' && name !== 'tcp' && name !== 'libpcap') throw new Error(usage);
  const bytes = 2 ** 23;
  const roomy = { receiveBufferBytes: bytes, bufferBytes: bytes, timeoutMs: 10, snaplen: 2048 };
  return pathSpec(name, frameBytes, { ...roomy, tcpReceiveBufferBytes: 0 });
}

const [name, size, file] = process.argv.slice(2);
const frameBytes = Number(size);
if (!Number.isInteger(frameBytes) || file === undefined) throw new Error(usage);
const path = pathOf(name, frameBytes);

const executor = await startNativeExecutor();
try {
  const [senderCpu = 0, receiverCpu = 1] = await executor.allowedCpus();
  const testbed = await bringUpVeth(
    { runId: `record-${String(process.pid)}`, isolation: 'napi-thread', receiverCpu, senderCpu, mtu: 1500 },
    async (tid, cpu) => {
      await executor.setAffinity(tid, cpu);
    },
  );
  try {
    const { lines, unitNs } = await recordCpu(receiverCpu, async () => {
      const { reader } = await executor.runTrial({
        path,
        generator: generatorSpec({
          traffic: path.name === 'tcp' ? 'tcp-message' : 'raw',
          frameBytes,
          packetsPerSecond,
          durationSeconds: 0.2,
        }),
        receiver: testbed.receiver,
        sender: testbed.sender,
        port,
        probes: null,
        warmupPackets: 500,
        warmupPacketsPerSecond: packetsPerSecond,
        drainNs: 300_000_000,
        nice: -20,
        workerCpus: [receiverCpu],
        latency: false,
        observed: null,
        emulator: false,
        soak: false,
      });
      process.stderr.write(`${String(reader.packets)} packets read\n`);
    });
    const recording = { lines, unitNs, receiver: testbed.receiver, senderNapiTid: testbed.sender.napiTid, port };
    const title = `# ${path.name}, frames of ${String(frameBytes)} bytes, ${String(packetsPerSecond)} a second`;
    writeFileSync(file, [title, ...toSequence(recording, events), ''].join('\n'));
  } finally {
    await testbed.down();
  }
} finally {
  await executor.close();
}
