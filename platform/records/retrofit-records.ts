import type { Transaction } from "kysely";
import { OperationalError } from "../errors.ts";
import type { RecordsDb } from "./records.ts";
import type { RecordsTables } from "./tables.ts";

type Tables = RecordsTables;
export type RetrofitRecord = Tables["retrofits"];
export type RetrofitVersionRecord = Tables["retrofitVersions"];
export type RetrofitEventRecord = Omit<Tables["retrofitEvents"], "id">;

const orNumber = (value: number | null) => (value === null ? null : Number(value));

function version(row: RetrofitVersionRecord): RetrofitVersionRecord {
  return {
    ...row,
    createdAtMs: Number(row.createdAtMs),
    plannedAtMs: orNumber(row.plannedAtMs),
    computedAtMs: orNumber(row.computedAtMs),
    releasedAtMs: orNumber(row.releasedAtMs),
  };
}

/** Every project, newest change first. */
export async function allRetrofits(db: RecordsDb): Promise<readonly RetrofitRecord[]> {
  const rows = await db.selectFrom("retrofits").selectAll().orderBy("changedAtMs", "desc").execute();
  return rows.map((row) => ({ ...row, changedAtMs: Number(row.changedAtMs) }));
}

export async function retrofitById(db: RecordsDb, id: string): Promise<RetrofitRecord | null> {
  const row = await db.selectFrom("retrofits").selectAll().where("id", "=", id).executeTakeFirst();
  return row === undefined ? null : { ...row, changedAtMs: Number(row.changedAtMs) };
}

export async function versionOfRetrofit(
  db: RecordsDb,
  retrofitId: string,
  wanted: number,
): Promise<RetrofitVersionRecord | null> {
  const row = await db
    .selectFrom("retrofitVersions")
    .selectAll()
    .where("retrofitId", "=", retrofitId)
    .where("version", "=", wanted)
    .executeTakeFirst();
  return row === undefined ? null : version(row);
}

/** What is told of every version, without documents, rows and results: newest first. */
export async function versionsOfRetrofit(db: RecordsDb, retrofitId: string) {
  const rows = await db
    .selectFrom("retrofitVersions")
    .select([
      "version",
      "state",
      "author",
      "reason",
      "createdAtMs",
      "planHash",
      "rowsHash",
      "resultHash",
      "plannedAtMs",
      "computedAtMs",
      "releasedAtMs",
      "releasedBy",
    ])
    .where("retrofitId", "=", retrofitId)
    .orderBy("version", "desc")
    .execute();
  return rows.map((row) => ({
    ...row,
    createdAtMs: Number(row.createdAtMs),
    plannedAtMs: orNumber(row.plannedAtMs),
    computedAtMs: orNumber(row.computedAtMs),
    releasedAtMs: orNumber(row.releasedAtMs),
  }));
}

export async function eventsOfRetrofit(
  db: RecordsDb,
  retrofitId: string,
): Promise<readonly RetrofitEventRecord[]> {
  const rows = await db
    .selectFrom("retrofitEvents")
    .selectAll()
    .where("retrofitId", "=", retrofitId)
    .orderBy("id", "desc")
    .execute();
  return rows.map(({ id: _id, ...row }) => ({ ...row, atMs: Number(row.atMs) }));
}

/** The versions that were released and not superseded: what late data may touch. */
export async function releasedVersions(db: RecordsDb): Promise<readonly RetrofitVersionRecord[]> {
  const rows = await db.selectFrom("retrofitVersions").selectAll().where("state", "=", "released").execute();
  return rows.map(version);
}

/** The last word on a released saving is that it is going: boilers of such plans, each with its retrofit. */
export async function savingsGoing(db: RecordsDb): Promise<Readonly<Record<string, string>>> {
  const words = await db
    .selectFrom("retrofitEvents")
    .innerJoin("retrofitVersions", (join) =>
      join
        .onRef("retrofitVersions.retrofitId", "=", "retrofitEvents.retrofitId")
        .onRef("retrofitVersions.version", "=", "retrofitEvents.version"),
    )
    .select(["retrofitEvents.retrofitId", "retrofitEvents.version", "retrofitEvents.kind"])
    .where("retrofitVersions.state", "=", "released")
    .where("retrofitEvents.kind", "in", ["saving-decayed", "saving-back"])
    .orderBy("retrofitEvents.id")
    .execute();
  const last = new Map(words.map((word) => [`${word.retrofitId} ${word.version}`, word]));
  const going: Record<string, string> = {};
  for (const { retrofitId, version: number, kind } of last.values()) {
    if (kind !== "saving-decayed") continue;
    const record = await versionOfRetrofit(db, retrofitId, number);
    const { plan } = JSON.parse(record?.document ?? '{"plan":{"boilers":[]}}') as {
      readonly plan: { readonly boilers: readonly string[] };
    };
    for (const boilerId of plan.boilers) going[boilerId] = retrofitId;
  }
  return going;
}

/** One change of a project: its new newest version, changes of others, and what happened. One transaction. */
export interface RetrofitChange {
  readonly id: string;
  readonly siteId: string;
  /** The revision that the change was based on; `null` for a project that is new. */
  readonly basedOn: number | null;
  readonly version: RetrofitVersionRecord;
  /** Versions that this one takes the place of. */
  readonly superseded: readonly number[];
  readonly events: readonly RetrofitEventRecord[];
  readonly atMs: number;
}

/** @throws OperationalError `rev-stale`, `retrofit-exists` */
export async function saveRetrofit(db: RecordsDb, change: RetrofitChange): Promise<number> {
  const { id, siteId, basedOn, atMs } = change;
  return db.transaction().execute(async (tx) => {
    const now = await tx
      .selectFrom("retrofits")
      .select(["rev", "version"])
      .where("id", "=", id)
      .executeTakeFirst();
    if (basedOn === null && now !== undefined)
      throw new OperationalError("retrofit-exists", `There is a retrofit ${id} already; choose another id`);
    if (basedOn !== null && now?.rev !== basedOn)
      throw new OperationalError("rev-stale", "Somebody has changed this project meanwhile; read it again");
    const rev = (now?.rev ?? 0) + 1;
    // What happens to an earlier version leaves the newest one the newest.
    const version = Math.max(now?.version ?? 0, change.version.version);
    const row = { id, siteId, version, rev, changedAtMs: atMs };
    await tx
      .insertInto("retrofits")
      .values(row)
      .onConflict((conflict) => conflict.column("id").doUpdateSet(row))
      .execute();
    await saveVersion(tx, change.version);
    for (const each of change.superseded)
      await tx
        .updateTable("retrofitVersions")
        .set({ state: "superseded" })
        .where("retrofitId", "=", id)
        .where("version", "=", each)
        .execute();
    for (const event of change.events) await tx.insertInto("retrofitEvents").values(event).execute();
    return rev;
  });
}

/** Something that happened to a version and changed nothing of it. */
export async function addRetrofitEvent(db: RecordsDb, event: RetrofitEventRecord): Promise<void> {
  await db.insertInto("retrofitEvents").values(event).execute();
}

/** What is released stays as it is: only its state may change, to superseded. */
async function saveVersion(tx: Transaction<Tables>, row: RetrofitVersionRecord): Promise<void> {
  const { retrofitId, version: number } = row;
  const before = await tx
    .selectFrom("retrofitVersions")
    .select("state")
    .where("retrofitId", "=", retrofitId)
    .where("version", "=", number)
    .executeTakeFirst();
  if (before === undefined) {
    await tx.insertInto("retrofitVersions").values(row).execute();
    return;
  }
  if (before.state === "released" || before.state === "superseded") {
    if (row.state !== "superseded")
      throw new OperationalError("state-conflict", "A released report is never changed; begin a new version");
    await tx
      .updateTable("retrofitVersions")
      .set({ state: row.state })
      .where("retrofitId", "=", retrofitId)
      .where("version", "=", number)
      .execute();
    return;
  }
  await tx
    .updateTable("retrofitVersions")
    .set(row)
    .where("retrofitId", "=", retrofitId)
    .where("version", "=", number)
    .execute();
}

export async function addRetrofitLink(db: RecordsDb, link: Tables["retrofitLinks"]): Promise<void> {
  await db.insertInto("retrofitLinks").values(link).execute();
}

/** What a link shows; `null` when there is none, or its time is over. */
export async function retrofitLink(
  db: RecordsDb,
  tokenHash: string,
  nowMs: number,
): Promise<{ readonly retrofitId: string; readonly version: number; readonly expiresAtMs: number } | null> {
  const row = await db
    .selectFrom("retrofitLinks")
    .selectAll()
    .where("tokenHash", "=", tokenHash)
    .where("expiresAtMs", ">", nowMs)
    .executeTakeFirst();
  return row === undefined
    ? null
    : { retrofitId: row.retrofitId, version: row.version, expiresAtMs: Number(row.expiresAtMs) };
}
