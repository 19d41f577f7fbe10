import { type Static, Type } from "typebox";
import { Id, Instant } from "../ids.ts";
import { nullable } from "../nullable.ts";

/** Who can be told; a destination with several addresses has a recipient for each. */
export const RecipientText = Type.Object({
  id: Type.String(),
  destinationId: Id,
  channel: Type.Enum(["mail", "webhook", "mqtt"]),
  where: Type.String(),
});
export type RecipientText = Static<typeof RecipientText>;

export const Recipients = Type.Object({ recipients: Type.Array(RecipientText) });
export type Recipients = Static<typeof Recipients>;

/** A message and how it went; `key` is what its receiver sees as Idempotency-Key or Message-ID. */
export const DeliveryText = Type.Object({
  key: Type.String(),
  recipient: Type.String(),
  kind: Type.Enum(["alarm", "digest", "test"]),
  /** How many steps of alarms it tells of. */
  items: Type.Integer(),
  createdAtMs: Instant,
  state: Type.Enum(["waiting", "delivered", "given-up"]),
  attempts: Type.Integer(),
  /** Of one that waits: when it is tried next. */
  nextAttemptMs: nullable(Instant),
  /** Why the last attempt failed. */
  problem: nullable(Type.String()),
  endedAtMs: nullable(Instant),
});
export type DeliveryText = Static<typeof DeliveryText>;

export const Deliveries = Type.Object({ deliveries: Type.Array(DeliveryText) });
export type Deliveries = Static<typeof Deliveries>;
