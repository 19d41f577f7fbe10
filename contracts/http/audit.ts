import { type Static, Type } from "typebox";
import { Instant } from "../ids.ts";
import { nullable } from "../nullable.ts";

export const AuditEntryText = Type.Object({
  seq: Type.Integer(),
  atMs: Instant,
  by: Type.String(),
  /** What it was done to, a dot, and what was done: `user.remove`. */
  action: Type.String(),
  /** Kind, a colon, and its id. */
  subject: Type.String(),
  siteId: nullable(Type.String()),
  detail: Type.Record(Type.String(), Type.Unknown()),
  hash: Type.String(),
});
export type AuditEntryText = Static<typeof AuditEntryText>;

/** Newest first. */
export const AuditPage = Type.Object({
  entries: Type.Array(AuditEntryText),
  /** Ask on with this; `null`: there are no older ones. */
  nextCursor: nullable(Type.String()),
});
export type AuditPage = Static<typeof AuditPage>;

/** The chain's end: keep it elsewhere, and what is cut off later is missed. */
export const AuditAnchorText = Type.Object({ seq: Type.Integer(), hash: Type.String(), atMs: Instant });
