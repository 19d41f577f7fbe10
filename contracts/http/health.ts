import { type Static, Type } from "typebox";
import { Instant } from "../ids.ts";

export const Health = Type.Object({
  status: Type.Enum(["ok", "degraded"]),
  version: Type.String(),
  serverTimeMs: Instant,
  /** Each role that this process can hear of: whether it does its work. */
  roles: Type.Array(
    Type.Object({ role: Type.Enum(["api", "broker", "ingest", "gateway"]), ready: Type.Boolean() }),
  ),
  /** What is not as it should be, each with what to do. */
  troubles: Type.Array(Type.Object({ code: Type.String(), message: Type.String() })),
});
export type Health = Static<typeof Health>;
