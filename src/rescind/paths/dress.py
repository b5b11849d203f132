"""The style and the script of the page: fixed texts, so that their digests can stand in its policy."""

from __future__ import annotations

STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #16202b; --soft: #55616e; --rule: #dfe4ea;
  --field: #f4f6f8; --link: #1d5fa8; --immediate: #146c43; --bounded: #8a6d00; --expiry: #b54708;
  --never: #b42318; --unknown: #7a3fa8; --open: #5b6673; }
@media (prefers-color-scheme: dark) { :root { --paper: #12171d; --ink: #e8edf2; --soft: #a3afbc;
  --rule: #2b343e; --field: #1b222a; --link: #7cb8f5; --immediate: #5fd39a; --bounded: #e0c341;
  --expiry: #ff9f5a; --never: #ff8a80; --unknown: #d3a4f7; --open: #a3afbc; } }
* { box-sizing: border-box; }
body { background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; margin: 0 auto;
  max-width: 1180px; padding: 32px 20px 64px; }
h1 { font-size: 27px; line-height: 1.25; margin: 0 0 8px; text-wrap: balance; }
h2 { font-size: 21px; line-height: 1.3; margin: 40px 0 6px; text-wrap: balance; }
p { color: var(--soft); margin: 6px 0; max-width: 90ch; overflow-wrap: anywhere; }
a { color: var(--link); } code { font: 14px/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
.wide { overflow-x: auto; } .wide:focus-visible, a:focus-visible { outline: 2px solid var(--link);
  outline-offset: 2px; }
fieldset { border: 0; display: flex; flex-wrap: wrap; gap: 6px 18px; margin: 18px 0 6px; padding: 0; }
legend { color: var(--soft); padding: 0 0 4px; } label { cursor: pointer; }
figure { border-bottom: 1px solid var(--rule); display: none; margin: 0; padding: 0 0 12px; }
#end-0:checked ~ .shown-0, #end-1:checked ~ .shown-1, #end-2:checked ~ .shown-2,
#end-3:checked ~ .shown-3 { display: block; }
.ends > label { margin-right: 16px; white-space: nowrap; } .ends > input { margin: 12px 4px 12px 0; }
svg { display: block; height: auto; min-width: 860px; width: 100%; }
svg text { fill: var(--soft); font: 13px system-ui, sans-serif; }
svg .head, svg .count { text-anchor: middle; } svg .who { fill: var(--ink); font-weight: 600; }
svg .count { fill: var(--paper); font-weight: 600; } svg .rule { fill: none; stroke: var(--rule); }
g.immediate { fill: var(--immediate); } g.bounded { fill: var(--bounded); } g.expiry { fill: var(--expiry); }
g.never { fill: var(--never); } g.unknown { fill: var(--unknown); } g.open { fill: var(--open); }
td.immediate, span.immediate { color: var(--immediate); } td.bounded, span.bounded { color: var(--bounded); }
td.expiry, span.expiry { color: var(--expiry); } td.never, span.never { color: var(--never);
  font-weight: 600; } td.unknown, span.unknown { color: var(--unknown); font-weight: 600; }
td.open, span.open { color: var(--open); }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: 10px 0 12px;
  min-width: 820px; width: 100%; }
caption { color: var(--soft); padding: 0 0 6px; text-align: left; }
th, td { border-bottom: 1px solid var(--rule); padding: 7px 14px 7px 0; text-align: left;
  vertical-align: top; }
thead th { color: var(--soft); font-size: 14px; font-weight: 500; white-space: nowrap; }
tbody th { font-weight: 600; min-width: 200px; }
td small, th small { color: var(--soft); display: block; font-size: 13px;
  font-weight: 400; max-width: 60ch; overflow-wrap: anywhere; }
.least { white-space: nowrap; }
#filters { background: var(--field); display: flex; flex-wrap: wrap; gap: 10px 16px; margin: 10px 0;
  padding: 12px; }
#filters[hidden], tr[hidden] { display: none; }
#filters label { color: var(--soft); display: grid; flex: 1 1 150px; font-size: 14px; gap: 2px; }
#filters select, #filters input, #filters button { background: var(--paper); border: 1px solid var(--soft);
  border-radius: 4px; color: var(--ink); font: inherit; min-width: 0; padding: 5px 8px; width: 100%; }
#filters button { align-self: end; flex: 0 0 auto; width: auto; }
#count { color: var(--soft); }
@media print { #filters { display: none; } .wide { overflow: visible; } }
"""

SCRIPT = """
"use strict";
(() => {
  const form = document.getElementById("filters");
  const rows = [...document.querySelectorAll("#routes tbody tr")];
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const count = document.getElementById("count");
  const show = () => {
    const wanted = (name) => form.elements[name].value;
    const words = wanted("text").toLowerCase().split(/\\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row, at) => {
      const fits =
        (!wanted("audience") || row.dataset.audience === wanted("audience")) &&
        (!wanted("behaviour") || row.dataset.behaviour === wanted("behaviour")) &&
        (!wanted("credential") || row.dataset.credentials.split(" ").includes(wanted("credential"))) &&
        words.every((word) => texts[at].includes(word));
      row.hidden = !fits;
      shown += fits;
    });
    count.textContent = `${shown.toLocaleString("en")} of ${rows.length.toLocaleString("en")} routes`;
  };
  form.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(show));
  form.hidden = false;
  show();
})();
"""
