import type { Boiler } from "./boiler.ts";
import { type HeatLosses, heatLosses, surfaceLossLhvPercent } from "./combustion/heat-loss.ts";
import type { Burning } from "./fuel.ts";

/** A boiler, and what burns in it at this instant. */
export interface Fired {
  readonly boiler: Boiler;
  readonly burning: Burning;
}

/**
 * A value, or what stands for it where there is none (NaN).
 * @source Definition
 */
export function known<T>(value: number, otherwise: T): number | T {
  return Number.isNaN(value) ? otherwise : value;
}

/** Net efficiency by which a load is turned into heat input where no fuel meter stands: only its shell loss hangs on it. */
const assumedEfficiency = 0.9;

/**
 * Losses at an oxygen and exhaust temperature, with what else is known of the instant. The heat input decides how much
 * the constant shell loss weighs; without a fuel meter it follows from the load.
 * @source Heat balance, by the heat-loss method; EN 12952-15, shell loss
 */
export function boilerLosses(
  o2DryPercent: number,
  exhaustTempC: number,
  { boiler, burning }: Fired,
  airTempC: number,
  coDryPpm: number,
  heatInputKw: number,
  loadPercent: number,
): HeatLosses | null {
  const ratedMw = boiler.ratedHeatKw / 1_000;
  const inputMw =
    heatInputKw > 0
      ? heatInputKw / 1_000
      : (ratedMw * Math.max(10, known(loadPercent, 100))) / 100 / assumedEfficiency;
  return heatLosses(
    {
      o2DryPercent,
      exhaustTempC,
      airTempC: known(airTempC, boiler.combustionAirTempC),
      airHumidityKgPerKg: boiler.airHumidityKgPerKg,
      coDryPpm: Math.max(0, known(coDryPpm, 0)),
      ashKg: burning.ashKgPerMj,
      carbonInAshPercent: boiler.carbonInAshPercent ?? 0,
      surfaceLossLhvPercent: surfaceLossLhvPercent(boiler.surfaceLossFactor, ratedMw, inputMw) ?? 0,
    },
    burning.stoichiometry,
    { ncvKj: 1_000, gcvKj: 1_000 * burning.gcvMjPerNcvMj },
  );
}
