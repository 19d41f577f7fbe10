/**
 * How parts of a report look, on the page and on paper. Colours are the dashboard's; paper brings its own.
 * Before is hollow and after is filled, a limit a line with hatching beyond: nothing is said by colour alone.
 */
export const partsStyle = `
.rp{min-width:0;padding:10px 14px 12px;overflow-wrap:anywhere}
.rp .sentence{font-size:15px;line-height:22px;font-weight:600;color:var(--text)}
.rp p{margin:0 0 6px}.rp .note{font-size:12px;color:var(--text-3)}
.rp code{font:12px/16px ui-monospace,SFMono-Regular,Menlo,monospace;overflow-wrap:anywhere}
.rp .tw{overflow-x:auto}.rp table{width:100%;border-collapse:collapse;margin:6px 0;font-variant-numeric:tabular-nums}
.rp th,.rp td{padding:4px 6px;border-bottom:1px solid var(--line-2);text-align:left;vertical-align:middle;font-weight:400}
.rp thead th{overflow-wrap:normal;font-size:12px;color:var(--text-3);vertical-align:bottom}.rp tbody th{font-weight:600}
.rp .r{text-align:right}.rp td.r{white-space:nowrap}.rp td.bad{font-weight:600}.rp b.over{color:var(--p1-t)}
.rp .kv{display:grid;grid-template-columns:minmax(40%,1fr) minmax(0,auto);gap:3px 14px;margin:0 0 6px}.rp .kv dt{color:var(--text-2)}.rp .kv dd{text-align:right;margin:0;font-variant-numeric:tabular-nums}
.rp .res{display:grid;grid-template-columns:1.3fr 1fr 1fr 1fr;gap:10px 18px}.rp .res .k{font-size:12px;color:var(--text-2)}
.rp .res .n{font-size:26px;line-height:34px;font-weight:600;letter-spacing:-.02em;color:var(--value);font-variant-numeric:tabular-nums}.rp .res .n .u{font-size:13px;margin-left:4px;letter-spacing:0}.rp .res .d{font-size:12px;color:var(--text-2)}
.rp svg.dg{display:block;width:100%;height:auto}.rp svg.dg text{font:11px sans-serif;fill:var(--text-3)}.rp svg.dg text.bold{fill:var(--text-2);font-weight:600}
.rp .gd{stroke:var(--grid);fill:none}.rp .axl{stroke:var(--line-strong);fill:none}.rp .rng{fill:var(--select);opacity:.55}
.rp .pi{fill:var(--band);opacity:.28}.rp .bl1{stroke:var(--before);stroke-width:1.6;fill:none}.rp .al1{stroke:var(--after);stroke-width:1.6;fill:none}
.rp .bp{fill:none;stroke:var(--before);stroke-width:1.1}.rp .ap{fill:var(--after);fill-opacity:.75}.rp .bp.ov1,.rp .ap.ov1{stroke:var(--p1);stroke-width:1.8}
.rp .sav{fill:var(--after);opacity:.2}.rp .adj{stroke:var(--before);stroke-width:1.3;stroke-dasharray:4 3;fill:none}.rp .act{stroke:var(--after);stroke-width:1.5;fill:none}
.rp .lb{display:block;width:200px;max-width:100%;height:18px}.rp .lb .ov{fill:var(--track)}.rp .lb .lm{stroke:var(--limit);stroke-width:1.4}
.rp .wf{display:grid;grid-template-columns:minmax(0,1.2fr) minmax(0,2fr) 70px;gap:10px;align-items:center;padding:3px 0}.rp .wf b{text-align:right;font-variant-numeric:tabular-nums}.rp .wfb{width:100%;height:14px}
.rp .wf-before{fill:var(--before)}.rp .wf-part{fill:var(--after);opacity:.35}.rp .wf-after{fill:var(--after)}
.rp .naive{color:var(--text-3)}.rp .chk{list-style:none;margin:0;padding:0}.rp .chk li{padding:6px 0 6px 18px;border-bottom:1px solid var(--line-2);position:relative}
.rp .chk li::before{position:absolute;left:0;content:"✓"}.rp .chk li.open::before{content:"△"}.rp .plain{margin:0;padding-left:18px;list-style:disc}
@media screen and (max-width:760px){.rp .res{grid-template-columns:1fr 1fr}}
`;

/** A report by itself: its own colours, A4, and a mark across every page of what is no release. */
export const pageStyle = `
:root{--text:#111;--text-2:#3a444a;--text-3:#555f66;--value:#111;--line-2:#cfd6da;--line-strong:#7c8a93;--grid:#dde2e5;--band:#8b979d;--before:#5a666d;--after:#1d5c8c;--track:#d5dbde;--limit:#111;--select:#e9eef2;--p1:#b5121b;--p1-t:#9e0f18}
*{box-sizing:border-box}html{-webkit-print-color-adjust:exact;print-color-adjust:exact}
body{margin:0 auto;max-width:210mm;padding:13mm;color:var(--text);background:#fff;font:13px/18px "Inter FW",Inter,"Noto Sans CJK TC","Noto Sans TC","PingFang TC","Microsoft JhengHei",sans-serif}
header.ph{display:flex;justify-content:space-between;gap:16px;border-bottom:1.2pt solid #111;padding-bottom:5pt;color:var(--text-2);font-size:11px}header.ph b{color:#111;font-size:14px}
h1{font-size:20px;line-height:26px;margin:10px 0 2px}h2{font-size:14px;line-height:20px;margin:0;padding:8px 14px 0}
section{border:1px solid #b9c2c7;border-radius:4px;margin:9px 0}section.tall{break-inside:auto}section{break-inside:avoid}
.sub{color:var(--text-2);margin:0 0 8px}.tag{border:1.5px solid #111;border-radius:3px;padding:1px 6px;font-weight:600;margin-left:8px}
.sign{display:grid;grid-template-columns:1fr 1fr 1fr;gap:24px;margin-top:26px;break-inside:avoid}.sign div{border-top:1px solid #111;padding-top:4px}
.mark{position:fixed;inset:0;display:flex;align-items:center;justify-content:center;pointer-events:none;z-index:1}.mark span{font-size:110px;font-weight:700;color:#000;opacity:.07;transform:rotate(-32deg);white-space:nowrap}
@page{size:A4;margin:13mm 13mm 15mm}
@media print{body{padding:0;max-width:none;font-size:9.5pt;line-height:13pt}.rp .tw{overflow:visible}.rp table{font-size:8.4pt}.rp .res .n{font-size:16pt;line-height:20pt}.rp th,.rp td{padding:2.4pt 3.4pt}.rp .lb{width:110px}tr{break-inside:avoid}}
`;
