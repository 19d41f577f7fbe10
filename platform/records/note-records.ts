import type { Kysely } from "kysely";
import { audit } from "./audit.ts";
import type { RecordsDb } from "./records.ts";
import type { RecordsTables } from "./tables.ts";
import type { Doing } from "./user-records.ts";

export interface BoilerNote {
  readonly id: number;
  readonly by: string;
  readonly atMs: number;
  readonly text: string;
}

/** Keeps a note for ever: there is nothing that changes one or takes it away. */
export async function addBoilerNote(
  db: RecordsDb,
  { boilerId, siteId, text }: { readonly boilerId: string; readonly siteId: string; readonly text: string },
  { by, atMs }: Doing,
): Promise<BoilerNote> {
  return db.transaction().execute(async (tx) => {
    const { id } = await tx
      .insertInto("boilerNotes")
      .values({ boilerId, by, atMs, text })
      .returning("id")
      .executeTakeFirstOrThrow();
    const subject = `boiler:${boilerId}` as const;
    await audit.write(tx, { atMs, by, action: "boiler.note", subject, siteId, detail: { id, text } });
    return { id, by, atMs, text };
  });
}

/** Newest first. */
export async function boilerNotes(
  db: Kysely<RecordsTables>,
  boilerId: string,
  { limit, beforeId }: { readonly limit: number; readonly beforeId: number | null },
): Promise<readonly BoilerNote[]> {
  let query = db
    .selectFrom("boilerNotes")
    .select(["id", "by", "atMs", "text"])
    .where("boilerId", "=", boilerId)
    .orderBy("id", "desc")
    .limit(limit);
  if (beforeId !== null) query = query.where("id", "<", beforeId);
  return query.execute();
}
