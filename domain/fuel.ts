import {
  type Composition,
  molarMassKgPerMol,
  type Stoichiometry,
  stoichiometry,
} from "./combustion/stoichiometry.ts";
import type { CarbonFactors } from "./emissions/greenhouse-gas.ts";
import type { PointName } from "./points.ts";

export const fuelClasses = ["coal", "oil", "gas"] as const;
export type FuelClass = (typeof fuelClasses)[number];

/** What burns: dated data from `config/rules/`, never a constant in code. */
export interface Fuel {
  readonly id: string;
  readonly fuelClass: FuelClass;
  /** Its flow meter's point; all values "per unit" are per unit of it. */
  readonly flowPoint: PointName;
  /** Net (lower) and gross (higher) heating value. */
  readonly ncvMjPerUnit: number;
  readonly gcvMjPerUnit: number;
  /** kg in one unit; `null` for a gas measured by normal volume. */
  readonly kgPerUnit: number | null;
  readonly composition: Composition;
  /** Siegert's constants for a dry O₂; on the net heating value. */
  readonly siegert: { readonly a2: number; readonly b: number };
  readonly emissionFactors: CarbonFactors;
  /** Dry F factor of EPA Method 19, 1e-7 m³/J at 20 °C on the gross heating value. */
  readonly fdM3PerJ: number;
  /** Range of (20.9 − O₂) / CO₂, both dry; `null` where none is known. */
  readonly fo: readonly [lowest: number, highest: number] | null;
}

const normalM3PerMol = 22.414e-3;

/** kg, or mol of gas, in one unit of a fuel: what its stoichiometry counts by. */
export function amountPerUnit({ composition, kgPerUnit }: Fuel): number {
  if (composition.basis === "mass") return kgPerUnit ?? 1;
  return kgPerUnit === null ? 1 / normalM3PerMol : kgPerUnit / molarMassKgPerMol(composition);
}

/**
 * What burns just now, per MJ of net heat: one fuel, or several mixed by the heat that each gives. On this basis
 * fuels of different units can be added.
 */
export interface Burning {
  /** Most heat per unit of time: its limits govern, its constants are lent. */
  readonly governing: Fuel;
  readonly stoichiometry: Stoichiometry;
  readonly gcvMjPerNcvMj: number;
  readonly ashKgPerMj: number;
  /** Of fossil carbon, and of plants. */
  readonly co2KgPerTj: number;
  readonly biogenicCo2KgPerTj: number;
  readonly fdM3PerJ: number;
}

/** One fuel by itself, per MJ of net heat. */
export function burning(fuel: Fuel): Burning {
  const unitsPerMj = 1 / fuel.ncvMjPerUnit;
  const amountPerMj = amountPerUnit(fuel) * unitsPerMj;
  const { composition } = fuel;
  const { co2KgPerTj, biogenicPercent } = fuel.emissionFactors;
  const biogenicCo2KgPerTj = (co2KgPerTj * biogenicPercent) / 100;
  return {
    governing: fuel,
    stoichiometry: scaled(stoichiometry(composition), amountPerMj),
    gcvMjPerNcvMj: fuel.gcvMjPerUnit / fuel.ncvMjPerUnit,
    ashKgPerMj: composition.basis === "mass" ? (composition.ash / 100) * amountPerMj : 0,
    co2KgPerTj: co2KgPerTj - biogenicCo2KgPerTj,
    biogenicCo2KgPerTj,
    fdM3PerJ: fuel.fdM3PerJ,
  };
}

/**
 * Several fuels at once, mixed by their net heat. The fuel that gives most heat per unit of time governs.
 * @param heats net heat of each, in the order of `parts`; any unit
 * @returns `null` when none gives heat, or a heat is no number or below nought
 * @source Guidance 003, note 2 of the limit tables: rate × net heating value, in the same window
 */
export function mixed(parts: readonly Burning[], heats: readonly number[]): Burning | null {
  const total = heats.reduce((sum, heat) => sum + heat, 0);
  if (!(total > 0 && Number.isFinite(total)) || heats.some((heat) => heat < 0)) return null;
  let governing: Fuel | null = null;
  let most = 0;
  const sum = { airMol: 0, dryProductMol: 0, waterMol: 0, co2Mol: 0, so2Mol: 0 };
  let gcvMjPerNcvMj = 0;
  let ashKgPerMj = 0;
  let co2KgPerTj = 0;
  let biogenicCo2KgPerTj = 0;
  let fdM3PerJ = 0;
  for (const [index, part] of parts.entries()) {
    const share = (heats[index] ?? 0) / total;
    if (share > most) {
      most = share;
      governing = part.governing;
    }
    for (const key of ["airMol", "dryProductMol", "waterMol", "co2Mol", "so2Mol"] as const) {
      sum[key] += share * part.stoichiometry[key];
    }
    gcvMjPerNcvMj += share * part.gcvMjPerNcvMj;
    ashKgPerMj += share * part.ashKgPerMj;
    co2KgPerTj += share * part.co2KgPerTj;
    biogenicCo2KgPerTj += share * part.biogenicCo2KgPerTj;
    fdM3PerJ += share * part.fdM3PerJ;
  }
  if (governing === null) return null;
  return {
    governing,
    stoichiometry: sum,
    gcvMjPerNcvMj,
    ashKgPerMj,
    co2KgPerTj,
    biogenicCo2KgPerTj,
    fdM3PerJ,
  };
}

function scaled(of: Stoichiometry, factor: number): Stoichiometry {
  return {
    airMol: of.airMol * factor,
    dryProductMol: of.dryProductMol * factor,
    waterMol: of.waterMol * factor,
    co2Mol: of.co2Mol * factor,
    so2Mol: of.so2Mol * factor,
  };
}
