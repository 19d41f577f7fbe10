import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { frameOf } from "../../domain/frame.ts";
import { type PointCatalogue, pointCatalogue } from "../../domain/points.ts";
import type { FrameToStore, StoredReading, Telemetry } from "../../platform/telemetry/telemetry.ts";

const startMs = Date.UTC(2026, 2, 12, 6);

/** A reading a second of one boiler; O₂ rises by a thousandth each second, with one peak and one hole. */
export function storedReadings(count: number, boilerId = "toh-01"): readonly StoredReading[] {
  return Array.from({ length: count }, (_, index) => ({
    siteId: "demo-plant",
    boilerId,
    gatewayId: "boiler-house",
    sid: "00000000-0000-4000-8000-000000000000",
    seq: index + 1,
    timeSegment: 0,
    takenAtMs: startMs + index * 1_000,
    values: {
      o2DryPercent: index % 97 === 5 ? null : index === 1_234 ? 12.5 : 3 + index / 1_000,
      exhaustTempC: 180.25,
    },
    flaws: index % 97 === 5 ? { o2DryPercent: "no-answer" as const } : {},
  }));
}

export function toStore(
  readings: readonly StoredReading[],
  catalogue: PointCatalogue,
): readonly FrameToStore[] {
  return readings.map((reading) => ({ origin: reading, frame: frameOf(reading, catalogue) }));
}

/** What every telemetry store must do; `open` gives a fresh, empty one, `reopen` the same one again. */
export function telemetrySuite(
  name: string,
  open: (
    catalogue: PointCatalogue,
  ) => Promise<{ readonly store: Telemetry; reopen(catalogue: PointCatalogue): Promise<Telemetry> }>,
): void {
  describe(`telemetry in ${name}`, () => {
    const points = ["o2DryPercent", "exhaustTempC"];
    const rows = storedReadings(3_600);
    let store: Telemetry;
    let reopen: (catalogue: PointCatalogue) => Promise<Telemetry>;
    const catalogue = pointCatalogue();

    beforeAll(async () => {
      ({ store, reopen } = await open(catalogue));
    });
    afterAll(() => store.stop());

    test("begins empty", async () => {
      expect(await store.checkpoint()).toBe(0);
      expect(
        await store.readings({ boilerId: "toh-01", fromMs: startMs, toMs: startMs + 1, limit: 10 }),
      ).toEqual([]);
      const trend = await store.trend({
        boilerId: "toh-01",
        points,
        fromMs: startMs,
        toMs: startMs + 60_000,
        buckets: 10,
        gapAfterMs: 3_000,
      });
      expect(trend).toEqual({
        resolution: "raw",
        timesMs: [],
        values: { o2DryPercent: [], exhaustTempC: [] },
      });
    });

    test("gives back what was stored, to the digit, with flaws and the way back to the batch", async () => {
      await store.write(toStore(rows, catalogue), 3_600);
      await store.write(toStore(storedReadings(10, "toh-02"), catalogue), 3_610);
      expect(await store.checkpoint()).toBe(3_610);
      const back = await store.readings({
        boilerId: "toh-01",
        fromMs: startMs,
        toMs: startMs + 3_600_000,
        limit: 10_000,
      });
      expect(back).toEqual(rows);
    });

    test("a checkpoint can move on without readings", async () => {
      await store.write([], 4_000);
      expect(await store.checkpoint()).toBe(4_000);
    });

    test("a short trend is every reading, with a hole where a value was bad", async () => {
      const trend = await store.trend({
        boilerId: "toh-01",
        points,
        fromMs: startMs,
        toMs: startMs + 10_000,
        buckets: 100,
        gapAfterMs: 3_000,
      });
      expect(trend.resolution).toBe("raw");
      expect(trend.timesMs).toEqual(rows.slice(0, 10).map(({ takenAtMs }) => takenAtMs));
      expect(trend.values["o2DryPercent"]).toEqual(
        rows.slice(0, 10).map(({ values }) => values["o2DryPercent"]),
      );
    });

    test("a long trend has two points per bucket, and keeps the one peak", async () => {
      const trend = await store.trend({
        boilerId: "toh-01",
        points,
        fromMs: startMs,
        toMs: startMs + 3_600_000,
        buckets: 60,
        gapAfterMs: 3_000,
      });
      expect(trend.resolution).toBe("buckets");
      expect(trend.timesMs).toHaveLength(120);
      expect(Math.max(...(trend.values["o2DryPercent"] ?? []).map((value) => value ?? 0))).toBe(12.5);
      const first = (trend.values["o2DryPercent"] ?? []).slice(0, 2);
      expect(first).toEqual([3, 3.059]);
    });

    test("where nothing was stored the trend has a hole", async () => {
      const later = storedReadings(20).map((row) => ({
        ...row,
        boilerId: "toh-03",
        takenAtMs: row.takenAtMs + (row.seq > 10 ? 60_000 : 0),
      }));
      await store.write(toStore(later, catalogue), 5_000);
      const trend = await store.trend({
        boilerId: "toh-03",
        points: ["exhaustTempC"],
        fromMs: startMs,
        toMs: startMs + 120_000,
        buckets: 100,
        gapAfterMs: 3_000,
      });
      const values = trend.values["exhaustTempC"] ?? [];
      expect(values).toHaveLength(21);
      expect(values[10]).toBeNull();
    });

    test("counts what it holds, per boiler and hour", async () => {
      const counted = await store.storedPerHour(startMs, startMs + 3_600_000);
      expect(counted.find(({ boilerId }) => boilerId === "toh-01")).toEqual({
        boilerId: "toh-01",
        hourStartMs: startMs,
        readings: 3_600,
      });
      expect(counted.find(({ boilerId }) => boilerId === "toh-02")?.readings).toBe(10);
    });

    test("keeps everything over a restart, and takes a point that it has never seen", async () => {
      await store.stop();
      const grown = pointCatalogue({
        pumpSpeedHz: { unit: "Hz", decimals: 1, range: [0, 60], from: "sensor" },
      });
      store = await reopen(grown);
      expect(await store.checkpoint()).toBe(5_000);
      const [row] = rows;
      const more = {
        ...(row as StoredReading),
        takenAtMs: startMs + 7_200_000,
        values: { pumpSpeedHz: 41.5 },
        flaws: {},
      };
      await store.write(toStore([more], grown), 5_001);
      const back = await store.readings({
        boilerId: "toh-01",
        fromMs: startMs + 7_200_000,
        toMs: startMs + 7_300_000,
        limit: 10,
      });
      expect(back).toEqual([more]);
    });
  });
}
