import { type Static, Type } from "typebox";
import { coalFirings, heatCarriers } from "../domain/boiler.ts";
import { averagingOrders, startUpTreatments } from "../domain/emissions/hourly-mean.ts";
import { Id, IsoDate, PointNameText } from "./ids.ts";

const closed = { additionalProperties: false } as const;

export const LabelText = Type.Object(
  { en: Type.String({ minLength: 1 }), "zh-TW": Type.String({ minLength: 1 }) },
  closed,
);

/** When a boiler of the site counts as steady; see `domain/steady-state.ts` for what each means. */
export const SteadyConfig = Type.Object(
  {
    stepSeconds: Type.Number({ minimum: 1, maximum: 300, default: 60 }),
    windowSeconds: Type.Number({ minimum: 5, maximum: 7_200, default: 900 }),
    afterLightOffSeconds: Type.Number({ minimum: 0, maximum: 14_400, default: 1_800 }),
    o2DriftPercent: Type.Number({ exclusiveMinimum: 0, maximum: 5, default: 0.3 }),
    exhaustDriftK: Type.Number({ exclusiveMinimum: 0, maximum: 50, default: 5 }),
    loadDriftPercent: Type.Number({ exclusiveMinimum: 0, maximum: 50, default: 3 }),
    validShare: Type.Number({ exclusiveMinimum: 0, maximum: 1, default: 0.75 }),
  },
  { ...closed, default: {} },
);
export type SteadyConfig = Static<typeof SteadyConfig>;

/** What a site changes of an alarm rule's own timing. */
export const AlarmTiming = Type.Object(
  {
    onDelaySeconds: Type.Optional(Type.Number({ minimum: 0, maximum: 3_600 })),
    offDelaySeconds: Type.Optional(Type.Number({ minimum: 0, maximum: 3_600 })),
  },
  closed,
);

/** Which of the rule files count at a site; each by the `id` that the file has. */
export const SiteRules = Type.Object(
  {
    dewFloors: Type.String({ default: "dew-floors" }),
    surfaceLoss: Type.String({ default: "surface-loss" }),
    plausibility: Type.String({ default: "plausibility" }),
    savingHints: Type.String({ default: "saving-hints" }),
    abatementCosts: Type.String({ default: "abatement-costs" }),
    wallTemperature: Type.String({ default: "wall-temperature" }),
    warmingPotentials: Type.String({ default: "warming-potentials" }),
    /** The fuel to which the advice reckons a change. */
    switchTo: Type.String({ default: "natural-gas" }),
  },
  { ...closed, default: {} },
);

/** What a fuel costs at a site, from a day on. */
export const PriceConfig = Type.Object(
  {
    fuel: Id,
    validFrom: IsoDate,
    /** For one unit of its meter: a litre, a Nm³, a kg. */
    perUnit: Type.Number({ minimum: 0 }),
    currency: Type.String({ pattern: "^[A-Z]{3}$" }),
    source: Type.String({ minLength: 1 }),
  },
  closed,
);

/** What may be proposed for a boiler, as a diagnosis names it. */
export const measureKinds = [
  "excess-air",
  "heat-recovery",
  "insulation",
  "fuel-switch",
  "lpg",
  "biomass",
  "abatement",
] as const;

/** What a measure costs here, and who says so: without it a diagnosis knows no payback. */
export const MeasureCostConfig = Type.Object(
  {
    measure: Type.Enum(measureKinds),
    cost: Type.Number({ minimum: 0 }),
    currency: Type.String({ pattern: "^[A-Z]{3}$" }),
    source: Type.String({ minLength: 1 }),
  },
  closed,
);

export const BoilerConfig = Type.Object(
  {
    id: Id,
    name: Type.String({ minLength: 1, maxLength: 64 }),
    capacityTPerH: Type.Number({ exclusiveMinimum: 0, maximum: 5_000 }),
    heatCarrier: Type.Enum(heatCarriers),
    coalFiring: Type.Optional(Type.Enum(coalFirings)),
    fuels: Type.Array(Id, { minItems: 1, maxItems: 8, uniqueItems: true }),
    limits: Type.String({ default: "tw-boiler-tables" }),
    /** Limits of this boiler's own, in place of the tables' cells: a permit, or a plant's own target. */
    ownLimits: Type.Optional(
      Type.Object(
        {
          airRatio: Type.Optional(Type.Number({ minimum: 1, maximum: 5 })),
          exhaustTempC: Type.Optional(Type.Number({ minimum: 50, maximum: 600 })),
          source: Type.String({ minLength: 1 }),
          validFrom: IsoDate,
        },
        closed,
      ),
    ),
    emissionStandard: Type.String({ default: "tw-boiler-emissions" }),
    standing: Type.Enum(["new", "existing"], { default: "existing" }),
    /** To when an approved plan has put off the standard for this boiler. */
    boundFrom: Type.Optional(IsoDate),
    /** As the permit has it, where it differs from the standard. */
    referenceO2Percent: Type.Optional(Type.Number({ minimum: 0, maximum: 15 })),
    averagingOrder: Type.Optional(Type.Enum(averagingOrders)),
    startUp: Type.Optional(Type.Enum(startUpTreatments)),
    /** Heat output at full load; without it, that of its capacity in steam from and at 100 °C. */
    ratedHeatKw: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 3_000_000 })),
    steamDryness: Type.Number({ minimum: 0.5, maximum: 1, default: 1 }),
    /** The heat-transfer oil by its data sheet, rising in temperature. */
    thermalOil: Type.Array(
      Type.Object(
        {
          tempC: Type.Number({ minimum: -20, maximum: 450 }),
          densityKgPerM3: Type.Number({ minimum: 400, maximum: 1_500 }),
          specificHeatKjPerKgK: Type.Number({ minimum: 1, maximum: 5 }),
        },
        closed,
      ),
      { default: [], maxItems: 100 },
    ),
    carbonInAshPercent: Type.Optional(Type.Number({ minimum: 0, exclusiveMaximum: 100 })),
    /** Dry O₂ to which the burner was tuned, over its load, rising in load. */
    tunedO2: Type.Array(
      Type.Object(
        {
          loadPercent: Type.Number({ minimum: 0, maximum: 120 }),
          o2DryPercent: Type.Number({ minimum: 0, maximum: 15 }),
        },
        closed,
      ),
      { default: [], maxItems: 100 },
    ),
    airHumidityKgPerKg: Type.Number({ minimum: 0, maximum: 0.05, default: 0.012 }),
    combustionAirTempC: Type.Number({ minimum: -30, maximum: 80, default: 25 }),
  },
  closed,
);
export type BoilerConfig = Static<typeof BoilerConfig>;

export const SiteConfig = Type.Object(
  {
    id: Id,
    name: LabelText,
    place: LabelText,
    timeZone: Type.String({ default: "Asia/Taipei" }),
    /** Its data come from simulators and are marked so wherever they appear. */
    simulated: Type.Boolean({ default: false }),
    steady: SteadyConfig,
    rules: SiteRules,
    prices: Type.Array(PriceConfig, { default: [], maxItems: 10_000 }),
    measureCosts: Type.Array(MeasureCostConfig, { default: [], maxItems: 100 }),
    alarms: Type.Record(Type.String({ pattern: "^[a-z0-9-]+$" }), AlarmTiming, { default: {} }),
    boilers: Type.Array(BoilerConfig, { maxItems: 10_000, default: [] }),
  },
  closed,
);
export type SiteConfig = Static<typeof SiteConfig>;

/** A sensor that no formula knows: stored and charted under its name, which ends in its unit. */
export const FurtherPoint = Type.Object(
  {
    unit: Type.String({ maxLength: 16 }),
    decimals: Type.Optional(Type.Integer({ minimum: 0, maximum: 6 })),
    range: Type.Tuple([Type.Number(), Type.Number()]),
    label: LabelText,
  },
  closed,
);

export const registryProperties = {
  sites: Type.Array(SiteConfig, { default: [], maxItems: 1_000 }),
  points: Type.Record(PointNameText, FurtherPoint, { default: {} }),
};
