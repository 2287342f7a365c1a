import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { failure, notPossible } from '../errors.js';
import type { CalibrationResult, HandFigures, HandReceived, HandSent, ProgramFact, TrialResult } from './contract.js';
import type { Executor } from './executor.js';
import { goodbye } from './messages.js';
import type { Answer, Call } from './messages.js';

/** How long the worker may take to stop a trial and end before it is killed. */
const patienceMs = 5000;
/** Lines of the worker's stderr that are kept for a message about its end. */
const keptLines = 10;

interface Pending {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

/** Calls to the worker that measures, and the answers to them. */
class Worker {
  private readonly pending = new Map<number, Pending>();
  private readonly ended: Promise<void>;
  private nextId = 0;
  private over: Error | null = null;
  private stderr: string[] = [];

  constructor(private readonly child: ChildProcess) {
    child.on('message', (message) => {
      this.settle(message as Answer);
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr = [...this.stderr, ...text.split('\n').filter((line) => line !== '')].slice(-keptLines);
    });
    this.ended = new Promise((resolve) => {
      child.on('error', (error) => {
        this.end(failure('cannot start the measuring process', undefined, error));
        resolve();
      });
      child.on('close', (code, signal) => {
        const how = signal === null ? `with exit code ${String(code)}` : `by ${signal}`;
        const words = this.stderr.length === 0 ? '' : `: ${this.stderr.join(' | ')}`;
        this.end(failure(`the measuring process ended ${how}${words}`));
        resolve();
      });
    });
  }

  async call<T>(call: Call): Promise<T> {
    if (this.over !== null) throw this.over;
    const id = this.nextId++;
    const answer = new Promise<unknown>((resolve, reject) => this.pending.set(id, { resolve, reject }));
    this.child.send({ id, call });
    return (await answer) as T;
  }

  /** Stops a running trial, lets the process go, and kills it by its pid if it does not. */
  async close(): Promise<void> {
    if (this.over === null && this.child.connected) {
      this.child.send(goodbye);
    }
    const kill = setTimeout(() => this.child.kill('SIGKILL'), patienceMs);
    await this.ended;
    clearTimeout(kill);
  }

  private settle(answer: Answer): void {
    const pending = this.pending.get(answer.id);
    this.pending.delete(answer.id);
    if (pending === undefined) return;
    if ('error' in answer) pending.reject(answer.unsupported ? notPossible(answer.error) : failure(answer.error));
    else pending.resolve(answer.value);
  }

  private end(error: Error): void {
    this.over ??= error;
    for (const { reject } of this.pending.values()) reject(this.over);
    this.pending.clear();
  }
}

/** Starts the measuring process and makes sure that it answers. @throws PktpathError */
export async function startNativeExecutor(): Promise<Executor> {
  const child = fork(fileURLToPath(new URL('worker.js', import.meta.url)), {
    detached: true, // a session, and so an autogroup, of its own
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: ['--enable-source-maps'],
  });
  const worker = new Worker(child);
  const executor: Executor = {
    versions: () => worker.call<{ libbpf: string; libpcap: string }>({ name: 'versions', arguments: [] }),
    allowedCpus: () => worker.call<number[]>({ name: 'allowedCpus', arguments: [] }),
    detectPrograms: (object, programs, targets = {}) =>
      worker.call<ProgramFact[]>({ name: 'detectPrograms', arguments: [object, programs, targets] }),
    calibrate: (object, cpu, hitsPerBatch, batches, exact = false) =>
      worker.call<CalibrationResult>({ name: 'calibrate', arguments: [object, cpu, hitsPerBatch, batches, exact] }),
    runTrial: (spec) => worker.call<TrialResult>({ name: 'runTrial', arguments: [spec] }),
    setAffinity: (tid, cpu) => worker.call<undefined>({ name: 'setAffinity', arguments: [tid, cpu] }),
    checkFilter: (filter, snaplen) => worker.call<undefined>({ name: 'checkFilter', arguments: [filter, snaplen] }),
    handReceive: (spec) => worker.call<HandReceived>({ name: 'handReceive', arguments: [spec] }),
    handSend: (spec) => worker.call<HandSent>({ name: 'handSend', arguments: [spec] }),
    handFigures: () => worker.call<HandFigures | null>({ name: 'handFigures', arguments: [] }),
    stopHand: () => worker.call<undefined>({ name: 'stopHand', arguments: [] }),
    close: () => worker.close(),
  };
  try {
    await executor.versions();
  } catch (error) {
    await executor.close();
    throw error;
  }
  return executor;
}
