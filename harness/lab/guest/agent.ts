/**
 * The only program of the guest: answers calls that come over a virtio-serial port. It is what the measuring process is
 * on the host, and it does what only the guest's own kernel can: namespaces, counters, what the guest is.
 *
 * Everything that a trial needs is loaded before it says that it is ready, for the guest is saved at that moment.
 */
import { readFile } from 'node:fs/promises';
import { release } from 'node:os';
import { collectEnvironment } from '../../environment/environment.js';
import { describeError, failure, PktpathError } from '../../errors.js';
import { loadAddon } from '../../executor/addon.js';
import type { TrialSpec } from '../../executor/contract.js';
import type { Answer } from '../../executor/messages.js';
import type { Testbed, TestbedOptions } from '../../testbed/testbed.js';
import { bringUpVeth } from '../../testbed/veth.js';
import type { Card } from '../cards.js';
import type { CountedTrial, GuestCall, Ready, TestbedDescription } from './calls.js';
import { bringUpCards } from './card-testbed.js';
import { Port } from './port.js';

const addon = loadAddon();
let testbed: Testbed | null = null;

async function bringUpTestbed(card: Card, options: TestbedOptions): Promise<TestbedDescription> {
  await takeTestbedDown();
  testbed =
    card === 'veth'
      ? await bringUpVeth(options, (tid, cpu) =>
          Promise.resolve().then(() => {
            addon.setAffinity(tid, cpu);
          }),
        )
      : await bringUpCards(card, options);
  return { receiver: testbed.receiver, sender: testbed.sender, record: testbed.describe() };
}

async function takeTestbedDown(): Promise<void> {
  await testbed?.down();
  testbed = null;
}

function testbedCounters(): ReturnType<Testbed['counters']> {
  if (testbed === null) throw failure('the guest has no testbed');
  return testbed.counters();
}

async function runTrialAndCount(spec: TrialSpec): Promise<CountedTrial> {
  const result = await addon.runTrial(spec);
  return { result, counters: await testbedCounters() };
}

async function functionSymbols(): Promise<string> {
  const text = await readFile('/proc/kallsyms', 'utf8');
  return text
    .split('\n')
    .filter((line) => /^[0-9a-f]+ [tTwW] /.test(line))
    .join('\n');
}

function answer(call: GuestCall): unknown {
  switch (call.name) {
    case 'environment':
      return collectEnvironment(...call.arguments);
    case 'bringUpTestbed':
      return bringUpTestbed(...call.arguments).finally(() => globalThis.gc?.());
    case 'testbedCounters':
      return testbedCounters();
    case 'runTrialAndCount':
      return runTrialAndCount(...call.arguments);
    case 'functionSymbols':
      return functionSymbols();
    default: {
      // the other side's types say that name and arguments belong together; the addon checks each argument itself
      const method = addon[call.name] as (...parameters: unknown[]) => unknown;
      return method(...call.arguments);
    }
  }
}

function errorAnswer(id: number, error: unknown): Answer {
  const unsupported = error instanceof Error && 'unsupported' in error && error.unsupported === true;
  const known = error instanceof PktpathError ? error : null;
  return {
    id,
    error: describeError(error),
    unsupported,
    ...(known === null ? {} : { exitCode: known.exitCode }),
    ...(known?.hint === undefined ? {} : { hint: known.hint }),
  };
}

const [, , path] = process.argv;
if (path === undefined) throw failure('the agent needs the path of its port');
const port = await Port.open(path);
const ready: Ready = { ready: { kernelRelease: release(), node: process.version } };
await port.send(ready);
for await (const line of port.lines()) {
  const { id, call } = JSON.parse(line) as { id: number; call: GuestCall };
  Promise.resolve()
    .then(() => answer(call))
    .then(
      (value) => port.send({ id, value }),
      (error: unknown) => port.send(errorAnswer(id, error)),
    );
}
