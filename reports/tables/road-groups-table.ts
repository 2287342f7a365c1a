import { intervalWords } from '../intervals.js';
import { metricNames } from '../metric-names.js';
import type { GroupRow, RunRecord, SummaryRow } from '../record.js';
import { figure, mainRate, measuredRoads, pacedAt, roadsText } from '../roads.js';
import { nanoseconds, percent } from './format.js';
import { articleGroups, articleShareTexts, contexts } from './group-tables.js';
import { bounded } from './road-cells.js';
import type { CellValue, Column, Row, Table } from './table.js';

/** The CPU time of a packet by the context that runs it: paths down, contexts across. */
export function roadContextsTable(record: RunRecord): Table {
  return {
    ...roadGroupsTable(record, 'context', contexts),
    id: 'contexts',
    title: `Share of CPU time by context (${roadsText(record, mainRate(measuredRoads(record)))})`,
  };
}

/** The same by the article's groups, below the article's own shares. */
export function roadArticleTable(record: RunRecord): Table {
  const table = roadGroupsTable(record, 'article', articleGroups);
  const shares = Object.fromEntries([...articleShareTexts()].map(([group, text]) => [groupKey(group), text]));
  const own: Row = { kind: 'total', cells: { path: 'article, 2.4.10 TCP', total: null, ...shares } };
  return {
    ...table,
    id: 'article-groups',
    title: `Share of CPU time by the article’s groups (${roadsText(record, mainRate(measuredRoads(record)))})`,
    rows: table.rows.length === 0 ? [] : [own, ...table.rows],
  };
}

function roadGroupsTable(
  record: RunRecord,
  grouping: GroupRow['grouping'],
  known: [group: string, label: string][],
): Omit<Table, 'id' | 'title'> {
  const roads = measuredRoads(record);
  const rate = mainRate(roads);
  const chosen = roads.flatMap((road) => {
    const row = pacedAt(road, rate);
    const groups = (row?.groups ?? []).filter((each) => each.grouping === grouping);
    return row === undefined || groups.length === 0 ? [] : [{ label: road.label, row, groups }];
  });
  const named = new Set(known.map(([group]) => group));
  const others = new Set(
    chosen.flatMap(({ groups }) => groups.map(({ group }) => group)).filter((each) => !named.has(each)),
  );
  // Keys are prefixed: a group may have the name of another column.
  const columns = [...known, ...[...others].map((group): [string, string] => [group, group])].map(
    ([group, title]): Column => ({ key: groupKey(group), title, align: 'right', unit: '%', format: percent }),
  );
  const words = intervalWords(
    record,
    chosen.map(({ row }) => row.trials.probed),
    chosen.map(({ row }) => row.cell),
  );
  return {
    columns: [
      { key: 'path', title: 'path', align: 'left', unit: null, format: percent },
      { key: 'total', title: 'CPU time', align: 'right', unit: 'ns/packet', format: nanoseconds },
      ...columns,
    ],
    rows: chosen.map(({ label, row, groups }) => ({
      kind: 'body',
      cells: { path: label, ...groupCells(row, groups) },
    })),
    notes: [`In brackets, the ${words.title} of each share; CPU time is corrected for the probes.`, ...words.notes],
  };
}

function groupCells(row: SummaryRow, groups: GroupRow[]): Record<string, CellValue> {
  const total = figure(row, metricNames.corrected);
  const shares = groups.map(({ group, sharePercent, shareLow, shareHigh }): [string, CellValue] => [
    groupKey(group),
    { value: sharePercent, low: shareLow, high: shareHigh },
  ]);
  return { total: total === null ? null : bounded(total), ...Object.fromEntries(shares) };
}

function groupKey(group: string): string {
  return `group ${group}`;
}
