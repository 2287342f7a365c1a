import { ExitCode } from '../../errors.js';
import type { MachineSpec } from './spec.js';

/** How a QEMU that nobody told to end has ended. */
export interface Ending {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  /** What it printed; empty: nothing. */
  words: string;
  /** Why it shut down, by QMP's event SHUTDOWN; null when it gave no notice. */
  shutdown: Shutdown | null;
  /** What the guest's console said, as it is quoted; empty: nothing. */
  console: string;
}

/** Data of QMP's event SHUTDOWN: guest-reset, guest-shutdown, guest-panic, host-signal, … */
export interface Shutdown {
  guest: boolean;
  reason: string;
}

export interface EndingCause {
  what: string;
  hint: string | null;
  exitCode: ExitCode;
  /** False: nothing is known but that QEMU ended, so where it was taking a saved state in, that may be why. */
  known: boolean;
}

/** QEMU's words, by version 7.2, for what is wrong with the machine rather than with what runs in it. */
const complaints: readonly {
  words: RegExp;
  cause: (spec: MachineSpec) => Pick<EndingCause, 'what' | 'hint'> & { exitCode?: ExitCode };
}[] = [
  {
    words: /unable to find CPU model|-cpu\.\S+ not found|can't apply global \S+-cpu\.|-cpu\..*Invalid parameter/,
    cause: ({ cpuModel }) => ({
      what: `QEMU has no CPU model ${cpuModel}`,
      hint: 'it lists its models and their features: qemu-system-x86_64 -cpu help',
      exitCode: ExitCode.usage,
    }),
  },
  {
    words: /cannot set up guest memory|Cannot allocate memory/,
    cause: ({ memoryMiB }) => ({
      what: `QEMU cannot have the ${String(memoryMiB)} MiB of memory of the guest`,
      hint: 'end other programs, or raise the bound on memory (ulimit -v, the container’s)',
    }),
  },
  {
    words: /could not open kernel file|error reading initrd|could not load kernel|linux kernel too old|invalid kernel/i,
    cause: ({ vmlinux }) => ({ what: `QEMU cannot load the kernel ${vmlinux}, or its image`, hint: null }),
  },
  {
    words: /[Cc]ould not load plugin/,
    cause: () => ({ what: 'QEMU cannot load the emulator’s plugin', hint: 'build it anew: npm run setup' }),
  },
  {
    words: /Could not access KVM|failed to initialize kvm/i,
    cause: () => ({ what: 'QEMU cannot use KVM', hint: null }),
  },
];

/** The cause in words, with what to try; whatever QEMU printed, and the console, are for the caller to add. */
export function causeOf(ending: Ending, spec: MachineSpec): EndingCause {
  const { exitCode, signal, words, shutdown } = ending;
  const failed = { exitCode: ExitCode.failed, hint: null, known: true };
  if (shutdown?.guest === true) return { ...failed, ...causeOfGuestsEnd(shutdown.reason, ending, spec) };
  if (shutdown !== null) {
    return { ...failed, what: `QEMU was told to end while the guest ran (${shutdown.reason})` };
  }
  if (signal === 'SIGKILL') {
    const hint = 'if nobody did it, the kernel was short of memory: dmesg | grep -i oom';
    return { ...failed, what: 'QEMU was killed by SIGKILL', hint };
  }
  if (signal !== null) return { ...failed, what: `QEMU was killed by ${signal}` };
  const match = complaints.find((each) => each.words.test(words));
  if (match !== undefined) return { ...failed, ...match.cause(spec) };
  return { ...failed, what: `QEMU ended with exit code ${String(exitCode)}`, known: false };
}

function causeOfGuestsEnd(
  reason: string,
  { console }: Ending,
  spec: MachineSpec,
): Pick<EndingCause, 'what'> & Partial<EndingCause> {
  if (reason === 'guest-shutdown') return { what: 'the guest powered itself off' };
  const panic = reason === 'guest-panic' || /Kernel panic/.test(console);
  const what = panic ? 'the guest’s kernel panicked' : `the guest reset itself (${reason}), as at a triple fault`;
  return { what, hint: console === '' ? hintOnSilence(spec) : null };
}

/** For a guest whose console is empty. */
export function hintOnSilence({ memoryMiB, bootArguments }: MachineSpec): string {
  const boot = bootArguments === '' ? '' : `, and with the arguments ${bootArguments}`;
  return `it did not come as far as its console: does this kernel run on such a CPU, with ${String(memoryMiB)} MiB${boot}?`;
}
