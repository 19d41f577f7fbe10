import type { RetrofitRow } from "../../contracts/http/retrofit-result.ts";
import { plantDayOf } from "../../domain/mv/plant-days.ts";
import { escaped } from "../../domain/mv/plots/frame.ts";
import { dailyPlot } from "../../domain/mv/plots/plots.ts";
import { checkText } from "../retrofits/open-points.ts";
import { cell, figure, kv, number, p, right, row, type Section, table } from "./html.ts";
import {
  fitPlot,
  flue,
  modelCard,
  months,
  naive,
  placebo,
  plotWords,
  residuals,
  results,
  sensitivity,
} from "./model-sections.ts";
import type { ReportParts } from "./report-parts.ts";
import { dateText, type Language, type Words, wordsOf } from "./words.ts";
import { attribution, carbon, money, published, stack } from "./worth-sections.ts";

/** Every part, in the order of the report. */
export function sectionsOf(parts: ReportParts): readonly Section[] {
  const w = wordsOf[parts.language];
  const make = (id: string, title: string, html: string): Section => ({ id, title, html });
  const { figures } = parts;
  return [
    make("verdict", w.verdict, verdict(parts, w)),
    make("strip", w.result, strip(parts, w)),
    make("boundary", w.boundary, boundary(parts, w)),
    make("periods", w.periods, periods(parts, w)),
    make("model", w.model, modelCard(parts, w)),
    make("fit", w.modelFit, fitPlot(parts, w)),
    make("daily", w.daily, dailyPlot(figures.series.reporting, plotWords(parts, w, w.daily))),
    make("residuals", w.residuals, residuals(parts, w)),
    ...flue(parts, w).map((html) => make("flue", w.flue, html)),
    make("results", w.results, results(parts, w)),
    make("months", w.months, months(parts, w)),
    make("naive", w.naive, naive(parts, w)),
    ...(figures.stack.length === 0 ? [] : [make("stack", w.stack, stack(parts, w))]),
    ...(figures.carbon === null ? [] : [make("carbon", w.carbon, carbon(parts, w))]),
    ...(figures.attribution === null ? [] : [make("attribution", w.attribution, attribution(parts, w))]),
    ...(figures.published === null ? [] : [make("published", w.published, published(parts, w))]),
    make("money", w.money, money(parts, w)),
    make("checks", w.checks, openPoints(parts, w)),
    make("placebo", w.placebo, placebo(parts, w)),
    make("sensitivity", w.sensitivity, sensitivity(parts, w)),
    make("closing", w.closing, closing(parts, w)),
    make("again", w.again, again(parts, w)),
  ];
}

function verdict({ figures, language }: ReportParts, w: Words): string {
  const failed = figures.checks
    .filter(({ passed, blocks }) => blocks && !passed)
    .map(({ check }) => checkText[check][language]);
  return [
    p(withDates(figures.sentence[language], language), "sentence"),
    p(
      figures.claimable
        ? w.claimable
        : `${w.notClaimable}${failed.length === 0 ? "" : ` ${w.failed}: ${[...new Set(failed)].join("; ")}`}`,
    ),
  ].join("");
}

/** Days in a sentence as the report's language writes them. */
function withDates(text: string, language: Language): string {
  return language === "zh-TW" ? text.replace(/\d{4}-\d{2}-\d{2}/g, (day) => dateText(day, language)) : text;
}

function strip({ figures }: ReportParts, w: Words): string {
  const { carbon, efficiency, worth, savedPercent, saved, adjustedBaselineGj } = figures;
  const box = (key: string, value: string, unit: string, ...more: readonly string[]) =>
    `<div><div class="k">${escaped(key)}</div><div class="n">${value}<span class="u">${escaped(unit)}</span></div>${more
      .filter((each) => each !== "")
      .map((each) => `<div class="d">${each}</div>`)
      .join("")}</div>`;
  const sure = w.sure(String(Math.round(100 * figures.confidence)));
  const half = (100 * saved.halfWidth) / adjustedBaselineGj;
  return `<div class="res">${[
    carbon === null
      ? ""
      : box(
          w.co2,
          number(carbon.saved.value),
          "t",
          `± ${number(carbon.saved.halfWidth)} t · ${escaped(sure)}`,
          carbon.guaranteeTPerYear === null
            ? ""
            : `${escaped(w.guarantee)} ${number(carbon.guaranteeTPerYear)} t/${escaped(w.year)} · ${number(carbon.saved.value * figures.perYear)} t/${escaped(w.year)}`,
        ),
    efficiency === null
      ? ""
      : box(
          w.efficiency,
          `${number(efficiency.beforePercent, 1)} → ${number(efficiency.afterPercent, 1)}`,
          "%",
          efficiency.indirectBeforePercent === null || efficiency.indirectAfterPercent === null
            ? ""
            : `${escaped(w.byFlue)} ${number(efficiency.indirectBeforePercent, 1)} → ${number(efficiency.indirectAfterPercent, 1)} %`,
          efficiency.o2Before === null || efficiency.o2After === null
            ? ""
            : `O₂ ${number(efficiency.o2Before, 1)} → ${number(efficiency.o2After, 1)} %`,
        ),
    box(
      w.fuelEnergy,
      number(-savedPercent, 1),
      "%",
      `± ${number(half, 1)} ${escaped(w.points)} · ${escaped(sure)}`,
      `${figure(saved.value)} ± ${figure(saved.halfWidth)} GJ`,
    ),
    worth.annual === null
      ? box(w.fuelCost, "–", "", escaped(w.noPrice))
      : box(
          w.fuelCost,
          number(worth.annual.net / 1e6, 2),
          `M ${worth.currency}`,
          `± ${number((worth.annualHalfWidth ?? 0) / 1e6, 2)}`,
          worth.simplePaybackYears === null
            ? escaped(w.noPayback)
            : escaped(w.payback(number(worth.simplePaybackYears, 1))),
        ),
  ].join("")}</div>`;
}

function boundary({ document, language }: ReportParts, w: Words): string {
  const { plan } = document;
  const day = (iso: string | null) => (iso === null ? "–" : dateText(iso, language));
  const same = (before: string | null, after: string | null, compared: boolean) =>
    before === null
      ? w.onlyAfter
      : after === null
        ? w.onlyBefore
        : before === after
          ? w.same
          : compared
            ? w.compared
            : "–";
  return [
    p(plan.boundary),
    `<p><b>${escaped(w.measures)}</b> ${plan.measures.map(({ label }) => escaped(label[language])).join(" · ")}</p>`,
    plan.staticFactors.length === 0
      ? ""
      : `<p><b>${escaped(w.staticFactors)}</b> ${plan.staticFactors.map(escaped).join(" · ")}</p>`,
    table(
      [w.meter, w.point, w.serial, "", w.calibrated, { r: w.uncertainty }],
      plan.meters.map((meter) =>
        row([
          cell(escaped(meter.id)),
          cell(escaped(`${meter.point}, ${meter.unit}`)),
          cell(escaped(`${meter.serialBefore ?? "–"} / ${meter.serialAfter ?? "–"}`)),
          cell(escaped(same(meter.serialBefore, meter.serialAfter, meter.comparison !== null))),
          cell(`${day(meter.calibratedBefore)} / ${day(meter.calibratedAfter)}`),
          right(meter.uncertaintyPercent === null ? "–" : String(meter.uncertaintyPercent)),
        ]),
      ),
    ),
  ].join("");
}

function periods({ document, rows, language }: ReportParts, w: Words): string {
  const { plan } = document;
  const range = ({ from, to }: { readonly from: string; readonly to: string }) =>
    `${dateText(from, language)} – ${dateText(to, language)}`;
  const count = (period: string, of: (each: RetrofitRow) => boolean) =>
    rows.filter((each) => each.period === period && of(each)).length;
  const line = (name: string, period: "baseline" | "reporting") =>
    row([
      cell(escaped(name)),
      cell(range(plan[period])),
      right(number(count(period, () => true))),
      right(number(count(period, ({ used }) => used))),
      right(number(count(period, ({ why }) => why === "excluded"))),
      right(number(count(period, ({ why }) => why !== null && why !== "excluded"))),
    ]);
  const decided = [
    ...plan.exclusions.map((each) => ({ ...each, kind: w.exclusions })),
    ...plan.adjustments.map((each) => ({ ...each, kind: w.adjustments })),
  ];
  return [
    table(
      [w.period, "", { r: w.days }, { r: w.used }, { r: w.excluded }, { r: w.lacking }],
      [
        line(w.baseline, "baseline"),
        ...(plan.works === null
          ? []
          : [
              row([
                cell(escaped(w.works)),
                cell(range(plan.works)),
                right("–"),
                right("–"),
                right("–"),
                right("–"),
              ]),
            ]),
        line(w.reporting, "reporting"),
      ],
    ),
    decided.length === 0
      ? ""
      : table(
          ["", w.period, w.reason, w.by],
          decided.map((each) =>
            row([
              cell(escaped(each.kind)),
              cell(range(each)),
              cell(escaped(each.reason)),
              cell(escaped(each.author ?? "")),
            ]),
          ),
        ),
  ].join("");
}

function openPoints({ figures, language }: ReportParts, w: Words): string {
  if (figures.openPoints.length === 0) return p(w.openNone);
  return `<ul class="chk">${figures.openPoints
    .map(
      ({ title, says, decision }) =>
        `<li class="${decision === null ? "open" : "done"}"><b>${escaped(title[language])}</b>${p(says[language])}${p(decision === null ? w.undecided : `${decision.reason} (${w.decidedBy(decision.author)})`, "note")}</li>`,
    )
    .join("")}</ul>`;
}

/** In the order of the programme's closing report; what nobody has said yet is said to be missing. */
function closing({ document }: ReportParts, w: Words): string {
  const of = document.evidence.closing;
  const told = (text: string | undefined) =>
    text === undefined || text.trim() === ""
      ? `<span class="note">${escaped(w.closingMissing)}</span>`
      : escaped(text).replaceAll("\n", "<br>");
  const t = w.closingParts;
  const parts: readonly (readonly [string, string])[] = [
    [t.photos, told(of?.attached.photos)],
    [t.measurements, `${escaped(t.rows)}<br>${told(of?.attached.measurements)}`],
    [t.contracts, told(of?.attached.contracts)],
    [t.tenders, told(of?.attached.tenders)],
    [t.statusBefore, told(of?.statusBefore)],
    [t.statusAfter, told(of?.statusAfter)],
    [t.obstacles, told(of?.obstacles)],
    [t.benefit, escaped(t.seeMoney)],
    [t.carbon, escaped(t.seeCarbon)],
    [t.advice, told(of?.advice)],
  ];
  return table(
    [w.closingPart, ""],
    parts.map(([name, html]) => row([cell(escaped(name)), cell(html)])),
  );
}

function again({ provenance, timeZone, language }: ReportParts, w: Words): string {
  const at = provenance.computedAtMs;
  const clock = new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit" }).format(at);
  const code = (text: string) => `<code>${escaped(text)}</code>`;
  return kv([
    [w.planHash, code(provenance.planHash)],
    [w.rowsHash, code(provenance.rowsHash)],
    [w.resultHash, code(provenance.resultHash)],
    [w.software, escaped(provenance.software)],
    [w.computedAt, `${dateText(plantDayOf(at, timeZone), language)} ${clock}`],
    [w.command, code(provenance.command)],
  ]);
}
