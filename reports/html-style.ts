/** The page’s style sheet: system fonts, a dark variant, and print rules. Charts keep a white ground of their own. */
export const styleSheet = `
:root { color-scheme: light dark; --ink: #1c1c1c; --muted: #5c5c5c; --line: #d8d8d8; --ground: #fdfdfc; --band: #f4f4f1; --warn: #8a4b00; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e6e3; --muted: #a5a5a0; --line: #3d3d3a; --ground: #191918; --band: #232321; --warn: #f0b060; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 2rem 1.25rem 4rem; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", "Helvetica Neue", "DejaVu Sans", sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.15rem; line-height: 1.3; margin: 2.5rem 0 .6rem; }
p.lead { color: var(--muted); margin: 0 0 .5rem; max-width: 48rem; }
a { color: inherit; text-decoration-color: var(--muted); text-underline-offset: .15em; }
nav ul { columns: 2; column-gap: 2.5rem; list-style: none; margin: 1.25rem 0; padding: .8rem 0;
  border-block: 1px solid var(--line); font-size: .9rem; }
nav li { break-inside: avoid; padding: .1rem 0; }
.warnings { border-left: 3px solid var(--warn); padding: .1rem 0 .1rem 1rem; }
.warnings h2 { color: var(--warn); margin-top: 0; }
.warnings ul { margin: 0; padding-left: 1.1rem; }
.warnings summary { cursor: pointer; color: var(--muted); }
figure { margin: 1.5rem 0; background: white; border: 1px solid var(--line); border-radius: 4px; padding: .5rem; }
figure svg { display: block; width: 100%; height: auto; max-width: 60rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .84rem; font-variant-numeric: tabular-nums; }
th, td { padding: .22rem .6rem; vertical-align: top; text-align: left; font-weight: normal; overflow-wrap: break-word; }
th.right, td.right { text-align: right; white-space: nowrap; }
th.left { min-width: 9rem; }
thead th { border-bottom: 1.5px solid var(--ink); vertical-align: bottom; font-weight: 600; white-space: normal !important; }
td .range { display: block; color: var(--muted); font-size: .92em; }
thead .unit { display: block; font-weight: normal; color: var(--muted); }
tbody tr { border-bottom: 1px solid var(--line); }
tbody tr:nth-child(even) { background: var(--band); }
tr.total th, tr.total td { font-weight: 600; }
tr.span td { color: var(--muted); font-style: italic; }
ul.notes { color: var(--muted); font-size: .84rem; margin: .5rem 0 0; padding-left: 1.1rem; max-width: 60rem; }
dl { max-width: 48rem; } dt { font-weight: 600; margin-top: .6rem; } dd { margin: 0; }
@media (max-width: 40rem) { nav ul { columns: 1; } }
@media print {
  :root { --ink: black; --muted: #444; --line: #bbb; --ground: white; --band: white; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav { display: none; } figure, tr { break-inside: avoid; } h2 { break-after: avoid; }
  figure { border: 0; padding: 0; } .scroll { overflow: visible; } table { font-size: 7.5pt; } th, td { padding: .1rem .35rem; }
}
`;
