import { expect, test } from "vitest";
import { pointCatalogue } from "../../domain/points.ts";
import { duckdbTelemetry } from "../../platform/telemetry/duckdb-telemetry.ts";
import { temporaryFolder } from "../helpers/servers.ts";
import { storedReadings, toStore } from "../suites/telemetry-suite.ts";

const catalogue = pointCatalogue();
const rows = storedReadings(100);
const everything = { boilerId: "toh-01", fromMs: 0, toMs: 9e12, limit: 1_000 };

test("a reading that is there already is stored once, whenever it comes again", async () => {
  const store = await duckdbTelemetry(temporaryFolder(), catalogue);
  await store.write(toStore(rows.slice(0, 60), catalogue), 60);
  await store.write(toStore(rows.slice(20), catalogue), 100);
  await store.write(toStore([...rows, ...rows], catalogue), 101);
  expect(await store.readings(everything)).toEqual(rows);
  expect(await store.conflictsPerHour(0, 9e12)).toEqual([]);
  await store.stop();
});

test("of two readings of one time the first stays; the other is set aside whole and counted, also after a restart", async () => {
  const folder = temporaryFolder();
  const store = await duckdbTelemetry(folder, catalogue);
  await store.write(toStore(rows, catalogue), 100);
  const other = rows.slice(40, 50).map((row) => ({
    ...row,
    sid: "00000000-0000-4000-8000-00000000000f",
    values: { ...row.values, o2DryPercent: 9 },
  }));
  await store.write(toStore(other, catalogue), 110);
  expect(await store.readings(everything)).toEqual(rows);
  await store.stop();

  const again = await duckdbTelemetry(folder, catalogue);
  // Another time segment is another time, though the clock showed the same.
  const replayed = other.map((row) => ({ ...row, timeSegment: 1 }));
  await again.write(toStore(replayed, catalogue), 120);
  expect(await again.readings(everything)).toHaveLength(110);
  const conflicts = await again.conflictsPerHour(0, 9e12);
  expect(conflicts.reduce((sum, { readings }) => sum + readings, 0)).toBe(10);
  await again.stop();
});
