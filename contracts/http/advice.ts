import { type Static, Type } from "typebox";
import { emissionQuantities } from "../../domain/emissions/emission-quantity.ts";
import { Id, Instant } from "../ids.ts";
import { nullable } from "../nullable.ts";
import { LabelText } from "../registry.ts";

const worth = {
  /** % of the fuel burned now. */
  fuelPercent: Type.Number(),
  moneyPerH: nullable(Type.Number()),
  currency: nullable(Type.String()),
  co2KgPerH: nullable(Type.Number()),
};

/** Something that may be worth doing: an estimate from one reading, with what it was held against. */
export const AdviceText = Type.Union([
  Type.Object({
    kind: Type.Literal("excess-air"),
    basis: Type.Enum(["tuned-curve", "guidance"]),
    source: nullable(Type.String()),
    o2DryPercent: Type.Number(),
    targetO2DryPercent: Type.Number(),
    /** By the guidance's rule of thumb, beside the computed figure. */
    thumbPercent: Type.Number(),
    ...worth,
  }),
  Type.Object({
    kind: Type.Literal("heat-recovery"),
    basis: Type.Enum(["rule", "acid-dew-point", "water-dew-point"]),
    source: Type.String(),
    exhaustTempC: Type.Number(),
    floorTempC: Type.Number(),
    thumbPercent: Type.Number(),
    ...worth,
  }),
  Type.Object({
    kind: Type.Literal("insulation"),
    basis: Type.Literal("wall-temperature"),
    source: Type.String(),
    shellTempC: Type.Number(),
    ambientTempC: Type.Number(),
    inspectAboveC: Type.Number(),
    lossWPerM2: Type.Number(),
    costPerM2: Type.Number(),
    currency: Type.String(),
  }),
  Type.Object({
    kind: Type.Literal("fuel-switch"),
    basis: Type.Enum(["efficiency-direct", "efficiency-indirect"]),
    source: Type.String(),
    toFuelId: Id,
    toFuelLabel: LabelText,
    efficiencyLhvPercent: Type.Number(),
    efficiencyPoints: Type.Number(),
    co2Percent: Type.Number(),
    ...worth,
  }),
  Type.Object({
    kind: Type.Literal("abatement"),
    basis: Type.Literal("hour-above-limit"),
    source: Type.String(),
    quantity: Type.Enum(emissionQuantities),
    deviceId: Id,
    label: LabelText,
    cost: Type.Number(),
    currency: Type.String(),
    /** The size that the cost is of. */
    forCapacityTPerH: Type.Number(),
    forFlowM3PerMin: Type.Number(),
  }),
]);
export type AdviceText = Static<typeof AdviceText>;

/** Of the newest reading; `takenAtMs` is `null`, and nothing advised, while there is none. */
export const AdviceList = Type.Object({
  boilerId: Id,
  takenAtMs: nullable(Instant),
  advice: Type.Array(AdviceText),
});
export type AdviceList = Static<typeof AdviceList>;
