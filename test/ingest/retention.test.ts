import { expect, test } from "vitest";
import { pointCatalogue } from "../../domain/points.ts";
import type { Tier } from "../../domain/rollup.ts";
import { startRetention } from "../../ingest/retention.ts";
import { duckdbTelemetry } from "../../platform/telemetry/duckdb-telemetry.ts";
import { rollupsByDefinition } from "../helpers/rollups.ts";
import { temporaryFolder } from "../helpers/servers.ts";
import { simulatedWorld } from "../helpers/simulated-world.ts";
import { until } from "../helpers/until.ts";
import { storedReadings, toStore } from "../suites/telemetry-suite.ts";

const day = 86_400_000;

test("what is older than it is kept goes, tier by tier, and not while history is being filled in", async () => {
  const catalogue = pointCatalogue();
  const store = await duckdbTelemetry(temporaryFolder(), catalogue);
  const world = simulatedWorld({ startMs: Date.UTC(2026, 2, 12, 7) });
  const nowMs = world.clock.nowMs();
  // Forty readings, a day apart, the newest of them now.
  const daily = storedReadings(40).map((reading, index) => ({
    ...reading,
    takenAtMs: nowMs - (39 - index) * day,
  }));
  const readings = toStore(daily, catalogue);
  const rollups = rollupsByDefinition(readings, catalogue).map((each) => ({ ...each, revision: 1 }));
  await store.write(readings, 1, async () => ({ rollups, notes: null }));

  let filledInAtMs: number | null = 0;
  const keep = { rawDays: 10, minuteDays: 20, hourDays: 30 };
  const retention = startRetention(store, keep, () => filledInAtMs, world);
  const keptDays = async (tier: Tier) => Math.round((nowMs - ((await store.oldest(tier)) ?? 0)) / day);
  await world.advance(120_000);
  expect(await keptDays("raw")).toBe(39);
  filledInAtMs = null;
  await until("all is as old as it may be", async () => {
    await world.advance(600_000);
    return (
      (await keptDays("raw")) <= 10 && (await keptDays("minute")) <= 20 && (await keptDays("hour")) <= 30
    );
  });
  expect(await store.countRows("raw", { boilerId: "toh-01", points: [], fromMs: 0, toMs: 9e12 })).toBe(10);
  expect(await store.countRows("minute", { boilerId: "toh-01", points: [], fromMs: 0, toMs: 9e12 })).toBe(20);
  expect(await store.countRows("hour", { boilerId: "toh-01", points: [], fromMs: 0, toMs: 9e12 })).toBe(30);
  const stopped = retention.stop();
  await world.advance(1);
  await stopped;
  await store.stop();
});
