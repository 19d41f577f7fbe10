import { createHash } from "node:crypto";
import { plantDayOf } from "../../domain/mv/plant-days.ts";
import { escaped } from "../../domain/mv/plots/frame.ts";
import { type ReportParts, sectionsOf } from "./sections.ts";
import { pageStyle, partsStyle } from "./style.ts";
import { dateText, wordsOf } from "./words.ts";

const style = `${pageStyle}${partsStyle}`;

/** What a browser may load for such a page: its own style, and nothing else. */
export const reportPolicy = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'; base-uri 'none'; frame-ancestors 'none'`;

/** Longer than a page, as a rule: may be broken. */
const tall = new Set(["model", "stack", "money", "boundary", "checks"]);

/** The whole report as one page that stands by itself: saved, mailed or printed on A4. */
export function reportPage(parts: ReportParts): string {
  const { document, language, state, provenance, siteName, timeZone } = parts;
  const w = wordsOf[language];
  const range = ({ from, to }: { readonly from: string; readonly to: string }) =>
    `${dateText(from, language)} – ${dateText(to, language)}`;
  const mark = state === "released" ? null : state === "superseded" ? w.superseded : w.draft;
  const dated = dateText(plantDayOf(provenance.computedAtMs, timeZone), language);
  const { plan } = document;
  const title = document.title[language];
  return `<!doctype html>
<html lang="${w.html}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escaped(title)} · Fluewatch</title><style>${style}</style></head>
<body>${mark === null ? "" : `<div class="mark" aria-hidden="true"><span>${escaped(mark)}</span></div>`}
<header class="ph"><span><b>Fluewatch</b> · ${escaped(w.report)}</span><span>${escaped(siteName[language])} · ${escaped(provenance.retrofitId)} ${escaped(w.version(provenance.version))} · ${dated}</span></header>
<h1>${escaped(title)}${provenance.simulated ? `<span class="tag">${escaped(w.simulated)}</span>` : ""}${mark === null ? "" : `<span class="tag">${escaped(mark)}</span>`}</h1>
<p class="sub">${escaped(document.client)} · ${plan.boilers.map(escaped).join(", ")} · ${escaped(w.before)} ${range(plan.baseline)} · ${escaped(w.after)} ${range(plan.reporting)} · ${escaped(w.state[state])}</p>
${sectionsOf(parts)
  .map(
    ({ id, title: name, html }) =>
      `<section id="${id}"${tall.has(id) ? ' class="tall"' : ""}><h2>${escaped(name)}</h2><div class="rp">${html}</div></section>`,
  )
  .join("\n")}
<div class="sign">${w.signatures.map((each) => `<div>${escaped(each)}</div>`).join("")}</div>
</body></html>
`;
}
