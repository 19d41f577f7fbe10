import { type Static, Type } from "typebox";
import { Id, Instant, Serial } from "../ids.ts";
import { nullable } from "../nullable.ts";

/** The conservation law: captured = stored + quarantined + dropped + in flight, per gateway and UTC hour. */
export const IntegrityHour = Type.Object({
  gatewayId: Id,
  siteId: Id,
  hourStartMs: Instant,
  /** What the gateway says that it captured; `null` while it has not said. */
  captured: nullable(Type.Integer()),
  /** Counted in the store itself. */
  stored: Type.Integer(),
  quarantined: Type.Integer(),
  dropped: Type.Integer(),
  inFlight: nullable(Type.Integer()),
  /** Scans that were never done, declared as gaps. */
  missedScans: Type.Integer(),
  /** `false`: something was lost, doubled or altered. `null`: the gateway has not said enough. */
  balanced: nullable(Type.Boolean()),
});
export const Integrity = Type.Object({
  hours: Type.Array(IntegrityHour),
  /** Messages since the start of ingest, by what became of them; `null` for who may not see all sites. */
  messages: nullable(
    Type.Object({
      accepted: Type.Integer(),
      duplicates: Type.Integer(),
      quarantined: Type.Record(Type.String(), Type.Integer()),
    }),
  ),
  /** Journal entries that the telemetry store does not have yet. */
  telemetryLag: Type.Integer(),
  /** Per gateway and its log: the seqs that are durable here. */
  accepted: Type.Array(
    Type.Object({
      gatewayId: Id,
      siteId: Id,
      sid: Type.String(),
      ranges: Type.Array(Type.Tuple([Serial, Serial])),
    }),
  ),
});
export type Integrity = Static<typeof Integrity>;
