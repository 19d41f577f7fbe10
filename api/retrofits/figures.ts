import type {
  Estimate,
  RetrofitFigures,
  RetrofitRefused,
  RetrofitRow,
} from "../../contracts/http/retrofit-result.ts";
import type { RetrofitDocument } from "../../contracts/http/retrofits.ts";
import type { Label } from "../../domain/boiler.ts";
import {
  type BaselineModel,
  expectedPerPeriod,
  fitModel,
  sensitivities,
} from "../../domain/mv/baseline-model.ts";
import { type BeforeAndAfter, beforeAndAfter } from "../../domain/mv/before-and-after.ts";
import { termName } from "../../domain/mv/design.ts";
import { tQuantile } from "../../domain/mv/distributions.ts";
import type { EnergyBasis, Metered } from "../../domain/mv/energy.ts";
import type { IntervalEstimate } from "../../domain/mv/interval-estimate.ts";
import { externallyStudentised, quadraticForm } from "../../domain/mv/least-squares.ts";
import { oddIntervals } from "../../domain/mv/outliers.ts";
import { plantDayOf, plantSpan } from "../../domain/mv/plant-days.ts";
import { balanceFindings } from "../../domain/mv/point-sanity.ts";
import { type Refusal, sentenceOf } from "../../domain/mv/refusal.ts";
import {
  type AvoidedEnergy,
  normalisedSavings,
  oneModelForBoth,
  savingsByPart,
} from "../../domain/mv/savings.ts";
import type { Considered, RejectReason } from "../../domain/mv/select-model.ts";
import { resultSentence } from "../../domain/mv/sentence.ts";
import { reconciled, savedByEfficiencies } from "../../domain/mv/two-routes.ts";
import type { SavingsRules } from "../registry.ts";
import { attributionOf, carbonOf, publishedOf, yearlyFuels } from "./carbon-figures.ts";
import { adjustmentOf, candidatesOf, indexAt, type Stuff, thresholdsOf } from "./inputs.ts";
import { openPointsOf } from "./open-points.ts";
import { meteredOf, meterUncertaintyOf, planFaults } from "./periods.ts";
import { heatDriver, type RowSet } from "./rows.ts";
import { sensitivityOf } from "./sensitivity.ts";
import { findingsOf, stackLines } from "./stack.ts";
import { worthOf } from "./worth.ts";

const daysPerYear = 365;
const daysPerMonth = 365 / 12;

function refused(faults: readonly Refusal[]): RetrofitRefused {
  return {
    kind: "refused",
    refusals: faults.map((fault) => ({ code: fault.kind, says: sentenceOf(fault) })),
  };
}

/**
 * Everything that a page or a report says of a retrofit, from the document, the rows and the dated rules alone: the
 * same three give the same figures.
 * @param nowMs decides which limits are called today's, and nothing else
 */
export function figuresOf(
  document: RetrofitDocument,
  set: RowSet,
  rules: SavingsRules,
  nowMs: number,
): RetrofitFigures | RetrofitRefused {
  const { plan } = document;
  const faults = [...planFaults(plan, set.timeZone), ...set.found];
  if (faults.length > 0) return refused(faults);
  const thresholds = thresholdsOf(
    plan.thresholds,
    plan.confidence,
    rules,
    plantSpan(plan.reporting, set.timeZone).toMs,
  );
  const baseline = meteredOf("baseline", set.rows, plan, plan.basis);
  const reporting = meteredOf("reporting", set.rows, plan, plan.basis);
  const candidates = candidatesOf(plan);
  const reportingMonths = set.coverage.reportingDays / daysPerMonth;
  const inputs = {
    baseline,
    reporting,
    coverage: { days: set.coverage.baselineDays, validDays: set.coverage.validBaselineDays },
    reportingMonths,
    candidates,
    meters: meterUncertaintyOf(plan),
    raw: null,
    adjustments: plan.adjustments.map((each) => adjustmentOf(each, set)),
    log: set.log.map(({ id, fromMs, toMs }) => ({
      id,
      fromIndex: indexAt(set.rows, fromMs),
      toIndex: indexAt(set.rows, toMs),
    })),
    thresholds,
  };
  const result = beforeAndAfter(inputs);
  if (result.kind !== "before-and-after") return refused([result]);
  return told(
    document,
    set,
    result,
    { baseline, reporting, candidates, thresholds, reportingMonths },
    rules,
    nowMs,
  );
}

const estimate = (value: number, { halfWidthGj, fromGj, toGj }: IntervalEstimate): Estimate => ({
  value,
  halfWidth: halfWidthGj,
  from: fromGj,
  to: toGj,
});

function told(
  document: RetrofitDocument,
  set: RowSet,
  result: BeforeAndAfter<EnergyBasis>,
  stuff: Stuff,
  rules: SavingsRules,
  nowMs: number,
): RetrofitFigures {
  const { plan, evidence, money } = document;
  const { avoided, selection, verdict, range } = result;
  const { model } = selection;
  const { baseline, reporting, thresholds, reportingMonths } = stuff;
  const perDay = plan.interval === "hourly" ? 24 : 1;
  const daysCounted = reporting.intervals.reduce((sum, { periods }) => sum + periods, 0) / perDay;
  const perYear = daysPerYear / daysCounted;
  const carbon = carbonOf(document, set, avoided, rules, nowMs);
  const fuels = yearlyFuels(document, set, avoided, perYear, rules);
  const lines = [...stackLines(evidence.stackTests, plan.boilers[0] ?? "", rules, nowMs)];
  const worth = worthOf({
    money,
    ...fuels,
    halfShare: avoided.interval.halfWidthGj / avoided.adjustedBaselineGj,
    savedPercent: avoided.savedPercent,
    co2SavedTPerYear: carbon === null ? null : carbon.saved.value * perYear,
    rules,
    atMs: nowMs,
    stack: lines,
    feeDay: plan.reporting.to,
  });
  const efficiency = efficiencyOf(document, set, avoided);
  const [firstDay, lastDay] = [plan.reporting.from, plan.reporting.to];
  const fuelMoney = worth.annual === null ? null : worth.annual.fuel / perYear;
  const sentence = resultSentence(result, {
    fromDate: firstDay,
    toDate: lastDay,
    co2eT: carbon?.saved.value ?? null,
    money: fuelMoney === null ? null : { amount: fuelMoney, currency: money.currency },
    load: { driver: heatDriver, unit: plan.interval === "daily" ? "GJ/d" : "GJ/h" },
    namedEvents: plan.adjustments.length,
  });
  const placebo: RetrofitFigures["placebo"] =
    result.placebo.kind === "placebo"
      ? {
          kind: "placebo",
          saved: estimate(result.placebo.avoided.savedGj, result.placebo.avoided.interval),
          savedPercent: result.placebo.avoided.savedPercent,
          passed: result.placebo.passed,
        }
      : { kind: "refused", says: sentenceOf(result.placebo) };
  const rowOf = new Map(set.rows.map((row) => [row.index, row]));
  const dayOf = (index: number) => plantDayOf(rowOf.get(index)?.fromMs ?? 0, set.timeZone);
  const stack = evidence.stackTests.map((test) => ({ test, findings: findingsOf(test, rules) }));
  const balance = (["baseline", "reporting"] as const).flatMap((period) => {
    const [lhv, heat] = totals(set.rows, period);
    return balanceFindings(lhv, heat, null).map((finding) => ({ ...finding, period }));
  });
  const afterModel = model.searched > 0 ? null : fitModel(reporting, model.terms);
  const months = savingsByPart(
    model,
    reporting,
    range.covered,
    { confidence: avoided.confidence, meters: meterUncertaintyOf(plan), reportingMonths },
    (index) => dayOf(index).slice(0, 7),
  );
  return {
    kind: "figures",
    sentence,
    verdict: verdict.kind,
    claimable: verdict.claimable,
    confidence: avoided.confidence,
    basis: plan.basis,
    interval: plan.interval,
    saved: estimate(avoided.savedGj, avoided.interval),
    savedPercent: avoided.savedPercent,
    uncertaintyPercent: avoided.uncertaintyPercent,
    shortcutPercent: avoided.shortcutPercent,
    independentHalfWidth: avoided.independent.halfWidthGj,
    meterStandardErrorGj: avoided.meterStandardErrorGj,
    adjustedBaselineGj: avoided.adjustedBaselineGj,
    meteredGj: avoided.meteredGj,
    normalised: normalisedOf(model, afterModel, perDay, avoided.confidence),
    perYear,
    model: modelText(model, selection.form, selection.considered),
    reportingModel:
      afterModel === null || afterModel.kind !== "model"
        ? null
        : {
            coefficients: coefficientsOf(afterModel),
            equation: equationOf(afterModel),
            chowP: chowOf(model, afterModel),
          },
    range: {
      drivers: range.drivers.map((each) => ({ ...each })),
      coveredEnergyPercent: range.coveredEnergyPercent,
      missing: range.missing.map((each) => missingText(each, plan.interval)),
    },
    checks: result.checks.map((each) => ({ ...each })),
    thresholds: { id: thresholds.id, validFrom: thresholds.validFrom, source: thresholds.source },
    openPoints: [
      ...openPointsOf({
        evidence,
        stack,
        proposals: [
          ...result.proposals.baseline.map((each) => ({ ...each, period: "baseline" as const })),
          ...result.proposals.reporting.map((each) => ({ ...each, period: "reporting" as const })),
        ],
        dayOf,
        checks: result.checks,
        claims: verdict.kind === "saving-demonstrated",
        balance,
        placebo,
        efficiency,
      }),
    ],
    placebo,
    naive: { ...result.naive, why: naiveText },
    efficiency,
    months:
      "kind" in months
        ? []
        : months.map(({ part, avoided: of, coveredPercent }) => ({
            month: part,
            saved: estimate(of.savedGj, of.interval),
            coveredPercent,
          })),
    series: seriesOf(result, baseline, reporting, rowOf),
    odd: oddIntervals(model).map(({ index, oddities }) => ({
      fromMs: rowOf.get(index)?.fromMs ?? 0,
      oddities: [...oddities],
    })),
    carbon,
    attribution: attributionOf(document, set, carbon, avoided, rules),
    published: publishedOf(document, rules, nowMs),
    stack: lines,
    stackTests: evidence.stackTests.map(({ when, date, certificate, fuelId }) => ({
      when,
      date,
      certificate,
      fuel: rules.fuel(fuelId, nowMs)?.label ?? { en: fuelId, "zh-TW": fuelId },
    })),
    worth,
    sensitivity: sensitivityOf(document, set, result, stuff, rules),
  };
}

const naiveText: Label = {
  en: "The bare totals of two periods hold different loads and days against each other: they call a mild month a saving, and a busy one a loss.",
  "zh-TW": "單純比較兩期間總量，未計入負載與天數差異：淡季會被當成節能，旺季會被當成浪費。",
};

function coefficientsOf(model: BaselineModel<EnergyBasis>) {
  const { fit, terms } = model;
  return terms.map((term, k) => ({
    term: termName(term),
    value: fit.coefficients[k] ?? 0,
    standardError: fit.standardErrors[k] ?? 0,
    t: finite(fit.t[k] ?? 0),
    p: fit.pValues[k] ?? 1,
    vif: fit.vif[k] ?? null,
  }));
}

/** JSON has no infinities: a fit without scatter has a t beyond all tables. */
const finite = (value: number) => Math.max(-1e12, Math.min(1e12, value));

function equationOf({ fit, terms }: BaselineModel<EnergyBasis>): string {
  return terms
    .map((term, k) => {
      const value = Number((fit.coefficients[k] ?? 0).toPrecision(4));
      const size = k === 0 ? String(value) : `${value < 0 ? "− " : "+ "}${Math.abs(value)}`;
      return term.kind === "intercept" ? size : `${size} · ${termName(term)}`;
    })
    .join(" ");
}

function modelText(
  model: BaselineModel<EnergyBasis>,
  form: string,
  considered: readonly Considered<EnergyBasis>[],
): RetrofitFigures["model"] {
  const { fit, metrics } = model;
  const driver = Object.keys(model.ranges)[0] ?? null;
  return {
    form,
    driver,
    coefficients: coefficientsOf(model),
    equation: equationOf(model),
    n: fit.n,
    p: fit.p,
    rSquared: fit.rSquared,
    adjustedRSquared: fit.adjustedRSquared,
    cvRmsePercent: metrics.cvRmsePercent,
    nmbePercent: metrics.nmbePercent,
    netDeterminationBiasPercent: metrics.netDeterminationBiasPercent,
    residualSd: fit.residualSd,
    rho: model.rho,
    durbinWatson: model.autocorrelation.durbinWatson,
    tau: model.tau,
    effectiveN: model.effectiveN,
    considered: considered.map((each) => ({
      form: each.form,
      drivers: [...each.drivers],
      bic: each.model?.metrics.bic ?? null,
      chosen: each.model === model,
      why: each.rejected[0] === undefined ? null : rejectText(each.rejected[0]),
    })),
  };
}

function rejectText(reason: RejectReason): Label {
  const figure = (value: number) => Number(value.toPrecision(3));
  switch (reason.kind) {
    case "refused":
      return sentenceOf(reason.refusal);
    case "wrong-sign":
      return {
        en: `${reason.driver} would move the energy against physics.`,
        "zh-TW": `${reason.driver} 的方向違反物理。`,
      };
    case "weak":
      return {
        en: `${reason.driver} cannot be told from nothing (t = ${figure(reason.t)}).`,
        "zh-TW": `${reason.driver} 不顯著（t = ${figure(reason.t)}）。`,
      };
    case "inflated":
      return {
        en: `${reason.driver} hangs together with the other drivers (VIF ${figure(reason.vif)}).`,
        "zh-TW": `${reason.driver} 與其他變數共線（VIF ${figure(reason.vif)}）。`,
      };
  }
}

function missingText(
  {
    driver,
    from,
    to,
    moreIntervals,
  }: { readonly driver: string; readonly from: number; readonly to: number; readonly moreIntervals: number },
  interval: "hourly" | "daily",
): Label {
  const figure = (value: number) => Number(value.toPrecision(3));
  const [en, zh] = interval === "daily" ? ["days", "天"] : ["hours", "小時"];
  return {
    en: `The baseline needs about ${moreIntervals} more ${en} with ${driver} at ${figure(from)} to ${figure(to)}.`,
    "zh-TW": `基準期尚需約 ${moreIntervals} ${zh} ${driver} 為 ${figure(from)} 至 ${figure(to)} 的資料。`,
  };
}

function chowOf(before: BaselineModel<EnergyBasis>, after: BaselineModel<EnergyBasis>): number | null {
  const chow = oneModelForBoth(before, after);
  return chow.kind === "chow" ? chow.p : null;
}

/** A year at the baseline's own loads, asked of both models. */
function normalisedOf(
  model: BaselineModel<EnergyBasis>,
  after: ReturnType<typeof fitModel<EnergyBasis>> | null,
  perDay: number,
  confidence: number,
): RetrofitFigures["normalised"] {
  if (after === null || after.kind !== "model") return null;
  const all = model.intervals.reduce((sum, { periods }) => sum + periods, 0);
  const profile = model.intervals.map(({ periods, drivers }) => ({
    periods: (periods / all) * daysPerYear * perDay,
    drivers,
  }));
  const normal = normalisedSavings(model, after, profile, confidence);
  if (normal.kind !== "normalised-savings") return null;
  return {
    saved: estimate(normal.savedGj, normal.interval),
    savedPercent: normal.savedPercent,
    baselineGj: normal.baselineGj,
    reportingGj: normal.reportingGj,
  };
}

function totals(rows: readonly RetrofitRow[], period: "baseline" | "reporting"): readonly [number, number] {
  let [lhv, heat] = [0, 0];
  for (const row of rows) {
    if (row.period !== period || !row.used) continue;
    for (const { lhvGj } of Object.values(row.fuels)) lhv += lhvGj;
    heat += row.usefulHeatGj ?? 0;
  }
  return [lhv, heat];
}

/** By the meters and by the flue gas, each weighted by the fuel that was burnt. */
function efficiencyOf(
  { evidence }: RetrofitDocument,
  set: RowSet,
  avoided: AvoidedEnergy<EnergyBasis>,
): RetrofitFigures["efficiency"] {
  const [fuelBefore, heatBefore] = totals(set.rows, "baseline");
  const [fuelAfter, heatAfter] = totals(set.rows, "reporting");
  if (!(fuelBefore > 0) || !(fuelAfter > 0)) return null;
  const weighted = (period: "baseline" | "reporting", of: (row: RetrofitRow) => number | null) => {
    let [sum, weight] = [0, 0];
    for (const row of set.rows) {
      const value = row.period === period && row.used ? of(row) : null;
      if (value === null) continue;
      sum += value * (row.energyGj ?? 0);
      weight += row.energyGj ?? 0;
    }
    return weight > 0 ? sum / weight : null;
  };
  const indirectBefore = weighted("baseline", (row) => row.indirectEfficiencyPercent);
  const indirectAfter = weighted("reporting", (row) => row.indirectEfficiencyPercent);
  const { flueLossUncertaintyPoints: points } = evidence;
  const byFlue =
    indirectBefore === null || indirectAfter === null || points === null
      ? null
      : savedByEfficiencies(
          { value: indirectBefore, standard: points },
          { value: indirectAfter, standard: points },
        );
  const share = 100 / avoided.adjustedBaselineGj;
  const both =
    byFlue === null
      ? null
      : reconciled(
          { value: avoided.savedPercent, standard: avoided.interval.standardErrorGj * share },
          byFlue,
        );
  return {
    beforePercent: (100 * heatBefore) / fuelBefore,
    afterPercent: (100 * heatAfter) / fuelAfter,
    indirectBeforePercent: indirectBefore,
    indirectAfterPercent: indirectAfter,
    reconciled:
      both === null
        ? null
        : {
            inputOutputPercent: both.inputOutput.value,
            flueLossPercent: both.flueLoss.value,
            z: both.z,
            consistent: both.consistent,
          },
    o2Before: weighted("baseline", (row) => row.o2DryPercent),
    o2After: weighted("reporting", (row) => row.o2DryPercent),
  };
}

const bandPoints = 40;

function seriesOf(
  { selection, avoided, cusum, adjusted }: BeforeAndAfter<EnergyBasis>,
  baseline: Metered<EnergyBasis>,
  reporting: Metered<EnergyBasis>,
  rowOf: ReadonlyMap<number, RetrofitRow>,
): RetrofitFigures["series"] {
  const { model } = selection;
  const { fit } = model;
  const studentised = externallyStudentised(fit);
  const loadOf = (drivers: Readonly<Record<string, number>>) => drivers[heatDriver] ?? 0;
  const at = (index: number) => rowOf.get(index)?.fromMs ?? 0;
  const runningSum = new Map(cusum.map((point) => [point.index, point]));
  const t = tQuantile((1 + avoided.confidence) / 2, Math.max(1, fit.n / model.tau - fit.p));
  const loads = [...baseline.intervals, ...reporting.intervals].map(({ drivers }) => loadOf(drivers));
  const [lowest, highest] = [Math.min(...loads), Math.max(...loads)];
  const others = meanDrivers(baseline);
  return {
    baseline: baseline.intervals.map(({ index, periods, energyGj, drivers }, row) => ({
      index,
      fromMs: at(index),
      load: loadOf(drivers),
      gj: energyGj / periods,
      expectedGj: expectedPerPeriod(model, drivers),
      residualGj: fit.residuals[row] ?? 0,
      studentised: studentised[row] ?? null,
    })),
    reporting: reporting.intervals.map(({ index, periods, energyGj, drivers }, row) => ({
      index,
      fromMs: at(index),
      load: loadOf(drivers),
      gj: energyGj / periods,
      expectedGj: expectedPerPeriod(model, drivers),
      cumulativeGj: runningSum.get(index)?.savedGj ?? 0,
      cumulativeHalfWidthGj: runningSum.get(index)?.halfWidthGj ?? 0,
      counted: adjusted.kept[row] !== false,
    })),
    band: Array.from({ length: bandPoints + 1 }, (_, k) => {
      const load = lowest + ((highest - lowest) * k) / bandPoints;
      const drivers = { ...others, [heatDriver]: load };
      const middle = expectedPerPeriod(model, drivers);
      const half =
        t *
        fit.residualSd *
        Math.sqrt(1 + quadraticForm(model.unscaledCovariance, sensitivities(model, drivers)));
      return { load, low: middle - half, middle, high: middle + half };
    }),
  };
}

function meanDrivers({ intervals }: Metered<EnergyBasis>): Readonly<Record<string, number>> {
  const names = Object.keys(intervals[0]?.drivers ?? {});
  return Object.fromEntries(
    names.map((name) => [
      name,
      intervals.reduce((sum, { drivers }) => sum + (drivers[name] ?? 0), 0) / Math.max(1, intervals.length),
    ]),
  );
}
