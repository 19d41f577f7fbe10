import type { Kysely, Transaction } from "kysely";
import type {
  Acknowledgement,
  Alarm,
  AlarmEffect,
  AlarmEvent,
  AlarmState,
  Priority,
} from "../../domain/alarms/alarm.ts";
import type { AlarmContext, Evidence } from "../../domain/alarms/evidence.ts";
import type { RecordsTables } from "./tables.ts";
import type { SiteScope } from "./user-records.ts";

type AlarmRow = RecordsTables["alarms"];

/** What is asked for with the whole alarm only, in one column. */
type Life = Pick<
  Alarm,
  "firstOut" | "latching" | "tier" | "dueMs" | "notifiedAtMs" | "shelf" | "suppressedBy" | "outOfService"
>;

/** Of alarms that were written before these were known. */
const lifeBefore: Life = {
  firstOut: null,
  latching: false,
  tier: 0,
  dueMs: null,
  notifiedAtMs: null,
  shelf: null,
  suppressedBy: [],
  outOfService: null,
};

export function alarmRow(alarm: Alarm, listRev: number): AlarmRow {
  const { acknowledgement, evidence, context, ...rest } = alarm;
  const { firstOut, latching, tier, dueMs, notifiedAtMs, shelf, suppressedBy, outOfService, ...columns } =
    rest;
  const life: Life = {
    firstOut,
    latching,
    tier,
    dueMs,
    notifiedAtMs,
    shelf,
    suppressedBy,
    outOfService,
  };
  return {
    ...columns,
    acknowledgement: acknowledgement === null ? null : JSON.stringify(acknowledgement),
    evidence: evidence === null ? null : JSON.stringify(evidence),
    context: context === null ? null : JSON.stringify(context),
    life: JSON.stringify(life),
    listRev,
  };
}

export function alarmFromRow(row: AlarmRow): Alarm {
  const { acknowledgement, evidence, context, life } = row;
  const { priority, state, sinceMs, lastSinceMs, announcedAtMs, returnedAtMs } = row;
  const { id, ruleId, siteId, sourceId, occurrences, rev } = row;
  return {
    ...(life === null ? lifeBefore : (JSON.parse(life) as Life)),
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
    evidence: evidence === null ? null : (JSON.parse(evidence) as Evidence),
    context: context === null ? null : (JSON.parse(context) as AlarmContext),
  };
}

/**
 * Keeps an alarm as it is now, with the step that brought it there, and what has to be done about it.
 * @returns the revision of the list
 */
export async function saveAlarmChange(
  tx: Transaction<RecordsTables>,
  alarm: Alarm,
  event: AlarmEvent,
  effects: readonly AlarmEffect[],
): Promise<number> {
  const listRev = (await newestListRev(tx)) + 1;
  const row = alarmRow(alarm, listRev);
  await tx
    .insertInto("alarms")
    .values(row)
    .onConflict((conflict) => conflict.column("id").doUpdateSet(row))
    .execute();
  const { id: alarmId, rev, priority, state } = alarm;
  const { kind, nowMs: atMs } = event;
  const by = "by" in event ? event.by : null;
  const comment = "comment" in event ? event.comment : "reason" in event ? event.reason : null;
  await tx
    .insertInto("alarmChanges")
    .values({ alarmId, rev, kind, by, comment, priority, state, atMs })
    .execute();
  for (const [place, effect] of effects.entries()) {
    const told = effect.kind === "notify" ? { tier: effect.tier, because: effect.because } : quiet;
    await tx
      .insertInto("alarmEffects")
      .values({ alarmId, rev, place, kind: effect.kind, ...told, atMs })
      // Alarms that are worked out anew from the journal find what was done about them.
      .onConflict((conflict) => conflict.columns(["alarmId", "rev", "place"]).doNothing())
      .execute();
  }
  return listRev;
}

const quiet = { tier: null, because: null };

export type AlarmChangeRecord = Omit<RecordsTables["alarmChanges"], "id">;

/** What became of one alarm, oldest first. */
export async function changesOfAlarm(
  db: Kysely<RecordsTables>,
  alarmId: string,
): Promise<readonly AlarmChangeRecord[]> {
  const rows = await db
    .selectFrom("alarmChanges")
    .selectAll()
    .where("alarmId", "=", alarmId)
    .orderBy("rev")
    .execute();
  return rows.map(({ id: _id, ...row }) => ({ ...row, atMs: Number(row.atMs) }));
}

/**
 * Every step before `toMs` of each alarm that was not closed by `fromMs`, oldest first, with whose it is: what stood
 * at the beginning of a time began before it.
 */
export async function alarmStepsUpTo(
  db: Kysely<RecordsTables>,
  fromMs: number,
  toMs: number,
  sites: SiteScope = null,
) {
  const all = db
    .selectFrom("alarmChanges")
    .innerJoin("alarms", "alarms.id", "alarmChanges.alarmId")
    .select([
      "alarmChanges.alarmId",
      "alarms.ruleId",
      "alarms.sourceId",
      "alarmChanges.kind",
      "alarmChanges.state",
      "alarmChanges.priority",
      "alarmChanges.atMs",
    ])
    .where("alarmChanges.atMs", "<", toMs);
  const ofSites = sites === null ? all : all.where("alarms.siteId", "in", [...sites]);
  const rows = await ofSites
    .where(({ eb, or, selectFrom }) =>
      or([
        eb("alarms.state", "!=", "closed"),
        eb(
          "alarmChanges.alarmId",
          "in",
          selectFrom("alarmChanges as later").select("later.alarmId").where("later.atMs", ">=", fromMs),
        ),
      ]),
    )
    .orderBy("alarmChanges.id")
    .execute();
  return rows.map((row) => ({
    ...row,
    kind: row.kind as AlarmEvent["kind"],
    state: row.state as AlarmState,
    priority: row.priority as Priority,
    atMs: Number(row.atMs),
  }));
}

/** What has to be done about changes after one of them, oldest first: whoever does it keeps how far it came. */
export async function alarmEffectsAfter(db: Kysely<RecordsTables>, id: number, limit: number) {
  const rows = await db
    .selectFrom("alarmEffects")
    .selectAll()
    .where("id", ">", id)
    .orderBy("id")
    .limit(limit)
    .execute();
  return rows.map((row) => ({ ...row, atMs: Number(row.atMs) }));
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

/** The newest episode of a rule at a source, named as `rule--source`. */
export async function newestOfTag(db: Kysely<RecordsTables>, tag: string): Promise<Alarm | null> {
  const [ruleId = "", sourceId = ""] = tag.split("--");
  const row = await db
    .selectFrom("alarms")
    .selectAll()
    .where("ruleId", "=", ruleId)
    .where("sourceId", "=", sourceId)
    .orderBy("listRev", "desc")
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : alarmFromRow(row);
}

const mostHistory = 1_000;

/** Alarms whose condition held at any time from `fromMs` on and before `toMs`, newest first, at most a thousand. */
export async function alarmHistory(
  db: Kysely<RecordsTables>,
  fromMs: number,
  toMs: number,
  sites: SiteScope = null,
): Promise<readonly Alarm[]> {
  const all = db.selectFrom("alarms").selectAll();
  const rows = await (sites === null ? all : all.where("siteId", "in", [...sites]))
    .where("sinceMs", "<", toMs)
    // One that was hidden before it ever held is no history of the boiler.
    .where("occurrences", ">", 0)
    .where(({ eb, or }) => or([eb("returnedAtMs", "is", null), eb("returnedAtMs", ">=", fromMs)]))
    .orderBy("sinceMs", "desc")
    .limit(mostHistory)
    .execute();
  return rows.map(alarmFromRow);
}
