import type { PointName } from "../../domain/points.ts";

/** What no instrument tells, but the simulator knows. */
export interface Truths {
  /** Air supplied to air needed, at the probe; absent without a flame. */
  airRatioTrue: number;
  /** Gas at the end of the furnace. */
  furnaceTempTrueC: number;
  /** Heat transfer lost to soot. */
  foulingTruePercent: number;
}

const truths: ReadonlySet<string> = new Set<keyof Truths>([
  "airRatioTrue",
  "furnaceTempTrueC",
  "foulingTruePercent",
]);

export function isTruth(name: string): boolean {
  return truths.has(name);
}

/** While it is being filled. */
export type StatePoints = { [Name in PointName | keyof Truths]?: number };

/** What the sensors of a simulated boiler would tell if they were perfect, by point, and a few truths. */
export type BoilerState = Readonly<StatePoints>;

/** Where the heat and the mass of a step went: means over the step. Heat counts from the air at the fan, net. */
export interface Balance {
  readonly heat: {
    /** Net heating value of the fuel. */
    readonly fuelKw: number;
    readonly usefulKw: number;
    readonly blowdownKw: number;
    readonly dryGasKw: number;
    readonly fuelWaterKw: number;
    readonly airMoistureKw: number;
    readonly coKw: number;
    readonly unburntKw: number;
    readonly surfaceKw: number;
    /** Carried off by air while nothing burns. */
    readonly draughtKw: number;
    /** More in metal and content at the end than at the beginning, from their temperatures. */
    readonly storedKw: number;
  };
  readonly mass: {
    readonly fuelKgPerH: number;
    /** With its moisture; what leaks in behind the flame is in it. */
    readonly airKgPerH: number;
    readonly flueKgPerH: number;
    /** With sulphur that it holds back. */
    readonly ashKgPerH: number;
    readonly feedwaterKgPerH: number;
    readonly steamKgPerH: number;
    readonly blowdownKgPerH: number;
  };
}
