import type { GasFlow } from "../emissions/concentration.ts";
import type { EmissionFactors, WarmingPotentials } from "../emissions/greenhouse-gas.ts";
import type { Energy } from "./energy.ts";
import type { AvoidedEnergy } from "./savings.ts";

/** Energy of one fuel on the basis that emission factors are for. */
export interface FuelUse {
  readonly fuelId: string;
  readonly energy: Energy<"lhv">;
  readonly factors: EmissionFactors & { readonly edition: string };
}

export interface FuelCarbon {
  readonly fuelId: string;
  readonly edition: string;
  readonly energyLhvGj: number;
  readonly co2T: number;
  /** With methane and nitrous oxide. */
  readonly co2eT: number;
}

/** A grid's factor, of a year and an edition. */
export interface GridFactor {
  readonly kgPerKwh: number;
  readonly edition: string;
}

/** Emissions of a plant, fuel by fuel. */
export interface CarbonLedger {
  readonly fuels: readonly FuelCarbon[];
  readonly electricity: { readonly kwh: number; readonly edition: string; readonly co2eT: number } | null;
  readonly co2eT: number;
}

/**
 * CO₂ and its equivalents by fuel. Factors are per net energy, so the energy must be, too: the compiler says so.
 * @source IPCC 2006, tier 1: energy × factor; warming potentials of the edition handed in
 */
export function carbonLedger(
  uses: readonly FuelUse[],
  electricity: { readonly kwh: number; readonly factor: GridFactor } | null,
  potentials: WarmingPotentials,
): CarbonLedger {
  const fuels = uses.map(({ fuelId, energy: { gj }, factors }): FuelCarbon => {
    const { co2KgPerTj, ch4KgPerTj, n2oKgPerTj, edition } = factors;
    const equivalentKgPerTj = co2KgPerTj + ch4KgPerTj * potentials.ch4 + n2oKgPerTj * potentials.n2o;
    return {
      fuelId,
      edition,
      energyLhvGj: gj,
      co2T: (gj * co2KgPerTj) / 1e6,
      co2eT: (gj * equivalentKgPerTj) / 1e6,
    };
  });
  const power =
    electricity === null
      ? null
      : {
          kwh: electricity.kwh,
          edition: electricity.factor.edition,
          co2eT: (electricity.kwh * electricity.factor.kgPerKwh) / 1_000,
        };
  return {
    fuels,
    electricity: power,
    co2eT: fuels.reduce((sum, { co2eT }) => sum + co2eT, 0) + (power?.co2eT ?? 0),
  };
}

/** CO₂ that was not emitted, against what the same useful heat would have emitted before. */
export interface SavedCarbon {
  readonly beforeT: number;
  readonly afterT: number;
  readonly savedT: number;
  readonly savedPercent: number;
  /** From the interval of the adjusted baseline: the factors' own uncertainty is not in it. */
  readonly halfWidthT: number;
  /** For credits: the lower end, and nothing where that lies below nought. */
  readonly conservativeT: number;
  readonly editionBefore: string;
}

/**
 * Carbon saved: the adjusted baseline with the old fuel's factors, less what was emitted. A change of fuel counts here,
 * and not in the energy.
 */
export function savedCarbon(
  avoided: AvoidedEnergy<"lhv">,
  fuelBefore: Omit<FuelUse, "energy">,
  after: CarbonLedger,
  potentials: WarmingPotentials,
): SavedCarbon {
  const emitted = (gj: number) =>
    carbonLedger([{ ...fuelBefore, energy: { basis: "lhv", gj } }], null, potentials).co2eT;
  const beforeT = emitted(avoided.adjustedBaselineGj);
  const savedT = beforeT - after.co2eT;
  const halfWidthT = emitted(avoided.interval.halfWidthGj);
  return {
    beforeT,
    afterT: after.co2eT,
    savedT,
    savedPercent: (100 * savedT) / beforeT,
    halfWidthT,
    conservativeT: Math.max(0, savedT - halfWidthT),
    editionBefore: fuelBefore.factors.edition,
  };
}

const airO2Percent = 20.9;
const m3At20CPerNm3 = 293.15 / 273.15;

/**
 * Heat input that a dry flue-gas flow implies, on the gross heating value.
 * @param fdM3PerJ dry F factor, 1e-7 m³/J at 20 °C
 * @returns GJ/h; `null` from 20.9 % O₂ on
 * @source 40 CFR 60, Appendix A-7, Method 19: E = V·(20.9 − O₂) / 20.9 / F_d
 */
export function heatInputByFlueFlowHhvGjPerH(
  flow: GasFlow<"dry">,
  fdM3PerJ: number,
  o2DryPercent: number,
): number | null {
  if (!(o2DryPercent < airO2Percent) || !(fdM3PerJ > 0)) return null;
  const stoichiometricM3 = (flow.nm3PerH * m3At20CPerNm3 * (airO2Percent - o2DryPercent)) / airO2Percent;
  return stoichiometricM3 / (fdM3PerJ * 1e-7) / 1e9;
}

/** One pollutant of a stack test with the heat that was fired meanwhile. */
export interface StackEmission {
  readonly massRateKgPerH: number;
  readonly heatInputHhvGjPerH: number;
}

/** Two stack tests compared: by the hour, and by the heat that was fired, which is what a load cannot change. */
export interface StackComparison {
  readonly beforeKgPerGj: number;
  readonly afterKgPerGj: number;
  readonly reductionPerGjPercent: number;
  readonly reductionPerHourPercent: number;
  /** Heat fired after to before: away from 1 the tests ran at different loads, and kg/h say little. */
  readonly loadRatio: number;
}

/** @returns `null` where a test has no heat or nothing was emitted before */
export function stackComparison(before: StackEmission, after: StackEmission): StackComparison | null {
  if (!(before.heatInputHhvGjPerH > 0) || !(after.heatInputHhvGjPerH > 0) || !(before.massRateKgPerH > 0))
    return null;
  const beforeKgPerGj = before.massRateKgPerH / before.heatInputHhvGjPerH;
  const afterKgPerGj = after.massRateKgPerH / after.heatInputHhvGjPerH;
  return {
    beforeKgPerGj,
    afterKgPerGj,
    reductionPerGjPercent: 100 * (1 - afterKgPerGj / beforeKgPerGj),
    reductionPerHourPercent: 100 * (1 - after.massRateKgPerH / before.massRateKgPerH),
    loadRatio: after.heatInputHhvGjPerH / before.heatInputHhvGjPerH,
  };
}
