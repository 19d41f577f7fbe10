import { excessAirRatio } from "../../domain/combustion/excess-air.ts";
import { airO2Percent } from "../../domain/combustion/stoichiometry.ts";
import type { Fuel } from "../../domain/fuel.ts";
import { saturationPressure } from "../../domain/steam/if97.ts";
import { OperationalError } from "../../platform/errors.ts";
import { lagged, type SlowNoise, slowNoise } from "../noise.ts";
import { advanceSequence, type BurnerPhase, hasFlame } from "./burner-sequence.ts";
import {
  advanceControls,
  type BoilerControls,
  type ControlsNow,
  checkedControls,
  setControls,
} from "./controls.ts";
import type { BoilerDesign, BoilerRefit } from "./design.ts";
import { burn, stand } from "./fire-side.ts";
import { so2KgPerMol, waterPerAirMol } from "./firing.ts";
import { type BuiltBoiler, built, draughtShare, tunedO2Percent } from "./heat-transfer.ts";
import { profileLoadPercent } from "./load-profile.ts";
import { type BoilerMemory, memoryAtStart } from "./memory.ts";
import type { Balance, BoilerState, StatePoints } from "./state.ts";

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

/** Air that the fan blows before ignition, of that at rated heat. */
const purgeShare = 0.7;
/** Ignition takes more air. */
const lightOffSurplusO2Percent = 3;
/** Richer than this the burner's own cross-limit takes fuel away. */
const richestRatio = 0.8;
/** The load controller corrects a wrong temperature over this time, or over two steps if they are longer. */
const correctionSeconds = 120;
/** How long the last of the heat in the medium takes to be drawn off. */
const drainSeconds = 120;
const sootBlowSeconds = 120;
const gustSeconds = 8;
const atmosphereMpa = 0.101_325;
const mostFoulingPercent = 60;
const secondsPerDay = 86_400;
const shellRiseK = 28;

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
  const loadNoise = slowNoise(random);
  const airFlutter = slowNoise(random);
  const emissionNoise = slowNoise(random);
  let isQuiet = false;
  let balance: Balance = nothingYet;
  let m = memoryAtStart(now);
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

  function noise(of: SlowNoise, deviation: number, dtSeconds: number, lagSeconds: number): number {
    return isQuiet ? 0 : deviation * of.next(dtSeconds, lagSeconds);
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
    const flutter = noise(airFlutter, burner.airFlutterPercent, dtSeconds, burner.airFlutterSeconds) / 100;
    const gust = 1 + noise(emissionNoise, design.emissionNoisePercent, dtSeconds, gustSeconds) / 100;
    const { noisePercent, noiseSeconds } = design.load;
    const profile =
      profileLoadPercent(design.load, m.seconds) + noise(loadNoise, noisePercent, dtSeconds, noiseSeconds);
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
      ambientRhPercent: relativeHumidityPercent(controls.ambientTempC, design.airHumidityKgPerKg),
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
        ? burn(now, fire, m, points, { fuelKw, flameAirMolPerS, gust, coldTempC: drawn.coldTempC }, dtSeconds)
        : stand(now, m, points, flameAirMolPerS, dtSeconds);
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
      const tuned = tunedO2Percent(design, (100 * fuelKw) / ratedInputKw) + o2TrimPercent;
      const o2 = Math.min(19, tuned + (phase === "light-off" ? lightOffSurplusO2Percent : 0));
      const ratio = Math.max(richestRatio, excessAirRatio(o2, fire.stoichiometry) ?? 1);
      target = (fuelKw / 1_000) * fire.stoichiometry.airMol * ratio;
    } else if (blows) target = purgeShare * ratedAirMolPerS;
    return lagged(m.airMolPerS, target, dtSeconds, design.burner.airLagSeconds);
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

/** How warm it is against its surroundings: 1 at its setpoint. Heat through the shell goes by it. */
function warmShare({ water, design }: BuiltBoiler, mediumTempC: number, ambientTempC: number): number {
  return (mediumTempC - ambientTempC) / (water.setTempC - design.ambientTempC);
}

/** Of air with so much water in it; 100 where some of it would be mist. */
function relativeHumidityPercent(tempC: number, airHumidityKgPerKg: number): number {
  const vapourMpa =
    (atmosphereMpa * waterPerAirMol(airHumidityKgPerKg)) / (1 + waterPerAirMol(airHumidityKgPerKg));
  const saturation = saturationPressure(Math.max(0, tempC));
  return saturation === null ? 100 : Math.min(100, (100 * vapourMpa) / saturation.absoluteMpa);
}

/** Soot grows, or is blown off. */
function advanceFouling(controls: ControlsNow, dtSeconds: number): void {
  const grown = controls.foulingPercent + (controls.foulingPercentPerDay * dtSeconds) / secondsPerDay;
  controls.foulingPercent = Math.min(
    mostFoulingPercent,
    controls.sootBlow ? lagged(grown, 0, dtSeconds, sootBlowSeconds) : grown,
  );
}
