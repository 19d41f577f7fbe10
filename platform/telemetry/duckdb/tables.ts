import {
  BIGINT,
  DOUBLE,
  type DuckDBConnection,
  type DuckDBType,
  type DuckDBValue,
  INTEGER,
  VARCHAR,
} from "@duckdb/node-api";
import type { RollupTier, Tier } from "../../../domain/rollup.ts";

export interface Column {
  readonly name: string;
  readonly type: DuckDBType;
}

/** Columns that every reading has, before those of its points. */
export const readingColumns: readonly Column[] = [
  { name: "site", type: VARCHAR },
  { name: "boiler", type: VARCHAR },
  { name: "gateway", type: VARCHAR },
  { name: "sid", type: VARCHAR },
  { name: "seq", type: BIGINT },
  { name: "tseg", type: INTEGER },
  { name: "takenAtMs", type: BIGINT },
  { name: "flaws", type: VARCHAR },
];

/** Columns that every rollup has, before those of its points. */
export const rollupColumns: readonly Column[] = [
  { name: "site", type: VARCHAR },
  { name: "boiler", type: VARCHAR },
  { name: "startMs", type: BIGINT },
  { name: "revision", type: INTEGER },
  { name: "readings", type: INTEGER },
  { name: "flaws", type: VARCHAR },
];

/** What a rollup says of one point: `o2DryPercent_min`, and so on. */
export const rollupParts = ["min", "max", "mean", "count", "valid"] as const;
export const ratePart = "integral";

/** Where a tier is, and which of its columns is its time. */
export const tables = {
  raw: { name: "readings", time: "takenAtMs", fixed: readingColumns },
  minute: { name: "minutes", time: "startMs", fixed: rollupColumns },
  hour: { name: "hours", time: "startMs", fixed: rollupColumns },
} as const satisfies Record<Tier, { readonly name: string; readonly time: string; readonly fixed: unknown }>;

/** Makes what is missing of the tables; there is no index, since a column store scans faster than it keeps one. */
export async function prepareTables(writer: DuckDBConnection): Promise<void> {
  for (const { name, fixed } of Object.values(tables)) {
    const columns = fixed.map((column) => `${quoted(column.name)} ${column.type}`).join(", ");
    await writer.run(`CREATE TABLE IF NOT EXISTS ${name} (${columns})`);
  }
  await writer.run("CREATE TABLE IF NOT EXISTS checkpoint (journalOffset BIGINT)");
  await writer.run("ALTER TABLE checkpoint ADD COLUMN IF NOT EXISTS notes VARCHAR");
  await writer.run("INSERT INTO checkpoint SELECT 0, NULL WHERE NOT EXISTS (SELECT 1 FROM checkpoint)");
}

/** The points that a tier has columns for, in the order of these. */
export async function pointsOf(connection: DuckDBConnection, tier: Tier): Promise<readonly string[]> {
  const { name, fixed } = tables[tier];
  const rows = await rowsOf(
    connection,
    "SELECT column_name FROM information_schema.columns WHERE table_name = $1 ORDER BY ordinal_position",
    [name],
  );
  const further = rows.map(([column]) => String(column)).slice(fixed.length);
  if (tier === "raw") return further;
  return further.filter((column) => column.endsWith("_min")).map((column) => column.slice(0, -"_min".length));
}

export async function addPoint(
  writer: DuckDBConnection,
  tier: Tier,
  point: string,
  isRate: boolean,
): Promise<void> {
  for (const { name, type } of pointColumns(tier, point, isRate))
    await writer.run(`ALTER TABLE ${tables[tier].name} ADD COLUMN IF NOT EXISTS ${quoted(name)} ${type}`);
}

export function pointColumns(tier: Tier, point: string, isRate: boolean): readonly Column[] {
  if (tier === "raw") return [{ name: point, type: DOUBLE }];
  return [...rollupParts, ...(isRate ? [ratePart] : [])].map((part) => ({
    name: `${point}_${part}`,
    type: part === "count" ? INTEGER : DOUBLE,
  }));
}

export function isRollup(tier: Tier): tier is RollupTier {
  return tier !== "raw";
}

export async function rowsOf(
  connection: DuckDBConnection,
  sql: string,
  values: DuckDBValue[],
): Promise<DuckDBValue[][]> {
  const result = await connection.runAndReadAll(sql, values);
  return result.getRows();
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
