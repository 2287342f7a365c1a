import assert from 'node:assert/strict';
import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { percent, whole } from '../../reports/tables/format.js';
import { renderHtml, renderMarkdown, renderTerminal, type Column, type Table } from '../../reports/tables/table.js';
import { useColour, wrap } from '../../reports/tables/terminal.js';
import { hostileText } from './text.test.js';

const name: Column = { key: 'name', title: 'name', align: 'left', unit: null, format: whole };
const figure: Column = { key: 'figure', title: 'figure', align: 'right', unit: '%', format: percent };

function table(rows: Table['rows'], columns = [name, figure]): Table {
  return { id: 'sample', title: 'A table', columns, rows, notes: ['a note'] };
}

const sample = table([
  { kind: 'body', cells: { name: 'one', figure: 1.25 } },
  { kind: 'body', cells: { name: 'range', figure: { low: 1, high: 12.34 } } },
  { kind: 'body', cells: { name: 'both', figure: { value: 3, low: -1, high: null } } },
  { kind: 'body', cells: { name: 'nothing', figure: null } },
  { kind: 'span', label: 'skipped', text: 'for a reason' },
  { kind: 'total', cells: { name: 'sum', figure: -0.01 } },
]);

describe('table', () => {
  it('is aligned in a terminal', () => {
    assert.deepEqual(renderTerminal(sample, { width: 60, colour: false }).split('\n'), [
      'A table',
      '                  figure',
      'name                   %',
      '────────────────────────',
      'one                  1.3',
      'range           1.0–12.3',
      'both     3.0 (-1.0 to –)',
      'nothing                –',
      'skipped  for a reason',
      'sum                  0.0',
      '· a note',
    ]);
  });

  it('is a pipe table in Markdown', () => {
    assert.deepEqual(renderMarkdown(sample).split('\n'), [
      '## A table',
      '',
      '| name | figure, % |',
      '| :--- | ---: |',
      '| one | 1.3 |',
      '| range | 1.0–12.3 |',
      '| both | 3.0 (-1.0 to –) |',
      '| nothing | – |',
      '| skipped | for a reason |',
      '| **sum** | **0.0** |',
      '',
      '- a note',
    ]);
  });

  it('is a section in HTML, a skipped row spanning its figures', () => {
    const html = renderHtml(sample);
    assert.match(html, /^<section id="sample">\n<h2>A table<\/h2>/);
    assert.match(html, /<td class="right">3\.0<span class="range">-1\.0 to –<\/span><\/td>/);
    assert.match(html, /<th scope="row" class="left">skipped<\/th><td class="left" colspan="1">for a reason<\/td>/);
  });

  it('keeps to the width: wraps text, narrows gaps, leaves out optional columns and says so', () => {
    const columns: Column[] = [name, figure, { ...name, key: 'more', title: 'more', optional: true }];
    const text = 'several words that can be wrapped where they must';
    const wide = table([{ kind: 'body', cells: { name: text, figure: 3, more: text } }], columns);
    assert.match(renderTerminal(wide, { width: 120, colour: false }), /more\n[─]+\nseveral.*3\.0 {2}several/);
    for (const width of [60, 40, 30]) {
      const lines = renderTerminal(wide, { width, colour: false }).split('\n');
      assert.ok(
        lines.every((line) => line.length <= width),
        lines.join('\n'),
      );
    }
    const narrow = renderTerminal(wide, { width: 30, colour: false }).replace(/\s+/g, ' ');
    assert.match(narrow, /left out at 30 columns: more/);
    assert.doesNotMatch(renderTerminal(wide, { width: 60, colour: false }), /left out/);
  });

  it('wraps without losing a character', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z:_]{1,30}( [a-z:_]{1,30}){0,8}$/),
        fc.integer({ min: 1, max: 40 }),
        (text, width) => {
          const lines = wrap(text, width);
          assert.ok(lines.every((line) => line.length <= width));
          assert.equal(lines.join('').replaceAll(' ', ''), text.replaceAll(' ', ''));
        },
      ),
    );
  });

  it('is styled only when asked, and reads the same then', () => {
    const styled = renderTerminal(sample, { width: 60, colour: true });
    assert.match(styled, /\u001b\[1m/);
    assert.equal(stripVTControlCharacters(styled), renderTerminal(sample, { width: 60, colour: false }));
    assert.equal(useColour({ isTTY: true }, {}), true);
    assert.equal(useColour({ isTTY: true }, { NO_COLOR: '1' }), false);
    assert.equal(useColour({ isTTY: true }, { NO_COLOR: '' }), true);
    assert.equal(useColour({}, {}), false);
  });

  it('lets no hostile text through, in any form', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const hostile: Table = {
          ...table(
            [
              { kind: 'body', cells: { name: text, figure: text } },
              { kind: 'span', label: text, text },
            ],
            [
              { ...name, title: text },
              { ...figure, unit: text },
            ],
          ),
          title: text,
          notes: [text],
        };
        assert.doesNotMatch(
          renderTerminal(hostile, { width: 80, colour: false }).replaceAll('\n', ''),
          /[\p{Cc}\p{Cf}]/u,
        );
        const tags = renderHtml(hostile).match(/<[^>]*>/g) ?? [];
        for (const tag of tags)
          assert.match(tag, /^<\/?(section|h2|div|table|thead|tbody|tr|th|td|ul|li|span)( [^<>]*)?>$/);
        const rows = renderMarkdown(hostile)
          .split('\n')
          .filter((line) => line.startsWith('|'));
        assert.equal(rows.length, 4);
        for (const row of rows) assert.equal(row.replace(/\\./g, '').split('|').length, 4, row);
      }),
    );
  });
});
