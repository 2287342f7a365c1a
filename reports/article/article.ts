import { stringify } from 'csv-stringify/sync';
import { htmlShell } from '../html-shell.js';
import { filled, renderHtml, renderMarkdown } from '../tables/table.js';
import type { Table } from '../tables/table.js';
import { escapeMarkdown, printable } from '../text.js';
import { findingsOf } from './finding.js';
import type { ArticleRun, Finding } from './finding.js';
import { findingsTable, runsTable, skippedTable, verdictWords } from './tables.js';

/** What became of the article's claims, in every form. */
export interface ArticleReport {
  /** For the terminal. */
  table: Table;
  /** Name and text of each file. */
  files: [name: string, text: string][];
}

const title = 'The article’s claims, measured again';

/** Puts what the runs of a suite say of C1 to C10 on one page: as a table, and as article.csv, article.md and article.html. */
export function articleReport(runs: readonly ArticleRun[]): ArticleReport {
  const findings = findingsOf(runs);
  const table = findingsTable(findings);
  const tables = [table, ...filled(runsTable(runs), skippedTable(runs))];
  const lead = leadOf(findings, runs);
  const markdown = [
    `# ${escapeMarkdown(title)}`,
    ...lead.map(escapeMarkdown),
    ...tables.map((each) => renderMarkdown(each)),
  ];
  const page = htmlShell({
    ...{ title, heading: title, lead, warnings: '' },
    links: tables.map(({ id, title: text }) => [id, text]),
    main: tables.map(renderHtml),
  });
  return {
    table,
    files: [
      ['article.csv', articleCsv(findings)],
      ['article.md', `${markdown.join('\n\n')}\n`],
      // Last: where the other files are missing there is no page that looks complete.
      ['article.html', page],
    ],
  };
}

function leadOf(findings: readonly Finding[], runs: readonly ArticleRun[]): string[] {
  const about =
    'An article on linux-2.4.10 with an Intel eepro100 told what receiving a packet costs, and what would make it cheaper. ' +
    'Each of its claims stands beside what was measured here, on this machine and this kernel.';
  const quick = runs.some(({ record }) => record?.experiment.quick === true)
    ? ['With quick runs: fewer trials, wider intervals, a first look.']
    : [];
  const busy = runs.filter(({ record }) => record?.warnings.some(({ code }) => code === 'other-programs') === true);
  const spoiled =
    busy.length === 0
      ? []
      : [
          `Other programs had the receiver’s CPU in ${busy.map(({ folder }) => folder).join(', ')}: measure those again on a quiet ` +
            'machine before a verdict of theirs is quoted.',
        ];
  return [about, `Verdicts: ${verdictWords(findings)}`, ...quick, ...spoiled];
}

function articleCsv(findings: readonly Finding[]): string {
  const rows = findings.map(({ claim, says, found, verdict, sentence, on, run }) => ({
    ...{ claim, says, found, verdict, sentence, on },
    experiment: run?.experiment ?? '',
    kernel: run?.kernel ?? '',
    run: run?.record?.run.id ?? '',
    folder: run?.folder ?? '',
  }));
  return stringify(rows, {
    header: true,
    // A field of its own may be long; the page breaks it.
    cast: { string: (value) => printable(value, LONGEST_FIELD) },
    escape_formulas: true,
  });
}

const LONGEST_FIELD = 4000;
