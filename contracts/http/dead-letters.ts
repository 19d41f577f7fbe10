import { Type } from "typebox";
import { Instant } from "../ids.ts";
import { nullable } from "../nullable.ts";

export const DeadLetterText = Type.Object({
  id: Type.Integer(),
  topic: Type.String(),
  reason: Type.String(),
  detail: Type.String(),
  receivedAtMs: Instant,
  bytes: Type.Integer(),
});
export const DeadLetters = Type.Object({
  total: Type.Integer(),
  byReason: Type.Record(Type.String(), Type.Integer()),
  /** Newest first. */
  letters: Type.Array(DeadLetterText),
  /** Ask on with this; `null`: there are no older ones. */
  nextCursor: nullable(Type.String()),
});
