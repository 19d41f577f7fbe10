import { finiteOrNull, isAmount } from "../finite.ts";

/** kg of gas per TJ of net heat, from a dated edition of a factor list. */
export interface EmissionFactors {
  readonly co2KgPerTj: number;
  readonly ch4KgPerTj: number;
  readonly n2oKgPerTj: number;
}

/** Warming potential of methane and nitrous oxide against CO₂, from a dated edition. */
export interface WarmingPotentials {
  readonly ch4: number;
  readonly n2o: number;
}

/**
 * CO₂ from burning a fuel, kg: quantity × net heating value × factor.
 * @returns `null` where one of them is below nought
 * @source IPCC 2006 Guidelines, volume 2, tier 1; Taiwan emission factor table 6.0.4
 */
export function co2Kg(quantity: number, ncvMjPerUnit: number, co2KgPerTj: number): number | null {
  if (!(isAmount(quantity) && isAmount(ncvMjPerUnit) && isAmount(co2KgPerTj))) return null;
  return finiteOrNull((quantity * ncvMjPerUnit * co2KgPerTj) / 1e6);
}

/** Of the carbon that a fuel gives off, what was of plants not long ago. */
export interface CarbonFactors extends EmissionFactors {
  readonly biogenicPercent: number;
  /** Of the list that they are from. */
  readonly edition: string;
}

/** What burning an amount of fuel brings into the air. */
export interface GreenhouseGases {
  readonly energyLhvMj: number;
  /** Of fossil carbon alone: that of plants is told apart, and in no sum. */
  readonly co2Kg: number;
  readonly biogenicCo2Kg: number;
  readonly ch4Kg: number;
  readonly n2oKg: number;
  /** Fossil CO₂, and what methane and nitrous oxide of all of the fuel count for. */
  readonly co2eKg: number;
}

/**
 * The greenhouse gases of an amount of fuel: net heat × factor of each.
 * @returns `null` where one of them is below nought, or more than all of the carbon is biogenic
 * @source IPCC 2006 Guidelines, volume 2, tier 1: CO₂ of biomass for information; IPCC Fifth Assessment Report, 100 years
 */
export function greenhouseGases(
  quantity: number,
  ncvMjPerUnit: number,
  { co2KgPerTj, ch4KgPerTj, n2oKgPerTj, biogenicPercent }: Omit<CarbonFactors, "edition">,
  potentials: WarmingPotentials,
): GreenhouseGases | null {
  const given = [co2KgPerTj, ch4KgPerTj, n2oKgPerTj, biogenicPercent, potentials.ch4, potentials.n2o];
  if (!given.every(isAmount) || biogenicPercent > 100) return null;
  const kg = (kgPerTj: number) => co2Kg(quantity, ncvMjPerUnit, kgPerTj) ?? Number.NaN;
  const allCo2Kg = kg(co2KgPerTj);
  const biogenicCo2Kg = (allCo2Kg * biogenicPercent) / 100;
  const fossilKg = allCo2Kg - biogenicCo2Kg;
  const ch4Kg = kg(ch4KgPerTj);
  const n2oKg = kg(n2oKgPerTj);
  const gases = {
    energyLhvMj: quantity * ncvMjPerUnit,
    co2Kg: fossilKg,
    biogenicCo2Kg,
    ch4Kg,
    n2oKg,
    co2eKg: fossilKg + ch4Kg * potentials.ch4 + n2oKg * potentials.n2o,
  };
  return Object.values(gases).every(Number.isFinite) ? gases : null;
}

/** What a change of fuel and efficiency does to CO₂ for the same useful heat. */
export interface FuelSwitch {
  readonly co2BeforeT: number;
  /** In the unit of the new fuel's heating value. */
  readonly fuelAfter: number;
  readonly co2AfterT: number;
  readonly reductionPercent: number;
}

/**
 * The same useful heat from another fuel at another efficiency.
 * @param efficiencies % on the net heating value, both by the same boundary
 * @returns `null` where nothing was burned before, or the new fuel has no heat or no efficiency
 * @source Heat balance, fuel × NCV × η is equal before and after
 */
export function fuelSwitch(
  before: {
    readonly quantity: number;
    readonly ncvMjPerUnit: number;
    readonly co2KgPerTj: number;
    readonly efficiencyLhvPercent: number;
  },
  after: {
    readonly ncvMjPerUnit: number;
    readonly co2KgPerTj: number;
    readonly efficiencyLhvPercent: number;
  },
): FuelSwitch | null {
  const usefulMj = (before.quantity * before.ncvMjPerUnit * before.efficiencyLhvPercent) / 100;
  const fuelAfter = usefulMj / (after.efficiencyLhvPercent / 100) / after.ncvMjPerUnit;
  const co2BeforeKg = co2Kg(before.quantity, before.ncvMjPerUnit, before.co2KgPerTj);
  const co2AfterKg = co2Kg(fuelAfter, after.ncvMjPerUnit, after.co2KgPerTj);
  if (co2BeforeKg === null || co2AfterKg === null) return null;
  const co2BeforeT = co2BeforeKg / 1_000;
  const co2AfterT = co2AfterKg / 1_000;
  const reductionPercent = 100 * (1 - co2AfterT / co2BeforeT);
  const change = { co2BeforeT, fuelAfter, co2AfterT, reductionPercent };
  return Object.values(change).every(Number.isFinite) ? change : null;
}
