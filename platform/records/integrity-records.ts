import type { RecordsDb } from "./records.ts";
import type { RecordsTables } from "./tables.ts";
import type { SiteScope } from "./user-records.ts";

/** What ingest counted per gateway and UTC hour. */
export async function integrityHours(
  db: RecordsDb,
  fromMs: number,
  toMs: number,
): Promise<readonly RecordsTables["integrityHours"][]> {
  const rows = await db
    .selectFrom("integrityHours")
    .selectAll()
    .where("hourStartMs", ">=", fromMs)
    .where("hourStartMs", "<", toMs)
    .orderBy("hourStartMs")
    .execute();
  return rows.map((row) => ({ ...row, hourStartMs: Number(row.hourStartMs) }));
}

/** What was set aside: how many for each reason, and the newest of them, or those before one of them. */
export async function deadLetters(
  db: RecordsDb,
  newest: number,
  sites: SiteScope = null,
  beforeId: number | null = null,
) {
  const all = db.selectFrom("deadLetters");
  const ofSites =
    sites === null
      ? all
      : // An id has no character that means something to `like`.
        all.where(({ eb, or }) => or(sites.map((site) => eb("topic", "like", `fluewatch/v1/${site}/%`))));
  const counts = await ofSites
    .select(({ fn }) => ["reason", fn.countAll().as("count"), fn.count("requeuedAtMs").as("requeued")])
    .groupBy("reason")
    .execute();
  const older = beforeId === null ? ofSites : ofSites.where("id", "<", beforeId);
  const rows = await older.selectAll().orderBy("id", "desc").limit(newest).execute();
  const byReason = Object.fromEntries(counts.map(({ reason, count }) => [reason, Number(count)]));
  return {
    total: Object.values(byReason).reduce((sum, count) => sum + count, 0),
    requeued: counts.reduce((sum, each) => sum + Number(each.requeued), 0),
    byReason,
    letters: rows.map(letterOf),
  };
}

export async function deadLetterById(db: RecordsDb, id: number) {
  const row = await db.selectFrom("deadLetters").selectAll().where("id", "=", id).executeTakeFirst();
  return row === undefined ? null : letterOf(row);
}

function letterOf(row: Omit<RecordsTables["deadLetters"], "id"> & { readonly id: number }) {
  const { requeuedAtMs } = row;
  return {
    ...row,
    journalOffset: Number(row.journalOffset),
    receivedAtMs: Number(row.receivedAtMs),
    requeuedAtMs: requeuedAtMs === null ? null : Number(requeuedAtMs),
  };
}
