import { type Static, Type } from "typebox";
import { priorities } from "../../domain/alarms/alarm.ts";
import { Id, Instant } from "../ids.ts";
import { nullable } from "../nullable.ts";

const EpisodeText = Type.Object({
  ruleId: Id,
  sourceId: Id,
  priority: Type.Enum(priorities),
  sinceMs: Instant,
  returnedAtMs: nullable(Instant),
});

/** What other rules would have given, beside those in force. */
export const BackTestText = Type.Object({
  fromMs: Instant,
  toMs: Instant,
  /** From when on the journal reaches back. */
  journalFromMs: nullable(Instant),
  readings: Type.Integer(),
  same: Type.Integer(),
  gone: Type.Array(EpisodeText),
  added: Type.Array(EpisodeText),
  changed: Type.Array(Type.Object({ before: EpisodeText, after: EpisodeText })),
  byRule: Type.Array(Type.Object({ ruleId: Id, before: Type.Integer(), after: Type.Integer() })),
});

export type BackTestResult = Static<typeof BackTestText>;

/** A back-test under way, or done. */
export const DryRun = Type.Object({
  id: Type.String(),
  startedAtMs: Instant,
  state: Type.Enum(["running", "done", "failed"]),
  problem: nullable(Type.String()),
  result: nullable(BackTestText),
});
export type DryRun = Static<typeof DryRun>;
