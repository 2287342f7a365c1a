import { failure, notPossible, PktpathError } from '../errors.js';
import type { ExitCode } from '../errors.js';
import type { Answer } from './messages.js';

interface Pending {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

/** Calls to whoever measures, and the answers to them, over any channel that carries JSON. */
export class RemoteCalls<Call> {
  private readonly pending = new Map<number, Pending>();
  private nextId = 0;
  private over: Error | null = null;

  /** @param send hands one request to the channel */
  constructor(private readonly send: (request: { id: number; call: Call }) => void) {}

  /** @throws PktpathError as the other side did; or why the channel ended */
  async call<T>(call: Call): Promise<T> {
    if (this.over !== null) throw this.over;
    const id = this.nextId++;
    const answer = new Promise<unknown>((resolve, reject) => this.pending.set(id, { resolve, reject }));
    this.send({ id, call });
    return (await answer) as T;
  }

  settle(answer: Answer): void {
    const pending = this.pending.get(answer.id);
    this.pending.delete(answer.id);
    if (pending === undefined) return;
    if ('error' in answer) pending.reject(errorOf(answer));
    else pending.resolve(answer.value);
  }

  /** Nothing will be answered any more, because of `error`; the first reason stays. */
  end(error: Error): void {
    this.over ??= error;
    for (const { reject } of this.pending.values()) reject(this.over);
    this.pending.clear();
  }

  get ended(): boolean {
    return this.over !== null;
  }
}

function errorOf({ error, unsupported, exitCode, hint }: Extract<Answer, { error: string }>): Error {
  if (unsupported) return notPossible(error, hint);
  if (exitCode === undefined) return failure(error, hint);
  return new PktpathError(error, { exitCode: exitCode as ExitCode, ...(hint === undefined ? {} : { hint }) });
}
