import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, readlink, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { failure } from '../errors.js';
import { commandEnvironment, commandError } from './command.js';

/**
 * Sets the sysctls given as pairs of path and value, prints what was read back, says that it is ready, and waits until
 * its standard input ends. A sysctl that the kernel does not have is left out.
 */
const script = `set -e
while [ $# -ge 2 ]; do
  if [ -e "$1" ]; then
    printf %s "$2" > "$1"
    printf '%s\\t%s\\n' "$1" "$(cat "$1")"
  fi
  shift 2
done
echo ready
exec cat > /dev/null`;

const readyTimeoutMs = 10_000;
const stopTimeoutMs = 2_000;

/**
 * A process that stands in a namespace for as long as the testbed does. Through /proc/PID/net and /proc/PID/root/sys
 * the namespace's counters and settings are plain files, so that reading them around a trial starts no process.
 *
 * It sits in a session of its own, so that Ctrl-C does not reach it, and ends by itself when its standard input ends,
 * so that it outlives pktpath by nothing, not even after SIGKILL.
 */
export class Anchor {
  private constructor(
    private readonly child: ChildProcess,
    private readonly pid: number,
    private readonly namespace: string,
    /** Sysctls by name, as read back. */
    readonly sysctls: Record<string, string>,
  ) {}

  /**
   * @param sysctls by name with dots, e.g. net.ipv4.tcp_timestamps
   * @throws exit code 1 when the namespace cannot be entered or a value is refused
   */
  static async drop(namespace: string, sysctls: Record<string, string>): Promise<Anchor> {
    const pairs = Object.entries(sysctls).flatMap(([name, value]) => [sysctlPath(name), value]);
    const args = ['netns', 'exec', namespace, 'sh', '-c', script, 'sh', ...pairs];
    const child = spawn('ip', args, {
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...commandEnvironment },
    });
    // What goes wrong with it later shows when it is read through.
    for (const source of [child, child.stdin]) source.on('error', () => undefined);
    try {
      const lines = await readUntilReady(child);
      child.unref();
      for (const stream of [child.stdout, child.stderr]) stream.destroy();
      (child.stdin as unknown as { unref(): void }).unref();
      if (child.pid === undefined) throw new Error('no process id');
      return new Anchor(child, child.pid, namespace, readBack(lines));
    } catch (error) {
      child.kill('SIGKILL');
      throw commandError('ip', args.slice(0, 4), error);
    }
  }

  /** Text of a file of this namespace, e.g. net/dev. @param path below /proc/PID */
  async readProc(path: string): Promise<string> {
    return this.attempt('read', path, () => readFile(`/proc/${String(this.pid)}/${path}`, 'utf8'));
  }

  /** @param path below /sys/class/net */
  async readSys(path: string): Promise<string> {
    const text = await this.readProc(`root/sys/class/net/${path}`);
    return text.trim();
  }

  /** Where a symbolic link leads. @param path below /sys/class/net */
  async readLink(path: string): Promise<string> {
    const file = `/proc/${String(this.pid)}/root/sys/class/net/${path}`;
    return this.attempt('read the link', path, () => readlink(file));
  }

  /** @param path below /sys/class/net */
  async writeSys(path: string, value: string): Promise<void> {
    const file = `/proc/${String(this.pid)}/root/sys/class/net/${path}`;
    await this.attempt(`write ${value} to`, path, () => writeFile(file, value));
  }

  /** Ends the process and waits until it is gone: a namespace lives on while a process stands in it. */
  async lift(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.ref();
    this.child.stdin?.end();
    const timer = new AbortController();
    const late = delay(stopTimeoutMs, undefined, { signal: timer.signal }).then(
      () => this.child.kill('SIGKILL'),
      () => undefined,
    );
    await gone;
    timer.abort();
    await late;
  }

  private async attempt<T>(verb: string, path: string, action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      throw failure(`cannot ${verb} ${path} in namespace ${this.namespace}`, undefined, error);
    }
  }
}

function sysctlPath(name: string): string {
  return `/proc/sys/${name.replaceAll('.', '/')}`;
}

function readBack(lines: string[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const line of lines) {
    const [path, value] = line.split('\t');
    if (path !== undefined && value !== undefined) {
      values[path.slice('/proc/sys/'.length).replaceAll('/', '.')] = value;
    }
  }
  return values;
}

/** Lines that the script printed before it said that it is ready. */
async function readUntilReady(child: ChildProcess): Promise<string[]> {
  let output = '';
  let complaint = '';
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error('no answer from within the namespace'));
    }, readyTimeoutMs);
    const settle = (action: () => void): void => {
      clearTimeout(timer);
      action();
    };
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaint += text));
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const lines = output.split('\n');
      const end = lines.indexOf('ready');
      if (end >= 0) settle(() => resolve(lines.slice(0, end)));
    });
    child.once('error', (error) => settle(() => reject(error)));
    child.once('close', () => settle(() => reject(new Error(complaint.trim() || 'ended early'))));
  });
}
