import { finiteOrNull, type Writable } from "../finite.ts";
import { airO2Percent, type Stoichiometry } from "./stoichiometry.ts";

/** A zero drifts by tenths; an oxygen reading below this is none. % by volume. */
export const lowestO2Percent = -1;

/** kg of air to kg of water, as mol to mol. */
export const airToWaterMolarMass = 28.96 / 18.015;

/**
 * The air ratio λ of combustion: air supplied to air needed, from the oxygen in dry flue gas.
 *
 * Oxygen left over came in with air the fuel did not need. With A the theoretical air and V the dry products, the
 * oxygen balance `o2 / 100 = 0.2095·(λ−1)·A / (V + (λ−1)·A)` gives λ = 1 + (V / A)·o2 / (20.95 − o2). Carbon monoxide
 * found beside the oxygen would have used half its volume of it. This is combustion's own figure: the ratio of the
 * limit tables, 21 / (21 − O₂), is another one and overstates the surplus by a tenth for gas.
 * @param o2DryPercent % by volume, 0 or more
 * @param coDryPpm ppm by volume in the same dry gas
 * @returns `null` in plain air, where nothing burns; for an oxygen that cannot be; for a fuel that takes no air
 * @source Element balance of oxygen, above
 */
export function excessAirRatio(o2DryPercent: number, fuel: Stoichiometry, coDryPpm = 0): number | null {
  const surplusO2Percent = o2DryPercent - coDryPpm / 20_000;
  if (!(o2DryPercent >= lowestO2Percent && surplusO2Percent < airO2Percent && fuel.airMol > 0)) return null;
  return finiteOrNull(
    1 + ((fuel.dryProductMol / fuel.airMol) * surplusO2Percent) / (airO2Percent - surplusO2Percent),
  );
}

/**
 * CO₂ that complete combustion leaves in dry flue gas at an oxygen reading.
 * @returns % by volume, dry; `null` above the oxygen of air, and for a fuel without dry products
 * @source Element balance, the stoichiometric dry gas diluted with air: CO₂max·(20.95 − O₂) / 20.95
 */
export function expectedCo2DryPercent(
  o2DryPercent: number,
  { co2Mol, dryProductMol }: Stoichiometry,
): number | null {
  if (!(o2DryPercent >= lowestO2Percent && o2DryPercent <= airO2Percent && dryProductMol > 0)) return null;
  return finiteOrNull(((100 * co2Mol) / dryProductMol) * ((airO2Percent - o2DryPercent) / airO2Percent));
}

/** Flue gas of one unit of fuel, in mol. */
export interface FlueGas {
  readonly excessAirRatio: number;
  readonly co2Mol: number;
  readonly so2Mol: number;
  readonly o2Mol: number;
  readonly n2Mol: number;
  readonly waterMol: number;
  /** The part of `waterMol` that came in with the air. */
  readonly airWaterMol: number;
  readonly dryMol: number;
  readonly wetMol: number;
}

/** Before anything was found: room for a result, which one calculation after the other may use where nobody keeps it. */
export const noFlueGas: FlueGas = {
  excessAirRatio: Number.NaN,
  co2Mol: Number.NaN,
  so2Mol: Number.NaN,
  o2Mol: Number.NaN,
  n2Mol: Number.NaN,
  waterMol: Number.NaN,
  airWaterMol: Number.NaN,
  dryMol: Number.NaN,
  wetMol: Number.NaN,
};

/**
 * What leaves the furnace, from the oxygen that is measured.
 * @param airHumidityKgPerKg water in the combustion air, kg per kg of dry air
 * @param into where the result is written; a new one, unless the caller has room
 * @returns `null` where `excessAirRatio` is, and for a humidity that is none
 * @source Element balance, what goes in with fuel and air comes out
 */
export function flueGas(
  o2DryPercent: number,
  fuel: Stoichiometry,
  airHumidityKgPerKg: number,
  coDryPpm = 0,
  into: Writable<FlueGas> = { ...noFlueGas },
): FlueGas | null {
  const ratio = excessAirRatio(o2DryPercent, fuel, coDryPpm);
  if (ratio === null || !(airHumidityKgPerKg >= 0)) return null;
  const airMol = ratio * fuel.airMol;
  const o2Mol = (airO2Percent / 100) * (airMol - fuel.airMol);
  const dryMol = fuel.dryProductMol + airMol - fuel.airMol;
  const airWaterMol = airMol * airHumidityKgPerKg * airToWaterMolarMass;
  const waterMol = fuel.waterMol + airWaterMol;
  if (!(dryMol > 0 && Number.isFinite(dryMol + waterMol))) return null;
  into.excessAirRatio = ratio;
  into.co2Mol = fuel.co2Mol;
  into.so2Mol = fuel.so2Mol;
  into.o2Mol = o2Mol;
  into.n2Mol = dryMol - fuel.co2Mol - fuel.so2Mol - o2Mol;
  into.waterMol = waterMol;
  into.airWaterMol = airWaterMol;
  into.dryMol = dryMol;
  into.wetMol = dryMol + waterMol;
  return into;
}
