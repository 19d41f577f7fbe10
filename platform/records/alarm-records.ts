import type { Kysely } from "kysely";
import type { Acknowledgement, Alarm, AlarmState, Priority } from "../../domain/alarms/alarm.ts";
import type { Judged } from "../../domain/limits.ts";
import type { RecordsTables } from "./records.ts";

type AlarmRow = RecordsTables["alarms"];

export function alarmRow({ acknowledgement, evidence, ...alarm }: Alarm, listRev: number): AlarmRow {
  return {
    ...alarm,
    acknowledgement: acknowledgement === null ? null : JSON.stringify(acknowledgement),
    evidence: evidence === null ? null : JSON.stringify(evidence),
    listRev,
  };
}

export function alarmFromRow(row: AlarmRow): Alarm {
  const { acknowledgement, evidence, priority, state, sinceMs, lastSinceMs, announcedAtMs, returnedAtMs } =
    row;
  const { id, ruleId, siteId, sourceId, occurrences, rev } = row;
  return {
    id,
    ruleId,
    siteId,
    sourceId,
    occurrences,
    rev,
    priority: priority as Priority,
    state: state as AlarmState,
    sinceMs: Number(sinceMs),
    lastSinceMs: Number(lastSinceMs),
    announcedAtMs: Number(announcedAtMs),
    returnedAtMs: returnedAtMs === null ? null : Number(returnedAtMs),
    acknowledgement: acknowledgement === null ? null : (JSON.parse(acknowledgement) as Acknowledgement),
    evidence: evidence === null ? null : (JSON.parse(evidence) as Judged),
  };
}

/** The revision of the whole list of alarms: it grows with every change of any of them. */
export async function newestListRev(db: Kysely<RecordsTables>): Promise<number> {
  const row = await db
    .selectFrom("alarms")
    .select(({ fn }) => fn.max("listRev").as("newest"))
    .executeTakeFirst();
  return Number(row?.newest ?? 0);
}

/** Alarms that changed after `since`; without it, those that are not closed. Newest change last. */
export async function alarmsSince(
  db: Kysely<RecordsTables>,
  since: number | null,
): Promise<readonly Alarm[]> {
  const query = db.selectFrom("alarms").selectAll().orderBy("listRev");
  const rows = await (since === null
    ? query.where("state", "!=", "closed").execute()
    : query.where("listRev", ">", since).execute());
  return rows.map(alarmFromRow);
}

export async function alarmById(db: Kysely<RecordsTables>, id: string): Promise<Alarm | null> {
  const row = await db.selectFrom("alarms").selectAll().where("id", "=", id).executeTakeFirst();
  return row === undefined ? null : alarmFromRow(row);
}

const mostHistory = 1_000;

/** Alarms whose condition held at any time from `fromMs` on and before `toMs`, newest first, at most a thousand. */
export async function alarmHistory(
  db: Kysely<RecordsTables>,
  fromMs: number,
  toMs: number,
): Promise<readonly Alarm[]> {
  const rows = await db
    .selectFrom("alarms")
    .selectAll()
    .where("sinceMs", "<", toMs)
    .where(({ eb, or }) => or([eb("returnedAtMs", "is", null), eb("returnedAtMs", ">=", fromMs)]))
    .orderBy("sinceMs", "desc")
    .limit(mostHistory)
    .execute();
  return rows.map(alarmFromRow);
}
