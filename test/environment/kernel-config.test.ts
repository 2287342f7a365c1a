import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { configDigest, parseHz, parsePreemption, readKernelConfig } from '../../harness/environment/kernel-config.js';
import { SystemFiles } from '../../harness/environment/system-files.js';

describe('kernel configuration', () => {
  const dynamic = 'CONFIG_PREEMPT_NONE=y\nCONFIG_PREEMPT_DYNAMIC=y\n';
  const cases: [name: string, config: string | null, commandLine: string, version: string, expected: string | null][] =
    [
      ['a plain server kernel', 'CONFIG_PREEMPT_NONE=y\n', '', '', 'none'],
      ['a desktop kernel', '# CONFIG_PREEMPT_NONE is not set\nCONFIG_PREEMPT=y\n', '', '', 'full'],
      ['lazy', 'CONFIG_PREEMPT_LAZY=y\n', '', '', 'lazy'],
      ['real time', 'CONFIG_PREEMPT_RT=y\nCONFIG_PREEMPT=y\n', '', '', 'rt'],
      ['dynamic with its default', dynamic, 'quiet', '', 'none (dynamic)'],
      ['dynamic, switched at boot', dynamic, 'quiet preempt=full', '', 'full (dynamic)'],
      ['a boot parameter that a static kernel ignores', 'CONFIG_PREEMPT_NONE=y\n', 'preempt=full', '', 'none'],
      ['a word that only ends like the parameter', dynamic, 'xpreempt=full', '', 'none (dynamic)'],
      ['no config, but a version', null, '', '#1 SMP PREEMPT_DYNAMIC Debian', 'PREEMPT_DYNAMIC'],
      ['no config, older real time', null, '', '#1 SMP PREEMPT RT Debian', 'PREEMPT RT'],
      ['nothing that tells', null, '', '#1 SMP', null],
      ['an empty config', '', '', '', null],
    ];
  for (const [name, config, commandLine, version, expected] of cases) {
    it(`preemption: ${name}`, () => assert.equal(parsePreemption(config, commandLine, version), expected));
  }

  it('reads HZ', () => {
    assert.equal(parseHz('CONFIG_HZ_250=y\nCONFIG_HZ=250\n'), 250);
    assert.equal(parseHz('CONFIG_HZ=999999\n'), null);
    assert.equal(parseHz(null), null);
  });

  describe('where it lies', () => {
    let root = '';
    beforeEach(async () => {
      root = await mkdtemp(join(tmpdir(), 'pktpath-config-'));
      await mkdir(join(root, 'proc'));
      await mkdir(join(root, 'boot'));
    });
    afterEach(() => rm(root, { recursive: true }));

    it('is /proc/config.gz first', async () => {
      await writeFile(join(root, 'proc/config.gz'), gzipSync('CONFIG_HZ=100\n'));
      await writeFile(join(root, 'boot/config-6.1.0'), 'CONFIG_HZ=250\n');
      assert.equal(await readKernelConfig(new SystemFiles(root), '6.1.0'), 'CONFIG_HZ=100\n');
    });

    it('is /boot when the other cannot be unpacked, or unpacks to more than a config can be', async () => {
      await writeFile(join(root, 'boot/config-6.1.0'), 'CONFIG_HZ=250\n');
      for (const bytes of [Buffer.from('garbage'), gzipSync(Buffer.alloc(17 * 1024 * 1024))]) {
        await writeFile(join(root, 'proc/config.gz'), bytes);
        assert.equal(await readKernelConfig(new SystemFiles(root), '6.1.0'), 'CONFIG_HZ=250\n');
      }
    });

    it('is never outside /boot, whatever the release says', async () => {
      await writeFile(join(root, 'secret'), 'x');
      assert.equal(await readKernelConfig(new SystemFiles(root), '/../../secret'), null);
    });
  });

  it('is told apart by its digest', () => {
    assert.match(configDigest('a'), /^[0-9a-f]{64}$/);
    assert.notEqual(configDigest('CONFIG_HZ=250\n'), configDigest('CONFIG_HZ=1000\n'));
  });
});
