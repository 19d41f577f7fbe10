import type { Kysely, Migration } from "kysely";

/** Each step of an alarm, what has to be done about it, and what else was known at its onset. */
export const alarmLife: Migration = {
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
};
