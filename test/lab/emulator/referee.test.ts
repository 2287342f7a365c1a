import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../../harness/root.js';
import { EmulatorAccount } from '../../../reports/record.js';

const scopes = `
scope irq hard-irq handle_irq
scope driver-irq driver-irq e100_intr
scope other softirq-other do_softirq
scope net-rx net-rx-action net_rx_action
scope poll driver-rx e100_poll
scope mark net-rx receive_skb
scope wake packet-tap packet_rcv
scope wake wake-up sock_def_readable
scope recvmsg recvmsg packet_recvmsg
scope plain copy copy_iter
scope plain copy copy_bits within packet-tap
scope plain ip ip_rcv
scope plain ip-tcp tcp_v4_rcv then net-rx
scope switch wake-up psi_task_switch
scope other other-irq timer`;

/** Pages of the data of two cards, and addresses on the stack. */
const [receiver, sender, stack] = ['ffff888006000000', 'ffff88802d000000', 'ffff88800b003f00'];

function interrupt(card: string): string {
  return `enter handle_irq\nrun 20\nenter e100_intr\nstore ${stack}\nload ${stack}\nload ${card}\nrun 170\nleave e100_intr\nrun 5\nleave handle_irq`;
}

/** A softirq in which this card is polled, with a packet for the reader or none. */
function softirq(card: string, packet: string): string {
  return `enter do_softirq\nrun 7\nenter net_rx_action\nrun 50\nenter e100_poll\nload ${card}\nrun 200\n${packet}run 30\nleave e100_poll\nrun 40\nleave net_rx_action\nrun 3\nleave do_softirq`;
}
const forReader =
  'enter receive_skb\nrun 100\nenter packet_rcv\nrun 60\nenter sock_def_readable\nrun 80\nleave sock_def_readable\nrun 10\nleave packet_rcv\nrun 15\n';

describe('the emulator’s referee', () => {
  let folder: string;
  let driver: string;

  before(function () {
    this.timeout(30_000);
    folder = mkdtempSync(join(tmpdir(), 'pktpath-referee-'));
    driver = join(folder, 'driver');
    const native = join(projectRoot, 'native/emulator');
    const sources = [join(projectRoot, 'test/lab/emulator/driver.c'), join(native, 'referee.c')];
    const checks = ['-fsanitize=address,undefined', '-Wall', '-Wextra', '-Werror'];
    execFileSync('gcc', ['-std=gnu11', '-g', ...checks, `-I${native}`, '-o', driver, ...sources]);
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function account(events: string): EmulatorAccount {
    return EmulatorAccount.parse(
      JSON.parse(execFileSync(driver, { input: `${scopes}\n${events}\n`, encoding: 'utf8' })),
    );
  }

  const stagesOf = ({ stages }: EmulatorAccount): Record<string, number> =>
    Object.fromEntries(stages.map(({ stage, context, instructions }) => [`${context} ${stage}`, instructions]));

  /** The reader (task 1) sleeps in its call; the sender (task 2) runs. */
  const asleep = `switch 1\nreader\nsyscall\nenter packet_recvmsg\nswitch 2\nopen\nrun 1000`;
  const wakes = `switch 1\nrun 300\nenter copy_iter\nrun 1500\nleave copy_iter\nrun 90\nleave packet_recvmsg\nrun 70\nsysret\nrun 40\nclose`;

  it('charges every instruction of a packet’s way to one stage, and the sender’s to none', () => {
    const found = account(`${asleep}\n${interrupt(receiver)}\n${softirq(receiver, forReader)}\n${wakes}`);
    assert.deepEqual(stagesOf(found), {
      'hardirq hard-irq': 25,
      'hardirq driver-irq': 170,
      'softirq net-rx-action': 90,
      'softirq driver-rx': 200,
      // once a packet has come, what the poll does until its end is not told apart
      'softirq net-rx': 145,
      'softirq packet-tap': 70,
      'softirq wake-up': 80,
      'system-call wake-up': 300,
      'system-call copy': 1500,
      'system-call recvmsg': 90,
      'system-call syscall-return': 70,
      'user user': 40,
    });
    assert.equal(found.charged, found.instructions);
    assert.deepEqual([found.unpaired, found.problems], [0, []]);
  });

  it('leaves out the interrupts and polls of the other card, by the data that they look at', () => {
    const other = `${interrupt(sender)}\n${softirq(sender, '')}\n`.repeat(7);
    const alone = account(`${asleep}\n${interrupt(receiver)}\n${softirq(receiver, forReader)}\n${wakes}`);
    const both = account(
      `${asleep}\n${other}${interrupt(receiver)}\n${softirq(receiver, forReader)}\n${other}${wakes}`,
    );
    assert.deepEqual(stagesOf(both), stagesOf(alone));
    assert.equal(both.charged, both.instructions);
  });

  it('takes interrupts out of whatever they interrupt, the reader on its way included', () => {
    const tick = 'exception\nenter timer\nrun 999\nleave timer\niret\n';
    const events = (noise: string): string =>
      `${asleep}\n${interrupt(receiver)}\n${softirq(receiver, forReader.replaceAll('run', `${noise}run`))}\n` +
      wakes.replaceAll('run', `${noise}run`);
    assert.deepEqual(stagesOf(account(events(tick))), stagesOf(account(events(''))));
  });

  it('gives what the scheduler does after its last word for a task to the next one', () => {
    const sleeps = `switch 1\nreader\nopen\nsyscall\nrun 10\nenter packet_recvmsg\nrun 100\nenter psi_task_switch\nrun 30\nleave psi_task_switch\nrun 7\nswitch 2\nrun 500`;
    const back = `${softirq(receiver, forReader)}\nenter psi_task_switch\nrun 30\nleave psi_task_switch\nrun 9`;
    const found = stagesOf(account(`${sleeps}\n${back}\n${wakes}`));
    assert.equal(found['system-call recvmsg'], 100 + 30 + 90);
    assert.equal(found['system-call wake-up'], 9 + 300);
  });

  it('takes a copy for the tap’s only within one, and goes on behind IP where it is told to', () => {
    const packet =
      'enter copy_bits\nrun 2\nleave copy_bits\nenter packet_rcv\nrun 60\nenter copy_bits\nrun 400\nleave copy_bits\nenter sock_def_readable\nleave sock_def_readable\nleave packet_rcv\n' +
      'enter ip_rcv\nrun 50\nenter tcp_v4_rcv\nrun 70\nleave tcp_v4_rcv\nrun 5\nleave ip_rcv\n';
    const { stages, unpaired } = account(`${asleep}\n${softirq(receiver, packet)}\n${wakes}`);
    const of = (stage: string): number =>
      stages
        .filter((each) => each.stage === stage && each.context === 'softirq')
        .reduce((n, s) => n + s.instructions, 0);
    assert.deepEqual(['copy', 'packet-tap', 'ip', 'ip-tcp', 'net-rx'].map(of), [400, 60, 50, 70, 5]);
    assert.equal(unpaired, 0);
  });

  it('shares a round of NET_RX out to the cards that are polled in it', () => {
    const poll = (card: string, packet: string): string =>
      `enter e100_poll\nload ${card}\nrun 200\n${packet}leave e100_poll\n`;
    const round = (polls: string): string => `enter net_rx_action\nrun 50\n${polls}run 3\nleave net_rx_action`;
    const mine = poll(receiver, forReader);
    const other = poll(sender, '');
    const action = (polls: string): number | undefined =>
      stagesOf(account(`${asleep}\n${round(polls)}\n${wakes}`))['softirq net-rx-action'];
    assert.equal(action(`${mine}run 20\n`), 73);
    assert.equal(action(`${mine}run 20\n${other}`), 70, 'the other’s poll was the last');
    assert.equal(action(`${other}run 20\n${mine}`), 3, 'the other’s poll was the first');
  });

  it('counts functions whose end it did not see', () => {
    const lost = softirq(receiver, forReader).replace('leave packet_rcv\n', '');
    assert.equal(account(`${asleep}\n${interrupt(receiver)}\n${lost}\n${wakes}`).unpaired, 1);
  });

  it('says when nothing told it which card receives, or who reads', () => {
    assert.match(account(`${asleep}\n${softirq(receiver, '')}\n${wakes}`).problems.join(), /no poll woke the reader/);
    assert.match(account('open\nrun 10\nclose').problems.join(), /no thread said that it is the reader/);
  });
});
