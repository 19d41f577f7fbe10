import { join } from "node:path";
import { type Generated, Kysely, type Migration, Migrator, SqliteDialect, sql } from "kysely";
import Database from "libsql";
import { messageOf, OperationalError } from "../errors.ts";
import type { Service } from "../service.ts";

/** The tables of what people and alarms leave behind: small, precious, and the same in every database. */
export interface RecordsTables {
  readonly checkpoints: { readonly name: string; readonly journalOffset: number };
  readonly alarms: {
    readonly id: string;
    readonly ruleId: string;
    readonly siteId: string;
    readonly sourceId: string;
    readonly priority: number;
    readonly state: string;
    readonly sinceMs: number;
    readonly lastSinceMs: number;
    readonly announcedAtMs: number;
    readonly returnedAtMs: number | null;
    readonly occurrences: number;
    /** JSON of the acknowledgement and of the evidence. */
    readonly acknowledgement: string | null;
    readonly evidence: string | null;
    /** JSON of what else was known at the onset, and of latches, timers and what hides it; `null` in old rows. */
    readonly context: string | null;
    readonly life: string | null;
    readonly rev: number;
    /** Place in the list of all changes: what a client asks for with `since`. */
    readonly listRev: number;
  };
  /** Every step of every alarm. */
  readonly alarmChanges: {
    readonly id: Generated<number>;
    readonly alarmId: string;
    readonly rev: number;
    readonly kind: string;
    readonly by: string | null;
    readonly comment: string | null;
    readonly priority: number;
    readonly state: string;
    readonly atMs: number;
  };
  /** What has to be done about a step, written with it: nothing is done twice or forgotten over a restart. */
  readonly alarmEffects: {
    readonly id: Generated<number>;
    readonly alarmId: string;
    readonly rev: number;
    readonly place: number;
    readonly kind: string;
    readonly tier: number | null;
    readonly because: string | null;
    readonly atMs: number;
  };
  /** Commands by their key, so that a repeated one has no second effect. */
  readonly commands: { readonly key: string; readonly failure: string | null; readonly atMs: number };
  readonly deadLetters: {
    readonly id: Generated<number>;
    readonly journalOffset: number;
    readonly topic: string;
    readonly reason: string;
    readonly detail: string;
    readonly receivedAtMs: number;
    readonly bytes: number;
    readonly gatewayId: string | null;
  };
  readonly integrityHours: {
    readonly siteId: string;
    readonly gatewayId: string;
    readonly hourStartMs: number;
    readonly accepted: number;
    readonly quarantined: number;
    readonly droppedBatches: number;
    readonly missedScans: number;
  };
  readonly users: {
    readonly name: string;
    readonly role: string;
    readonly passwordHash: string;
    readonly changedAtMs: number;
  };
  readonly sessions: {
    /** SHA-256 of the cookie's value. */
    readonly tokenHash: string;
    readonly user: string;
    readonly role: string;
    readonly createdAtMs: number;
    readonly usedAtMs: number;
  };
}

export type RecordsDb = Kysely<RecordsTables>;

export interface Records extends Service {
  readonly db: RecordsDb;
}

const migrations: Record<string, Migration> = {
  "001-first": {
    up: async (db: Kysely<unknown>) => {
      const { schema } = db;
      await schema
        .createTable("checkpoints")
        .addColumn("name", "text", (column) => column.primaryKey())
        .addColumn("journalOffset", "bigint", (column) => column.notNull())
        .execute();
      await schema
        .createTable("alarms")
        .addColumn("id", "text", (column) => column.primaryKey())
        .addColumn("ruleId", "text", (column) => column.notNull())
        .addColumn("siteId", "text", (column) => column.notNull())
        .addColumn("sourceId", "text", (column) => column.notNull())
        .addColumn("priority", "integer", (column) => column.notNull())
        .addColumn("state", "text", (column) => column.notNull())
        .addColumn("sinceMs", "bigint", (column) => column.notNull())
        .addColumn("lastSinceMs", "bigint", (column) => column.notNull())
        .addColumn("announcedAtMs", "bigint", (column) => column.notNull())
        .addColumn("returnedAtMs", "bigint")
        .addColumn("occurrences", "integer", (column) => column.notNull())
        .addColumn("acknowledgement", "text")
        .addColumn("evidence", "text")
        .addColumn("rev", "integer", (column) => column.notNull())
        .addColumn("listRev", "bigint", (column) => column.notNull())
        .execute();
      await schema.createIndex("alarmsByListRev").on("alarms").column("listRev").execute();
      await schema
        .createIndex("alarmsBySource")
        .on("alarms")
        .columns(["sourceId", "ruleId", "state"])
        .execute();
      await schema
        .createTable("commands")
        .addColumn("key", "text", (column) => column.primaryKey())
        .addColumn("failure", "text")
        .addColumn("atMs", "bigint", (column) => column.notNull())
        .execute();
      await schema
        .createTable("deadLetters")
        .addColumn("id", "integer", (column) => column.primaryKey().autoIncrement())
        .addColumn("journalOffset", "bigint", (column) => column.notNull().unique())
        .addColumn("topic", "text", (column) => column.notNull())
        .addColumn("reason", "text", (column) => column.notNull())
        .addColumn("detail", "text", (column) => column.notNull())
        .addColumn("receivedAtMs", "bigint", (column) => column.notNull())
        .addColumn("bytes", "integer", (column) => column.notNull())
        .addColumn("gatewayId", "text")
        .execute();
      await schema
        .createTable("integrityHours")
        .addColumn("siteId", "text", (column) => column.notNull())
        .addColumn("gatewayId", "text", (column) => column.notNull())
        .addColumn("hourStartMs", "bigint", (column) => column.notNull())
        .addColumn("accepted", "integer", (column) => column.notNull())
        .addColumn("quarantined", "integer", (column) => column.notNull())
        .addColumn("droppedBatches", "integer", (column) => column.notNull())
        .addColumn("missedScans", "integer", (column) => column.notNull())
        .addPrimaryKeyConstraint("integrityHoursKey", ["gatewayId", "hourStartMs"])
        .execute();
      await schema
        .createTable("users")
        .addColumn("name", "text", (column) => column.primaryKey())
        .addColumn("role", "text", (column) => column.notNull())
        .addColumn("passwordHash", "text", (column) => column.notNull())
        .addColumn("changedAtMs", "bigint", (column) => column.notNull())
        .execute();
      await schema
        .createTable("sessions")
        .addColumn("tokenHash", "text", (column) => column.primaryKey())
        .addColumn("user", "text", (column) => column.notNull())
        .addColumn("role", "text", (column) => column.notNull())
        .addColumn("createdAtMs", "bigint", (column) => column.notNull())
        .addColumn("usedAtMs", "bigint", (column) => column.notNull())
        .execute();
    },
  },
  "002-alarm-life": {
    up: async (db: Kysely<unknown>) => {
      const { schema } = db;
      await schema.alterTable("alarms").addColumn("context", "text").execute();
      await schema.alterTable("alarms").addColumn("life", "text").execute();
      await schema
        .createTable("alarmChanges")
        .addColumn("id", "integer", (column) => column.primaryKey().autoIncrement())
        .addColumn("alarmId", "text", (column) => column.notNull())
        .addColumn("rev", "integer", (column) => column.notNull())
        .addColumn("kind", "text", (column) => column.notNull())
        .addColumn("by", "text")
        .addColumn("comment", "text")
        .addColumn("priority", "integer", (column) => column.notNull())
        .addColumn("state", "text", (column) => column.notNull())
        .addColumn("atMs", "bigint", (column) => column.notNull())
        .addUniqueConstraint("alarmChangesOnce", ["alarmId", "rev"])
        .execute();
      await schema.createIndex("alarmChangesByTime").on("alarmChanges").column("atMs").execute();
      await schema
        .createTable("alarmEffects")
        .addColumn("id", "integer", (column) => column.primaryKey().autoIncrement())
        .addColumn("alarmId", "text", (column) => column.notNull())
        .addColumn("rev", "integer", (column) => column.notNull())
        .addColumn("place", "integer", (column) => column.notNull())
        .addColumn("kind", "text", (column) => column.notNull())
        .addColumn("tier", "integer")
        .addColumn("because", "text")
        .addColumn("atMs", "bigint", (column) => column.notNull())
        .addUniqueConstraint("alarmEffectsOnce", ["alarmId", "rev", "place"])
        .execute();
    },
  },
};

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

async function migrate(db: RecordsDb): Promise<void> {
  const { error } = await new Migrator({
    db,
    provider: { getMigrations: async () => migrations },
  }).migrateToLatest();
  if (error !== undefined) {
    throw new OperationalError(
      "records-unusable",
      `The records could not be brought up to date: ${messageOf(error)}`,
      {
        cause: error,
      },
    );
  }
}
