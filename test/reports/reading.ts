import { Resvg } from '@resvg/resvg-js';
import { fontFiles } from '../../reports/charts/fonts.js';
import { cellText, type Table } from '../../reports/tables/table.js';

/** Text of each row, the figures joined by spaces, so that a test reads as the table does. */
export function lines(table: Table): string[] {
  return table.rows.map((row) => {
    if (row.kind === 'span') return `${row.label}: ${row.text}`;
    return table.columns
      .map((column) => cellText(column, row.cells[column.key]))
      .join(' | ')
      .replaceAll('\u00a0', ' ');
  });
}

export function titles(table: Table): string[] {
  return table.columns.map(({ title }) => title);
}

interface Picture {
  pixels: Uint8Array;
  width: number;
  height: number;
}

/** The picture of an SVG, with or without the fonts that its text asks for. */
export function draw(svg: string, fonts: boolean): Picture {
  const font = {
    loadSystemFonts: false,
    fontFiles: fonts ? [fontFiles.regular, fontFiles.bold] : [],
    defaultFontFamily: 'DejaVu Sans',
  };
  const { pixels, width, height } = new Resvg(svg, { background: 'white', font }).render();
  return { pixels, width, height };
}

/** How many bytes of two pictures are not the same. */
export function differing(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((count, value, index) => count + (value === b[index] ? 0 : 1), 0);
}

/** Texts of an SVG, in order. */
export function texts(svg: string): string[] {
  const marks = [...svg.matchAll(/<text[^>]*>(.*?)<\/text>/g)].map((match) => match[1]!.replaceAll('\u00a0', ' '));
  return marks.flatMap((mark) => mark.split(/<[^>]*>/)).filter((line) => line !== '');
}

/** Whether nothing touches the edge: what does may have been cut off. */
export function hasWhiteEdge({ pixels, width, height }: Picture): boolean {
  const white = (x: number, y: number): boolean =>
    [0, 1, 2].every((channel) => pixels[4 * (y * width + x) + channel] === 255);
  const along = (length: number, test: (at: number) => boolean): boolean =>
    Array.from({ length }, (_, at) => at).every(test);
  return (
    along(width, (x) => white(x, 0) && white(x, height - 1)) && along(height, (y) => white(0, y) && white(width - 1, y))
  );
}
