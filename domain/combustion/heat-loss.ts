import { finiteOrNull, type Writable } from "../finite.ts";
import { flueGas, noFlueGas } from "./excess-air.ts";
import { gasHeat } from "./gas-enthalpy.ts";
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

/** Before anything was found: room for a result, which one calculation after the other may use where nobody keeps it. */
export const noLosses: HeatLosses = {
  dryGasLhvPercent: Number.NaN,
  fuelWaterLhvPercent: Number.NaN,
  airMoistureLhvPercent: Number.NaN,
  coLhvPercent: Number.NaN,
  unburntLhvPercent: Number.NaN,
  surfaceLhvPercent: Number.NaN,
  latentHhvPercent: Number.NaN,
  stackLhvPercent: Number.NaN,
  stackHhvPercent: Number.NaN,
  efficiencyIndirectLhvPercent: Number.NaN,
  efficiencyIndirectHhvPercent: Number.NaN,
};

const flue = { ...noFlueGas };

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
  into: Writable<HeatLosses> = { ...noLosses },
): HeatLosses | null {
  const { o2DryPercent, exhaustTempC, airTempC, airHumidityKgPerKg, coDryPpm } = inputs;
  const gas = flueGas(o2DryPercent, fuel, airHumidityKgPerKg, coDryPpm, flue);
  const heat = gasHeat(exhaustTempC, airTempC);
  if (gas === null || heat === null) return null;

  const dryKj = gas.co2Mol * heat.co2 + gas.so2Mol * heat.so2 + gas.o2Mol * heat.o2 + gas.n2Mol * heat.n2;
  const fuelWaterKj = fuel.waterMol * heat.h2o;
  const airMoistureKj = gas.airWaterMol * heat.h2o;
  const carbonKg = 0.012011 * fuel.co2Mol;
  const coShare = fuel.co2Mol > 0 ? (coDryPpm * gas.dryMol) / 1e6 / fuel.co2Mol : 0;
  const coKj = Math.min(1, coShare) * carbonKg * coLossKjPerKgCarbon;
  const carbonInAsh = inputs.carbonInAshPercent / 100;
  const unburntKj = ((inputs.ashKg * carbonInAsh) / (1 - carbonInAsh)) * carbonKjPerKg;
  const surfaceKj = (inputs.surfaceLossLhvPercent / 100) * ncvKj;
  const latentKj = fuel.waterMol * waterLatentKjPerMol;

  const netPercent = 100 / ncvKj;
  const grossPercent = 100 / gcvKj;
  const stackKj = dryKj + fuelWaterKj + airMoistureKj + coKj;
  const otherKj = unburntKj + surfaceKj;
  // The sizes of all of them together: losses of opposite signs must not hide each other.
  const gasSize = Math.abs(dryKj) + Math.abs(fuelWaterKj) + Math.abs(airMoistureKj) + Math.abs(coKj);
  const size = gasSize + Math.abs(unburntKj) + Math.abs(surfaceKj) + Math.abs(latentKj);
  if (!Number.isFinite(size * netPercent + size * grossPercent)) return null;
  into.dryGasLhvPercent = dryKj * netPercent;
  into.fuelWaterLhvPercent = fuelWaterKj * netPercent;
  into.airMoistureLhvPercent = airMoistureKj * netPercent;
  into.coLhvPercent = coKj * netPercent;
  into.unburntLhvPercent = unburntKj * netPercent;
  into.surfaceLhvPercent = inputs.surfaceLossLhvPercent;
  into.latentHhvPercent = latentKj * grossPercent;
  into.stackLhvPercent = stackKj * netPercent;
  into.stackHhvPercent = (stackKj + latentKj) * grossPercent;
  into.efficiencyIndirectLhvPercent = 100 - (stackKj + otherKj) * netPercent;
  into.efficiencyIndirectHhvPercent = 100 - (stackKj + latentKj + otherKj) * grossPercent;
  return into;
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
  const lossMw = surfaceLossMw(lossFactor, ratedHeatMw);
  return heatInputMw > 0 && lossMw !== null ? finiteOrNull((100 * lossMw) / heatInputMw) : null;
}

/**
 * Heat through the shell: it hangs on the boiler's size alone.
 * @returns MW; `null` for a boiler without a size
 * @source EN 12952-15, radiation and convection loss
 */
export function surfaceLossMw(lossFactor: number, ratedHeatMw: number): number | null {
  return ratedHeatMw > 0 ? finiteOrNull(lossFactor * ratedHeatMw ** 0.7) : null;
}
