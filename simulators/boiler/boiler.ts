import { flueGas } from "../../domain/combustion/excess-air.ts";
import { heatLosses } from "../../domain/combustion/heat-loss.ts";
import { airO2Percent } from "../../domain/combustion/stoichiometry.ts";
import type { Fuel } from "../../domain/fuel.ts";
import { OperationalError } from "../../platform/errors.ts";
import { lagged, slowNoise } from "../noise.ts";
import { advanceSequence, type BurnerPhase, hasFlame, type SequenceState } from "./burner-sequence.ts";
import {
  advanceControls,
  type BoilerControls,
  type ControlsNow,
  checkedControls,
  controlsAtStart,
  setControls,
} from "./controls.ts";
import type { BoilerDesign, BoilerRefit } from "./design.ts";
import {
  airKgPerMol,
  airKjPerMol,
  gasKg,
  gasKj,
  oxygenAndCo,
  so2KgPerMol,
  waterPerAirMol,
} from "./firing.ts";
import { type BuiltBoiler, built, gasKjPerK, tempAfter, tunedO2Percent } from "./heat-transfer.ts";
import { profileLoadPercent } from "./load-profile.ts";
import type { Balance, BoilerState, StatePoints } from "./state.ts";
import type { Drawn } from "./water-side.ts";

export interface SimulatedBoiler {
  readonly design: BoilerDesign;
  /**
   * Moves on by any length of time. The flows of the state are means over the step; a steady state does not depend on
   * how long the steps are.
   */
  step(dtSeconds: number): BoilerState;
  /**
   * Changes controls; numbers go there in a straight line over `rampSeconds`.
   * @throws OperationalError `controls-refused`
   */
  set(controls: BoilerControls, rampSeconds?: number): void;
  /**
   * Rebuilds the boiler while it stands or runs: another burner or fuel, a preheater fitted. Shares of fuels and the
   * controls that follow the design begin anew.
   * @throws OperationalError `design-refused`
   */
  refit(changes: BoilerRefit): void;
  /** The controls as they stand. */
  controls(): Readonly<ControlsNow>;
  phase(): BurnerPhase;
  /** Where heat and mass of the last step went. */
  balance(): Balance;
  /** All that it remembers but its noise: plain data, to come back to. */
  memory(): BoilerMemory;
  recall(memory: BoilerMemory): void;
}

/** What a boiler remembers from one step to the next. */
export interface BoilerMemory {
  seconds: number;
  controls: ControlsNow;
  sequence: SequenceState;
  fuelKw: number;
  airMolPerS: number;
  metalTempC: number;
  mediumTempC: number;
  exhaustTempC: number;
  beforeRecoveryTempC: number;
  preheatedAirTempC: number;
  /** Share of the fuel's heat that came through to metal and medium. */
  heatShare: number;
  /** What was not burnt to the end, of each MJ. */
  unburntKjPerMj: number;
}

/** What the side of the fire does in a step. */
interface Side {
  /** To metal and medium, the economiser's part in it. */
  readonly fuelHeatKw: number;
  readonly economiserKw: number;
  readonly heat: Omit<Balance["heat"], "fuelKw" | "usefulKw" | "blowdownKw" | "surfaceKw" | "storedKw">;
  readonly airKgPerH: number;
  readonly flueKgPerH: number;
}

/** Air that a chimney draws through a boiler that stands, and that a fan blows before ignition, of that at rated heat. */
const draughtShare = 0.01;
const purgeShare = 0.7;
/** Richer than this the burner's own cross-limit takes fuel away. */
const richestRatio = 0.8;
/** The load controller corrects a wrong temperature over this time, or over two steps if they are longer. */
const correctionSeconds = 120;
/** How long the last of the heat in the medium takes to be drawn off. */
const drainSeconds = 120;
const coolingSeconds = 900;
const sootBlowSeconds = 120;
const sootBlowDust = 4;
const mostFoulingPercent = 60;
const secondsPerDay = 86_400;
const kjToKwPerMj = 1 / 1_000;
const normalM3PerMol = 22.414e-3;
const shellRiseK = 28;
/** The furnace takes this part of the transfer units; the gas that leaves it has a higher specific heat. */
const furnaceShare = 0.3;
const hotGasFactor = 1.15;
const hottestExhaustC = 1_150;

/** @throws OperationalError `design-refused`, naming what cannot be built */
function builtOrRefused(design: BoilerDesign, fuels: ReadonlyMap<string, Fuel>): BuiltBoiler {
  const outcome = built(design, fuels);
  if (outcome.ok) return outcome.boiler;
  const wrong = outcome.faults.map(({ key, message }) => `${key} ${message}`);
  throw new OperationalError("design-refused", `${design.id} cannot be built: ${wrong.join("; ")}`);
}

/**
 * A boiler that burns its fuel by the balance of combustion, and whose metal and content store heat.
 *
 * Flue gas follows from fuel and air by the domain's stoichiometry; what goes up the stack, by the domain's heat-loss
 * method at the exhaust temperature that the heating surfaces leave; the rest warms metal and medium. So energy closes,
 * and a steady state has the losses that the domain finds in it. Time comes in through `step` alone.
 * @param fuels of the rules, by id
 * @param random 0 ≤ x < 1; the same numbers and the same steps give the same boiler
 * @throws OperationalError `design-refused`
 */
export function simulatedBoiler(
  initialDesign: BoilerDesign,
  fuels: ReadonlyMap<string, Fuel>,
  random: () => number,
): SimulatedBoiler {
  let now = builtOrRefused(initialDesign, fuels);
  let fire = now.fireFor(initialDesign.fuels.map(({ share }) => share));
  /** Meters stay where they are when a fuel is given up, and show 0. */
  const meters = new Set(fire.flows.map(({ point }) => point));
  let firedShares: readonly number[] | null = null;
  const loadNoise = slowNoise(random, initialDesign.load.noiseSeconds);
  const airFlutter = slowNoise(random, initialDesign.burner.airFlutterSeconds);
  const emissionNoise = slowNoise(random, 8);
  let isQuiet = false;
  let balance: Balance = nothingYet;
  let m = atStart(now);
  if (!initialDesign.startsCold) settle();

  /** Runs without noise until nothing changes, then sets the time back to its beginning. */
  function settle(): void {
    isQuiet = true;
    const { foulingPercentPerDay } = m.controls;
    m.controls.foulingPercentPerDay = 0;
    for (let round = 0; round < 240; round += 1) {
      step(30);
      m.seconds = 0;
    }
    m.controls.foulingPercentPerDay = foulingPercentPerDay;
    isQuiet = false;
  }

  function step(dtSeconds: number): BoilerState {
    if (!(dtSeconds > 0 && dtSeconds < Number.POSITIVE_INFINITY))
      throw new OperationalError("step-refused", `A step takes time; ${dtSeconds} s is none`);
    const { design, water } = now;
    const { controls, sequence } = m;
    const { burner } = design;
    m.seconds += dtSeconds;
    advanceControls(controls, dtSeconds);
    advanceFouling(controls, dtSeconds);
    if (controls.fuelShares !== firedShares) {
      firedShares = controls.fuelShares;
      fire = now.fireFor(firedShares);
      for (const { point } of fire.flows) meters.add(point);
    }
    const noise = isQuiet ? 0 : 1;
    const flutter = noise * airFlutter.next(dtSeconds) * (burner.airFlutterPercent / 100);
    const profile =
      profileLoadPercent(design.load, m.seconds) +
      noise * loadNoise.next(dtSeconds) * design.load.noisePercent;
    const askedPercent = profile + controls.loadOverride * (controls.loadPercent - profile);

    // What the works draw: as much as they ask for, while the medium is warm enough to give it.
    const metalTempC = m.metalTempC;
    const mediumTempC = m.mediumTempC;
    const inFlowKw = now.metalToMediumKwPerK * (metalTempC - mediumTempC);
    const storedAboveIdleKj = now.contentKjPerK * (mediumTempC - water.idleTempC);
    const givableKw = Math.max(0, inFlowKw + storedAboveIdleKj / Math.max(drainSeconds, 2 * dtSeconds));
    const wantedKw = Math.min((design.ratedHeatKw * Math.max(0, askedPercent)) / 100, givableKw);
    const drawn = water.draw(mediumTempC, wantedKw, controls);

    // The load controller asks for the heat that is drawn and lost, and for what brings the medium to its setpoint.
    const shellKw = now.shellKw * warmShare(now, mediumTempC, controls.ambientTempC);
    const missingKw =
      (now.contentKjPerK * (water.setTempC - mediumTempC)) / Math.max(correctionSeconds, 2 * dtSeconds);
    const neededKw = drawn.usefulKw + drawn.blowdownKw + shellKw + missingKw;
    const wantedFuelKw = neededKw / Math.max(0.3, m.heatShare);
    const leastKw = (now.ratedInputKw * burner.minimumLoadPercent) / 100;
    const mostKw = (now.ratedInputKw * burner.maximumLoadPercent) / 100;
    const wantsHeat = hasFlame(sequence.phase)
      ? !(wantedFuelKw < leastKw && mediumTempC > water.setTempC + burner.switchingK)
      : sequence.phase === "purge" || mediumTempC < water.setTempC - burner.switchingK;
    advanceSequence(sequence, controls.burner, wantsHeat, dtSeconds, burner);
    const { phase } = sequence;

    const fuelTargetKw =
      phase === "modulating"
        ? Math.min(mostKw, Math.max(leastKw, wantedFuelKw))
        : hasFlame(phase)
          ? leastKw
          : 0;
    let fuelKw = fuelTargetKw === 0 ? 0 : lagged(m.fuelKw, fuelTargetKw, dtSeconds, burner.fuelLagSeconds);
    const airMolPerS = airFlow(phase, Math.max(fuelTargetKw, fuelKw), dtSeconds);
    const { stoichiometry, burning } = fire;
    const flameAirMolPerS = airMolPerS * (1 + flutter);
    fuelKw = Math.min(fuelKw, (1_000 * flameAirMolPerS) / (richestRatio * stoichiometry.airMol));
    if (fuelKw < 1e-6 * now.ratedInputKw) fuelKw = 0;
    m.fuelKw = fuelKw;
    m.airMolPerS = airMolPerS;

    const points: StatePoints = {
      firing: fuelKw > 0 ? 1 : 0,
      loadPercent: (100 * fuelKw) / now.ratedInputKw,
      o2DryPercent: airO2Percent,
      o2WetPercent: 0,
      co2DryPercent: 0,
      coDryPpm: 0,
      noxDryPpm: 0,
      soxDryPpm: 0,
      pmDryMgPerNm3: 0,
      flueMoisturePercent: 0,
      exhaustTempC: 0,
      combustionAirTempC: controls.combustionAirTempC,
      ambientTempC: controls.ambientTempC,
      shellTempC: controls.ambientTempC + shellRiseK * warmShare(now, mediumTempC, controls.ambientTempC),
      stackFlowDryNm3PerH: 0,
      usefulHeatKw: drawn.usefulKw,
      furnaceTempTrueC: metalTempC,
      foulingTruePercent: controls.foulingPercent,
    };
    for (const point of meters) points[point] = 0;
    for (const { point, unitsPerMj } of fire.flows)
      points[point] = (points[point] ?? 0) + fuelKw * 3.6 * unitsPerMj;
    water.tell(points, mediumTempC, drawn, controls);

    const side =
      fuelKw > 0
        ? burn(points, fuelKw, flameAirMolPerS, drawn, dtSeconds)
        : stand(points, flameAirMolPerS, dtSeconds);
    if (design.economiser !== undefined || design.airPreheater !== undefined)
      points.flueBeforeRecoveryTempC = m.beforeRecoveryTempC;
    if (design.airPreheater !== undefined) points.preheatedAirTempC = m.preheatedAirTempC;
    if (side.fuelHeatKw > 0) m.heatShare = side.fuelHeatKw / fuelKw;

    store(
      side.fuelHeatKw - side.economiserKw - side.heat.draughtKw - shellKw,
      drawn.usefulKw + drawn.blowdownKw - side.economiserKw,
      dtSeconds,
    );
    const storedKw =
      (now.metalKjPerK * (m.metalTempC - metalTempC) + now.contentKjPerK * (m.mediumTempC - mediumTempC)) /
      dtSeconds;
    const { usefulKw, blowdownKw, feedwaterKgPerH, steamKgPerH, blowdownKgPerH } = drawn;
    const ashKgPerMj = burning.ashKgPerMj + fire.retainedSo2Mol * so2KgPerMol;
    balance = {
      heat: { fuelKw, usefulKw, blowdownKw, surfaceKw: shellKw, storedKw, ...side.heat },
      mass: {
        fuelKgPerH: 3.6 * fuelKw * fire.fuelKgPerMj,
        airKgPerH: side.airKgPerH,
        flueKgPerH: side.flueKgPerH,
        ashKgPerH: 3.6 * fuelKw * ashKgPerMj,
        feedwaterKgPerH,
        steamKgPerH,
        blowdownKgPerH,
      },
    };
    return points;
  }

  /** Mol of dry air a second through the fan. It is led by the fuel, and by the fuel to come where that is more. */
  function airFlow(phase: BurnerPhase, fuelKw: number, dtSeconds: number): number {
    const { design, ratedAirMolPerS, ratedInputKw } = now;
    const { damper, o2TrimPercent } = m.controls;
    const blows = phase !== "off" && phase !== "lockout";
    if (blows && damper === "stuck") return m.airMolPerS;
    let target = draughtShare * ratedAirMolPerS;
    if (blows && damper !== "auto" && damper !== "stuck") target = (ratedAirMolPerS * damper) / 100;
    else if (hasFlame(phase)) {
      const { airMol, dryProductMol } = fire.stoichiometry;
      const tuned = tunedO2Percent(design, (100 * fuelKw) / ratedInputKw) + o2TrimPercent;
      const o2 = Math.min(19, Math.max(-4, tuned + (phase === "light-off" ? 3 : 0)));
      target =
        (fuelKw / 1_000) *
        Math.max(richestRatio * airMol, airMol + (dryProductMol * o2) / (airO2Percent - o2));
    } else if (blows) target = purgeShare * ratedAirMolPerS;
    return lagged(m.airMolPerS, target, dtSeconds, design.burner.airLagSeconds);
  }

  /** A fire: flue gas, what the surfaces take from it, and what goes up the stack. */
  function burn(
    points: StatePoints,
    fuelKw: number,
    flameAirMolPerS: number,
    { coldTempC }: Drawn,
    dtSeconds: number,
  ): Side {
    const { design } = now;
    const { controls, metalTempC } = m;
    const { airHumidityKgPerKg } = design;
    const { stoichiometry, burning } = fire;
    const airTempC = controls.combustionAirTempC;
    const flameRatio = (1_000 * flameAirMolPerS) / (fuelKw * stoichiometry.airMol);
    const probeRatio = flameRatio * (1 + controls.airLeakPercent / 100);
    const gust = isQuiet ? 1 : 1 + (emissionNoise.next(dtSeconds) * design.emissionNoisePercent) / 100;
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
    lagTemperatures(beforeRecovery, exhaust, preheated, dtSeconds, design.thermalMass.exhaustLagSeconds);

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
  function stand(points: StatePoints, airMolPerS: number, dtSeconds: number): Side {
    const { design, ratedAirMolPerS } = now;
    const { controls, metalTempC, sequence } = m;
    const { airHumidityKgPerKg } = design;
    const airTempC = controls.combustionAirTempC;
    const blows = sequence.phase === "purge" || sequence.phase === "post-purge";
    const flow = airMolPerS / ratedAirMolPerS;
    const warmed = blows ? 1 - Math.exp(-now.transferUnits * flow ** -design.gasFlowExponent) : 0.4;
    const target = airTempC + warmed * (metalTempC - airTempC);
    const lag = blows ? design.thermalMass.exhaustLagSeconds : coolingSeconds;
    lagTemperatures(target, target, airTempC, dtSeconds, lag);
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

  /**
   * Metal and medium take up what is left, exactly for flows that are constant over the step: their sum grows in a
   * straight line, their difference goes to its end exponentially.
   */
  function store(intoMetalKw: number, outOfMediumKw: number, dtSeconds: number): void {
    const { metalKjPerK: metal, contentKjPerK: content, metalToMediumKwPerK } = now;
    const rate = metalToMediumKwPerK * (1 / metal + 1 / content);
    const endK = (intoMetalKw / metal + outOfMediumKw / content) / rate;
    const differenceK = endK + (m.metalTempC - m.mediumTempC - endK) * Math.exp(-rate * dtSeconds);
    const energyKj =
      metal * m.metalTempC + content * m.mediumTempC + (intoMetalKw - outOfMediumKw) * dtSeconds;
    m.mediumTempC = (energyKj - metal * differenceK) / (metal + content);
    m.metalTempC = m.mediumTempC + differenceK;
  }

  return {
    get design() {
      return now.design;
    },
    step,
    set: (controls, rampSeconds = 0) => {
      setControls(m.controls, checkedControls(controls, now.design), now.design, rampSeconds);
    },
    refit: (changes) => {
      now = builtOrRefused({ ...now.design, ...changes }, fuels);
      const { fuels: burnt, steam, ambientTempC, combustionAirTempC, foulingPercentPerDay } = changes;
      firedShares = null;
      const renewed: BoilerControls = {
        ...(burnt !== undefined && { fuelShares: null }),
        ...(steam !== undefined && { blowdownPercent: null, feedwaterTempC: null }),
        ...(ambientTempC !== undefined && { ambientTempC: null }),
        ...(combustionAirTempC !== undefined && { combustionAirTempC: null }),
        ...(foulingPercentPerDay !== undefined && { foulingPercentPerDay }),
      };
      setControls(m.controls, renewed, now.design, 0);
    },
    controls: () => m.controls,
    phase: () => m.sequence.phase,
    balance: () => balance,
    memory: () => structuredClone(m),
    recall: (memory) => {
      m = structuredClone(memory);
      firedShares = null;
    },
  };
}

const nothingYet: Balance = {
  heat: {
    fuelKw: 0,
    usefulKw: 0,
    blowdownKw: 0,
    dryGasKw: 0,
    fuelWaterKw: 0,
    airMoistureKw: 0,
    coKw: 0,
    unburntKw: 0,
    surfaceKw: 0,
    draughtKw: 0,
    storedKw: 0,
  },
  mass: {
    fuelKgPerH: 0,
    airKgPerH: 0,
    flueKgPerH: 0,
    ashKgPerH: 0,
    feedwaterKgPerH: 0,
    steamKgPerH: 0,
    blowdownKgPerH: 0,
  },
};

/** In the middle of its work, near enough for `settle`; or as cold as the room it stands in. */
function atStart({
  design,
  water,
  ratedInputKw,
  ratedAirMolPerS,
  ratedMetalTempC,
}: BuiltBoiler): BoilerMemory {
  const { startsCold, ambientTempC, combustionAirTempC, exhaustTempC } = design;
  const running = startsCold ? 0 : 1;
  return {
    seconds: 0,
    controls: controlsAtStart(design),
    sequence: { phase: startsCold ? "off" : "modulating", seconds: 0 },
    fuelKw: running * ratedInputKw,
    airMolPerS: (startsCold ? draughtShare : 1) * ratedAirMolPerS,
    metalTempC: startsCold ? ambientTempC : ratedMetalTempC,
    mediumTempC: startsCold ? ambientTempC : water.setTempC,
    exhaustTempC: startsCold ? ambientTempC : exhaustTempC,
    beforeRecoveryTempC: startsCold ? ambientTempC : exhaustTempC,
    preheatedAirTempC: combustionAirTempC,
    heatShare: 0.9,
    unburntKjPerMj: 0,
  };
}

/** How warm it is against its surroundings: 1 at its setpoint. Heat through the shell goes by it. */
function warmShare({ water, design }: BuiltBoiler, mediumTempC: number, ambientTempC: number): number {
  return (mediumTempC - ambientTempC) / (water.setTempC - design.ambientTempC);
}

/** Soot grows, or is blown off. */
function advanceFouling(controls: ControlsNow, dtSeconds: number): void {
  const grown = controls.foulingPercent + (controls.foulingPercentPerDay * dtSeconds) / secondsPerDay;
  controls.foulingPercent = Math.min(
    mostFoulingPercent,
    controls.sootBlow ? lagged(grown, 0, dtSeconds, sootBlowSeconds) : grown,
  );
}
