import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { cellLabel, fullLabel, ratesText } from '../../reports/cells.js';
import type { RunRecord, SearchGoal, SummaryRow } from '../../reports/record.js';
import { readRecord } from '../../reports/record-io.js';
import { observerEffect, pacedAt, roadsOf, type Road } from '../../reports/roads.js';
import { kilopackets, lossPercent, microseconds, nanoseconds, percent } from '../../reports/tables/format.js';
import { pathsTables, pathsTerminalTables } from '../../reports/tables/paths.js';
import { renderHtml, renderMarkdown, renderTerminal, type Table } from '../../reports/tables/table.js';
import { samplePathsPath, samplePathsRecord, samplePathsText } from '../support/sample-paths-record.js';
import { HOSTILE, hostileRecord } from './hostile-record.js';
import { lines, titles } from './reading.js';

describe('tables of experiment paths', () => {
  let record: RunRecord;

  const table = (id: string, from = record): Table => pathsTables(from).find((each) => each.id === id)!;
  const ids = (from: RunRecord): string[] => pathsTables(from).map(({ id }) => id);
  const road = (label: string): Road => roadsOf(record).find((each) => each.label === label)!;
  const paced = (label: string): SummaryRow => pacedAt(road(label), 10_000)!;
  const cells = (id: string, label: string, rate = ''): Record<string, string> => {
    const found = table(id);
    const start = rate === '' ? `${label} | ` : `${label} | ${rate} | `;
    const texts = lines(found)
      .find((line) => line.startsWith(start))!
      .split(' | ');
    return Object.fromEntries(found.columns.map(({ key }, index) => [key, texts[index]!]));
  };
  const goal = (label: string, name: string): SearchGoal =>
    road(label).search!.goals.find((each) => each.name === name)!;

  beforeEach(() => {
    record = readRecord(samplePathsPath);
  });

  it('are of a stored sample that is what its generator makes', () => {
    assert.equal(readFileSync(samplePathsPath, 'utf8'), samplePathsText());
    assert.deepEqual(readRecord(samplePathsPath), samplePathsRecord());
  });

  it('are all there, each with an id of its own', () => {
    const all = ids(record);
    assert.deepEqual(
      all.filter((id) => !id.startsWith('stages-')),
      [
        ...['paths', 'article-c5', 'savings', 'searches', 'drops', 'cost-by-rate', 'contexts', 'article-groups'],
        ...['cost', 'delay', 'batch', 'observers', 'granted', 'probe-cost', 'stage-plan'],
      ],
    );
    assert.equal(new Set(all).size, all.length);
    const probed = record.summary.filter((row) => row.stages.length > 0 && row.params['packetsPerSecond'] === 10_000);
    assert.equal(all.filter((id) => id.startsWith('stages-')).length, probed.length);
  });

  describe('the comparison', () => {
    it('has a row for each path and variant, in the order of paths, a skipped one with its reason', () => {
      const labels = lines(table('paths')).map((line) => line.split(/ \| |: skipped/)[0]!);
      assert.deepEqual(
        labels.map((label) => label.replaceAll('\u00a0', ' ')),
        [
          ...['tcp', 'udp', 'udp-recvmmsg', 'sock-packet', 'packet-recvfrom', 'packet-recvfrom spin'],
          ...['packet-recvmmsg', 'tpacket-v1', 'tpacket-v2', 'tpacket-v3', 'tpacket-v3 2 workers'],
          ...['libpcap immediate', 'libpcap buffer 32 MiB', 'af-xdp generic', 'af-xdp native-copy'],
          ...['af-xdp native-zero-copy', 'xdp-count generic', 'xdp-count native', 'tc-count', 'socket-filter-count'],
        ],
      );
      const skipped = lines(table('paths')).filter((line) => line.includes('skipped'));
      assert.equal(skipped.length, 1);
      assert.match(skipped[0]!, /^af-xdp native-zero-copy: skipped: bind .*EOPNOTSUPP/);
    });

    it('prints the record’s own figures', () => {
      for (const label of ['udp', 'sock-packet', 'libpcap immediate', 'af-xdp native-copy']) {
        const of = (metric: string, row: SummaryRow = paced(label)) => row.metrics[metric]!;
        const row = cells('paths', label);
        const cost = of('cpuNsPerPacket');
        assert.equal(row['cpu'], `${cost.median.toFixed(0)} (${cost.low!.toFixed(0)}–${cost.high!.toFixed(0)})`);
        const saturation = road(label).saturation!;
        assert.equal(row['delivered'], kilopackets(of('packetsPerSecond', saturation).median));
        assert.equal(row['offered'], kilopackets(of('offeredPacketsPerSecond', saturation).median));
        assert.equal(row['loss'], (100 * of('lossRatio', saturation).median).toFixed(1));
        assert.equal(row['calls'], of('syscallsPerPacket').median.toFixed(2));
        assert.equal(row['wakeUps'], of('wakeupsPerPacket').median.toFixed(2));
        assert.equal(row['copied'], of('copiedBytesPerPacket').median.toFixed(0));
        assert.equal(row['p50'], microseconds(of('latencyP50Ns').median));
        assert.equal(row['p99'], microseconds(of('latencyP99Ns').median));
        const { lower, upper } = goal(label, 'NDR');
        assert.equal(row['ndr'], `${kilopackets(lower!.packetsPerSecond)}–${kilopackets(upper!.packetsPerSecond)}`);
      }
      const { median, low, high } = observerEffect(record, road('sock-packet'))!.savingPercent;
      assert.equal(
        cells('paths', 'sock-packet')['observer'],
        `${percent(median)} (${percent(low!)}–${percent(high!)})`,
      );
    });

    it('gives a lower bound where the sender was the limit, and says so', () => {
      const saturation = road('tpacket-v3').saturation!;
      const delivered = kilopackets(saturation.metrics['packetsPerSecond']!.median);
      assert.equal(cells('paths', 'tpacket-v3')['delivered'], `≥ ${delivered} (sender-bound)`);
      assert.ok(table('paths').notes.some((note) => note.startsWith('≥, sender-bound: less than 0.1 %')));
      saturation.metrics['lossRatio']!.median = 0.001;
      assert.equal(cells('paths', 'tpacket-v3')['delivered'], delivered);
      // TCP loses nothing and is not the sender’s limit for that.
      assert.match(cells('paths', 'tcp')['delivered']!, /^\d/);
      assert.ok(table('paths').notes.some((note) => /^tcp: messages of a 1514.B frame each .* Gbit\/s/.test(note)));
    });

    it('marks what clocks told of a cell that was never probed', () => {
      const clocks = paced('packet-recvfrom spin').metrics['unprobedCpuNsPerPacket']!;
      assert.equal(cells('paths', 'packet-recvfrom spin')['cpu'], `${nanoseconds(clocks.median)} by clocks`);
      assert.ok(table('paths').notes.some((note) => note.startsWith('By clocks: never probed')));
      delete paced('packet-recvfrom spin').metrics['unprobedCpuNsPerPacket'];
      assert.equal(cells('paths', 'packet-recvfrom spin')['cpu'], '–');
    });

    it('has what there is of an irregular goal', () => {
      const pdr = goal('tpacket-v3', 'PDR');
      assert.equal(cells('paths', 'tpacket-v3')['pdr'], `irregular: ≥ ${kilopackets(pdr.lower!.packetsPerSecond)}`);
      const ndr = goal('packet-recvfrom spin', 'NDR');
      const below = `irregular: < ${kilopackets(ndr.upper!.packetsPerSecond)}`;
      assert.equal(cells('paths', 'packet-recvfrom spin')['ndr'], below);
      Object.assign(goal('udp', 'NDR'), { regular: false });
      assert.match(cells('paths', 'udp')['ndr']!, /^irregular: 41\.20–42\.85$/);
      Object.assign(goal('udp', 'PDR'), { lower: null, upper: null });
      assert.equal(cells('paths', 'udp')['pdr'], 'irregular: no bound');
      Object.assign(road('udp').search!, { status: 'skipped', reason: 'no time left' });
      assert.equal(cells('paths', 'udp')['ndr'], 'skipped: no time left');
    });

    it('is of the rate nearest to 10000, and says which', () => {
      assert.match(table('paths').title, /64.B frames; cost and delay at 10000.packets\/s/);
      for (const row of record.summary)
        if (row.params['packetsPerSecond'] === 10_000) row.params['packetsPerSecond'] = 1_000_000;
      assert.match(table('paths').title, /at 100000.packets\/s/);
    });

    it('names the cells of a measured road that are missing', () => {
      Object.assign(road('udp').saturation!, { status: 'skipped', reason: 'no valid unprobed trial' });
      const note = 'udp: 1 of its 3 cells skipped: no valid unprobed trial';
      assert.ok(table('paths').notes.includes(note), table('paths').notes.join('\n'));
      assert.equal(cells('paths', 'udp')['delivered'], '–');
    });
  });

  it('have every drop by its layer', () => {
    const { sent, delivered, drops } = road('udp').saturation!.ledger!;
    const row = cells('drops', 'udp');
    const socket = table('drops').columns.find(({ title }) => title === 'socket')!.key;
    assert.deepEqual([row['sent'], row['delivered'], row[socket]], [sent, delivered, drops['socket']!].map(String));
    assert.ok(!lines(table('drops')).some((line) => line.startsWith('tcp')));
    assert.ok(!titles(table('drops')).includes('UNEXPLAINED'));
    road('udp').saturation!.ledger!.unexplained = 3;
    assert.equal(cells('drops', 'udp')['unexplained'], '3');
  });

  it('have the cost at each rate, the delay at each quantile', () => {
    const far = pacedAt(road('tpacket-v2'), 100_000)!;
    const { median } = far.metrics['cpuNsPerPacket']!;
    assert.match(cells('cost-by-rate', 'tpacket-v2')['rate1']!, new RegExp(`^${median.toFixed(0)} \\(`));
    const delay = cells('delay', 'tpacket-v2', '100000');
    const keys = { p50: 'P50', p90: 'P90', p99: 'P99', 'p99.9': 'P999', max: 'Max' };
    for (const [key, name] of Object.entries(keys)) {
      assert.equal(delay[key], microseconds(far.metrics[`latency${name}Ns`]!.median), key);
    }
    assert.ok(!lines(table('delay')).some((line) => line.startsWith('tc-count')));
  });

  it('have shares by context and by the article’s groups, one row a path', () => {
    const group = paced('libpcap immediate').groups.find((each) => each.group === 'napi-thread')!;
    const share = cells('contexts', 'libpcap immediate')['group napi-thread'];
    assert.equal(share, `${percent(group.sharePercent)} (${percent(group.shareLow!)}–${percent(group.shareHigh!)})`);
    assert.match(lines(table('article-groups'))[0]!, /^article.* \| 20\.0 \| 15\.0 \| 55\.0 \| 5 to 6 \| –$/);
    paced('udp').groups.push({ ...group, group: 'path' });
    assert.equal(titles(table('contexts')).at(-1), 'path');
    assert.match(
      lines(table('contexts')).find((line) => line.startsWith('udp |'))!,
      /^udp \| \d+/,
    );
  });

  it('have the batches as they were, and a bound where a bin holds several values', () => {
    paced('udp').distributions.batch = { lowerBounds: [1, 2, 7, 9], counts: [2, 1, 1, 0] };
    assert.equal(
      lines(table('batch')).find((line) => line.startsWith('udp | 10000')),
      'udp | 10000 | 2.75 | 1 | 7',
    );
    paced('udp').distributions.batch = { lowerBounds: [1, 72], counts: [1, 3] };
    assert.match(
      lines(table('batch')).find((line) => line.startsWith('udp | 10000'))!,
      /54\.25 \| ≥ 72 \| ≥ 72$/,
    );
  });

  it('have each goal with both bounds, and what was observed of TCP', () => {
    const { lower, upper } = goal('udp', 'PDR');
    const line = lines(table('searches')).find((each) => each.startsWith('udp | PDR'))!;
    const at = (bound: typeof lower): string =>
      `${kilopackets(bound!.packetsPerSecond)} | ${lossPercent(bound!.lossRatio)}`;
    assert.equal(line, `udp | PDR | 0.50 | ${at(lower)} | 1.50 | ${at(upper)} | 4.0 | 5.0 | 6 | regular`);
    assert.match(lines(table('searches')).join('\n'), /tpacket-v3 \| PDR .* \| irregular: no upper bound/);
    const observed = cells('observers', 'libpcap immediate');
    const bits = road('libpcap immediate').observer!.metrics['observedBitsPerSecond']!.median;
    assert.equal(observed['observed'], (bits / 1e9).toFixed(3));
    assert.match(observed['alone']!, /^9\.\d{3}$/);
  });

  it('have what was granted', () => {
    assert.equal(
      lines(table('granted')).find((line) => line.startsWith('libpcap immediate')),
      'libpcap immediate | – | 2 | 2097152 | – | snaplen 262144',
    );
    pacedAt(road('udp'), 100_000)!.granted = { receiveBufferBytes: 212_992 };
    assert.equal(lines(table('granted')).filter((line) => line.startsWith('udp |')).length, 2);
  });

  it('leave out what there are no data for', () => {
    const bare: RunRecord = { ...record, searches: [], comparisons: [] };
    assert.deepEqual(
      ids(record).filter((id) => !ids(bare).includes(id)),
      ['article-c5', 'savings', 'searches', 'observers'],
    );
    assert.equal(cells('paths', 'udp')['ndr'] === '–', false);
    record = bare;
    assert.equal(cells('paths', 'udp')['ndr'], '–');
    assert.equal(cells('paths', 'sock-packet')['observer'], '–');
    const skipped = { ...bare, summary: bare.summary.filter((row) => row.status === 'skipped'), trials: [] };
    assert.deepEqual(ids(skipped), ['paths', 'probe-cost', 'stage-plan']);
    assert.deepEqual(
      pathsTerminalTables(skipped).map(({ id }) => id),
      ['paths-cost', 'paths-rates'],
    );
    assert.match(lines(table('paths', { ...skipped, summary: [] }))[0]!, /^none: no path/);
  });

  it('have no table by rate of one rate, and name it in the titles', () => {
    record.summary = record.summary.filter((row) => row.params['packetsPerSecond'] !== 100_000);
    assert.ok(!ids(record).includes('cost-by-rate'));
    assert.match(table('delay').title, /10000.packets\/s/);
    assert.ok(!titles(table('delay')).includes('packets/s'));
  });

  it('do not claim 95 % of too few trials', () => {
    for (const row of record.summary)
      for (const each of Object.values(row.metrics)) Object.assign(each, { n: 3, low: null, high: null });
    assert.ok(table('paths').notes.some((note) => note.startsWith('CPU time:') && note.endsWith('its range.')));
    assert.ok(table('paths').notes.some((note) => note.includes('3 trials are too few')));
  });

  it('fit a terminal of 120 columns, whole, the article’s figure last', () => {
    const tables = pathsTerminalTables(record);
    assert.equal(tables.at(-1)!.id, 'article-c5');
    for (const each of tables) {
      const text = renderTerminal(each, { width: 120, colour: false });
      assert.doesNotMatch(text, /left out/);
      for (const line of text.split('\n')) assert.ok(Array.from(line).length <= 120, line);
      const narrow = renderTerminal(each, { width: 90, colour: false });
      for (const line of narrow.split('\n')) assert.ok(Array.from(line).length <= 90, line);
    }
  });

  it('survive a hostile record, in every form', () => {
    const hostile = hostileRecord(record);
    for (const each of [...pathsTables(hostile), ...pathsTerminalTables(hostile)]) {
      const terminal = renderTerminal(each, { width: 120, colour: false });
      assert.ok(!terminal.includes('\u001b') && !terminal.includes('\u202e'));
      const html = renderHtml(each);
      assert.doesNotMatch(html, /<script|NaN|Infinity/);
      assert.doesNotMatch(renderMarkdown(each), /<script/);
      assert.ok(!html.includes(HOSTILE));
    }
  });

  it('are there for each frame size, the searched one first, TCP at full speed beside each', () => {
    const large = record.summary
      .filter((row) => row.params['frameBytes'] === 64)
      .map((row) => ({
        ...structuredClone(row),
        cell: row.cell.replace('frameBytes=64', 'frameBytes=1514'),
        params: { ...row.params, frameBytes: 1514 },
      }));
    for (const { metrics } of large) if ('cpuNsPerPacket' in metrics) metrics['cpuNsPerPacket'].median *= 2;
    const both = { ...record, summary: [...large, ...record.summary] };
    assert.equal(new Set(ids(both)).size, ids(both).length);
    assert.deepEqual(lines(table('paths', both)), lines(table('paths')));
    assert.match(table('paths-1514', both).title, /1514.B frames/);
    const cost = pacedAt(road('udp'), 10_000)!.metrics['cpuNsPerPacket']!.median;
    assert.ok(lines(table('paths-1514', both)).some((line) => line.includes(` ${nanoseconds(2 * cost)} (`)));
    const delivered = kilopackets(road('tcp').saturation!.metrics['packetsPerSecond']!.median);
    for (const id of ['paths', 'paths-1514']) assert.ok(lines(table(id, both))[0]!.startsWith(`tcp | ${delivered}`));
    assert.ok(!ids(both).includes('searches-1514') && !ids(both).includes('observers-1514'));
    const rates = pathsTerminalTables(both).find(({ id }) => id === 'paths-rates')!;
    assert.match(rates.notes.at(-1)!, /frames of 1514.B: in the report/);
  });

  it('have labels that name variant and role', () => {
    const label = (path: string, params: SummaryRow['params']): string => {
      const row = { ...record.summary[0]!, path, params };
      return `${fullLabel(row)}; ${cellLabel(row, [row])}`.replaceAll('\u00a0', ' ');
    };
    const params = { frameBytes: 64, packetsPerSecond: 1000 };
    assert.equal(
      label('libpcap', { ...params, variant: 'immediate' }),
      'libpcap immediate, 64 B, 1000 packets/s; libpcap immediate 64 B',
    );
    assert.equal(
      label('af-xdp', { ...params, packetsPerSecond: null, variant: 'generic', role: 'observer', traffic: 'tcp-bulk' }),
      'af-xdp generic (observer), 64 B, unpaced; af-xdp generic (observer) 64 B',
    );
    const observers = record.summary.filter((row) => row.params['role'] === 'observer');
    assert.equal(new Set(record.summary.map((row) => cellLabel(row, record.summary))).size, record.summary.length);
    assert.ok(observers.every((row) => cellLabel(row, record.summary).includes('(observer)')));
    const two = record.summary.filter((row) => typeof row.params['packetsPerSecond'] === 'number');
    assert.equal(ratesText(two).replaceAll('\u00a0', ' '), '10000 packets/s and 100000 packets/s');
  });

  it('have rates, losses and delays in a form that keeps what matters', () => {
    assert.deepEqual([950, 15_204, 131_000, 1_290_400].map(kilopackets), ['0.95', '15.20', '131.0', '1290']);
    assert.deepEqual([0, 1e-9, 0.0001, 0.005, 0.5].map(lossPercent), ['0', '< 0.001', '0.010', '0.50', '50.0']);
    assert.deepEqual([35, 1701, 21_040, 430_100].map(microseconds), ['0.04', '1.70', '21.0', '430']);
  });
});
