import { expect, test } from "vitest";
import { localDays } from "../../domain/local-day.ts";
import { pointCatalogue } from "../../domain/points.ts";
import { daySums } from "../../platform/telemetry/day-sums.ts";
import { duckdbTelemetry } from "../../platform/telemetry/duckdb-telemetry.ts";
import { rollupsByDefinition } from "../helpers/rollups.ts";
import { temporaryFolder } from "../helpers/servers.ts";
import { type storedReadings, toStore } from "../suites/telemetry-suite.ts";

const catalogue = pointCatalogue();

/** A reading a minute; 600 kg of steam an hour, or 10 kg in each minute. */
function steadySteam(fromMs: number, toMs: number): ReturnType<typeof storedReadings> {
  return Array.from({ length: (toMs - fromMs) / 60_000 }, (_, index) => ({
    siteId: "works",
    boilerId: "b-1",
    gatewayId: "gw-1",
    sid: "s",
    seq: index + 1,
    timeSegment: 0,
    takenAtMs: fromMs + index * 60_000,
    values: { steamFlowKgPerH: 600, steamPressureBarG: index % 2 === 0 ? 7 : 8 },
    flaws: {},
  }));
}

test.each([
  ["Europe/Berlin", "2026-03-28", "2026-03-30", [24, 23, 24], 0],
  ["Europe/Berlin", "2026-10-24", "2026-10-26", [24, 25, 24], 0],
  ["Asia/Kolkata", "2026-03-28", "2026-03-29", [24, 24], 1_800_000],
  // Its clock is changed by half an hour: days part hours.
  ["Australia/Lord_Howe", "2026-04-04", "2026-04-06", [24, 24.5, 24], 0],
] as const)(
  "in %s the days from %s to %s have the sums of %j hours",
  async (zone, first, last, hours, offsetMs) => {
    const days = localDays(first, last, zone);
    const store = await duckdbTelemetry(temporaryFolder(), catalogue);
    // Twenty minutes are missing, and the last half hour is not summed up to an hour yet.
    const [fromMs, toMs] = [days[0]?.fromMs ?? 0, days.at(-1)?.toMs ?? 0];
    const readings = toStore(
      [...steadySteam(fromMs, fromMs + 600_000), ...steadySteam(fromMs + 1_800_000, toMs)],
      catalogue,
    );
    const all = rollupsByDefinition(readings, catalogue, offsetMs);
    const rollups = all
      .filter(({ tier, startMs }) => tier === "minute" || startMs + 3_600_000 < toMs)
      .map((each) => ({ ...each, revision: 1 }));
    await store.write(readings, 1, async () => ({ rollups, notes: null }));
    const sums = await daySums(store, "b-1", ["steamFlowKgPerH", "steamPressureBarG"], days, catalogue);
    const amounts = sums.map(({ points }) => points["steamFlowKgPerH"]?.amount ?? 0);
    expect(amounts.map((amount) => Math.round(amount * 1e6) / 1e6)).toEqual(
      hours.map((length, index) => 600 * length - (index === 0 ? 200 : 0)),
    );
    expect(sums[0]?.points["steamFlowKgPerH"]).toMatchObject({ lowest: 600, highest: 600, amountUnit: "kg" });
    expect(sums[0]?.points["steamFlowKgPerH"]?.validShare).toBeCloseTo(1 - 20 / (24 * 60), 9);
    expect(sums[1]?.points["steamPressureBarG"]).toMatchObject({
      lowest: 7,
      highest: 8,
      amount: null,
      validShare: 1,
    });
    await store.stop();
  },
);
