import { failure } from '../errors.js';
import { RemoteCalls } from '../executor/remote-calls.js';
import type { Answer } from '../executor/messages.js';
import type { GuestCall, Ready } from './guest/calls.js';
import { projectRoot } from '../root.js';
import { onLines } from './lines.js';
import { afterSeconds, patienceWith } from './patience.js';
import type { Machine } from './qemu/machine.js';

/** A running guest, and calls to its agent. */
export class Guest {
  private readonly calls: RemoteCalls<GuestCall>;
  private announce: (ready: Ready) => void = () => undefined;
  /** The agent's first line; a guest that was restored has said it before it was saved. */
  readonly ready: Promise<Ready>;

  /** @param patience seconds that a call may take */
  constructor(
    readonly machine: Machine,
    private readonly patience: (call: GuestCall) => number = patienceWith,
  ) {
    this.ready = new Promise((resolve) => (this.announce = resolve));
    this.calls = new RemoteCalls((request) => machine.channel.write(`${JSON.stringify(request, inGuest)}\n`));
    machine.failed.catch((error: unknown) => {
      this.calls.end(error instanceof Error ? error : failure(String(error)));
    });
    onLines(machine.channel, (line) => {
      this.take(line);
    });
  }

  /** @throws PktpathError: the agent's own, or why the guest ended; (failed) when it hangs, and it is gone then */
  async call<T>(call: GuestCall): Promise<T> {
    const seconds = this.patience(call);
    const stopWaiting = afterSeconds(seconds, () => {
      const what = `the guest hangs: it has not answered ${call.name} within ${String(seconds)} s`;
      void this.machine.giveUp(what);
    });
    try {
      return await this.calls.call<T>(call);
    } finally {
      stopWaiting();
    }
  }

  async quit(): Promise<void> {
    this.calls.end(failure('the guest was shut down'));
    await this.machine.quit();
  }

  private take(line: string): void {
    if (line === '') return;
    const message = parse(line);
    if (message === null) this.calls.end(failure(`the guest said what is no message: ${line.slice(0, 120)}`));
    else if ('ready' in message) this.announce(message);
    else this.calls.settle(message);
  }
}

function parse(line: string): Ready | Answer | null {
  try {
    return JSON.parse(line) as Ready | Answer;
  } catch {
    return null;
  }
}

/** Where the image has the project. */
const guestRoot = '/pktpath';

/** Files of the project are named by where the guest has them. */
function inGuest(_key: string, value: unknown): unknown {
  const ours = typeof value === 'string' && value.startsWith(`${projectRoot}/`);
  return ours ? guestRoot + value.slice(projectRoot.length) : value;
}
