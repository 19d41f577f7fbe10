import { type Static, Type } from "typebox";
import { limitedQuantities } from "../../domain/compliance.ts";
import { notJudgedReasons } from "../../domain/limits.ts";
import { Id, Instant } from "../ids.ts";
import { HourVerdictText } from "../live.ts";
import { nullable } from "../nullable.ts";

const unjudgedReasons = [...notJudgedReasons, "no-limit", "not-in-force"] as const;

/** Hours of a boiler's local day by what they came to, all quantities together. */
export const ComplianceDay = Type.Object({
  boilerId: Id,
  siteId: Id,
  /** Of the site's own calendar, like 2026-03-12. */
  day: Type.String(),
  startMs: Instant,
  outcome: Type.Enum(["above", "within", "not-judged"]),
  above: Type.Integer(),
  within: Type.Integer(),
  notJudged: Type.Integer(),
});
export type ComplianceDay = Static<typeof ComplianceDay>;

export const ComplianceHour = Type.Object({
  boilerId: Id,
  siteId: Id,
  quantity: Type.Enum(limitedQuantities),
  hourStartMs: Instant,
  outcome: Type.Enum(["above", "within", "not-judged"]),
  /** Of an hour that was not judged. */
  reason: nullable(Type.Enum(unjudgedReasons)),
  /** The hour's mean; of the tables the steady value furthest over the limit, or nearest to it. */
  value: nullable(Type.Number()),
  limit: nullable(Type.Number()),
  source: nullable(Type.String()),
  inForceFrom: nullable(Type.String()),
  minutesAbove: Type.Number(),
  /** Of the tables: for how long the boiler was in the state that they are made for. */
  minutesJudged: Type.Number(),
  /** Of a mean: all that explains it. */
  mean: nullable(HourVerdictText),
  rev: Type.Integer(),
  writtenAtMs: Instant,
});
export type ComplianceHour = Static<typeof ComplianceHour>;

export const Compliance = Type.Object({
  fromMs: Instant,
  toMs: Instant,
  days: Type.Array(ComplianceDay),
  /** Hours above their limit, newest first. */
  exceedances: Type.Array(ComplianceHour),
  /** `true`: there are more; ask for a shorter time. */
  more: Type.Boolean(),
});
export type Compliance = Static<typeof Compliance>;

export const ComplianceHours = Type.Object({ hours: Type.Array(ComplianceHour) });
export type ComplianceHours = Static<typeof ComplianceHours>;
