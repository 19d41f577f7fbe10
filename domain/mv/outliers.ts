import type { BaselineModel } from "./baseline-model.ts";
import { tTwoSided } from "./distributions.ts";
import type { EnergyBasis } from "./energy.ts";
import { cookDistances, externallyStudentised } from "./least-squares.ts";

/** Why an interval deserves a look. None is a reason to leave it out: a person finds that, and says it. */
export type Oddity = "residual" | "spike" | "leverage" | "influence";

export interface OddInterval {
  readonly index: number;
  readonly oddities: readonly Oddity[];
  /** Residual in units of the scatter of all others; `null` where the interval alone holds a parameter. */
  readonly studentised: number | null;
}

/** Chance, over all intervals together, below which a residual is odd. */
const oddBelow = 0.01;
const interquartileRanges = 3;

/**
 * Intervals that stand out, flagged and never dropped.
 * @source Residual: externally studentised, Bonferroni. Spike: energy above median + 3 interquartile ranges (CalTRACK
 * 2.3.6). Leverage above 2p/n; Cook's distance above 4/n
 */
export function oddIntervals({ fit, intervals }: BaselineModel<EnergyBasis>): readonly OddInterval[] {
  const { n, p, dof, leverages } = fit;
  const energy = intervals.map(({ energyGj, periods }) => energyGj / periods);
  const sorted = [...energy].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (n - 1))] as number;
  const spikeAbove = at(0.5) + interquartileRanges * (at(0.75) - at(0.25));
  const [studentised, cook] = [externallyStudentised(fit), cookDistances(fit)];
  return intervals.flatMap(({ index }, row): readonly OddInterval[] => {
    const residual = studentised[row] ?? null;
    const oddities: readonly Oddity[] = [
      ...(residual !== null && tTwoSided(residual, dof - 1) * n < oddBelow ? (["residual"] as const) : []),
      ...((energy[row] as number) > spikeAbove ? (["spike"] as const) : []),
      ...((leverages[row] as number) > (2 * p) / n ? (["leverage"] as const) : []),
      ...((cook[row] ?? 0) > 4 / n ? (["influence"] as const) : []),
    ];
    return oddities.length === 0 ? [] : [{ index, oddities, studentised: residual }];
  });
}
