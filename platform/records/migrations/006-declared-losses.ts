import type { Kysely, Migration } from "kysely";

/** Readings that a gateway declared dropped, and dead letters that were taken in after all. */
export const declaredLosses: Migration = {
  up: async (db: Kysely<unknown>) => {
    const { schema } = db;
    await schema
      .alterTable("integrityHours")
      .addColumn("droppedReadings", "integer", (column) => column.notNull().defaultTo(0))
      .execute();
    await schema.alterTable("deadLetters").addColumn("requeuedAtMs", "bigint").execute();
  },
};
