import assert from 'node:assert/strict';
import { pathsExperiment } from '../../experiments/paths.js';
import { captureClaim } from '../../reports/claims/capture-claim.js';
import type { Claim } from '../../reports/claims/claim.js';
import type { Comparison, RunRecord } from '../../reports/record.js';
import { readRecord } from '../../reports/record-io.js';
import { samplePathsPath } from '../support/sample-paths-record.js';

describe('the article’s saving, claim C5', () => {
  let record: RunRecord;
  let own: Comparison[];

  beforeEach(() => {
    record = readRecord(samplePathsPath);
    const main = new Set(
      record.summary.filter(({ params }) => params['packetsPerSecond'] === 10_000).map(({ cell }) => cell),
    );
    own = record.comparisons.filter((each) => each.articlePercent !== null && main.has(each.arm));
  });

  const claim = (): Claim => captureClaim(record)[0]!;
  const set = (each: Comparison, low: number | null, median: number, high: number | null): void =>
    void Object.assign(each.savingPercent, { low, median, high });

  it('is the experiment’s, and is held against the roads like the article’s alone', () => {
    assert.deepEqual(pathsExperiment.claims!(record), captureClaim(record));
    for (const each of own) set(each, 60, 65, 70);
    const { verdict, sentence, found } = claim();
    assert.equal(verdict, 'no longer holds');
    assert.match(
      sentence,
      /^More than 15 % is saved by sock-packet, packet-recvfrom, libpcap immediate, libpcap buffer/,
    );
    assert.match(found, /^saved of TCP’s CPU time, %: sock-packet 65\.0 \(60\.0 to 70\.0\); /);
    assert.doesNotMatch(found, /tpacket|af-xdp/);
  });

  it('holds where every saving meets 5 to 15 %', () => {
    for (const each of own) set(each, 8, 10, 13);
    assert.deepEqual([claim().verdict, claim().sentence.slice(0, 26)], ['holds', 'About 10 % is saved by soc']);
  });

  it('holds only when some do; dearer, less and untold stand by name', () => {
    set(own[0]!, 8, 10, 13);
    set(own[1]!, -9, -5, -1);
    set(own[2]!, 1, 2, 3);
    set(own[3]!, -5, 10, 30);
    const { verdict, sentence } = claim();
    assert.equal(verdict, 'holds only when');
    for (const words of [
      /About 10 % is saved by \S+/,
      /More than TCP costs \S+/,
      /Less than 5 %, or nothing, is saved by \S+/,
      /The trials cannot tell for \S+/,
    ])
      assert.match(sentence, words);
  });

  it('is not measured where no interval can tell, where nothing was compared, and on a busy machine', () => {
    for (const each of own) set(each, null, 10, null);
    assert.equal(claim().verdict, 'not measured');
    for (const each of own) set(each, 8, 10, 13);
    const base = own[0]!.base;
    const busy = { code: 'other-programs', message: 'busy', about: base, hint: null };
    record = { ...record, warnings: [busy] };
    assert.equal(claim().verdict, 'not measured');
    assert.match(claim().sentence, /^Not to be told, since other programs had the receiver’s CPU: sock-packet/);
    record = { ...record, comparisons: [] };
    assert.deepEqual([claim().verdict, claim().found], ['not measured', 'nothing to compare']);
  });
});
