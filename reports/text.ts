import { stripVTControlCharacters } from 'node:util';

/** Longest name or message that is printed in full; a record may hold longer ones. */
const MAX_PRINTED = 400;

/**
 * Text of a record made safe to show: escape sequences removed, line breaks and tabs made spaces (a no-break space stays), other control
 * characters, invisible marks, direction overrides and lone surrogates made U+FFFD, cut at `limit` characters.
 * Everything that a report prints passes here first, since a record can come from anywhere.
 */
export function printable(text: string, limit = MAX_PRINTED): string {
  // Bound the work before the regular expressions see it.
  const clipped = text.length > limit * 4 ? text.slice(0, limit * 4) : text;
  const clean = stripVTControlCharacters(clipped)
    .replace(/[^\S\u00a0]+/gu, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu, '\u{FFFD}')
    .trim();
  const characters = Array.from(clean);
  if (characters.length <= limit && clipped === text) return clean;
  return `${characters.slice(0, limit - 1).join('')}…`;
}

const htmlEscapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** For HTML text and quoted attribute values. */
export function escapeHtml(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => htmlEscapes[character] ?? character);
}

/**
 * For GitHub-flavoured Markdown, in a table cell or a paragraph: no markup, no HTML, no autolink, no block start.
 * Underscores inside a word stay as they are (they mean nothing there), so that symbol names remain readable.
 */
export function escapeMarkdown(text: string): string {
  return printable(text)
    .replace(/[\\`*[\]|~$]/g, '\\$&')
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/:\/\//g, ':\\//')
    .replace(/(www)\./gi, '$1\\.')
    .replace(/@/g, '\\@')
    .replace(/^([=#]|[-+](?=[-+\s]|$))/, '\\$1')
    .replace(/^(\d+)([.)])(?=\s|$)/, '$1\\$2');
}

/** A word for file names and anchors: lower-case letters, digits and single dashes. */
export function slug(text: string): string {
  const word = printable(text)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return word.slice(0, 200) || 'unnamed';
}
