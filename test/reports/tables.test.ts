import assert from 'node:assert/strict';
import { fullLabel } from '../../reports/cells.js';
import type { RunRecord, SummaryRow } from '../../reports/record.js';
import { readRecord } from '../../reports/record-io.js';
import { costTable } from '../../reports/tables/cost-table.js';
import { environmentTable } from '../../reports/tables/environment-table.js';
import { articleTable, contextTable } from '../../reports/tables/group-tables.js';
import { planTable } from '../../reports/tables/plan-table.js';
import { probeCostTable } from '../../reports/tables/probe-cost-table.js';
import { savingTable } from '../../reports/tables/saving-table.js';
import { stageTable } from '../../reports/tables/stage-table.js';
import { table1Tables, terminalTables } from '../../reports/tables/table1.js';
import { renderTerminal } from '../../reports/tables/table.js';
import { warningsDigest, warningsList } from '../../reports/warnings.js';
import { samplePath } from '../support/sample-record.js';
import { hostileRecord } from './hostile-record.js';
import { lines, titles } from './reading.js';

describe('tables of the stored record', () => {
  let record: RunRecord;
  let recvfrom: SummaryRow;

  beforeEach(() => {
    record = readRecord(samplePath);
    recvfrom = record.summary.find((row) => row.path === 'packet-recvfrom' && row.params['frameBytes'] === 512)!;
  });

  describe('stages', () => {
    it('are in packet order, then the totals', () => {
      const names = lines(stageTable(record, recvfrom)).map((line) => line.split(' | ')[0]);
      assert.deepEqual(names, [
        'hard-irq',
        'softirq-other',
        'driver-rx',
        'gro',
        'net-rx (with packet-tap)',
        'wake-up',
        'syscall-entry',
        'copy',
        'syscall-return',
        'user',
        'unattributed',
        'probed total',
        'corrected total',
        'unprobed total',
        'corrected ∕ unprobed',
      ]);
    });

    it('have raw, correction, corrected, interval, share, events and hook', () => {
      const copy = recvfrom.stages.find(({ stage }) => stage === 'copy')!;
      Object.assign(copy, { nsPerPacket: 527.4, correctionNsPerPacket: 62, correctedNsPerPacket: 465.4 });
      Object.assign(copy, {
        low: 455,
        high: 477,
        sharePercent: 15.94,
        shareLow: 15.9,
        shareHigh: 16,
        eventsPerPacket: 1,
      });
      const line = lines(stageTable(record, recvfrom)).find((each) => each.startsWith('copy'));
      const hook = 'skb:skb_copy_datagram_iovec, consume_skb';
      assert.equal(line, `copy | 527 | 62 | 465 | 455–477 | 15.9 | 15.9–16.0 | 1.00 | ${hook}`);
    });

    it('are never a number below probe cost', () => {
      const table = stageTable(record, recvfrom);
      const line = lines(table).find((each) => each.startsWith('softirq-other'))!;
      assert.equal(line.split(' | ')[3], 'below probe cost');
      assert.ok(table.notes.some((note) => note.startsWith('Below probe cost:')));
    });

    it('end with both totals, their source and their ratio', () => {
      recvfrom.closure = {
        statesOverElapsed: 1.0002,
        unattributedPercent: 0.72,
        probedNsPerPacket: 3500,
        correctedNsPerPacket: 2900,
        unprobedNsPerPacket: 3000,
        unprobedSource: 'thread clocks',
      };
      const table = stageTable(record, recvfrom);
      assert.deepEqual(
        lines(table)
          .slice(-4)
          .map((line) => line.replace(/( \| )+/g, ' | ')),
        [
          'probed total | 3500 | ',
          'corrected total | 600 | 2900 | ',
          'unprobed total | 3000 | thread clocks',
          'corrected ∕ unprobed | 0.967 | ',
        ],
      );
      assert.match(table.notes[0]!, /Σ states ∕ elapsed = 1\.000200 .*unattributed 0\.7 %.*thread clocks/);
      recvfrom.closure = { ...recvfrom.closure, unprobedNsPerPacket: null, unprobedSource: null };
      assert.match(lines(stageTable(record, recvfrom)).at(-2)!, /^unprobed total .*–.*nothing unprobed can tell$/);
      assert.match(lines(stageTable(record, recvfrom)).at(-1)!, /–/);
    });

    it('carry the ledger with each drop by name, and the trials with what made some invalid', () => {
      recvfrom.ledger = {
        unit: 'packets',
        sent: 100,
        delivered: 90,
        drops: { 'veth-ring': 7, socket: 2, none: 0 },
        unexplained: 1,
      };
      const { notes } = stageTable(record, recvfrom);
      const ledger =
        'Ledger: 100 packets sent = 90 delivered + 7 dropped at veth-ring + 2 dropped at socket + 1 UNEXPLAINED.';
      assert.ok(notes.includes(ledger), notes.join('\n'));
      const trials = 'Trials: 6 probed and 6 unprobed counted, 1 invalid (3 packets that no drop counter explains).';
      assert.ok(notes.includes(trials), notes.join('\n'));
    });

    it('claim 95 % only when there are trials enough', () => {
      assert.ok(titles(stageTable(record, recvfrom)).includes('95 % interval'));
      recvfrom.trials.probed = 5;
      const few = stageTable(record, recvfrom);
      assert.ok(!titles(few).some((title) => title.includes('95')), titles(few).join());
      assert.ok(few.notes.some((note) => /5 trials are too few for a 95 % interval/.test(note)));
      const message = '5 trials: [smallest, largest] covers 93.8 %';
      record.warnings.push({ code: 'interval-level', message, about: recvfrom.cell, hint: null });
      assert.ok(stageTable(record, recvfrom).notes.includes(message));
      record.warnings.push({ code: 'interval-level', message: 'of another cell', about: 'tcp', hint: null });
      assert.ok(!stageTable(record, recvfrom).notes.includes('of another cell'));
    });

    it('have a dash for a missing interval, and a note that says why', () => {
      for (const stage of recvfrom.stages)
        Object.assign(stage, { low: null, high: null, shareLow: null, shareHigh: null });
      const table = stageTable(record, recvfrom);
      assert.equal(lines(table)[0]!.split(' | ')[4], '–');
      assert.ok(table.notes.some((note) => note.startsWith('A dash in place of an interval')));
    });
  });

  it('have the article’s shares beside today’s groups', () => {
    const table = articleTable(record);
    assert.equal(table.columns.length, 2 + 10);
    const article = lines(table).map((line) => line.split(' | ').slice(0, 2).join(': '));
    assert.deepEqual(article, [
      'interrupt + driver-rx: 20.0',
      'softirq: 15.0',
      'copy: 55.0',
      'system call: 5 to 6',
      'not in the article: –',
      'sock-packet 512\u00a0B: skipped: this kernel refuses sockets of type SOCK_PACKET (EPERM)',
    ]);
    const groups = recvfrom.groups.filter(({ grouping }) => grouping === 'article');
    const column = titles(table).indexOf('packet-recvfrom 512\u00a0B');
    for (const [index, group] of groups.entries()) {
      const text = lines(table)[index]!.split(' | ')[column]!;
      assert.ok(text.startsWith(`${group.sharePercent.toFixed(1)} (${group.shareLow!.toFixed(1)}–`), text);
    }
  });

  it('have the same time by context, also a context that is new', () => {
    recvfrom.groups.push({
      ...recvfrom.groups.find(({ group }) => group === 'user')!,
      group: 'xdp',
    });
    const names = lines(contextTable(record)).map((line) => line.split(' | ')[0]!);
    assert.deepEqual(names.slice(0, 6), ['hard interrupt', 'softirq', 'NAPI thread', 'system call', 'user', 'xdp']);
  });

  it('have one cost a cell, and a skipped cell with its reason', () => {
    const all = lines(costTable(record));
    assert.equal(all.length, 11);
    const estimate = recvfrom.metrics['cpuNsPerPacket']!;
    const row = all.find((line) => line.startsWith('packet-recvfrom 512 B'))!;
    assert.ok(
      row.includes(`| ${estimate.median.toFixed(0)} | ${estimate.low!.toFixed(0)}–${estimate.high!.toFixed(0)} |`),
      row,
    );
    assert.match(all.at(-1)!, /^sock-packet.*skipped: this kernel refuses/);
  });

  it('have savings with interval beside the article’s, and a direction only when the interval has one', () => {
    const [comparison] = record.comparisons;
    const saving = (median: number, low: number | null, high: number | null): string => {
      const savingPercent = { median, low, high, n: 6 };
      return lines(savingTable(record, [{ ...comparison!, savingPercent, articlePercent: 10 }]))[0]!;
    };
    assert.match(saving(12, 8, 15), /12\.0 \| 8\.0–15\.0 \| 10\.0 \| cheaper$/);
    assert.match(saving(12, -1, 15), /12\.0 \| -1\.0 to 15\.0 \| 10\.0 \| unsure$/);
    assert.match(saving(-9, -12, -3), /-9\.0 \| -12\.0 to -3\.0 \| 10\.0 \| dearer$/);
    assert.match(saving(12, null, null), /12\.0 \| – \| 10\.0 \| unsure$/);
    assert.match(lines(savingTable(record, []))[0]!, /no two measured cells/);
  });

  it('have each boundary once where paths agree, and why one has no hook', () => {
    const all = lines(planTable(record));
    assert.equal(all.filter((line) => line.startsWith('gro:enter')).length, 1);
    assert.match(
      all.find((line) => line.startsWith('gro:enter'))!,
      /\| all \| tracepoint \| net:napi_gro_receive_entry/,
    );
    assert.match(
      all.find((line) => line.startsWith('packet-tap'))!,
      /\| none \| no tracepoint at packet_rcv; merged/,
    );
    assert.match(
      all.find((line) => line.startsWith('ip-tcp'))!,
      /\| tcp \| tracepoint/,
    );
  });

  it('have the probe cost with quartiles and the ratio to the floor', () => {
    const all = lines(probeCostTable(record));
    assert.equal(all.length, 7);
    assert.match(all[3]!, /^edge \| 62\.00 \| 60\.70–64\.20 \|/);
    assert.match(all[6]!, /^edge ∕ floor \| 1\.136 \|/);
    assert.match(lines(probeCostTable({ ...record, calibrations: [] }))[0]!, /not calibrated/);
  });

  it('have the environment, with what the testbed changed', () => {
    const all = lines(environmentTable(record));
    assert.ok(all.includes('receiver features changed | generic-receive-offload off → on'));
    assert.ok(all.includes('mitigation spectre_v2 | Mitigation: Retpolines'));
    assert.ok(all.includes('option frameBytes | 64, 512, 1514'));
  });

  it('give warnings with subject and advice', () => {
    const all = warningsList(record);
    assert.equal(all.length, 2);
    assert.deepEqual(warningsDigest(record), all);
    assert.match(all[0]!, /^steal \(tcp frameBytes=64 .*\): the hypervisor took 2\.1 %.* → Repeat/);
  });

  it('give the first few warnings of a kind and the number of the others', () => {
    const spread = (index: number) => ({ code: 'share-spread', message: `wide ${index}`, about: null, hint: null });
    record.warnings.unshift(...[1, 2, 3, 4].map(spread));
    assert.deepEqual(warningsDigest(record), warningsList(record));
    record.warnings.unshift(spread(0));
    const digest = warningsDigest(record);
    assert.deepEqual(digest.slice(0, 4), [
      'share-spread: wide 0',
      'share-spread: wide 1',
      'share-spread: wide 2',
      'share-spread: 2 more of this kind, all in the report and in run.json',
    ]);
    assert.equal(digest.length, 6);
    assert.equal(warningsList(record).length, 7);
  });

  it('fit a terminal of 100 columns, one frame size a path', () => {
    const tables = terminalTables(record);
    const stages = tables
      .filter(({ id }) => id.startsWith('stages-'))
      .map(({ title }) => title.replaceAll('\u00a0', ' '));
    assert.deepEqual(
      stages.map((title) => title.replace('Stages, for each packet: ', '')),
      [
        'tcp message, 512 B, 20000 packets/s',
        'tcp bulk, 1514 B, unpaced',
        'packet-recvfrom, 512 B, 20000 packets/s',
        'libpcap, 512 B, 20000 packets/s',
      ],
    );
    for (const table of tables) {
      const text = renderTerminal(table, { width: 100, colour: false });
      for (const line of text.split('\n')) assert.ok(Array.from(line).length <= 100, line);
    }
  });

  it('have ids of their own, one stage table a measured cell', () => {
    const ids = table1Tables(record).map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    assert.equal(ids.filter((id) => id.startsWith('stages-')).length, 10);
  });

  it('can be made of a record with nothing measured, and of a hostile one', () => {
    const empty: RunRecord = {
      ...record,
      trials: [],
      comparisons: [],
      calibrations: [],
      stagePlans: [],
      testbed: null,
    };
    empty.summary = record.summary.map((row) => ({
      ...row,
      status: 'skipped',
      reason: 'x',
      metrics: {},
      stages: [],
      groups: [],
      closure: null,
    }));
    for (const each of [empty, { ...empty, summary: [] }, hostileRecord()]) {
      const tables = [...table1Tables(each), ...terminalTables(each), environmentTable(each)];
      for (const table of tables) assert.ok(renderTerminal(table, { width: 100, colour: false }).length > 0);
    }
    assert.match(lines(stageTable(empty, empty.summary[0]!))[0]!, /skipped: x$/);
    assert.match(fullLabel(empty.summary[0]!), /^tcp message, 64/);
  });
});
