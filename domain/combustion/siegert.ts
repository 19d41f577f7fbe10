import { finiteOrNull } from "../finite.ts";
import { lowestO2Percent } from "./excess-air.ts";

/**
 * Heat that leaves with the flue gas, by Siegert's formula: (t_gas − t_air)·(A₂ / (21 − O₂) + B).
 *
 * It needs no fuel analysis, so it is always there live. Against the full balance it is within 0.1 points for
 * gas and oil, half a point for coal.
 * @param o2DryPercent % by volume, dry
 * @returns % of the net heating value (LHV); `null` from 21 % O₂ on, and below what a zero can drift to
 * @source Siegert's formula, constants as in the Testo 330-1 manual, p. 54
 */
export function stackLossSiegertLhvPercent(
  exhaustTempC: number,
  airTempC: number,
  o2DryPercent: number,
  { a2, b }: { readonly a2: number; readonly b: number },
): number | null {
  if (!(o2DryPercent >= lowestO2Percent && o2DryPercent < 21)) return null;
  return finiteOrNull((exhaustTempC - airTempC) * (a2 / (21 - o2DryPercent) + b));
}
