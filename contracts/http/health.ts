import { type Static, Type } from "typebox";
import { Instant } from "../ids.ts";

export const Health = Type.Object({
  status: Type.Enum(["ok", "degraded"]),
  version: Type.String(),
  serverTimeMs: Instant,
  /** What is not as it should be, each with what to do. */
  troubles: Type.Array(Type.Object({ code: Type.String(), message: Type.String() })),
});
export type Health = Static<typeof Health>;
