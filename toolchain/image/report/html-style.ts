/** The look of the page, light and dark, and the script that shows what the pointer is on. */
import { HUES } from "./html-groups.ts";

const GROUPS = [
  ...HUES.map((hue, index) => `.group-${index} { --hue: ${hue}; --colour: 1; }`),
  ".group-grey { --hue: 215; --colour: 0.12; }",
].join("\n");

export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --ink: #16202c; --soft: #5a6775; --line: #dde2e8;
  --head: 80%; --tile: 89%; --tile-2: 84%; --strength: 62%; --accent: #2868c8; --over: #c03232;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #10151b; --card: #182029; --ink: #e9eef4; --soft: #9aa8b7; --line: #2a3541;
    --head: 33%; --tile: 24%; --tile-2: 28%; --strength: 36%; --accent: #6aa5ff; --over: #ff7b72;
  }
}
${GROUPS}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 1240px; margin: 0 auto; padding: 28px 20px 60px; }
h1 { font-size: 26px; line-height: 1.2; margin: 0 0 20px; letter-spacing: -0.01em; }
h2 { font-size: 18px; margin: 0 0 2px; }
p { margin: 0 0 12px; color: var(--soft); }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 18px 20px; margin: 0 0 18px; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(240px, 1fr)); gap: 18px; margin: 0 0 18px; }
.figures section { margin: 0; }
.figures strong { font-size: 30px; line-height: 1.2; font-weight: 650; font-variant-numeric: tabular-nums; }
.figures span { color: var(--soft); }
.gauge { height: 8px; border-radius: 4px; background: var(--line); overflow: hidden; margin: 10px 0 6px; }
.gauge i { display: block; height: 100%; background: var(--accent); border-radius: 4px; }
.legend { display: flex; flex-wrap: wrap; gap: 6px 16px; padding: 0; margin: 0 0 12px; list-style: none; font-size: 13px; }
.legend li::before { content: ""; display: inline-block; width: 12px; height: 12px; border-radius: 3px; margin-right: 6px; vertical-align: -1px;
  background: hsl(var(--hue) calc(var(--strength) * var(--colour)) var(--head)); }
.legend b { font-weight: 500; } .legend span { color: var(--soft); font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; }
.map { display: block; width: 100%; min-width: 760px; height: auto; }
.map text { font-size: 10.5px; fill: var(--ink); pointer-events: none; }
.map .head { font-size: 12px; font-weight: 600; }
.map .bytes { fill: var(--ink); opacity: 0.66; font-weight: 400; font-variant-numeric: tabular-nums; }
.module > rect { fill: hsl(var(--hue) calc(var(--strength) * var(--colour)) var(--head)); }
.tile > rect { fill: hsl(var(--hue) calc(var(--strength) * var(--colour)) var(--tile)); }
.tile.variable > rect { fill: hsl(var(--hue) calc(var(--strength) * var(--colour)) var(--tile-2)); }
.tile:hover > rect, .module:hover > rect { stroke: var(--ink); stroke-width: 1.5; }
.chain { list-style: none; margin: 0; padding: 0; }
.chain li { display: grid; grid-template-columns: 62px 1fr; gap: 12px; padding: 5px 0; align-items: start; }
.chain b { text-align: right; font-variant-numeric: tabular-nums; font-weight: 600; }
.chain code { font: 13px/1.5 ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
.chain small { display: block; color: var(--soft); overflow-wrap: anywhere; }
.chain i { display: block; height: 5px; border-radius: 3px; background: var(--accent); margin-top: 3px; min-width: 2px; }
.chain .sum { border-top: 1px solid var(--line); margin-top: 4px; }
.unknown { color: var(--over); }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; }
caption { text-align: left; color: var(--soft); padding: 0 0 8px; }
th, td { text-align: right; padding: 4px 10px; border-bottom: 1px solid var(--line); font-variant-numeric: tabular-nums; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; padding-left: 0; white-space: normal; overflow-wrap: anywhere; font-weight: 400; }
thead th { color: var(--soft); font-weight: 500; } tfoot td, tfoot th { font-weight: 600; border-bottom: 0; }
td small { color: var(--soft); }
summary { cursor: pointer; color: var(--accent); padding: 4px 0; }
summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; }
#tip { position: fixed; z-index: 2; max-width: 380px; padding: 7px 11px; border-radius: 7px; background: var(--ink); color: var(--page);
  font-size: 13px; line-height: 1.45; white-space: pre-line; pointer-events: none; overflow-wrap: anywhere; box-shadow: 0 4px 16px rgb(0 0 0 / 25%); }
#tip::first-line { font-weight: 600; }
`;

export const SCRIPT = `
const tip = document.getElementById("tip");
for (const map of document.querySelectorAll(".map")) {
  map.addEventListener("pointermove", (event) => {
    const place = event.target.closest("[data-tip]");
    tip.hidden = !place;
    if (!place) return;
    tip.textContent = place.dataset.tip;
    const { offsetWidth: width, offsetHeight: height } = tip;
    const x = event.clientX + 14, y = event.clientY + 16;
    tip.style.left = Math.max(4, Math.min(x, innerWidth - width - 8)) + "px";
    tip.style.top = (y + height > innerHeight - 8 ? event.clientY - height - 10 : y) + "px";
  });
  map.addEventListener("pointerleave", () => { tip.hidden = true; });
}
`;
