import { type Static, Type } from "typebox";
import { averagingOrders } from "../../domain/emissions/hourly-mean.ts";
import { Id } from "../ids.ts";
import { LimitRowText } from "../live.ts";
import { nullable } from "../nullable.ts";

/** From a day on, and up to and with a last one where there is one. */
const dated = { validFrom: Type.String(), validUntil: nullable(Type.String()) };

export const LimitTablesText = Type.Object({
  id: Type.String(),
  ...dated,
  source: Type.String(),
  inForce: Type.Boolean(),
  tables: Type.Object({ airRatio: Type.Array(LimitRowText), exhaustTempC: Type.Array(LimitRowText) }),
});
export type LimitTablesText = Static<typeof LimitTablesText>;

export const EmissionStandardText = Type.Object({
  id: Type.String(),
  ...dated,
  source: Type.String(),
  inForce: Type.Boolean(),
  /** Of boilers built after it, and of those that stood before. */
  bindsFrom: Type.Object({ new: Type.String(), existing: Type.String() }),
  referenceO2Percent: Type.Number(),
  averagingOrder: Type.Enum(averagingOrders),
  limits: Type.Object({
    pmAtRefO2MgPerNm3: Type.Number(),
    soxAtRefO2Ppm: Type.Number(),
    noxAtRefO2Ppm: Type.Number(),
  }),
});
export type EmissionStandardText = Static<typeof EmissionStandardText>;

/** A boiler's own limits go before the tables'. */
export const OwnLimitsText = Type.Object({
  boilerId: Id,
  siteId: Id,
  ...dated,
  source: Type.String(),
  inForce: Type.Boolean(),
  airRatio: nullable(Type.Number()),
  exhaustTempC: nullable(Type.Number()),
});
export type OwnLimitsText = Static<typeof OwnLimitsText>;

/** Every version; newest first of each id. */
export const LimitsText = Type.Object({
  tables: Type.Array(LimitTablesText),
  standards: Type.Array(EmissionStandardText),
  own: Type.Array(OwnLimitsText),
  /** Which of them each boiler is held against. */
  boilers: Type.Array(
    Type.Object({ boilerId: Id, siteId: Id, tablesId: Type.String(), standardId: Type.String() }),
  ),
});
export type LimitsText = Static<typeof LimitsText>;
