import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { notPossible } from '../errors.js';

/**
 * Sets the sysctls given as pairs of path and value, says that it is ready, and puts back what was there when its
 * standard input ends, or when it could not set them all.
 */
const script = `back() { while [ $# -ge 2 ]; do printf %s "$2" > "$1"; shift 2; done; }
old=
for file; do case $file in /*) old="$old $file $(cat "$file")";; esac; done
trap 'back $old' EXIT
while [ $# -ge 2 ]; do printf %s "$2" > "$1" || exit 1; shift 2; done
echo ready
cat > /dev/null`;

/** Every one of these is a whole number; nothing else may be set. */
export const settable = ['net.core.netdev_budget', 'net.core.dev_weight'] as const;

/**
 * Sysctls of the whole machine, changed for as long as this stands. A process of its own holds the old values, in a
 * session of its own: it puts them back when its standard input ends, so also after a SIGKILL of pktpath.
 */
export class MachineSysctls {
  private constructor(private readonly child: ChildProcess) {}

  /** @throws exit code 4 when one cannot be set; then none is */
  static async set(values: Record<string, number>): Promise<MachineSysctls> {
    const pairs = Object.entries(values).flatMap(([name, value]) => {
      if (!(settable as readonly string[]).includes(name)) throw new TypeError(`${name} is not to be set`);
      return [`/proc/sys/${name.replaceAll('.', '/')}`, String(value)];
    });
    const child = spawn('sh', ['-c', script, 'sh', ...pairs], { detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
    child.stdin.on('error', () => undefined);
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
    const ready = await Promise.race([
      once(child.stdout, 'data').then(() => true),
      once(child, 'close').then(() => false),
    ]);
    if (!ready) {
      const names = Object.keys(values).join(' and ');
      throw notPossible(
        `cannot set ${names} of this machine: ${complaint.trim()}`,
        'a container may not: run it outside',
      );
    }
    return new MachineSysctls(child);
  }

  /** Puts back what was there, and waits for it. */
  async restore(): Promise<void> {
    const gone = once(this.child, 'close');
    this.child.stdin?.end();
    await gone;
  }
}
