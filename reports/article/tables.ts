import { verdicts } from '../claims/claim.js';
import { fullLabel } from '../cells.js';
import { whole } from '../tables/format.js';
import type { CellValue, Column, Row, Table } from '../tables/table.js';
import { placeText } from './finding.js';
import type { ArticleRun, Finding } from './finding.js';
import { machineNotes } from './machine-notes.js';

const left = (key: string, title: string, optional = false): Column => ({
  ...{ key, title, align: 'left', unit: null, format: whole },
  ...(optional ? { optional } : {}),
});
const right = (key: string, title: string): Column => ({ ...left(key, title), align: 'right' });

/** Every claim, what the article says, what was measured, and the verdict. */
export function findingsTable(findings: readonly Finding[]): Table {
  return {
    id: 'article',
    title: 'What the article claims, and what was measured here',
    columns: [
      left('claim', 'claim'),
      left('says', 'the article says'),
      left('verdict', 'verdict'),
      left('sentence', 'so'),
      left('found', 'measured here'),
      left('on', 'on', true),
      left('report', 'report', true),
    ],
    rows: findings.flatMap(findingRows),
    notes: [
      'A figure has its interval in brackets: 95 %, or smallest and largest where there are fewer than six rounds, as in a quick run.',
      'Verdicts follow from the figures by rules; docs/article.md has them.',
    ],
  };
}

function findingRows({ claim, says, found, verdict, sentence, on, run }: Finding): Row[] {
  const [first = '', ...others] = pieces(found);
  const report = run === null || run.record === null ? null : { text: run.folder, href: reportOf(run) };
  const [firstSo = '', ...othersSo] = pieces(sentence);
  const more = Array.from({ length: Math.max(others.length, othersSo.length) }, (_, index): Row => {
    const blank = { claim: '', says: '', verdict: '', on: '', report: '' };
    return { kind: 'body', cells: { ...blank, found: others[index] ?? '', sentence: othersSo[index] ?? '' } };
  });
  return [{ kind: 'body', cells: { claim, says, verdict, sentence: firstSo, found: first, on, report } }, ...more];
}

/** A cell prints no more than 400 characters; what is longer goes on in the next row. */
const LONGEST = 360;

/** Broken behind semicolons and commas. */
function pieces(text: string): string[] {
  return text.split(/(?<=[;,.] )/).reduce<string[]>((all, part) => {
    const last = all.at(-1);
    if (last === undefined || last.length + part.length > LONGEST) return [...all, part];
    return [...all.slice(0, -1), last + part];
  }, []);
}

/** The runs, how each was made, and what the machine did meanwhile. */
export function runsTable(runs: readonly ArticleRun[]): Table {
  return {
    id: 'runs',
    title: 'The runs behind it',
    columns: [
      left('report', 'run'),
      left('place', 'on'),
      right('rounds', 'rounds'),
      right('rows', 'rows measured'),
      right('skipped', 'rows skipped'),
      right('invalid', 'invalid trials'),
      left('load', 'load, before and after'),
      left('machine', 'the machine meanwhile'),
    ],
    rows: runs.map(runRow),
    notes: [
      'Load: of one minute. A row is of a busy machine where other programs had more than 5 % of the receiver’s CPU.',
    ],
  };
}

function runRow(run: ArticleRun): Row {
  const { record, folder, reason } = run;
  if (record === null) return { kind: 'span', label: folder, text: `not measured: ${reason ?? 'no record'}` };
  const { environment, experiment, summary, trials } = record;
  const count = (status: string): number => summary.filter((row) => row.status === status).length;
  const { before, after } = environment.load;
  const cells: Record<string, CellValue> = {
    report: { text: folder, href: reportOf(run) },
    place: placeText(record),
    rounds: experiment.rounds,
    rows: count('measured'),
    skipped: count('skipped'),
    invalid: `${String(trials.filter(({ valid }) => !valid).length)} of ${String(trials.length)}`,
    load: `${before.toFixed(1)}, ${after === null ? 'unknown' : after.toFixed(1)}`,
    machine: [...(reason === null ? [] : [reason]), ...machineNotes(record)].join('; ') || 'quiet',
  };
  return { kind: 'body', cells };
}

/** What was to be measured and was not, row by row, each with its reason. */
export function skippedTable(runs: readonly ArticleRun[]): Table {
  const rows = runs.flatMap(({ folder, record }) =>
    (record?.summary ?? [])
      .filter(({ status }) => status === 'skipped')
      .map((row): Row => ({
        kind: 'body',
        cells: { run: folder, row: fullLabel(row), reason: row.reason ?? 'no reason recorded' },
      })),
  );
  return {
    id: 'skipped',
    title: 'What was skipped',
    columns: [left('run', 'run'), left('row', 'row'), left('reason', 'reason')],
    rows,
    notes: [],
  };
}

/** "holds: C4, C8", for each verdict that was given. */
export function verdictWords(findings: readonly Finding[]): string {
  const parts = verdicts.flatMap((verdict) => {
    const own = [...new Set(findings.filter((each) => each.verdict === verdict).map(({ claim }) => claim))];
    return own.length === 0 ? [] : [`${verdict}: ${own.join(', ')}`];
  });
  return `${parts.join('; ')}.`;
}

function reportOf({ folder }: ArticleRun): string {
  return `${folder.split('/').map(encodeURIComponent).join('/')}/report.html`;
}
