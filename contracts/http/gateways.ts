import { type Static, Type } from "typebox";
import { deliveries, LineStatistics } from "../batch.ts";
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
  bufferBytes: nullable(Type.Integer()),
  scanMs: Type.Integer(),
  trouble: nullable(Type.Object({ code: Type.String(), message: Type.String() })),
  /** How the units of each line have answered since the gateway's start; empty where it has not said. */
  lines: Type.Array(LineStatistics),
});
export type GatewayText = Static<typeof GatewayText>;

export const Gateways = Type.Object({ serverTimeMs: Instant, gateways: Type.Array(GatewayText) });
export type Gateways = Static<typeof Gateways>;
