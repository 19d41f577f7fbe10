import { type Kysely, type Migration, sql } from "kysely";

/** What has to be told to whom, the messages that tell it, and how each of them went. */
export const notifications: Migration = {
  up: async (db: Kysely<unknown>) => {
    const { schema } = db;
    await schema
      .createTable("notificationItems")
      .addColumn("id", "integer", (column) => column.primaryKey().autoIncrement())
      .addColumn("recipient", "text", (column) => column.notNull())
      .addColumn("alarmId", "text", (column) => column.notNull())
      .addColumn("rev", "integer", (column) => column.notNull())
      .addColumn("place", "integer", (column) => column.notNull())
      .addColumn("kind", "text", (column) => column.notNull())
      .addColumn("because", "text")
      .addColumn("tier", "integer", (column) => column.notNull())
      .addColumn("priority", "integer", (column) => column.notNull())
      .addColumn("happenedAtMs", "bigint", (column) => column.notNull())
      .addColumn("queuedAtMs", "bigint", (column) => column.notNull())
      .addColumn("messageKey", "text")
      .addUniqueConstraint("notificationItemsOnce", ["alarmId", "rev", "place", "recipient"])
      .execute();
    await schema
      .createIndex("notificationItemsByMessage")
      .on("notificationItems")
      .columns(["messageKey", "recipient"])
      .execute();
    await schema
      .createTable("notificationMessages")
      .addColumn("key", "text", (column) => column.primaryKey())
      .addColumn("recipient", "text", (column) => column.notNull())
      .addColumn("kind", "text", (column) => column.notNull())
      .addColumn("urgent", "integer", (column) => column.notNull())
      .addColumn("items", "integer", (column) => column.notNull())
      .addColumn("body", "text", (column) => column.notNull())
      .addColumn("createdAtMs", "bigint", (column) => column.notNull())
      .addColumn("state", "text", (column) => column.notNull())
      .addColumn("attempts", "integer", (column) => column.notNull())
      .addColumn("nextAttemptMs", "bigint", (column) => column.notNull())
      .addColumn("problem", "text")
      .addColumn("endedAtMs", "bigint")
      .execute();
    await schema
      .createIndex("notificationMessagesByState")
      .on("notificationMessages")
      .columns(["state", "nextAttemptMs"])
      .execute();
    await schema
      .createIndex("notificationMessagesByTime")
      .on("notificationMessages")
      .column("createdAtMs")
      .execute();
    // What was done before anybody could be told is history: nobody is paged for it.
    await sql`
      INSERT INTO checkpoints (name, "journalOffset")
      SELECT 'notifications', COALESCE(MAX(id), 0) FROM "alarmEffects"
    `.execute(db);
  },
};
