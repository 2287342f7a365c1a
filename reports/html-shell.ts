import { styleSheet } from './html-style.js';
import { escapeHtml } from './text.js';

/** Nothing is fetched and nothing runs, whatever a record smuggled into a text. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** A page’s parts: texts, which are escaped here, and markup, which is not. */
export interface PageParts {
  /** Texts. */
  title: string;
  heading: string;
  lead: readonly string[];
  links: readonly (readonly [id: string, text: string])[];
  /** Markup. */
  warnings: string;
  main: readonly string[];
}

/** One file with its style inside; needs neither network nor script. */
export function htmlShell({ title, heading, lead, links, warnings, main }: PageParts): string {
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeHtml(title)}</title>`,
    `<style>${styleSheet}</style>`,
    '</head>',
    '<body>',
    `<header><h1>${escapeHtml(heading)}</h1>`,
    ...lead.map((line) => `<p class="lead">${escapeHtml(line)}</p>`),
    '</header>',
    warnings,
    `<nav aria-label="Sections"><ul>\n${links.map(([id, text]) => linkTo(id, text)).join('\n')}\n</ul></nav>`,
    '<main>',
    ...main,
    '</main>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function linkTo(id: string, text: string): string {
  return `<li><a href="#${escapeHtml(id)}">${escapeHtml(text)}</a></li>`;
}
