import type { FuelClass } from "../fuel.ts";

/** What a kilogram of a pollutant costs from a day on. */
export interface AirPollutionRate {
  readonly pollutant: "pm" | "sox" | "nox";
  readonly validFrom: string;
  readonly perKg: number;
  /** From gas, so much in a quarter pays nothing; `null`: gas pays like any other fuel. */
  readonly gasFreeTPerQuarter: number | null;
}

/**
 * Fee of a year on what is emitted evenly over it.
 * @param kgPerGjHhv by a stack test: on the heat that the flue gas says was fired
 * @source Air-pollution fee of Taiwan, EPA 2018-07-01: of gas-fired NOx what is above 24 t a quarter, of gas-fired SOx nothing
 */
export function airPollutionFeePerYear(
  { perKg, gasFreeTPerQuarter }: AirPollutionRate,
  kgPerGjHhv: number,
  grossGjPerYear: number,
  fuelClass: FuelClass,
): number {
  const kgPerYear = kgPerGjHhv * grossGjPerYear;
  const free = fuelClass === "gas" && gasFreeTPerQuarter !== null && kgPerYear / 4_000 <= gasFreeTPerQuarter;
  return free ? 0 : kgPerYear * perKg;
}
