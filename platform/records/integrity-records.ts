import type { RecordsDb } from "./records.ts";
import type { RecordsTables } from "./tables.ts";

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
export async function deadLetters(db: RecordsDb, newest: number, beforeId: number | null = null) {
  const counts = await db
    .selectFrom("deadLetters")
    .select(({ fn }) => ["reason", fn.countAll().as("count"), fn.count("requeuedAtMs").as("requeued")])
    .groupBy("reason")
    .execute();
  let query = db.selectFrom("deadLetters").selectAll().orderBy("id", "desc").limit(newest);
  if (beforeId !== null) query = query.where("id", "<", beforeId);
  const rows = await query.execute();
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
