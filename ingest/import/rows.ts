import { Readable } from "node:stream";
import { parse } from "csv-parse";
import { messageOf, OperationalError } from "../../platform/errors.ts";
import { parsedLine } from "./line-protocol.ts";

/** One row of a history that somebody else kept: its cells by the names of their columns. */
export interface ForeignRow {
  /** Counted from 1; where it stands in its file. */
  readonly line: number;
  readonly cells: Readonly<Record<string, string>>;
}

/**
 * The rows of CSV with a heading. What InfluxDB answers as CSV has its tags in one cell, `boiler=b-1,site=works`: they
 * become columns of their own.
 * @throws OperationalError `import-unreadable`
 */
export async function* csvRows(bytes: AsyncIterable<Uint8Array | string>): AsyncGenerator<ForeignRow> {
  const parser = Readable.from(bytes).pipe(
    parse({
      columns: true,
      bom: true,
      trim: true,
      skip_empty_lines: true,
      relax_column_count: true,
      info: true,
    }),
  );
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      readonly record: Readonly<Record<string, string>>;
      readonly info: { readonly lines: number };
    }>) {
      const { tags } = record;
      const cells = tags === undefined || !tags.includes("=") ? record : { ...record, ...tagsOf(tags) };
      yield { line: info.lines, cells };
    }
  } catch (error) {
    if (error instanceof OperationalError) throw error;
    throw new OperationalError("import-unreadable", `This is no CSV with a heading: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function tagsOf(text: string): Readonly<Record<string, string>> {
  const pairs = text.split(",").map((pair) => pair.split("="));
  return Object.fromEntries(pairs.map(([name = "", value = ""]) => [name, value]));
}

/** The lines of InfluxDB's line protocol, tags and fields as cells, `time` as it stands there; comments and heads are passed over. */
export async function* lineProtocolRows(
  bytes: AsyncIterable<Uint8Array | string>,
  measurement: string | undefined,
): AsyncGenerator<ForeignRow> {
  let line = 0;
  for await (const text of linesOf(bytes)) {
    line += 1;
    if (text.trim() === "" || text.startsWith("#") || /^(CREATE|DROP) /.test(text)) continue;
    const point = parsedLine(text);
    if (point === null)
      throw new OperationalError(
        "import-unreadable",
        `Line ${line} is no line protocol: ${text.slice(0, 80)}`,
      );
    if (measurement !== undefined && point.measurement !== measurement) continue;
    yield { line, cells: point.cells };
  }
}

async function* linesOf(bytes: AsyncIterable<Uint8Array | string>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of bytes) {
    rest += typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield line.replace(/\r$/, "");
  }
  if (rest !== "") yield rest;
}
