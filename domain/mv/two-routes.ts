import { normalUpper } from "./distributions.ts";

/** A figure with its standard uncertainty (k = 1). */
export interface Uncertain {
  readonly value: number;
  readonly standard: number;
}

/** Two independent ways to one figure, held against each other. */
export interface Reconciled {
  readonly inputOutput: Uncertain;
  readonly flueLoss: Uncertain;
  readonly difference: number;
  /** Difference over its own uncertainty. */
  readonly z: number;
  /** Chance of a difference as large where both are right. */
  readonly p: number;
  readonly consistent: boolean;
  /** Weighted by certainty; where the two contradict each other it means nothing. */
  readonly combined: Uncertain | null;
}

const consistentWithin = 1.96;

/**
 * Holds what the fuel and heat meters say against what the flue gas says: efficiencies, or savings from them.
 * @returns `null` without an uncertainty on either side: then nothing can be said
 * @source GUM, consistency of two independent estimates, z = d / u_d
 */
export function reconciled(inputOutput: Uncertain, flueLoss: Uncertain): Reconciled | null {
  const spread = Math.hypot(inputOutput.standard, flueLoss.standard);
  if (!(spread > 0)) return null;
  const difference = inputOutput.value - flueLoss.value;
  const z = difference / spread;
  const consistent = Math.abs(z) <= consistentWithin;
  const weights = [inputOutput, flueLoss].map(({ standard }) => 1 / standard ** 2);
  const [one = 0, other = 0] = weights;
  const exact = !Number.isFinite(one) || !Number.isFinite(other);
  const combined = exact
    ? inputOutput.standard === 0
      ? inputOutput
      : flueLoss
    : {
        value: (one * inputOutput.value + other * flueLoss.value) / (one + other),
        standard: 1 / Math.sqrt(one + other),
      };
  return {
    inputOutput,
    flueLoss,
    difference,
    z,
    p: 2 * normalUpper(Math.abs(z)),
    consistent,
    combined: consistent ? combined : null,
  };
}

/**
 * Share of fuel saved for the same useful heat, from efficiencies before and after on one basis.
 * @returns %; `null` unless both are above nought
 * @source Heat balance, 1 − η_before / η_after, and its differentials
 */
export function savedByEfficiencies(before: Uncertain, after: Uncertain): Uncertain | null {
  if (!(before.value > 0) || !(after.value > 0)) return null;
  const ratio = before.value / after.value;
  return {
    value: 100 * (1 - ratio),
    standard: 100 * ratio * Math.hypot(before.standard / before.value, after.standard / after.value),
  };
}
