import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { frameOf } from "../../domain/frame.ts";
import { type PointCatalogue, pointCatalogue } from "../../domain/points.ts";
import { minuteSums, type Rollup, ratesOf, type Tier } from "../../domain/rollup.ts";
import type { FrameToStore, StoredReading, Telemetry } from "../../platform/telemetry/telemetry.ts";
import { trendOf } from "../../platform/telemetry/trend.ts";

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

const everKept = { keptSinceMs: { raw: 0, minute: 0, hour: 0 } as const satisfies Record<Tier, number> };

/** The rollup of a minute of these readings. */
export function minuteOf(
  readings: readonly FrameToStore[],
  startMs: number,
  catalogue: PointCatalogue,
): Rollup {
  const [first] = readings;
  const sums = minuteSums(
    first?.origin.siteId ?? "",
    first?.frame.boilerId ?? "",
    startMs,
    ratesOf(catalogue),
  );
  for (const { frame } of readings)
    if (frame.takenAtMs >= startMs && frame.takenAtMs < startMs + 60_000) sums.add(frame);
  return sums.rollup();
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
      expect((await store.progress()).checkpoint).toBe(0);
      expect(
        await store.readings({ boilerId: "toh-01", fromMs: startMs, toMs: startMs + 1, limit: 10 }),
      ).toEqual([]);
      const trend = await trendOf(store, {
        ...everKept,
        boilerId: "toh-01",
        points,
        fromMs: startMs,
        toMs: startMs + 60_000,
        buckets: 10,
        gapAfterMs: 3_000,
      });
      expect(trend).toMatchObject({
        resolution: "raw",
        timesMs: [],
        values: { o2DryPercent: [], exhaustTempC: [] },
      });
    });

    test("gives back what was stored, to the digit, with flaws and the way back to the batch", async () => {
      await store.write(toStore(rows, catalogue), 3_600);
      await store.write(toStore(storedReadings(10, "toh-02"), catalogue), 3_610);
      expect((await store.progress()).checkpoint).toBe(3_610);
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
      expect((await store.progress()).checkpoint).toBe(4_000);
    });

    test("a short trend is every reading, with a hole where a value was bad", async () => {
      const trend = await trendOf(store, {
        ...everKept,
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
      const trend = await trendOf(store, {
        ...everKept,
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
      const trend = await trendOf(store, {
        ...everKept,
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

    test("rollups are kept to the digit, made from readings that it gives back, and rewritten in their place", async () => {
      const boilerId = "toh-04";
      const frames = toStore(storedReadings(180, boilerId), catalogue);
      const minute = (startMs: number, of: readonly FrameToStore[], revision: number) => ({
        ...minuteOf(of, startMs, catalogue),
        revision,
      });
      const stretch = { boilerId, fromMs: startMs, toMs: startMs + 180_000 };
      const first = [0, 60_000, 120_000].map((ms) => minute(startMs + ms, frames.slice(0, 150), 1));
      await store.write(frames.slice(0, 150), 5_100, async (stored) => {
        const back = await stored.frames(stretch);
        expect(back.map(({ frame }) => frame.takenAtMs)).toEqual(
          frames.slice(0, 150).map(({ frame }) => frame.takenAtMs),
        );
        expect(minute(startMs, back, 1)).toEqual(first[0]);
        expect(await stored.rollups("minute", stretch)).toEqual([]);
        return { rollups: first, notes: "first" };
      });
      expect(await store.rollups("minute", stretch)).toEqual(first);
      expect(await store.progress()).toEqual({ checkpoint: 5_100, notes: "first" });

      const second = minute(startMs + 120_000, frames, 2);
      await store.write(frames.slice(150), 5_110, async (stored) => {
        expect(await stored.rollups("minute", stretch)).toEqual(first);
        return { rollups: [second], notes: "n".repeat(130_000) };
      });
      expect(await store.rollups("minute", stretch)).toEqual([...first.slice(0, 2), second]);
      await store.write([], 5_120, async () => ({ rollups: [], notes: "shorter" }));
      expect(await store.progress()).toEqual({ checkpoint: 5_120, notes: "shorter" });
    });

    test("a trend of a minute a pixel is made of rollups, and of readings where there are none yet", async () => {
      const boilerId = "toh-05";
      const frames = toStore(storedReadings(1_800, boilerId), catalogue);
      const rollups = Array.from({ length: 25 }, (_, index) => ({
        ...minuteOf(frames, startMs + index * 60_000, catalogue),
        revision: 1,
      }));
      await store.write(frames, 5_200, async () => ({ rollups, notes: "" }));
      const query = {
        boilerId,
        points,
        fromMs: startMs,
        toMs: startMs + 1_800_000,
        buckets: 15,
        gapAfterMs: 3_000,
      };
      const { tier, resolution, values, means, flaws } = await trendOf(store, { ...query, ...everKept });
      expect({ tier, resolution }).toEqual({ tier: "minute", resolution: "buckets" });
      const o2 = storedReadings(1_800).map((reading) => reading.values["o2DryPercent"] ?? null);
      const pixels = Array.from({ length: 15 }, (_, pixel) => o2.slice(120 * pixel, 120 * (pixel + 1)));
      const pairs = pixels.map((pixel) => {
        const numbers = pixel.filter((value) => value !== null);
        return [Math.min(...numbers), Math.max(...numbers)];
      });
      // The peak comes before the lowest value only where a store says so.
      const pairOf = (pixel: number) => (values["o2DryPercent"] ?? []).slice(2 * pixel, 2 * pixel + 2);
      expect(pixels.map((_, pixel) => [...pairOf(pixel)].sort((a, b) => (a ?? 0) - (b ?? 0)))).toEqual(pairs);
      expect(means?.["exhaustTempC"]).toEqual(pixels.map(() => 180.25));
      const bad = pixels.flatMap((pixel) => pixel.filter((value) => value === null)).length;
      const told = (flaws["o2DryPercent"] ?? []).reduce(
        (sum, { reasons }) => sum + (reasons["no-answer"] ?? 0),
        0,
      );
      expect(told).toBe(bad);
      expect(flaws["exhaustTempC"]).toEqual([]);
    });

    test("what is past its time is taken out, and what is left is told", async () => {
      expect(await store.oldest("raw")).toBe(startMs);
      await store.drop("raw", startMs + 1_000);
      expect(await store.oldest("raw")).toBe(startMs + 1_000);
      expect(await store.oldest("minute")).toBe(startMs);
      expect(await store.oldest("hour")).toBeNull();
      expect(await store.newest("hour")).toBeNull();
      expect(await store.newest("raw")).toBe(startMs + 3_599_000);
      await store.drop("minute", startMs + 60_000);
      expect(await store.oldest("minute")).toBe(startMs + 60_000);
    });

    test("keeps everything over a restart, and takes a point that it has never seen", async () => {
      await store.stop();
      const grown = pointCatalogue({
        pumpSpeedHz: { unit: "Hz", decimals: 1, range: [0, 60], from: "sensor" },
      });
      store = await reopen(grown);
      expect((await store.progress()).checkpoint).toBe(5_200);
      const [row] = rows;
      const more = {
        ...(row as StoredReading),
        takenAtMs: startMs + 7_200_000,
        values: { pumpSpeedHz: 41.5 },
        flaws: {},
      };
      await store.write(toStore([more], grown), 5_201);
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
