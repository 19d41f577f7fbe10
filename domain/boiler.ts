import type { AveragingOrder, StartUpTreatment } from "./emissions/hourly-mean.ts";
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

/** A heat-transfer oil's data sheet: density and specific heat at a temperature. */
export interface OilAtTemp {
  readonly tempC: number;
  readonly densityKgPerM3: number;
  readonly specificHeatKjPerKgK: number;
}

/** Dry O₂ that a burner was tuned to at a load. */
export interface TunedO2 {
  readonly loadPercent: number;
  readonly o2DryPercent: number;
}

/** A boiler with all that was in force for it in a stretch of time: fuels, prices and rules are dated. */
export interface Boiler {
  readonly id: string;
  readonly siteId: string;
  readonly name: string;
  /** t/h of steam; of a heater without steam its declared equivalent. It decides the class in the limit tables. */
  readonly capacityTPerH: number;
  readonly ratedHeatKw: number;
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
  /** ISO date to which an approved plan has put off the standard for this boiler. */
  readonly boundFrom: string | null;
  /** Oxygen to which emissions are converted, % by volume, dry. */
  readonly referenceO2Percent: number;
  readonly averagingOrder: AveragingOrder;
  /** What becomes of a start-up in the means of an hour. */
  readonly startUp: StartUpTreatment;
  /** Water in the combustion air, kg per kg of dry air; turns a wet O₂ into a dry one. */
  readonly airHumidityKgPerKg: number;
  readonly combustionAirTempC: number;
  /** kg of dry steam per kg of steam. */
  readonly steamDryness: number;
  /** Rising in temperature; empty where nothing is known. */
  readonly thermalOil: readonly OilAtTemp[];
  /** Carbon left in the ash, % by mass; `null`: nobody has sampled it. */
  readonly carbonInAshPercent: number | null;
  /** Rising in load; empty where the burner's curve was not recorded. */
  readonly tunedO2: readonly TunedO2[];
  /** Money for one unit of a fuel's meter, by fuel. */
  readonly prices: Readonly<Record<string, { readonly perUnit: number; readonly currency: string }>>;
  /** C of `Q = C · QN^0.7`, and what exhaust may be cooled to. */
  readonly surfaceLossFactor: number;
  readonly dewFloor: {
    readonly practicalMinimumC: number;
    readonly marginK: number;
    readonly so3ConversionPercent: number;
  };
  readonly simulated: boolean;
}

/** Dry O₂ that the burner was tuned to at a load, between the points of its curve; `null` without a curve. */
export function tunedO2At(curve: readonly TunedO2[], loadPercent: number): number | null {
  return alongCurve(curve, loadPercent, loadOf, o2Of);
}

const loadOf = ({ loadPercent }: TunedO2) => loadPercent;
const o2Of = ({ o2DryPercent }: TunedO2) => o2DryPercent;

/** A value on a line of points, straight between them and level beyond them; `null` when there are none, or no place. */
export function alongCurve<T>(
  curve: readonly T[],
  at: number,
  x: (point: T) => number,
  y: (point: T) => number,
): number | null {
  const first = curve[0];
  const last = curve[curve.length - 1];
  if (first === undefined || last === undefined || Number.isNaN(at)) return null;
  if (at <= x(first)) return y(first);
  for (let index = 1; index < curve.length; index += 1) {
    const from = curve[index - 1] as T;
    const to = curve[index] as T;
    if (at <= x(to)) return y(from) + ((at - x(from)) / (x(to) - x(from))) * (y(to) - y(from));
  }
  return y(last);
}
