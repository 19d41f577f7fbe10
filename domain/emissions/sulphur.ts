import { flueGas } from "../combustion/excess-air.ts";
import type { Stoichiometry } from "../combustion/stoichiometry.ts";
import { finiteOrNull } from "../finite.ts";

/**
 * SO₂ in dry flue gas if all the fuel's sulphur burns: an estimate where no analyser stands, and labelled so.
 * @returns ppm by volume, dry, at that oxygen; `null` in plain air
 * @source Element balance, with no sulphur held back in ash or removed
 */
export function soxEstimateDryPpm(fuel: Stoichiometry, o2DryPercent: number): number | null {
  const gas = flueGas(o2DryPercent, fuel, 0);
  return gas === null ? null : finiteOrNull((1e6 * gas.so2Mol) / gas.dryMol);
}
