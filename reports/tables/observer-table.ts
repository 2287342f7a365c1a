import { intervalOf, intervalWords } from '../intervals.js';
import { metricNames } from '../metric-names.js';
import type { Comparison, RunRecord } from '../record.js';
import { figure, measuredRoads, observerEffect } from '../roads.js';
import { gigabits, percent } from './format.js';
import type { Column, Row, Table } from './table.js';

/** What each road takes from a TCP transfer that it looks on at, beside the transfer on its own. */
export function observerTable(record: RunRecord): Table {
  const effects = measuredRoads(record).flatMap((road) => {
    const effect = observerEffect(record, road);
    return effect === null ? [] : [{ road, effect }];
  });
  const words = intervalWords(
    record,
    effects.map(({ effect }) => effect.savingPercent.n),
    effects.flatMap(({ effect }) => [effect.name, effect.base, effect.arm]),
  );
  const column = (key: string, title: string, unit: string, format = gigabits): Column => ({
    key,
    title,
    align: 'right',
    unit,
    format,
  });
  return {
    id: 'observers',
    title: 'What looking on takes from a TCP transfer',
    columns: [
      { key: 'path', title: 'path that looks on', align: 'left', unit: null, format: gigabits },
      column('alone', 'TCP alone', 'Gbit/s'),
      column('observed', 'TCP observed', 'Gbit/s'),
      column('takes', 'takes', '%', percent),
      column('interval', words.title, '%', percent),
    ],
    rows: effects.map(({ road, effect }): Row => ({
      kind: 'body',
      cells: {
        path: road.label,
        alone: aloneBits(record, effect),
        observed: figure(road.observer, metricNames.observedBits)?.median ?? null,
        takes: effect.savingPercent.median,
        interval: intervalOf(effect.savingPercent),
      },
    })),
    notes: [
      'Takes: 100 · (1 − observed ∕ alone), median of the ratios within rounds; below zero when the transfer went faster.',
      ...words.notes,
    ],
  };
}

function aloneBits(record: RunRecord, { base }: Comparison): number | null {
  const row = record.summary.find(({ cell }) => cell === base);
  return (figure(row, metricNames.observedBits) ?? figure(row, metricNames.bits))?.median ?? null;
}
