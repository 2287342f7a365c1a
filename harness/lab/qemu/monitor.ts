import type { Duplex } from 'node:stream';
import { failure } from '../../errors.js';
import { onLines } from '../lines.js';

interface Waiting {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

interface Message {
  QMP?: unknown;
  return?: unknown;
  error?: { class: string; desc: string };
  event?: string;
  id?: number;
}

/** QEMU's monitor: QMP, one JSON message a line (docs/interop/qmp-spec of QEMU). */
export class Monitor {
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 0;
  private over: Error | null = null;

  private constructor(private readonly socket: Duplex) {
    onLines(socket, (line) => {
      this.take(line);
    });
    socket.on('error', () => {
      this.end();
    });
    socket.on('close', () => {
      this.end();
    });
  }

  /** Leaves the mode in which nothing but its own name is understood. */
  static async connect(socket: Duplex): Promise<Monitor> {
    const monitor = new Monitor(socket);
    await monitor.execute('qmp_capabilities');
    return monitor;
  }

  /** @throws PktpathError (failed) with QEMU's words, or when it has ended */
  async execute<T>(command: string, parameters: Record<string, unknown> = {}): Promise<T> {
    if (this.over !== null) throw this.over;
    const id = this.nextId++;
    const answer = new Promise<unknown>((resolve, reject) => this.waiting.set(id, { resolve, reject }));
    this.socket.write(`${JSON.stringify({ execute: command, arguments: parameters, id })}\n`);
    return (await answer) as T;
  }

  private take(line: string): void {
    const message = parse(line);
    if (message?.id === undefined) return;
    const waiting = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if (message.error === undefined) waiting?.resolve(message.return);
    else waiting?.reject(failure(`QEMU refused: ${message.error.desc}`));
  }

  private end(): void {
    this.over ??= failure('QEMU has ended');
    for (const { reject } of this.waiting.values()) reject(this.over);
    this.waiting.clear();
  }
}

function parse(line: string): Message | null {
  try {
    return JSON.parse(line) as Message;
  } catch {
    return null;
  }
}
