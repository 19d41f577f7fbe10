import type { Provenance, RetrofitFigures, RetrofitRow } from "../../contracts/http/retrofit-result.ts";
import type { RetrofitDocument, RetrofitState } from "../../contracts/http/retrofits.ts";
import type { Label } from "../../domain/boiler.ts";
import { plantDayOf } from "../../domain/mv/plant-days.ts";
import { flueGasPlot, residualPatternPlot } from "../../domain/mv/plots/diagnostic-plots.ts";
import { escaped } from "../../domain/mv/plots/frame.ts";
import {
  dailyPlot,
  limitBar,
  type PlotWords,
  residualPlot,
  scatterPlot,
  waterfallBar,
} from "../../domain/mv/plots/plots.ts";
import { checkText } from "../retrofits/open-points.ts";
import { cell, figure, kv, number, orDash, p, right, row, type Section, table } from "./html.ts";
import { dateText, type Language, type Words, wordsOf } from "./words.ts";

/** All that a report is written from. */
export interface ReportParts {
  readonly document: RetrofitDocument;
  readonly figures: RetrofitFigures;
  readonly rows: readonly RetrofitRow[];
  readonly timeZone: string;
  readonly provenance: Provenance;
  readonly state: RetrofitState;
  readonly siteName: Label;
  readonly language: Language;
}

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

function plotWords({ figures, timeZone, language }: ReportParts, w: Words, summary: string): PlotWords {
  return {
    energy: w.energyAxis[figures.interval],
    load: w.loadAxis[figures.interval],
    before: w.before,
    after: w.after,
    validRange: w.validRange,
    cumulative: w.cumulative,
    residual: w.residual,
    summary,
    dayOf: (atMs) => dateText(plantDayOf(atMs, timeZone), language),
  };
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

function modelCard({ figures, language }: ReportParts, w: Words): string {
  const { model, reportingModel, checks, thresholds, range } = figures;
  const short = (value: number) => figure(value);
  return [
    `<p><b>${escaped(w.equation)}</b> <code>${escaped(model.equation)}</code> (${escaped(model.form)}, n = ${model.n}, p = ${model.p})</p>`,
    reportingModel === null
      ? ""
      : `<p><b>${escaped(w.afterEquation)}</b> <code>${escaped(reportingModel.equation)}</code></p>`,
    table(
      [w.term, { r: w.value }, { r: w.standardError }, { r: "t" }, { r: "p" }, { r: "VIF" }],
      model.coefficients.map((each) =>
        row([
          cell(escaped(each.term)),
          right(short(each.value)),
          right(short(each.standardError)),
          right(short(each.t)),
          right(each.p < 0.0001 ? "&lt; 0.0001" : short(each.p)),
          right(each.vif === null ? "–" : short(each.vif)),
        ]),
      ),
    ),
    table(
      [w.check, { r: w.value }, { r: w.limit }, ""],
      checks.map(({ check, value, limit, passed, blocks }) =>
        row([
          cell(escaped(checkText[check][language])),
          right(value === null ? "–" : short(value)),
          right(short(limit)),
          cell(
            escaped(passed ? w.met : blocks ? w.notMet : `${w.notMet} (${w.informs})`),
            passed ? "" : "bad",
          ),
        ]),
      ),
    ),
    p(
      `R² ${model.rSquared.toFixed(3)} · CV(RMSE) ${model.cvRmsePercent.toFixed(2)} % · ρ ${model.rho === null ? "–" : model.rho.toFixed(2)} · τ ${model.tau.toFixed(2)} · DW ${model.durbinWatson === null ? "–" : model.durbinWatson.toFixed(2)}`,
      "note",
    ),
    ...range.missing.map((each) => p(each[language], "note")),
    p(
      `${w.thresholds(thresholds.id, dateText(thresholds.validFrom, language))}: ${thresholds.source}`,
      "note",
    ),
  ].join("");
}

function fitPlot(parts: ReportParts, w: Words): string {
  const { figures } = parts;
  const load = figures.range.drivers.find(({ driver }) => driver === figures.model.driver);
  const after = figures.reportingModel?.coefficients ?? [];
  const isLine = after.length === 2;
  return scatterPlot(
    figures.series.baseline,
    figures.series.reporting,
    figures.series.band,
    isLine ? { intercept: after[0]?.value ?? 0, slope: after[1]?.value ?? 0 } : null,
    load?.valid ?? { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY },
    plotWords(parts, w, `${w.modelFit}: ${figures.model.equation}`),
  );
}

function residuals(parts: ReportParts, w: Words): string {
  const { baseline } = parts.figures.series;
  return (
    residualPlot(baseline, plotWords(parts, w, w.residuals)) +
    residualPatternPlot(baseline, w.residualPattern)
  );
}

/** A drawing, or none where no analyser and no thermometer was read. */
function flue({ figures, rows }: ReportParts, w: Words): readonly string[] {
  const dots = rows.flatMap(({ used, period, periods, usefulHeatGj, o2DryPercent, exhaustTempC }) =>
    used && usefulHeatGj !== null && periods > 0 && (o2DryPercent !== null || exhaustTempC !== null)
      ? [{ isAfter: period === "reporting", load: usefulHeatGj / periods, o2DryPercent, exhaustTempC }]
      : [],
  );
  const words = { ...w.flueAxis, load: w.loadAxis[figures.interval], summary: w.flue };
  return dots.length === 0 ? [] : [flueGasPlot(dots, words)];
}

function results({ figures }: ReportParts, w: Words): string {
  const { saved, normalised } = figures;
  const gj = (value: number) => `${figure(value)} GJ`;
  return kv([
    [w.adjustedBaseline, gj(figures.adjustedBaselineGj)],
    [w.metered, gj(figures.meteredGj)],
    [
      w.avoided,
      `<b>${figure(saved.value)} ± ${figure(saved.halfWidth)} GJ</b> (${figures.savedPercent.toFixed(1)} %), ${escaped(w.exact)}`,
    ],
    [w.meterPart, gj(figures.meterStandardErrorGj)],
    [w.independent, `± ${gj(figures.independentHalfWidth)}`],
    [w.shortcut, orDash(figures.shortcutPercent, 1)],
    ...(normalised === null
      ? []
      : [
          [
            w.normalised,
            `${figure(normalised.saved.value)} ± ${figure(normalised.saved.halfWidth)} GJ (${normalised.savedPercent.toFixed(1)} %)`,
          ] as const,
        ]),
  ]);
}

function months({ figures, language }: ReportParts, w: Words): string {
  return table(
    [w.month, { r: w.saved }, { r: "±" }, { r: w.covered }],
    figures.months.map(({ month, saved, coveredPercent }) =>
      row([
        cell(monthText(month, language)),
        right(figure(saved.value)),
        right(figure(saved.halfWidth)),
        right(number(coveredPercent)),
      ]),
    ),
  );
}

function monthText(month: string, language: Language): string {
  return language === "zh-TW" ? dateText(`${month}-01`, language).replace(/\/1$/, "") : month;
}

function naive({ figures, language }: ReportParts, w: Words): string {
  const { naive: bare } = figures;
  const change = (value: number | null) => (value === null ? "–" : number(-value, 1));
  return `<div class="naive">${p(w.naiveRow(change(bare.perPeriodPercent), change(bare.perDriverPercent)))}${p(bare.why[language])}</div>`;
}

function stack({ figures, language }: ReportParts, w: Words): string {
  const tests = figures.stackTests.map(
    ({ when, date, certificate, fuel }) =>
      `${when === "before" ? w.before : w.after}: ${dateText(date, language)}, ${fuel[language]} (${certificate})`,
  );
  const pair = (one: number | null, other: number | null, digits: number) =>
    one === other ? orDash(one, digits) : `${orDash(one, digits)} / ${orDash(other, digits)}`;
  const shareOf = (value: number | null, limit: number | null, what: string) =>
    value === null || limit === null
      ? null
      : what === "air-ratio"
        ? (value - 1) / (limit - 1)
        : value / limit;
  const lines = figures.stack.map((line) => {
    const { what, decimals: d, unit } = line;
    const [one, other] = [
      shareOf(line.before, line.limitNowBefore, what),
      shareOf(line.after, line.limitNowAfter, what),
    ];
    const over = (share: number | null, text: string) =>
      cell(share !== null && share > 1 ? `<b class="over">${text}</b>` : text, "r");
    const change =
      line.before === null || line.after === null
        ? ""
        : what === "exhaust" || what === "air-ratio"
          ? number(line.after - line.before, d)
          : what === "dry-flow"
            ? ""
            : `${number(100 * (line.after / line.before - 1))} %`;
    return row([
      `<th scope="row">${escaped(w.what[what])} <span class="u">${escaped(unit)}</span></th>`,
      right(orDash(line.measuredBefore, 1)),
      over(one, orDash(line.before, d)),
      right(orDash(line.measuredAfter, 1)),
      over(other, orDash(line.after, d)),
      right(pair(line.limitThenBefore, line.limitThenAfter, d)),
      right(pair(line.limitNowBefore, line.limitNowAfter, d)),
      cell(one === null && other === null ? "" : limitBar(one, other, w.share)),
      right(change),
    ]);
  });
  const nox = figures.stack.find(({ what, perGj }) => what === "nox" && perGj !== null)?.perGj ?? null;
  return [
    p(tests.join(" · ")),
    table(
      [
        "",
        { r: `${w.before}, ${w.measured}` },
        { r: w.atReference },
        { r: `${w.after}, ${w.measured}` },
        { r: w.atReference },
        { r: w.limitThen },
        { r: w.limitNow },
        w.share,
        { r: w.change },
      ],
      lines,
    ),
    nox === null
      ? ""
      : p(
          `NOx: ${w.perGj(number(nox.reductionPerHourPercent), number(nox.reductionPerGjPercent), nox.loadRatio.toFixed(2))}`,
          "note",
        ),
    p(w.stackNote, "note"),
  ].join("");
}

function carbon({ figures, language }: ReportParts, w: Words): string {
  const { carbon: of } = figures;
  if (of === null) return "";
  return [
    kv([
      [w.before, `${number(of.beforeT)} t CO₂e (${escaped(of.editionBefore)})`],
      [w.after, `${number(of.afterT)} t CO₂e`],
      [
        w.co2,
        `<b>${number(of.saved.value)} ± ${number(of.saved.halfWidth)} t</b> (${of.savedPercent.toFixed(1)} %)`,
      ],
      [w.conservative, `${number(of.conservativeT)} t`],
    ]),
    table(
      [w.fuel, w.edition, { r: w.energy }, { r: "CO₂, t" }, { r: "CO₂e, t" }],
      of.fuels.map((each) =>
        row([
          cell(escaped(each.label[language])),
          cell(escaped(each.edition)),
          right(number(each.lhvGj)),
          right(number(each.co2T)),
          right(number(each.co2eT)),
        ]),
      ),
    ),
  ].join("");
}

function attribution({ figures, language }: ReportParts, w: Words): string {
  const { attribution: of } = figures;
  if (of === null) return "";
  let left = of.before;
  const parts = of.effects.map(({ label, reduction }) => {
    const from = left;
    left -= reduction;
    return `<div class="wf"><span>${escaped(label[language])}</span>${waterfallBar(from, left, of.before, "part")}<b>${number(-reduction)}</b></div>`;
  });
  return `<div class="wfs"><div class="wf"><span>${escaped(w.before)}</span>${waterfallBar(0, of.before, of.before, "before")}<b>${number(of.before)}</b></div>${parts.join("")}<div class="wf"><span>${escaped(w.after)}</span>${waterfallBar(0, of.after, of.before, "after")}<b>${number(of.after)}</b></div>${p(`t CO₂e. ${w.attributionRule[of.rule]}`, "note")}</div>`;
}

function published({ figures, language }: ReportParts, _w: Words): string {
  const { published: of } = figures;
  return of === null ? "" : p(of.says[language]) + p(of.source, "note");
}

function money({ figures, language }: ReportParts, w: Words): string {
  const { worth } = figures;
  const m = (value: number) => `${number(value / 1e6, 2)} M`;
  const bills = (of: typeof worth.billsBefore, name: string, sign: 1 | -1) =>
    of.map(
      (bill) =>
        [
          `${name}: ${bill.label[language]} ${number(bill.quantity)} ${bill.unit} × ${bill.perUnit ?? "–"}`,
          bill.perUnit === null ? "–" : m(sign * bill.quantity * bill.perUnit),
        ] as const,
    );
  const { annual, irr } = worth;
  const lines: (readonly [string, string])[] = [
    ...bills(worth.billsBefore, w.billBefore, 1),
    ...bills(worth.billsAfter, w.billAfter, -1),
  ];
  if (annual !== null) {
    for (const [name, value] of [
      [w.electricity, annual.electricity],
      [w.maintenance, annual.maintenance],
      [w.airFee, annual.airPollutionFee],
      [w.carbonFee, annual.carbonFee],
      [w.credits, annual.credits],
    ] as const)
      if (value !== 0) lines.push([name, m(value)]);
    lines.push([
      w.net,
      `<b>${m(annual.net)} ± ${number((worth.annualHalfWidth ?? 0) / 1e6, 2)} ${escaped(worth.currency)}</b>`,
    ]);
  }
  lines.push([w.investment, m(worth.investment)], [w.grant, m(worth.grant)]);
  if (annual !== null) {
    lines.push(
      [w.npv, m(worth.npv ?? 0)],
      [
        w.irr,
        irr === null
          ? "–"
          : irr.kind === "rate"
            ? `${(100 * irr.perYear).toFixed(1)} %`
            : escaped(irr.kind === "none" ? w.irrNone : w.irrMany),
      ],
      [w.simple, worth.simplePaybackYears === null ? escaped(w.never) : worth.simplePaybackYears.toFixed(1)],
      [
        w.discounted,
        worth.discountedPaybackYears === null ? escaped(w.never) : worth.discountedPaybackYears.toFixed(1),
      ],
    );
  }
  const notes = [worth.subsidy, worth.taxCredit, worth.carbonFee, worth.airPollutionFee ?? null].filter(
    (each) => each !== null,
  );
  const range = [...worth.sensitivity].map(({ assumption, atLow, atHigh }) =>
    row([cell(escaped(w.assumption[assumption] ?? assumption)), right(m(atLow)), right(m(atHigh))]),
  );
  return [
    kv(lines),
    ...notes.map((each) => p(each.says[language]) + (each.source === null ? "" : p(each.source, "note"))),
    range.length === 0 ? "" : table([w.tornado, { r: "−" }, { r: "+" }], range),
    worth.shared.length === 0
      ? ""
      : table(
          [`${w.shared}: ${w.year}`, { r: w.company }, { r: w.owner }],
          worth.shared
            .slice(0, 10)
            .map(({ year, company, owner }) => row([cell(String(year)), right(m(company)), right(m(owner))])),
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

function placebo({ figures, language }: ReportParts, w: Words): string {
  const { placebo: of } = figures;
  if (of.kind === "refused") return p(of.says[language]);
  return p(w.placeboText(`${figure(of.saved.value)} ± ${figure(of.saved.halfWidth)}`, of.passed));
}

function sensitivity({ figures, language }: ReportParts, w: Words): string {
  return table(
    ["", { r: w.saved }, { r: "±" }],
    figures.sensitivity.map(({ label, savedGj, halfWidthGj, says }) =>
      says === null
        ? row([cell(escaped(label[language])), right(figure(savedGj ?? 0)), right(figure(halfWidthGj ?? 0))])
        : row([cell(escaped(label[language])), `<td colspan="2">${escaped(says[language])}</td>`]),
    ),
  );
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
