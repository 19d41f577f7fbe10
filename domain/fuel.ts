import type { Composition } from "./combustion/stoichiometry.ts";
import type { PointName } from "./points.ts";
import type { Values } from "./reading.ts";

export const fuelClasses = ["coal", "oil", "gas"] as const;
export type FuelClass = (typeof fuelClasses)[number];

/** What burns: dated data from `config/rules/`, never a constant in code. */
export interface Fuel {
  readonly id: string;
  readonly fuelClass: FuelClass;
  /** Its flow meter's point; the unit of that point is the unit of `ncvMjPerUnit`. */
  readonly flowPoint: PointName;
  /** Net (lower) heating value, MJ per unit of `flowPoint`. */
  readonly ncvMjPerUnit: number;
  readonly composition: Composition;
  /** Siegert's constants for a dry O₂; on the net heating value. */
  readonly siegert: { readonly a2: number; readonly b: number };
}

/**
 * The fuel that gives most heat per unit of time: its limits govern while several burn at once. Of one fuel
 * there is nothing to compare, so its flow need not be known.
 * @returns `null` when several fuels are possible and none is seen to flow
 * @source Guidance 003, note 2 of the limit tables: rate × net heating value, in the same window
 */
export function governingFuel(fuels: readonly Fuel[], values: Values): Fuel | null {
  const [only, ...others] = fuels;
  if (others.length === 0) return only ?? null;
  let most: { readonly fuel: Fuel; readonly heatMjPerH: number } | null = null;
  for (const fuel of fuels) {
    const heatMjPerH = (values[fuel.flowPoint] ?? 0) * fuel.ncvMjPerUnit;
    if (heatMjPerH > (most?.heatMjPerH ?? 0)) most = { fuel, heatMjPerH };
  }
  return most?.fuel ?? null;
}
