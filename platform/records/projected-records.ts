import { createHash } from "node:crypto";
import type { Fingerprint } from "../telemetry/fingerprint.ts";
import type { RecordsDb } from "./records.ts";
import type { RecordsTables } from "./tables.ts";

/**
 * What the journal's pass writes into the records, with the key of each table. What has to be done about alarms is
 * not among them: it has been done, and a rebuilding must not do it again.
 */
const projected = {
  alarms: ["id"],
  alarmChanges: ["alarmId", "rev"],
  commands: ["key"],
  deadLetters: ["journalOffset"],
  integrityHours: ["gatewayId", "hourStartMs"],
} as const satisfies Partial<{ readonly [Table in keyof RecordsTables]: readonly string[] }>;

export type ProjectedTable = keyof typeof projected;
const tables = Object.keys(projected) as ProjectedTable[];

/** Empties what the pass has written, and goes back to the journal's beginning. */
export async function forgetProjectedRecords(db: RecordsDb, checkpointName: string): Promise<void> {
  await db.transaction().execute(async (tx) => {
    for (const table of tables) await tx.deleteFrom(table).execute();
    await tx.deleteFrom("checkpoints").where("name", "=", checkpointName).execute();
  });
}

/** Of every row that the pass has written; numbers that the database itself gives are left out. */
export async function recordsFingerprint(
  db: RecordsDb,
): Promise<Readonly<Record<ProjectedTable, Fingerprint>>> {
  const prints = await Promise.all(
    tables.map(async (table): Promise<[ProjectedTable, Fingerprint]> => {
      let query = db.selectFrom(table).selectAll();
      for (const column of projected[table]) query = query.orderBy(column as never);
      const rows = await query.execute();
      const hash = createHash("sha256");
      for (const row of rows) hash.update(JSON.stringify(withoutGiven(table, row)));
      return [table, { count: rows.length, sha256: hash.digest("hex") }];
    }),
  );
  return Object.fromEntries(prints) as Record<ProjectedTable, Fingerprint>;
}

function withoutGiven(table: ProjectedTable, row: object): readonly (readonly [string, unknown])[] {
  const given = table === "alarmChanges" || table === "deadLetters" ? "id" : null;
  return Object.entries(row)
    .filter(([column]) => column !== given)
    .sort(([a], [b]) => a.localeCompare(b));
}
