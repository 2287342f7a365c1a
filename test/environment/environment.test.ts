import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { readCpuTimes } from '../../harness/environment/cpu-times.js';
import { collectEnvironment, finishEnvironment, parseToolVersion } from '../../harness/environment/environment.js';
import { SystemFiles } from '../../harness/environment/system-files.js';
import { projectRoot } from '../../harness/root.js';
import { Environment } from '../../reports/record.js';

const libraries = { libbpf: '1.1.2', libpcap: '1.10.3' };
const machine = (name: string): SystemFiles => new SystemFiles(join(projectRoot, 'test/fixtures/environment', name));
const collect = (name: string): Promise<Environment> => collectEnvironment(libraries, machine(name));

describe('environment', () => {
  for (const name of ['debian-12-guest', 'arm64-server', 'xen-4.19', 'hostile', 'no-such-machine']) {
    it(`is of the record's form on ${name}`, async () => {
      assert.ok(Environment.safeParse(await collect(name)).success);
    });
  }

  it('reads a Debian guest', async () => {
    const found = await collect('debian-12-guest');
    assert.equal(found.kernelRelease, '6.1.0-18-amd64');
    assert.match(found.kernelConfigDigest ?? '', /^[0-9a-f]{64}$/);
    assert.equal(found.hz, 250);
    assert.equal(found.preemption, 'full (dynamic)');
    assert.equal(found.cpuModel, 'Intel(R) Xeon(R) Gold 6248 CPU @ 2.50GHz');
    assert.equal(found.cpus, 4);
    assert.deepEqual(found.allowedCpus, [1, 2, 3]);
    assert.equal(found.hypervisor, 'QEMU Standard PC (Q35 + ICH9, 2009)');
    assert.equal(found.clockSource, 'kvm-clock');
    assert.equal(found.governor, null);
    assert.deepEqual(found.mitigations, { meltdown: 'Mitigation: PTI', srbds: 'Not affected' });
    assert.equal(found.sysctls['net.ipv4.tcp_rmem'], '4096 131072 6291456');
    assert.equal(found.memoryBytes, 8127988 * 1024);
    assert.deepEqual(found.load, { before: 0.52, after: null });
    assert.equal(found.software['libpcap'], '1.10.3');
  });

  it('reads an arm64 server, which numbers its processor and tells no config', async () => {
    const found = await collect('arm64-server');
    assert.equal(found.cpuModel, 'implementer 0x41, part 0xd0c, revision 1');
    assert.equal(found.cpus, 65);
    assert.deepEqual(found.allowedCpus, [0, 2, 3]);
    assert.equal(found.hypervisor, null);
    assert.equal(found.governor, 'schedutil');
    assert.equal(found.kernelConfigDigest, null);
    assert.equal(found.hz, null);
    assert.equal(found.preemption, 'PREEMPT_RT');
    assert.deepEqual(found.mitigations, {});
  });

  it('reads an old Xen guest', async () => {
    const found = await collect('xen-4.19');
    assert.equal(found.hypervisor, 'xen');
    assert.equal(found.preemption, 'none');
    assert.equal(found.hz, 1000);
    assert.deepEqual(found.mitigations, { meltdown: 'Vulnerable' });
    assert.equal(await readCpuTimes(machine('xen-4.19')), null);
  });

  it('keeps terminal escapes, over-long values and paths out of the record', async () => {
    const found = await collect('hostile');
    assert.equal(/[\p{Cc}\p{Cf}]/u.exec(JSON.stringify(Object.values(found))), null);
    assert.ok(found.commandLine.length <= 4096);
    assert.equal(found.kernelConfigDigest, null);
    assert.equal(found.cpus, 0);
    assert.deepEqual(found.allowedCpus, []);
    assert.equal(found.memoryBytes, 0);
  });

  it('adds load and steal at the end of the run', async () => {
    const start = { all: { total: 8500, steal: 60 }, cpus: {} };
    const found = await finishEnvironment(await collect('debian-12-guest'), start, machine('debian-12-guest'));
    assert.equal(found.load.after, 0.52);
    assert.equal(found.stealPercent, 2);
    const unknown = await finishEnvironment(found, null, machine('no-such-machine'));
    assert.equal(unknown.load.after, null);
    assert.equal(unknown.stealPercent, null);
  });

  it('agrees with what others say of this machine', async () => {
    const found = await collectEnvironment(libraries);
    assert.equal(found.kernelRelease, readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim());
    assert.equal(found.allowedCpus.length, availableParallelism());
    assert.equal(found.memoryBytes, totalmem());
    assert.equal(found.software['node'], process.versions.node);
  });

  it('finds the version in a tool’s line', () => {
    assert.equal(parseToolVersion('ip utility, iproute2-6.1.0, libbpf 1.1.2'), '6.1.0');
    assert.equal(parseToolVersion('ip utility, iproute2-ss200127'), '200127');
    assert.equal(parseToolVersion('ethtool version 6.1'), '6.1');
    assert.equal(parseToolVersion('BusyBox v1.35'), 'BusyBox v1.35');
  });
});
