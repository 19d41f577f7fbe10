import { type Static, Type } from "typebox";
import { Id, Instant } from "../ids.ts";
import { nullable } from "../nullable.ts";

const number = nullable(Type.Number());

/** Days by the clock of the boiler's site: 23 or 25 hours long where that is changed. */
export const Days = Type.Object({
  boilerId: Id,
  timeZone: Type.String(),
  days: Type.Array(
    Type.Object({
      date: Type.String(),
      fromMs: Instant,
      toMs: Instant,
      points: Type.Record(
        Type.String(),
        Type.Object({
          lowest: number,
          highest: number,
          mean: number,
          /** Of a rate: how much it came to; a minute without a value adds nothing. */
          amount: number,
          amountUnit: nullable(Type.String()),
          /** Of the whole day. */
          validShare: Type.Number(),
        }),
      ),
    }),
  ),
});
export type Days = Static<typeof Days>;
