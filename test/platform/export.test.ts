import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { DuckDBInstance } from "@duckdb/node-api";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pointCatalogue } from "../../domain/points.ts";
import type { Tier } from "../../domain/rollup.ts";
import { duckdbTelemetry } from "../../platform/telemetry/duckdb-telemetry.ts";
import { exportTable } from "../../platform/telemetry/export.ts";
import { csvCell, type ExportFormat, exported } from "../../platform/telemetry/export-files.ts";
import type { Telemetry } from "../../platform/telemetry/telemetry.ts";
import { rollupsByDefinition } from "../helpers/rollups.ts";
import { temporaryFolder } from "../helpers/servers.ts";
import { storedReadings, toStore } from "../suites/telemetry-suite.ts";

const catalogue = pointCatalogue();
const boilers = [
  { id: "toh-01", simulated: true },
  { id: "toh-02", simulated: false },
];
const points = ["o2DryPercent", "exhaustTempC"];
/** More than two portions of an hour. */
const rows = boilers.map(({ id }) => storedReadings(7_500, id));
let store: Telemetry;

test.each([
  ["=cmd|'/c calc'!A1", "'=cmd|'/c calc'!A1"],
  ["@SUM(A1)", "'@SUM(A1)"],
  ['+1,"2"', `"'+1,""2"""`],
  [-3.5, "-3.5"],
  ["toh-01", "toh-01"],
  [null, ""],
])("a cell %j stands in CSV as %s: no spreadsheet makes a formula of words", (cell, written) => {
  expect(csvCell(cell)).toBe(written);
});

beforeAll(async () => {
  store = await duckdbTelemetry(temporaryFolder(), catalogue);
  const readings = toStore(rows.flat(), catalogue);
  const rollups = rollupsByDefinition(readings, catalogue).map((each) => ({ ...each, revision: 1 }));
  await store.write(readings, 1, async () => ({ rollups, notes: null }));
});
afterAll(() => store.stop());

function table(tier: Tier, from = store) {
  return exportTable(from, { tier, boilers, points, fromMs: 0, toMs: 9e12 }, catalogue);
}

async function bytesOf(tier: Tier, format: ExportFormat): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of exported(table(tier), format)) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}

describe("history that is written out", () => {
  test("is CSV with units in its heading, every reading to the digit, and the mark of what is simulated", async () => {
    const text = (await bytesOf("raw", "csv")).toString();
    expect(text.split("\r\n")[0]).toBe(
      "takenAt,site,boiler,gateway,sid,seq,simulated,o2DryPercent [%],exhaustTempC [°C],flaws",
    );
    const back: Record<string, string>[] = parse(text, { columns: true });
    expect(back).toHaveLength(15_000);
    const [first, second] = rows;
    for (const [index, wanted] of [...(first ?? []), ...(second ?? [])].entries()) {
      const { values, flaws, takenAtMs, boilerId } = wanted;
      const read = back[index] ?? {};
      if (index % 500 > 5) continue;
      expect(Date.parse(read["takenAt"] ?? "")).toBe(takenAtMs);
      expect(read["boiler"]).toBe(boilerId);
      expect(read["simulated"]).toBe(String(boilerId === "toh-01"));
      expect(read["o2DryPercent [%]"]).toBe(String(values["o2DryPercent"] ?? ""));
      expect(read["flaws"]).toBe(flaws["o2DryPercent"] === undefined ? "" : "o2DryPercent:no-answer");
    }
  });

  test("is NDJSON, an object a line", async () => {
    const lines = (await bytesOf("raw", "ndjson")).toString().trimEnd().split("\n");
    expect(lines).toHaveLength(15_000);
    expect(JSON.parse(lines[5] ?? "")).toMatchObject({
      boiler: "toh-01",
      simulated: true,
      o2DryPercent: null,
      exhaustTempC: 180.25,
      flaws: "o2DryPercent:no-answer",
    });
  });

  test("is Parquet that others read, with the units beside it, of readings and of rollups", async () => {
    const file = join(temporaryFolder(), "raw.parquet");
    writeFileSync(file, await bytesOf("raw", "parquet"));
    const minutes = join(temporaryFolder(), "minutes.parquet");
    writeFileSync(minutes, await bytesOf("minute", "parquet"));
    const duckdb = await (await DuckDBInstance.create(":memory:")).connect();
    const rowsOf = async (sql: string) => (await duckdb.runAndReadAll(sql)).getRowsJson();
    expect(
      await rowsOf(
        `SELECT count(*)::INT, count("o2DryPercent")::INT, max("o2DryPercent"), count(*) FILTER (simulated)::INT,
         min(takenAt)::VARCHAR FROM '${file}'`,
      ),
    ).toEqual([[15_000, 15_000 - 2 * 78, 12.5, 7_500, "2026-03-12 06:00:00"]]);
    const [units] = await rowsOf(
      `SELECT decode(value) FROM parquet_kv_metadata('${file}') WHERE decode(key) = 'units'`,
    );
    expect(JSON.parse(String(units?.[0]))).toEqual({ o2DryPercent: "%", exhaustTempC: "°C" });
    expect(
      await rowsOf(
        `SELECT count(*)::INT, sum("o2DryPercent_count")::INT, max("o2DryPercent_max") FROM '${minutes}'`,
      ),
    ).toEqual([[250, 15_000 - 2 * 78, 12.5]]);
    duckdb.closeSync();
  });

  test("is read from the store as fast as it is taken, and not on when its reader has gone", async () => {
    let asked = 0;
    const counting = {
      ...store,
      readings: (query: Parameters<Telemetry["readings"]>[0]) => {
        asked += 1;
        return store.readings(query);
      },
    };
    const stream = Readable.from(exported(table("raw", counting), "csv"), { objectMode: false });
    await new Promise((resolve) => stream.once("readable", resolve));
    await new Promise((resolve) => setTimeout(resolve, 200));
    // A heading and a portion fill the stream's buffer: the second of six portions waits.
    expect(asked).toBeLessThanOrEqual(2);
    const before = asked;
    stream.destroy();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(asked).toBe(before);
  });
});
