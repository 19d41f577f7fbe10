import { setImmediate as nextTurn } from "node:timers/promises";
import {
  DOUBLE,
  type DuckDBConnection,
  DuckDBDataChunk,
  type DuckDBType,
  type DuckDBValue,
  INTEGER,
} from "@duckdb/node-api";
import duckdb from "@duckdb/node-bindings";
import { assert } from "../../../domain/assert.ts";
import type { PointCatalogue } from "../../../domain/points.ts";
import type { RollupTier } from "../../../domain/rollup.ts";
import { readingFlawsText, rollupFlawsText } from "../flaws-text.ts";
import type { FrameToStore, StoredRollup } from "../telemetry.ts";
import { type Column, readingColumns, rollupColumns, tables } from "./tables.ts";

/** The database would take 2,048 at a time; the columns of so few rows are read out of the processor's cache. */
const chunkRows = 256;

/** A fixed column to write: its type, and its value in each row. */
interface Written<Row> {
  readonly type: DuckDBType;
  readonly value: (row: Row) => DuckDBValue;
}

/** A column of numbers to write; not a number is stored as `null`. */
interface Numbers<Row> {
  readonly whole: boolean;
  readonly value: (row: Row) => number | undefined;
}

async function append<Row>(
  writer: DuckDBConnection,
  table: string,
  rows: readonly Row[],
  fixed: readonly Written<Row>[],
  numbers: readonly Numbers<Row>[],
): Promise<void> {
  const types = [...fixed.map(({ type }) => type), ...numbers.map(({ whole }) => (whole ? INTEGER : DOUBLE))];
  const appender = await writer.createAppender(table);
  for (let from = 0; from < rows.length; from += chunkRows) {
    const portion = rows.slice(from, from + chunkRows);
    const chunk = DuckDBDataChunk.create(types, portion.length);
    for (const [index, { value }] of fixed.entries()) chunk.setColumnValues(index, portion.map(value));
    for (const [index, column] of numbers.entries()) setNumbers(chunk, fixed.length + index, column, portion);
    appender.appendDataChunk(chunk);
    // An hour of a large plant takes a second to write: nobody waits for that.
    await nextTurn();
  }
  appender.closeSync();
}

const doubles = new Float64Array(chunkRows);
const integers = new Int32Array(chunkRows);
const validity = new Uint8Array(chunkRows / 8);

/** Writes a column at once. The package's own way takes a big integer for each `null`, and most points of a row are that. */
function setNumbers<Row>(
  { chunk }: DuckDBDataChunk,
  index: number,
  { whole, value }: Numbers<Row>,
  rows: readonly Row[],
): void {
  const items = whole ? integers : doubles;
  validity.fill(0);
  let valid = 0;
  for (const [row, each] of rows.entries()) {
    const number = value(each);
    if (number === undefined || Number.isNaN(number)) continue;
    items[row] = number;
    validity[row >> 3] = (validity[row >> 3] ?? 0) | (1 << (row & 7));
    valid += 1;
  }
  const vector = duckdb.data_chunk_get_vector(chunk, index);
  if (valid > 0)
    duckdb.copy_data_to_vector(vector, 0, items.buffer, 0, rows.length * items.BYTES_PER_ELEMENT);
  if (valid === rows.length) return;
  duckdb.vector_ensure_validity_writable(vector);
  // The database keeps validity in words of 64 rows.
  duckdb.copy_data_to_vector_validity(vector, 0, validity.buffer, 0, Math.ceil(rows.length / 64) * 8);
}

function withTypes<Row>(
  columns: readonly Column[],
  values: readonly Written<Row>["value"][],
): Written<Row>[] {
  assert(columns.length === values.length, "every fixed column has a value");
  return values.map((value, index) => ({ type: (columns[index] as Column).type, value }));
}

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
  const values = points.map(catalogue.slotOf).map((slot): Numbers<FrameToStore> => {
    return { whole: false, value: ({ frame }) => frame.values[slot] };
  });
  return append(writer, tables.raw.name, readings, withTypes(readingColumns, fixed), values);
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
  const parts = points.map(catalogue.slotOf).flatMap((slot): readonly Numbers<StoredRollup>[] => [
    { whole: false, value: ({ lowest }) => lowest[slot] },
    { whole: false, value: ({ highest }) => highest[slot] },
    { whole: false, value: ({ mean }) => mean[slot] },
    {
      whole: true,
      value: ({ count, validShare }) =>
        Number.isNaN(validShare[slot] ?? Number.NaN) ? Number.NaN : (count[slot] ?? 0),
    },
    { whole: false, value: ({ validShare }) => validShare[slot] },
    ...(rates[slot] ? [{ whole: false, value: ({ integral }: StoredRollup) => integral[slot] }] : []),
  ]);
  await append(writer, table, rollups, withTypes(rollupColumns, fixed), parts);
}
