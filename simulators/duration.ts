import { Type } from "typebox";

const secondsOf = { s: 1, min: 60, h: 3_600, d: 86_400, y: 365 * 86_400 } as const;
type Unit = keyof typeof secondsOf;
const form = /^(\d+(?:\.\d+)?) ?(s|min|h|d|y)$/;

/** A time as people write it: `40 s`, `10 min`, `1.5 h`, `90 d`, `2 y`. */
export const DurationText = Type.String({
  pattern: form.source,
  description: "a time like 40 s, 10 min, 1.5 h, 90 d or 2 y",
});

/** @returns seconds; `null` when the text is no duration */
export function secondsIn(duration: string): number | null {
  const [, number, unit] = form.exec(duration) ?? [];
  return number === undefined ? null : Number(number) * secondsOf[unit as Unit];
}
