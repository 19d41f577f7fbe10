import {
  DOUBLE,
  type DuckDBConnection,
  DuckDBDataChunk,
  type DuckDBType,
  type DuckDBValue,
  INTEGER,
} from "@duckdb/node-api";
import { assert } from "../../../domain/assert.ts";
import type { PointCatalogue } from "../../../domain/points.ts";
import type { RollupTier } from "../../../domain/rollup.ts";
import { readingFlawsText, rollupFlawsText } from "../flaws-text.ts";
import type { FrameToStore, StoredRollup } from "../telemetry.ts";
import { type Column, readingColumns, rollupColumns, tables } from "./tables.ts";

/** A data chunk of the database holds no more. */
const chunkRows = 2_048;

/** A column to write: its type, and its value in each row. */
interface Written<Row> {
  readonly type: DuckDBType;
  readonly value: (row: Row) => DuckDBValue;
}

async function append<Row>(
  writer: DuckDBConnection,
  table: string,
  rows: readonly Row[],
  columns: readonly Written<Row>[],
): Promise<void> {
  const types = columns.map(({ type }) => type);
  const appender = await writer.createAppender(table);
  for (let from = 0; from < rows.length; from += chunkRows) {
    const count = Math.min(chunkRows, rows.length - from);
    const chunk = DuckDBDataChunk.create(types, count);
    for (const [index, { value }] of columns.entries()) {
      // Straight into the column: a list of numbers and nulls in between would cost an object for each number.
      const vector = chunk.getColumnVector(index);
      for (let row = 0; row < count; row += 1) vector.setItem(row, value(rows[from + row] as Row));
      vector.flush();
    }
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}

function withTypes<Row>(
  columns: readonly Column[],
  values: readonly Written<Row>["value"][],
): Written<Row>[] {
  assert(columns.length === values.length, "every fixed column has a value");
  return values.map((value, index) => ({ type: (columns[index] as Column).type, value }));
}

const orNull = (value: number | undefined): number | null =>
  value === undefined || Number.isNaN(value) ? null : value;

export function appendReadings(
  writer: DuckDBConnection,
  readings: readonly FrameToStore[],
  catalogue: PointCatalogue,
  points: readonly string[],
): Promise<void> {
  const fixed: readonly Written<FrameToStore>["value"][] = [
    ({ origin }) => origin.siteId,
    ({ frame }) => frame.boilerId,
    ({ origin }) => origin.gatewayId,
    ({ origin }) => origin.sid,
    ({ origin }) => BigInt(origin.seq),
    ({ origin }) => origin.timeSegment,
    ({ frame }) => BigInt(frame.takenAtMs),
    ({ frame }) => readingFlawsText(frame, catalogue),
  ];
  const values = points.map(catalogue.slotOf).map((slot): Written<FrameToStore> => {
    return { type: DOUBLE, value: ({ frame }) => orNull(frame.values[slot]) };
  });
  const columns = [...withTypes(readingColumns, fixed), ...values];
  return append(writer, tables.raw.name, readings, columns);
}

/** Puts rollups in the place of those of the same time; only what was written before has to be taken out. */
export async function replaceRollups(
  writer: DuckDBConnection,
  tier: RollupTier,
  rollups: readonly StoredRollup[],
  catalogue: PointCatalogue,
  points: readonly string[],
  rates: readonly boolean[],
): Promise<void> {
  if (rollups.length === 0) return;
  const table = tables[tier].name;
  const rewritten = new Map<string, number[]>();
  for (const { boilerId, startMs, revision } of rollups) {
    if (revision === 1) continue;
    rewritten.set(boilerId, [...(rewritten.get(boilerId) ?? []), startMs]);
  }
  for (const [boilerId, starts] of rewritten)
    await writer.run(`DELETE FROM ${table} WHERE boiler = $1 AND startMs IN (${starts.join(", ")})`, [
      boilerId,
    ]);

  const fixed: readonly Written<StoredRollup>["value"][] = [
    ({ siteId }) => siteId,
    ({ boilerId }) => boilerId,
    ({ startMs }) => BigInt(startMs),
    ({ revision }) => revision,
    ({ readings }) => readings,
    (rollup) => rollupFlawsText(rollup, catalogue),
  ];
  const parts = points.map(catalogue.slotOf).flatMap((slot): readonly Written<StoredRollup>[] => [
    { type: DOUBLE, value: ({ lowest }) => orNull(lowest[slot]) },
    { type: DOUBLE, value: ({ highest }) => orNull(highest[slot]) },
    { type: DOUBLE, value: ({ mean }) => orNull(mean[slot]) },
    {
      type: INTEGER,
      value: ({ count, validShare }) => (orNull(validShare[slot]) === null ? null : (count[slot] ?? 0)),
    },
    { type: DOUBLE, value: ({ validShare }) => orNull(validShare[slot]) },
    ...(rates[slot] ? [{ type: DOUBLE, value: ({ integral }: StoredRollup) => orNull(integral[slot]) }] : []),
  ]);
  const columns = [...withTypes(rollupColumns, fixed), ...parts];
  await append(writer, table, rollups, columns);
}
