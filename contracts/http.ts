import { type Static, Type } from "typebox";
import { alarmStates, priorities } from "../domain/alarms/alarm.ts";
import { coalFirings, heatCarriers } from "../domain/boiler.ts";
import { averagingOrders, startUpTreatments } from "../domain/emissions/hourly-mean.ts";
import { fuelClasses } from "../domain/fuel.ts";
import { emissionQuantities, notJudgedReasons } from "../domain/limits.ts";
import type { PointName } from "../domain/points.ts";
import { flawReasons } from "../domain/reading.ts";
import { Id, Instant, Serial } from "./ids.ts";
import { HourInputText, JudgedText, LimitRowText, LiveBoiler } from "./live.ts";
import { LabelText } from "./registry.ts";

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()]);

/** RFC 9457, `application/problem+json`; `code` is stable and for programs. */
export const Problem = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  code: Type.String(),
  detail: Type.String(),
});
export type Problem = Static<typeof Problem>;

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

/** `values[point][i]` was measured at `timesMs[i]`; `null` is a hole, never to be drawn over. */
export const Trend = Type.Object({
  boilerId: Id,
  fromMs: Instant,
  toMs: Instant,
  /** `raw`: every reading. `buckets`: two points per bucket, its lowest and highest value in their order. */
  resolution: Type.Enum(["raw", "buckets"]),
  timesMs: Type.Array(Type.Number()),
  values: Type.Record(Type.String(), Type.Array(nullable(Type.Number()))),
});
export type Trend = Static<typeof Trend>;

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
    what: Type.Enum(["clock-offset-seconds", "dead-letters", "entries-behind"]),
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

export const GatewayText = Type.Object({
  id: Id,
  siteId: Id,
  online: Type.Boolean(),
  lastSeenMs: nullable(Instant),
  capturedUpto: nullable(Type.Integer()),
  ackedUpto: nullable(Type.Integer()),
  bufferedBatches: nullable(Type.Integer()),
  oldestBufferedAtMs: nullable(Instant),
  trouble: nullable(Type.Object({ code: Type.String(), message: Type.String() })),
});
export type GatewayText = Static<typeof GatewayText>;

export const Gateways = Type.Object({ serverTimeMs: Instant, gateways: Type.Array(GatewayText) });
export type Gateways = Static<typeof Gateways>;

/** The conservation law: captured = stored + quarantined + dropped + in flight, per gateway and UTC hour. */
export const IntegrityHour = Type.Object({
  gatewayId: Id,
  siteId: Id,
  hourStartMs: Instant,
  /** What the gateway says that it captured; `null` while it has not said. */
  captured: nullable(Type.Integer()),
  /** Counted in the store itself. */
  stored: Type.Integer(),
  quarantined: Type.Integer(),
  dropped: Type.Integer(),
  inFlight: nullable(Type.Integer()),
  /** Scans that were never done, declared as gaps. */
  missedScans: Type.Integer(),
  /** `false`: something was lost, doubled or altered. `null`: the gateway has not said enough. */
  balanced: nullable(Type.Boolean()),
});
export const Integrity = Type.Object({
  hours: Type.Array(IntegrityHour),
  /** Messages since the start of ingest, by what became of them. */
  messages: Type.Object({
    accepted: Type.Integer(),
    duplicates: Type.Integer(),
    quarantined: Type.Record(Type.String(), Type.Integer()),
  }),
  /** Journal entries that the telemetry store does not have yet. */
  telemetryLag: Type.Integer(),
  /** Per gateway and its log: the seqs that are durable here. */
  accepted: Type.Array(
    Type.Object({
      gatewayId: Id,
      siteId: Id,
      sid: Type.String(),
      ranges: Type.Array(Type.Tuple([Serial, Serial])),
    }),
  ),
});
export type Integrity = Static<typeof Integrity>;

export const DeadLetterText = Type.Object({
  id: Type.Integer(),
  topic: Type.String(),
  reason: Type.String(),
  detail: Type.String(),
  receivedAtMs: Instant,
  bytes: Type.Integer(),
});
export const DeadLetters = Type.Object({
  total: Type.Integer(),
  byReason: Type.Record(Type.String(), Type.Integer()),
  letters: Type.Array(DeadLetterText),
});

export const Session = Type.Object({
  user: Type.String(),
  role: Type.Enum(["viewer", "operator", "engineer", "admin"]),
});
export type Session = Static<typeof Session>;

export const Health = Type.Object({
  status: Type.Enum(["ok", "degraded"]),
  version: Type.String(),
  serverTimeMs: Instant,
  /** What is not as it should be, each with what to do. */
  troubles: Type.Array(Type.Object({ code: Type.String(), message: Type.String() })),
});
export type Health = Static<typeof Health>;

/** What a list of boilers shows of one: a few values, and how it was judged. */
export const overviewPoints = [
  "firing",
  "loadPercent",
  "o2DryPercent",
  "airRatio",
  "exhaustTempC",
  "efficiencySiegertLhvPercent",
  "pmAtRefO2MgPerNm3",
  "soxAtRefO2Ppm",
  "noxAtRefO2Ppm",
] as const satisfies readonly PointName[];

const OverviewVerdict = Type.Object({
  kind: Type.Enum(["within", "above", "no-limit", "not-in-force", "not-judged"]),
  value: Type.Optional(Type.Number()),
  limit: Type.Optional(Type.Number()),
  reason: Type.Optional(Type.Enum(notJudgedReasons)),
});

export const OverviewBoiler = Type.Object({
  ...LiveBoiler.properties,
  verdicts: Type.Object({ airRatio: OverviewVerdict, exhaustTempC: OverviewVerdict }),
});
export type OverviewBoiler = Static<typeof OverviewBoiler>;

export const SocketSnapshot = Type.Object({
  serverTimeMs: Instant,
  alarmsRev: Type.Integer(),
  boilers: Type.Array(OverviewBoiler),
});
export type SocketSnapshot = Static<typeof SocketSnapshot>;

/** Sent every second even when nothing changed, so that silence means a lost link. */
export const SocketFrame = Type.Object({ serverTimeMs: Instant, boilers: Type.Array(OverviewBoiler) });
export type SocketFrame = Static<typeof SocketFrame>;

/** Socket.IO, from the server. */
export interface ServerEvents {
  snapshot: (snapshot: SocketSnapshot) => void;
  frame: (frame: SocketFrame) => void;
  /** The whole newest reading of a boiler that this client watches. */
  boiler: (boiler: LiveBoiler) => void;
  alarms: (hint: { readonly rev: number }) => void;
}

/** Socket.IO, from a client: the boiler whose page is open, or `null`. */
export interface ClientEvents {
  watch: (boilerId: string | null) => void;
}
