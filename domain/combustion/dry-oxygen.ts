import { finiteOrNull } from "../finite.ts";
import { airToWaterMolarMass, lowestO2Percent } from "./excess-air.ts";
import { airO2Percent, type Stoichiometry } from "./stoichiometry.ts";

/** The oxygen of air, 20.95 %, as a span that drifted shows it. A dry reading above it is none. */
const highestO2Percent = 21.1;

/**
 * Oxygen of the dried gas, from the reading of a probe in the wet gas.
 * @param flueMoisturePercent water in the flue gas, % by volume
 * @returns `null` where the moisture is not from 0 up to below 100 %, and where no gas has as much oxygen, or as little
 * @source Definition, the same oxygen in the gas without its water
 */
export function o2DryFromWetPercent(o2WetPercent: number, flueMoisturePercent: number): number | null {
  if (!(flueMoisturePercent >= 0 && flueMoisturePercent < 100)) return null;
  const o2DryPercent = (100 * o2WetPercent) / (100 - flueMoisturePercent);
  return o2DryPercent >= lowestO2Percent && o2DryPercent <= highestO2Percent ? o2DryPercent : null;
}

/**
 * Water in the flue gas, from a wet oxygen reading, where no moisture meter stands.
 *
 * Per unit of fuel, with A the theoretical air, V₀ the wet products at just enough air and m = 1 + humidity in
 * mol per mol of dry air, the wet oxygen is 20.95·(λ−1)·A / (V₀ + (λ−1)·A·m). Solved for λ, this gives the gas
 * volume and the water in it. Combustion is taken as complete.
 * @param o2WetPercent % by volume in the wet gas
 * @param airHumidityKgPerKg water in the combustion air, kg per kg of dry air
 * @returns % by volume; `null` where the oxygen is that of air or more, or below what a zero can drift to
 * @source Element balance of oxygen and water, above
 */
export function flueMoisturePercent(
  o2WetPercent: number,
  fuel: Stoichiometry,
  airHumidityKgPerKg: number,
): number | null {
  const waterPerAir = airHumidityKgPerKg * airToWaterMolarMass;
  const stoichiometricWetMol = fuel.dryProductMol + fuel.waterMol + fuel.airMol * waterPerAir;
  const oxygenLeft = airO2Percent - o2WetPercent * (1 + waterPerAir);
  if (!(oxygenLeft > 0 && o2WetPercent >= lowestO2Percent && airHumidityKgPerKg >= 0)) return null;
  const surplusAirMol = (stoichiometricWetMol * o2WetPercent) / oxygenLeft;
  const waterMol = fuel.waterMol + (fuel.airMol + surplusAirMol) * waterPerAir;
  return finiteOrNull((100 * waterMol) / (fuel.dryProductMol + surplusAirMol + waterMol));
}
