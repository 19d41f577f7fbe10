import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BIGINT, DOUBLE, DuckDBDataChunk, DuckDBInstance, DuckDBListValue, INTEGER } from "@duckdb/node-api";

/** A value of one point of one boiler at one time, by their numbers in the caller's lists. */
export interface LooseValue {
  readonly boiler: number;
  readonly atMs: number;
  readonly point: number;
  readonly value: number;
}

/** What belongs to one boiler and time. */
export interface SortedRow {
  readonly boiler: number;
  readonly atMs: number;
  readonly values: ReadonlyMap<number, number>;
}

/**
 * Brings values that come in any order, a field at a time or a row at a time, into rows in the order of time, on the
 * disk where they are many. Of two values of one point and time the later one counts.
 */
export interface Sorter {
  add(value: LooseValue): Promise<void>;
  sorted(): AsyncGenerator<SortedRow>;
  stop(): Promise<void>;
}

const chunkRows = 2_048;
const types = [BIGINT, INTEGER, BIGINT, INTEGER, DOUBLE];

export async function openSorter(): Promise<Sorter> {
  const folder = await mkdtemp(join(tmpdir(), "fluewatch-import-"));
  const settings = { memory_limit: "256MB", threads: "2" };
  const instance = await DuckDBInstance.create(join(folder, "rows.duckdb"), settings);
  const connection = await instance.connect();
  await connection.run(
    "CREATE TABLE loose (n BIGINT, boiler INTEGER, atMs BIGINT, point INTEGER, value DOUBLE)",
  );
  const appender = await connection.createAppender("loose");
  let waiting: LooseValue[] = [];
  let count = 0;

  function flush(): void {
    if (waiting.length === 0) return;
    const chunk = DuckDBDataChunk.create(types, waiting.length);
    chunk.setColumnValues(
      0,
      waiting.map((_, index) => BigInt(count + index)),
    );
    chunk.setColumnValues(
      1,
      waiting.map(({ boiler }) => boiler),
    );
    chunk.setColumnValues(
      2,
      waiting.map(({ atMs }) => BigInt(atMs)),
    );
    chunk.setColumnValues(
      3,
      waiting.map(({ point }) => point),
    );
    chunk.setColumnValues(
      4,
      waiting.map(({ value }) => value),
    );
    appender.appendDataChunk(chunk);
    count += waiting.length;
    waiting = [];
  }

  return {
    add: async (value) => {
      waiting.push(value);
      if (waiting.length === chunkRows) flush();
    },
    sorted: async function* () {
      flush();
      appender.closeSync();
      const rows = await connection.stream(
        `SELECT boiler, atMs, list(point), list(value) FROM
           (SELECT boiler, atMs, point, arg_max(value, n) AS value FROM loose GROUP BY boiler, atMs, point)
         GROUP BY boiler, atMs ORDER BY atMs, boiler`,
      );
      for await (const portion of rows.yieldRows())
        for (const [boiler, atMs, points, values] of portion) {
          if (!(points instanceof DuckDBListValue) || !(values instanceof DuckDBListValue)) continue;
          const pairs = points.items.map(
            (point, index) => [Number(point), Number(values.items[index])] as const,
          );
          yield { boiler: Number(boiler), atMs: Number(atMs), values: new Map(pairs) };
        }
    },
    stop: async () => {
      connection.closeSync();
      instance.closeSync();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
