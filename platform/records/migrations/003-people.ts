import { type Kysely, type Migration, PostgresAdapter, sql } from "kysely";

/** Who may see which site, tokens, the audit chain, and what was judged of each clock hour. */
export const people: Migration = {
  up: async (db: Kysely<unknown>) => {
    const { schema } = db;
    await schema.alterTable("users").addColumn("sites", "text").execute();
    await schema.alterTable("sessions").dropColumn("role").execute();
    await schema
      .createTable("tokens")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("tokenHash", "text", (column) => column.notNull().unique())
      .addColumn("kind", "text", (column) => column.notNull())
      .addColumn("label", "text", (column) => column.notNull())
      .addColumn("role", "text", (column) => column.notNull())
      .addColumn("sites", "text")
      .addColumn("reportId", "text")
      .addColumn("createdBy", "text", (column) => column.notNull())
      .addColumn("createdAtMs", "bigint", (column) => column.notNull())
      .addColumn("expiresAtMs", "bigint", (column) => column.notNull())
      .addColumn("usedAtMs", "bigint")
      .execute();
    await schema
      .createTable("audit")
      .addColumn("seq", "integer", (column) => column.primaryKey())
      .addColumn("atMs", "bigint", (column) => column.notNull())
      .addColumn("by", "text", (column) => column.notNull())
      .addColumn("action", "text", (column) => column.notNull())
      .addColumn("subject", "text", (column) => column.notNull())
      .addColumn("siteId", "text")
      .addColumn("detail", "text", (column) => column.notNull())
      .addColumn("hash", "text", (column) => column.notNull())
      .execute();
    // Nobody who comes by SQL changes or removes an entry by mistake; one who means to is found by the chain.
    const refusal = "audit entries are never changed or removed";
    const isPostgres = db.getExecutor().adapter instanceof PostgresAdapter;
    if (isPostgres) {
      await sql`
        create function ${sql.id("audit-refuse")}() returns trigger language plpgsql as
        ${sql.lit(`begin raise exception '${refusal}'; end`)}
      `.execute(db);
    }
    for (const change of ["update", "delete"] as const) {
      const before = sql`create trigger ${sql.id(`audit-no-${change}`)} before ${sql.raw(change)} on ${sql.table("audit")}`;
      if (isPostgres)
        await sql`${before} for each row execute function ${sql.id("audit-refuse")}()`.execute(db);
      else await sql`${before} begin select raise(abort, ${sql.lit(refusal)}); end`.execute(db);
    }
    await schema
      .createTable("verdictHours")
      .addColumn("siteId", "text", (column) => column.notNull())
      .addColumn("boilerId", "text", (column) => column.notNull())
      .addColumn("quantity", "text", (column) => column.notNull())
      .addColumn("hourStartMs", "bigint", (column) => column.notNull())
      .addColumn("verdict", "text", (column) => column.notNull())
      .addColumn("above", "integer", (column) => column.notNull())
      .addColumn("rev", "integer", (column) => column.notNull())
      .addColumn("writtenAtMs", "bigint", (column) => column.notNull())
      .addPrimaryKeyConstraint("verdictHoursKey", ["boilerId", "quantity", "hourStartMs"])
      .execute();
    await schema.createIndex("verdictHoursByTime").on("verdictHours").column("hourStartMs").execute();
  },
};
