import { type Static, Type } from "typebox";
import { Instant } from "../ids.ts";
import { nullable } from "../nullable.ts";

export const NoteText = Type.Object({
  id: Type.Integer(),
  by: Type.String(),
  atMs: Instant,
  text: Type.String(),
});
export type NoteText = Static<typeof NoteText>;

/** Newest first. */
export const Notes = Type.Object({ notes: Type.Array(NoteText), nextCursor: nullable(Type.String()) });
export type Notes = Static<typeof Notes>;
