import { assert } from "../../domain/assert.ts";
import { airToWaterMolarMass, type FlueGas } from "../../domain/combustion/excess-air.ts";
import { type GasEnthalpies, gasEnthalpies } from "../../domain/combustion/gas-enthalpy.ts";
import {
  airO2Percent,
  type Composition,
  type MassComposition,
  type MoleComposition,
  molarMassKgPerMol,
  type Stoichiometry,
} from "../../domain/combustion/stoichiometry.ts";
import { amountPerUnit, type Burning, burning, type Fuel, type FuelClass, mixed } from "../../domain/fuel.ts";
import type { BoilerDesign } from "./design.ts";

type Fired = BoilerDesign["fuels"][number];

/** What leaves the stack of a burner whose data nobody gave, and at which oxygen CO begins to rise. */
const usual: Readonly<
  Record<
    FuelClass | "fluidised-bed",
    { readonly nox: number; readonly pm: number; readonly coFromO2: number }
  >
> = {
  gas: { nox: 60, pm: 2, coFromO2: 0.8 },
  oil: { nox: 150, pm: 60, coFromO2: 1.5 },
  coal: { nox: 210, pm: 90, coFromO2: 4 },
  "fluidised-bed": { nox: 80, pm: 20, coFromO2: 2.5 },
};

/** What burns in a boiler just now, per MJ of net heat. */
export interface Fire {
  readonly burning: Burning;
  readonly stoichiometry: Stoichiometry;
  /** By fuel, in the order of the design: its point, and its units per MJ of all the heat. */
  readonly flows: readonly { readonly point: Fuel["flowPoint"]; readonly unitsPerMj: number }[];
  readonly fuelKgPerMj: number;
  /** Of SO₂ made, the part that ash and sorbents keep, mol. */
  readonly retainedSo2Mol: number;
  readonly noxMol: number;
  readonly pmMg: number;
  /** Below this dry O₂ of the flame CO rises. */
  readonly coFromO2Percent: number;
}

interface Part {
  readonly fired: Fired;
  readonly fuel: Fuel;
  readonly burning: Burning;
  readonly fuelKgPerMj: number;
  readonly usual: (typeof usual)[FuelClass];
}

const normalLitrePerMol = 22.414;
const referenceO2Percent = 6;

/** Makes fires of a design's fuels, by their shares of the heat. */
export function fireOf(
  design: BoilerDesign,
  fuels: ReadonlyMap<string, Fuel>,
): (shares: readonly number[]) => Fire {
  const parts = design.fuels.map((fired): Part => {
    const fuel = asDelivered(fuels.get(fired.fuel) as Fuel, fired.sulphurPercent);
    const amount = amountPerUnit(fuel) / fuel.ncvMjPerUnit;
    const fluidised = fuel.fuelClass === "coal" && design.coalFiring === "fluidised-bed";
    return {
      fired,
      fuel,
      burning: burning(fuel),
      fuelKgPerMj: fuel.composition.basis === "mass" ? amount : amount * molarMassKgPerMol(fuel.composition),
      usual: usual[fluidised ? "fluidised-bed" : fuel.fuelClass],
    };
  });

  return (shares) => {
    const burns = mixed(
      parts.map((part) => part.burning),
      shares,
    );
    const total = shares.reduce((sum, share) => sum + share, 0);
    if (burns === null) throw new Error("A bug: the controls give some fuel a share");
    const sum = { fuelKgPerMj: 0, retainedSo2Mol: 0, noxMol: 0, pmMg: 0, coFromO2Percent: 0 };
    const flows = parts.map(({ fired, fuel, burning: part, fuelKgPerMj, usual: typical }, index) => {
      const share = (shares[index] ?? 0) / total;
      const { dryProductMol, so2Mol } = part.stoichiometry;
      const dryMolAt6Percent = (dryProductMol * airO2Percent) / (airO2Percent - referenceO2Percent);
      const pm = fired.pmAt6PercentMgPerNm3 ?? typical.pm;
      sum.fuelKgPerMj += share * fuelKgPerMj;
      sum.retainedSo2Mol += (share * so2Mol * fired.sulphurRetainedPercent) / 100;
      sum.noxMol += (share * (fired.noxAt6PercentPpm ?? typical.nox) * dryMolAt6Percent) / 1e6;
      sum.pmMg += (share * pm * dryMolAt6Percent * normalLitrePerMol) / 1_000;
      sum.coFromO2Percent += share * (design.burner.coFromO2Percent ?? typical.coFromO2);
      return { point: fuel.flowPoint, unitsPerMj: share / fuel.ncvMjPerUnit };
    });
    return { burning: burns, stoichiometry: burns.stoichiometry, flows, ...sum };
  };
}

/** The fuel with the sulphur that was delivered, in place of as much of its largest other part. */
function asDelivered(fuel: Fuel, sulphurPercent: number | undefined): Fuel {
  if (sulphurPercent === undefined) return fuel;
  const composition: Composition =
    fuel.composition.basis === "mass"
      ? massWithSulphur(fuel.composition, sulphurPercent)
      : moleWithSulphur(fuel.composition, sulphurPercent);
  return { ...fuel, composition };
}

function massWithSulphur(composition: MassComposition, sulphurPercent: number): MassComposition {
  return { ...composition, s: sulphurPercent, c: composition.c + composition.s - sulphurPercent };
}

function moleWithSulphur(composition: MoleComposition, sulphurPercent: number): MoleComposition {
  const { gases } = composition;
  const entries = Object.entries(gases) as [keyof typeof gases, number][];
  const [main] = entries.reduce((most, each) => (each[1] > most[1] ? each : most));
  const molOfSulphur = (molarMassKgPerMol(composition) * sulphurPercent * 10) / 32.06;
  const h2s = 100 * molOfSulphur;
  return {
    basis: "mole",
    gases: { ...gases, H2S: h2s, [main]: (gases[main] ?? 0) + (gases.H2S ?? 0) - h2s },
  };
}

/** Mol of dry air to mol of all that comes with it. */
export function waterPerAirMol(airHumidityKgPerKg: number): number {
  return airHumidityKgPerKg * airToWaterMolarMass;
}

const coldestC = -40;
const hottestC = 1_200;

/** Beyond the ends of the equations in a straight line: a search for a temperature may stray there. */
function enthalpiesAt(tempC: number): GasEnthalpies {
  const inside = gasEnthalpies(tempC);
  if (inside !== null) return inside;
  const endC = tempC < coldestC ? coldestC : hottestC;
  const end = gasEnthalpies(endC);
  const next = gasEnthalpies(endC === coldestC ? coldestC + 1 : hottestC - 1);
  assert(end !== null && next !== null, "the equations have values at their ends");
  const beyondK = endC === coldestC ? tempC - endC : endC - tempC;
  const along = (gas: keyof GasEnthalpies) => end[gas] + beyondK * (next[gas] - end[gas]);
  return { co2: along("co2"), so2: along("so2"), o2: along("o2"), n2: along("n2"), h2o: along("h2o") };
}

/** Heat in a mol of dry air and its moisture above 25 °C, kJ. */
export function airKjPerMol(tempC: number, airHumidityKgPerKg: number): number {
  const { o2, n2, h2o } = enthalpiesAt(tempC);
  return (airO2Percent / 100) * o2 + (1 - airO2Percent / 100) * n2 + waterPerAirMol(airHumidityKgPerKg) * h2o;
}

/** Heat in flue gas above 25 °C, kJ per MJ of fuel. */
export function gasKj(gas: FlueGas, tempC: number): number {
  const { co2, so2, o2, n2, h2o } = enthalpiesAt(tempC);
  return gas.co2Mol * co2 + gas.so2Mol * so2 + gas.o2Mol * o2 + gas.n2Mol * n2 + gas.waterMol * h2o;
}

const coAtLimitPpm = 100;
const coFoldPercent = 0.4;
const mostCoPpm = 80_000;

/**
 * Oxygen and CO at the probe for the air there is.
 *
 * CO is that of a good flame while the flame has air enough, and rises by a factor of e for each 0.4 % of O₂ below its
 * limit: where air is lacking altogether, at least the CO that is left over. What leaks in behind the flame dilutes
 * both.
 * @param flameRatio air to air needed, in the flame
 * @param probeRatio the same at the probe
 * @source Oxygen balance of `excessAirRatio`, turned round; the CO curve is the project's own
 */
export function oxygenAndCo(
  flameRatio: number,
  probeRatio: number,
  { stoichiometry, coFromO2Percent }: Fire,
  goodCoPpm: number,
): { readonly flameO2DryPercent: number; readonly o2DryPercent: number; readonly coDryPpm: number } {
  const flameO2 = surplusO2Percent(flameRatio, stoichiometry);
  const probeO2 = surplusO2Percent(probeRatio, stoichiometry);
  const below = coFromO2Percent - flameO2;
  const rising = below <= 0 ? 0 : coAtLimitPpm * Math.expm1(below / coFoldPercent);
  const unburnt = flameO2 < 0 ? -20_000 * flameO2 : 0;
  const flameCo = Math.max(Math.min(mostCoPpm, goodCoPpm + rising), unburnt);
  const dilution = (airO2Percent - probeO2) / (airO2Percent - flameO2);
  const coDryPpm = flameCo * dilution;
  return {
    flameO2DryPercent: Math.max(0, flameO2),
    o2DryPercent: Math.max(0, probeO2 + coDryPpm / 20_000),
    coDryPpm,
  };
}

/** Dry O₂ of complete combustion; below 0 where air is lacking. */
function surplusO2Percent(ratio: number, { airMol, dryProductMol }: Stoichiometry): number {
  const surplusAirMol = (ratio - 1) * airMol;
  return (airO2Percent * surplusAirMol) / (dryProductMol + surplusAirMol);
}

/** Atmospheric nitrogen holds argon; so weighed, dry air is 28.96 g/mol, as everywhere else. */
const airNitrogenKgPerMol = (0.028_96 - (airO2Percent / 100) * 0.031_998) / (1 - airO2Percent / 100);
const dryAirKgPerMol = 0.028_96;
const waterKgPerMol = 0.018_015;

/** kg of dry air and its moisture in a mol of dry air. */
export function airKgPerMol(airHumidityKgPerKg: number): number {
  return dryAirKgPerMol * (1 + airHumidityKgPerKg);
}

/** kg of flue gas per MJ of fuel, all of the SO₂ in it. */
export function gasKg(gas: FlueGas, { airMol, dryProductMol, co2Mol, so2Mol }: Stoichiometry): number {
  const n2OfAir = (1 - airO2Percent / 100) * gas.excessAirRatio * airMol;
  const n2OfFuel = dryProductMol - co2Mol - so2Mol - (1 - airO2Percent / 100) * airMol;
  return (
    gas.co2Mol * 0.044_009 +
    gas.so2Mol * 0.064_058 +
    gas.o2Mol * 0.031_998 +
    n2OfAir * airNitrogenKgPerMol +
    n2OfFuel * 0.028_014 +
    gas.waterMol * waterKgPerMol
  );
}

export const so2KgPerMol = 0.064_058;
