import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { frameOf } from "../../domain/frame.ts";
import { pointCatalogue } from "../../domain/points.ts";
import type { Rollup } from "../../domain/rollup.ts";
import { rollingUp } from "../../ingest/roll-up.ts";
import { OperationalError } from "../../platform/errors.ts";
import { duckdbTelemetry } from "../../platform/telemetry/duckdb-telemetry.ts";
import type {
  FrameToStore,
  ReadingWriter,
  Retention,
  StoredRollup,
} from "../../platform/telemetry/telemetry.ts";
import { testPlant } from "../helpers/batches.ts";
import { rollupsByDefinition } from "../helpers/rollups.ts";
import { temporaryFolder } from "../helpers/servers.ts";
import { simulatedWorld } from "../helpers/simulated-world.ts";

const catalogue = pointCatalogue();
const keep = { rawDays: 90, minuteDays: 730, hourDays: 3_650 };
const startMs = Date.UTC(2026, 2, 12, 6);
const half = 1_800_000;

/** The sites' clock hours begin at half past: a rollup's hour is the plant's. */
const plant = testPlant();
function plantOf(hourOffsetMs: number) {
  const boilers = new Map([...plant.boilers].map(([id, boiler]) => [id, { ...boiler, hourOffsetMs }]));
  return { ...plant, boilers };
}

function reading(boilerId: string, atMs: number, o2: number | null, steam: number): FrameToStore {
  const values = { o2DryPercent: o2, steamFlowKgPerH: steam };
  const flaws = o2 === null ? { o2DryPercent: "no-answer" as const } : {};
  const origin = { siteId: "works", gatewayId: "gw-1", sid: "s", seq: 1, timeSegment: 0 };
  return { origin, frame: frameOf({ boilerId, takenAtMs: atMs, values, flaws }, catalogue) };
}

type Trouble = "none" | "before" | "between" | "kill" | "go back";

/** A store that keeps things the way InfluxDB does: point by point, so that a commit can break in the middle. */
function pointStore() {
  const readings = new Map<string, FrameToStore>();
  const rollups = new Map<string, StoredRollup>();
  let checkpoint = 0;
  let notes: string | null = null;
  let trouble: Trouble = "none";
  const failing = (when: Trouble) => {
    if (trouble === when) throw new OperationalError("telemetry-unavailable", "away");
  };
  const inOrder = (fromMs: number, toMs: number, boilerId: string) =>
    [...readings.values()]
      .filter(
        ({ frame }) => frame.boilerId === boilerId && frame.takenAtMs >= fromMs && frame.takenAtMs < toMs,
      )
      .sort((a, b) => a.frame.takenAtMs - b.frame.takenAtMs);
  const newest = (times: readonly number[]) => (times.length === 0 ? null : Math.max(...times));
  const writer: ReadingWriter & Pick<Retention, "newest"> = {
    newest: async (tier) =>
      tier === "raw"
        ? newest([...readings.values()].map(({ frame }) => frame.takenAtMs))
        : newest([...rollups.values()].filter((each) => each.tier === tier).map(({ startMs: at }) => at)),
    goBack: async (offset, _batches, left) => {
      checkpoint = offset;
      notes = left;
    },
    progress: async () => ({ checkpoint, notes }),
    write: async (written, upto, follow) => {
      failing("before");
      for (const each of written) readings.set(`${each.frame.boilerId} ${each.frame.takenAtMs}`, each);
      const { rollups: made, notes: left } = (await follow?.({
        frames: async ({ boilerId, fromMs, toMs }) => inOrder(fromMs, toMs, boilerId),
        rollups: async (tier, { boilerId, fromMs, toMs }) =>
          [...rollups.values()]
            .filter(
              (each) =>
                each.tier === tier &&
                each.boilerId === boilerId &&
                each.startMs >= fromMs &&
                each.startMs < toMs,
            )
            .sort((a, b) => a.startMs - b.startMs),
      })) ?? { rollups: [], notes: null };
      for (const each of made) rollups.set(`${each.tier} ${each.boilerId} ${each.startMs}`, each);
      failing("between");
      checkpoint = upto;
      notes = left ?? notes;
    },
  };
  return {
    writer,
    trouble: (next: Trouble) => {
      trouble = next;
    },
    rollups: () => [...rollups.values()],
  };
}

/** What they say, one line each and in order: quick to compare, and every digit is in it. */
function told(rollups: readonly Rollup[]): readonly string[] {
  const column = (numbers: readonly number[]) =>
    numbers
      .flatMap((number, slot) => (Number.isNaN(number) || number === 0 ? [] : [`${slot}=${number}`]))
      .join(" ");
  return rollups
    .map((each) => {
      const { lowest, highest, mean, count, validShare, integral } = each;
      const columns = [lowest, highest, mean, count, validShare, integral].map(column).join(" | ");
      const flaws = [...each.flaws].map(([slot, reasons]) => `${slot}:${[...reasons].join()}`).join(" ");
      return `${each.tier} ${each.siteId} ${each.boilerId} ${each.startMs} ${each.readings}: ${columns} | ${flaws}`;
    })
    .sort();
}

const anyReading = fc.record({
  boilerId: fc.constantFrom("b-1", "b-2"),
  second: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 10_000 })),
  o2: fc.option(fc.double({ min: 0, max: 21, noNaN: true }), { freq: 4 }),
  steam: fc.double({ min: 0, max: 20_000, noNaN: true }),
});
/** A minute that goes in anew after a commit that broke off, and in the same commit a late reading of it. */
const oneBoiler = [0, 180, 240, 181, 1].map((second) => ({
  ...{ boilerId: "b-1" as const, second, o2: null, steam: 0 },
}));
const commit = (size: number, trouble: Trouble) => ({ size, trouble, pauseMs: 0 as const });
const summedInMemoryAndLate: [typeof oneBoiler, ReturnType<typeof commit>[], 0, boolean] = [
  oneBoiler,
  [commit(1, "none"), commit(4, "between"), commit(4, "none")],
  0,
  false,
];
const uniqueReadings = fc.uniqueArray(anyReading, {
  minLength: 1,
  maxLength: 120,
  selector: ({ boilerId, second }) => `${boilerId} ${second}`,
});

describe("rollups", () => {
  test("are the same in whatever order, in whatever commits, through whatever crashes readings come", async () => {
    await fc.assert(
      fc.asyncProperty(
        uniqueReadings,
        fc.array(
          fc.record({
            size: fc.integer({ min: 1, max: 30 }),
            trouble: fc.constantFrom<Trouble>("none", "none", "none", "before", "between", "kill", "go back"),
            pauseMs: fc.constantFrom(0, 500, 5_000, 200_000),
          }),
          { minLength: 1, maxLength: 40 },
        ),
        fc.constantFrom(0, half),
        fc.boolean(),
        async (drawn, commits, hourOffsetMs, isInOrder) => {
          const readings = drawn.map(({ boilerId, second, o2, steam }) =>
            reading(boilerId, startMs + second * 1_000, o2, steam),
          );
          if (isInOrder) readings.sort((a, b) => a.frame.takenAtMs - b.frame.takenAtMs);
          const world = simulatedWorld({ startMs: startMs + 20_000_000 });
          const store = pointStore();
          const opened = () => rollingUp(store.writer, plantOf(hourOffsetMs), keep, world);
          let writer = opened();
          let { checkpoint } = await writer.progress();
          for (let turn = 0; checkpoint < readings.length; turn += 1) {
            const { size, trouble, pauseMs } = commits[turn % commits.length] ?? {
              size: 9,
              trouble: "none",
              pauseMs: 0,
            };
            store.trouble(turn < commits.length ? trouble : "none");
            const upto = Math.min(readings.length, checkpoint + size);
            await writer.write(readings.slice(checkpoint, upto), upto).catch(() => {});
            if (trouble === "kill") writer = opened();
            if (trouble === "go back" && turn < commits.length) await writer.goBack(Math.floor(upto / 2), []);
            ({ checkpoint } = await writer.progress());
            await world.advance(pauseMs);
          }
          store.trouble("none");
          // Nothing more comes: what was waited for is made, in more than one commit where it is much.
          for (let turn = 0; turn < 12; turn += 1) {
            await world.advance(130_000);
            await writer.write([], checkpoint);
          }
          expect(told(store.rollups())).toEqual(told(rollupsByDefinition(readings, catalogue, hourOffsetMs)));
        },
      ),
      { numRuns: 150, examples: [summedInMemoryAndLate] },
    );
  });

  test("are rewritten with a revision when late readings come, and only then", async () => {
    const world = simulatedWorld({ startMs: startMs + 86_400_000 });
    const store = pointStore();
    const writer = rollingUp(store.writer, plantOf(0), keep, world);
    const every = (fromSecond: number, toSecond: number, stepSeconds: number) =>
      Array.from({ length: Math.ceil((toSecond - fromSecond) / stepSeconds) }, (_, index) =>
        reading("b-1", startMs + (fromSecond + index * stepSeconds) * 1_000, 4, 1_000),
      );
    await writer.write(every(0, 4_000, 2), 1);
    const revisionsOf = (tier: string) =>
      store
        .rollups()
        .filter((each) => each.tier === tier)
        .sort((a, b) => a.startMs - b.startMs)
        .map(({ revision }) => revision);
    expect(revisionsOf("hour")).toEqual([1]);
    expect(revisionsOf("minute")).toEqual(new Array(66).fill(1));
    await writer.write(every(121, 170, 2), 2);
    await world.advance(40_000);
    await writer.write([], 3);
    expect(revisionsOf("minute").slice(0, 5)).toEqual([1, 1, 2, 1, 1]);
    expect(revisionsOf("hour")).toEqual([2]);
    const minute = store
      .rollups()
      .find(({ tier, startMs: at }) => tier === "minute" && at === startMs + 120_000);
    expect(minute?.readings).toBe(30 + 25);
    // A minute whose raw readings may be gone by now stays as it is.
    await world.advance(91 * 86_400_000);
    await writer.write(every(1, 60, 2), 4);
    await world.advance(40_000);
    await writer.write([], 5);
    expect(revisionsOf("minute").slice(0, 3)).toEqual([1, 1, 2]);
  });
});

describe("rollups in DuckDB", () => {
  const stops: (() => Promise<void>)[] = [];
  afterAll(async () => {
    for (const stop of stops) await stop();
  });

  test("what was under way when the process ended is complete after the next start, and nothing is twice", async () => {
    const folder = temporaryFolder();
    const world = simulatedWorld({ startMs: startMs + 86_400_000 });
    const readings = Array.from({ length: 5_000 }, (_, index) =>
      reading(
        index % 2 === 0 ? "b-1" : "b-2",
        startMs + Math.floor(index / 2) * 2_000,
        index % 50 === 0 ? null : 3 + index / 1_000,
        index,
      ),
    );
    let store = await duckdbTelemetry(folder, catalogue);
    let done = 0;
    for (const size of [700, 1, 1_333, 66, 1_200, 900, 800]) {
      const writer = rollingUp(store, plantOf(half), keep, world);
      await writer.write(readings.slice(done, done + size), done + size);
      done = Math.min(readings.length, done + size);
      await store.stop();
      store = await duckdbTelemetry(folder, catalogue);
      expect((await store.progress()).checkpoint).toBeGreaterThanOrEqual(done);
    }
    stops.push(store.stop);
    const writer = rollingUp(store, plantOf(half), keep, world);
    await writer.write([], 5_001);
    await world.advance(130_000);
    await writer.write([], 5_002);
    await writer.write([], 5_003);
    const stored: StoredRollup[] = [];
    for (const boilerId of ["b-1", "b-2"])
      for (const tier of ["minute", "hour"] as const)
        stored.push(...(await store.rollups(tier, { boilerId, fromMs: 0, toMs: 9e12 })));
    expect(told(stored)).toEqual(told(rollupsByDefinition(readings, catalogue, half)));
  });
});
