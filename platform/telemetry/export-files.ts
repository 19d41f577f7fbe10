import { createReadStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  DuckDBDataChunk,
  DuckDBInstance,
  type DuckDBType,
  VARCHAR,
} from "@duckdb/node-api";
import { quoted } from "./duckdb/tables.ts";
import type { Cell, ExportColumn, ExportTable } from "./export.ts";

export const exportFormats = ["csv", "ndjson", "parquet"] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** The bytes of a table in a format, as fast as they are taken. */
export function exported(table: ExportTable, format: ExportFormat): AsyncGenerator<string | Buffer> {
  return { csv, ndjson, parquet }[format](table);
}

const crlf = "\r\n";

/** With units in the heading, and times as ISO 8601 in UTC. */
async function* csv({ columns, rows }: ExportTable): AsyncGenerator<string> {
  const heading = columns.map(({ name, unit }) => (unit === null ? name : `${name} [${unit}]`));
  yield `${heading.map(csvCell).join(",")}${crlf}`;
  for await (const portion of rows()) {
    yield portion
      .map((row) => `${row.map((cell, index) => csvCell(written(cell, columns[index]))).join(",")}${crlf}`)
      .join("");
  }
}

/** Words of which a spreadsheet would make a formula are text, and stay it; a number may be negative. */
export function csvCell(cell: Cell): string {
  const text = typeof cell === "string" ? cell.replace(/^(?=[=+\-@\t\r])/, "'") : String(cell ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** An object a line; units are in the points' names. */
async function* ndjson({ columns, rows }: ExportTable): AsyncGenerator<string> {
  for await (const portion of rows()) {
    yield portion
      .map((row) => {
        const entries = columns.map((column, index) => [column.name, written(row[index] ?? null, column)]);
        return `${JSON.stringify(Object.fromEntries(entries))}\n`;
      })
      .join("");
  }
}

function written(cell: Cell, column: ExportColumn | undefined): Cell {
  return column?.kind === "instant" && typeof cell === "number" ? new Date(cell).toISOString() : cell;
}

const types = {
  text: VARCHAR,
  number: DOUBLE,
  instant: BIGINT,
  boolean: BOOLEAN,
} as const satisfies Record<ExportColumn["kind"], DuckDBType>;
const chunkRows = 2_048;

/** Written by DuckDB's COPY into a file that goes again, since Parquet ends with its index; units are in its metadata. */
async function* parquet(table: ExportTable): AsyncGenerator<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), "fluewatch-export-"));
  try {
    const file = join(folder, "history.parquet");
    await writeParquet(table, folder, file);
    yield* createReadStream(file) as AsyncIterable<Buffer>;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeParquet({ columns, rows }: ExportTable, folder: string, file: string): Promise<void> {
  const instance = await DuckDBInstance.create(join(folder, "rows.duckdb"), {
    memory_limit: "256MB",
    threads: "1",
  });
  const connection = await instance.connect();
  try {
    const typed = columns.map(({ name, kind }) => `${quoted(name)} ${types[kind]}`);
    await connection.run(`CREATE TABLE history (${typed.join(", ")})`);
    for await (const portion of rows()) {
      const appender = await connection.createAppender("history");
      for (let from = 0; from < portion.length; from += chunkRows) {
        const part = portion.slice(from, from + chunkRows);
        const chunk = DuckDBDataChunk.create(
          columns.map(({ kind }) => types[kind]),
          part.length,
        );
        for (const [index, { kind }] of columns.entries()) {
          const value = (cell: Cell) =>
            kind === "instant" && typeof cell === "number" ? BigInt(cell) : cell;
          chunk.setColumnValues(
            index,
            part.map((row) => value(row[index] ?? null)),
          );
        }
        appender.appendDataChunk(chunk);
      }
      appender.closeSync();
    }
    const list = columns.map(({ name, kind }) =>
      kind === "instant" ? `epoch_ms(${quoted(name)}) AS ${quoted(name)}` : quoted(name),
    );
    const units = Object.fromEntries(
      columns.flatMap(({ name, unit }) => (unit === null ? [] : [[name, unit]])),
    );
    const metadata = `{ units: '${JSON.stringify(units).replaceAll("'", "''")}', times: 'UTC' }`;
    await connection.run(
      `COPY (SELECT ${list.join(", ")} FROM history) TO '${file}' (FORMAT parquet, COMPRESSION zstd, KV_METADATA ${metadata})`,
    );
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
