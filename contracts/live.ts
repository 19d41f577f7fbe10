import { type Static, Type } from "typebox";
import { refusals } from "../domain/alarms/alarm.ts";
import { coalFirings } from "../domain/boiler.ts";
import { averagingOrders, startUpTreatments } from "../domain/emissions/hourly-mean.ts";
import { fuelClasses } from "../domain/fuel.ts";
import { notJudgedReasons, tableQuantities } from "../domain/limits.ts";
import { flawReasons } from "../domain/reading.ts";
import { Id, Instant, Serial } from "./ids.ts";

export const LimitRowText = Type.Object({
  fuelClass: Type.Enum(fuelClasses),
  coalFiring: Type.Union([Type.Enum(coalFirings), Type.Null()]),
  fromTPerH: Type.Number(),
  belowTPerH: Type.Union([Type.Number(), Type.Null()]),
  limit: Type.Union([Type.Number(), Type.Null()]),
});

/** Samples of an input that were not good, for one reason. */
const FlawCountText = Type.Object({
  point: Type.String(),
  reason: Type.Enum(flawReasons),
  samples: Type.Integer(),
});

/** What a clock hour's mean is made of, and what of it was not. */
export const HourInputText = Type.Object({
  samples: Type.Integer(),
  goodSamples: Type.Integer(),
  idleSamples: Type.Integer(),
  startUpSamples: Type.Integer(),
  flaws: Type.Immutable(Type.Array(FlawCountText)),
});

/** A value held against a limit, and all that explains it. */
export const JudgedText = Type.Object({
  kind: Type.Enum(["within", "above"]),
  quantity: Type.Enum(tableQuantities),
  value: Type.Number(),
  limit: Type.Number(),
  row: LimitRowText,
  tablesId: Type.String(),
  source: Type.String(),
  inForceFrom: Type.String(),
  /** How the value came from the input. */
  formula: Type.String(),
  input: Type.Object({
    point: Type.Enum(["o2DryPercent", "exhaustTempC"]),
    mean: Type.Number(),
    samples: Type.Integer(),
    goodSamples: Type.Integer(),
    /** Why the others were not good. */
    flaws: Type.Immutable(Type.Array(FlawCountText)),
  }),
  /** What the input may not reach (dry O₂), or may just reach (temperature), and how far it is from that. */
  bar: Type.Number(),
  headroom: Type.Number(),
  fuelId: Type.String(),
  steadySinceMs: Type.Number(),
});

export const VerdictText = Type.Union([
  JudgedText,
  Type.Object({
    kind: Type.Literal("no-limit"),
    tablesId: Type.String(),
    source: Type.String(),
    row: LimitRowText,
  }),
  Type.Object({ kind: Type.Literal("not-in-force") }),
  Type.Object({ kind: Type.Literal("not-judged"), reason: Type.Enum(notJudgedReasons) }),
]);
export type VerdictText = Static<typeof VerdictText>;

/** The mean of a clock hour held against an emission limit. */
export const HourVerdictText = Type.Union([
  Type.Object({
    kind: Type.Enum(["within", "above"]),
    value: Type.Number(),
    limit: Type.Number(),
    formula: Type.String(),
    standardId: Type.String(),
    source: Type.String(),
    inForceFrom: Type.String(),
    referenceO2Percent: Type.Number(),
    averagingOrder: Type.Enum(averagingOrders),
    startUp: Type.Enum(startUpTreatments),
    hourStartMs: Type.Number(),
    validMinutes: Type.Integer(),
    /** Minutes in which the oxygen correction met its floor. */
    clampedMinutes: Type.Integer(),
    input: HourInputText,
  }),
  Type.Object({ kind: Type.Literal("not-in-force") }),
  Type.Object({ kind: Type.Literal("not-judged"), reason: Type.Enum(notJudgedReasons) }),
]);
export type HourVerdictText = Static<typeof HourVerdictText>;

/** The newest reading of one boiler, with what was derived from it and how it was judged. */
export const LiveBoiler = Type.Object({
  boilerId: Id,
  /** Grows by one with each reading that became the boiler's newest; a step of more means that some were passed over. */
  n: Serial,
  takenAtMs: Instant,
  values: Type.Record(Type.String(), Type.Union([Type.Number(), Type.Null()])),
  flaws: Type.Record(Type.String(), Type.Enum(flawReasons)),
  verdicts: Type.Object({
    airRatio: VerdictText,
    exhaustTempC: VerdictText,
    pmAtRefO2MgPerNm3: HourVerdictText,
    soxAtRefO2Ppm: HourVerdictText,
    noxAtRefO2Ppm: HourVerdictText,
  }),
});
export type LiveBoiler = Static<typeof LiveBoiler>;

/** Once a second for a site: the boilers that changed, and every ten seconds all of them. */
export const LiveFrame = Type.Object({
  v: Type.Literal(1),
  site: Id,
  atMs: Instant,
  complete: Type.Boolean(),
  boilers: Type.Array(LiveBoiler),
});
export type LiveFrame = Static<typeof LiveFrame>;

/** Something about alarms has changed: ask for what is newer than what you have. */
export const AlarmsHint = Type.Object({ v: Type.Literal(1), site: Id, rev: Type.Integer({ minimum: 0 }) });
export type AlarmsHint = Static<typeof AlarmsHint>;

const command = {
  v: Type.Literal(1),
  id: Type.String({ minLength: 1, maxLength: 64 }),
  site: Id,
  /** An episode; or rule and source, `rule--source`, of an alarm that has none. */
  alarmId: Type.String({ maxLength: 200 }),
  /** The revision that was seen; 0 of an alarm without an episode. */
  rev: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  by: Type.String({ minLength: 1, maxLength: 64 }),
  /** The same key again is the same command again: it has no further effect. */
  key: Type.String({ minLength: 1, maxLength: 128 }),
};
const Sentence = Type.String({ minLength: 1, maxLength: 2_000 });

/** What a person wants done; ingest does it, and answers on the reply topic of the site. */
export const AcknowledgeCommand = Type.Object({
  ...command,
  kind: Type.Literal("acknowledge"),
  comment: Type.Union([Type.String({ maxLength: 2_000 }), Type.Null()]),
});
export type AcknowledgeCommand = Static<typeof AcknowledgeCommand>;

export const AlarmCommand = Type.Union([
  AcknowledgeCommand,
  Type.Object({ ...command, kind: Type.Literal("comment"), comment: Sentence }),
  Type.Object({ ...command, kind: Type.Enum(["reset", "unshelve"]) }),
  Type.Object({
    ...command,
    kind: Type.Literal("shelve"),
    reason: Sentence,
    untilMs: Instant,
    asEngineer: Type.Boolean(),
  }),
  Type.Object({
    ...command,
    kind: Type.Literal("take-out-of-service"),
    reason: Sentence,
    workOrder: Sentence,
    reviewMs: Instant,
    asEngineer: Type.Boolean(),
  }),
  Type.Object({ ...command, kind: Type.Literal("put-in-service"), asEngineer: Type.Boolean() }),
]);
export type AlarmCommand = Static<typeof AlarmCommand>;

export const commandFailures = ["alarm-unknown", "rev-stale", ...refusals] as const;

export const CommandReply = Type.Object({
  v: Type.Literal(1),
  id: Type.String(),
  /** `null`: done. */
  failure: Type.Union([Type.Enum(commandFailures), Type.Null()]),
});
export type CommandReply = Static<typeof CommandReply>;

/** Every five seconds, retained: how ingest is doing. */
export const IngestStatus = Type.Object({
  v: Type.Literal(1),
  atMs: Instant,
  /** Messages since the start of ingest, by what became of them. */
  acceptedBatches: Type.Integer(),
  duplicateBatches: Type.Integer(),
  quarantined: Type.Record(Type.String(), Type.Integer()),
  /** Journal entries that the telemetry store does not have yet. */
  telemetryLag: Type.Integer(),
  /** Per gateway and its log: the seqs that are durable. */
  accepted: Type.Array(
    Type.Object({
      siteId: Id,
      gatewayId: Id,
      sid: Type.String(),
      ranges: Type.Array(Type.Tuple([Serial, Serial])),
    }),
  ),
  troubles: Type.Array(Type.Object({ code: Type.String(), message: Type.String() })),
});
export type IngestStatus = Static<typeof IngestStatus>;
