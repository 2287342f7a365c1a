import { labPackageOf } from '../lab/kernels/programs.js';
import type { Check } from './diagnosis.js';
import type { LabFacts } from './lab-facts.js';

/** A kernel while it is unpacked (some 500 MB), its image, and the guests of an exact run. */
const roomBytes = 1.5e9;

const install = 'npm start -- run table1 --kernel debian:generic';

/** What other kernels than this one can be measured with. Table 1 runs on this one without, so a lack is a warning. */
export function checkLab({ architecture, qemu, kvmError, programs, cache }: LabFacts): Check[] {
  if (architecture !== 'x64') return [lab('guests', 'warn', `not on ${architecture}: its guests are x86-64 machines`)];
  return [checkQemu(qemu), checkKvm(kvmError), checkPrograms(programs), checkCache(cache)];
}

function lab(name: string, status: Check['status'], found: string, fix: string | null = null): Check {
  return { group: 'lab', name, status, found, fix };
}

function checkQemu(version: string | null): Check {
  if (version !== null) return lab('QEMU', 'ok', version);
  const fix = `${install} installs it, or apt-get install ${labPackageOf['qemu-system-x86_64']}`;
  return lab('QEMU', 'warn', 'not installed', fix);
}

function checkKvm(error: string | null): Check {
  if (error === null) return lab('KVM', 'ok', '/dev/kvm opens; whether a guest runs is tried when one is started');
  const found = `${error}: guests count instructions, not time`;
  if (/\b(?:EACCES|EPERM)\b/.test(error))
    return lab('KVM', 'warn', found, 'run it as root; in a container with /dev/kvm');
  const fix = 'load kvm_intel or kvm_amd; in a virtual machine let its host nest them, in a container pass /dev/kvm in';
  return lab('KVM', 'warn', found, fix);
}

function checkPrograms(programs: LabFacts['programs']): Check {
  const names = Object.keys(programs);
  const missing = names.filter((name) => programs[name] === false);
  if (missing.length === 0) return lab('unpacking', 'ok', names.join(', '));
  const packages = [...new Set(missing.map(packageOf))].join(' ');
  return lab(
    'unpacking',
    'warn',
    `lacks ${missing.join(', ')}`,
    `${install} installs them, or apt-get install ${packages}`,
  );
}

function packageOf(program: string): string {
  if (program === 'busybox') return 'busybox-static';
  return (labPackageOf as Record<string, string>)[program] ?? program;
}

function checkCache({ folder, freeBytes, error }: LabFacts['cache']): Check {
  const elsewhere = 'name another folder: PKTPATH_CACHE=FOLDER';
  if (error !== null) return lab('cache', 'warn', `${folder} cannot be written: ${error}`, elsewhere);
  const found = `${((freeBytes ?? 0) / 1e9).toFixed(1)} GB free for ${folder}`;
  if (freeBytes !== null && freeBytes >= roomBytes) return lab('cache', 'ok', found);
  return lab('cache', 'warn', `${found}; a kernel and its guests take 1.5`, `free some, or ${elsewhere}`);
}
