import { finiteOrNull, isAmount } from "../finite.ts";

/**
 * What a concentration or a flow of gas refers to. A value on one basis does not fit where another is asked for:
 * ppm of the dried gas times the flow of the wet one is a common and quiet error.
 */
export type Basis = "dry" | "wet" | "dry-at-reference-o2";

export interface Concentration<B extends Basis> {
  readonly basis: B;
  readonly mgPerNm3: number;
}

export interface GasFlow<B extends Basis> {
  readonly basis: B;
  readonly nm3PerH: number;
}

/** kg/kmol by which a pollutant is weighed: NOx always as NO₂. */
export const molarMass = { so2: 64.07, nox: 46.01, co: 28.01 } as const;
/** L/mol at 0 °C and 101.325 kPa, as stack-test reports use it (22.414 differs by 0.06 %). */
export const normalLitrePerMol = 22.4;

/**
 * Mass concentration of a gas from its share by volume.
 * @param molarMassKgPerKmol 64.07 for SO₂, 46.01 for NOx as NO₂
 * @source Ideal gas at 0 °C and 101.325 kPa, mg/Nm³ = ppm · M / 22.4
 */
export function concentrationOfPpm<B extends Basis>(
  ppm: number,
  molarMassKgPerKmol: number,
  basis: B,
  litrePerMol = normalLitrePerMol,
): Concentration<B> {
  return { basis, mgPerNm3: (ppm * molarMassKgPerKmol) / litrePerMol };
}

/**
 * The way back to ppm by volume.
 * @returns `null` without a molar mass
 * @source Ideal gas at 0 °C and 101.325 kPa, ppm = mg/Nm³ · 22.4 / M
 */
export function ppmOfConcentration(
  { mgPerNm3 }: Concentration<Basis>,
  molarMassKgPerKmol: number,
  litrePerMol = normalLitrePerMol,
): number | null {
  return finiteOrNull((mgPerNm3 * litrePerMol) / molarMassKgPerKmol);
}

/** The basis, where it is one; a union of several fits nothing: which of them it is would show at run time only. */
type OneBasis<B extends Basis, Whole = B> = B extends Basis ? ([Whole] extends [B] ? B : never) : never;

/**
 * What leaves the stack in an hour. Concentration and flow must be on the same basis: corrected × corrected gives the
 * same mass as measured × measured, anything else does not.
 * @returns `null` where one of them is below nought
 * @source Definition, concentration × flow on one basis
 */
export function massRateKgPerH<B extends Basis>(
  concentration: Concentration<B>,
  flow: GasFlow<NoInfer<OneBasis<B>>>,
): number | null {
  if (!(isAmount(concentration.mgPerNm3) && isAmount(flow.nm3PerH))) return null;
  return finiteOrNull((concentration.mgPerNm3 * flow.nm3PerH) / 1e6);
}
