import type { Command } from 'commander';
import { allowedCpus } from '../environment/allowed-cpus.js';
import { readInterface } from '../hand/interface.js';
import { planReceive, receiveSpec } from '../hand/receive-spec.js';
import type { ReceiveWords } from '../hand/receive-spec.js';
import { receiveDocument, receiveLive, receiveText } from '../hand/receive-summary.js';
import { mostPackets, mostSeconds } from '../hand/send-spec.js';
import { checkFilters } from '../paths/check-filters.js';
import { parametersOf } from '../paths/path-parameters.js';
import { pathNames } from '../paths/paths.js';
import { anyNumber, collect, wholeNumber } from './arguments.js';
import { conduct } from './hand-session.js';
import { requireRoot } from './require-root.js';
import { defaultFrameBytes, defaultPort, frameBytes, leastSeconds, port } from './hand-options.js';
import { largestCpu } from '../run/common-parameters.js';

interface ReceiveFlags extends ReceiveWords {
  interface: string;
  netns?: string;
  json?: true;
}

export function addReceiveCommand(program: Command): void {
  program
    .command('receive')
    .description('receive by one path, with a live line and a summary, until it is stopped or meets a bound')
    .requiredOption('--path <name>', 'road to the program; see pktpath list paths')
    .requiredOption('--interface <name>', 'interface to receive at')
    .option('--netns <name>', 'network namespace of the interface; its own when not given')
    .option('--set <key=value>', 'set a parameter of the path; may be given again', collect)
    .option('--port <n>', 'udp and tcp: port to receive at', wholeNumber(port), defaultPort)
    .option(
      '--frame-bytes <n>',
      'tcp: frame that the sender was told, so that messages are known',
      wholeNumber(frameBytes),
      defaultFrameBytes,
    )
    .option(
      '--cpu <n>',
      'CPU of the reader; the last allowed one when not given',
      wholeNumber({ min: 0, max: largestCpu }),
    )
    .option('--packets <n>', 'end once so many have come', wholeNumber({ min: 1, max: mostPackets }))
    .option('--duration <s>', 'end after so many seconds', anyNumber({ min: leastSeconds, max: mostSeconds }))
    .option('--latency', 'take each packet’s delay; it means nothing between two hosts, whose clocks differ')
    .option('--json', 'print the summary as JSON')
    .addHelpText('after', help)
    .action(receive);
}

async function receive(flags: ReceiveFlags): Promise<void> {
  const plan = planReceive(flags, await allowedCpus());
  requireRoot('receiving');
  const spec = receiveSpec(plan, await readInterface(flags.interface, flags.netns ?? null));
  await conduct(
    {
      name: 'receive',
      begin: async (executor) => {
        await checkFilters(executor, [spec.path]);
        return executor.handReceive(spec);
      },
      ready: `receiving by ${spec.path.name} at ${spec.receiver.interface}, CPU ${plan.workerCpus.join(', ')}`,
      live: (now, before) => receiveLive(spec, now, before),
      document: (received) => receiveDocument(spec, received),
      text: (received) => receiveText(receiveDocument(spec, received)),
    },
    flags.json === true,
  );
}

function help(): string {
  const keys = pathNames.map((name) => {
    const takes = Object.keys(parametersOf(name)).join(', ');
    return `  ${name.padEnd(20)} ${takes === '' ? 'none' : takes}`;
  });
  return `
Examples:
  pktpath receive --path tpacket-v3 --interface eth1 --set blocks=64 --duration 10
  pktpath receive --path udp --interface eth1 --port 9000 --packets 100000 --json

Parameters (--set) of each path:
${keys.join('\n')}

Missing, reordered and duplicated packets are told by the sequence numbers of pktpath send. A drop that the path's
own counters tell is among what is missing. --packets ends it soon after: what came meanwhile counts too.`;
}
