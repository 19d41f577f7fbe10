import { type Static, Type } from "typebox";
import { Id, Instant } from "../ids.ts";
import { nullable } from "../nullable.ts";

/** `values[point][i]` was measured at `timesMs[i]`; `null` is a hole, never to be drawn over. */
export const Trend = Type.Object({
  boilerId: Id,
  fromMs: Instant,
  toMs: Instant,
  /** `raw`: every reading. `buckets`: two points per bucket, its lowest and highest value in their order. */
  resolution: Type.Enum(["raw", "buckets"]),
  timesMs: Type.Array(Type.Number()),
  values: Type.Record(Type.String(), Type.Array(nullable(Type.Number()))),
});
export type Trend = Static<typeof Trend>;
