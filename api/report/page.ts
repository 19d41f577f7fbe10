import { createHash } from "node:crypto";
import { plantDayOf } from "../../domain/mv/plant-days.ts";
import { escaped } from "../../domain/mv/plots/frame.ts";
import type { Section } from "./html.ts";
import type { ReportParts } from "./report-parts.ts";
import { sectionsOf } from "./sections.ts";
import { pageStyle, partsStyle } from "./style.ts";
import { dateText, type Language, wordsOf } from "./words.ts";

const style = `${pageStyle}${partsStyle}`;

/** What a browser may load for such a page: its own style, and nothing else. */
export const reportPolicy = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'; base-uri 'none'; frame-ancestors 'none'`;

/** Longer than a page, as a rule: may be broken. */
const tall = new Set(["model", "stack", "money", "boundary", "checks"]);

/** What stands at the top of a report. */
export interface Heading {
  readonly language: Language;
  /** What kind of report, and of what and when. */
  readonly left: string;
  readonly right: string;
  readonly title: string;
  readonly tags: readonly string[];
  readonly under: string;
}

/** Parts as one page that stands by itself. @param mark across every page of what is no release */
export function standingPage(
  { language, left, right, title, tags, under }: Heading,
  sections: readonly Section[],
  mark: string | null,
): string {
  const w = wordsOf[language];
  const body = sections.map(
    ({ id, title: name, html }) =>
      `<section id="${id}"${tall.has(id) ? ' class="tall"' : ""}><h2>${escaped(name)}</h2><div class="rp">${html}</div></section>`,
  );
  return `<!doctype html>
<html lang="${w.html}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escaped(title)} · Fluewatch</title><style>${style}</style></head>
<body>${mark === null ? "" : `<div class="mark" aria-hidden="true"><span>${escaped(mark)}</span></div>`}
<header class="ph"><span><b>Fluewatch</b> · ${escaped(left)}</span><span>${escaped(right)}</span></header>
<h1>${escaped(title)}${tags.map((tag) => `<span class="tag">${escaped(tag)}</span>`).join("")}</h1>
<p class="sub">${escaped(under)}</p>
${body.join("\n")}
<div class="sign">${w.signatures.map((each) => `<div>${escaped(each)}</div>`).join("")}</div>
</body></html>
`;
}

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
  return standingPage(
    {
      language,
      left: w.report,
      right: `${siteName[language]} · ${provenance.retrofitId} ${w.version(provenance.version)} · ${dated}`,
      title,
      tags: [...(provenance.simulated ? [w.simulated] : []), ...(mark === null ? [] : [mark])],
      under: `${document.client} · ${plan.boilers.join(", ")} · ${w.before} ${range(plan.baseline)} · ${w.after} ${range(plan.reporting)} · ${w.state[state]}`,
    },
    sectionsOf(parts),
    mark,
  );
}
