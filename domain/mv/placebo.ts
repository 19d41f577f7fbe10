import { type BaselineModel, fitModel } from "./baseline-model.ts";
import type { EnergyBasis, Metered } from "./energy.ts";
import { contains } from "./interval-estimate.ts";
import type { Refusal } from "./refusal.ts";
import { type AvoidedEnergy, avoidedEnergy } from "./savings.ts";

/** The same way of reckoning where nothing was changed: it must find nothing. */
export interface Placebo<B extends EnergyBasis> {
  readonly kind: "placebo";
  readonly avoided: AvoidedEnergy<B>;
  /** Its interval holds nought, as nine in ten of them should. */
  readonly passed: boolean;
}

/**
 * Takes the first part of the baseline as a baseline of its own and the rest as its reporting period, with the terms
 * of the model in use. A way of reckoning that finds savings before the works finds them after, too.
 * @param share of the baseline that is the placebo's own baseline
 */
export function placebo<B extends EnergyBasis>(
  model: BaselineModel<B>,
  confidence: number,
  share = 0.5,
): Placebo<B> | Refusal {
  const { basis, granularity } = model;
  const rows = [...model.intervals].sort((a, b) => a.index - b.index);
  const cut = Math.round(share * rows.length);
  const first: Metered<B> = { basis, granularity, intervals: rows.slice(0, cut) };
  const second: Metered<B> = { basis, granularity, intervals: rows.slice(cut) };
  const half = fitModel(first, model.terms, model.searched);
  if (half.kind !== "model") return half;
  const reportingMonths = second.intervals.length * monthsOf[granularity];
  const avoided = avoidedEnergy(half, second, {
    confidence,
    meters: { kind: "not-stated" },
    reportingMonths,
  });
  if (avoided.kind !== "avoided-energy") return avoided;
  return { kind: "placebo", avoided, passed: contains(avoided.interval, 0) };
}

/** Months in one interval. */
export const monthsOf = { hourly: 12 / 8_760, daily: 12 / 365, monthly: 1 } as const;
