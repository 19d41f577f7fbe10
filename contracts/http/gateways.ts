import { type Static, Type } from "typebox";
import { deliveries } from "../batch.ts";
import { Id, Instant } from "../ids.ts";
import { nullable } from "../nullable.ts";

export const GatewayText = Type.Object({
  id: Id,
  siteId: Id,
  delivery: Type.Enum([...deliveries]),
  online: Type.Boolean(),
  lastSeenMs: nullable(Instant),
  capturedUpto: nullable(Type.Integer()),
  ackedUpto: nullable(Type.Integer()),
  bufferedBatches: nullable(Type.Integer()),
  oldestBufferedAtMs: nullable(Instant),
  trouble: nullable(Type.Object({ code: Type.String(), message: Type.String() })),
});
export type GatewayText = Static<typeof GatewayText>;

export const Gateways = Type.Object({ serverTimeMs: Instant, gateways: Type.Array(GatewayText) });
export type Gateways = Static<typeof Gateways>;
