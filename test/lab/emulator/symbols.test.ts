import assert from 'node:assert/strict';
import { PktpathError } from '../../../harness/errors.js';
import { emulatorPlan } from '../../../harness/lab/emulator/emulator.js';
import { hasAddresses, parseSymbols, SymbolTable } from '../../../harness/lab/emulator/symbols.js';

/** As /proc/kallsyms has them, in no order. */
const map = `ffffffff81c00080 T entry_SYSCALL_64
ffffffff81c00d00 T asm_common_interrupt
ffffffff81c00e00 T asm_sysvec_apic_timer_interrupt
ffffffff81c00f00 T asm_load_gs_index
ffffffff81000100 T __switch_to_asm
ffffffff81000180 T after_the_switch
ffffffff8108a000 T __x64_sys_getpgrp
ffffffff8108a040 T __x64_sys_getsid
ffffffff8108a080 T __x64_sys_getpgid
ffffffff8108a0c0 t something
ffffffff818d0000 t packet_rcv
ffffffff818d0400 t __netif_receive_skb_core.constprop.0
ffffffff818d0900 t tcp_v4_rcv.part.0
ffffffff818d0a00 D not_a_function
ffffffff81ff0000 t packet_rcv.cold
ffffffff81ff0040 t end_of_cold
ffffffffc0200000 t e100_intr\t[e100]
ffffffffc0200080 t e100_poll\t[e100]
ffffffffc0200400 t e100_last\t[e100]
`;

describe('the emulator’s plan', () => {
  const { text, missing } = emulatorPlan(map, ['e100']);
  const lines = text.split('\n');

  it('has each function from its symbol to the next one, and what the compiler split off', () => {
    const at = lines.indexOf('scope wake packet-tap packet_rcv');
    assert.deepEqual(lines.slice(at + 1, at + 3), [
      'range ffffffff818d0000 ffffffff818d0400',
      'range ffffffff81ff0000 ffffffff81ff0040',
    ]);
  });

  it('takes the copy that the compiler made, and the driver’s functions from its module', () => {
    assert.ok(text.includes('scope mark net-rx __netif_receive_skb_core.constprop.0\nrange ffffffff818d0400 '));
    assert.ok(text.includes('scope driver-irq driver-irq e100_intr\nrange ffffffffc0200000 ffffffffc0200080\n'));
    assert.ok(!emulatorPlan(map, []).text.includes('e100'));
  });

  it('has the entries of exceptions, and no other assembly', () => {
    assert.deepEqual(lines.filter((line) => line.startsWith('exception')).sort(), [
      'exception ffffffff81c00d00',
      'exception ffffffff81c00e00',
    ]);
  });

  it('says which functions the kernel has not', () => {
    assert.ok(missing.includes('net_rx_action'));
    assert.ok(!missing.includes('packet_rcv'));
  });

  it('is refused without what every charge needs, by name', () => {
    assert.throws(
      () => emulatorPlan(map.replace('__switch_to_asm', 'gone'), []),
      (error) => error instanceof PktpathError && /__switch_to_asm/.test(error.message),
    );
  });
});

describe('a symbol map', () => {
  it('that is no map, or has no address, is refused', () => {
    for (const text of ['', 'hello\n', '0000000000000000 T _text\n0000000000000000 T packet_rcv\n']) {
      assert.throws(() => parseSymbols(text), /names no function/, JSON.stringify(text));
    }
  });

  it('is told from one whose addresses the kernel keeps to itself', () => {
    assert.equal(hasAddresses('0000000000000000 T ip_rcv\n0000000000000000 t e100_intr\t[e100]'), false);
    assert.equal(hasAddresses(''), false);
    assert.equal(hasAddresses('0000000000000000 A fixed\nffffffff81000000 T ip_rcv'), true);
  });

  it('does not give a name that stands for several functions', () => {
    const table = new SymbolTable(
      parseSymbols(
        'ffffffff81000000 t same\nffffffff81000010 t other\nffffffff81000020 t same\nffffffff81000030 t end\n',
      ),
    );
    assert.deepEqual(table.bodies('same'), []);
    assert.equal(table.bodies('other').length, 1);
  });
});
