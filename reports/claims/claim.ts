import { whole } from '../tables/format.js';
import type { Column, Row, Table } from '../tables/table.js';

/** What became of a claim of the article. */
export const verdicts = ['holds', 'holds only when', 'no longer holds', 'not measured'] as const;
export type Verdict = (typeof verdicts)[number];

/** A claim of the article beside what a record has to say to it. */
export interface Claim {
  /** C1 to C10, as in the documentation. */
  claim: string;
  /** What the article says. */
  says: string;
  /** Figures, with units and intervals, generated from the record. */
  found: string;
  verdict: Verdict;
  /** The verdict as a sentence, with its condition where it has one. */
  sentence: string;
}

/** Claims, each with what was found and the verdict. Without rows where there are none. */
export function claimsTable(claims: readonly Claim[]): Table {
  const column = (key: string, title: string): Column => ({ key, title, align: 'left', unit: null, format: whole });
  return {
    id: 'claims',
    title: 'The article’s claims, and what was found',
    columns: [
      column('claim', 'claim'),
      column('says', 'the article says'),
      column('found', 'found'),
      column('verdict', 'verdict'),
      column('sentence', 'so'),
    ],
    rows: claims.map(({ claim, says, found, verdict, sentence }): Row => ({
      kind: 'body',
      cells: { claim, says, found, verdict, sentence },
    })),
    notes: [
      'Found on this machine and this kernel; a verdict is generated from the record’s figures and their intervals.',
    ],
  };
}
