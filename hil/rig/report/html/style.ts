/** The style of the page: one sheet, in light, in dark and on paper. Meaning is in shape and words first, then in colour. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fdfdfb; --ink: #1d1d1b; --soft: #5f5e59; --line: #dcdbd4; --tint: #f3f2ec; --accent: #1c5d99; --bad: #a52714;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #17181a; --ink: #e9e8e3; --soft: #a6a59e; --line: #3a3b3e; --tint: #202225; --accent: #86b8ea; --bad: #ff9280;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body {
  margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 54rem;
  background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif;
}
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.15rem; margin: 2.5rem 0 .75rem; padding-top: .5rem; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 0 0 .5rem; }
p { margin: .5rem 0; }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 2px; }
.soft, .dim { color: var(--soft); fill: var(--soft); }
.bad { color: var(--bad); }
.mark { font-weight: 700; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.verdict { font-size: 1.1rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; padding: 0; margin: 1rem 0 0; }
nav a { display: inline-block; padding: .25rem 0; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(14rem, 1fr)); gap: .5rem 1.5rem; margin: .75rem 0; }
.facts div { min-width: 0; }
.facts dt { color: var(--soft); font-size: .8rem; }
.facts dd { margin: 0; overflow-wrap: anywhere; }
ul.checks { list-style: none; padding: 0; margin: 0; }
ul.checks li { display: grid; grid-template-columns: 1.4rem 1fr; padding: .2rem 0; }
ul.checks .soft { display: block; font-size: .875rem; overflow-wrap: anywhere; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--line); font-weight: 400; }
thead th { color: var(--soft); font-size: .8rem; }
tfoot th, tfoot td { font-weight: 600; border: 0; }
.figures td { text-align: right; white-space: nowrap; }
.figures thead th:not(:first-child) { text-align: right; }
.figures td:last-child { width: 20%; padding-right: 0; }
.bar { width: 100%; height: .5rem; background: var(--tint); }
.bar rect { fill: var(--accent); }
code, .octets, .console { font: .875em/1.5 ui-monospace, "DejaVu Sans Mono", monospace; }
code { overflow-wrap: anywhere; }
.octets { min-width: 9rem; max-width: 20rem; overflow-wrap: anywhere; }
.console { list-style: none; padding: .75rem; margin: 0; background: var(--tint); overflow-x: auto; }
.console li { white-space: pre-wrap; overflow-wrap: anywhere; padding-left: 7em; text-indent: -7em; }
.console time { display: inline-block; min-width: 6.5em; text-indent: 0; color: var(--soft); }
details { border-bottom: 1px solid var(--line); }
summary { padding: .5rem 0; cursor: pointer; }
summary .number { display: inline-block; min-width: 1.5em; text-align: right; font-variant-numeric: tabular-nums; }
summary .direction { color: var(--accent); font-weight: 700; }
summary h2, summary h3 { display: inline; font-size: 1rem; border: 0; padding: 0; }
summary :is(h2, h3) .soft { font-weight: 400; font-size: .875rem; }
.part { padding: .25rem 0 1.5rem 1rem; }
.part :is(h3, h4) { font-size: 1rem; margin: 1.75rem 0 .5rem; }
.part h6 { font-size: .875rem; margin: 0 0 .5rem; }
.account { overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; padding: .75rem; background: var(--tint); font: .875em/1.5 ui-monospace, "DejaVu Sans Mono", monospace; }
.frame { padding: 0 0 1rem 1.5rem; }
.frame:target { border-left: 3px solid var(--accent); padding-left: calc(1.5rem - 3px); }
.events { list-style: none; padding: 0; margin: 0; font-size: .875rem; }
.events li { display: grid; grid-template-columns: 5.5rem 1fr; gap: .5rem; padding: .1rem 0; overflow-wrap: anywhere; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 1.5rem 2rem; }
.pair section { min-width: 0; }
.chain { list-style: none; margin: 1rem 0 0; padding: 0 0 0 1.25rem; }
.chain li { position: relative; padding-bottom: .9rem; font-size: .9rem; overflow-wrap: anywhere; }
.chain li::before { content: ""; position: absolute; left: -1.25rem; top: .4rem; width: .6rem; height: .6rem; border: 2px solid var(--accent); border-radius: 50%; background: var(--paper); }
.chain li:not(:last-child)::after { content: ""; position: absolute; left: -.9rem; top: 1.1rem; bottom: -.3rem; border-left: 2px solid var(--line); }
.chain li:last-child::before { background: var(--accent); }
.chain .kind { color: var(--soft); }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; font-size: .875rem; color: var(--soft); }
.legend span { display: inline-flex; align-items: center; gap: .4rem; }
svg text { font: 12px system-ui, sans-serif; fill: var(--ink); }
svg.sequence, svg.air { display: block; }
.narrow { display: none; }
.party { font-weight: 600; }
.life, .channel { stroke: var(--line); }
line.time { stroke: var(--line); stroke-dasharray: 2 4; }
svg text.time, svg text.axis, svg text.number { font-size: 11px; fill: var(--soft); font-variant-numeric: tabular-nums; }
svg text.time { paint-order: stroke; stroke: var(--paper); stroke-width: 6px; }
.step text { paint-order: stroke; stroke: var(--paper); stroke-width: 4px; stroke-linejoin: round; }
.step line, .step path { stroke: var(--accent); stroke-width: 1.5; fill: none; }
.step circle { fill: var(--accent); }
.failed text { fill: var(--bad); }
.failed line, .failed path { stroke: var(--bad); }
.failed circle { fill: var(--bad); }
.cut { stroke: var(--line); fill: none; stroke-dasharray: 3 3; }
rect.up { fill: var(--accent); stroke: var(--accent); stroke-width: 2; }
rect.down { fill: var(--paper); stroke: var(--accent); stroke-width: 2; }
rect.window { fill: none; stroke: var(--soft); stroke-dasharray: 3 2; }
path.lost { stroke: var(--bad); stroke-width: 2.5; fill: none; }
svg a { cursor: pointer; outline: none; }
svg a:hover rect, svg a:focus-visible rect { stroke: var(--ink); stroke-width: 3; }
svg a:focus-visible text.number { fill: var(--ink); font-weight: 700; }
footer { margin-top: 3rem; color: var(--soft); font-size: .875rem; }
@media (max-width: 52rem) {
  .broad { display: none; }
  .narrow { display: block; }
  .frame, .part { padding-left: 0; }
  .octets { min-width: 5.6rem; }
}
@media print {
  :root { --paper: #fff; --ink: #000; --soft: #444; --line: #bbb; --tint: #f4f4f4; --accent: #174a7c; --bad: #8f1d0c; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav { display: none; }
  details::details-content { display: block; content-visibility: visible; }
  h2, summary, li, tr { break-after: avoid; break-inside: avoid; }
  .wide { overflow: visible; }
}
`;
