import type { Kysely, Migration } from "kysely";

/** Retrofit projects with their versions, what happened to them, and links for verifiers. */
export const retrofits: Migration = {
  up: async (db: Kysely<unknown>) => {
    const { schema } = db;
    await schema
      .createTable("retrofits")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("siteId", "text", (column) => column.notNull())
      .addColumn("version", "integer", (column) => column.notNull())
      .addColumn("rev", "integer", (column) => column.notNull())
      .addColumn("changedAtMs", "bigint", (column) => column.notNull())
      .execute();
    await schema
      .createTable("retrofitVersions")
      .addColumn("retrofitId", "text", (column) => column.notNull())
      .addColumn("version", "integer", (column) => column.notNull())
      .addColumn("state", "text", (column) => column.notNull())
      .addColumn("document", "text", (column) => column.notNull())
      .addColumn("author", "text", (column) => column.notNull())
      .addColumn("reason", "text")
      .addColumn("createdAtMs", "bigint", (column) => column.notNull())
      .addColumn("planHash", "text")
      .addColumn("plannedAtMs", "bigint")
      .addColumn("rows", "text")
      .addColumn("rowsHash", "text")
      .addColumn("result", "text")
      .addColumn("resultHash", "text")
      .addColumn("software", "text")
      .addColumn("computedAtMs", "bigint")
      .addColumn("releasedAtMs", "bigint")
      .addColumn("releasedBy", "text")
      .addPrimaryKeyConstraint("retrofitVersionsKey", ["retrofitId", "version"])
      .execute();
    await schema
      .createTable("retrofitEvents")
      .addColumn("id", "integer", (column) => column.primaryKey().autoIncrement())
      .addColumn("retrofitId", "text", (column) => column.notNull())
      .addColumn("version", "integer", (column) => column.notNull())
      .addColumn("kind", "text", (column) => column.notNull())
      .addColumn("by", "text", (column) => column.notNull())
      .addColumn("reason", "text")
      .addColumn("atMs", "bigint", (column) => column.notNull())
      .execute();
    await schema
      .createIndex("retrofitEventsByProject")
      .on("retrofitEvents")
      .columns(["retrofitId", "id"])
      .execute();
    await schema
      .createTable("retrofitLinks")
      .addColumn("tokenHash", "text", (column) => column.primaryKey())
      .addColumn("retrofitId", "text", (column) => column.notNull())
      .addColumn("version", "integer", (column) => column.notNull())
      .addColumn("by", "text", (column) => column.notNull())
      .addColumn("createdAtMs", "bigint", (column) => column.notNull())
      .addColumn("expiresAtMs", "bigint", (column) => column.notNull())
      .execute();
  },
};
