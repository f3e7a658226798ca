"""The page's style: light and dark by the reader's own setting, one column on a phone."""

from __future__ import annotations

STYLE = """
:root {
  --paper: #fbfaf7; --card: #ffffff; --ink: #1f2328; --soft: #59616b; --line: #dfdcd4; --accent: #2f5d8a;
  --right: #2c7a58; --wrong: #c0492f; --hit: #4d86c6; --miss: #d09a2b; --nothing: #a9adb3;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171b; --card: #1c2026; --ink: #e8e6e1; --soft: #a3abb5; --line: #343a42; --accent: #8db8e6;
    --right: #4fae84; --wrong: #e57a5f; --hit: #6fa5e3; --miss: #dcb050; --nothing: #6c737c;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0;
  background: var(--paper);
  color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif;
}
main { max-width: 68rem; margin: 0 auto; padding: 2rem 1rem 4rem; }
h1 { font-size: clamp(1.6rem, 5vw, 2.3rem); line-height: 1.15; margin: 0 0 .4rem; letter-spacing: -.02em; }
h2 { font-size: 1.2rem; margin: 0 0 .8rem; }
header p, small, figcaption, caption, details dl { color: var(--soft); }
small { font-size: .85em; font-weight: 400; }
section {
  background: var(--card);
  border: 1px solid var(--line);
  border-radius: 12px;
  padding: 1.1rem 1.2rem 1.3rem;
  margin-top: 1.2rem;
}
.tiles {
  display: grid;
  grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr));
  gap: .8rem;
  margin: 1.4rem 0 0;
}
.tiles div { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: .8rem 1rem; }
.tiles dt { color: var(--soft); font-size: .9rem; }
.tiles dd {
  margin: 0;
  font-size: 1.7rem;
  font-weight: 650;
  letter-spacing: -.02em;
  font-variant-numeric: tabular-nums;
}
.tiles small { display: block; font-size: .85rem; letter-spacing: 0; }
.scroll { overflow-x: auto; }
.scroll:focus-visible, summary:focus-visible {
  outline: 2px solid var(--accent);
  outline-offset: 2px;
  border-radius: 4px;
}
table { border-collapse: collapse; width: 100%; font-size: .93rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-size: .88rem; padding-bottom: .4rem; }
th, td { padding: .42rem .6rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
thead th { color: var(--soft); font-weight: 600; vertical-align: bottom; }
tbody th { font-weight: 500; min-width: 11rem; overflow-wrap: anywhere; }
.numbers th:not(:first-child), .numbers td { text-align: right; }
.numbers td { white-space: nowrap; }
tbody tr:last-child > * { border-bottom: 0; }
details { margin-top: .7rem; }
summary { cursor: pointer; }
details dl { display: grid; grid-template-columns: auto 1fr; gap: .15rem .9rem; margin: .5rem 0 0; font-size: .9rem; }
details dd { margin: 0; }
.legend, .gates, .confusions { list-style: none; padding: 0; margin: 0; }
.legend { margin-bottom: 1rem; display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; font-size: .9rem; }
.key { display: inline-block; width: .8rem; height: .8rem; border-radius: 3px; margin-right: .4rem; }
.bars {
  display: grid;
  grid-template-columns: minmax(8rem, auto) 1fr;
  gap: .5rem 1rem;
  margin: 0;
  align-items: center;
}
.bars dt { overflow-wrap: anywhere; }
.bars dd { margin: 0; }
.strip { display: block; width: 100%; height: 1.25rem; border-radius: 5px; }
.strip.thin { display: inline-block; width: 4.5rem; height: .6rem; margin-right: .5rem; border-radius: 3px; }
.right { fill: var(--right); background: var(--right); }
.wrong { fill: var(--wrong); background: var(--wrong); }
.hit { fill: var(--hit); background: var(--hit); }
.miss { fill: var(--miss); background: var(--miss); }
.nothing { fill: var(--nothing); background: var(--nothing); }
svg.strip { background: none; }
.pair { display: grid; grid-template-columns: minmax(0, 22rem) minmax(0, 1fr); gap: 1.5rem; align-items: start; }
figure { margin: 0; }
.chart { display: block; width: 100%; max-width: 22rem; height: auto; }
.chart text { fill: var(--soft); font-size: 11px; }
.grid { stroke: var(--line); stroke-width: 1; }
.bar { fill: var(--hit); opacity: .55; }
.dot { fill: var(--accent); }
.ideal { stroke: var(--soft); stroke-width: 1.5; stroke-dasharray: 5 4; }
figcaption { font-size: .88rem; margin-top: .5rem; }
.confusions li { border-bottom: 1px solid var(--line); padding: .35rem 0; }
.confusions > li:last-child { border-bottom: 0; }
.confusions details { margin: 0; }
.confusions summary { overflow-wrap: anywhere; }
.confusions .got { color: var(--wrong); }
.confusions .count { float: right; color: var(--soft); font-variant-numeric: tabular-nums; white-space: nowrap; }
.confusions ul { margin: .4rem 0 .6rem; padding-left: 1.4rem; }
.confusions ul li { border: 0; padding: .1rem 0; }
.gates li { padding: .25rem 0; }
.gates b { display: inline-block; min-width: 4.2rem; }
.gates .met b { color: var(--right); }
.gates .missed b { color: var(--wrong); }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 44rem) {
  .pair, .bars { grid-template-columns: minmax(0, 1fr); }
  .bars { gap: .15rem; }
  .bars dd { margin-bottom: .6rem; }
  section { padding: .9rem .9rem 1rem; }
  tbody th { min-width: 8rem; }
}
"""
