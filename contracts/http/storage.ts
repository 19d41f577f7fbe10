import { type Static, Type } from "typebox";
import { Instant } from "../ids.ts";
import { nullable } from "../nullable.ts";

/** What of the history is kept, and since when it is there. */
export const Storage = Type.Object({
  store: Type.String(),
  tiers: Type.Array(
    Type.Object({
      tier: Type.Enum(["raw", "minute", "hour"]),
      keepDays: Type.Number(),
      /** What is older is taken out. */
      keptSinceMs: Instant,
      /** The oldest row there is; `null`: none yet. */
      oldestMs: nullable(Instant),
    }),
  ),
});
export type Storage = Static<typeof Storage>;
