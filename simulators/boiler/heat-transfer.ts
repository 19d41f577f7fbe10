import { alongCurve } from "../../domain/boiler.ts";
import { excessAirRatio, type FlueGas, flueGas } from "../../domain/combustion/excess-air.ts";
import { heatLosses } from "../../domain/combustion/heat-loss.ts";
import type { Fuel, FuelClass } from "../../domain/fuel.ts";
import type { BoilerDesign } from "./design.ts";
import { airKjPerMol, type Fire, fireOf, gasKj, oxygenAndCo } from "./firing.ts";
import { type WaterSide, waterSide } from "./water-side.ts";

/** A design brought into figures: what a boiler that keeps to it at rated heat must be like. */
export interface BuiltBoiler {
  readonly design: BoilerDesign;
  readonly water: WaterSide;
  readonly fireFor: (shares: readonly number[]) => Fire;
  /** Net heat of the fuel at rated heat. */
  readonly ratedInputKw: number;
  /** Combustion air at rated heat, mol of dry air a second; flue gas, kW/K. */
  readonly ratedAirMolPerS: number;
  readonly ratedGasKwPerK: number;
  /** Transfer units of the clean heating surfaces at rated heat. */
  readonly transferUnits: number;
  /** Share of the way to the cold end's temperature that gas, or air, goes; 0 where nothing is fitted. */
  readonly economiserEffect: number;
  readonly preheaterEffect: number;
  /** Through the shell at working temperature. */
  readonly shellKw: number;
  readonly ratedMetalTempC: number;
  readonly metalKjPerK: number;
  readonly contentKjPerK: number;
  readonly metalToMediumKwPerK: number;
}

/** Air that a chimney draws through a boiler that stands, of that at rated heat. */
export const draughtShare = 0.01;

/** A gas that gives heat away over so many kelvins shows the specific heat with which the surfaces are reckoned. */
const cpSpanK = 100;

/** Heat capacity of a gas between two temperatures about a heating surface, kJ/K per MJ of fuel. */
export function gasKjPerK(gas: FlueGas, fromTempC: number): number {
  return (gasKj(gas, fromTempC + cpSpanK) - gasKj(gas, fromTempC)) / cpSpanK;
}

/** C of EN 12952-15, as in the rules. */
const shellFactor: Readonly<Record<FuelClass | "fluidised-bed", number>> = {
  gas: 0.0113,
  oil: 0.0113,
  coal: 0.022,
  "fluidised-bed": 0.0315,
};

/** O₂ to which the burner is tuned at a firing rate, dry. */
export function tunedO2Percent({ tunedO2 }: BoilerDesign, loadPercent: number): number {
  return (
    alongCurve(
      tunedO2,
      loadPercent,
      (point) => point.loadPercent,
      (point) => point.o2DryPercent,
    ) ?? 0
  );
}

export type Built =
  | { readonly ok: true; readonly boiler: BuiltBoiler }
  | { readonly ok: false; readonly faults: readonly { readonly key: string; readonly message: string }[] };

/** Works out from the temperatures that a boiler keeps at rated heat what its surfaces must be like. */
export function built(design: BoilerDesign, fuels: ReadonlyMap<string, Fuel>): Built {
  const faults: { key: string; message: string }[] = [];
  const wrong = (key: string, message: string) => faults.push({ key, message });
  for (const { fuel } of design.fuels) {
    if (!fuels.has(fuel)) wrong("fuels", `has ${fuel}, which is no fuel of the rules`);
  }
  if (!design.fuels.some(({ share }) => share > 0)) wrong("fuels", "gives no fuel a share of the heat");
  rising(design.tunedO2, (point) => point.loadPercent) || wrong("tunedO2", "must rise in loadPercent");
  rising(design.thermalOil, (line) => line.tempC) || wrong("thermalOil", "must rise in tempC");
  if (design.carrier === "hot-water" && design.circuit.supplyTempC > 195)
    wrong("circuit", `supplies water of ${design.circuit.supplyTempC} °C; it would boil above 195 °C`);
  if (faults.length > 0) return { ok: false, faults };

  const { ratedHeatKw, thermalMass, exhaustTempC, combustionAirTempC, airHumidityKgPerKg } = design;
  const water = waterSide(design);
  if (water.setTempC < design.ambientTempC + 5)
    return refused("ambientTempC", `is ${design.ambientTempC} °C, about as warm as the medium is to be`);
  const fireFor = fireOf(design, fuels);
  const fire = fireFor(design.fuels.map(({ share }) => share));
  const ratedMetalTempC = water.setTempC + thermalMass.metalAboveMediumK;

  const tuned = tunedO2Percent(design, 100);
  const ratio = excessAirRatio(tuned, fire.stoichiometry) ?? 1;
  const { o2DryPercent, coDryPpm } = oxygenAndCo(ratio, ratio, fire, design.burner.coDryPpm);
  const gas = flueGas(o2DryPercent, fire.stoichiometry, airHumidityKgPerKg, coDryPpm);
  const losses = heatLosses(
    {
      o2DryPercent,
      exhaustTempC,
      airTempC: combustionAirTempC,
      airHumidityKgPerKg,
      coDryPpm,
      ashKg: fire.burning.ashKgPerMj,
      carbonInAshPercent: design.carbonInAshPercent,
      surfaceLossLhvPercent: 0,
    },
    fire.stoichiometry,
    { ncvKj: 1_000, gcvKj: 1_000 * fire.burning.gcvMjPerNcvMj },
  );
  if (gas === null || losses === null) return refused("tunedO2", "leaves no flue gas");

  const flameAirMol = ratio * fire.stoichiometry.airMol;
  const airKj = (tempC: number) => flameAirMol * airKjPerMol(tempC, airHumidityKgPerKg);
  const coldAirKj = airKj(combustionAirTempC);
  const preheatedTempC = design.airPreheater?.preheatedAirTempC ?? combustionAirTempC;
  const preheatKj = airKj(preheatedTempC) - coldAirKj;
  const beforePreheaterC = tempBefore(gas, exhaustTempC, preheatKj);
  if (preheatedTempC > combustionAirTempC && preheatedTempC >= beforePreheaterC - 5)
    return refused(
      "airPreheater",
      `warms air to ${preheatedTempC} °C with gas of ${Math.round(beforePreheaterC)} °C: let the exhaust be hotter, or the air colder`,
    );
  const beforeEconomiserC = design.economiser?.flueBeforeTempC ?? beforePreheaterC;
  if (beforeEconomiserC < beforePreheaterC)
    return refused(
      "economiser",
      `takes gas of ${beforeEconomiserC} °C, colder than the ${Math.round(beforePreheaterC)} °C behind it`,
    );
  const coldTempC =
    design.carrier === "steam" ? design.steam.feedwaterTempC : water.setTempC - design.circuit.spreadK;
  if (design.economiser !== undefined && beforePreheaterC < coldTempC + 2)
    return refused(
      "economiser",
      `cools gas to ${Math.round(beforePreheaterC)} °C with a medium of ${Math.round(coldTempC)} °C`,
    );
  const hotterThanMetalK = beforeEconomiserC - ratedMetalTempC;
  if (hotterThanMetalK < 3)
    return refused(
      "exhaustTempC",
      `lets gas leave the heating surfaces at ${Math.round(beforeEconomiserC)} °C, but they are ${Math.round(ratedMetalTempC)} °C hot at rated heat; ` +
        "let the exhaust be hotter, the medium colder, or fit an economiser or an air preheater",
    );

  const gasCapacity = gasKjPerK(gas, ratedMetalTempC);
  const lost = (losses.coLhvPercent + losses.unburntLhvPercent) * 10;
  const aboveMetalKj =
    1_000 - lost + preheatKj - (gasKj(gas, ratedMetalTempC) - gasKj(gas, combustionAirTempC));
  const factor = design.surfaceLossFactor ?? shellFactor[shellClass(design, fire)];
  const shellKw = 1_000 * factor * (ratedHeatKw / 1_000) ** 0.7;
  const drawn = water.draw(water.setTempC, ratedHeatKw, design.steam);
  const share = 1 - (losses.stackLhvPercent + losses.unburntLhvPercent) / 100;
  const ratedInputKw = (ratedHeatKw + drawn.blowdownKw + shellKw) / share;
  return {
    ok: true,
    boiler: {
      design,
      water,
      fireFor,
      ratedInputKw,
      ratedAirMolPerS: (flameAirMol * ratedInputKw) / 1_000,
      ratedGasKwPerK: (gasCapacity * ratedInputKw) / 1_000,
      transferUnits: Math.log(aboveMetalKj / (gasCapacity * hotterThanMetalK)),
      economiserEffect: (beforeEconomiserC - beforePreheaterC) / Math.max(1, beforeEconomiserC - coldTempC),
      preheaterEffect:
        (preheatedTempC - combustionAirTempC) / Math.max(1, beforePreheaterC - combustionAirTempC),
      shellKw,
      ratedMetalTempC,
      metalKjPerK: thermalMass.metalKjPerK ?? 0.7 * ratedHeatKw,
      contentKjPerK: thermalMass.contentKjPerK ?? water.contentKjPerKPerKw * ratedHeatKw,
      metalToMediumKwPerK: ratedHeatKw / thermalMass.metalAboveMediumK,
    },
  };

  function refused(key: string, message: string): Built {
    return { ok: false, faults: [{ key, message }] };
  }
}

function rising<T>(curve: readonly T[], x: (point: T) => number): boolean {
  return curve.every((point, index) => index === 0 || x(point) > x(curve[index - 1] as T));
}

function shellClass({ coalFiring }: BoilerDesign, { burning }: Fire): FuelClass | "fluidised-bed" {
  const { fuelClass } = burning.governing;
  return fuelClass === "coal" && coalFiring === "fluidised-bed" ? "fluidised-bed" : fuelClass;
}

/** Gas so much hotter that giving away `kj` brings it to `afterTempC`. */
function tempBefore(gas: FlueGas, afterTempC: number, kj: number): number {
  let cold = afterTempC;
  let hot = afterTempC + 1_000;
  for (let halving = 0; halving < 60; halving += 1) {
    const middle = (cold + hot) / 2;
    if (tempAfter(gas, middle, kj) < afterTempC) cold = middle;
    else hot = middle;
  }
  return (cold + hot) / 2;
}

/** Gas that has given away so much heat, kJ per MJ of fuel. */
export function tempAfter(gas: FlueGas, beforeTempC: number, kj: number): number {
  return kj <= 0 ? beforeTempC : beforeTempC - kj / gasKjPerK(gas, beforeTempC - cpSpanK);
}
