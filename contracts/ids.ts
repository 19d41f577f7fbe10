import { type Static, Type } from "typebox";

/** Fit for a topic level, a path, a tag and a file name alike. */
export const Id = Type.String({
  pattern: "^[a-z0-9-]{1,64}$",
  description: "lower-case letters, digits and -, up to 64",
});
export type Id = Static<typeof Id>;

/** UTC epoch, whole ms, up to the year 2200. */
export const Instant = Type.Integer({ minimum: 0, maximum: 7_258_118_400_000 });

/** A point's name: it ends in its unit, after its basis. */
export const PointNameText = Type.String({ pattern: "^[a-z][A-Za-z0-9]{0,63}$" });

/** A number never reused by its giver: a batch's seq, a revision. */
export const Serial = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });

/** A day as the rules write it; one that no calendar has would be in force at no time, or at any. */
export const IsoDate = Type.String({ format: "date", description: "a day of the calendar, like 2026-01-01" });
