import { lowestO2Percent } from "../combustion/excess-air.ts";
import { finiteOrNull, isAmount } from "../finite.ts";
import type { Concentration, GasFlow } from "./concentration.ts";

/** 21 − O₂ counts as this when it is smaller: near plain air the factor would blow up noise. */
const denominatorFloor = 1;
/** An analyser's full scale; what is said beyond it, no instrument has read. % by volume. */
const highestO2Percent = 25;
/** 21 % is that of the correction's own air. */
const airO2Percent = 21;

/**
 * The factor that brings a dry concentration to the reference oxygen: (21 − reference) / (21 − measured). It undoes
 * dilution.
 * @param o2DryPercent % by volume, dry, in the same gas as the concentration
 * @returns `null` for an oxygen that no analyser shows, and a reference that is not from 0 up to below 21 %
 * @source Guidance 003, stack tests (143.3 ppm at 8.5 % → 172 at 6 %); Dioxin standard of Taiwan, floor of 1
 */
export function o2CorrectionFactor(
  o2DryPercent: number,
  referenceO2Percent: number,
  floor = denominatorFloor,
): number | null {
  if (!(o2DryPercent >= lowestO2Percent && o2DryPercent <= highestO2Percent && floor >= 0)) return null;
  if (!(referenceO2Percent >= 0 && referenceO2Percent < airO2Percent)) return null;
  return finiteOrNull((airO2Percent - referenceO2Percent) / Math.max(airO2Percent - o2DryPercent, floor));
}

/**
 * The same for running sums, where what is no number must stay one: NaN in place of `null`.
 * @source Dioxin standard of Taiwan, floor of 1
 */
export function referenceO2Factor(
  o2DryPercent: number,
  referenceO2Percent: number,
  floor = denominatorFloor,
): number {
  return o2CorrectionFactor(o2DryPercent, referenceO2Percent, floor) ?? Number.NaN;
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
 * @returns `null` where there is no factor, and for a concentration below nought
 * @source Guidance 003, stack tests: C · (21 − reference) / (21 − measured)
 */
export function atReferenceO2(
  measured: Concentration<"dry">,
  o2DryPercent: number,
  referenceO2Percent: number,
): Concentration<"dry-at-reference-o2"> | null {
  const factor = o2CorrectionFactor(o2DryPercent, referenceO2Percent);
  if (factor === null || !isAmount(measured.mgPerNm3)) return null;
  const mgPerNm3 = finiteOrNull(measured.mgPerNm3 * factor);
  return mgPerNm3 === null ? null : { basis: "dry-at-reference-o2", mgPerNm3 };
}

/**
 * The flow that the same gas would have at the reference oxygen: less, where it was diluted.
 * @returns `null` from 21 % O₂ on, where there is no factor, and for a flow below nought
 * @source Guidance 003, stack tests: Q · (21 − measured) / (21 − reference)
 */
export function flowAtReferenceO2(
  measured: GasFlow<"dry">,
  o2DryPercent: number,
  referenceO2Percent: number,
): GasFlow<"dry-at-reference-o2"> | null {
  const factor = o2DryPercent < airO2Percent ? o2CorrectionFactor(o2DryPercent, referenceO2Percent) : null;
  if (factor === null || !isAmount(measured.nm3PerH)) return null;
  const nm3PerH = finiteOrNull(measured.nm3PerH / factor);
  return nm3PerH === null ? null : { basis: "dry-at-reference-o2", nm3PerH };
}
