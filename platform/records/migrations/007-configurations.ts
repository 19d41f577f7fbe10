import type { Kysely, Migration } from "kysely";

/** Every accepted version of the configuration, whole. */
export const configurations: Migration = {
  up: async (db: Kysely<unknown>) => {
    const { schema } = db;
    await schema
      .createTable("configVersions")
      .addColumn("version", "integer", (column) => column.primaryKey())
      .addColumn("hash", "text", (column) => column.notNull())
      .addColumn("by", "text", (column) => column.notNull())
      .addColumn("comment", "text", (column) => column.notNull())
      .addColumn("atMs", "bigint", (column) => column.notNull())
      .addColumn("files", "text", (column) => column.notNull())
      .addColumn("writtenAtMs", "bigint")
      .addColumn("enteredAtMs", "bigint")
      .execute();
    await schema
      .createTable("configTexts")
      .addColumn("hash", "text", (column) => column.primaryKey())
      .addColumn("text", "text", (column) => column.notNull())
      .execute();
  },
};
