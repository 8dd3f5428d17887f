"""The style sheet of the reports: light and dark, one column on a phone, printable."""

STYLE = """
:root{color-scheme:light dark;--ink:#1c2530;--soft:#5a6675;--ground:#fff;--card:#f5f7f9;--line:#d5dbe2;
--real:#1d5fd1;--made:#c2410c;--good:#17713a;--warn:#8a5a00;--bad:#b3261e}
@media (prefers-color-scheme:dark){:root{--ink:#e6eaef;--soft:#a3adb9;--ground:#12161b;--card:#1b2128;--line:#333c47;
--real:#7eb0ff;--made:#ffa26b;--good:#6fd698;--warn:#f2c14e;--bad:#ff8a80}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{max-width:1400px;margin:0 auto;padding:24px 20px 60px}
h1{font-size:26px;margin:0}h2{font-size:18px;margin:32px 0 6px}
p{margin:6px 0;max-width:80ch}.id{color:var(--soft);font-family:ui-monospace,monospace;margin-bottom:14px}
a{color:var(--real)}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:14px}
th,td{text-align:left;padding:6px 10px;border-bottom:1px solid var(--line);vertical-align:top}
thead th{color:var(--soft);font-weight:600}tbody th{font-weight:600}
td{font-variant-numeric:tabular-nums}
@media(max-width:760px){thead{display:none}tr{display:block;padding:8px 0;border-bottom:1px solid var(--line)}
th,td{display:inline-block;border:0;padding:2px 8px 2px 0}td:last-child{display:block;color:var(--soft)}}
.badge{display:inline-block;white-space:nowrap;padding:0 8px;border:1px solid currentColor;border-radius:10px;
font-size:13px;font-weight:600}
.badge.pass{color:var(--good)}.badge.warn{color:var(--warn)}.badge.fail{color:var(--bad)}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(320px,1fr));gap:12px}
svg{width:100%;height:auto;background:var(--card);border-radius:8px;display:block}
svg text{fill:var(--soft);font-size:10px}svg text.title{fill:var(--ink);font-size:12px;font-weight:600}
.line{fill:none;stroke-width:1.8}.thin{stroke-width:1}.grid{stroke:var(--line);stroke-width:.6}
.line.real{stroke:var(--real)}.line.made{stroke:var(--made);stroke-dasharray:5 3}.line.made.thin{stroke-dasharray:none}
.bar.real{fill:var(--real)}.bar.made{fill:var(--made);fill-opacity:.55;stroke:var(--made);stroke-dasharray:4 2}
.line.limit-warning{stroke:var(--warn);stroke-dasharray:2 3;stroke-width:1}text.limit-warning{fill:var(--warn)}
.line.limit-trip{stroke:var(--bad);stroke-dasharray:6 2;stroke-width:1}text.limit-trip{fill:var(--bad)}
.legend{color:var(--soft)}
.key{display:inline-block;width:26px;border-top:3px solid;vertical-align:middle;margin:0 4px 0 10px}
.key.real{border-color:var(--real)}.key.made{border-color:var(--made);border-top-style:dashed}
figure{margin:0}figcaption{font-size:13px;color:var(--soft)}figcaption ol{margin:4px 0 0;padding-left:20px}
@media print{.charts{grid-template-columns:repeat(2,1fr)}section{break-inside:avoid}}
"""
