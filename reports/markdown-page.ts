import { methodNotes } from './method-notes.js';
import type { RunRecord } from './record.js';
import { reportLead, type DrawnChart } from './report-parts.js';
import { environmentTable } from './tables/environment-table.js';
import { renderMarkdown, type Table } from './tables/table.js';
import { escapeMarkdown } from './text.js';
import { warningsList } from './warnings.js';

/** report.md: the tables as pipe tables, the charts as links to their files. */
export function markdownPage(record: RunRecord, tables: Table[], charts: DrawnChart[]): string {
  const warnings = warningsList(record);
  const parts = [
    `# ${escapeMarkdown(record.experiment.title)}`,
    ...reportLead(record).map(escapeMarkdown),
    ...(warnings.length === 0 ? [] : ['## Warnings', warnings.map((line) => `- ${escapeMarkdown(line)}`).join('\n')]),
    ...charts.map((chart) => `![${escapeMarkdown(chart.title)}](${chart.file})`),
    ...tables.map((table) => renderMarkdown(table)),
    '## How to read the figures',
    methodNotes(record)
      .map(({ term, text }) => `- **${escapeMarkdown(term)}.** ${escapeMarkdown(text)}`)
      .join('\n'),
    renderMarkdown(environmentTable(record)),
  ];
  return `${parts.join('\n\n')}\n`;
}
