import { type Static, Type } from "typebox";
import { coalFirings, heatCarriers } from "../../domain/boiler.ts";
import { averagingOrders, startUpTreatments } from "../../domain/emissions/hourly-mean.ts";
import { fuelClasses } from "../../domain/fuel.ts";
import { Id, Instant } from "../ids.ts";
import { LimitRowText, LiveBoiler } from "../live.ts";
import { nullable } from "../nullable.ts";
import { LabelText } from "../registry.ts";

export const PointText = Type.Object({
  name: Type.String(),
  unit: Type.String(),
  decimals: Type.Integer(),
  /** Of this boiler: measured, or computed from what is. */
  from: Type.Enum(["sensor", "formula"]),
  /** Of points that a configuration added; the others' labels are the dashboard's. */
  label: nullable(LabelText),
});

/** A table's cell that applies to a boiler now, and where it is from. */
export const LimitInForce = Type.Object({
  limit: nullable(Type.Number()),
  row: LimitRowText,
  tablesId: Type.String(),
  source: Type.String(),
  inForceFrom: Type.String(),
});

export const BoilerText = Type.Object({
  id: Id,
  siteId: Id,
  name: Type.String(),
  capacityTPerH: Type.Number(),
  heatCarrier: Type.Enum(heatCarriers),
  coalFiring: nullable(Type.Enum(coalFirings)),
  fuels: Type.Array(
    Type.Object({
      id: Id,
      label: LabelText,
      fuelClass: Type.Enum(fuelClasses),
      flowPoint: Type.String(),
      ncvMjPerUnit: Type.Number(),
      emissionFactors: Type.Object({
        edition: Type.String(),
        inForceFrom: Type.String(),
        co2KgPerTj: Type.Number(),
        ch4KgPerTj: Type.Number(),
        n2oKgPerTj: Type.Number(),
        biogenicPercent: Type.Number(),
      }),
    }),
  ),
  /** What a kg of methane and of nitrous oxide counts for in kg of CO₂. */
  warmingPotentials: Type.Object({
    ch4: Type.Number(),
    n2o: Type.Number(),
    source: Type.String(),
    inForceFrom: Type.String(),
  }),
  referenceO2Percent: Type.Number(),
  simulated: Type.Boolean(),
  gatewayId: nullable(Id),
  scanMs: nullable(Type.Integer()),
  points: Type.Array(PointText),
  limits: Type.Object({ airRatio: nullable(LimitInForce), exhaustTempC: nullable(LimitInForce) }),
  /** Of the clock hour's mean at the reference oxygen; `null`: none in force. */
  emissionLimits: nullable(
    Type.Object({
      source: Type.String(),
      inForceFrom: Type.String(),
      averagingOrder: Type.Enum(averagingOrders),
      startUp: Type.Enum(startUpTreatments),
      pmAtRefO2MgPerNm3: nullable(Type.Number()),
      soxAtRefO2Ppm: nullable(Type.Number()),
      noxAtRefO2Ppm: nullable(Type.Number()),
    }),
  ),
  /** When this site counts a boiler as steady, and whether that is shorter than the default. */
  steady: Type.Object({
    windowSeconds: Type.Number(),
    stepSeconds: Type.Number(),
    afterLightOffSeconds: Type.Number(),
    shortened: Type.Boolean(),
  }),
});
export type BoilerText = Static<typeof BoilerText>;

export const SiteText = Type.Object({
  id: Id,
  name: LabelText,
  place: LabelText,
  timeZone: Type.String(),
  simulated: Type.Boolean(),
});
export type SiteText = Static<typeof SiteText>;

export const Boilers = Type.Object({ sites: Type.Array(SiteText), boilers: Type.Array(BoilerText) });
export type Boilers = Static<typeof Boilers>;

export const Latest = Type.Object({ serverTimeMs: Instant, latest: nullable(LiveBoiler) });
