import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { commandEnvironment } from '../../../harness/testbed/command.js';

/** A module that says what it depends on, and is nothing else: an ELF file with two sections. */
export function makeModule(depends: string): Buffer {
  const names = Buffer.from('\0.modinfo\0.shstrtab\0');
  const modinfo = Buffer.from(`license=GPL\0depends=${depends}\0name=x\0`);
  const header = Buffer.alloc(64);
  Buffer.from('7f454c46020101', 'hex').copy(header);
  const table = 64 + names.length + modinfo.length;
  header.writeBigUInt64LE(BigInt(table), 0x28);
  header.writeUInt16LE(64, 0x3a);
  header.writeUInt16LE(3, 0x3c);
  header.writeUInt16LE(2, 0x3e);
  const section = (name: number, offset: number, bytes: number): Buffer => {
    const entry = Buffer.alloc(64);
    entry.writeUInt32LE(name, 0);
    entry.writeBigUInt64LE(BigInt(offset), 0x18);
    entry.writeBigUInt64LE(BigInt(bytes), 0x20);
    return entry;
  };
  const sections = [Buffer.alloc(64), section(1, 64 + names.length, modinfo.length), section(10, 64, names.length)];
  return Buffer.concat([header, names, modinfo, ...sections]);
}

/** The start of an ELF file and a kernel's banner. */
export function makeVmlinux(release: string): Buffer {
  const header = Buffer.alloc(4096);
  Buffer.from('7f454c46020101', 'hex').copy(header);
  return Buffer.concat([header, Buffer.from(`\0Linux version %s (%s)\0Linux version ${release} (debian) #1\0`)]);
}

export const packers = {
  xz: ['xz', '-c', '--check=crc32'],
  lz4: ['lz4', '-lc'],
  zstd: ['zstd', '-qc'],
  gzip: ['gzip', '-c'],
} as const;

/** A bzImage as the kernel's build lays it out: boot.rst. */
export function makeBzImage(vmlinux: Buffer, packer: keyof typeof packers = 'xz'): Buffer {
  const [program, ...args] = packers[packer];
  const packed = execFileSync(program, args, { input: vmlinux, stdio: ['pipe', 'pipe', 'ignore'] });
  const size = Buffer.alloc(packer === 'gzip' ? 0 : 4);
  if (size.length > 0) size.writeUInt32LE(vmlinux.length);
  const payload = Buffer.concat([packed, size]);
  const setupSectors = 2;
  const head = Buffer.alloc((setupSectors + 1) * 512 + 64);
  head.writeUInt8(setupSectors, 0x1f1);
  head.write('HdrS', 0x202, 'latin1');
  head.writeUInt32LE(64, 0x248);
  head.writeUInt32LE(payload.length, 0x24c);
  return Buffer.concat([head, payload, Buffer.alloc(100)]);
}

/** Modules of the fake kernel: what each depends on; crc_ccitt stands for one that nobody lists by name. */
export const fakeModules: Record<string, string> = {
  'drivers/net/mii': '',
  'drivers/net/e100': 'mii,crc-ccitt',
  'lib/crc-ccitt': '',
  'drivers/virtio/virtio': '',
  'drivers/virtio/virtio_ring': 'virtio',
  'sound/noise': '',
};

/** Fake `apt-cache` and `apt-get` in front of PATH, which know the packages that are published to them. */
export interface FakeDebian {
  folder: string;
  /** Makes a package and its entry in the lists. */
  publish: (name: string, version: string, release: string) => Promise<void>;
  /** Makes an entry in the lists. */
  list: (name: string, fields: string) => Promise<void>;
  /** What the programs were asked for. */
  calls: () => Promise<string[]>;
  remove: () => Promise<void>;
}

const aptCache = `#!/bin/sh
echo "apt-cache $*" >> "$0.calls"
cd "$(dirname "$0")/lists" || exit 1
if [ "$1" = pkgnames ]; then ls; exit; fi
shift 2
found=100
for name in "$@"; do
  if [ -f "\${name%%=*}" ]; then cat "\${name%%=*}"; echo; found=0; fi
done
[ $found = 0 ] || echo "E: No packages found" >&2
exit $found
`;

const aptGet = `#!/bin/sh
echo "apt-get $*" >> "$(dirname "$0")/apt-cache.calls"
for last; do :; done
if [ -f "$0.slow" ]; then touch "$0.started"; exec sleep 60; fi
if [ -f "$0.offline" ]; then echo "E: Failed to fetch x  Temporary failure resolving 'deb.debian.org'" >&2; exit 100; fi
cp "$(dirname "$0")/packages/\${last%%=*}.deb" .
`;

export async function fakeDebian(): Promise<FakeDebian> {
  const folder = await mkdtemp(join(tmpdir(), 'pktpath-debian-'));
  const path = commandEnvironment.PATH;
  commandEnvironment.PATH = `${folder}:${path}`;
  await Promise.all(['lists', 'packages'].map((name) => mkdir(join(folder, name))));
  for (const [name, text] of Object.entries({ 'apt-cache': aptCache, 'apt-get': aptGet })) {
    await writeFile(join(folder, name), text);
    await chmod(join(folder, name), 0o755);
  }
  const list = (name: string, fields: string): Promise<void> =>
    writeFile(join(folder, 'lists', name), `Package: ${name}\n${fields}\n`);
  return {
    folder,
    list,
    async publish(name, version, release) {
      const deb = join(folder, 'packages', `${name}.deb`);
      buildPackage(join(folder, `tree-${name}`), deb, name, version, release);
      const digest = createHash('sha256').update(readFileSync(deb)).digest('hex');
      await list(name, `Version: ${version}\nSHA256: ${digest}`);
    },
    calls: async () => (await readFile(join(folder, 'apt-cache.calls'), 'utf8')).trim().split('\n'),
    async remove() {
      commandEnvironment.PATH = path;
      await rm(folder, { recursive: true });
    },
  };
}

function buildPackage(tree: string, deb: string, name: string, version: string, release: string): void {
  const modules = `lib/modules/${release}`;
  const paths = Object.keys(fakeModules);
  const files: Record<string, string | Buffer> = {
    [`boot/vmlinuz-${release}`]: makeBzImage(makeVmlinux(release)),
    [`boot/config-${release}`]: 'CONFIG_PVH=y\n',
    [`boot/System.map-${release}`]: 'ffffffffffffffff B The real System.map is elsewhere\n',
    [`${modules}/modules.builtin`]: 'kernel/drivers/virtio/virtio_pci.ko\n',
    [`${modules}/modules.order`]: paths.map((path) => `kernel/${path}.ko\n`).join(''),
  };
  for (const [path, depends] of Object.entries(fakeModules)) {
    files[`${modules}/kernel/${path}.ko.xz`] = execFileSync('xz', ['-c'], { input: makeModule(depends) });
  }
  const put = (path: string, content: string | Buffer): void => {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), content);
  };
  const sums = Object.entries(files).map(([path, content]) => {
    put(path, content);
    return `${createHash('md5').update(content).digest('hex')}  ${path}\n`;
  });
  put('DEBIAN/md5sums', sums.join(''));
  put(
    'DEBIAN/control',
    `Package: ${name}\nVersion: ${version}\nArchitecture: amd64\nMaintainer: x <x@x>\nDescription: x\n`,
  );
  execFileSync('dpkg-deb', ['--build', '--root-owner-group', tree, deb], { stdio: 'ignore' });
}
