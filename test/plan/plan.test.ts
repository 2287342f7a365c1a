import assert from 'node:assert/strict';
import type { PathName } from '../../harness/executor/contract.js';
import { ExitCode, PktpathError } from '../../harness/errors.js';
import type { PlanInput, ResolvedPlan } from '../../harness/plan/plan.js';
import { driverTargets } from '../../harness/plan/targets.js';
import { hasNapi, isolations } from '../../harness/testbed/testbed.js';
import type { Isolation } from '../../harness/testbed/testbed.js';
import { StagePlan } from '../../reports/record.js';
import type { BoundaryPlan } from '../../reports/record.js';
import { kernels, pathNames, planOn, readFacts } from './facts.js';

const pair = (name: string): string[] => [`${name}_entry`, `${name}_exit`];
const vectors = ['local_timer', 'reschedule', 'call_function', 'call_function_single', 'irq_work'].flatMap(pair);
const contexts = ['sched_switch', ...pair('irq_handler'), ...vectors, ...pair('softirq')];
const gro = pair('napi_gro_receive');

/** What a kernel that has everything is asked for, in the order in which a packet meets it. */
function everything(path: PathName, isolation: Isolation, marks: boolean): string[] {
  return [
    ...contexts,
    'napi_poll',
    ...(hasNapi(isolation) ? gro : []),
    'netif_receive_skb',
    ...(path === 'tcp' ? ['tcp_probe'] : []),
    'sched_waking',
    ...(path === 'tcp' ? ['net_dev_queue', 'net_dev_xmit'] : []),
    ...(marks ? [] : ['sys_enter']),
    ...(path === 'libpcap' ? [] : ['skb_copy_datagram_iovec']),
    ...(path === 'tcp' ? ['tcp_rcv_space_adjust'] : []),
    ...(path === 'packet-recvfrom' ? ['consume_skb'] : []),
    ...(marks ? [] : ['sys_exit']),
  ];
}

function boundaryOf({ plan }: ResolvedPlan, name: string): BoundaryPlan {
  const found = plan.boundaries.find(({ boundary }) => boundary === name);
  assert.ok(found !== undefined, `${name} is not in the plan: ${plan.boundaries.map((each) => each.boundary).join()}`);
  return found;
}

const measurable = kernels.filter((kernel) => kernel !== 'refused' && kernel !== 'no-netif-receive-skb');

describe('the stage plan', () => {
  for (const path of pathNames) {
    for (const isolation of isolations) {
      it(`of ${path} on ${isolation} takes every hook of a kernel that has them all`, () => {
        const resolved = planOn('linux-6.18-x86_64', path, isolation);
        const marks = path !== 'libpcap';
        assert.deepEqual(resolved.probes, {
          object: 'kernel-probes/build/stages.tp_btf.bpf.o',
          programs: everything(path, isolation, marks),
          targets: {},
          marks,
          pollStage: hasNapi(isolation) ? 'driver-rx' : 'net-rx',
          wokenStage: path === 'tcp' ? 'ip-tcp' : 'net-rx',
          copiedStage: 'syscall-return',
          exact: false,
        });
        assert.deepEqual(resolved.plan.path, path);
        assert.equal(
          resolved.plan.boundaries.some(({ boundary }) => boundary === 'driver-rx:enter'),
          hasNapi(isolation),
        );
        assert.equal(
          resolved.plan.boundaries.some(({ boundary }) => boundary === 'net-rx:poll'),
          !hasNapi(isolation),
        );
      });
    }
  }

  it('is a plan that a record can hold, on every kernel, and names each program once', () => {
    for (const kernel of measurable) {
      const { facts, object } = readFacts(kernel);
      const works = new Set(facts.filter(({ ok }) => ok).map(({ program }) => program));
      for (const path of pathNames) {
        for (const isolation of isolations) {
          const { plan, probes } = planOn(kernel, path, isolation);
          assert.deepEqual(StagePlan.parse(plan), plan);
          assert.equal(plan.object, object);
          assert.deepEqual([...new Set(probes.programs)], probes.programs);
          assert.deepEqual(
            probes.programs.filter((program) => !works.has(program)),
            [],
            'asks only for what works',
          );
          for (const boundary of plan.boundaries) {
            const where = `${kernel} ${path} ${isolation} ${boundary.boundary}`;
            assert.equal(boundary.tier === null, boundary.reason !== null, `${where}: a hook, or the reason for none`);
            assert.equal(boundary.tier === null, boundary.targets.length === 0, where);
            assert.deepEqual(
              boundary.programs.filter((program) => !probes.programs.includes(program)),
              [],
              where,
            );
          }
        }
      }
    }
  });

  it('has its syscall boundaries from tracepoints when the reader is not to mark them', () => {
    for (const path of ['tcp', 'packet-recvfrom'] as const) {
      const resolved = planOn('linux-6.18-x86_64', path, 'rps', { withoutMarks: true });
      assert.equal(resolved.probes.marks, false);
      assert.deepEqual(resolved.probes.programs, everything(path, 'rps', false));
      const enter = boundaryOf(resolved, 'syscall:enter');
      assert.deepEqual(
        [enter.stage, enter.tier, enter.targets, enter.programs],
        ['syscall-entry', 'tracepoint', ['raw_syscalls:sys_enter'], ['sys_enter']],
      );
      assert.deepEqual(
        enter.rejected.map(({ target }) => target),
        ['the reader’s mark before the receive call'],
      );
    }
  });

  it('marks what the reader can mark, and says where it cannot', () => {
    const marked = boundaryOf(planOn('linux-6.18-x86_64', 'tcp', 'rps'), 'syscall:exit');
    assert.deepEqual([marked.stage, marked.tier, marked.programs, marked.rejected], ['user', 'user-mark', [], []]);
    const unmarked = boundaryOf(planOn('linux-6.18-x86_64', 'libpcap', 'rps'), 'syscall:exit');
    assert.deepEqual([unmarked.tier, unmarked.programs], ['tracepoint', ['sys_exit']]);
    assert.match(unmarked.rejected[0]?.reason ?? '', /not its own to mark/);
  });

  it('labels what no tracepoint can separate, with its reason', () => {
    const capture = planOn('linux-6.18-x86_64', 'packet-recvfrom', 'napi-thread');
    assert.deepEqual(capture.labels, {
      'driver-rx': 'driver-rx (with NAPI dispatch)',
      'net-rx': 'net-rx (with packet-tap)',
    });
    const tap = boundaryOf(capture, 'packet-tap:enter');
    assert.deepEqual([tap.stage, tap.tier], ['packet-tap', null]);
    assert.match(tap.reason ?? '', /^packet_rcv: .*; its time is part of net-rx$/);

    const ring = planOn('linux-6.18-x86_64', 'libpcap', 'napi-thread');
    assert.deepEqual(ring.labels, {
      'driver-rx': 'driver-rx (with NAPI dispatch)',
      'net-rx': 'net-rx (with packet-tap, copy to the ring)',
    });
    assert.match(boundaryOf(ring, 'copy:ring').reason ?? '', /^skb_copy_bits: .*; its time is part of net-rx$/);
    assert.ok(!ring.plan.boundaries.some(({ boundary }) => boundary === 'copy:enter'), 'no copy of the reader’s own');

    const tcp = planOn('linux-6.18-x86_64', 'tcp', 'napi-thread');
    assert.deepEqual(tcp.labels, { 'driver-rx': 'driver-rx (with NAPI dispatch)', 'net-rx': 'net-rx (with IP)' });
    assert.ok(!tcp.plan.boundaries.some(({ boundary }) => boundary === 'packet-tap:enter'));
  });
});

describe('the stage plan of a program that counts in the kernel', () => {
  const kernel = 'linux-6.18-x86_64';
  const realised = ({ plan }: ReturnType<typeof planOn>): string[] =>
    plan.boundaries.filter(({ tier }) => tier !== null).map(({ boundary }) => boundary);

  it('ends in the driver where native XDP takes the packet', () => {
    const resolved = planOn(kernel, 'xdp-count', 'napi-thread', { inDriver: true });
    assert.match(resolved.labels['driver-rx'] ?? '', /program/);
    assert.equal(resolved.labels['net-rx'], undefined);
    assert.ok(!realised(resolved).some((boundary) => /^(gro|net-rx):enter/.test(boundary)));
  });

  it('goes on to GRO and the stack where native XDP passes it on, with the program in the driver', () => {
    const resolved = planOn(kernel, 'xdp-count', 'napi-thread', { runsInDriver: true });
    assert.match(resolved.labels['driver-rx'] ?? '', /program/);
    assert.doesNotMatch(resolved.labels['net-rx'] ?? '', /program/);
    for (const boundary of ['gro:enter', 'net-rx:enter']) assert.ok(realised(resolved).includes(boundary));
  });

  it('has the program in the stack for generic XDP and tc', () => {
    for (const path of ['xdp-count', 'tc-count'] as const) {
      const { labels } = planOn(kernel, path, 'napi-thread');
      assert.match(labels['net-rx'] ?? '', /program/);
      assert.doesNotMatch(labels['driver-rx'] ?? '', /program/);
    }
  });
});

describe('the stage plan of a kernel that lacks something', () => {
  it('does without the vectors of x86, and says so', () => {
    for (const path of pathNames) {
      const resolved = planOn('linux-6.1-arm64', path, 'napi-thread');
      assert.deepEqual(
        resolved.probes.programs,
        everything(path, 'napi-thread', path !== 'libpcap').filter((program) => !vectors.includes(program)),
      );
      for (const name of ['hard-irq:timer', 'hard-irq:inter-processor', 'hard-irq:irq-work']) {
        const { tier, reason, rejected } = boundaryOf(resolved, name);
        assert.equal(tier, null);
        assert.equal(rejected.length, 1);
        assert.match(rejected[0]?.target ?? '', /^irq_vectors:\w+_entry, irq_vectors:/);
        assert.match(reason ?? '', /irq_vectors:.*ESRCH.*failed to find kernel BTF type ID of '\w+_entry'/);
      }
      assert.equal(boundaryOf(resolved, 'hard-irq').tier, 'tracepoint');
    }
  });

  it('takes a group of vectors whole or not at all', () => {
    const resolved = planOn('linux-5.15-uniprocessor', 'tcp', 'rps');
    const absent = vectors.filter((program) => /^(reschedule|call_function)/.test(program));
    assert.deepEqual(
      resolved.probes.programs,
      everything('tcp', 'rps', true).filter((program) => !absent.includes(program)),
    );
    assert.equal(resolved.probes.object, 'kernel-probes/build/stages.raw_tp.bpf.o');
    assert.match(boundaryOf(resolved, 'hard-irq:inter-processor').reason ?? '', /raw_tp\/reschedule_entry: ENOENT/);

    const { facts } = readFacts('linux-6.18-x86_64');
    const oneMissing = facts.map((fact) =>
      fact.program === 'call_function_exit' ? { ...fact, ok: false, error: 'ESRCH' } : fact,
    );
    const { probes } = planOn('linux-6.18-x86_64', 'tcp', 'rps', { facts: oneMissing });
    assert.deepEqual(probes.programs, resolved.probes.programs, 'an entry without its exit is never attached');
  });

  it('merges TCP into net-rx without tcp_probe, and labels it so', () => {
    const { labels, probes, plan } = planOn('no-tcp-probe', 'tcp', 'napi-thread');
    assert.equal(labels['net-rx'], 'net-rx (with IP, TCP)');
    assert.deepEqual(
      probes.programs,
      everything('tcp', 'napi-thread', true).filter((name) => name !== 'tcp_probe'),
    );
    const boundary = plan.boundaries.find(({ stage }) => stage === 'ip-tcp');
    assert.match(boundary?.reason ?? '', /tcp:tcp_probe: .*ESRCH.*; its time is part of net-rx$/);
    assert.deepEqual(
      planOn('no-tcp-probe', 'libpcap', 'rps'),
      {
        ...planOn('linux-6.18-x86_64', 'libpcap', 'rps'),
      },
      'the capture road does not need it',
    );
  });

  it('merges GRO into driver-rx without its tracepoints, and labels it so', () => {
    for (const path of pathNames) {
      const { labels, probes, plan } = planOn('no-napi-gro', path, 'napi-thread');
      assert.equal(labels['driver-rx'], 'driver-rx (with GRO, NAPI dispatch)');
      assert.deepEqual(
        probes.programs.filter((program) => gro.includes(program)),
        [],
      );
      const boundary = plan.boundaries.find(({ stage }) => stage === 'gro');
      assert.match(boundary?.reason ?? '', /; its time is part of driver-rx$/);
    }
    assert.equal(planOn('no-napi-gro', 'tcp', 'rps').labels['driver-rx'], undefined, 'there is no GRO to merge');
  });

  it('is refused, with the boundary, the target and the kernel’s words, when nothing can be accounted for', () => {
    for (const path of pathNames) {
      for (const isolation of isolations) {
        assert.throws(
          () => planOn('no-netif-receive-skb', path, isolation),
          (error: unknown) =>
            error instanceof PktpathError &&
            error.exitCode === ExitCode.notPossible &&
            error.message.includes(`boundary net-rx:enter of path ${path}`) &&
            error.message.includes('net:netif_receive_skb: the kernel refused to load') &&
            /doctor/.test(error.hint ?? ''),
        );
      }
    }
  });

  it('is refused when the kernel refuses everything, and says EPERM', () => {
    for (const path of pathNames) {
      assert.throws(
        () => planOn('refused', path, 'napi-thread'),
        (error: unknown) => {
          assert.ok(error instanceof PktpathError);
          assert.equal(error.exitCode, ExitCode.notPossible);
          assert.match(error.message, /boundary task:switch .*sched:sched_switch: .*EPERM \(Operation not permitted\)/);
          return true;
        },
      );
    }
  });

  it('does not take what was never tried', () => {
    const untried = { facts: readFacts('linux-6.18-x86_64').facts.filter(({ program }) => program !== 'softirq_exit') };
    assert.throws(
      () => planOn('linux-6.18-x86_64', 'tcp', 'rps', untried),
      /boundary softirq .*softirq_exit was not tried/,
    );
    assert.throws(() => planOn('linux-6.18-x86_64', 'tcp', 'rps', { facts: [] }), /sched_switch was not tried/);
  });

  it('falls back to nothing when the tracepoints of the system call are gone and no mark can be taken', () => {
    const facts = readFacts('linux-6.18-x86_64').facts.map((fact) =>
      fact.program === 'sys_exit' ? { ...fact, ok: false, error: 'ESRCH' } : fact,
    );
    assert.throws(() => planOn('linux-6.18-x86_64', 'libpcap', 'rps', { facts }), /boundary syscall:exit/);
    assert.equal(planOn('linux-6.18-x86_64', 'tcp', 'rps', { facts }).probes.marks, true, 'marked paths need them not');
  });
});

describe('the stage plan on a card', () => {
  const onCard = (path: PathName, change: Partial<PlanInput> = {}): ResolvedPlan =>
    planOn('linux-6.1-e100', path, 'interrupt', { drivers: { receiver: 'e100', sender: 'e100' }, ...change });

  it('takes functions, and attaches no tracepoint that they make superfluous', () => {
    const { probes } = onCard('tcp');
    assert.deepEqual(probes.programs, [
      ...[...contexts.slice(0, 13), 'device_irq_enter', 'device_irq_exit', ...pair('softirq')],
      ...['driver_poll_enter', 'driver_poll_exit', 'netif_receive_skb', 'netif_receive_skb_exit'],
      ...['ip_rcv_enter', 'ip_list_rcv_enter', 'tcp_v4_rcv_enter', 'tcp_v4_rcv_exit'],
      ...['sock_def_readable_enter', 'sock_def_readable_exit', 'dev_queue_xmit_enter', 'dev_queue_xmit_exit'],
      ...['tcp_recvmsg_enter', 'tcp_recvmsg_exit', 'copy_enter', 'copy_exit'],
    ]);
    assert.deepEqual(probes.targets, {
      ...{ device_irq_enter: 'e100_intr', device_irq_exit: 'e100_intr' },
      ...{ driver_poll_enter: 'e100_poll', driver_poll_exit: 'e100_poll' },
      ...{ ip_rcv_enter: 'ip_rcv', ip_list_rcv_enter: 'ip_list_rcv' },
      ...{ tcp_v4_rcv_enter: 'tcp_v4_rcv', tcp_v4_rcv_exit: 'tcp_v4_rcv' },
      ...{ sock_def_readable_enter: 'sock_def_readable', sock_def_readable_exit: 'sock_def_readable' },
      ...{ dev_queue_xmit_enter: '__dev_queue_xmit', dev_queue_xmit_exit: '__dev_queue_xmit' },
      ...{ tcp_recvmsg_enter: 'tcp_recvmsg', tcp_recvmsg_exit: 'tcp_recvmsg' },
      ...{ copy_enter: 'skb_copy_datagram_iter', copy_exit: 'skb_copy_datagram_iter' },
    });
    const { pollStage, wokenStage, copiedStage } = probes;
    assert.deepEqual([pollStage, wokenStage, copiedStage], ['net-rx-action', 'ip-tcp', 'recvmsg']);
  });

  it('watches the poll of the sender’s card where that has a driver of its own', () => {
    const mixed = onCard('tcp', { drivers: { receiver: 'e100', sender: 'e1000' } });
    assert.equal(boundaryOf(mixed, 'other-rx').stage, 'other-rx');
    assert.ok(!onCard('tcp').plan.boundaries.some(({ boundary }) => boundary === 'other-rx'));
    const { driver_poll_enter: own, sender_poll_enter: other } = driverTargets({ receiver: 'e100', sender: 'e1000' });
    assert.deepEqual([own, other], ['e100_poll', 'e1000_clean']);
    assert.equal(driverTargets({ receiver: 'e1000', sender: 'e1000' })['sender_poll_enter'], undefined);
  });

  it('returns from the wake-up to the tap that woke', () => {
    assert.equal(onCard('packet-recvfrom').probes.wokenStage, 'packet-tap');
    assert.deepEqual(boundaryOf(onCard('libpcap'), 'packet-tap:enter').targets, ['tpacket_rcv']);
    assert.deepEqual(boundaryOf(onCard('libpcap'), 'copy:ring').stage, 'copy');
  });

  it('names what is attached to the driver', () => {
    assert.deepEqual(boundaryOf(onCard('tcp'), 'driver-irq').targets, ['e100_intr']);
    assert.deepEqual(boundaryOf(onCard('tcp'), 'driver-rx:enter').targets, ['e100_poll']);
  });

  it('takes kprobes where the function tier is refused, and tracepoints below both', () => {
    const kprobes = onCard('tcp', { without: ['function'] });
    assert.equal(boundaryOf(kprobes, 'ip-tcp:enter').tier, 'kprobe');
    assert.ok(kprobes.probes.programs.includes('tcp_v4_rcv_exit_kprobe'));
    assert.equal(kprobes.probes.targets.tcp_v4_rcv_exit_kprobe, 'tcp_v4_rcv');
    const tracepoints = onCard('tcp', { without: ['function', 'kprobe'] });
    assert.deepEqual(boundaryOf(tracepoints, 'ip-tcp:enter').programs, ['tcp_probe']);
    assert.deepEqual(tracepoints.probes.targets, {});
    assert.equal(tracepoints.probes.pollStage, 'driver-rx');
  });
});
