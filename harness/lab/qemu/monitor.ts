import type { Duplex } from 'node:stream';
import { failure } from '../../errors.js';
import { RemoteCalls } from '../../executor/remote-calls.js';
import { onLines } from '../lines.js';

interface Command {
  execute: string;
  arguments: Record<string, unknown>;
}

/** An answer to a command; QEMU's greeting and its events have no id. */
interface Message {
  return?: unknown;
  error?: { class: string; desc: string };
  id?: number;
}

/** QEMU's monitor: QMP, one JSON message a line (docs/interop/qmp-spec of QEMU). */
export class Monitor {
  private readonly calls: RemoteCalls<Command>;

  private constructor(socket: Duplex) {
    this.calls = new RemoteCalls(({ id, call }) => socket.write(`${JSON.stringify({ ...call, id })}\n`));
    onLines(socket, (line) => {
      this.take(line);
    });
    for (const event of ['error', 'close']) socket.on(event, () => this.calls.end(failure('QEMU has ended')));
  }

  /** Leaves the mode in which nothing but its own name is understood. */
  static async connect(socket: Duplex): Promise<Monitor> {
    const monitor = new Monitor(socket);
    await monitor.execute('qmp_capabilities');
    return monitor;
  }

  /** @throws PktpathError (failed) with QEMU's words, or when it has ended */
  execute<T>(command: string, parameters: Record<string, unknown> = {}): Promise<T> {
    return this.calls.call<T>({ execute: command, arguments: parameters });
  }

  private take(line: string): void {
    const { id, error, return: value } = parse(line) ?? {};
    if (id === undefined) return;
    if (error === undefined) this.calls.settle({ id, value });
    else this.calls.settle({ id, error: `QEMU refused: ${error.desc}`, unsupported: false });
  }
}

function parse(line: string): Message | null {
  try {
    return JSON.parse(line) as Message;
  } catch {
    return null;
  }
}
