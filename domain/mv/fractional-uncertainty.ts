import { effectiveCount } from "./autocorrelation.ts";
import type { Granularity } from "./design.ts";
import { tQuantile } from "./distributions.ts";

/**
 * The factor by which the shortcut stands for the exact formula.
 * @param reportingMonths of the reporting period; the length of the baseline has no place here
 * @source 1.26: ASHRAE Guideline 14; polynomials: Sun and Baltazar (2013)
 */
export function shortcutFactor(granularity: Granularity, reportingMonths: number): number {
  const m = reportingMonths;
  switch (granularity) {
    case "hourly":
      return 1.26;
    case "daily":
      return -0.00024 * m * m + 0.03535 * m + 1.00286;
    case "monthly":
      return -0.00022 * m * m + 0.03306 * m + 0.94054;
  }
}

/**
 * Uncertainty of a saving as a share of it, from summary figures: the shortcut that savings dossiers ask for.
 *
 * It does not see how far the load of the reporting period lies from that of the baseline; the exact interval does.
 * @param cvRmsePercent with n − p in it: correcting it again for n' would count autocorrelation twice
 * @param savedPercent of the adjusted baseline
 * @returns % of the saving; `null` where nothing was saved
 * @source ASHRAE Guideline 14, t·a·(CV / F)·√((n / n')·(1 + 2 / n') / m), n' = n·(1 − ρ) / (1 + ρ)
 */
export function fractionalUncertaintyPercent({
  n,
  p,
  m,
  cvRmsePercent,
  savedPercent,
  rho,
  confidence,
  factor,
}: {
  readonly n: number;
  readonly p: number;
  /** Intervals of the reporting period. */
  readonly m: number;
  readonly cvRmsePercent: number;
  readonly savedPercent: number;
  readonly rho: number | null;
  readonly confidence: number;
  readonly factor: number;
}): number | null {
  if (savedPercent === 0 || n <= p || m <= 0) return null;
  const effective = effectiveCount(n, rho);
  const t = tQuantile((1 + confidence) / 2, n - p);
  const spread = Math.sqrt(((n / effective) * (1 + 2 / effective)) / m);
  return (100 * t * factor * cvRmsePercent * spread) / Math.abs(savedPercent);
}
