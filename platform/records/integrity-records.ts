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

/** What was set aside: how many for each reason, and the newest of them. */
export async function deadLetters(db: RecordsDb, newest: number, sites: SiteScope = null) {
  const all = db.selectFrom("deadLetters");
  const ofSites =
    sites === null
      ? all
      : // An id has no character that means something to `like`.
        all.where(({ eb, or }) => or(sites.map((site) => eb("topic", "like", `fluewatch/v1/${site}/%`))));
  const counts = await ofSites
    .select(({ fn }) => ["reason", fn.countAll().as("count")])
    .groupBy("reason")
    .execute();
  const rows = await ofSites.selectAll().orderBy("id", "desc").limit(newest).execute();
  const byReason = Object.fromEntries(counts.map(({ reason, count }) => [reason, Number(count)]));
  return {
    total: Object.values(byReason).reduce((sum, count) => sum + count, 0),
    byReason,
    letters: rows.map(({ id, topic, reason, detail, receivedAtMs, bytes }) => ({
      id,
      topic,
      reason,
      detail,
      receivedAtMs: Number(receivedAtMs),
      bytes,
    })),
  };
}
