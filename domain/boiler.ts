import type { Fuel } from "./fuel.ts";

/** A name in each of the two languages. */
export interface Label {
  readonly en: string;
  readonly "zh-TW": string;
}

export interface Site {
  readonly id: string;
  readonly name: Label;
  /** Where it stands, as people say it. */
  readonly place: Label;
  /** IANA name; days and clock hours of this site are told by it. */
  readonly timeZone: string;
}

export const heatCarriers = ["steam", "thermal-oil", "hot-water"] as const;
export type HeatCarrier = (typeof heatCarriers)[number];

/** How coal burns; a boiler without coal has none. */
export const coalFirings = ["fixed-bed", "fluidised-bed"] as const;
export type CoalFiring = (typeof coalFirings)[number];

/** A boiler's own limits, in place of the tables' from their date on: a permit, or the plant's own target. */
export interface OwnLimits {
  readonly airRatio: number | null;
  readonly exhaustTempC: number | null;
  readonly source: string;
  readonly validFrom: string;
}

export interface Boiler {
  readonly id: string;
  readonly siteId: string;
  readonly name: string;
  /** t/h of steam; of a heater without steam its declared equivalent. It decides the class in the limit tables. */
  readonly capacityTPerH: number;
  readonly heatCarrier: HeatCarrier;
  readonly coalFiring: CoalFiring | null;
  /** At least one. */
  readonly fuels: readonly Fuel[];
  /** Limit tables by their id. */
  readonly limits: string;
  readonly ownLimits: OwnLimits | null;
  /** Emission standard by its id. */
  readonly emissionStandard: string;
  /** Standards distinguish a boiler that stood before they came from one built after. */
  readonly standing: "new" | "existing";
  /** Oxygen to which emissions are converted, % by volume, dry. */
  readonly referenceO2Percent: number;
  /** Water in the combustion air, kg per kg of dry air; turns a wet O₂ into a dry one. */
  readonly airHumidityKgPerKg: number;
  readonly combustionAirTempC: number;
  readonly simulated: boolean;
}
