import { type Static, Type } from "typebox";
import { Id, Instant } from "../ids.ts";
import { nullable } from "../nullable.ts";

const amount = Type.Number({ minimum: 0 });
const share = Type.Number({ minimum: 0, maximum: 1 });

const gases = {
  energyLhvMj: amount,
  /** Of fossil carbon alone. */
  co2Kg: amount,
  /** Of plants, in no sum. */
  biogenicCo2Kg: amount,
  ch4Kg: amount,
  n2oKg: amount,
  co2eKg: amount,
};

/** What a boiler burned in some days and what that brought into the air: of the time that is known, nothing filled in. */
export const Co2 = Type.Object({
  boilerId: Id,
  timeZone: Type.String(),
  fromMs: Instant,
  untilMs: Instant,
  /** A line for each fuel and each edition of its factors and of the warming potentials. */
  lines: Type.Array(
    Type.Object({
      fuelId: Id,
      /** In the unit of its meter. */
      quantity: amount,
      unit: Type.String(),
      massKg: nullable(amount),
      factorEdition: Type.String(),
      factorsFrom: Type.String(),
      potentialsSource: Type.String(),
      potentialsFrom: Type.String(),
      ...gases,
    }),
  ),
  total: Type.Object(gases),
  /** Of the time from the first day to the end of the last, or to now: in which each fuel's use is known. */
  knownShares: Type.Record(Type.String(), share),
  /** The least of them. */
  knownShare: share,
});
export type Co2 = Static<typeof Co2>;
