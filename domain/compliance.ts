import { emissionQuantities } from "./emissions/emission-quantity.ts";
import { type EmissionVerdict, type NotJudgedReason, tableQuantities } from "./limits.ts";

/** What is held against a limit, hour by hour. */
export const limitedQuantities = [...tableQuantities, ...emissionQuantities] as const;
export type LimitedQuantity = (typeof limitedQuantities)[number];

/** Why nothing was judged: of the tables also that they have no limit here, or none in force. */
export type Unjudged = NotJudgedReason | "no-limit" | "not-in-force";

/** A clock hour of one boiler and quantity: its one mean, or the readings in which the tables were held against it. */
export type HourRecord = MeanHour | ReadingsHour;

/** Emissions: the mean of the hour is judged. */
export interface MeanHour {
  readonly kind: "mean";
  readonly verdict: EmissionVerdict;
}

/** The two tables: judged in steady windows, reading by reading; the rest of the hour is not. */
export interface ReadingsHour {
  readonly kind: "readings";
  /** One reading stands for so much time. */
  readonly scanMs: number;
  readonly within: number;
  readonly above: number;
  readonly unjudged: Readonly<Partial<Record<Unjudged, number>>>;
  /** Of all judged readings: the value furthest over its limit, or nearest to it, and where that limit is written. */
  readonly worst: WorstReading | null;
}

export interface WorstReading {
  readonly value: number;
  readonly limit: number;
  readonly tablesId: string;
  readonly source: string;
  readonly inForceFrom: string;
}

export type HourOutcome =
  | { readonly kind: "above" | "within" }
  | { readonly kind: "not-judged"; readonly reason: Unjudged };

/**
 * Whether a judged value is further over its limit, or nearer to it, than the worst one so far.
 * @source Definition
 */
export function isWorse(
  { value, limit }: Pick<WorstReading, "value" | "limit">,
  worst: WorstReading | null,
): boolean {
  return worst === null || value - limit > worst.value - worst.limit;
}

/**
 * An hour is above its limit when its mean is, or when any steady window in it was; it is not judged when nothing in
 * it was, for the reason that held longest.
 * @source Definition
 */
export function hourOutcome(hour: HourRecord): HourOutcome {
  if (hour.kind === "mean") {
    const { verdict } = hour;
    if (verdict.kind === "above" || verdict.kind === "within") return { kind: verdict.kind };
    return {
      kind: "not-judged",
      reason: verdict.kind === "not-judged" ? verdict.reason : verdict.kind,
    };
  }
  if (hour.above > 0) return { kind: "above" };
  if (hour.within > 0) return { kind: "within" };
  const reasons = (Object.entries(hour.unjudged) as [Unjudged, number][]).sort(([, a], [, b]) => b - a);
  return { kind: "not-judged", reason: reasons[0]?.[0] ?? "no-data" };
}

/**
 * For how long an hour was above its limit: an hour's mean for all of it, the tables for their readings.
 * @source Definition
 */
export function minutesAbove(hour: HourRecord): number {
  if (hour.kind === "mean") return hour.verdict.kind === "above" ? 60 : 0;
  return (hour.above * hour.scanMs) / 60_000;
}

/** Hours of a day by their outcome. */
export interface DayTally {
  readonly above: number;
  readonly within: number;
  readonly notJudged: number;
}

/**
 * What a day's cell shows: an exceedance before everything, then what was judged, and else that nothing was.
 * @source Definition
 */
export function dayOutcome({ above, within }: DayTally): "above" | "within" | "not-judged" {
  if (above > 0) return "above";
  return within > 0 ? "within" : "not-judged";
}
