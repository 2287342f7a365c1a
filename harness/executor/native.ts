import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { failure } from '../errors.js';
import { executorOver } from './executor.js';
import type { Executor } from './executor.js';
import { goodbye } from './messages.js';
import type { Answer, Call } from './messages.js';
import { RemoteCalls } from './remote-calls.js';

/** How long the worker may take to stop a trial and end before it is killed. */
const patienceMs = 5000;
/** Lines of the worker's stderr that are kept for a message about its end. */
const keptLines = 10;

/** The worker that measures. */
class Worker {
  private readonly calls: RemoteCalls<Call>;
  private readonly ended: Promise<void>;
  private stderr: string[] = [];

  constructor(private readonly child: ChildProcess) {
    this.calls = new RemoteCalls((request) => child.send(request));
    child.on('message', (message) => {
      this.calls.settle(message as Answer);
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr = [...this.stderr, ...text.split('\n').filter((line) => line !== '')].slice(-keptLines);
    });
    this.ended = new Promise((resolve) => {
      child.on('error', (error) => {
        this.calls.end(failure('cannot start the measuring process', undefined, error));
        resolve();
      });
      child.on('close', (code, signal) => {
        const how = signal === null ? `with exit code ${String(code)}` : `by ${signal}`;
        const words = this.stderr.length === 0 ? '' : `: ${this.stderr.join(' | ')}`;
        this.calls.end(failure(`the measuring process ended ${how}${words}`));
        resolve();
      });
    });
  }

  call<T>(call: Call): Promise<T> {
    return this.calls.call<T>(call);
  }

  /** Stops a running trial, lets the process go, and kills it by its pid if it does not. */
  async close(): Promise<void> {
    if (!this.calls.ended && this.child.connected) this.child.send(goodbye);
    const kill = setTimeout(() => this.child.kill('SIGKILL'), patienceMs);
    await this.ended;
    clearTimeout(kill);
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
  const executor = executorOver(
    (call) => worker.call(call),
    () => worker.close(),
  );
  try {
    await executor.versions();
  } catch (error) {
    await executor.close();
    throw error;
  }
  return executor;
}
