import type { Boiler } from "./boiler.ts";
import {
  type HeatLosses,
  type HeatLossInputs,
  heatLosses,
  noLosses,
  surfaceLossMw,
} from "./combustion/heat-loss.ts";
import type { Writable } from "./finite.ts";
import type { Burning } from "./fuel.ts";

/** A boiler, and what burns in it at this instant. */
export interface Fired {
  readonly boiler: Boiler;
  readonly burning: Burning;
  /** Heat through the shell, while it is hot. */
  readonly surfaceLossMw: number;
}

/**
 * A boiler with what burns in it.
 * @source EN 12952-15, shell loss
 */
export function fired(boiler: Boiler, burning: Burning): Fired {
  const lossMw = surfaceLossMw(boiler.surfaceLossFactor, boiler.ratedHeatKw / 1_000);
  return { boiler, burning, surfaceLossMw: lossMw ?? 0 };
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

/** What a boiler's losses are computed from; NaN is an input that is not there, where a default stands for it. */
export interface LossInputs {
  readonly o2DryPercent: number;
  readonly exhaustTempC: number;
  readonly combustionAirTempC: number;
  readonly coDryPpm: number;
  readonly heatInputLhvKw: number;
  readonly loadPercent: number;
}

/** What one balance takes in; one after the other is written here, since the balance keeps nothing. */
const inputs: Writable<HeatLossInputs> = {
  o2DryPercent: Number.NaN,
  exhaustTempC: Number.NaN,
  airTempC: Number.NaN,
  airHumidityKgPerKg: Number.NaN,
  coDryPpm: Number.NaN,
  ashKg: Number.NaN,
  carbonInAshPercent: Number.NaN,
  surfaceLossLhvPercent: Number.NaN,
};
const heatingValues = { ncvKj: 1_000, gcvKj: Number.NaN };

/**
 * Losses at an oxygen and an exhaust temperature, the measured ones unless others are asked for, with what else is
 * known of the instant. The heat input decides how much the constant shell loss weighs; without a fuel meter it follows
 * from the load.
 * @param into where the result is written; a new one, unless the caller has room
 * @source Heat balance, by the heat-loss method; EN 12952-15, shell loss
 */
export function boilerLosses(
  now: LossInputs,
  { boiler, burning, surfaceLossMw: surfaceMw }: Fired,
  o2DryPercent = now.o2DryPercent,
  exhaustTempC = now.exhaustTempC,
  into: Writable<HeatLosses> = { ...noLosses },
): HeatLosses | null {
  const { heatInputLhvKw, loadPercent } = now;
  const ratedMw = boiler.ratedHeatKw / 1_000;
  const inputMw =
    heatInputLhvKw > 0
      ? heatInputLhvKw / 1_000
      : (ratedMw * Math.max(10, known(loadPercent, 100))) / 100 / assumedEfficiency;
  const surfacePercent = inputMw > 0 ? (100 * surfaceMw) / inputMw : 0;
  inputs.o2DryPercent = o2DryPercent;
  inputs.exhaustTempC = exhaustTempC;
  inputs.airTempC = known(now.combustionAirTempC, boiler.combustionAirTempC);
  inputs.airHumidityKgPerKg = boiler.airHumidityKgPerKg;
  inputs.coDryPpm = Math.max(0, known(now.coDryPpm, 0));
  inputs.ashKg = burning.ashKgPerMj;
  inputs.carbonInAshPercent = boiler.carbonInAshPercent ?? 0;
  inputs.surfaceLossLhvPercent = surfacePercent < Number.POSITIVE_INFINITY ? surfacePercent : 0;
  heatingValues.gcvKj = 1_000 * burning.gcvMjPerNcvMj;
  return heatLosses(inputs, burning.stoichiometry, heatingValues, into);
}
