import { type Static, Type } from "typebox";
import { checks } from "../../domain/mv/acceptance.ts";
import { stackTestChecks, stackTestPollutants } from "../../domain/stack-test.ts";
import { Id, Instant } from "../ids.ts";
import { nullable } from "../nullable.ts";
import { LabelText } from "../registry.ts";

const num = Type.Number();
const maybe = nullable(Type.Number());

/** An amount with its two-sided interval. */
export const Estimate = Type.Object({
  value: num,
  halfWidth: num,
  from: num,
  to: num,
});
export type Estimate = Static<typeof Estimate>;

/** One interval of the two periods, and what became of it: everything else follows from these rows. */
export const RetrofitRow = Type.Object({
  index: Type.Integer(),
  fromMs: Instant,
  toMs: Instant,
  period: Type.Enum(["baseline", "reporting"]),
  used: Type.Boolean(),
  why: nullable(Type.Enum(["coverage", "excluded", "level-unknown"])),
  coveragePercent: num,
  /** How many whole periods (days, hours) the amounts cover. */
  periods: num,
  /** On the plan's basis; `null` where the interval is not used. */
  energyGj: maybe,
  usefulHeatGj: maybe,
  /** Per period, as the model takes them. */
  drivers: Type.Record(Type.String(), Type.Number()),
  /** Per fuel: in the unit of its meter, and its net energy. */
  fuels: Type.Record(Type.String(), Type.Object({ quantity: num, lhvGj: num })),
  /** Means over firing time, for the two routes and the plots. */
  o2DryPercent: maybe,
  exhaustTempC: maybe,
  indirectEfficiencyPercent: maybe,
});
export type RetrofitRow = Static<typeof RetrofitRow>;

const Coefficient = Type.Object({
  term: Type.String(),
  value: num,
  standardError: num,
  t: num,
  p: num,
  vif: maybe,
});

const CheckText = Type.Object({
  check: Type.Enum(checks),
  value: maybe,
  limit: num,
  passed: Type.Boolean(),
  blocks: Type.Boolean(),
});
export type CheckText = Static<typeof CheckText>;

/** Something that a person must have a word on before a release. */
export const OpenPoint = Type.Object({
  id: Type.String(),
  title: LabelText,
  says: LabelText,
  decision: nullable(Type.Object({ reason: Type.String(), author: Type.String() })),
});
export type OpenPoint = Static<typeof OpenPoint>;

const StackLine = Type.Object({
  what: Type.Enum([...stackTestPollutants, "exhaust", "air-ratio", "dry-flow"]),
  measuredBefore: maybe,
  measuredAfter: maybe,
  /** At the reference oxygen, where that makes sense. */
  before: maybe,
  after: maybe,
  limitThenBefore: maybe,
  limitThenAfter: maybe,
  limitNowBefore: maybe,
  limitNowAfter: maybe,
  decimals: Type.Integer(),
  unit: Type.String(),
  perGj: nullable(
    Type.Object({
      reductionPerHourPercent: num,
      reductionPerGjPercent: num,
      loadRatio: num,
      /** Per GJ fired, on gross energy. */
      kgPerGjBefore: Type.Optional(num),
      kgPerGjAfter: Type.Optional(num),
    }),
  ),
});

const Payback = nullable(Type.Number());
const AnnualText = Type.Object({
  fuelCostBefore: num,
  fuelCostAfter: num,
  fuel: num,
  electricity: num,
  maintenance: num,
  airPollutionFee: num,
  carbonFee: num,
  credits: num,
  net: num,
});

const Bill = Type.Object({
  fuelId: Id,
  label: LabelText,
  quantity: num,
  unit: Type.String(),
  perUnit: maybe,
});

const Noted = Type.Object({ ok: nullable(Type.Boolean()), says: LabelText, source: nullable(Type.String()) });

/** What a saving is worth; `null` where a price is missing, with what is missing beside it. */
export const RetrofitWorth = Type.Object({
  currency: Type.String(),
  billsBefore: Type.Array(Bill),
  billsAfter: Type.Array(Bill),
  missingPrices: Type.Array(LabelText),
  annual: nullable(AnnualText),
  /** Half-width of the annual net, from that of the saving. */
  annualHalfWidth: maybe,
  investment: num,
  grant: num,
  npv: maybe,
  irr: nullable(
    Type.Union([
      Type.Object({ kind: Type.Literal("rate"), perYear: num }),
      Type.Object({ kind: Type.Literal("none") }),
      Type.Object({ kind: Type.Literal("not-unique"), ratesPerYear: Type.Array(num) }),
    ]),
  ),
  simplePaybackYears: Payback,
  discountedPaybackYears: Payback,
  flows: Type.Array(num),
  shared: Type.Array(Type.Object({ year: Type.Integer(), company: num, owner: num })),
  sensitivity: Type.Array(Type.Object({ assumption: Type.String(), atLow: num, atHigh: num })),
  subsidy: nullable(Noted),
  taxCredit: nullable(Noted),
  carbonFee: nullable(Noted),
  /** Not in results of before there were rates. */
  airPollutionFee: Type.Optional(nullable(Noted)),
});
export type RetrofitWorth = Static<typeof RetrofitWorth>;

const Shares = Type.Object({
  rule: Type.Enum(["log-mean", "sequential"]),
  before: num,
  after: num,
  effects: Type.Array(Type.Object({ label: LabelText, reduction: num })),
});

/** Everything that the pages and the report show; text in it is in both languages. */
export const RetrofitFigures = Type.Object({
  kind: Type.Literal("figures"),
  sentence: LabelText,
  verdict: Type.Enum(["saving-demonstrated", "no-saving-demonstrated", "more-used"]),
  claimable: Type.Boolean(),
  confidence: num,
  basis: Type.Enum(["lhv", "hhv"]),
  interval: Type.Enum(["hourly", "daily"]),
  saved: Estimate,
  savedPercent: num,
  uncertaintyPercent: maybe,
  shortcutPercent: maybe,
  independentHalfWidth: num,
  meterStandardErrorGj: num,
  adjustedBaselineGj: num,
  meteredGj: num,
  /** At a whole year of the baseline's mean load. */
  normalised: nullable(
    Type.Object({ saved: Estimate, savedPercent: num, baselineGj: num, reportingGj: num }),
  ),
  /** Scaled from the reporting period to 365 days, for money and carbon by the year. */
  perYear: num,
  model: Type.Object({
    form: Type.String(),
    driver: nullable(Type.String()),
    coefficients: Type.Array(Coefficient),
    equation: Type.String(),
    n: Type.Integer(),
    p: Type.Integer(),
    rSquared: num,
    adjustedRSquared: num,
    cvRmsePercent: num,
    nmbePercent: num,
    netDeterminationBiasPercent: num,
    residualSd: num,
    rho: maybe,
    durbinWatson: maybe,
    tau: num,
    effectiveN: num,
    considered: Type.Array(
      Type.Object({
        form: Type.String(),
        drivers: Type.Array(Type.String()),
        bic: maybe,
        chosen: Type.Boolean(),
        why: nullable(LabelText),
      }),
    ),
  }),
  reportingModel: nullable(
    Type.Object({ coefficients: Type.Array(Coefficient), equation: Type.String(), chowP: maybe }),
  ),
  range: Type.Object({
    drivers: Type.Array(
      Type.Object({
        driver: Type.String(),
        baseline: Type.Object({ from: num, to: num }),
        reporting: Type.Object({ from: num, to: num }),
        valid: Type.Object({ from: num, to: num }),
        coveredPercent: num,
      }),
    ),
    coveredEnergyPercent: num,
    missing: Type.Array(LabelText),
  }),
  checks: Type.Array(CheckText),
  thresholds: Type.Object({ id: Type.String(), validFrom: Type.String(), source: Type.String() }),
  openPoints: Type.Array(OpenPoint),
  placebo: Type.Union([
    Type.Object({
      kind: Type.Literal("placebo"),
      saved: Estimate,
      savedPercent: num,
      passed: Type.Boolean(),
    }),
    Type.Object({ kind: Type.Literal("refused"), says: LabelText }),
  ]),
  naive: Type.Object({ perPeriodPercent: num, totalPercent: num, perDriverPercent: maybe, why: LabelText }),
  efficiency: nullable(
    Type.Object({
      beforePercent: num,
      afterPercent: num,
      /** By the flue gas, where it is measured. */
      indirectBeforePercent: maybe,
      indirectAfterPercent: maybe,
      reconciled: nullable(
        Type.Object({ inputOutputPercent: num, flueLossPercent: num, z: num, consistent: Type.Boolean() }),
      ),
      o2Before: maybe,
      o2After: maybe,
    }),
  ),
  months: Type.Array(Type.Object({ month: Type.String(), saved: Estimate, coveredPercent: num })),
  /** One place for each used interval: what the plots draw. */
  series: Type.Object({
    baseline: Type.Array(
      Type.Object({
        index: Type.Integer(),
        fromMs: Instant,
        load: num,
        gj: num,
        expectedGj: num,
        residualGj: num,
        studentised: maybe,
      }),
    ),
    reporting: Type.Array(
      Type.Object({
        index: Type.Integer(),
        fromMs: Instant,
        load: num,
        gj: num,
        expectedGj: num,
        cumulativeGj: num,
        cumulativeHalfWidthGj: num,
        counted: Type.Boolean(),
      }),
    ),
    /** Along the load: what the baseline expects, with the band of one interval. */
    band: Type.Array(Type.Object({ load: num, low: num, middle: num, high: num })),
  }),
  odd: Type.Array(Type.Object({ fromMs: Instant, oddities: Type.Array(Type.String()) })),
  carbon: nullable(
    Type.Object({
      beforeT: num,
      afterT: num,
      saved: Estimate,
      savedPercent: num,
      conservativeT: num,
      fuels: Type.Array(
        Type.Object({ label: LabelText, edition: Type.String(), lhvGj: num, co2T: num, co2eT: num }),
      ),
      editionBefore: Type.String(),
      guaranteeTPerYear: maybe,
    }),
  ),
  attribution: nullable(Shares),
  published: nullable(
    Type.Object({
      source: Type.String(),
      parts: Type.Array(Type.Object({ label: LabelText, reductionT: num })),
      totalT: num,
      plantBaseT: num,
      sharePercent: num,
      boilerBaseT: num,
      afterSwitchT: num,
      efficiencyAfterSwitchPercent: num,
      efficiencyAfterAllPercent: num,
      says: LabelText,
    }),
  ),
  stack: Type.Array(StackLine),
  stackTests: Type.Array(
    Type.Object({ when: Type.String(), date: Type.String(), certificate: Type.String(), fuel: LabelText }),
  ),
  worth: RetrofitWorth,
  sensitivity: Type.Array(
    Type.Object({ label: LabelText, savedGj: maybe, halfWidthGj: maybe, says: nullable(LabelText) }),
  ),
});
export type RetrofitFigures = Static<typeof RetrofitFigures>;

/** Why there are no figures, each in a sentence that says what would help. */
export const RetrofitRefused = Type.Object({
  kind: Type.Literal("refused"),
  refusals: Type.Array(Type.Object({ code: Type.String(), says: LabelText })),
});
export type RetrofitRefused = Static<typeof RetrofitRefused>;

/** What a result stands on, so that it can be had again. */
export const Provenance = Type.Object({
  retrofitId: Id,
  version: Type.Integer(),
  planHash: Type.String(),
  rowsHash: Type.String(),
  resultHash: Type.String(),
  software: Type.String(),
  computedAtMs: Instant,
  simulated: Type.Boolean(),
  command: Type.String(),
});
export type Provenance = Static<typeof Provenance>;

export const RetrofitResult = Type.Object({
  provenance: Provenance,
  outcome: Type.Union([RetrofitFigures, RetrofitRefused]),
});
export type RetrofitResult = Static<typeof RetrofitResult>;

export const RetrofitRows = Type.Object({ rowsHash: Type.String(), rows: Type.Array(RetrofitRow) });
/** What a contradiction in a certificate is called. */
export const stackFindingKinds = stackTestChecks;
