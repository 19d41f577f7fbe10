import { finiteOrNull } from "../finite.ts";
import { flueGas } from "./excess-air.ts";
import { gasEnthalpies } from "./gas-enthalpy.ts";
import type { Stoichiometry } from "./stoichiometry.ts";

/** Heat of condensation of water at 25 °C, kJ/mol: what lies between the two heating values of a fuel. */
export const waterLatentKjPerMol = 44.004;
/** Heat lost when a kg of carbon burns to CO only: the 283.0 kJ/mol that CO still has, over 12.011 g/mol. */
const coLossKjPerKgCarbon = 23_560;
/** Heat in a kg of carbon that stays in the ash: Dulong's coefficient of carbon. */
const carbonKjPerKg = 33_800;

/** A fuel's heating values, per the same unit (kg, or mol of gas) as its stoichiometry. */
export interface HeatingValues {
  readonly ncvKj: number;
  readonly gcvKj: number;
}

/** What the heat-loss method takes in. */
export interface HeatLossInputs {
  readonly o2DryPercent: number;
  readonly exhaustTempC: number;
  /** At the fan's inlet, outside of any recuperator. */
  readonly airTempC: number;
  readonly airHumidityKgPerKg: number;
  /** 0 where no analyser measures it. */
  readonly coDryPpm: number;
  /** Of solid fuel: ash, kg per unit of fuel, and carbon in the ash, % by mass. */
  readonly ashKg: number;
  readonly carbonInAshPercent: number;
  /** Heat through the shell, % of the net heat input at this load. */
  readonly surfaceLossLhvPercent: number;
}

/** Each loss in % of the net (LHV) heating value; `hhv` holds the same heat in % of the gross one. */
export interface HeatLosses {
  readonly dryGasLhvPercent: number;
  /** Vapour from the fuel's hydrogen and moisture, above air temperature, not condensed. */
  readonly fuelWaterLhvPercent: number;
  readonly airMoistureLhvPercent: number;
  readonly coLhvPercent: number;
  readonly unburntLhvPercent: number;
  readonly surfaceLhvPercent: number;
  /** Heat that condensing the fuel's water would give; a loss only against the gross heating value. */
  readonly latentHhvPercent: number;
  /** Dry gas, fuel water, air moisture and CO: all that goes up the stack. */
  readonly stackLhvPercent: number;
  readonly stackHhvPercent: number;
  readonly efficiencyIndirectLhvPercent: number;
  readonly efficiencyIndirectHhvPercent: number;
}

/**
 * Efficiency by the heat-loss (indirect) method: what leaves is found, the rest is useful.
 *
 * Each gas carries its own heat between air and exhaust temperature. On the net basis the fuel's water leaves as
 * vapour and only its warmth is lost; on the gross basis its heat of condensation is lost, too. Blowdown is not in it:
 * it is a loss of the direct method's boundary.
 * @returns `null` where there is no flue gas (O₂ of air), a temperature outside −40 to 1,200 °C, no heating value, or
 *   nothing but carbon in the ash
 * @source Heat balance, as in the ASME PTC 4 and BS 845 families; NIST Chemistry WebBook for the heat of the gases
 */
export function heatLosses(
  inputs: HeatLossInputs,
  fuel: Stoichiometry,
  { ncvKj, gcvKj }: HeatingValues,
): HeatLosses | null {
  const { o2DryPercent, exhaustTempC, airTempC, airHumidityKgPerKg, coDryPpm } = inputs;
  const gas = flueGas(o2DryPercent, fuel, airHumidityKgPerKg, coDryPpm);
  const hot = gasEnthalpies(exhaustTempC);
  const cold = gasEnthalpies(airTempC);
  if (gas === null || hot === null || cold === null) return null;

  const dryKj =
    gas.co2Mol * (hot.co2 - cold.co2) +
    gas.so2Mol * (hot.so2 - cold.so2) +
    gas.o2Mol * (hot.o2 - cold.o2) +
    gas.n2Mol * (hot.n2 - cold.n2);
  const vapour = hot.h2o - cold.h2o;
  const fuelWaterKj = fuel.waterMol * vapour;
  const airMoistureKj = gas.airWaterMol * vapour;
  const carbonKg = 0.012011 * fuel.co2Mol;
  const coShare = fuel.co2Mol > 0 ? (coDryPpm * gas.dryMol) / 1e6 / fuel.co2Mol : 0;
  const coKj = Math.min(1, coShare) * carbonKg * coLossKjPerKgCarbon;
  const carbonInAsh = inputs.carbonInAshPercent / 100;
  const unburntKj = ((inputs.ashKg * carbonInAsh) / (1 - carbonInAsh)) * carbonKjPerKg;
  const surfaceKj = (inputs.surfaceLossLhvPercent / 100) * ncvKj;
  const latentKj = fuel.waterMol * waterLatentKjPerMol;

  const ofNet = (kj: number) => (100 * kj) / ncvKj;
  const ofGross = (kj: number) => (100 * kj) / gcvKj;
  const stackKj = dryKj + fuelWaterKj + airMoistureKj + coKj;
  const otherKj = unburntKj + surfaceKj;
  const efficiencyIndirectLhvPercent = 100 - ofNet(stackKj + otherKj);
  const efficiencyIndirectHhvPercent = 100 - ofGross(stackKj + latentKj + otherKj);
  // The sizes of all of them together: losses of opposite signs must not hide each other.
  const sizes = [dryKj, fuelWaterKj, airMoistureKj, coKj, unburntKj, surfaceKj, latentKj];
  const size = sizes.reduce((sum, kj) => sum + Math.abs(kj), 0);
  if (!Number.isFinite(ofNet(size) + ofGross(size))) return null;
  return {
    dryGasLhvPercent: ofNet(dryKj),
    fuelWaterLhvPercent: ofNet(fuelWaterKj),
    airMoistureLhvPercent: ofNet(airMoistureKj),
    coLhvPercent: ofNet(coKj),
    unburntLhvPercent: ofNet(unburntKj),
    surfaceLhvPercent: inputs.surfaceLossLhvPercent,
    latentHhvPercent: ofGross(latentKj),
    stackLhvPercent: ofNet(stackKj),
    stackHhvPercent: ofGross(stackKj + latentKj),
    efficiencyIndirectLhvPercent,
    efficiencyIndirectHhvPercent,
  };
}

/**
 * Heat through the shell, in % of the net heat input now: the heat is nearly constant, so its share grows as the load
 * falls.
 * @param lossFactor C of `Q = C · QN^0.7` in MW, from the rules (oil and gas 0.0113, hard coal 0.022 …)
 * @param ratedHeatMw useful heat at full load
 * @param heatInputMw net heat input now; 0 or less: not firing
 * @returns `null` when there is no heat input
 * @source EN 12952-15, radiation and convection loss
 */
export function surfaceLossLhvPercent(
  lossFactor: number,
  ratedHeatMw: number,
  heatInputMw: number,
): number | null {
  if (!(heatInputMw > 0 && ratedHeatMw > 0)) return null;
  return finiteOrNull((100 * lossFactor * ratedHeatMw ** 0.7) / heatInputMw);
}
