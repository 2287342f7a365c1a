import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMachine } from '../../../harness/lab/qemu/machine.js';
import type { Machine, StartOptions } from '../../../harness/lab/qemu/machine.js';
import type { MachineSpec } from '../../../harness/lab/qemu/spec.js';
import { macs } from '../../../harness/testbed/names.js';
import { guestsOf } from './running-guests.js';
import { tinyKernel } from './tiny-kernel.js';
import type { TinyEnd } from './tiny-kernel.js';

/** Machines that run a tiny kernel, and a folder for their files. */
export class TinyMachines {
  readonly folder = mkdtempSync(join(tmpdir(), 'pktpath-qemu-'));
  private readonly started: Machine[] = [];

  spec(words: string, end: TinyEnd, changes: Partial<MachineSpec> = {}): MachineSpec {
    const vmlinux = join(this.folder, 'kernel');
    const initramfs = join(this.folder, 'initramfs');
    writeFileSync(vmlinux, tinyKernel(words, end));
    writeFileSync(initramfs, '');
    return {
      ...{ vmlinux, initramfs, bootArguments: '', accelerator: 'tcg', exact: false },
      ...{ cpuModel: 'max', memoryMiB: 64, card: 'veth', macs, ...changes },
    };
  }

  async start(spec: MachineSpec, options: Partial<StartOptions> = {}): Promise<Machine> {
    const machine = await startMachine(spec, { folder: this.folder, ...options });
    this.started.push(machine);
    return machine;
  }

  async clean(): Promise<void> {
    await Promise.all(this.started.map((machine) => machine.quit()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** No QEMU of this process is left. */
export function assertNoneRuns(): void {
  assert.deepEqual(guestsOf(process.pid), []);
}
