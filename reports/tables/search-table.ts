import type { RunRecord, SearchBound, SearchGoal } from '../record.js';
import { roadsOf, roadsText, type Road } from '../roads.js';
import { kilopackets, lossPercent, percent, perPacket, whole } from './format.js';
import type { Column, Row, Table } from './table.js';

/** Every search goal by goal: what was asked, both bounds with what was lost at them, and how long it took to tell. */
export function searchTable(record: RunRecord): Table {
  const right = (key: string, title: string, unit: string | null, format = whole): Column => ({
    key,
    title,
    align: 'right',
    unit,
    format,
  });
  const left = (key: string, title: string): Column => ({ key, title, align: 'left', unit: null, format: whole });
  return {
    id: 'searches',
    title: `Searches for the highest rate that meets a goal (${roadsText(record, null)})`,
    columns: [
      left('path', 'path'),
      left('goal', 'goal'),
      right('allowed', 'allowed loss', '%', lossPercent),
      right('lower', 'lower bound', 'kpps', kilopackets),
      right('lowerLoss', 'lost there', '%', lossPercent),
      right('lowerSeconds', 'sent there', 's', perPacket),
      right('upper', 'upper bound', 'kpps', kilopackets),
      right('upperLoss', 'lost there', '%', lossPercent),
      right('width', 'apart', '%', percent),
      right('asked', 'asked', '%', percent),
      right('trials', 'trials', null),
      left('result', 'result'),
    ],
    rows: roadsOf(record).flatMap(searchRows),
    notes: searchNotes(record),
  };
}

function searchRows({ label, search }: Road): Row[] {
  if (search === null) return [];
  if (search.status === 'skipped') {
    return [{ kind: 'span', label, text: `skipped: ${search.reason ?? 'no reason recorded'}` }];
  }
  return search.goals.map((goal) => ({
    kind: 'body',
    cells: { path: label, ...goalCells(goal), trials: search.trials },
  }));
}

function goalCells(goal: SearchGoal): Extract<Row, { kind: 'body' | 'total' }>['cells'] {
  const { name, lossRatio, lower, upper, width, regular, reason } = goal;
  const apart = (from: SearchBound, to: SearchBound): number => 100 * (to.packetsPerSecond / from.packetsPerSecond - 1);
  return {
    goal: name,
    allowed: lossRatio,
    lower: lower?.packetsPerSecond ?? null,
    lowerLoss: lower?.lossRatio ?? null,
    lowerSeconds: lower?.seconds ?? null,
    upper: upper?.packetsPerSecond ?? null,
    upperLoss: upper?.lossRatio ?? null,
    width: lower === null || upper === null ? null : apart(lower, upper),
    asked: 100 * width,
    result: regular ? 'regular' : `irregular: ${reason ?? 'no reason recorded'}`,
  };
}

function searchNotes(record: RunRecord): string[] {
  const searches = record.searches.filter(({ status }) => status === 'measured');
  const goals = searches.flatMap((search) => search.goals);
  if (goals.length === 0) return [];
  const each = (values: (number | string)[]): string => [...new Set(values)].join(' or ');
  const range = each(
    searches.map(
      ({ minPacketsPerSecond: min, maxPacketsPerSecond: max }) => `${kilopackets(min)} to ${kilopackets(max)}`,
    ),
  );
  const final = each(goals.map((goal) => goal.finalTrialSeconds));
  const sum = each(goals.map((goal) => goal.durationSumSeconds));
  const exceed = each(goals.map((goal) => percent(100 * goal.exceedRatio)));
  return [
    `Searched: ${range} kpps. A bound counts after ${sum} s of trials of ${final} s at its load, of which ${exceed} % may exceed the allowed loss.`,
    'Regular: both bounds are there, no farther apart than asked. Trials: of the whole search, which all its goals share.',
  ];
}
