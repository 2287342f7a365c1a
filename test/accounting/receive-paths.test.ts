import assert from 'node:assert/strict';
import { requireCapability } from '../support/capabilities.js';
import { account, assertClosed, canCompile, counted, elsewhere, here, noLosses, sender, sum, times } from './replay.js';
import { receiver, receiverNapi, receiverPort } from './replay.js';

const toIdle = 'sched_switch preempt=0 prev_state=1 next=0';
const toNapi = `sched_switch preempt=0 prev_state=0 next=${String(receiverNapi)}`;
const toReceiver = `sched_switch preempt=0 prev_state=1 next=${String(receiver)}`;

describe('the accounting of receive paths', () => {
  before(function () {
    requireCapability(this, 'a C and a C++ compiler', canCompile());
  });

  /** A frame through a NAPI thread to a reader that sleeps in recvfrom, with the reader's marks. */
  const throughNapi = [
    '0 0 window_open',
    `100 0 ${toNapi}`,
    `130 0 napi_gro_receive_entry ${here} len=50`,
    '170 0 napi_gro_receive_exit',
    `180 0 netif_receive_skb ${here} len=50`,
    `260 0 sched_waking pid=${String(receiver)}`,
    `290 0 napi_poll ${here} work=1`,
    `300 0 ${toReceiver}`,
    '350 0 skb_copy_datagram_iovec len=64',
    '380 0 consume_skb',
    '420 0 mark:returned',
    '460 0 mark:calling',
    `540 0 ${toIdle}`,
    '600 0 window_close',
  ];

  it('follows a frame through the NAPI thread into recvfrom, by marks', () => {
    const cpu = account(throughNapi, { marks: true });
    assert.deepEqual(times(cpu), {
      'task idle unattributed': 100 + 60,
      'task receiver-napi driver-rx': 30 + 10 + 10,
      'task receiver-napi gro': 40,
      'task receiver-napi net-rx': 80,
      'task receiver-napi wake-up': 30,
      'task receiver wake-up': 50,
      'task receiver copy': 30,
      'task receiver syscall-return': 40,
      'task receiver user': 40,
      'task receiver syscall-entry': 80,
    });
    assert.deepEqual(counted(cpu), {
      napi_poll: [1, 0],
      napi_gro_receive_entry: [1, 50],
      netif_receive_skb: [1, 50],
      sched_waking: [1, 0],
      skb_copy_datagram_iovec: [1, 64],
      consume_skb: [1, 0],
    });
    assert.deepEqual(cpu.losses, noLosses);
  });

  it('brings a reader that slept back through the scheduler, and one that was preempted to where it was', () => {
    const toSender = `sched_switch preempt=1 prev_state=0 next=${String(sender)}`;
    const cpu = account([
      `0 0 hidden_switch next=${String(receiver)}`,
      '0 0 sys_enter',
      '0 0 window_open',
      `10 0 ${toIdle}`,
      `30 0 ${toReceiver}`,
      '37 0 skb_copy_datagram_iovec len=64',
      `40 0 ${toSender}`,
      `50 0 ${toReceiver}`,
      '55 0 consume_skb',
      '60 0 window_close',
    ]);
    assert.deepEqual(times(cpu), {
      'task idle unattributed': 20,
      'task sender unattributed': 10,
      'task receiver syscall-entry': 10,
      'task receiver wake-up': 7,
      'task receiver copy': 3 + 5,
      'task receiver syscall-return': 5,
    });
  });

  it('starts a NAPI thread that slept with a poll, wherever it went to sleep', () => {
    const cpu = account([
      '0 0 window_open',
      `10 0 ${toNapi}`,
      `20 0 netif_receive_skb ${here} len=50`,
      `30 0 ${toIdle}`,
      `50 0 ${toNapi}`,
      '60 0 window_close',
    ]);
    assert.deepEqual(times(cpu), {
      'task idle unattributed': 30,
      'task receiver-napi driver-rx': 10 + 10,
      'task receiver-napi net-rx': 10,
    });
  });

  it('gives the same times by syscall tracepoints where they fire when the marks are taken', () => {
    const bySyscalls = throughNapi.map((line) =>
      line.replace('mark:returned', 'sys_exit').replace('mark:calling', 'sys_enter'),
    );
    const cpu = account(bySyscalls);
    assert.deepEqual(times(cpu), times(account(throughNapi, { marks: true })));
    assert.deepEqual(counted(cpu)['sys_enter'], [1, 0]);
  });

  it('serves the backlog in softirq, with the poll as part of net-rx', () => {
    const cpu = account(
      [
        `0 0 hidden_switch next=0`,
        '0 0 window_open',
        '100 0 call_function_single_entry',
        '110 0 call_function_single_exit',
        '115 0 softirq_entry vec=3',
        `125 0 netif_receive_skb ${here} len=50`,
        `160 0 sched_waking pid=${String(receiver)}`,
        `170 0 napi_poll ${here} work=1`,
        '180 0 softirq_exit',
        '200 0 window_close',
      ],
      { pollStage: 'net-rx' },
    );
    assert.deepEqual(times(cpu), {
      'task idle unattributed': 100 + 5 + 20,
      'hardirq idle hard-irq': 10,
      'softirq idle net-rx': 10 + 35 + 10,
      'softirq idle wake-up': 10,
    });
  });

  it('follows TCP: the acknowledgement leaves from recv, and what comes for it interrupts the receiver', () => {
    const cpu = account(
      [
        `0 0 hidden_switch next=${String(receiver)}`,
        '0 0 sys_enter',
        '100 0 window_open',
        '150 0 skb_copy_datagram_iovec len=1448',
        '200 0 tcp_rcv_space_adjust',
        `220 0 net_dev_queue ${here} len=66`,
        '235 0 net_dev_xmit',
        '250 0 softirq_entry vec=3',
        `270 0 netif_receive_skb ${here} len=1500`,
        `330 0 tcp_probe port=${String(receiverPort)} payload=1448 known=0`,
        `340 0 tcp_probe port=22 payload=99 known=0`,
        `350 0 sched_waking pid=${String(receiver)}`,
        `355 0 net_dev_queue ${here} len=66`,
        '365 0 net_dev_xmit',
        `370 0 napi_poll ${here} work=1`,
        '380 0 softirq_exit',
        '400 0 sys_exit',
        '450 0 sys_enter',
        '500 0 window_close',
      ],
      { pollStage: 'net-rx' },
    );
    assert.deepEqual(times(cpu), {
      'task receiver syscall-entry': 50 + 50,
      'task receiver copy': 50,
      'task receiver syscall-return': 20 + 15 + 20,
      'task receiver transmit': 15,
      'softirq receiver net-rx': 20 + 60 + 10,
      'softirq receiver ip-tcp': 20,
      'softirq receiver wake-up': 5 + 5,
      'softirq receiver transmit': 10,
      'task receiver user': 50,
    });
    assert.deepEqual(counted(cpu), {
      napi_poll: [1, 0],
      netif_receive_skb: [1, 1500],
      tcp_probe: [1, 1448],
      sched_waking: [1, 0],
      skb_copy_datagram_iovec: [1, 1448],
      tcp_rcv_space_adjust: [1, 0],
      net_dev_queue: [2, 132],
      sys_enter: [1, 0],
    });
    assert.equal(sum(cpu, { stage: 'ip-tcp' }, 'passes'), 1, 'the segment of another connection');
  });

  it('counts of a TCP segment what the receiver does not have yet', () => {
    const probe = (ns: number, known: number): string =>
      `${String(ns)} 0 tcp_probe port=${String(receiverPort)} payload=1448 known=${String(known)}`;
    const events = [probe(10, 0), probe(20, 1000), probe(30, 1448), probe(40, 2000)];
    const cpu = account(['0 0 window_open', ...events, '50 0 window_close']);
    assert.deepEqual(counted(cpu), { tcp_probe: [4, 1448 + 448] });
  });

  it('keeps packets of other interfaces apart, and counts none of them', () => {
    const cpu = account([
      '0 0 window_open',
      '100 0 softirq_entry vec=3',
      `110 0 napi_gro_receive_entry ${elsewhere} len=50`,
      '125 0 napi_gro_receive_exit',
      `130 0 netif_receive_skb ${elsewhere} len=50`,
      `150 0 net_dev_queue ${elsewhere} len=50`,
      '155 0 net_dev_xmit',
      `160 0 sched_waking pid=${String(receiver)}`,
      `170 0 napi_poll ${elsewhere} work=3`,
      '180 0 softirq_exit',
      '200 0 window_close',
    ]);
    assert.deepEqual(times(cpu), {
      'task idle unattributed': 120,
      'softirq idle driver-rx': 10 + 10,
      'softirq idle other-rx': 15 + 5 + 40,
    });
    assert.deepEqual(counted(cpu), {});
    assert.equal(sum(cpu, {}, 'passes'), 3);
  });

  it('takes no copy, free or call of another task for the receiver’s', () => {
    const cpu = account([
      `0 0 hidden_switch next=${String(sender)}`,
      '0 0 window_open',
      '10 0 sys_enter',
      '20 0 skb_copy_datagram_iovec len=9',
      '30 0 consume_skb',
      '40 0 tcp_rcv_space_adjust',
      '50 0 sys_exit',
      '100 0 window_close',
    ]);
    assert.deepEqual(times(cpu), { 'task sender unattributed': 100 });
    assert.deepEqual(counted(cpu), {});
    assert.equal(sum(cpu, {}, 'passes'), 5);
  });

  it('adds up packets and bytes exactly', () => {
    const events = ['0 0 window_open', '10 0 softirq_entry vec=3'];
    let ns = 10;
    let bytes = 0;
    for (let packet = 1; packet <= 64; packet++) {
      const length = 60 + packet * 7;
      bytes += length;
      events.push(`${String((ns += 5))} 0 napi_gro_receive_entry ${here} len=${String(length)}`);
      events.push(`${String((ns += 5))} 0 napi_gro_receive_exit`);
      events.push(`${String((ns += 5))} 0 netif_receive_skb ${elsewhere} len=1`);
    }
    events.push(`${String((ns += 5))} 0 napi_poll ${here} work=64`, `${String((ns += 5))} 0 napi_poll ${here} work=0`);
    const cpu = account([...events, `${String((ns += 5))} 0 softirq_exit`, `${String(ns)} 0 window_close`]);
    assert.deepEqual(counted(cpu), { napi_poll: [64, 0], napi_gro_receive_entry: [64, bytes] });
    assertClosed(cpu);
  });
});
