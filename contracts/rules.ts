import { type Static, type TSchema, Type } from "typebox";
import { sensorFlaws } from "../domain/alarms/rule.ts";
import { coalFirings, heatCarriers } from "../domain/boiler.ts";
import { fuelGases } from "../domain/combustion/stoichiometry.ts";
import { emissionQuantities } from "../domain/emissions/emission-quantity.ts";
import { averagingOrders, startUpTreatments } from "../domain/emissions/hourly-mean.ts";
import { fuelClasses } from "../domain/fuel.ts";
import { tableQuantities } from "../domain/limits.ts";
import { type PointName, points } from "../domain/points.ts";
import { Id, IsoDate, PointNameText } from "./ids.ts";
import { LabelText } from "./registry.ts";

const closed = { additionalProperties: false } as const;

/** What every file of rules says of itself. */
const provenance = {
  id: Id,
  validFrom: IsoDate,
  /** The last day; without it an edition is in force until the next one. */
  validUntil: Type.Optional(IsoDate),
  source: Type.String({ minLength: 1 }),
  note: Type.Optional(Type.String()),
};

const LimitRowConfig = Type.Object(
  {
    fuel: Type.Enum(fuelClasses),
    coalFiring: Type.Optional(Type.Enum(coalFirings)),
    fromTPerH: Type.Number({ minimum: 0 }),
    belowTPerH: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
    /** `null` where the table prints a dash: no limit. */
    limit: Type.Union([Type.Number({ exclusiveMinimum: 0 }), Type.Null()]),
  },
  closed,
);

export const LimitTablesFile = Type.Object(
  {
    kind: Type.Literal("limit-tables"),
    ...provenance,
    tables: Type.Object(
      { airRatio: Type.Array(LimitRowConfig), exhaustTempC: Type.Array(LimitRowConfig) },
      closed,
    ),
  },
  closed,
);

export const EmissionStandardFile = Type.Object(
  {
    kind: Type.Literal("emission-standard"),
    ...provenance,
    inForceFrom: Type.Object({ new: IsoDate, existing: IsoDate }, closed),
    /** Up to when an approved plan may put off the date of an existing boiler. */
    latestExtension: Type.Optional(IsoDate),
    /** Oxygen to which measured values are brought, unless a boiler's permit names another. */
    referenceO2Percent: Type.Number({ minimum: 0, maximum: 20 }),
    averagingOrder: Type.Enum(averagingOrders),
    /** What becomes of values with more oxygen than a fire leaves, while it is lit. */
    startUp: Type.Enum(startUpTreatments, { default: "left-out" }),
    limits: Type.Object(
      {
        pmAtRefO2MgPerNm3: Type.Number({ exclusiveMinimum: 0 }),
        soxAtRefO2Ppm: Type.Number({ exclusiveMinimum: 0 }),
        noxAtRefO2Ppm: Type.Number({ exclusiveMinimum: 0 }),
      },
      closed,
    ),
  },
  closed,
);

const percent = Type.Number({ minimum: 0, maximum: 100 });

const FuelConfig = Type.Object(
  {
    id: Id,
    label: LabelText,
    class: Type.Enum(fuelClasses),
    flowPoint: Type.Enum(Object.keys(points) as PointName[]),
    /** Net and gross heating value per unit of the flow point. */
    ncvMjPerUnit: Type.Number({ exclusiveMinimum: 0 }),
    gcvMjPerUnit: Type.Number({ exclusiveMinimum: 0 }),
    /** kg in one unit of the flow point: 1 for a flow in kg, the density for one in litres; gases by volume have none. */
    kgPerUnit: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
    /** By mass for solid and liquid fuels, by mole for gases; exactly one of the two. */
    massPercent: Type.Optional(
      Type.Object(
        { c: percent, h: percent, s: percent, o: percent, n: percent, moisture: percent, ash: percent },
        closed,
      ),
    ),
    molePercent: Type.Optional(Type.Partial(Type.Record(Type.Enum([...fuelGases]), percent))),
    siegert: Type.Object({ a2: Type.Number(), b: Type.Number() }, closed),
    /** kg per TJ of net heat, and the edition of the list they are from. */
    emissionFactors: Type.Object(
      {
        edition: Type.String({ minLength: 1 }),
        co2KgPerTj: Type.Number({ minimum: 0 }),
        ch4KgPerTj: Type.Number({ minimum: 0 }),
        n2oKgPerTj: Type.Number({ minimum: 0 }),
        /** Of its carbon, what is of plants: its CO₂ is told apart. */
        biogenicPercent: Type.Number({ minimum: 0, maximum: 100, default: 0 }),
      },
      closed,
    ),
    /** Dry F factor of EPA Method 19, 1e-7 m³/J at 20 °C on the gross heating value. */
    fdM3PerJ: Type.Number({ exclusiveMinimum: 0 }),
    /** (20.9 − O₂) / CO₂, both dry: outside of it one of the two readings, or the fuel, is not what it is said to be. */
    fo: Type.Optional(Type.Tuple([Type.Number(), Type.Number()])),
    note: Type.Optional(Type.String()),
  },
  closed,
);

export const FuelsFile = Type.Object(
  { kind: Type.Literal("fuels"), ...provenance, fuels: Type.Array(FuelConfig, { minItems: 1 }) },
  closed,
);

const seconds = Type.Number({ minimum: 0, maximum: 86_400 });

/** How far is too far, for how long, and how urgent that is. */
const levelProperties = {
  /** In the unit of what is watched; a limit table or a sensor's flaw brings its own. */
  limit: Type.Optional(Type.Number()),
  deadband: Type.Optional(Type.Number({ minimum: 0 })),
  onDelaySeconds: seconds,
  offDelaySeconds: seconds,
  badHoldSeconds: Type.Optional(seconds),
  priority: Type.Integer({ minimum: 1, maximum: 3 }),
  /** Stays after its end until somebody resets it. */
  latching: Type.Optional(Type.Boolean()),
};

const AlarmLevelConfig = Type.Object({ id: Id, ...levelProperties }, closed);

const AlarmRuleConfig = Type.Object(
  {
    id: Id,
    watches: Type.Enum([
      "limit-table",
      "emission-hour",
      "emission-hour-so-far",
      "emission-minute",
      "emission-day",
      "point",
      "dew-floor",
      "tuned-o2",
      "own-baseline",
      "sensors",
      "gateway-silence",
      "gateway-clock",
      "dead-letters",
      "telemetry-lag",
      "completeness",
      "disk",
      "certificates",
    ]),
    quantity: Type.Optional(Type.Enum([...tableQuantities, ...emissionQuantities])),
    point: Type.Optional(PointNameText),
    side: Type.Optional(Type.Enum(["above", "below"])),
    /** Of a point: another limit while the load is no higher than this. */
    lowLoad: Type.Optional(
      Type.Object({ atMostPercent: Type.Number({ exclusiveMinimum: 0 }), limit: Type.Number() }, closed),
    ),
    flaws: Type.Optional(Type.Array(Type.Enum(sensorFlaws), { minItems: 1, uniqueItems: true })),
    silentAfterSeconds: Type.Optional(Type.Number({ minimum: 1 })),
    withinSeconds: Type.Optional(Type.Number({ minimum: 1 })),
    /** Steady firing of each tenth of the load from which its baseline is learned. */
    learnHours: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
    meanMinutes: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
    ...Type.Partial(Type.Object(levelProperties)).properties,
    /** Several levels of one alarm, from the least to the most urgent, in place of the one above. */
    levels: Type.Optional(Type.Array(AlarmLevelConfig, { minItems: 1, maxItems: 4 })),
    firingForSeconds: Type.Optional(seconds),
    fuelClasses: Type.Optional(Type.Array(Type.Enum(fuelClasses), { minItems: 1 })),
    heatCarriers: Type.Optional(Type.Array(Type.Enum(heatCarriers), { minItems: 1 })),
    /** Boilers of this capacity: from the first up, below the second. */
    fromTPerH: Type.Optional(Type.Number({ minimum: 0 })),
    belowTPerH: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
    /** Boilers that measure these points, or of which they follow; and those of which none of them does. */
    withPoints: Type.Array(PointNameText, { default: [] }),
    withoutPoints: Type.Array(PointNameText, { default: [] }),
    inhibitedBy: Type.Array(Id, { default: [] }),
    /** Whether it must be acknowledged once it is over; only the least urgent need not. */
    acknowledgement: Type.Enum(["required", "optional"], { default: "required" }),
    escalateAfterSeconds: Type.Optional(seconds),
    reAlarmAfterSeconds: Type.Optional(seconds),
    reNotifyHoldSeconds: Type.Number({ minimum: 0, maximum: 86_400, default: 60 }),
    title: LabelText,
    response: Type.Array(LabelText, { minItems: 1 }),
    consequence: LabelText,
  },
  closed,
);
export type AlarmRuleConfig = Static<typeof AlarmRuleConfig>;

export const AlarmRulesFile = Type.Object(
  { kind: Type.Literal("alarm-rules"), ...provenance, rules: Type.Array(AlarmRuleConfig, { minItems: 1 }) },
  closed,
);

const positive = Type.Number({ exclusiveMinimum: 0 });
const range = Type.Object({ from: Type.Number(), to: Type.Number() }, closed);
const perClass = <T extends TSchema>(schema: T) =>
  Type.Object({ coal: schema, oil: schema, gas: schema }, closed);

/** Hints of the guidance: "about", for the eye; never part of a savings report. */
export const SavingHintsFile = Type.Object(
  {
    kind: Type.Literal("saving-hints"),
    ...provenance,
    o2: Type.Object(
      {
        /** Dry O₂ above which a class should be looked at. */
        actAbovePercent: Type.Object({ oil: range, gas: range }, closed),
        savingPercent: positive,
        o2Points: positive,
      },
      closed,
    ),
    exhaust: Type.Object({ savingPercent: positive, perK: positive }, closed),
    /** Points of efficiency that a change of fuel brings by itself. */
    fuelSwitchEfficiencyPoints: Type.Object({ coalToGas: positive, oilToGas: positive }, closed),
  },
  closed,
);

/** How cold an exhaust may become before acid or water condenses. */
export const DewFloorsFile = Type.Object(
  {
    kind: Type.Literal("dew-floors"),
    ...provenance,
    /** Exhaust must stay above the first; in practice heat is recovered down to the second. */
    floors: perClass(Type.Object({ mustExceedC: positive, practicalMinimumC: positive }, closed)),
    /** Distance of the coldest metal to a computed dew point. */
    marginK: positive,
    /** Share of SO₂ that goes on to SO₃. */
    so3ConversionPercent: positive,
  },
  closed,
);

/** What cleaning equipment costs, for one stated size. */
export const AbatementCostsFile = Type.Object(
  {
    kind: Type.Literal("abatement-costs"),
    ...provenance,
    currency: Type.String({ pattern: "^[A-Z]{3}$" }),
    forCapacityTPerH: positive,
    forFlowM3PerMin: positive,
    devices: Type.Array(
      Type.Object(
        { id: Id, label: LabelText, removes: Type.Enum(["pm", "sox", "nox"]), cost: positive },
        closed,
      ),
      { minItems: 1 },
    ),
  },
  closed,
);

export const WallTemperatureFile = Type.Object(
  {
    kind: Type.Literal("wall-temperature"),
    ...provenance,
    inspectAboveC: range,
    emissivity: Type.Number({ exclusiveMinimum: 0, maximum: 1 }),
    currency: Type.String({ pattern: "^[A-Z]{3}$" }),
    insulationCostPerM2: positive,
  },
  closed,
);

/** Heat through the shell at full load: Q = C · QN^0.7, in MW. */
export const SurfaceLossFile = Type.Object(
  {
    kind: Type.Literal("surface-loss"),
    ...provenance,
    factors: Type.Object(
      { oil: positive, gas: positive, "coal-fixed-bed": positive, "coal-fluidised-bed": positive },
      closed,
    ),
  },
  closed,
);

export const WarmingPotentialsFile = Type.Object(
  {
    kind: Type.Literal("warming-potentials"),
    ...provenance,
    ch4: positive,
    n2o: positive,
  },
  closed,
);

export const CarbonFeeFile = Type.Object(
  {
    kind: Type.Literal("carbon-fee"),
    ...provenance,
    currency: Type.String({ pattern: "^[A-Z]{3}$" }),
    /** A plant that emits less in a year pays nothing. */
    thresholdTPerYear: positive,
    perT: positive,
    /** With an approved plan of one's own. */
    reducedPerT: Type.Array(positive),
    /** For entities whose production would move abroad: no threshold is taken off, a part of the fee is. */
    highLeakageAdjustments: Type.Optional(Type.Array(positive, { minItems: 1 })),
    /** Credits may stand for so much of the chargeable emissions; for high-leakage entities for none. */
    creditsAtMostPercent: Type.Optional(Type.Object({ domestic: percent, foreign: percent }, closed)),
  },
  closed,
);

export const SubsidyFile = Type.Object(
  {
    kind: Type.Literal("subsidy"),
    ...provenance,
    currency: Type.String({ pattern: "^[A-Z]{3}$" }),
    maxShareOfProjectPercent: percent,
    overallCap: positive,
    energyManagementAddOn: positive,
    instalmentsPercent: Type.Array(percent),
    items: Type.Array(
      Type.Object(
        {
          id: Id,
          label: LabelText,
          cap: positive,
          /** For large reductions, where the programme has one. */
          capAtOrAbove: Type.Optional(
            Type.Object(
              { reductionTPerYear: positive, cap: positive, years: Type.Integer({ minimum: 1 }) },
              closed,
            ),
          ),
          /** Whether the programme's add-on for an energy-management system is for this item. */
          withEnergyManagementAddOn: Type.Optional(Type.Boolean()),
          /** One of these is enough. */
          needsOneOf: Type.Array(
            Type.Object(
              {
                quantity: Type.Enum([
                  "energySavingPercent",
                  "reductionTPerYear",
                  "reductionTOverPeriod",
                  "oilConvertedKlPerYear",
                  "coalConvertedTPerYear",
                ]),
                atLeast: Type.Optional(positive),
                moreThan: Type.Optional(positive),
              },
              closed,
            ),
            { minItems: 1 },
          ),
          /** Besides, of heat, where the programme asks for it. */
          heatSubstitutionPercentMoreThan: Type.Optional(positive),
        },
        closed,
      ),
      { minItems: 1 },
    ),
  },
  closed,
);

export const TaxCreditFile = Type.Object(
  {
    kind: Type.Literal("tax-credit"),
    ...provenance,
    currency: Type.String({ pattern: "^[A-Z]{3}$" }),
    spending: range,
    /** Either so much in the year itself, or so much in all, used up over some years. */
    creditPercent: Type.Array(Type.Object({ percent, years: Type.Integer({ minimum: 1 }) }, closed), {
      minItems: 1,
    }),
  },
  closed,
);

/** What a saving is held against before it may be claimed. */
export const MvThresholdsFile = Type.Object(
  {
    kind: Type.Literal("mv-thresholds"),
    ...provenance,
    /** Two-sided. */
    confidence: Type.Number({ exclusiveMinimum: 0.5, exclusiveMaximum: 1 }),
    /** By months of the reporting period, shortest first; the last one has no end. */
    cvRmsePercent: Type.Array(
      Type.Object({ belowMonths: Type.Union([positive, Type.Null()]), atMost: positive }, closed),
      { minItems: 1 },
    ),
    netDeterminationBiasPercentAtMost: positive,
    modelPBelow: positive,
    driverPBelow: positive,
    oneDriverPBelow: positive,
    rSquaredAtLeast: Type.Number({ minimum: 0, maximum: 1 }),
    tAtLeast: positive,
    vifAtMost: positive,
    conditionNumberAtMost: positive,
    /** BIC's difference below which the simpler model is kept. */
    bicDifference: Type.Number({ minimum: 0 }),
    effectiveIntervalsAtLeast: positive,
    /** Half of the interval, of the saving. */
    uncertaintyPercentAtMost: positive,
    baselineDaysAtLeast: positive,
    validDaysPercentAtLeast: percent,
    /** Of an interval's readings. */
    intervalCoveragePercentAtLeast: percent,
    /** How far beyond the baseline's lowest and highest driver the model still counts. */
    rangeMargin: Type.Object({ belowPercent: percent, abovePercent: percent }, closed),
    coveredEnergyPercentAtLeast: percent,
  },
  closed,
);

/** When a reading is doubted: each doubt is a flaw, none changes a value. */
export const PlausibilityFile = Type.Object(
  {
    kind: Type.Literal("plausibility"),
    ...provenance,
    /** A signal that repeats itself to the bit for so long while the boiler fires. */
    frozenMinutes: positive,
    /** … and the load has moved by so much meanwhile. */
    frozenWhileLoadMovesPercent: positive,
    /** Faster than this no flue gas or metal changes. */
    o2PercentPerSecond: positive,
    exhaustKPerMinute: positive,
    /** CO₂ may differ by so much from what the oxygen leaves room for. */
    co2ClosurePoints: positive,
    /** Out of firing, after the purge, a sound probe in air reads at least this. */
    airO2AtLeastPercent: positive,
    settledMinutes: positive,
    /** More oxygen than this while firing: air leaks in, or the probe stands in air. */
    firingO2AtMostPercent: positive,
    /** Stack flow measured, to the flow that the fuel gives. */
    flowRatio: range,
    /** Two points that keep one ratio over so many changing samples are one signal mapped twice. */
    duplicateSamples: Type.Integer({ minimum: 20 }),
    duplicateRelativeSpread: positive,
    /** Exhaust of a fire that has settled: far below the water dew point, or above what a stack is built for. */
    firingExhaustC: Type.Object(
      { from: Type.Number(), to: Type.Number() },
      { ...closed, default: { from: 30, to: 450 } },
    ),
  },
  closed,
);

export const ruleFiles = {
  "limit-tables": LimitTablesFile,
  "emission-standard": EmissionStandardFile,
  fuels: FuelsFile,
  "alarm-rules": AlarmRulesFile,
  "saving-hints": SavingHintsFile,
  "dew-floors": DewFloorsFile,
  "abatement-costs": AbatementCostsFile,
  "wall-temperature": WallTemperatureFile,
  "surface-loss": SurfaceLossFile,
  "warming-potentials": WarmingPotentialsFile,
  "carbon-fee": CarbonFeeFile,
  subsidy: SubsidyFile,
  "tax-credit": TaxCreditFile,
  plausibility: PlausibilityFile,
  "mv-thresholds": MvThresholdsFile,
} as const;

export type LimitTablesFile = Static<typeof LimitTablesFile>;
export type EmissionStandardFile = Static<typeof EmissionStandardFile>;
export type FuelsFile = Static<typeof FuelsFile>;
export type AlarmRulesFile = Static<typeof AlarmRulesFile>;
export type SavingHintsFile = Static<typeof SavingHintsFile>;
export type DewFloorsFile = Static<typeof DewFloorsFile>;
export type AbatementCostsFile = Static<typeof AbatementCostsFile>;
export type WallTemperatureFile = Static<typeof WallTemperatureFile>;
export type SurfaceLossFile = Static<typeof SurfaceLossFile>;
export type WarmingPotentialsFile = Static<typeof WarmingPotentialsFile>;
export type CarbonFeeFile = Static<typeof CarbonFeeFile>;
export type SubsidyFile = Static<typeof SubsidyFile>;
export type TaxCreditFile = Static<typeof TaxCreditFile>;
export type PlausibilityFile = Static<typeof PlausibilityFile>;
export type MvThresholdsFile = Static<typeof MvThresholdsFile>;

export type RuleFiles = { readonly [Kind in keyof typeof ruleFiles]: Static<(typeof ruleFiles)[Kind]> };
export type RuleKind = keyof RuleFiles;
export type RuleFile = RuleFiles[RuleKind];
