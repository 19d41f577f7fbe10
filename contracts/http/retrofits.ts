import { type Static, Type } from "typebox";
import { measureKinds } from "../../domain/mv/measure-kinds.ts";
import { stackTestPollutants } from "../../domain/stack-test.ts";
import { Id, Instant, IsoDate, PointNameText } from "../ids.ts";
import { nullable } from "../nullable.ts";
import { LabelText } from "../registry.ts";

const closed = { additionalProperties: false } as const;

/** What a person says, and why: never blank. */
export const Sentence = Type.String({ minLength: 1, maxLength: 2_000, pattern: "\\S" });
const Name = Type.String({ minLength: 1, maxLength: 200, pattern: "\\S" });
const percent = Type.Number({ minimum: 0, maximum: 100 });
const money = Type.Number({ minimum: -1e12, maximum: 1e12 });
const amount = Type.Number({ minimum: 0, maximum: 1e12 });

/** Whole days of the plant, the last one in it. */
export const DayRange = Type.Object({ from: IsoDate, to: IsoDate }, closed);
export type DayRange = Static<typeof DayRange>;

/** What two meters, one in the place of the other, say of each other. */
export const MeterComparison = Type.Object(
  {
    /** The new one's reading times this is the old one's. */
    factor: Type.Number({ exclusiveMinimum: 0, maximum: 100 }),
    /** Standard (k = 1), % of the factor. */
    uncertaintyPercent: percent,
    source: Sentence,
  },
  closed,
);

/** A meter inside the boundary, as it stood in each of the two periods; without a serial it was not there. */
export const PlanMeter = Type.Object(
  {
    id: Id,
    boilerId: Id,
    point: PointNameText,
    /** As its plate says it: a unit that does not fit the point is refused. */
    unit: Type.String({ maxLength: 16 }),
    serialBefore: nullable(Name),
    serialAfter: nullable(Name),
    calibratedBefore: nullable(IsoDate),
    calibratedAfter: nullable(IsoDate),
    /** Standard (k = 1), % of reading; `null`: not stated. */
    uncertaintyPercent: nullable(percent),
    comparison: nullable(MeterComparison),
  },
  closed,
);
export type PlanMeter = Static<typeof PlanMeter>;

const decided = { from: IsoDate, to: IsoDate, reason: Sentence, author: Type.Optional(Name) };

/** Days that do not count. The author is the person who wrote it down. */
export const PlanExclusion = Type.Object(decided, closed);

/** What was decided on an event that is not part of the routine. */
export const PlanAdjustment = Type.Union([
  Type.Object({ kind: Type.Enum(["indicator", "excluded"]), ...decided }, closed),
  Type.Object(
    { kind: Type.Literal("engineering"), ...decided, addedGj: money, standardErrorGj: amount },
    closed,
  ),
]);

/** All that is fixed before any result is reckoned. A change after that is a new version. */
export const RetrofitPlan = Type.Object(
  {
    boilers: Type.Array(Id, { minItems: 1, maxItems: 20, uniqueItems: true }),
    boundary: Sentence,
    measures: Type.Array(Type.Object({ id: Id, kind: Type.Enum(measureKinds), label: LabelText }, closed), {
      maxItems: 20,
    }),
    /** What stays as it is, and would change the consumption if it did not. */
    staticFactors: Type.Array(Sentence, { maxItems: 50 }),
    basis: Type.Enum(["lhv", "hhv"]),
    interval: Type.Enum(["hourly", "daily"]),
    confidence: Type.Number({ minimum: 0.6, maximum: 0.99 }),
    baseline: DayRange,
    /** In neither period: works and commissioning. */
    works: nullable(DayRange),
    reporting: DayRange,
    /** What was burnt before, by which the carbon of the baseline is reckoned. */
    fuelBefore: Id,
    meters: Type.Array(PlanMeter, { maxItems: 100 }),
    /** Besides the useful heat. */
    drivers: Type.Array(
      Type.Object({ point: PointNameText, sign: Type.Enum(["rises", "falls", "either"]) }, closed),
      { maxItems: 4 },
    ),
    bends: Type.Array(Type.Enum(["3P-heating", "3P-cooling", "4P", "5P"]), {
      maxItems: 4,
      uniqueItems: true,
    }),
    parabola: Type.Boolean(),
    thresholds: Id,
    exclusions: Type.Array(PlanExclusion, { maxItems: 500 }),
    adjustments: Type.Array(PlanAdjustment, { maxItems: 100 }),
  },
  closed,
);
export type RetrofitPlan = Static<typeof RetrofitPlan>;

/** A number as a certificate prints it: its decimals say how far it can be held to. */
const PrintedText = Type.String({ pattern: "^[+-]?[\\d,]+(\\.\\d+)?$", maxLength: 20 });
const printedOrNull = nullable(PrintedText);

export const StackTestText = Type.Object(
  {
    when: Type.Enum(["before", "after"]),
    date: IsoDate,
    fuelId: Id,
    certificate: Name,
    referenceO2Percent: Type.Number({ minimum: 0, maximum: 15 }),
    rows: Type.Array(
      Type.Object(
        {
          pollutant: Type.Enum(stackTestPollutants),
          o2DryPercent: PrintedText,
          co2DryPercent: printedOrNull,
          dryFlowNm3PerMin: PrintedText,
          correctedFlowNm3PerMin: printedOrNull,
          measured: PrintedText,
          corrected: printedOrNull,
          massRateKgPerH: printedOrNull,
          headerMeasured: printedOrNull,
        },
        closed,
      ),
      { minItems: 1, maxItems: 12 },
    ),
    wetFlowNm3PerMin: printedOrNull,
    dryFlowNm3PerMin: printedOrNull,
    moisturePercent: printedOrNull,
    gasTempC: printedOrNull,
    velocityMPerS: printedOrNull,
    fuelRatePerH: printedOrNull,
  },
  closed,
);
export type StackTestText = Static<typeof StackTestText>;

/** What somebody published of this retrofit: held against itself, never taken into the result. */
export const PublishedText = Type.Object(
  {
    source: Sentence,
    parts: Type.Array(Type.Object({ measure: Id, label: LabelText, reductionT: amount }, closed), {
      minItems: 1,
      maxItems: 10,
    }),
    sharePercent: Type.Number({ exclusiveMinimum: 0, maximum: 100 }),
    switchMeasure: Id,
    fuelAfter: Id,
    recoveryMeasure: Id,
    recoveryFuelSavingPercent: Type.Number({ exclusiveMinimum: 0, maximum: 100 }),
    efficiencyBeforePercent: Type.Number({ exclusiveMinimum: 0, maximum: 110 }),
    efficiencyAfterPercent: Type.Number({ exclusiveMinimum: 0, maximum: 110 }),
  },
  closed,
);

/** A person's word on something that stands against a release. */
export const CheckDecision = Type.Object(
  {
    check: Type.String({ minLength: 1, maxLength: 200 }),
    reason: Sentence,
    author: Type.Optional(Name),
  },
  closed,
);

const Told = Type.String({ maxLength: 5_000 });

/** What a programme's closing report asks for and no meter knows; blank: not said yet. */
export const ClosingText = Type.Object(
  {
    statusBefore: Told,
    statusAfter: Told,
    obstacles: Told,
    advice: Told,
    /** What is handed in beside the report: where it is kept, one a line. */
    attached: Type.Object({ photos: Told, measurements: Told, contracts: Told, tenders: Told }, closed),
  },
  closed,
);
export type ClosingText = Static<typeof ClosingText>;

/** What is known beside the meters, and what was decided on contradictions. It may grow until the release. */
export const RetrofitEvidence = Type.Object(
  {
    stackTests: Type.Array(StackTestText, { maxItems: 20 }),
    published: nullable(PublishedText),
    /** Standard (k = 1), points of efficiency by the flue-loss method; `null`: the two routes are not held together. */
    flueLossUncertaintyPoints: nullable(percent),
    decisions: Type.Array(CheckDecision, { maxItems: 200 }),
    closing: Type.Optional(ClosingText),
  },
  closed,
);
export type RetrofitEvidence = Static<typeof RetrofitEvidence>;

/** Prices and terms: they may be changed until the release, and change no energy. */
export const RetrofitMoney = Type.Object(
  {
    currency: Type.String({ pattern: "^[A-Z]{3}$" }),
    prices: Type.Array(Type.Object({ fuelId: Id, perUnit: amount, source: Sentence }, closed), {
      maxItems: 20,
    }),
    investment: amount,
    otherAnnual: Type.Object(
      { electricity: money, maintenance: money, airPollutionFee: money, credits: money },
      closed,
    ),
    /** By the kilogram and from a day on; with stack tests of both periods the fee follows from them. */
    airPollutionRates: Type.Optional(
      Type.Array(
        Type.Object(
          {
            pollutant: Type.Enum(stackTestPollutants),
            perKg: amount,
            validFrom: IsoDate,
            source: Sentence,
            /** From gas, so much in a quarter pays nothing; `null`: gas pays like any other fuel. */
            gasFreeTPerQuarter: nullable(amount),
          },
          closed,
        ),
        { maxItems: 30 },
      ),
    ),
    years: Type.Integer({ minimum: 1, maximum: 40 }),
    discountRatePercent: Type.Number({ minimum: 0, maximum: 50 }),
    /** What was promised, t of CO₂e a year. */
    guaranteeTPerYear: nullable(amount),
    sharing: Type.Array(
      Type.Object({ years: Type.Integer({ minimum: 1, maximum: 40 }), companyPercent: percent }, closed),
      { maxItems: 10 },
    ),
    subsidy: nullable(
      Type.Object(
        {
          rule: Id,
          item: Id,
          onDate: IsoDate,
          energyManagement: Type.Boolean(),
          boilerImproved: Type.Boolean(),
          alreadySubsidised: Type.Boolean(),
        },
        closed,
      ),
    ),
    taxCredit: nullable(Type.Object({ rule: Id, onDate: IsoDate }, closed)),
    /** Of the whole plant, before: the fee is the plant's, not the boiler's. */
    plantEmissionTPerYear: nullable(amount),
  },
  closed,
);
export type RetrofitMoney = Static<typeof RetrofitMoney>;

/** A project as a person writes it down. */
export const RetrofitDocument = Type.Object(
  {
    title: LabelText,
    client: Name,
    plan: RetrofitPlan,
    evidence: RetrofitEvidence,
    money: RetrofitMoney,
  },
  closed,
);
export type RetrofitDocument = Static<typeof RetrofitDocument>;

export const retrofitStates = ["draft", "planned", "computed", "released", "superseded"] as const;
export const RetrofitState = Type.Enum(retrofitStates);
export type RetrofitState = (typeof retrofitStates)[number];

/** One step of a project, by whom and why. */
export const RetrofitEvent = Type.Object({
  version: Type.Integer(),
  kind: Type.Enum([
    "created",
    "edited",
    "frozen",
    "computed",
    "released",
    "superseded",
    "late-data",
    "saving-decayed",
    "saving-back",
  ]),
  by: Type.String(),
  reason: nullable(Type.String()),
  atMs: Instant,
});
export type RetrofitEvent = Static<typeof RetrofitEvent>;

export const RetrofitVersion = Type.Object({
  version: Type.Integer(),
  state: RetrofitState,
  author: Type.String(),
  /** Why there is this version; the first one needs no reason. */
  reason: nullable(Type.String()),
  createdAtMs: Instant,
  planHash: nullable(Type.String()),
  rowsHash: nullable(Type.String()),
  resultHash: nullable(Type.String()),
  plannedAtMs: nullable(Instant),
  computedAtMs: nullable(Instant),
  releasedAtMs: nullable(Instant),
  releasedBy: nullable(Type.String()),
});
export type RetrofitVersion = Static<typeof RetrofitVersion>;

export const RetrofitText = Type.Object({
  id: Id,
  siteId: Id,
  simulated: Type.Boolean(),
  /** Grows with every change: an edit that was based on an older one is refused. */
  rev: Type.Integer(),
  document: RetrofitDocument,
  current: RetrofitVersion,
  versions: Type.Array(RetrofitVersion),
  events: Type.Array(RetrofitEvent),
});
export type RetrofitText = Static<typeof RetrofitText>;

/** One line of the list. */
export const RetrofitLine = Type.Object({
  id: Id,
  siteId: Id,
  title: LabelText,
  client: Type.String(),
  simulated: Type.Boolean(),
  state: RetrofitState,
  version: Type.Integer(),
  baseline: DayRange,
  reporting: DayRange,
  boilers: Type.Array(Type.String()),
  sentence: nullable(LabelText),
  /** What the daily look found last, and not taken back since: the accepted saving is going. */
  decayed: nullable(Type.String()),
  changedAtMs: Instant,
});
export type RetrofitLine = Static<typeof RetrofitLine>;

/** A boiler that a project may be about: those that are watched, and those of which only a past is known. */
export const RetrofitBoiler = Type.Object({
  id: Id,
  siteId: Id,
  siteName: LabelText,
  name: Type.String(),
  simulated: Type.Boolean(),
  timeZone: Type.String(),
  fuels: Type.Array(Type.Object({ id: Id, label: LabelText, flowPoint: Type.String(), unit: Type.String() })),
  points: Type.Array(Type.Object({ name: Type.String(), unit: Type.String() })),
});
export type RetrofitBoiler = Static<typeof RetrofitBoiler>;

export const Retrofits = Type.Object({
  retrofits: Type.Array(RetrofitLine),
  boilers: Type.Array(RetrofitBoiler),
  /** Rule files that a project may name. */
  rules: Type.Object({
    thresholds: Type.Array(Type.String()),
    subsidies: Type.Array(
      Type.Object({
        id: Type.String(),
        validFrom: Type.String(),
        items: Type.Array(Type.Object({ id: Type.String(), label: LabelText })),
      }),
    ),
    taxCredits: Type.Array(Type.String()),
  }),
  /** What is being made ready, such as the example after the first start. */
  preparing: nullable(Type.Object({ id: Id, percent: Type.Number() })),
});
export type Retrofits = Static<typeof Retrofits>;

/** How much of each day is there: what the calendar shows. */
export const RetrofitCoverage = Type.Object({
  days: Type.Array(
    Type.Object({
      date: IsoDate,
      /** Of the day's time in which energy and useful heat of every boiler are known. */
      coveragePercent: Type.Number(),
      energyGj: nullable(Type.Number()),
      usefulHeatGj: nullable(Type.Number()),
    }),
  ),
  /** The longest stretch of sound days that ends before another begins: two of them at most. */
  proposed: Type.Array(DayRange),
});
export type RetrofitCoverage = Static<typeof RetrofitCoverage>;
