import { type BaselineModel, expectedPerPeriod, intervalFault, sensitivities } from "./baseline-model.ts";
import { driversOf, energyPerPeriod, type Interval, type Term, termValue } from "./design.ts";
import { fUpper } from "./distributions.ts";
import type { EnergyBasis, Metered } from "./energy.ts";
import { basisFault } from "./energy.ts";
import { fractionalUncertaintyPercent, shortcutFactor } from "./fractional-uncertainty.ts";
import { type IntervalEstimate, intervalAround } from "./interval-estimate.ts";
import { leastSquares, quadraticForm } from "./least-squares.ts";
import type { Adjusted } from "./non-routine.ts";
import type { Refusal } from "./refusal.ts";

/**
 * What is known of the meters' own error. It is one error over the whole period, so more days do not make it smaller.
 */
export type MeterUncertainty =
  | { readonly kind: "not-stated" }
  | {
      readonly kind: "stated";
      /** Standard uncertainty of the fuel meter, % of reading (k = 1). */
      readonly energyPercent: number;
      readonly energyMeter: /** One meter before and after: its error scales the saving instead of making one. */
        | { readonly kind: "same" }
        /** Two that were held against each other; with the standard uncertainty of the factor between them. */
        | { readonly kind: "compared"; readonly factorPercent: number }
        /** Two, each with an error of its own. */
        | { readonly kind: "separate" };
      /** Standard uncertainty of each driver's meter that is not the same before and after, % of reading. */
      readonly exchangedDriverPercent: Readonly<Record<string, number>>;
    };

/** Energy not used, against what the same conditions would have taken before. All in GJ on `basis`. */
export interface AvoidedEnergy<B extends EnergyBasis> {
  readonly kind: "avoided-energy";
  readonly basis: B;
  readonly confidence: number;
  /** Intervals of the reporting period. */
  readonly m: number;
  readonly adjustedBaselineGj: number;
  readonly meteredGj: number;
  readonly savedGj: number;
  /** Of the adjusted baseline. */
  readonly savedPercent: number;
  /** The headline: coefficients, their covariance, autocorrelation, and the meters where stated. */
  readonly interval: IntervalEstimate;
  /** As if intervals were independent and change points known: shown so that the difference can be seen. */
  readonly independent: IntervalEstimate;
  readonly tau: number;
  readonly meters: MeterUncertainty["kind"];
  readonly meterStandardErrorGj: number;
  /** The shortcut of Guideline 14, % of the saving; `null` where nothing was saved. */
  readonly shortcutPercent: number | null;
  /** Half-width of the headline, % of the saving. */
  readonly uncertaintyPercent: number | null;
}

export interface SavingOptions {
  /** Two-sided, 0.9 as a rule. */
  readonly confidence: number;
  readonly meters: MeterUncertainty;
  /** Length of the reporting period. */
  readonly reportingMonths: number;
  /** What persons decided on events; without it every interval counts as it is. */
  readonly adjusted?: Adjusted;
}

/**
 * Avoided energy: what the baseline expects under the reporting period's own conditions, less what was metered.
 *
 * The variance is τ·s²·(Σw² + q'·C·q): the scatter of m new intervals, and the coefficients' common error, which
 * grows when the load lies away from the baseline's mean. τ widens both for neighbours that move together, and the
 * degrees of freedom shrink with it to n / τ − p. A change point that was searched for is a parameter like any other:
 * q and C have a column for it, the model's slope along it.
 * @source Textbook prediction variance of a sum under a first-order autoregression; coverage held by simulation
 */
export function avoidedEnergy<B extends EnergyBasis>(
  model: BaselineModel<B>,
  reporting: Metered<NoInfer<B>>,
  { confidence, meters, reportingMonths, adjusted }: SavingOptions,
): AvoidedEnergy<B> | Refusal {
  const { intervals } = reporting;
  const fault =
    basisFault(model.basis, reporting.basis) ??
    confidenceFault(confidence) ??
    (intervals.length === 0 ? ({ kind: "empty-period", period: "reporting" } as const) : null) ??
    intervalFault(intervals, driversOf(model.terms)) ??
    effectiveFault(model);
  if (fault !== null) return fault;
  const { fit, terms, tau } = model;
  const share = intervals.map((_, row) => adjusted?.weights[row] ?? 1);
  const weight = intervals.map(({ periods }, row) => periods * (share[row] as number));
  if (weight.every((each) => each === 0)) return { kind: "nothing-to-compare", why: "all-adjusted" };
  const q = columnSums(terms, intervals, weight);
  const expectedGj = q.reduce((sum, each, k) => sum + each * (fit.coefficients[k] as number), 0);
  const weighedGj = intervals.reduce((sum, { energyGj }, row) => sum + energyGj * (share[row] as number), 0);
  const savedGj = expectedGj - weighedGj + (adjusted?.addedGj ?? 0);
  const meteredGj = intervals.reduce(
    (sum, { energyGj }, row) => (adjusted?.kept[row] === false ? sum : sum + energyGj),
    0,
  );
  const adjustedBaselineGj = meteredGj + savedGj;
  if (!(adjustedBaselineGj > 0)) return { kind: "nothing-to-compare", why: "nothing-expected" };
  const scatter = weight.reduce((sum, w) => sum + w * w, 0);
  const known = fit.residualSd ** 2 * (scatter + quadraticForm(fit.unscaledCovariance, q));
  const moved = sensitivitySums(model, intervals, weight);
  const variance = fit.residualSd ** 2 * (scatter + quadraticForm(model.unscaledCovariance, moved));
  const meterStandardErrorGj = meterError(
    model,
    intervals,
    weight,
    { adjustedBaselineGj, meteredGj },
    meters,
  );
  const standardErrorGj = Math.hypot(
    Math.sqrt(tau * variance),
    meterStandardErrorGj,
    adjusted?.addedStandardErrorGj ?? 0,
  );
  const interval = intervalAround(savedGj, standardErrorGj, fit.n / tau - fit.p, confidence);
  const savedPercent = (100 * savedGj) / adjustedBaselineGj;
  return {
    kind: "avoided-energy",
    basis: model.basis,
    confidence,
    m: intervals.length,
    adjustedBaselineGj,
    meteredGj,
    savedGj,
    savedPercent,
    interval,
    independent: intervalAround(savedGj, Math.sqrt(known), fit.dof, confidence),
    tau,
    meters: meters.kind,
    meterStandardErrorGj,
    shortcutPercent: fractionalUncertaintyPercent({
      n: fit.n,
      p: fit.p,
      m: intervals.length,
      cvRmsePercent: model.metrics.cvRmsePercent,
      savedPercent,
      rho: model.rho,
      confidence,
      factor: shortcutFactor(model.granularity, reportingMonths),
    }),
    uncertaintyPercent: savedGj === 0 ? null : (100 * interval.halfWidthGj) / Math.abs(savedGj),
  };
}

/** A model before and a model after, both at one stated profile of operation. */
export interface NormalisedSavings<B extends EnergyBasis> {
  readonly kind: "normalised-savings";
  readonly basis: B;
  readonly confidence: number;
  readonly baselineGj: number;
  readonly reportingGj: number;
  readonly savedGj: number;
  readonly savedPercent: number;
  readonly interval: IntervalEstimate;
  readonly independent: IntervalEstimate;
  /** Degrees of freedom of the model that has fewer: below about 10 the figure stands on little. */
  readonly leastDof: number;
}

/** Conditions of operation, and for how many periods they hold. */
export interface ProfilePart {
  readonly periods: number;
  readonly drivers: Readonly<Record<string, number>>;
}

/**
 * Savings at a profile that both models are asked for: comparable between years, but not what was metered.
 * @source Var = s_b²·q'C_b·q + s_r²·q'C_r·q; degrees of freedom by Welch and Satterthwaite
 */
export function normalisedSavings<B extends EnergyBasis>(
  baseline: BaselineModel<B>,
  reporting: BaselineModel<NoInfer<B>>,
  profile: readonly ProfilePart[],
  confidence: number,
): NormalisedSavings<B> | Refusal {
  const parts = profile.map(
    ({ periods, drivers }, index): Interval => ({ index, periods, drivers, energyGj: 0 }),
  );
  const fault =
    basisFault(baseline.basis, reporting.basis) ??
    confidenceFault(confidence) ??
    (parts.length === 0 ? ({ kind: "nothing-to-compare", why: "empty-profile" } as const) : null) ??
    intervalFault(parts, [...driversOf(baseline.terms), ...driversOf(reporting.terms)]) ??
    effectiveFault(baseline) ??
    effectiveFault(reporting);
  if (fault !== null) return fault;
  const sums = [baseline, reporting].map((model) => {
    const { fit, terms, tau } = model;
    const q = columnSums(
      terms,
      parts,
      parts.map(({ periods }) => periods),
    );
    return {
      gj: q.reduce((sum, each, k) => sum + each * (fit.coefficients[k] as number), 0),
      known: fit.residualSd ** 2 * quadraticForm(fit.unscaledCovariance, q),
      variance:
        fit.residualSd ** 2 *
        quadraticForm(
          model.unscaledCovariance,
          sensitivitySums(
            model,
            parts,
            parts.map(({ periods }) => periods),
          ),
        ),
      tau,
      dof: fit.dof,
      effectiveDof: fit.n / tau - fit.p,
    };
  });
  const [before, after] = sums as [(typeof sums)[number], (typeof sums)[number]];
  const savedGj = before.gj - after.gj;
  const welch = (parts: readonly { readonly variance: number; readonly dof: number }[]) =>
    parts.reduce((sum, { variance }) => sum + variance, 0) ** 2 /
    parts.reduce((sum, { variance, dof }) => sum + variance ** 2 / dof, 0);
  const widened = sums.map(({ variance, tau, effectiveDof }) => ({
    variance: tau * variance,
    dof: effectiveDof,
  }));
  const around = (parts: readonly { readonly variance: number; readonly dof: number }[]) =>
    intervalAround(
      savedGj,
      Math.sqrt(parts.reduce((sum, { variance }) => sum + variance, 0)),
      welch(parts),
      confidence,
    );
  return {
    kind: "normalised-savings",
    basis: baseline.basis,
    confidence,
    baselineGj: before.gj,
    reportingGj: after.gj,
    savedGj,
    savedPercent: (100 * savedGj) / before.gj,
    interval: around(widened),
    independent: around(sums.map(({ known, dof }) => ({ variance: known, dof }))),
    leastDof: Math.min(before.effectiveDof, after.effectiveDof),
  };
}

/** What the bare figures say, before and after: shown so that it can be said why it is wrong. */
export interface NaiveComparison {
  /** Change of energy per period; positive is less. */
  readonly perPeriodPercent: number;
  readonly totalPercent: number;
  /** Change of energy per unit of a driver; `null` without one. */
  readonly perDriverPercent: number | null;
}

/** @param driver usually the useful heat */
export function naiveComparison<B extends EnergyBasis>(
  before: Metered<B>,
  after: Metered<NoInfer<B>>,
  driver: string | null,
): NaiveComparison | Refusal {
  for (const [period, { intervals }] of [
    ["baseline", before],
    ["reporting", after],
  ] as const)
    if (intervals.length === 0) return { kind: "empty-period", period };
  const totals = [before, after].map(({ intervals }) => ({
    gj: intervals.reduce((sum, { energyGj }) => sum + energyGj, 0),
    periods: intervals.reduce((sum, { periods }) => sum + periods, 0),
    driven: intervals.reduce((sum, { drivers, periods }) => sum + periods * (drivers[driver ?? ""] ?? 0), 0),
  }));
  const [first, second] = totals as [(typeof totals)[number], (typeof totals)[number]];
  const lessPercent = (one: number, other: number) => 100 * (1 - other / one);
  if (!(first.gj > 0)) return { kind: "nothing-to-compare", why: "nothing-metered-before" };
  return {
    perPeriodPercent: lessPercent(first.gj / first.periods, second.gj / second.periods),
    totalPercent: lessPercent(first.gj, second.gj),
    perDriverPercent:
      first.driven > 0 && second.driven > 0
        ? lessPercent(first.gj / first.driven, second.gj / second.driven)
        : null,
  };
}

/**
 * Whether one model does for both periods: the same question from another side.
 * @source Chow's F test: (SSE of one − SSE of two) / p over SSE of two / (n − 2p)
 */
export function oneModelForBoth<B extends EnergyBasis>(
  before: BaselineModel<B>,
  after: BaselineModel<NoInfer<B>>,
): { readonly kind: "chow"; readonly f: number; readonly p: number } | Refusal {
  const intervals = [...before.intervals, ...after.intervals];
  const columns = before.terms.map((term) =>
    Float64Array.from(intervals, ({ drivers }) => termValue(term, drivers)),
  );
  const together = leastSquares(columns, energyPerPeriod(intervals));
  if (together.kind !== "fit") return { kind: "nothing-to-compare", why: "different-models" };
  const apart = before.fit.sse + after.fit.sse;
  const k = before.terms.length;
  const dof = intervals.length - 2 * k;
  if (dof <= 0) return { kind: "too-few-intervals", have: intervals.length, needed: 2 * k + 1 };
  if (apart <= 0) return { kind: "nothing-to-compare", why: "no-scatter" };
  const f = (together.fit.sse - apart) / k / (apart / dof);
  return { kind: "chow", f, p: fUpper(f, k, dof) };
}

/** One point of the running sum of savings. */
export interface CusumPoint {
  readonly index: number;
  readonly savedGj: number;
  readonly halfWidthGj: number;
}

/**
 * Savings added up, interval by interval, each with the band that it had by then.
 * @param adjusted what persons decided on events; what engineers added counts from the end of the period
 */
export function savingsCusum<B extends EnergyBasis>(
  model: BaselineModel<B>,
  reporting: Metered<NoInfer<B>>,
  confidence: number,
  adjusted?: Adjusted,
): readonly CusumPoint[] | Refusal {
  const fault =
    basisFault(model.basis, reporting.basis) ??
    confidenceFault(confidence) ??
    intervalFault(reporting.intervals, driversOf(model.terms)) ??
    effectiveFault(model);
  if (fault !== null) return fault;
  const { fit, tau } = model;
  const { t } = intervalAround(0, 1, fit.n / tau - fit.p, confidence);
  const q = model.unscaledCovariance.map(() => 0);
  let savedGj = 0;
  let squares = 0;
  return reporting.intervals
    .map((interval, row) => ({ ...interval, share: adjusted?.weights[row] ?? 1 }))
    .sort((a, b) => a.index - b.index)
    .map(({ index, periods, energyGj, drivers, share }) => {
      const weight = share * periods;
      savedGj += weight * expectedPerPeriod(model, drivers) - share * energyGj;
      squares += weight * weight;
      for (const [k, slope] of sensitivities(model, drivers).entries())
        q[k] = (q[k] as number) + weight * slope;
      const variance = fit.residualSd ** 2 * (squares + quadraticForm(model.unscaledCovariance, q));
      return { index, savedGj, halfWidthGj: t * Math.sqrt(tau * variance) };
    });
}

/** What one part of the reporting period saved: a month, say. */
export interface PartSaving<B extends EnergyBasis> {
  readonly part: string;
  readonly avoided: AvoidedEnergy<B>;
  /** Of the part's intervals, those where the model holds. */
  readonly coveredPercent: number;
}

/**
 * The saving month by month, or by whatever parts are asked for, each with an interval of its own. The intervals of
 * the parts do not add up to that of the whole: they share the baseline's error.
 * @param partOf the name of the part that an interval belongs to
 * @param covered by interval, from `validity`
 */
export function savingsByPart<B extends EnergyBasis>(
  model: BaselineModel<B>,
  reporting: Metered<NoInfer<B>>,
  covered: readonly boolean[],
  options: Omit<SavingOptions, "adjusted">,
  partOf: (index: number) => string,
): readonly PartSaving<B>[] | Refusal {
  const parts = new Map<string, { readonly intervals: Interval[]; covered: number }>();
  for (const [row, interval] of reporting.intervals.entries()) {
    const name = partOf(interval.index);
    const part = parts.get(name) ?? { intervals: [], covered: 0 };
    part.intervals.push(interval);
    if (covered[row] === true) part.covered += 1;
    parts.set(name, part);
  }
  const savings: PartSaving<B>[] = [];
  for (const [part, { intervals, covered: inside }] of parts) {
    const avoided = avoidedEnergy(model, { ...reporting, intervals }, options);
    if (avoided.kind !== "avoided-energy") return avoided;
    savings.push({ part, avoided, coveredPercent: (100 * inside) / intervals.length });
  }
  return savings;
}

/** Whether a saving that was accepted still holds. */
export type SavingDecay =
  | { readonly kind: "holding"; readonly recentPercent: number; readonly atMostPercent: number }
  /** The whole interval of the last days lies below what was accepted. */
  | { readonly kind: "decayed"; readonly recentPercent: number; readonly atMostPercent: number };

/** Holds the last days against an accepted saving: trim lost and fouling take it away bit by bit. */
export function savingDecay<B extends EnergyBasis>(
  model: BaselineModel<B>,
  recent: Metered<NoInfer<B>>,
  acceptedPercent: number,
  options: Omit<SavingOptions, "adjusted">,
): SavingDecay | Refusal {
  const avoided = avoidedEnergy(model, recent, options);
  if (avoided.kind !== "avoided-energy") return avoided;
  const { savedPercent: recentPercent, interval, adjustedBaselineGj } = avoided;
  const atMostPercent = (100 * interval.toGj) / adjustedBaselineGj;
  return atMostPercent < acceptedPercent
    ? { kind: "decayed", recentPercent, atMostPercent }
    : { kind: "holding", recentPercent, atMostPercent };
}

/**
 * What may be counted for a credit: the lower end of the interval, and nothing where that lies below nought. The
 * central figure is for the operator.
 */
export function conservativeSavedGj({ interval }: AvoidedEnergy<EnergyBasis>): number {
  return Math.max(0, interval.fromGj);
}

function sensitivitySums(
  model: BaselineModel<EnergyBasis>,
  intervals: readonly Interval[],
  weight: readonly number[],
): readonly number[] {
  const sums = model.unscaledCovariance.map(() => 0);
  for (const [row, { drivers }] of intervals.entries())
    for (const [k, slope] of sensitivities(model, drivers).entries())
      sums[k] = (sums[k] as number) + (weight[row] as number) * slope;
  return sums;
}

function columnSums(
  terms: readonly Term[],
  intervals: readonly Interval[],
  weight: readonly number[],
): readonly number[] {
  return terms.map((term) =>
    intervals.reduce((sum, { drivers }, row) => sum + (weight[row] as number) * termValue(term, drivers), 0),
  );
}

function confidenceFault(confidence: number): Refusal | null {
  return confidence > 0.5 && confidence < 1 ? null : { kind: "confidence-out-of-range", confidence };
}

/** Degrees of freedom that must be left when neighbours have been counted for what they tell. */
const leastEffectiveDof = 1;

function effectiveFault({ fit, tau, effectiveN }: BaselineModel<EnergyBasis>): Refusal | null {
  const needed = fit.p + leastEffectiveDof;
  if (effectiveN >= needed) return null;
  const moreIntervals = Math.ceil((needed - effectiveN) * tau);
  return { kind: "too-few-effective-intervals", effective: effectiveN, needed, moreIntervals };
}

function meterError(
  { terms, fit }: BaselineModel<EnergyBasis>,
  intervals: readonly Interval[],
  weight: readonly number[],
  { adjustedBaselineGj, meteredGj }: { readonly adjustedBaselineGj: number; readonly meteredGj: number },
  meters: MeterUncertainty,
): number {
  if (meters.kind === "not-stated") return 0;
  const share = meters.energyPercent / 100;
  const { energyMeter } = meters;
  const parts =
    energyMeter.kind === "separate"
      ? [share * adjustedBaselineGj, share * meteredGj]
      : [share * (adjustedBaselineGj - meteredGj)];
  if (energyMeter.kind === "compared") parts.push((energyMeter.factorPercent / 100) * meteredGj);
  for (const [driver, percent] of Object.entries(meters.exchangedDriverPercent)) {
    // What the baseline would expect if the driver's meter read a per cent more.
    const more = intervals.map((each) => ({
      ...each,
      drivers: { ...each.drivers, [driver]: 1.01 * (each.drivers[driver] ?? 0) },
    }));
    const [now, then] = [intervals, more].map((rows) =>
      columnSums(terms, rows, weight).reduce((sum, q, k) => sum + q * (fit.coefficients[k] as number), 0),
    ) as [number, number];
    parts.push((then - now) * percent);
  }
  return Math.hypot(...parts);
}
