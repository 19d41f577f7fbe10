import { plantDayOf } from "../../domain/mv/plant-days.ts";
import { flueGasPlot, residualPatternPlot } from "../../domain/mv/plots/diagnostic-plots.ts";
import { escaped } from "../../domain/mv/plots/frame.ts";
import { type PlotWords, residualPlot, scatterPlot } from "../../domain/mv/plots/plots.ts";
import { checkText } from "../retrofits/open-points.ts";
import { cell, figure, kv, number, orDash, p, right, row, table } from "./html.ts";
import type { ReportParts } from "./report-parts.ts";
import { dateText, type Language, type Words } from "./words.ts";

export function plotWords(
  { figures, timeZone, language }: ReportParts,
  w: Words,
  summary: string,
): PlotWords {
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

export function modelCard({ figures, language }: ReportParts, w: Words): string {
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

export function fitPlot(parts: ReportParts, w: Words): string {
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

export function residuals(parts: ReportParts, w: Words): string {
  const { baseline } = parts.figures.series;
  return (
    residualPlot(baseline, plotWords(parts, w, w.residuals)) +
    residualPatternPlot(baseline, w.residualPattern)
  );
}

/** A drawing, or none where no analyser and no thermometer was read. */
export function flue({ figures, rows }: ReportParts, w: Words): readonly string[] {
  const dots = rows.flatMap(({ used, period, periods, usefulHeatGj, o2DryPercent, exhaustTempC }) =>
    used && usefulHeatGj !== null && periods > 0 && (o2DryPercent !== null || exhaustTempC !== null)
      ? [{ isAfter: period === "reporting", load: usefulHeatGj / periods, o2DryPercent, exhaustTempC }]
      : [],
  );
  const words = { ...w.flueAxis, load: w.loadAxis[figures.interval], summary: w.flue };
  return dots.length === 0 ? [] : [flueGasPlot(dots, words)];
}

export function results({ figures }: ReportParts, w: Words): string {
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

export function months({ figures, language }: ReportParts, w: Words): string {
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

export function naive({ figures, language }: ReportParts, w: Words): string {
  const { naive: bare } = figures;
  const change = (value: number | null) => (value === null ? "–" : number(-value, 1));
  return `<div class="naive">${p(w.naiveRow(change(bare.perPeriodPercent), change(bare.perDriverPercent)))}${p(bare.why[language])}</div>`;
}

export function placebo({ figures, language }: ReportParts, w: Words): string {
  const { placebo: of } = figures;
  if (of.kind === "refused") return p(of.says[language]);
  return p(w.placeboText(`${figure(of.saved.value)} ± ${figure(of.saved.halfWidth)}`, of.passed));
}

export function sensitivity({ figures, language }: ReportParts, w: Words): string {
  return table(
    ["", { r: w.saved }, { r: "±" }],
    figures.sensitivity.map(({ label, savedGj, halfWidthGj, says }) =>
      says === null
        ? row([cell(escaped(label[language])), right(figure(savedGj ?? 0)), right(figure(halfWidthGj ?? 0))])
        : row([cell(escaped(label[language])), `<td colspan="2">${escaped(says[language])}</td>`]),
    ),
  );
}
