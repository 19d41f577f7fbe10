import type { Kysely, Migration } from "kysely";

/** What people write down about a boiler. */
export const boilerNotes: Migration = {
  up: async (db: Kysely<unknown>) => {
    const { schema } = db;
    await schema
      .createTable("boilerNotes")
      .addColumn("id", "integer", (column) => column.primaryKey().autoIncrement())
      .addColumn("boilerId", "text", (column) => column.notNull())
      .addColumn("by", "text", (column) => column.notNull())
      .addColumn("atMs", "bigint", (column) => column.notNull())
      .addColumn("text", "text", (column) => column.notNull())
      .execute();
    await schema.createIndex("boilerNotesByBoiler").on("boilerNotes").columns(["boilerId", "id"]).execute();
  },
};
