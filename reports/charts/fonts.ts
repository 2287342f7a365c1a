import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Character widths of one TrueType font, as fractions of the font size. */
export type Advance = (codePoint: number) => number;

/** Where the fonts are that charts are measured with. They are those that viewers of the SVG are asked for. */
export const fontFiles = {
  regular: fileURLToPath(new URL('./ttf/DejaVuSans.ttf', packageUrl())),
  bold: fileURLToPath(new URL('./ttf/DejaVuSans-Bold.ttf', packageUrl())),
};

function packageUrl(): string {
  return import.meta.resolve('dejavu-fonts-ttf/package.json');
}

/**
 * Reads the widths out of a TrueType font: tables `head` (units), `hhea` and `hmtx` (advances), `cmap` format 4 (code
 * points of the basic plane), as in the OpenType specification 1.9.
 *
 * @throws Error when the font has no such tables
 */
export function readAdvances(path: string): Advance {
  const bytes = readFileSync(path);
  const font = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tables = tableOffsets(font);
  const offset = (name: string): number => {
    const found = tables.get(name);
    if (found === undefined) throw new Error(`${path} has no table ${name}`);
    return found;
  };
  const unitsPerEm = font.getUint16(offset('head') + 18);
  const metrics = font.getUint16(offset('hhea') + 34);
  const hmtx = offset('hmtx');
  const glyphOf = glyphIndex(font, offset('cmap'), path);
  return (codePoint) => {
    // Glyphs behind the last metric share its advance.
    const metric = Math.min(glyphOf(codePoint), metrics - 1);
    return font.getUint16(hmtx + 4 * metric) / unitsPerEm;
  };
}

function tableOffsets(font: DataView): Map<string, number> {
  const tables = new Map<string, number>();
  for (let index = 0; index < font.getUint16(4); index += 1) {
    const entry = 12 + 16 * index;
    const tag = String.fromCharCode(...[0, 1, 2, 3].map((byte) => font.getUint8(entry + byte)));
    tables.set(tag, font.getUint32(entry + 8));
  }
  return tables;
}

/** Code point → glyph by the first format 4 subtable; 0, the missing glyph, for what it does not have. */
function glyphIndex(font: DataView, cmap: number, path: string): (codePoint: number) => number {
  const count = font.getUint16(cmap + 2);
  const subtables = Array.from({ length: count }, (_, index) => cmap + font.getUint32(cmap + 8 + 8 * index));
  const table = subtables.find((each) => font.getUint16(each) === 4);
  if (table === undefined) throw new Error(`${path} has no cmap of format 4`);
  const twice = font.getUint16(table + 6);
  const ends = table + 14;
  const starts = ends + twice + 2;
  const deltas = starts + twice;
  const ranges = deltas + twice;
  return (codePoint) => {
    for (let at = 0; at < twice; at += 2) {
      if (codePoint > font.getUint16(ends + at)) continue;
      const start = font.getUint16(starts + at);
      if (codePoint < start) return 0;
      const range = font.getUint16(ranges + at);
      const delta = font.getUint16(deltas + at);
      if (range === 0) return (codePoint + delta) & 0xffff;
      const glyph = font.getUint16(ranges + at + range + 2 * (codePoint - start));
      return glyph === 0 ? 0 : (glyph + delta) & 0xffff;
    }
    return 0;
  };
}
