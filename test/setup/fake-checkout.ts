import { spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, lchownSync, mkdirSync, mkdtempSync } from 'node:fs';
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { projectRoot } from '../../harness/root.js';

export interface Outcome {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/** Works unless a file below missing/ has its name. */
const toolStub = `#!/bin/sh
[ ! -f "$(dirname "$0")/missing/$(basename "$0")" ]
`;

/** libbpf and libpcap are asked for through pkg-config. */
const pkgConfigStub = `#!/bin/sh
[ ! -f "$(dirname "$0")/missing/\${2%% *}" ]
`;

/** "Installs" by taking the package's tool off the missing ones; fails for the packages below unavailable/. */
const aptGetStub = `#!/bin/sh
stubs=$(dirname "$0")
case $1 in
  --version) exit 0 ;;
  update) echo "apt-get update" >>"$stubs/calls"; exit 0 ;;
esac
shift
packages=
while [ $# -gt 0 ]; do
  case $1 in
    -o) shift ;;
    -*) ;;
    *) packages="$packages $1" ;;
  esac
  shift
done
echo "apt-get install$packages" >>"$stubs/calls"
for package in $packages; do
  if [ -e "$stubs/unavailable/$package" ]; then echo "E: Unable to locate package $package"; exit 100; fi
done
for package in $packages; do rm -f "$stubs/missing/$package" "$stubs/missing/\${package%-dev}"; done
`;

const makeStub = `#!/bin/sh
stubs=$(dirname "$0")
[ "$1" = --version ] && exit 0
if [ "$2" = native/emulator ]; then
  echo emulator >>"$stubs/calls"
  mkdir -p native/emulator/build && echo object >native/emulator/build/pktpath_emulator.so
  exit 0
fi
echo probes >>"$stubs/calls"
if grep -q broken kernel-probes/*.c; then echo "first line of the error"; echo "last line" >&2; exit 2; fi
mkdir -p kernel-probes/build && echo object >kernel-probes/build/stages.bpf.o
`;

/** `npm ci`: lays down a node-gyp and a tsc that do the least that theirs would do. */
const npmStub = `
const { appendFileSync, mkdirSync, readdirSync, writeFileSync } = require('node:fs');
const calls = process.env.STUB_CALLS;
appendFileSync(calls, 'npm ' + process.argv.slice(2).join(' ') + '\\n');
writeFileSync(calls + '.environment', JSON.stringify(process.env));
const put = (path, text) => {
  mkdirSync(require('node:path').dirname(path), { recursive: true });
  writeFileSync(path, text);
};
const note = (name) => 'const fs = require("node:fs"), path = require("node:path");' +
  'const put = (file, text) => { fs.mkdirSync(path.dirname(file), { recursive: true }); fs.writeFileSync(file, text); };' +
  'fs.appendFileSync(' + JSON.stringify(calls) + ', "' + name + '\\\\n");';
put('node_modules/.package-lock.json', '{}');
put('node_modules/node-gyp/bin/node-gyp.js', note('addon') + 'put("native/build/Release/pktpath_native.node", "addon");');
put('node_modules/typescript/bin/tsc', note('tsc') +
  'for (const name of fs.readdirSync("harness", { recursive: true })) {' +
  '  if (name.endsWith(".ts")) put("dist/harness/" + name.replace(/ts$/, "js"), "");' +
  '}');
`;

const files = {
  'package.json': JSON.stringify({ name: 'fake', bin: { fake: 'dist/harness/cli/main.js' } }),
  'package-lock.json': '{}',
  'tsconfig.json': JSON.stringify({ include: ['harness', 'bench'] }),
  'harness/cli/main.ts': '',
  'harness/other.ts': '',
  'kernel-probes/stages.bpf.c': '',
  'kernel-probes/account.h': '',
  'native/src/addon.cc': '',
  'native/binding.gyp': '',
};

/** A small checkout with the real scripts/, in which every program that they call is a stub. */
export class FakeCheckout {
  readonly #folder = mkdtempSync(join(tmpdir(), 'pktpath-setup-test-'));
  readonly root = join(this.#folder, 'checkout');
  readonly #stubs = join(this.#folder, 'stubs');

  constructor() {
    chmodSync(this.#folder, 0o755);
    cpSync(join(projectRoot, 'scripts'), join(this.root, 'scripts'), { recursive: true });
    for (const [path, text] of Object.entries(files)) this.write(path, text);
    for (const name of ['missing', 'unavailable']) mkdirSync(join(this.#stubs, name), { recursive: true });
    for (const name of ['g++', 'python3', 'clang', 'ip', 'ethtool', 'tcpdump', 'dpkg']) this.#stub(name, toolStub);
    this.#stub('pkg-config', pkgConfigStub);
    this.#stub('apt-get', aptGetStub);
    this.#stub('make', makeStub);
    this.#stub('npm-cli.js', npmStub);
    this.calls();
  }

  #stub(name: string, text: string): void {
    writeFileSync(join(this.#stubs, name), text, { mode: 0o755 });
  }

  get #callsPath(): string {
    return join(this.#stubs, 'calls');
  }

  /** The calls since the last time they were asked for. */
  calls(): string[] {
    const text = existsSync(this.#callsPath) ? readFileSync(this.#callsPath, 'utf8') : '';
    writeFileSync(this.#callsPath, '');
    chmodSync(this.#callsPath, 0o666);
    return text.split('\n').filter((line) => line !== '');
  }

  /** The environment that `npm ci` was run with. */
  npmEnvironment(): Record<string, string> {
    return JSON.parse(readFileSync(`${this.#callsPath}.environment`, 'utf8')) as Record<string, string>;
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), text);
  }

  drop(path: string): void {
    rmSync(join(this.root, path), { recursive: true });
  }

  has(path: string): boolean {
    return existsSync(join(this.root, path));
  }

  /** @param name of a stub, or of a library that pkg-config is asked for */
  takeAway(name: string): void {
    writeFileSync(join(this.#stubs, 'missing', name), '');
  }

  makeUnavailable(packageName: string): void {
    writeFileSync(join(this.#stubs, 'unavailable', packageName), '');
  }

  /** Everything in the checkout, itself included. */
  paths(): string[] {
    return [this.root, ...readdirSync(this.root, { recursive: true }).map((path) => join(this.root, String(path)))];
  }

  giveTo(uid: number): void {
    for (const path of [...this.paths(), this.#stubs]) lchownSync(path, uid, uid);
  }

  setUp(args: string[] = [], options: { uid?: number; env?: Record<string, string> } = {}): Promise<Outcome> {
    const { uid, env } = options;
    const child = spawn(process.execPath, [join(this.root, 'scripts/setup.mjs'), ...args], {
      cwd: this.root,
      env: {
        PATH: `${this.#stubs}:/usr/bin:/bin`,
        npm_execpath: join(this.#stubs, 'npm-cli.js'),
        STUB_CALLS: this.#callsPath,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    const outcome: Outcome = { exitCode: null, stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (outcome.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (outcome.stderr += text));
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (exitCode) => resolve({ ...outcome, exitCode }));
    });
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
