import { flueMoisturePercent } from "../domain/combustion/dry-oxygen.ts";
import { stackLossSiegertLhvPercent } from "../domain/combustion/siegert.ts";
import { airO2Percent, stoichiometry } from "../domain/combustion/stoichiometry.ts";
import type { Fuel } from "../domain/fuel.ts";

/** What a simulated boiler is built like. */
export interface BoilerDesign {
  readonly fuel: Fuel;
  /** Heat to the medium at 100 % load. */
  readonly ratedHeatKw: number;
  readonly meanLoadPercent: number;
  readonly loadSwingPercent: number;
  readonly loadPeriodSeconds: number;
  /** Dry flue O₂ that the burner was tuned to at full load, and how much more at 40 %. */
  readonly tunedO2DryPercent: number;
  readonly lowLoadO2Percent: number;
  /** Exhaust at full load, and how much less at 40 %. */
  readonly exhaustTempC: number;
  readonly lowLoadExhaustK: number;
  readonly combustionAirTempC: number;
  readonly airHumidityKgPerKg: number;
  readonly noxAt6PercentPpm: number;
  readonly soxAt6PercentPpm: number;
  readonly pmAt6PercentMgPerNm3: number;
  readonly coDryPpm: number;
  /** Now and then the load falls and the trim stays in manual, so that the damper keeps letting in too much air. */
  readonly drift: Drift | null;
}

export interface Drift {
  readonly startAfterSeconds: number;
  readonly rampSeconds: number;
  readonly forSeconds: number;
  readonly everySeconds: number;
  readonly loadPercent: number;
  readonly surplusO2Percent: number;
}

/** What the sensors of a simulated boiler would tell if they were perfect, by point. */
export type BoilerState = Readonly<Record<string, number>>;

export interface SimulatedBoiler {
  /** The state so many seconds after the start; time must not go back. */
  at(seconds: number): BoilerState;
}

const gasLagSeconds = 2;
const metalLagSeconds = 12;

/**
 * A boiler that burns its fuel by the balance of combustion and lags like gas and metal do.
 *
 * Load swings slowly; O₂ follows the tuned curve plus whatever the drift adds; fuel flow is what the load needs at
 * the efficiency that exhaust and O₂ leave. The same seed gives the same boiler.
 */
export function simulatedBoiler(design: BoilerDesign, random: () => number): SimulatedBoiler {
  const fuel = stoichiometry(design.fuel.composition);
  const loadNoise = slowNoise(random, 0.25, 20);
  const o2Noise = slowNoise(random, 0.04, 3);
  const exhaustNoise = slowNoise(random, 0.35, 10);
  const emissionNoise = slowNoise(random, 0.02, 8);
  const phase = random() * 2 * Math.PI;
  let last: { seconds: number; o2DryPercent: number; exhaustTempC: number } | null = null;

  function at(seconds: number): BoilerState {
    const dt = last === null ? 0 : Math.max(0, seconds - last.seconds);
    const drifted = driftShare(design.drift, seconds);
    const swing = Math.sin((2 * Math.PI * seconds) / design.loadPeriodSeconds + phase);
    const freeLoad = design.meanLoadPercent + design.loadSwingPercent * swing;
    const driftLoad = design.drift?.loadPercent ?? freeLoad;
    const loadPercent = freeLoad + drifted * (driftLoad - freeLoad) + loadNoise(dt);

    const lowLoad = Math.max(0, (100 - loadPercent) / 60);
    const surplus = drifted * (design.drift?.surplusO2Percent ?? 0);
    const o2Target = design.tunedO2DryPercent + design.lowLoadO2Percent * lowLoad + surplus;
    const exhaustTarget = design.exhaustTempC - design.lowLoadExhaustK * lowLoad + 4 * surplus;
    last = {
      seconds,
      o2DryPercent: lagged(last?.o2DryPercent, o2Target, dt, gasLagSeconds),
      exhaustTempC: lagged(last?.exhaustTempC, exhaustTarget, dt, metalLagSeconds),
    };
    const o2DryPercent = last.o2DryPercent + o2Noise(dt);
    const exhaustTempC = last.exhaustTempC + exhaustNoise(dt);

    const { airMol, dryProductMol, co2Mol } = fuel;
    const surplusAirMol = (dryProductMol * o2DryPercent) / (airO2Percent - o2DryPercent);
    const dryFlueMol = dryProductMol + surplusAirMol;
    const airTempC = design.combustionAirTempC;
    const loss = stackLossSiegertLhvPercent(exhaustTempC, airTempC, o2DryPercent, design.fuel.siegert) ?? 100;
    const usefulHeatKw = (design.ratedHeatKw * loadPercent) / 100;
    const fuelFlow = (usefulHeatKw * 3.6) / design.fuel.ncvMjPerUnit / ((100 - loss - 1) / 100);
    const atMeasuredO2 = ((21 - o2DryPercent) / 15) * (1 + emissionNoise(dt));
    const h2oPercent = wetShare(o2DryPercent, design, fuel);

    return {
      firing: 1,
      loadPercent,
      [design.fuel.flowPoint]: fuelFlow,
      usefulHeatKw,
      o2DryPercent,
      o2WetPercent: (o2DryPercent * (100 - h2oPercent)) / 100,
      co2DryPercent: (100 * co2Mol) / dryFlueMol,
      coDryPpm: design.coDryPpm * Math.exp(Math.max(0, 1.2 - o2DryPercent) * 4) * (1 + emissionNoise(0)),
      noxDryPpm: design.noxAt6PercentPpm * atMeasuredO2 * (0.85 + (0.15 * loadPercent) / 85),
      soxDryPpm: design.soxAt6PercentPpm * atMeasuredO2,
      pmDryMgPerNm3: design.pmAt6PercentMgPerNm3 * atMeasuredO2,
      flueMoisturePercent: h2oPercent,
      exhaustTempC,
      combustionAirTempC: airTempC,
      airRatioTrue: 1 + surplusAirMol / airMol,
    };
  }

  return { at };
}

/** Water in the flue gas at a dry O₂: the wet reading that leads back to this dry one. */
function wetShare(
  o2DryPercent: number,
  design: BoilerDesign,
  fuel: ReturnType<typeof stoichiometry>,
): number {
  let h2oPercent = 10;
  for (let round = 0; round < 6; round += 1) {
    const o2WetPercent = (o2DryPercent * (100 - h2oPercent)) / 100;
    h2oPercent = flueMoisturePercent(o2WetPercent, fuel, design.airHumidityKgPerKg) ?? h2oPercent;
  }
  return h2oPercent;
}

/** 0: as tuned, 1: fully drifted. */
function driftShare(drift: Drift | null, seconds: number): number {
  if (drift === null || seconds < drift.startAfterSeconds) return 0;
  const into = (seconds - drift.startAfterSeconds) % drift.everySeconds;
  const rising = into / drift.rampSeconds;
  const falling = (drift.forSeconds + drift.rampSeconds - into) / drift.rampSeconds;
  return Math.max(0, Math.min(1, rising, falling));
}

function lagged(before: number | undefined, target: number, dt: number, lagSeconds: number): number {
  return before === undefined ? target : target + (before - target) * Math.exp(-dt / lagSeconds);
}

/** Noise of a standard deviation that forgets itself over `lagSeconds`. */
function slowNoise(random: () => number, deviation: number, lagSeconds: number): (dt: number) => number {
  let value = 0;
  return (dt) => {
    const kept = Math.exp(-dt / lagSeconds);
    // The sum of twelve uniform numbers is normal enough for a sensor.
    let normal = -6;
    for (let draw = 0; draw < 12; draw += 1) normal += random();
    value = value * kept + normal * deviation * Math.sqrt(1 - kept * kept);
    return value;
  };
}
