/**
 * The factor that brings a dry concentration to the reference oxygen: (21 − reference) / (21 − measured).
 *
 * It undoes dilution. Near plain air it would blow up noise, so the denominator counts as 1 when it is smaller.
 * @param o2DryPercent % by volume, dry, in the same gas as the concentration
 * @source Guidance 003, stack tests (143.3 ppm at 8.5 % → 172 at 6 %); floor of 1: Taiwan's dioxin standard
 */
export function referenceO2Factor(o2DryPercent: number, referenceO2Percent: number): number {
  return (21 - referenceO2Percent) / Math.max(21 - o2DryPercent, 1);
}
