import { escapeHtml } from '../text.js';
import { countVerdicts } from './compare.js';
import type { Compared, ComparedRow } from './compare.js';
import { rowsOf, signed, verdictText } from './table.js';

/**
 * JUnit's XML, one suite a pair and one case a row: worse fails, unsure is skipped with its reason. Names come from records;
 * what XML 1.0 cannot hold at all is replaced, the rest escaped.
 */
export function compareJunit({ pairs, rows }: Compared): string {
  const suites = pairs.map((pair) => {
    const own = rowsOf(pair, rows);
    const name = attribute([pair.experiment, ...(pair.column === null ? [] : [pair.column])].join(' on '));
    const cases = own.map((row) => `${testCase(row)}\n`).join('');
    return `  <testsuite name="${name}" ${countsOf(own)}>\n${cases}  </testsuite>\n`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="pktpath compare" ${countsOf(rows)}>\n${suites.join('')}</testsuites>\n`;
}

function countsOf(rows: readonly ComparedRow[]): string {
  const { worse, unsure } = countVerdicts(rows);
  return `tests="${String(rows.length)}" failures="${String(worse)}" errors="0" skipped="${String(unsure)}"`;
}

function testCase(row: ComparedRow): string {
  const { experiment, cell, name, verdict, percent, low, high } = row;
  const head = `    <testcase classname="${attribute(`${experiment}.${cell}`)}" name="${attribute(name)}"`;
  const range = low === null ? '' : `, 95 % interval ${signed(low)} to ${signed(high)} %`;
  const message = attribute(`${verdictText(row)}: ${signed(percent)} %${range}`);
  if (verdict === 'worse') return `${head}><failure type="worse" message="${message}"/></testcase>`;
  if (verdict === 'unsure') return `${head}><skipped message="${message}"/></testcase>`;
  return `${head}/>`;
}

/** `escapeHtml` leaves no control character and no lone surrogate; the two noncharacters XML forbids besides. */
function attribute(text: string): string {
  return escapeHtml(text).replace(/[\uFFFE\uFFFF]/g, '\u{FFFD}');
}
