import type { DuckDBConnection, DuckDBValue } from "@duckdb/node-api";
import { readingOf } from "../../../domain/frame.ts";
import type { PointCatalogue } from "../../../domain/points.ts";
import type { StoredTimes } from "../time-guard.ts";

/** The times in a DuckDB file; readings of a time that was taken go into its table of conflicts, whole. */
export async function duckdbTimes(db: DuckDBConnection, catalogue: PointCatalogue): Promise<StoredTimes> {
  await db.run(
    `CREATE TABLE IF NOT EXISTS conflicts
     (boiler VARCHAR, gateway VARCHAR, sid VARCHAR, seq BIGINT, tseg INTEGER, takenAtMs BIGINT, keptSid VARCHAR,
      keptSeq BIGINT, reading VARCHAR)`,
  );
  return {
    newest: async () => {
      const newest = await db.runAndReadAll("SELECT boiler, max(takenAtMs) FROM readings GROUP BY boiler");
      return new Map(newest.getRows().map(([boiler, atMs]) => [String(boiler), Number(atMs)]));
    },
    between: async (fromMs, toMs) => {
      const found = await db.runAndReadAll(
        "SELECT boiler, takenAtMs, tseg, sid, seq FROM readings WHERE takenAtMs BETWEEN $1 AND $2",
        [BigInt(fromMs), BigInt(toMs)],
      );
      return found.getRows().map(([boiler, atMs, tseg, sid, seq]) => ({
        boilerId: String(boiler),
        takenAtMs: Number(atMs),
        timeSegment: Number(tseg),
        sid: String(sid),
        seq: Number(seq),
      }));
    },
    setAside: async ({ origin, frame }, kept) => {
      const { gatewayId, sid, seq, timeSegment } = origin;
      const values: DuckDBValue[] = [frame.boilerId, gatewayId, sid, BigInt(seq), timeSegment];
      values.push(BigInt(frame.takenAtMs), kept.sid, BigInt(kept.seq));
      values.push(JSON.stringify(readingOf(frame, catalogue)));
      await db.run("INSERT INTO conflicts VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)", values);
    },
  };
}
