import type { Kysely, Migration } from "kysely";

/** Checkpoints, alarms, commands, dead letters, the books, users and their sessions. */
export const first: Migration = {
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
};
