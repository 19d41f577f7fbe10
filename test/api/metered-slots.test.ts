import { expect, test } from "vitest";
import { meteredSlots } from "../../api/retrofits/metered-slots.ts";
import { frameOf } from "../../domain/frame.ts";
import { rollingUp } from "../../ingest/roll-up.ts";
import { duckdbTelemetry } from "../../platform/telemetry/duckdb-telemetry.ts";
import type { FrameToStore } from "../../platform/telemetry/telemetry.ts";
import { startMs, testPlant } from "../helpers/batches.ts";
import { temporaryFolder } from "../helpers/servers.ts";
import { simulatedWorld } from "../helpers/simulated-world.ts";

const minute = 60_000;
const hour = 60 * minute;
const plant = testPlant();

/** Gas at 100 Nm³/h and heat at 900 kW, at these times. */
async function stored(timesMs: readonly number[]) {
  const { catalogue } = plant;
  const store = await duckdbTelemetry(temporaryFolder(), catalogue);
  const origin = { siteId: "works", gatewayId: "gw-1", sid: "s", seq: 1, timeSegment: 0 };
  const readings = timesMs.map((takenAtMs): FrameToStore => {
    const values = { naturalGasFlowNm3PerH: 100, usefulHeatKw: 900 };
    return { origin, frame: frameOf({ boilerId: "b-1", takenAtMs, values, flaws: {} }, catalogue) };
  });
  const keep = { rawDays: 9_000, minuteDays: 9_000, hourDays: 9_000 };
  await rollingUp(store, plant, keep, simulatedWorld()).write(readings, 1);
  const slots = () =>
    meteredSlots(store, {
      boilerId: "b-1",
      needed: ["naturalGasFlowNm3PerH", "usefulHeatKw"],
      levels: [],
      fuelPoints: ["naturalGasFlowNm3PerH"],
      fromMs: startMs,
      toMs: startMs + 3 * hour,
      slotMs: hour,
    });
  return { store, slots };
}

function every(stepMs: number, isThere: (atMs: number) => boolean = () => true): readonly number[] {
  const times: number[] = [];
  // One more, so that the last hour is over.
  for (let at = 0; at <= 3 * hour; at += stepMs) if (isThere(at)) times.push(startMs + at);
  return times;
}

test("an hour of readings every five seconds with a gap is covered without it, and nothing is scaled up", async () => {
  const inGap = (at: number) => at >= hour + 10 * minute && at < hour + 40 * minute;
  const { store, slots } = await stored(every(5_000, (at) => !inGap(at)));
  const found = await slots();
  expect(found.map(({ coveredMs }) => coveredMs / minute)).toEqual([60, 30, 60]);
  expect(found.map(({ amounts }) => amounts["naturalGasFlowNm3PerH"])).toEqual([
    expect.closeTo(100, 9),
    expect.closeTo(50, 9),
    expect.closeTo(100, 9),
  ]);
  await store.stop();
});

test("readings that are no longer kept are taken from the hours, however seldom they came", async () => {
  const { store, slots } = await stored(every(10 * minute));
  const before = await slots();
  await store.drop("raw", startMs + 4 * hour);
  for (const found of [before, await slots()]) {
    expect(found.map(({ coveredMs }) => coveredMs)).toEqual([hour, hour, hour]);
    for (const { amounts } of found) expect(amounts["naturalGasFlowNm3PerH"]).toBeCloseTo(100, 9);
  }
  await store.stop();
});
