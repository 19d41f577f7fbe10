import { Type } from "typebox";
import { Instant } from "../ids.ts";

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
  letters: Type.Array(DeadLetterText),
});
