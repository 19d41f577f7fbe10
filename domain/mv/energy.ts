import type { Fuel } from "../fuel.ts";
import type { Granularity, Interval } from "./design.ts";

/**
 * What a fuel's energy refers to: its net heating value (LHV) or its gross one (HHV). Energy on one basis does not
 * fit where the other is asked for: gas on HHV against oil on LHV shrinks a saving of 11.5 % to 1.9 %.
 */
export type EnergyBasis = "lhv" | "hhv";

export interface Energy<B extends EnergyBasis> {
  readonly basis: B;
  readonly gj: number;
}

/** Intervals whose energies all stand on one basis. */
export interface Metered<B extends EnergyBasis> {
  readonly basis: B;
  readonly granularity: Granularity;
  readonly intervals: readonly Interval[];
}

type HeatingValues = Pick<Fuel, "ncvMjPerUnit" | "gcvMjPerUnit">;

/** Energy of a quantity of fuel, in the units of its meter. */
export function fuelEnergy<B extends EnergyBasis>(
  quantity: number,
  fuel: HeatingValues,
  basis: B,
): Energy<B> {
  return { basis, gj: (quantity * (basis === "lhv" ? fuel.ncvMjPerUnit : fuel.gcvMjPerUnit)) / 1_000 };
}

/** The same fuel's energy on the other basis: only the fuel itself knows how. */
export function onBasis<B extends EnergyBasis>(
  { basis: from, gj }: Energy<EnergyBasis>,
  { ncvMjPerUnit, gcvMjPerUnit }: HeatingValues,
  basis: B,
): Energy<B> {
  if (from === basis) return { basis, gj };
  return {
    basis,
    gj: basis === "hhv" ? (gj * gcvMjPerUnit) / ncvMjPerUnit : (gj * ncvMjPerUnit) / gcvMjPerUnit,
  };
}

export function energySum<B extends EnergyBasis>(basis: B, parts: readonly Energy<NoInfer<B>>[]): Energy<B> {
  return { basis, gj: parts.reduce((sum, { gj }) => sum + gj, 0) };
}

/** Share of the first that the second saves, for the same useful heat. `null` when the first is nothing. */
export function savedPercent<B extends EnergyBasis>(
  before: Energy<B>,
  after: Energy<NoInfer<B>>,
): number | null {
  return before.gj > 0 ? 100 * (1 - after.gj / before.gj) : null;
}

/** % of the fuel's energy that became useful heat, on the basis of the energy. */
export function efficiencyPercent(usefulHeatGj: number, { gj }: Energy<EnergyBasis>): number | null {
  return gj > 0 ? (100 * usefulHeatGj) / gj : null;
}

/** Two fuels whose energies do not stand on one basis cannot be told apart from a saving. */
export function basisFault(
  before: EnergyBasis,
  after: EnergyBasis,
): { readonly kind: "mixed-bases"; readonly before: EnergyBasis; readonly after: EnergyBasis } | null {
  return before === after ? null : { kind: "mixed-bases", before, after };
}
