import type { Concentration, GasFlow } from "./concentration.ts";

/** 21 − O₂ counts as this when it is smaller: near plain air the factor would blow up noise. */
const denominatorFloor = 1;

/**
 * The factor that brings a dry concentration to the reference oxygen: (21 − reference) / (21 − measured). It undoes
 * dilution.
 * @param o2DryPercent % by volume, dry, in the same gas as the concentration
 * @source Guidance 003, stack tests (143.3 ppm at 8.5 % → 172 at 6 %); Dioxin standard of Taiwan, floor of 1
 */
export function referenceO2Factor(
  o2DryPercent: number,
  referenceO2Percent: number,
  floor = denominatorFloor,
): number {
  return (21 - referenceO2Percent) / Math.max(21 - o2DryPercent, floor);
}

/**
 * Whether the floor decided the factor: then the result is a bound, not a measurement.
 * @source Dioxin standard of Taiwan, floor of 1
 */
export function isO2Clamped(o2DryPercent: number, floor = denominatorFloor): boolean {
  return 21 - o2DryPercent < floor;
}

/**
 * A dry concentration at the reference oxygen.
 * @source Guidance 003, stack tests: C · (21 − reference) / (21 − measured)
 */
export function atReferenceO2(
  measured: Concentration<"dry">,
  o2DryPercent: number,
  referenceO2Percent: number,
): Concentration<"dry-at-reference-o2"> {
  const mgPerNm3 = measured.mgPerNm3 * referenceO2Factor(o2DryPercent, referenceO2Percent);
  return { basis: "dry-at-reference-o2", mgPerNm3 };
}

/**
 * The flow that the same gas would have at the reference oxygen: less, where it was diluted.
 * @source Guidance 003, stack tests: Q · (21 − measured) / (21 − reference)
 */
export function flowAtReferenceO2(
  measured: GasFlow<"dry">,
  o2DryPercent: number,
  referenceO2Percent: number,
): GasFlow<"dry-at-reference-o2"> {
  const nm3PerH = measured.nm3PerH / referenceO2Factor(o2DryPercent, referenceO2Percent);
  return { basis: "dry-at-reference-o2", nm3PerH };
}
