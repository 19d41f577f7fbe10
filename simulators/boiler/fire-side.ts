import { flueGas } from "../../domain/combustion/excess-air.ts";
import { heatLosses } from "../../domain/combustion/heat-loss.ts";
import { airO2Percent } from "../../domain/combustion/stoichiometry.ts";
import { lagged } from "../noise.ts";
import {
  airKgPerMol,
  airKjPerMol,
  type Fire,
  gasKg,
  gasKj,
  oxygenAndCo,
  so2KgPerMol,
  waterPerAirMol,
} from "./firing.ts";
import { type BuiltBoiler, gasKjPerK, tempAfter, tunedO2Percent } from "./heat-transfer.ts";
import type { BoilerMemory } from "./memory.ts";
import type { Balance, StatePoints } from "./state.ts";

/** What the side of the fire does in a step. */
export interface FireSide {
  /** To metal and medium, the economiser's part in it. */
  readonly fuelHeatKw: number;
  readonly economiserKw: number;
  readonly heat: Omit<Balance["heat"], "fuelKw" | "usefulKw" | "blowdownKw" | "surfaceKw" | "storedKw">;
  readonly airKgPerH: number;
  readonly flueKgPerH: number;
}

/** What a fire is fed with. */
interface Fed {
  readonly fuelKw: number;
  readonly flameAirMolPerS: number;
  /** About 1: what is not modelled, on the emissions. */
  readonly gust: number;
  /** What an economiser would warm. */
  readonly coldTempC: number;
}

const coolingSeconds = 900;
/** Dust while soot is blown, of that beside it. */
const sootBlowDust = 4;
/** The furnace takes this part of the transfer units; the gas that leaves it has a higher specific heat. */
const furnaceShare = 0.3;
const hotGasFactor = 1.15;
const hottestExhaustC = 1_150;
const kjToKwPerMj = 1 / 1_000;
const normalM3PerMol = 22.414e-3;

/** A fire: flue gas, what the surfaces take from it, and what goes up the stack. */
export function burn(
  now: BuiltBoiler,
  fire: Fire,
  m: BoilerMemory,
  points: StatePoints,
  { fuelKw, flameAirMolPerS, gust, coldTempC }: Fed,
  dtSeconds: number,
): FireSide {
  const { design } = now;
  const { controls, metalTempC } = m;
  const { airHumidityKgPerKg } = design;
  const { stoichiometry, burning } = fire;
  const airTempC = controls.combustionAirTempC;
  const flameRatio = (1_000 * flameAirMolPerS) / (fuelKw * stoichiometry.airMol);
  const probeRatio = flameRatio * (1 + controls.airLeakPercent / 100);
  const { flameO2DryPercent, o2DryPercent, coDryPpm } = oxygenAndCo(
    flameRatio,
    probeRatio,
    fire,
    design.burner.coDryPpm * Math.max(0.1, gust),
  );
  const gas = flueGas(o2DryPercent, stoichiometry, airHumidityKgPerKg, coDryPpm);
  if (gas === null) throw new Error("A bug: a fire leaves less oxygen than air has");

  // Surfaces: of the heat above the metal's temperature, a share e^−NTU stays in the gas.
  const perMj = fuelKw * kjToKwPerMj;
  const gasCapacity = gasKjPerK(gas, metalTempC);
  const flow = (gasCapacity * perMj) / now.ratedGasKwPerK;
  const clean = 1 - controls.foulingPercent / 100;
  const units = now.transferUnits * flow ** -design.gasFlowExponent * clean;
  const flameAirMol = flameRatio * stoichiometry.airMol;
  const coldAirKj = airKjPerMol(airTempC, airHumidityKgPerKg);
  const preheatKj =
    now.preheaterEffect === 0
      ? 0
      : flameAirMol * (airKjPerMol(m.preheatedAirTempC, airHumidityKgPerKg) - coldAirKj);
  const metalGasKj = gasKj(gas, metalTempC);
  const aboveMetalKj = Math.max(
    0,
    1_000 + preheatKj - (metalGasKj - gasKj(gas, airTempC)) - m.unburntKjPerMj,
  );
  const beforeRecovery = metalTempC + (aboveMetalKj * Math.exp(-units)) / gasCapacity;
  points.furnaceTempTrueC = Math.min(
    1_900,
    metalTempC + (aboveMetalKj * Math.exp(-units * furnaceShare)) / (gasCapacity * hotGasFactor),
  );
  let exhaust = beforeRecovery - now.economiserEffect * Math.max(0, beforeRecovery - coldTempC);
  const economiserKw =
    now.economiserEffect === 0 ? 0 : perMj * (gasKj(gas, beforeRecovery) - gasKj(gas, exhaust));
  let preheated = airTempC;
  if (now.preheaterEffect > 0) {
    preheated = airTempC + now.preheaterEffect * (exhaust - airTempC);
    const takenKj = flameAirMol * (airKjPerMol(preheated, airHumidityKgPerKg) - coldAirKj);
    exhaust = tempAfter(gas, exhaust, takenKj);
  }
  exhaust = Math.min(hottestExhaustC, exhaust);
  lagTemperatures(m, beforeRecovery, exhaust, preheated, dtSeconds, design.thermalMass.exhaustLagSeconds);

  const losses = heatLosses(
    {
      o2DryPercent,
      exhaustTempC: m.exhaustTempC,
      airTempC,
      airHumidityKgPerKg,
      coDryPpm,
      ashKg: burning.ashKgPerMj,
      carbonInAshPercent: design.carbonInAshPercent,
      surfaceLossLhvPercent: 0,
    },
    stoichiometry,
    { ncvKj: 1_000, gcvKj: 1_000 * burning.gcvMjPerNcvMj },
  );
  if (losses === null) throw new Error("A bug: exhaust is colder than −40 or hotter than 1,200 °C");
  m.unburntKjPerMj = 10 * (losses.coLhvPercent + losses.unburntLhvPercent);

  const toKw = fuelKw / 100;
  const heat = {
    dryGasKw: losses.dryGasLhvPercent * toKw,
    fuelWaterKw: losses.fuelWaterLhvPercent * toKw,
    airMoistureKw: losses.airMoistureLhvPercent * toKw,
    coKw: losses.coLhvPercent * toKw,
    unburntKw: losses.unburntLhvPercent * toKw,
    draughtKw: 0,
  };

  const loadShare = Math.min(1.2, fuelKw / now.ratedInputKw);
  const noxFactor =
    (0.8 + 0.2 * loadShare) *
    Math.max(0.5, 1 + 0.03 * (flameO2DryPercent - tunedO2Percent(design, 100 * loadShare))) *
    gust;
  const moisture = (100 * gas.waterMol) / gas.wetMol;
  points.o2DryPercent = o2DryPercent;
  points.flueMoisturePercent = moisture;
  points.o2WetPercent = (o2DryPercent * (100 - moisture)) / 100;
  points.co2DryPercent = (100 * gas.co2Mol) / gas.dryMol - coDryPpm / 10_000;
  points.coDryPpm = coDryPpm;
  points.noxDryPpm = (1e6 * fire.noxMol * noxFactor) / gas.dryMol;
  points.soxDryPpm = (1e6 * Math.max(0, gas.so2Mol - fire.retainedSo2Mol)) / gas.dryMol;
  points.pmDryMgPerNm3 =
    (fire.pmMg * gust * (controls.sootBlow ? sootBlowDust : 1)) / (gas.dryMol * normalM3PerMol);
  points.exhaustTempC = m.exhaustTempC;
  points.stackFlowDryNm3PerH = 3.6 * fuelKw * gas.dryMol * normalM3PerMol;
  points.airRatioTrue = probeRatio;

  const airMol = probeRatio * stoichiometry.airMol;
  const lostKw = heat.dryGasKw + heat.fuelWaterKw + heat.airMoistureKw + heat.coKw + heat.unburntKw;
  return {
    fuelHeatKw: fuelKw - lostKw,
    economiserKw,
    heat,
    airKgPerH: 3.6 * fuelKw * airMol * airKgPerMol(airHumidityKgPerKg),
    flueKgPerH: 3.6 * fuelKw * (gasKg(gas, stoichiometry) - fire.retainedSo2Mol * so2KgPerMol),
  };
}

/** No fire: air goes through, and carries a little heat away. */
export function stand(
  now: BuiltBoiler,
  m: BoilerMemory,
  points: StatePoints,
  airMolPerS: number,
  dtSeconds: number,
): FireSide {
  const { design, ratedAirMolPerS } = now;
  const { controls, metalTempC, sequence } = m;
  const { airHumidityKgPerKg } = design;
  const airTempC = controls.combustionAirTempC;
  const blows = sequence.phase === "purge" || sequence.phase === "post-purge";
  const flow = airMolPerS / ratedAirMolPerS;
  const warmed = blows ? 1 - Math.exp(-now.transferUnits * flow ** -design.gasFlowExponent) : 0.4;
  const target = airTempC + warmed * (metalTempC - airTempC);
  const lag = blows ? design.thermalMass.exhaustLagSeconds : coolingSeconds;
  lagTemperatures(m, target, target, airTempC, dtSeconds, lag);
  const water = waterPerAirMol(airHumidityKgPerKg);
  const moisture = (100 * water) / (1 + water);
  points.o2WetPercent = (airO2Percent * (100 - moisture)) / 100;
  points.flueMoisturePercent = moisture;
  points.exhaustTempC = m.exhaustTempC;
  points.stackFlowDryNm3PerH = 3_600 * airMolPerS * normalM3PerMol;
  const kgPerH = 3_600 * airMolPerS * airKgPerMol(airHumidityKgPerKg);
  const draughtKw =
    airMolPerS *
    (airKjPerMol(m.exhaustTempC, airHumidityKgPerKg) - airKjPerMol(airTempC, airHumidityKgPerKg));
  return {
    fuelHeatKw: 0,
    economiserKw: 0,
    heat: { dryGasKw: 0, fuelWaterKw: 0, airMoistureKw: 0, coKw: 0, unburntKw: 0, draughtKw },
    airKgPerH: kgPerH,
    flueKgPerH: kgPerH,
  };
}

function lagTemperatures(
  m: BoilerMemory,
  beforeRecovery: number,
  exhaust: number,
  preheated: number,
  dtSeconds: number,
  lagSeconds: number,
): void {
  m.beforeRecoveryTempC = lagged(m.beforeRecoveryTempC, beforeRecovery, dtSeconds, lagSeconds);
  m.exhaustTempC = lagged(m.exhaustTempC, exhaust, dtSeconds, lagSeconds);
  m.preheatedAirTempC = lagged(m.preheatedAirTempC, preheated, dtSeconds, lagSeconds);
}
