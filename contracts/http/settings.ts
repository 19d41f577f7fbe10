import { type Static, Type } from "typebox";
import { Id } from "../ids.ts";

export const PriceText = Type.Object({
  siteId: Id,
  fuel: Id,
  validFrom: Type.String(),
  /** For one unit of its meter: a litre, a Nm³, a kg. */
  perUnit: Type.Number(),
  currency: Type.String(),
  source: Type.String(),
});
export type PriceText = Static<typeof PriceText>;

/** What the configuration file says and the browser only shows. */
export const SettingsText = Type.Object({
  prices: Type.Array(PriceText),
});
export type SettingsText = Static<typeof SettingsText>;
