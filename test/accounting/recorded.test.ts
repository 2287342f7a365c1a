import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../harness/root.js';
import { requireCapability } from '../support/capabilities.js';
import { account, assertClosed, canCompile, counted, noLosses, receiver, receiverNapi, sum } from './replay.js';
import type { ReplayedCpu } from './replay.js';
import { parseLine, trueTimes } from './timeline.js';

/*
 * What record-sequence.ts took from the receiver's CPU while a trial ran. The tracer that took it told of no switch out
 * of the idle task; the conversion noticed each by the task of the next event (`hidden_switch`).
 */
function recorded(name: string): string[] {
  const text = readFileSync(join(projectRoot, 'test/fixtures/sequences', name), 'utf8');
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

/** The same sequence as if every switch had been told of. */
function told(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace('hidden_switch', 'sched_switch preempt=0 prev_state=0'));
}

/** The receiver's system calls as the marks that it would have taken. */
function marked(lines: readonly string[]): string[] {
  let task = 0;
  return lines.map((line) => {
    const { name, next } = parseLine(line);
    if (name.endsWith('_switch')) task = next;
    if (task !== receiver) return line;
    return line.replace('sys_exit', 'mark:returned').replace('sys_enter', 'mark:calling');
  });
}

const ofReceiver = /ifindex=2\b/;

/** Lines of an event, by text alone, and the sum of a key over them. */
function tally(lines: readonly string[], event: string, key: string, filter = /^/): [number, number] {
  const found = lines.filter((line) => line.split(' ')[2] === event && filter.test(line));
  const values = found.map((line) => Number(new RegExp(` ${key}=(\\d+)`).exec(line)?.[1] ?? 0));
  return [found.length, values.reduce((total, value) => total + value, 0)];
}

function assertContexts(cpu: ReplayedCpu, lines: readonly string[]): void {
  assertClosed(cpu);
  for (const [where, ns] of Object.entries(trueTimes(lines))) {
    const [layer, owner] = where.split(' ') as ['task', 'idle'];
    assert.equal(sum(cpu, { layer, owner }), ns, where);
  }
}

function assertPackets(cpu: ReplayedCpu, lines: readonly string[]): void {
  const boundaries = counted(cpu);
  assert.deepEqual(boundaries['napi_gro_receive_entry'], tally(lines, 'napi_gro_receive_entry', 'len', ofReceiver));
  assert.deepEqual(boundaries['netif_receive_skb'], tally(lines, 'netif_receive_skb', 'len', ofReceiver));
  assert.deepEqual(boundaries['napi_poll'], [tally(lines, 'napi_poll', 'work', ofReceiver)[1], 0]);
  assert.deepEqual(boundaries['napi_poll'][0], boundaries['napi_gro_receive_entry'][0]);
}

const files = ['packet-recvfrom-64.txt', 'tcp-512.txt', 'libpcap-512.txt'];

describe('the accounting of recorded sequences', () => {
  before(function () {
    requireCapability(this, 'a C and a C++ compiler', canCompile());
  });

  for (const file of files) {
    for (const marks of [false, true]) {
      const how = marks ? 'by marks' : 'by syscall tracepoints';

      it(`closes exactly and gives each context its own time: ${file}, ${how}`, () => {
        const lines = told(recorded(file));
        const cpu = account(marks ? marked(lines) : lines, { marks });
        assertContexts(cpu, lines);
        assertPackets(cpu, lines);
        assert.deepEqual(cpu.losses, noLosses);
      });

      it(`closes exactly and counts the same packets when switches are hidden: ${file}, ${how}`, () => {
        const lines = recorded(file);
        const cpu = account(marks ? marked(lines) : lines, { marks });
        assertClosed(cpu);
        assertPackets(cpu, lines);
        const hidden = lines.filter((line) => line.includes(' hidden_switch '));
        const ofReceivers = hidden.filter((line) => / next=(100|200)$/.test(line));
        assert.ok(ofReceivers.length > 0);
        assert.deepEqual(cpu.losses, {
          ...noLosses,
          hiddenSwitches: hidden.length,
          lostSwitches: ofReceivers.length,
        });
      });
    }
  }

  it('has each raw frame at every boundary up to the reader', () => {
    const lines = told(recorded('packet-recvfrom-64.txt'));
    const cpu = account(lines);
    const frames = tally(lines, 'napi_gro_receive_entry', 'len', ofReceiver)[0];
    const { skb_copy_datagram_iovec: copies, consume_skb: freed } = counted(cpu);
    assert.ok(frames > 100);
    assert.deepEqual(copies, [frames, frames * 64]);
    assert.deepEqual(freed, [frames, 0]);
  });

  it('has each byte of TCP at its protocol boundary and at the copy', () => {
    const { tcp_probe: segments, skb_copy_datagram_iovec: copies } = counted(account(told(recorded('tcp-512.txt'))));
    assert.ok(segments !== undefined && copies !== undefined && segments[1] > 0);
    assert.equal(segments[1], copies[1]);
  });

  it('has no copy by a reader of a ring', () => {
    assert.equal(counted(account(told(recorded('libpcap-512.txt'))))['skb_copy_datagram_iovec'], undefined);
  });

  it('names no one but the parties of a trial', () => {
    for (const file of files) {
      const known = new Set([0, receiver, receiverNapi]);
      const nexts = recorded(file).flatMap((line) => (line.includes(' next=') ? [parseLine(line).next] : []));
      assert.ok(nexts.every((tid) => known.has(tid) || tid >= 300));
    }
  });
});
