import type { Command } from 'commander';
import { ownSendMethods, trafficKinds } from '../generators/send-methods.js';
import { allowedCpus } from '../environment/allowed-cpus.js';
import { readInterface } from '../hand/interface.js';
import { defaultSeconds, mostPackets, mostSeconds, planSend, sendSpec } from '../hand/send-spec.js';
import type { SendWords } from '../hand/send-spec.js';
import { boundsText, sendDocument, sendLive, sendText } from '../hand/send-summary.js';
import { anyNumber, wholeNumber } from './arguments.js';
import { defaultFrameBytes, defaultPort, frameBytes, leastSeconds, port } from './hand-options.js';
import { conduct } from './hand-session.js';
import { requireRoot } from './require-root.js';
import { tell } from './output.js';
import { largestCpu } from '../run/common-parameters.js';

interface SendFlags extends Omit<SendWords, 'rate'> {
  rate: number | typeof unpaced;
  interface: string;
  netns?: string;
  json?: true;
}

const unpaced = 'unpaced';
/** A rate that every receiver of one core takes. */
const defaultRate = 10_000;
const readRate = anyNumber({ min: 0.001, max: 100_000_000 });

export function addSendCommand(program: Command): void {
  program
    .command('send')
    .description('send by one generator, with a live line and a summary; always bounded in packets and time')
    .requiredOption('--interface <name>', 'interface to send by')
    .requiredOption('--to <address>', 'raw: MAC address of the receiver; udp and tcp: its IPv4 address')
    .option('--netns <name>', 'network namespace of the interface; its own when not given')
    .option('--traffic <kind>', trafficKinds.join(', '), 'raw')
    .option('--method <name>', ownSendMethods.join(', '), 'sendto')
    .option(
      '--batch <n>',
      'packets handed over at once; when not given, so many that the rate can be kept',
      wholeNumber({ min: 1, max: 1024 }),
    )
    .option('--frame-bytes <n>', 'bytes of a frame without FCS', wholeNumber(frameBytes), defaultFrameBytes)
    .option(
      '--rate <pps>',
      'packets per second, or unpaced for as fast as it goes',
      (text) => (text === unpaced ? unpaced : readRate(text)),
      defaultRate,
    )
    .option('--packets <n>', 'end after so many', wholeNumber({ min: 1, max: mostPackets }))
    .option(
      '--duration <s>',
      `end after so many seconds; ${defaultSeconds}, or what --packets take, when not given`,
      anyNumber({ min: leastSeconds, max: mostSeconds }),
    )
    .option('--port <n>', 'udp and tcp: port of the receiver', wholeNumber(port), defaultPort)
    .option(
      '--cpu <n>',
      'CPU of the sender; the first allowed one when not given',
      wholeNumber({ min: 0, max: largestCpu }),
    )
    .option('--json', 'print the summary as JSON')
    .addHelpText('after', help)
    .action(send);
}

async function send(flags: SendFlags): Promise<void> {
  const plan = planSend({ ...flags, rate: flags.rate === unpaced ? null : flags.rate }, await allowedCpus());
  requireRoot('sending');
  const spec = await sendSpec(plan, await readInterface(flags.interface, flags.netns ?? null));
  tell(`send: ${boundsText(spec, plan.to)}`);
  await conduct(
    {
      name: 'send',
      begin: (executor) => executor.handSend(spec),
      ready: `sending on CPU ${spec.sender.cpu}`,
      live: (now, before) => sendLive(spec, now, before),
      document: (sent) => sendDocument(spec, plan.to, sent),
      text: (sent) => sendText(sendDocument(spec, plan.to, sent)),
    },
    flags.json === true,
  );
}

const help = `
Examples:
  pktpath send --interface eth1 --to 02:70:6b:00:00:01 --rate 200000 --duration 10
  pktpath send --interface eth1 --to 198.18.0.1 --traffic udp --method sendmmsg --rate unpaced --packets 1000000

It sends by the named interface alone, also outside any test set-up: raw frames go to one station, UDP and TCP to one
host whose route leads by that interface. A frame that the device refuses at once counts as sent, and is told apart.`;
