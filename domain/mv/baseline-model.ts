import {
  type Autocorrelation,
  autocorrelation,
  countedRho,
  effectiveCount,
  varianceInflation,
} from "./autocorrelation.ts";
import {
  type ChangePoint,
  changePointSlope,
  changePointsOf,
  designColumns,
  driversOf,
  energyPerPeriod,
  type Granularity,
  type Interval,
  type Term,
  termName,
  termValue,
} from "./design.ts";
import type { EnergyBasis, Metered } from "./energy.ts";
import { type LeastSquares, leastSquares } from "./least-squares.ts";
import { decompose } from "./qr.ts";
import type { Refusal, Span } from "./refusal.ts";

/** How well a model follows its own data. */
export interface ModelMetrics {
  /** Scatter, √(SSE / (n − p)), to the mean. */
  readonly cvRmsePercent: number;
  /** Mean bias, Σ(y − ŷ) / ((n − p)·ȳ). Nought for least squares with an intercept: anything else is a bug. */
  readonly nmbePercent: number;
  /** Net determination bias, Σ(y − ŷ) / Σy. */
  readonly netDeterminationBiasPercent: number;
  /** n·ln(SSE / n) + p·ln n: lower is better, and 2 is a difference worth naming. */
  readonly bic: number;
  /** Akaike's criterion with the correction for few points; infinite where that leaves no point. */
  readonly aicc: number;
}

/** Energy per period as a function of its drivers, before the works; one for after them has the same shape. */
export interface BaselineModel<B extends EnergyBasis> {
  readonly kind: "model";
  readonly basis: B;
  readonly granularity: Granularity;
  readonly terms: readonly Term[];
  /** Change points among the parameters. */
  readonly searched: number;
  readonly fit: LeastSquares;
  /** Change points whose own uncertainty is in the covariance. */
  readonly bends: readonly ChangePoint[];
  /** (J'J)⁻¹ of all that was fitted: the terms, and then the change points that were searched for. */
  readonly unscaledCovariance: LeastSquares["unscaledCovariance"];
  readonly metrics: ModelMetrics;
  readonly autocorrelation: Autocorrelation;
  /** The correlation that counts; `null` where it is not known, which is no proof that there is none. */
  readonly rho: number | null;
  /** (1 + ρ) / (1 − ρ): what neighbours in step do to the variance of a sum. */
  readonly tau: number;
  readonly effectiveN: number;
  /** Where each driver was: the model says nothing far outside. */
  readonly ranges: Readonly<Record<string, Span>>;
  readonly intervals: readonly Interval[];
}

/**
 * Fits energy per period to given terms.
 * @param terms the intercept first: every model has a standing loss
 * @param searched which change points count as parameters; those of the terms, unless they were set from outside
 */
export function fitModel<B extends EnergyBasis>(
  { basis, granularity, intervals }: Metered<B>,
  terms: readonly Term[],
  searched = changePointsOf(terms).length,
): BaselineModel<B> | Refusal {
  const fault = intervalFault(intervals, driversOf(terms));
  if (fault !== null) return fault;
  const needed = terms.length + searched + 1;
  if (intervals.length < needed) return { kind: "too-few-intervals", have: intervals.length, needed };
  const y = energyPerPeriod(intervals);
  const columns = designColumns(terms, intervals);
  const fitted = leastSquares(columns, y, searched);
  if (fitted.kind === "too-few") return { kind: "too-few-intervals", have: fitted.n, needed: fitted.needed };
  if (fitted.kind === "dependent") return dependence(terms, fitted.column, columns);
  const { fit } = fitted;
  // A meter has scatter. What repeats its driver to the last digit was computed from it.
  if (fit.sst <= 1e-24 * y.reduce((sum, value) => sum + value * value, 0))
    return { kind: "energy-constant", valueGj: y[0] ?? 0 };
  if (terms.length > 1 && fit.sse <= 1e-20 * fit.sst)
    return { kind: "computed-from-drivers", drivers: driversOf(terms) };
  const correlation = autocorrelation(
    fit.residuals,
    intervals.map(({ index }) => index),
  );
  const { bends, unscaledCovariance } = withChangePoints(terms, searched, fit, columns, intervals);
  const rho = countedRho(correlation, granularity);
  return {
    kind: "model",
    basis,
    granularity,
    terms,
    searched,
    fit,
    bends,
    unscaledCovariance,
    metrics: metricsOf(fit, y),
    autocorrelation: correlation,
    rho,
    tau: varianceInflation(rho),
    effectiveN: effectiveCount(fit.n, rho),
    ranges: Object.fromEntries(driversOf(terms).map((driver) => [driver, spanOf(intervals, driver)])),
    intervals,
  };
}

/** The covariance with the change points that were searched for, as far as the data tell them apart. */
function withChangePoints(
  terms: readonly Term[],
  searched: number,
  fit: LeastSquares,
  columns: readonly Float64Array[],
  intervals: readonly Interval[],
): Pick<BaselineModel<EnergyBasis>, "bends" | "unscaledCovariance"> {
  const bends = searched === 0 ? [] : changePointsOf(terms);
  const slopes = bends.map((bend) =>
    Float64Array.from(intervals, ({ drivers }) => changePointSlope(terms, fit.coefficients, bend, drivers)),
  );
  const qr = bends.length === 0 ? null : decompose([...columns, ...slopes]);
  if (qr === null || qr.kind === "dependent")
    return { bends: [], unscaledCovariance: fit.unscaledCovariance };
  return { bends, unscaledCovariance: qr.inverseOfNormal().map((row) => Array.from(row)) };
}

/** How a model's value under given conditions moves with each thing that was fitted, as its covariance goes. */
export function sensitivities(
  { terms, fit, bends }: BaselineModel<EnergyBasis>,
  drivers: Interval["drivers"],
): readonly number[] {
  return [
    ...terms.map((term) => termValue(term, drivers)),
    ...bends.map((bend) => changePointSlope(terms, fit.coefficients, bend, drivers)),
  ];
}

/** Whether a figure can be squared and added up: what is larger than this measures nothing. */
function isUsable(value: number): boolean {
  return Math.abs(value) < 1e100;
}

/** What makes intervals unfit for any model; `null` when nothing does. */
export function intervalFault(intervals: readonly Interval[], drivers: readonly string[]): Refusal | null {
  const seen = new Set<number>();
  for (const { index, periods, energyGj, drivers: values } of intervals) {
    if (seen.has(index)) return { kind: "repeated-interval", index };
    seen.add(index);
    if (!(periods > 0) || !isUsable(periods)) return { kind: "no-time-covered", index };
    if (!isUsable(energyGj)) return { kind: "not-a-number", what: "energyGj", index };
    for (const driver of drivers) {
      const value = values[driver];
      if (value === undefined) return { kind: "driver-missing", driver, index };
      if (!isUsable(value)) return { kind: "not-a-number", what: driver, index };
    }
  }
  return null;
}

function dependence(terms: readonly Term[], column: number, columns: readonly Float64Array[]): Refusal {
  const term = terms[column] as Term;
  const values = columns[column] as Float64Array;
  const first = values[0] ?? 0;
  if (term.kind !== "intercept" && values.every((value) => value === first))
    return { kind: "driver-constant", driver: term.driver, value: first };
  return {
    kind: "drivers-collinear",
    term: termName(term),
    explainedBy: terms
      .slice(0, column)
      .map((each) => (each.kind === "intercept" ? "a constant" : termName(each))),
  };
}

function metricsOf({ n, p, dof, sse, residuals, residualSd }: LeastSquares, y: Float64Array): ModelMetrics {
  const sum = y.reduce((total, value) => total + value, 0);
  const mean = sum / n;
  const bias = residuals.reduce((total, e) => total + e, 0);
  const logLikelihood = n * Math.log(sse / n);
  return {
    cvRmsePercent: (100 * residualSd) / mean,
    nmbePercent: (100 * bias) / (dof * mean),
    netDeterminationBiasPercent: (100 * bias) / sum,
    bic: logLikelihood + p * Math.log(n),
    // The scatter is a parameter of the likelihood, too.
    aicc:
      n > p + 2
        ? logLikelihood + 2 * (p + 1) + (2 * (p + 1) * (p + 2)) / (n - p - 2)
        : Number.POSITIVE_INFINITY,
  };
}

export function spanOf(intervals: readonly Interval[], driver: string): Span {
  const values = intervals.map(({ drivers }) => drivers[driver] ?? Number.NaN);
  return { from: Math.min(...values), to: Math.max(...values) };
}

/** What the model expects of one period under given conditions. */
export function expectedPerPeriod(
  { terms, fit }: BaselineModel<EnergyBasis>,
  drivers: Interval["drivers"],
): number {
  return terms.reduce((sum, term, k) => sum + termValue(term, drivers) * (fit.coefficients[k] as number), 0);
}
