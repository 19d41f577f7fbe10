import { type Static, Type } from "typebox";
import { alarmStates, priorities } from "../../domain/alarms/alarm.ts";
import { countedWhats } from "../../domain/alarms/evidence.ts";
import { emissionQuantities } from "../../domain/emissions/emission-quantity.ts";
import { averagingOrders, startUpTreatments } from "../../domain/emissions/hourly-mean.ts";
import { flawReasons } from "../../domain/reading.ts";
import { Id, Instant, Serial } from "../ids.ts";
import { HourInputText, JudgedText } from "../live.ts";
import { nullable } from "../nullable.ts";
import { LabelText } from "../registry.ts";

const InputText = Type.Object({
  point: Type.String(),
  value: nullable(Type.Number()),
  flaw: nullable(Type.Enum(flawReasons)),
});

/** What was held against what: a verdict of the limit tables, or what another kind of rule has seen. */
export const EvidenceText = Type.Union([
  JudgedText,
  Type.Object({
    kind: Type.Literal("hour"),
    quantity: Type.Enum(emissionQuantities),
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
    clampedMinutes: Type.Integer(),
    input: HourInputText,
    /** `false`: the hour was still under way. */
    complete: Type.Boolean(),
  }),
  Type.Object({
    kind: Type.Literal("point"),
    point: Type.String(),
    side: Type.Enum(["above", "below"]),
    value: Type.Number(),
    limit: Type.Number(),
    formula: Type.String(),
    source: Type.String(),
    inForceFrom: Type.String(),
  }),
  Type.Object({ kind: Type.Literal("sensors"), points: Type.Array(InputText) }),
  Type.Object({ kind: Type.Literal("silence"), lastHeardMs: Type.Number() }),
  Type.Object({
    kind: Type.Literal("count"),
    what: Type.Enum(countedWhats),
    value: Type.Number(),
    limit: Type.Number(),
    detail: nullable(Type.String()),
  }),
]);
export type EvidenceText = Static<typeof EvidenceText>;

export const AlarmText = Type.Object({
  id: Type.String(),
  ruleId: Id,
  siteId: Id,
  sourceId: Id,
  priority: Type.Enum(priorities),
  state: Type.Enum(alarmStates),
  sinceMs: Instant,
  /** Of the newest occurrence: later, where the alarm returned and came again before anybody saw it. */
  lastSinceMs: Instant,
  announcedAtMs: Instant,
  returnedAtMs: nullable(Instant),
  occurrences: Type.Integer(),
  acknowledgement: nullable(
    Type.Object({ by: Type.String(), atMs: Instant, comment: nullable(Type.String()) }),
  ),
  evidence: nullable(EvidenceText),
  /** What else was known at the onset. */
  context: nullable(
    Type.Object({
      inputs: Type.Array(InputText),
      fuelId: nullable(Type.String()),
      steadySinceMs: nullable(Type.Number()),
      /** What the hour costs while it stays so. */
      costPerH: nullable(Type.Object({ amount: Type.Number(), currency: Type.String() })),
    }),
  ),
  /** Place among the alarms of its source that held at its onset, and the one that began first. */
  firstOut: nullable(Type.Object({ place: Type.Integer(), firstId: Type.String() })),
  /** Found in data that came late. */
  late: Type.Boolean(),
  /** Must be reset by hand once it is over and seen. */
  latching: Type.Boolean(),
  /** How far it was escalated. */
  tier: Type.Integer(),
  shelf: nullable(
    Type.Object({ by: Type.String(), reason: Type.String(), sinceMs: Instant, untilMs: Instant }),
  ),
  suppressedBy: Type.Array(Type.Object({ ruleId: Id, sourceId: Id })),
  outOfService: nullable(
    Type.Object({
      by: Type.String(),
      reason: Type.String(),
      workOrder: Type.String(),
      sinceMs: Instant,
      reviewMs: Instant,
    }),
  ),
  rev: Serial,
  title: LabelText,
  response: Type.Array(LabelText),
  consequence: LabelText,
});
export type AlarmText = Static<typeof AlarmText>;

/** `rev` is of the whole list: ask again with `since=rev` for what has changed, closed ones included. */
export const Alarms = Type.Object({ rev: Type.Integer(), alarms: Type.Array(AlarmText) });
export type Alarms = Static<typeof Alarms>;

/** Newest first. */
export const AlarmHistory = Type.Object({
  ...Alarms.properties,
  /** Ask on with this; `null`: there are no older ones. */
  nextCursor: nullable(Type.String()),
});
export type AlarmHistory = Static<typeof AlarmHistory>;

/** An alarm, and every step of it. */
export const AlarmCourse = Type.Object({
  alarm: AlarmText,
  steps: Type.Array(
    Type.Object({
      alarmId: Type.String(),
      rev: Serial,
      kind: Type.String(),
      by: nullable(Type.String()),
      comment: nullable(Type.String()),
      priority: Type.Integer(),
      state: Type.String(),
      atMs: Instant,
    }),
  ),
});
export type AlarmCourse = Static<typeof AlarmCourse>;

const Often = Type.Object({ ruleId: Id, sourceId: Id, count: Type.Integer() });
const Standing = Type.Object({ alarmId: Type.String(), ruleId: Id, sourceId: Id, sinceMs: Instant });

/** How an alarm system does, by what ISA-18.2 measures; shares are 0 to 1, `null` where there is nothing to divide. */
export const AlarmKpisText = Type.Object({
  fromMs: Instant,
  toMs: Instant,
  annunciations: Type.Integer(),
  /** In whole 10-min steps from `fromMs` on. */
  per10Min: Type.Object({
    counts: Type.Array(Type.Integer()),
    average: nullable(Type.Number()),
    peak: Type.Integer(),
  }),
  perHour: nullable(Type.Number()),
  perDay: nullable(Type.Number()),
  floods: Type.Integer(),
  floodShare: nullable(Type.Number()),
  /** Three or more of one alarm within a minute. */
  chattering: Type.Array(Often),
  /** Over within ten seconds, without anybody doing anything. */
  fleeting: Type.Integer(),
  /** At the end: for more than a day. */
  standing: Type.Array(Standing),
  shelved: Type.Array(Standing),
  suppressed: Type.Array(Standing),
  outOfService: Type.Array(Standing),
  topTen: Type.Array(Often),
  topTenShare: nullable(Type.Number()),
  byPriority: Type.Object({ 1: Type.Integer(), 2: Type.Integer(), 3: Type.Integer() }),
  acknowledged: Type.Object({
    count: Type.Integer(),
    p50Ms: nullable(Type.Number()),
    p90Ms: nullable(Type.Number()),
  }),
  /** What is aimed at, beside it. */
  targets: Type.Object({
    per10Min: Type.Number(),
    floodShare: Type.Number(),
    standing: Type.Integer(),
    priorityMix: Type.Object({ 1: Type.Number(), 2: Type.Number(), 3: Type.Number() }),
  }),
});
export type AlarmKpisText = Static<typeof AlarmKpisText>;
