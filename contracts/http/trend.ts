import { type Static, Type } from "typebox";
import { flawReasons } from "../../domain/reading.ts";
import { Id, Instant } from "../ids.ts";
import { nullable } from "../nullable.ts";

const tiers = ["raw", "minute", "hour"] as const;
const Column = Type.Array(nullable(Type.Number()));

/** Scans, one after the other, in which a point had the same flaws, with how many scans had which. */
export const FlawSpan = Type.Object({
  fromMs: Instant,
  toMs: Instant,
  reasons: Type.Partial(Type.Record(Type.Enum([...flawReasons]), Type.Integer())),
});
export type FlawSpan = Static<typeof FlawSpan>;

/** `values[point][i]` was measured at `timesMs[i]`; `null` is a hole, never to be drawn over. */
export const Trend = Type.Object({
  boilerId: Id,
  fromMs: Instant,
  toMs: Instant,
  /** `raw`: every reading. `buckets`: two points per bucket, its lowest and highest value in their order. */
  resolution: Type.Enum(["raw", "buckets"]),
  /** What it was made of: readings, or their rollups of a minute or an hour. */
  tier: Type.Enum(tiers),
  timesMs: Type.Array(Type.Number()),
  values: Type.Record(Type.String(), Column),
  /** Of buckets: `means[point][i]` belongs to the two points from `2 i` on; `null`: every reading is here itself. */
  means: nullable(Type.Record(Type.String(), Column)),
  flaws: Type.Record(Type.String(), Type.Array(FlawSpan)),
});
export type Trend = Static<typeof Trend>;

/** The same points of several boilers; a point that a boiler does not have is not in its trend. */
export const Trends = Type.Object({ trends: Type.Array(Trend) });
export type Trends = Static<typeof Trends>;
