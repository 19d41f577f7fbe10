import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { fifteenDigits } from "../domain/units.ts";
import { messageOf, OperationalError } from "../platform/errors.ts";

export interface ReplaySettings {
  readonly file: string;
  /** Counted from 0, without the heading. */
  readonly startRow: number;
  readonly stepSeconds: number;
  /** Heading of a column → point, in the unit in which the point is kept, or with `scale` to it. */
  readonly columns: readonly { readonly column: string; readonly point: string; readonly scale: number }[];
}

export interface Replay {
  readonly rows: number;
  /** What the recorded plant said so many seconds after the start; `null` for a point its row does not give. */
  at(seconds: number): Readonly<Record<string, number | null>>;
}

/**
 * A recorded plant, one row of a CSV file per step. After the last row it has nothing more to say.
 * @throws OperationalError `replay-unusable`, naming the file and what is wrong
 */
export function openReplay({ file, startRow, stepSeconds, columns }: ReplaySettings): Replay {
  const rows = readRows(file);
  const headings = Object.keys(rows[0] ?? {});
  const missing = columns.filter(({ column }) => !headings.includes(column)).map(({ column }) => column);
  if (missing.length > 0) {
    throw new OperationalError(
      "replay-unusable",
      `${file} has no column ${missing.join(", ")}; its columns are ${headings.join(", ")}`,
    );
  }
  if (startRow >= rows.length) {
    throw new OperationalError(
      "replay-unusable",
      `${file} has ${rows.length} rows; startRow is ${startRow}, and must be less`,
    );
  }
  return {
    rows: rows.length,
    at: (seconds) => {
      const row = rows[startRow + Math.floor(seconds / stepSeconds)];
      return Object.fromEntries(
        columns.map(({ column, point, scale }) => [point, numberIn(row?.[column], scale)]),
      );
    },
  };
}

/** A line each; one that cannot be read is a row in which everything is missing, so that no other row moves. */
function readRows(file: string): readonly Readonly<Record<string, string>>[] {
  let lines: string[];
  try {
    lines = readFileSync(file, "utf8")
      .replace(/^\ufeff/, "")
      .trimEnd()
      .split(/\r?\n/);
  } catch (error) {
    throw new OperationalError(
      "replay-unusable",
      `${file} cannot be replayed: ${messageOf(error)}; put the file there, or change replay.file`,
      { cause: error },
    );
  }
  const [headings = [], ...rows] = lines.map(cellsOf);
  return rows.map((cells) =>
    Object.fromEntries(headings.map((heading, column) => [heading, cells[column] ?? ""])),
  );
}

function cellsOf(line: string): readonly string[] {
  try {
    const [cells = []] = parse(line, { relax_column_count: true }) as readonly (readonly string[])[];
    return cells;
  } catch {
    return []; // a quote that is never closed, say: this row is missing, with its flaw
  }
}

function numberIn(text: string | undefined, scale: number): number | null {
  const trimmed = text?.trim() ?? "";
  const value = Number(trimmed);
  return trimmed === "" || !Number.isFinite(value) ? null : fifteenDigits(value * scale);
}
