import { join } from "node:path";
import {
  BIGINT,
  DOUBLE,
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBInstance,
  type DuckDBType,
  type DuckDBValue,
  INTEGER,
  VARCHAR,
} from "@duckdb/node-api";
import { type Frame, flawOfCode } from "../../domain/frame.ts";
import type { PointCatalogue } from "../../domain/points.ts";
import type { FlawReason } from "../../domain/reading.ts";
import { messageOf, OperationalError } from "../errors.ts";
import { type TimeGuard, timeGuard } from "./duckdb-conflicts.ts";
import {
  type BucketExtremes,
  bucketTrend,
  type FrameToStore,
  rawTrend,
  type StoredReading,
  type Telemetry,
  type TrendColumns,
  type TrendQuery,
  type WrittenAgain,
} from "./telemetry.ts";

const hourMs = 3_600_000;
/** A data chunk of the database holds no more. */
const chunkRows = 2_048;

const fixedColumns: readonly { readonly name: string; readonly type: DuckDBType; readonly sql: string }[] = [
  { name: "site", type: VARCHAR, sql: "VARCHAR" },
  { name: "boiler", type: VARCHAR, sql: "VARCHAR" },
  { name: "gateway", type: VARCHAR, sql: "VARCHAR" },
  { name: "sid", type: VARCHAR, sql: "VARCHAR" },
  { name: "seq", type: BIGINT, sql: "BIGINT" },
  { name: "tseg", type: INTEGER, sql: "INTEGER" },
  { name: "takenAtMs", type: BIGINT, sql: "BIGINT" },
  { name: "flaws", type: VARCHAR, sql: "VARCHAR" },
];

/**
 * Telemetry in one DuckDB file: a wide row per reading, a column per point, no index (a column store scans faster
 * than it would keep one). Rows and the checkpoint that covers them are one transaction, so each is stored once.
 * Points that the file has not seen yet become columns of it.
 * @throws OperationalError `telemetry-unusable`, saying what to change
 */
export async function duckdbTelemetry(folder: string, catalogue: PointCatalogue): Promise<Telemetry> {
  const file = join(folder, "telemetry.duckdb");
  let instance: DuckDBInstance;
  let writer: DuckDBConnection;
  let columns: readonly string[];
  let guard: TimeGuard;
  try {
    instance = await DuckDBInstance.create(file, { memory_limit: "512MB", threads: "2" });
    writer = await instance.connect();
    columns = await prepareTables(writer, catalogue.names);
    guard = await timeGuard(writer, catalogue);
  } catch (error) {
    throw new OperationalError("telemetry-unusable", `${file} cannot be used: ${messageOf(error)}`, {
      cause: error,
    });
  }
  const reader = await instance.connect();
  const slots = columns.map(catalogue.slotOf);
  const types = [...fixedColumns.map(({ type }) => type), ...columns.map(() => DOUBLE)];

  async function write(readings: readonly FrameToStore[], checkpoint: number): Promise<void> {
    try {
      await writer.run("BEGIN");
      const admitted = await guard.admitted(readings);
      if (admitted.length > 0) {
        const appender = await writer.createAppender("readings");
        for (let from = 0; from < admitted.length; from += chunkRows) {
          const rows = admitted.slice(from, from + chunkRows);
          appender.appendDataChunk(chunkOf(rows, catalogue, slots, types));
        }
        appender.closeSync();
      }
      await writer.run("UPDATE checkpoint SET journalOffset = $1", [BigInt(checkpoint)]);
      await writer.run("COMMIT");
      guard.stored(admitted);
    } catch (error) {
      await writer.run("ROLLBACK").catch(() => {
        // There is nothing to take back when it was BEGIN that failed.
      });
      throw new OperationalError("telemetry-unavailable", `${file} did not store: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }

  async function goBack(checkpoint: number, batches: readonly WrittenAgain[]): Promise<void> {
    await writer.run("BEGIN");
    try {
      for (const { sid, ranges } of batches) {
        for (const [first, last] of ranges)
          for (const table of ["readings", "conflicts"])
            await writer.run(`DELETE FROM ${table} WHERE sid = $1 AND seq BETWEEN $2 AND $3`, [
              sid,
              BigInt(first),
              BigInt(last),
            ]);
      }
      await writer.run("UPDATE checkpoint SET journalOffset = $1", [BigInt(checkpoint)]);
      await writer.run("COMMIT");
      await guard.reset();
    } catch (error) {
      await writer.run("ROLLBACK");
      throw new OperationalError("telemetry-unavailable", `${file} did not go back: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }

  async function trend(query: TrendQuery): Promise<TrendColumns> {
    const { boilerId, points: wanted, fromMs, toMs, buckets, gapAfterMs } = query;
    const known = wanted.filter((point) => columns.includes(point));
    const range = [boilerId, BigInt(fromMs), BigInt(toMs)];
    const where = "boiler = $1 AND takenAtMs >= $2 AND takenAtMs < $3";
    const [counted] = await rowsOf(reader, `SELECT count(*) AS n FROM readings WHERE ${where}`, range);
    if (Number(counted?.[0]) <= 2 * buckets) {
      const list = ["takenAtMs", ...known.map(quoted)].join(", ");
      const rows = await rowsOf(
        reader,
        `SELECT ${list} FROM readings WHERE ${where} ORDER BY takenAtMs, tseg`,
        range,
      );
      const read = rows.map((row) => ({
        takenAtMs: Number(row[0]),
        values: wanted.map((point) => numberOrNull(row[1 + known.indexOf(point)], known.includes(point))),
      }));
      return rawTrend(read, wanted, gapAfterMs);
    }
    const perPoint = known.map((point) => {
      const column = quoted(point);
      return `min(${column}), max(${column}), arg_min(takenAtMs, ${column}) <= arg_max(takenAtMs, ${column})`;
    });
    const bucket = `CAST(floor((takenAtMs - $2) * ${buckets} / ${toMs - fromMs}) AS INTEGER)`;
    const list = [`${bucket} AS bucket`, ...perPoint].join(", ");
    const rows = await rowsOf(reader, `SELECT ${list} FROM readings WHERE ${where} GROUP BY bucket`, range);
    const extremes = wanted.map((point): readonly BucketExtremes[] => {
      const at = 1 + 3 * known.indexOf(point);
      if (at < 1) return [];
      return rows.map((row) => ({
        bucket: Number(row[0]),
        lowest: numberOrNull(row[at], true),
        highest: numberOrNull(row[at + 1], true),
        lowestFirst: row[at + 2] !== false,
      }));
    });
    return bucketTrend(query, extremes);
  }

  return {
    name: "telemetry (DuckDB)",
    checkpoint: async () => {
      const [row] = await rowsOf(writer, "SELECT journalOffset FROM checkpoint", []);
      return Number(row?.[0] ?? 0);
    },
    write,
    goBack,
    trend,
    readings: async ({ boilerId, fromMs, toMs, limit }) => {
      const list = [...fixedColumns.map(({ name }) => quoted(name)), ...columns.map(quoted)].join(", ");
      const rows = await rowsOf(
        reader,
        `SELECT ${list} FROM readings WHERE boiler = $1 AND takenAtMs >= $2 AND takenAtMs < $3
         ORDER BY takenAtMs, tseg LIMIT ${limit}`,
        [boilerId, BigInt(fromMs), BigInt(toMs)],
      );
      return rows.map((row) => storedReading(row, columns));
    },
    storedPerHour: async (fromMs, toMs) => {
      const rows = await rowsOf(
        reader,
        `SELECT boiler, takenAtMs - takenAtMs % ${hourMs} AS hour, count(*) FROM readings
         WHERE takenAtMs >= $1 AND takenAtMs < $2 GROUP BY boiler, hour`,
        [BigInt(fromMs), BigInt(toMs)],
      );
      return rows.map(([boiler, hour, count]) => ({
        boilerId: String(boiler),
        hourStartMs: Number(hour),
        readings: Number(count),
      }));
    },
    conflictsPerHour: async (fromMs, toMs) => {
      const rows = await rowsOf(
        reader,
        `SELECT boiler, takenAtMs - takenAtMs % ${hourMs} AS hour, count(*) FROM conflicts
         WHERE takenAtMs >= $1 AND takenAtMs < $2 GROUP BY boiler, hour`,
        [BigInt(fromMs), BigInt(toMs)],
      );
      return rows.map(([boiler, hour, count]) => ({
        boilerId: String(boiler),
        hourStartMs: Number(hour),
        readings: Number(count),
      }));
    },
    stop: async () => {
      reader.closeSync();
      writer.closeSync();
      instance.closeSync();
    },
  };
}

async function prepareTables(
  writer: DuckDBConnection,
  points: readonly string[],
): Promise<readonly string[]> {
  const fixed = fixedColumns.map(({ name, sql }) => `${quoted(name)} ${sql}`).join(", ");
  await writer.run(`CREATE TABLE IF NOT EXISTS readings (${fixed})`);
  await writer.run("CREATE TABLE IF NOT EXISTS checkpoint (journalOffset BIGINT)");
  await writer.run("INSERT INTO checkpoint SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM checkpoint)");
  for (const point of points)
    await writer.run(`ALTER TABLE readings ADD COLUMN IF NOT EXISTS ${quoted(point)} DOUBLE`);
  const rows = await rowsOf(
    writer,
    "SELECT column_name FROM information_schema.columns WHERE table_name = 'readings' ORDER BY ordinal_position",
    [],
  );
  return rows.map(([name]) => String(name)).slice(fixedColumns.length);
}

function chunkOf(
  rows: readonly FrameToStore[],
  catalogue: PointCatalogue,
  slots: readonly number[],
  types: readonly DuckDBType[],
) {
  const chunk = DuckDBDataChunk.create(types, rows.length);
  const fixed: readonly ((row: FrameToStore) => DuckDBValue)[] = [
    ({ origin }) => origin.siteId,
    ({ frame }) => frame.boilerId,
    ({ origin }) => origin.gatewayId,
    ({ origin }) => origin.sid,
    ({ origin }) => BigInt(origin.seq),
    ({ origin }) => origin.timeSegment,
    ({ frame }) => BigInt(frame.takenAtMs),
    ({ frame }) => flawsText(frame, catalogue),
  ];
  for (const [index, column] of fixed.entries()) chunk.setColumnValues(index, rows.map(column));
  for (const [index, slot] of slots.entries()) {
    const values = rows.map(({ frame }) => {
      const value = frame.values[slot];
      return value === undefined || Number.isNaN(value) ? null : value;
    });
    chunk.setColumnValues(fixed.length + index, values);
  }
  return chunk;
}

function flawsText({ flaws }: Frame, { names }: PointCatalogue): string | null {
  let text: string | null = null;
  for (let slot = 0; slot < flaws.length; slot += 1) {
    const code = flaws[slot] ?? 0;
    if (code !== 0) text = `${text === null ? "{" : `${text},`}"${names[slot]}":"${flawOfCode(code)}"`;
  }
  return text === null ? null : `${text}}`;
}

function storedReading(row: readonly DuckDBValue[], columns: readonly string[]): StoredReading {
  const [siteId, boilerId, gatewayId, sid, seq, timeSegment, takenAtMs, flawsText, ...numbers] = row;
  const flaws = (typeof flawsText === "string" ? JSON.parse(flawsText) : {}) as Record<string, FlawReason>;
  const values: Record<string, number | null> = {};
  for (const [index, point] of columns.entries()) {
    const value = numbers[index];
    if (typeof value === "number") values[point] = value;
    else if (flaws[point] !== undefined) values[point] = null;
  }
  return {
    siteId: String(siteId),
    boilerId: String(boilerId),
    gatewayId: String(gatewayId),
    sid: String(sid),
    seq: Number(seq),
    timeSegment: Number(timeSegment),
    takenAtMs: Number(takenAtMs),
    values,
    flaws,
  };
}

async function rowsOf(
  connection: DuckDBConnection,
  sql: string,
  values: DuckDBValue[],
): Promise<DuckDBValue[][]> {
  const result = await connection.runAndReadAll(sql, values);
  return result.getRows();
}

function numberOrNull(value: DuckDBValue | undefined, known: boolean): number | null {
  return known && typeof value === "number" ? value : null;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
