import assert from 'node:assert/strict';
import { judge } from '../../harness/doctor/doctor.js';
import type { MachineFacts } from '../../harness/doctor/doctor.js';
import type { Check, Diagnosis } from '../../harness/doctor/diagnosis.js';
import { stageObjects } from '../../harness/doctor/probe-tiers.js';
import { renderDiagnosis } from '../../harness/doctor/render.js';
import { environment, goodFacts, objects, plans } from './sample-facts.js';

const diagnosisOf = (change: Partial<MachineFacts>): Diagnosis => judge({ ...goodFacts, ...change }, plans);

function check(diagnosis: Diagnosis, name: string): Check {
  const found = diagnosis.checks.find((candidate) => candidate.name === name);
  assert.ok(found, `no check ${name} among ${diagnosis.checks.map((candidate) => candidate.name).join(', ')}`);
  return found;
}

const fentryRefused = (target: string): string | null => {
  if (target.startsWith('fentry')) return 'EPERM: load refused';
  return target.startsWith('kprobe') ? 'ENOENT: cannot attach' : null;
};

describe('the diagnosis', () => {
  it('of a machine on which everything works lets Table 1 run', () => {
    const diagnosis = diagnosisOf({});
    assert.equal(diagnosis.canRunTable1, true);
    assert.deepEqual(diagnosis.reasons, []);
    assert.deepEqual(
      diagnosis.checks.filter((found) => found.status !== 'ok').map((found) => found.name),
      ['path tcp', 'path packet-recvfrom', 'path libpcap'],
      'the sample plan has one boundary without a hook',
    );
    assert.equal(check(diagnosis, 'path tcp').found, '4 of 5 boundaries have a hook');
    assert.ok(diagnosis.stagePlans.every((outcome) => outcome.plan?.object === stageObjects[0]));
  });

  it('lets Table 1 run by tracepoints alone', () => {
    const diagnosis = diagnosisOf({ objects: objects(fentryRefused) });
    assert.equal(diagnosis.canRunTable1, true);
    const fentry = check(diagnosis, 'tier function (fentry)');
    assert.equal(fentry.status, 'warn');
    assert.match(fentry.found, /EPERM/);
    assert.match(fentry.fix ?? '', /forbids/);
    assert.equal(check(diagnosis, 'tier kprobe').status, 'warn');
    assert.equal(check(diagnosis, 'tier tracepoint (tp_btf)').status, 'ok');
  });

  it('takes raw tracepoints where typed ones are refused', () => {
    const refuse = (target: string): string | null => (target.startsWith('raw_tp') ? null : 'EINVAL');
    const diagnosis = diagnosisOf({ objects: objects(refuse) });
    assert.equal(diagnosis.canRunTable1, true);
    assert.equal(check(diagnosis, 'tier tracepoint (tp_btf)').status, 'warn');
    assert.ok(diagnosis.stagePlans.every((outcome) => outcome.plan?.object === stageObjects[1]));
  });

  it('names the tracepoint that an old kernel lacks', () => {
    const refuse = (target: string): string | null =>
      target.endsWith('/sched_switch') ? 'ESRCH: no BTF of sched_switch' : null;
    const tier = check(diagnosisOf({ objects: objects(refuse) }), 'tier tracepoint (tp_btf)');
    assert.equal(tier.status, 'warn');
    assert.match(tier.found, /^2 of 5 refused: tp_btf\/sched_switch.*no BTF of sched_switch/);
  });

  it('fails where no program may be attached, with what to do', () => {
    const diagnosis = diagnosisOf({ btf: false, objects: objects(() => 'kernel BTF is missing') });
    assert.equal(diagnosis.canRunTable1, false);
    assert.deepEqual(diagnosis.stagePlans, []);
    assert.equal(check(diagnosis, 'BTF').status, 'fail');
    const tier = check(diagnosis, 'tier tracepoint (tp_btf)');
    assert.equal(tier.status, 'fail');
    assert.match(tier.fix ?? '', /CONFIG_DEBUG_INFO_BTF/);
    assert.ok(diagnosis.reasons.some((reason) => reason.startsWith('BTF: ')));
  });

  it('only warns of missing BTF when programs load all the same', () => {
    assert.equal(check(diagnosisOf({ btf: false }), 'BTF').status, 'warn');
    assert.equal(diagnosisOf({ btf: false }).canRunTable1, true);
  });

  it('fails for a path whose plan cannot be made, or has no boundary', () => {
    const none = judge(goodFacts, () => [{ path: 'tcp', plan: null, error: 'sched_switch is required' }]);
    assert.deepEqual(none.reasons, ['path tcp: sched_switch is required']);
    const empty = judge(goodFacts, () => [
      { path: 'tcp', plan: { path: 'tcp', object: 'o', boundaries: [] }, error: null },
    ]);
    assert.equal(empty.canRunTable1, false);
  });

  it('says not as root what it could not try', () => {
    const diagnosis = diagnosisOf({
      root: false,
      status: 'CapEff:\t0000000000000000\n',
      objects: [],
      testbeds: 'needs root',
    });
    assert.equal(diagnosis.canRunTable1, false);
    assert.match(check(diagnosis, 'root').fix ?? '', /sudo/);
    assert.match(check(diagnosis, 'capabilities').found, /lacks CAP_NET_ADMIN, CAP_NET_RAW, CAP_SYS_ADMIN/);
    assert.equal(check(diagnosis, 'probe tiers').found, 'not tried: needs root');
    assert.equal(check(diagnosis, 'network namespaces').found, 'not tried: needs root');
    assert.equal(check(diagnosis, 'ip').status, 'ok');
  });

  it('tells a container that lacks one capability which', () => {
    const all = 0x1ffffffffffn;
    const without = (bit: bigint): string => `CapEff:\t${(all & ~(1n << bit)).toString(16)}\n`;
    const fatal = check(diagnosisOf({ status: without(21n) }), 'capabilities');
    assert.deepEqual([fatal.status, fatal.found], ['fail', 'lacks CAP_SYS_ADMIN']);
    const mild = check(diagnosisOf({ status: without(14n) }), 'capabilities');
    assert.deepEqual([mild.status, mild.found], ['warn', 'lacks CAP_IPC_LOCK']);
    assert.equal(check(diagnosisOf({ status: without(39n) }), 'capabilities').status, 'ok', 'CAP_SYS_ADMIN covers it');
    assert.equal(check(diagnosisOf({ status: 'CapEff: nonsense' }), 'capabilities').status, 'warn');
  });

  it('fails on one core', () => {
    const one = { ...environment, cpus: 1, allowedCpus: [0] };
    const diagnosis = diagnosisOf({ environment: one, testbeds: 'needs two CPUs' });
    assert.equal(diagnosis.canRunTable1, false);
    assert.match(diagnosis.reasons.join(), /cores: 1 of 1 may be used/);
  });

  it('names the package of a program that is missing', () => {
    const software = Object.fromEntries(Object.entries(environment.software).filter(([name]) => name !== 'ethtool'));
    const found = check(diagnosisOf({ environment: { ...environment, software } }), 'ethtool');
    assert.deepEqual([found.status, found.fix], ['fail', 'apt-get install ethtool']);
  });

  it('fails when the native part does not start, and says why', () => {
    const diagnosis = diagnosisOf({
      executorError: 'cannot load pktpath.node: libbpf.so.1 not found',
      objects: [],
      testbeds: 'the native part does not work',
    });
    assert.match(diagnosis.reasons.join(), /native part: .*libbpf.so.1/);
    assert.equal(check(diagnosis, 'native part').fix, 'build it: npm run setup');
  });

  it('fails when no testbed comes up, and warns when some do', () => {
    const error = 'Operation not supported';
    const allFail = diagnosisOf({
      testbeds: [
        { isolation: 'inline', error },
        { isolation: 'rps', error },
      ],
    });
    assert.equal(allFail.canRunTable1, false);
    const someFail = diagnosisOf({
      testbeds: [
        { isolation: 'inline', error: null },
        { isolation: 'rps', error },
      ],
    });
    assert.equal(someFail.canRunTable1, true);
    assert.equal(check(someFail, 'isolation rps').status, 'warn');
  });

  it('warns of what the lab lacks, with what installs it, and lets Table 1 run', () => {
    const lacking = {
      architecture: 'x64',
      qemu: null,
      kvmError: 'ENOENT: no such file or directory, open ’/dev/kvm’',
      programs: { 'dpkg-deb': true, xz: false, tar: true, busybox: false },
      cache: { folder: '/small', freeBytes: 0.2e9, error: null },
    };
    const diagnosis = diagnosisOf({ lab: lacking });
    assert.equal(diagnosis.canRunTable1, true);
    for (const name of ['QEMU', 'KVM', 'unpacking', 'cache']) assert.equal(check(diagnosis, name).status, 'warn', name);
    assert.match(
      check(diagnosis, 'QEMU').fix ?? '',
      /npm start -- run table1 --kernel debian:generic.*qemu-system-x86$/,
    );
    assert.match(check(diagnosis, 'KVM').found, /ENOENT.*count instructions/);
    assert.match(check(diagnosis, 'unpacking').found, /^lacks xz, busybox$/);
    assert.match(check(diagnosis, 'unpacking').fix ?? '', /apt-get install xz-utils busybox-static$/);
    assert.match(check(diagnosis, 'cache').found, /0\.2 GB free for \/small/);
    const readOnly = { ...goodFacts.lab, cache: { folder: '/ro', freeBytes: 9e9, error: 'EROFS' } };
    assert.match(check(diagnosisOf({ lab: readOnly }), 'cache').fix ?? '', /PKTPATH_CACHE/);
    const other = diagnosisOf({ lab: { ...goodFacts.lab, architecture: 'arm64' } });
    assert.match(check(other, 'guests').found, /arm64/);
  });

  it('warns of what makes a machine noisy, and lets Table 1 run', () => {
    const noisy = {
      ...environment,
      clockSource: 'kvm-clock',
      governor: 'powersave',
      mitigations: {},
      load: { before: 3.5, after: null },
    };
    const diagnosis = diagnosisOf({ environment: noisy, stealPercent: 12.34 });
    for (const name of ['clock source', 'governor', 'mitigations', 'load', 'steal']) {
      assert.equal(check(diagnosis, name).status, 'warn', name);
    }
    assert.match(check(diagnosis, 'steal').found, /12\.3 %/);
    assert.equal(diagnosis.canRunTable1, true);
  });
});

describe('the diagnosis as text', () => {
  it('has every check, every fix, every boundary with its hook or the reason for none, and the verdict', () => {
    const diagnosis = diagnosisOf({ objects: objects(fentryRefused) });
    const text = renderDiagnosis(diagnosis);
    for (const found of diagnosis.checks) {
      assert.ok(text.includes(`${found.status.padEnd(4)}  ${found.name} `), found.name);
      if (found.status !== 'ok' && found.fix !== null) assert.ok(text.includes(`fix: ${found.fix}`));
    }
    assert.match(text, /Stage plan of libpcap/);
    assert.match(text, /napi_poll:enter +tracepoint tp_btf\/napi_poll/);
    assert.match(text, /packet-tap:enter +no hook: no tracepoint; merged into net-rx/);
    assert.match(text, /not fentry\/packet_rcv: EPERM/);
    assert.ok(text.endsWith('Table 1 can run here.\n'));
  });

  it('ends with the reasons when Table 1 cannot run', () => {
    const text = renderDiagnosis(diagnosisOf({ root: false }));
    assert.match(text, /Table 1 cannot run here:\n {2}root: no\n$/);
  });

  it('lets no terminal escape through', () => {
    const text = renderDiagnosis(diagnosisOf({ executorError: 'bad\u001b[2Jthing\nwith a second line' }));
    assert.ok(text.includes('bad [2Jthing with a second line'));
    assert.ok(!text.includes('\u001b'));
  });
});
