import { stringify } from 'csv-stringify/sync';
import { htmlShell } from '../html-shell.js';
import type { RunRecord } from '../record.js';
import { renderHtml, renderMarkdown } from '../tables/table.js';
import type { Table } from '../tables/table.js';
import { escapeMarkdown, printable } from '../text.js';
import { matrixColumns, unitOf } from './columns.js';
import type { MatrixColumn } from './columns.js';
import { differenceOf, roadMatrices } from './figures.js';
import type { RoadMatrix } from './figures.js';
import { matrixArticleTable, matrixSavingTable } from './share-tables.js';
import { matrixStageTable } from './stage-table.js';

/** Records side by side, in every form. */
export interface Matrix {
  tables: Table[];
  /** Name and text of each file. */
  files: [name: string, text: string][];
}

/**
 * Puts records of one experiment side by side: for each road the stages in rows and the kernels in columns, then the
 * article's shares and the savings. As tables, and as matrix.csv, matrix.md and matrix.html.
 * @throws PktpathError (cannot compare) for records that do not measure the same thing in the same unit
 */
export function matrixOf(records: readonly RunRecord[]): Matrix {
  const columns = matrixColumns(records);
  const roads = roadMatrices(records);
  const tables = [
    ...roads.map((road) => matrixStageTable(road, columns)),
    matrixSavingTable(columns),
    matrixArticleTable(
      roads.map(({ label }) => label),
      columns,
    ),
  ];
  const title = `${records[0]?.experiment.title ?? ''}: kernels side by side`;
  const markdown = [`# ${escapeMarkdown(title)}`, ...tables.map((table) => renderMarkdown(table))];
  return {
    tables,
    files: [
      ['matrix.csv', matrixCsv(roads, columns)],
      ['matrix.md', `${markdown.join('\n\n')}\n`],
      ['matrix.html', matrixPage(title, tables, columns)],
    ],
  };
}

function matrixPage(title: string, tables: readonly Table[], columns: readonly MatrixColumn[]): string {
  return htmlShell({
    title,
    heading: title,
    lead: columns.map(({ title: name, record }) => `${name}: run ${record.run.id}, ${record.run.startedAt}.`),
    warnings: '',
    links: tables.map(({ id, title: text }) => [id, text]),
    main: tables.map(renderHtml),
  });
}

/** One row for each figure; `real` is empty where nothing tells how much the figures move by themselves. */
function matrixCsv(roads: readonly RoadMatrix[], columns: readonly MatrixColumn[]): string {
  const rows = roads.flatMap(({ label, lines }) =>
    lines.flatMap(({ name, figures }) =>
      figures.map((figure, index) => {
        const [base] = figures;
        const column = columns[index];
        const { percent, real } =
          base === undefined || index === 0 ? { percent: null, real: null } : differenceOf(base, figure);
        return {
          road: label.replaceAll('\u00a0', ' '),
          stage: name,
          column: column?.title ?? '',
          run: column?.record.run.id ?? '',
          unit: column === undefined ? '' : unitOf(column.record),
          perPacket: figure.value,
          bootDifferencePercent: figure.floors?.bootDifferencePercent ?? null,
          repeatabilityPercent: figure.floors?.repeatabilityPercent ?? null,
          packetsDiffer: figure.mixed,
          differencePercent: percent,
          real,
        };
      }),
    ),
  );
  return stringify(rows, {
    header: true,
    cast: { boolean: (value) => String(value), string: (value) => printable(value) },
    escape_formulas: true,
  });
}
