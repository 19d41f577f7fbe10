import { type Static, Type } from "typebox";
import { Id, Instant, Serial } from "../ids.ts";
import { nullable } from "../nullable.ts";

const letter = {
  id: Type.Integer(),
  /** Where the journal holds it, whole. */
  journalOffset: Serial,
  topic: Type.String(),
  reason: Type.String(),
  detail: Type.String(),
  receivedAtMs: Instant,
  bytes: Type.Integer(),
  gatewayId: nullable(Id),
  /** When it was taken in after all; `null`: it waits. */
  requeuedAtMs: nullable(Instant),
};
export const DeadLetterText = Type.Object(letter);

export const DeadLetters = Type.Object({
  total: Type.Integer(),
  requeued: Type.Integer(),
  byReason: Type.Record(Type.String(), Type.Integer()),
  /** Newest first. */
  letters: Type.Array(DeadLetterText),
  /** Ask on with this; `null`: there are no older ones. */
  nextCursor: nullable(Type.String()),
});

/** A message that was set aside, as it came. */
export const DeadLetter = Type.Object({
  ...letter,
  encoding: Type.Enum(["utf8", "base64"] as const),
  /** `null`: the journal does not hold it any more. */
  content: nullable(Type.String()),
});
export type DeadLetter = Static<typeof DeadLetter>;
