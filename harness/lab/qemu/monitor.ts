import type { Duplex } from 'node:stream';
import { RemoteCalls } from '../../executor/remote-calls.js';
import { onLines } from '../lines.js';
import type { Shutdown } from './ending.js';

interface Command {
  execute: string;
  arguments: Record<string, unknown>;
}

/** An answer to a command; QEMU's greeting and its events have no id. */
interface Message {
  return?: unknown;
  error?: { class: string; desc: string };
  id?: number;
  event?: string;
  data?: unknown;
}

/**
 * QEMU's monitor: QMP, one JSON message a line (docs/interop/qmp-spec of QEMU). When QEMU ends its socket falls silent;
 * why is for the owner to find out, and to end the calls with.
 */
export class Monitor {
  private readonly calls: RemoteCalls<Command>;
  private announced: Shutdown | null = null;

  constructor(socket: Duplex) {
    this.calls = new RemoteCalls(({ id, call }) => socket.write(`${JSON.stringify({ ...call, id })}\n`));
    onLines(socket, (line) => {
      this.take(line);
    });
  }

  /** Why QEMU shuts down, once it has said so. */
  get shutdown(): Shutdown | null {
    return this.announced;
  }

  /** Leaves the mode in which nothing but its own name is understood; before it there are no events. */
  async greet(): Promise<void> {
    await this.execute('qmp_capabilities');
  }

  /** @throws PktpathError (failed) with QEMU's words; what `end` was given when it has ended */
  execute<T>(command: string, parameters: Record<string, unknown> = {}): Promise<T> {
    return this.calls.call<T>({ execute: command, arguments: parameters });
  }

  /** Nothing will be answered any more. */
  end(error: Error): void {
    this.calls.end(error);
  }

  private take(line: string): void {
    const { id, error, event, data, return: value } = parse(line) ?? {};
    if (event === 'SHUTDOWN') this.announced ??= shutdownOf(data);
    if (id === undefined) return;
    if (error === undefined) this.calls.settle({ id, value });
    else this.calls.settle({ id, error: `QEMU refused: ${error.desc}`, unsupported: false });
  }
}

function shutdownOf(data: unknown): Shutdown {
  const { guest, reason } = (data ?? {}) as Partial<Shutdown>;
  return { guest: guest === true, reason: reason ?? 'no reason given' };
}

function parse(line: string): Message | null {
  try {
    return JSON.parse(line) as Message;
  } catch {
    return null;
  }
}
