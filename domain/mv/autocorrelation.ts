import type { Granularity } from "./design.ts";
import { tTwoSided } from "./distributions.ts";

/** How the residuals of neighbouring intervals hang together. */
export interface Autocorrelation {
  /** Pairs of intervals without a gap between them. */
  readonly pairs: number;
  /** Pearson's correlation over those pairs; `null` with fewer than three, or without scatter. */
  readonly rho: number | null;
  /** The estimate that divides by the scatter of all intervals. */
  readonly rhoOverAll: number | null;
  readonly durbinWatson: number | null;
}

/**
 * Correlation of each residual with the one before it, across gaps never: the interval after a stop is no neighbour
 * of the one before it.
 * @param indices counts of the intervals, in the order of the residuals
 */
export function autocorrelation(residuals: readonly number[], indices: readonly number[]): Autocorrelation {
  const order = indices.map((_, row) => row).sort((a, b) => (indices[a] as number) - (indices[b] as number));
  const before: number[] = [];
  const after: number[] = [];
  for (let k = 1; k < order.length; k += 1) {
    const [one, next] = [order[k - 1] as number, order[k] as number];
    if ((indices[next] as number) - (indices[one] as number) !== 1) continue;
    before.push(residuals[one] as number);
    after.push(residuals[next] as number);
  }
  const pairs = before.length;
  const [meanBefore, meanAfter] = [mean(before), mean(after)];
  const cross = before.reduce((sum, e, k) => sum + (e - meanBefore) * ((after[k] as number) - meanAfter), 0);
  const spread = Math.sqrt(
    before.reduce((sum, e) => sum + (e - meanBefore) ** 2, 0) *
      after.reduce((sum, e) => sum + (e - meanAfter) ** 2, 0),
  );
  const all = residuals.reduce((sum, e) => sum + e * e, 0);
  const whole = pairs >= 3 && all > 0;
  return {
    pairs,
    rho: pairs >= 3 && spread > 0 ? cross / spread : null,
    rhoOverAll: whole ? before.reduce((sum, e, k) => sum + e * (after[k] as number), 0) / all : null,
    durbinWatson: whole ? before.reduce((sum, e, k) => sum + ((after[k] as number) - e) ** 2, 0) / all : null,
  };
}

/**
 * Correlation of residuals that lie 1, 2, … intervals apart, by pairs that are there: a gap has no neighbours.
 * Each is the mean product of its pairs over the mean square of all.
 * @returns by lag, from 1 on; `null` where fewer than three pairs lie so far apart, or nothing scatters
 */
export function residualCorrelogram(
  residuals: readonly number[],
  indices: readonly number[],
  lags: number,
): readonly (number | null)[] {
  const at = new Map(indices.map((index, row) => [index, residuals[row] as number]));
  const meanSquare = residuals.reduce((sum, e) => sum + e * e, 0) / residuals.length;
  return Array.from({ length: lags }, (_, k) => {
    let [sum, pairs] = [0, 0];
    for (const [index, e] of at) {
      const later = at.get(index + k + 1);
      if (later === undefined) continue;
      sum += e * later;
      pairs += 1;
    }
    return pairs < 3 || !(meanSquare > 0) ? null : sum / pairs / meanSquare;
  });
}

/** Chance below which the correlation of a few long intervals is believed. */
const believedBelow = 0.05;

/**
 * The correlation that a sum's variance is widened by.
 *
 * Hours and days always count as the neighbours they are. Months are few: their correlation is mostly noise, and
 * counts only where it can be told from none.
 * @source Monthly data as independent: ASHRAE Guideline 14; one-sided t test of a correlation
 */
export function countedRho({ pairs, rho }: Autocorrelation, granularity: Granularity): number | null {
  if (rho === null || granularity !== "monthly") return rho;
  if (rho <= 0 || rho >= 1) return rho <= 0 ? 0 : rho;
  const t = rho * Math.sqrt((pairs - 2) / (1 - rho * rho));
  return tTwoSided(t, pairs - 2) / 2 < believedBelow ? rho : 0;
}

/**
 * By how much the variance of a sum grows when neighbours move together: (1 + ρ) / (1 − ρ). A negative ρ counts as
 * none, so that correlated data never count for more than they are.
 */
export function varianceInflation(rho: number | null): number {
  const held = Math.min(Math.max(rho ?? 0, 0), 0.999);
  return (1 + held) / (1 - held);
}

/** Observations that would tell as much if they were independent: n·(1 − ρ) / (1 + ρ). */
export function effectiveCount(n: number, rho: number | null): number {
  return n / varianceInflation(rho);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1);
}
