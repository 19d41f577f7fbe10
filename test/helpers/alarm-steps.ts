import {
  type AlarmEvent,
  type AnnunciationSettings,
  nextAlarm,
  type Priority,
} from "../../domain/alarms/alarm.ts";
import { alarmById, saveAlarmChange } from "../../platform/records/alarm-records.ts";
import type { RecordsDb } from "../../platform/records/records.ts";
import { startMs } from "./batches.ts";

export interface RaisedAlarm {
  readonly ruleId?: string;
  readonly sourceId?: string;
  readonly priority?: Priority;
  readonly atMs?: number;
}

const settings: AnnunciationSettings = {
  mostUrgent: 3,
  acknowledgement: "required",
  escalateAfterMs: 600_000,
  reAlarmAfterMs: null,
  reNotifyHoldMs: 0,
};

/** Raises an alarm in the records as ingest does: the step and what has to be done about it in one transaction. */
export async function raise(
  db: RecordsDb,
  { ruleId = "low-o2", sourceId = "b-1", priority = 2, atMs = startMs }: RaisedAlarm = {},
): Promise<string> {
  const event: AlarmEvent = {
    kind: "on",
    sinceMs: atMs,
    atMs,
    nowMs: atMs,
    priority,
    latching: false,
    context: null,
    firstOut: null,
    evidence: {
      kind: "point",
      point: "o2DryPercent",
      side: "below",
      value: 1.62,
      limit: 2,
      formula: "x < limit",
      source: "start values",
      inForceFrom: "2019-01-01",
    },
  };
  const step = nextAlarm({ state: "normal", ruleId, siteId: "works", sourceId }, event, settings);
  if (step.kind !== "changed") throw new Error("an alarm was not raised");
  await db.transaction().execute((tx) => saveAlarmChange(tx, step.alarm, event, step.effects));
  return step.alarm.id;
}

/** One more step of an alarm that is in the records. */
export async function take(db: RecordsDb, alarmId: string, event: AlarmEvent): Promise<void> {
  const before = await alarmById(db, alarmId);
  if (before === null) throw new Error(`no alarm ${alarmId}`);
  const step = nextAlarm(before, event, settings);
  if (step.kind !== "changed") throw new Error(`${event.kind} changed nothing`);
  await db.transaction().execute((tx) => saveAlarmChange(tx, step.alarm, event, step.effects));
}
