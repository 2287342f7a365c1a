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
import { startNativeExecutor } from '../../harness/executor/native.js';
import { bringUpVeth } from '../../harness/testbed/veth.js';
import { toSequence } from './convert-trace.js';
import { recordCpu } from './ftrace.js';

const usage = 'usage: record-sequence packet-recvfrom|tcp|libpcap FRAME_BYTES FILE';
const port = 9000;
const headers = 54; // Ethernet, IPv4 and TCP without options
const packetsPerSecond = 20_000;
const events = 3000;

function pathOf(name: string | undefined, frameBytes: number): PathSpec {
  const bufferBytes = 2 ** 23;
  switch (name) {
    case 'packet-recvfrom':
      return { name, receiveBufferBytes: bufferBytes, snaplen: 2048 };
    case 'tcp':
      return { name, readBytes: 65_536, receiveBufferBytes: 0, messageBytes: frameBytes - headers };
    case 'libpcap':
      return { name, bufferBytes, timeoutMs: 10, immediate: false, snaplen: 2048 };
    default:
      throw new Error(usage);
  }
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
        generator: {
          traffic: path.name === 'tcp' ? 'tcp-message' : 'raw',
          frameBytes,
          packets: 4000,
          packetsPerSecond,
          maxDurationNs: 2e9,
        },
        receiver: testbed.receiver,
        sender: testbed.sender,
        port,
        probes: null,
        warmupPackets: 500,
        warmupPacketsPerSecond: packetsPerSecond,
        drainNs: 300_000_000,
        nice: -20,
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
