import type { Label } from "../boiler.ts";
import type { EmissionQuantity } from "../emissions/emission-quantity.ts";
import type { HourJudged, Judged } from "../limits.ts";
import type { FlawReason } from "../reading.ts";

/** A point that an alarm was raised on, as it was at that moment. */
export interface AlarmInput {
  readonly point: string;
  readonly value: number | null;
  readonly flaw: FlawReason | null;
}

/** Which side of its limit is the wrong one. */
export type LimitSide = "above" | "below";

/** The mean of a clock hour against its limit: `complete`, or so far. */
export type HourEvidence = Omit<HourJudged, "kind" | "formula"> & {
  readonly kind: "hour";
  readonly quantity: EmissionQuantity;
  readonly formula: string;
  readonly complete: boolean;
};

/** A value of one moment against a limit that the rule, the boiler's own data or its own past gives. */
export interface PointEvidence {
  readonly kind: "point";
  readonly point: string;
  readonly side: LimitSide;
  readonly value: number;
  readonly limit: number;
  /** How the two came about, in symbols. */
  readonly formula: string;
  /** Who says so, and from when on. */
  readonly source: string;
  readonly inForceFrom: string;
}

export const countedWhats = [
  "clock-offset-seconds",
  "dead-letters",
  "entries-behind",
  "missing-percent",
  "disk-used-percent",
  "certificate-days",
] as const;
export type CountedWhat = (typeof countedWhats)[number];

/**
 * What was held against what. A verdict of the limit tables has the kind `within` or `above`; `sensors` names the
 * points that have no good value, `silence` when something was last heard, `count` what was counted.
 */
export type Evidence =
  | Judged
  | HourEvidence
  | PointEvidence
  | { readonly kind: "sensors"; readonly points: readonly AlarmInput[] }
  | { readonly kind: "silence"; readonly lastHeardMs: number }
  | {
      readonly kind: "count";
      readonly what: CountedWhat;
      readonly value: number;
      readonly limit: number;
      readonly detail: string | null;
    };

/** What else was known when an alarm was raised. */
export interface AlarmContext {
  readonly inputs: readonly AlarmInput[];
  /** The fuel that gave most heat; `null` where that is not known. */
  readonly fuelId: string | null;
  readonly steadySinceMs: number | null;
  /** What the hour costs while it stays so; `null` where nobody can say. */
  readonly costPerH: { readonly amount: number; readonly currency: string } | null;
}

/** Title, response and consequence, as a rule has them in both languages. */
export interface AlarmWords {
  readonly title: Label;
  /** Steps for the person in front of the boiler, in order. */
  readonly response: readonly Label[];
  readonly consequence: Label;
}
