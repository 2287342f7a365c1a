import { accessSync, closeSync, constants, openSync } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { describeError } from '../errors.js';
import { cacheDirectory } from '../lab/cache.js';
import { labPackageOf } from '../lab/kernels/programs.js';
import { qemu, qemuVersion } from '../lab/qemu/program.js';
import { commandEnvironment } from '../testbed/command.js';

/** What the lab stands on. */
export interface LabFacts {
  /** As Node.js names it: x64, … */
  architecture: string;
  /** QEMU's version; null when it is not installed, or does not run. */
  qemu: string | null;
  /** Why /dev/kvm cannot be opened; null when it can. */
  kvmError: string | null;
  /** Programs that fetch and unpack kernels and build images, by whether they are installed. */
  programs: Record<string, boolean>;
  cache: {
    folder: string;
    /** That this user can have there; null when it cannot be told. */
    freeBytes: number | null;
    /** Why nothing can be written there; null when it can. */
    error: string | null;
  };
}

/** Looks, and starts no guest: whether one really runs under KVM is tried when there is one to start. */
export async function collectLabFacts(): Promise<LabFacts> {
  const programs = Object.keys(labPackageOf).filter((program) => program !== qemu);
  return {
    architecture: process.arch,
    qemu: await qemuVersion().catch(() => null),
    kvmError: openKvm(),
    programs: Object.fromEntries([...programs, 'busybox'].map((program) => [program, isInstalled(program)])),
    cache: await lookAtCache(cacheDirectory()),
  };
}

function openKvm(): string | null {
  try {
    closeSync(openSync('/dev/kvm', constants.O_RDWR));
    return null;
  } catch (error) {
    return describeError(error);
  }
}

function isInstalled(program: string): boolean {
  return commandEnvironment.PATH.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Of a cache that is not there yet, the folder that it would be made in. */
async function lookAtCache(folder: string): Promise<LabFacts['cache']> {
  for (let there = folder; ; there = dirname(there)) {
    try {
      const { bavail, bsize } = await statfs(there);
      const error = await access(there, constants.W_OK).then(() => null, describeError);
      return { folder, freeBytes: bavail * bsize, error };
    } catch (error) {
      if (there === dirname(there)) return { folder, freeBytes: null, error: describeError(error) };
    }
  }
}
