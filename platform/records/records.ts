import { join } from "node:path";
import { Kysely, Migrator, SqliteDialect, sql } from "kysely";
import Database from "libsql";
import { messageOf, OperationalError } from "../errors.ts";
import type { Service } from "../service.ts";
import { migrations } from "./migrations/migrations.ts";
import type { RecordsTables } from "./tables.ts";

export type RecordsDb = Kysely<RecordsTables>;

export interface Records extends Service {
  readonly db: RecordsDb;
}

/**
 * Records in one SQLite file. A commit is on the disk when it returns: WAL with `synchronous = FULL`, which the
 * library would forget to say, so it is asked afterwards.
 * @throws OperationalError `records-unusable`
 */
export async function sqliteRecords(folder: string): Promise<Records> {
  const file = join(folder, "records.sqlite");
  try {
    const database = new Database(file);
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
    const db = new Kysely<RecordsTables>({ dialect: new SqliteDialect({ database }) });
    const { rows } = await sql<{ readonly synchronous: number }>`PRAGMA synchronous`.execute(db);
    if (rows[0]?.synchronous !== 2) throw new Error("the file does not promise durable commits");
    await migrate(db);
    return { name: "records", db, stop: () => db.destroy() };
  } catch (error) {
    if (error instanceof OperationalError) throw error;
    throw new OperationalError("records-unusable", `${file} cannot be used: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/**
 * Brings a database up to date; one that a newer version wrote is left alone.
 * @throws OperationalError `records-unusable`
 */
export async function migrate(db: RecordsDb): Promise<void> {
  const { error } = await new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...migrations }) },
  }).migrateToLatest();
  if (error !== undefined) {
    const unknown = /previously executed migration (\S+) is missing/.exec(messageOf(error))?.[1];
    if (unknown !== undefined) {
      throw new OperationalError(
        "records-unusable",
        `The records were written by a newer Fluewatch (${unknown} is not known here); nothing was changed: start that version, or restore a backup of this one`,
        { cause: error },
      );
    }
    throw new OperationalError(
      "records-unusable",
      `The records could not be brought up to date: ${messageOf(error)}`,
      {
        cause: error,
      },
    );
  }
}
