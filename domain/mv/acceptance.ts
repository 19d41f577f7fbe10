import type { BaselineModel } from "./baseline-model.ts";
import { designColumns, driversOf, linear, type Term } from "./design.ts";
import type { EnergyBasis } from "./energy.ts";
import { contains } from "./interval-estimate.ts";
import { conditionNumber } from "./least-squares.ts";
import type { AvoidedEnergy } from "./savings.ts";
import type { RangeMargin, Validity } from "./validity.ts";

/** What a saving is held against: dated data with a source, never a constant in code. */
export interface Thresholds {
  readonly id: string;
  readonly validFrom: string;
  readonly source: string;
  /** Two-sided. */
  readonly confidence: number;
  /** By length of the reporting period, shortest first; the last one has no end. */
  readonly cvRmsePercent: readonly { readonly belowMonths: number | null; readonly atMost: number }[];
  readonly netDeterminationBiasPercentAtMost: number;
  readonly modelPBelow: number;
  readonly driverPBelow: number;
  readonly oneDriverPBelow: number;
  readonly rSquaredAtLeast: number;
  readonly tAtLeast: number;
  readonly vifAtMost: number;
  readonly conditionNumberAtMost: number;
  readonly effectiveIntervalsAtLeast: number;
  readonly uncertaintyPercentAtMost: number;
  readonly baselineDaysAtLeast: number;
  readonly validDaysPercentAtLeast: number;
  readonly intervalCoveragePercentAtLeast: number;
  readonly rangeMargin: RangeMargin;
  readonly coveredEnergyPercentAtLeast: number;
  /** BIC's difference below which the simpler model is kept. */
  readonly bicDifference: number;
}

export const checks = [
  "interval-excludes-zero",
  "uncertainty",
  "cv-rmse",
  "net-determination-bias",
  "model-p",
  "driver-p",
  "r-squared",
  "t",
  "vif",
  "condition-number",
  "effective-intervals",
  "baseline-length",
  "valid-days",
  "range",
  "autocorrelation-known",
  "meters-stated",
] as const;
export type Check = (typeof checks)[number];

/** A figure held against its limit. */
export interface CheckResult {
  readonly check: Check;
  /** `null` where there is nothing to judge: then it does not pass either. */
  readonly value: number | null;
  readonly limit: number;
  readonly passed: boolean;
  /** A failed check that blocks keeps a saving from being claimed; it hides nothing. */
  readonly blocks: boolean;
}

/** How much of the time the baseline stands on. */
export interface BaselineCoverage {
  readonly days: number;
  readonly validDays: number;
}

/** Holds a model and the saving by it against the thresholds. */
export function acceptance<B extends EnergyBasis>(
  model: BaselineModel<B>,
  avoided: AvoidedEnergy<NoInfer<B>>,
  range: Validity,
  coverage: BaselineCoverage,
  reportingMonths: number,
  thresholds: Thresholds,
): readonly CheckResult[] {
  const { fit, metrics, terms } = model;
  const atMost = (check: Check, value: number | null, limit: number, blocks = true): CheckResult => ({
    check,
    value,
    limit,
    passed: value !== null && value <= limit,
    blocks,
  });
  const atLeast = (check: Check, value: number | null, limit: number, blocks = true): CheckResult => ({
    check,
    value,
    limit,
    passed: value !== null && value >= limit,
    blocks,
  });
  const slopes = fit.t.slice(1).map(Math.abs);
  const slopeP = fit.pValues.slice(1);
  const flat = terms.length === 1;
  // R² of a boiler at one load is low however well it is known; a model of the mean has no drivers to judge.
  const ofDrivers = flat
    ? []
    : [
        atMost("model-p", fit.fP, thresholds.modelPBelow),
        atMost("driver-p", Math.max(...slopeP), thresholds.driverPBelow),
        atMost("driver-p", Math.min(...slopeP), thresholds.oneDriverPBelow),
        atLeast("t", Math.min(...slopes), thresholds.tAtLeast),
        atLeast("r-squared", fit.rSquared, thresholds.rSquaredAtLeast, false),
      ];
  // Terms of one driver, a bend or a curve, are close by nature; drivers should not be.
  const drivers = driversOf(terms);
  const single = drivers.filter((driver) => terms.filter((term) => isOf(term, driver)).length === 1);
  const vifs = terms.flatMap((term, k) =>
    single.some((driver) => isOf(term, driver)) ? [fit.vif[k] ?? 1] : [],
  );
  const several = drivers.length > 1;
  const spread = several ? conditionNumber(designColumns(drivers.map(linear), model.intervals)) : 1;
  return [
    {
      check: "interval-excludes-zero",
      value: avoided.interval.fromGj,
      limit: 0,
      passed: !contains(avoided.interval, 0) && avoided.savedGj > 0,
      blocks: true,
    },
    atMost("uncertainty", avoided.uncertaintyPercent, thresholds.uncertaintyPercentAtMost),
    atMost("cv-rmse", metrics.cvRmsePercent, cvRmseLimit(thresholds, reportingMonths)),
    atMost(
      "net-determination-bias",
      Math.abs(metrics.netDeterminationBiasPercent),
      thresholds.netDeterminationBiasPercentAtMost,
    ),
    ...ofDrivers,
    ...(several
      ? [
          atMost("vif", Math.max(1, ...vifs), thresholds.vifAtMost),
          atMost("condition-number", spread, thresholds.conditionNumberAtMost, false),
        ]
      : []),
    atLeast("effective-intervals", model.effectiveN, thresholds.effectiveIntervalsAtLeast),
    atLeast("baseline-length", coverage.days, thresholds.baselineDaysAtLeast),
    atLeast(
      "valid-days",
      coverage.days > 0 ? (100 * coverage.validDays) / coverage.days : null,
      thresholds.validDaysPercentAtLeast,
    ),
    atLeast("range", range.coveredEnergyPercent, thresholds.coveredEnergyPercentAtLeast),
    atLeast(
      "autocorrelation-known",
      model.autocorrelation.rho === null ? null : model.autocorrelation.pairs,
      3,
    ),
    atLeast("meters-stated", avoided.meters === "stated" ? 1 : 0, 1, false),
  ];
}

function isOf(term: Term, driver: string): boolean {
  return term.kind !== "intercept" && term.driver === driver;
}

function cvRmseLimit({ cvRmsePercent }: Thresholds, reportingMonths: number): number {
  const row = cvRmsePercent.find(({ belowMonths }) => belowMonths === null || reportingMonths < belowMonths);
  return row?.atMost ?? 0;
}

/** What may be said of a saving. */
export type SavingVerdict =
  | { readonly kind: "saving-demonstrated"; readonly claimable: boolean; readonly failed: readonly Check[] }
  | { readonly kind: "no-saving-demonstrated"; readonly claimable: false; readonly failed: readonly Check[] }
  /** The whole interval lies below nought: the unit takes more than before. */
  | { readonly kind: "more-used"; readonly claimable: false; readonly failed: readonly Check[] };

export function savingVerdict(
  { interval }: AvoidedEnergy<EnergyBasis>,
  results: readonly CheckResult[],
): SavingVerdict {
  const failed = results.filter(({ passed, blocks }) => blocks && !passed).map(({ check }) => check);
  if (interval.toGj < 0) return { kind: "more-used", claimable: false, failed };
  if (contains(interval, 0)) return { kind: "no-saving-demonstrated", claimable: false, failed };
  return { kind: "saving-demonstrated", claimable: failed.length === 0, failed };
}
