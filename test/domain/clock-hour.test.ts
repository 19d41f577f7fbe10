import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type HourMean, type HourRule, hourMemory, hourWatch } from "../../domain/emissions/clock-hour.ts";
import {
  type AveragingOrder,
  hourlyMean,
  type StartUpTreatment,
} from "../../domain/emissions/hourly-mean.ts";
import type { Flaws, Values } from "../../domain/reading.ts";
import { catalogue, frame } from "../helpers/frames.ts";

/** 08:00 in Taipei. */
const startMs = Date.UTC(2026, 0, 5);
const hourMs = 3_600_000;

const rule: HourRule = {
  referenceO2Percent: 6,
  averagingOrder: "correct-then-average",
  startUp: "left-out",
  firingO2AtMostPercent: 16,
};

interface Scan {
  readonly values: Values;
  readonly flaws?: Flaws;
}
const nox = (noxDryPpm: number, o2DryPercent = 6, firing = 1): Scan => ({
  values: { noxDryPpm, o2DryPercent, firing },
});
const bad: Scan = { values: { noxDryPpm: null, o2DryPercent: 6, firing: 1 } };
const doubtful: Scan = { values: nox(900).values, flaws: { noxDryPpm: "too-fast" } };
const doubtfulO2: Scan = { values: nox(900).values, flaws: { o2DryPercent: "frozen" } };
const stopped = nox(900, 6, 0);

/** The mean of the hour in which `scan` says what each quarter of a minute brings; the next hour's first scan ends it. */
function hourOf(
  scan: (minute: number, quarter: number) => Scan | null,
  averagingOrder: AveragingOrder = "correct-then-average",
  offsetMs = 0,
  startUp: StartUpTreatment = "left-out",
): HourMean | null {
  const timing = { hourOffsetMs: offsetMs, scanMs: 15_000 };
  const watch = hourWatch("noxAtRefO2Ppm", catalogue, { ...rule, averagingOrder, startUp }, timing);
  const memory = hourMemory();
  for (let step = 0; step < 240; step += 1) {
    const minute = Math.floor(step / 4);
    const each = scan(minute, step % 4);
    if (each === null) continue;
    expect(watch.see(memory, frame(each.values, startMs - offsetMs + step * 15_000, each.flaws))).toBeNull();
  }
  return watch.see(memory, frame(nox(0).values, startMs - offsetMs + hourMs));
}

describe("the mean of a clock hour", () => {
  test("of an hour without fault is that of its minutes, and ends when the next begins", () => {
    const hour = hourOf((minute) => nox(minute));
    expect(hour).toMatchObject({ hourStartMs: startMs, validMinutes: 60, clampedMinutes: 0 });
    expect(hour?.mean).toBeCloseTo(29.5, 9);
  });

  test.each([
    ["three quarters of a minute's scans good: the minute counts", 3, 60],
    ["half of them: it does not", 2, 0],
  ])("%s", (_what, goodScans, validMinutes) => {
    const hour = hourOf((_minute, quarter) => (quarter < goodScans ? nox(80) : bad));
    expect(hour).toMatchObject({ validMinutes, mean: validMinutes === 0 ? null : 80 });
  });

  test.each([
    ["twelve good minutes in the quarter: it counts", 12, 4],
    ["eleven: it does not, and three quarters make the hour", 11, 3],
  ])("%s", (_what, goodMinutes, quarters) => {
    // The first quarter is at 200 ppm, the others at 80: the mean shows whether the first is in it.
    const hour = hourOf((minute) => (minute >= 15 ? nox(80) : minute < goodMinutes ? nox(200) : bad));
    expect(hour?.mean).toBeCloseTo(quarters === 4 ? 110 : 80, 9);
    expect(hour?.validMinutes).toBe(45 + goodMinutes);
  });

  test("two of four quarters are no hour; three are", () => {
    expect(hourOf((minute) => (minute < 30 ? nox(80) : bad))).toMatchObject({ mean: null, validMinutes: 30 });
    expect(hourOf((minute) => (minute < 45 ? nox(80) : bad))?.mean).toBeCloseTo(80, 9);
    // Scattered over the hour, 75 % of the minutes are not enough where no quarter has its twelve.
    expect(hourOf((minute) => (minute % 4 === 3 ? bad : nox(80)))).toMatchObject({ mean: null });
  });

  test.each([
    ["flawed", doubtful],
    ["beside a flawed oxygen", doubtfulO2],
    ["out of firing", stopped],
    ["missing", bad],
    ["whose oxygen is missing", { values: { noxDryPpm: 900, o2DryPercent: null, firing: 1 } }],
  ])("a value %s is not in it, and its minute counts as lost", (_what, spoiled) => {
    const hour = hourOf((minute) => (minute % 15 < 13 ? nox(80) : spoiled));
    expect(hour).toMatchObject({ validMinutes: 52 });
    expect(hour?.mean).toBeCloseTo(80, 9);
    expect(hourOf(() => spoiled)).toMatchObject({ mean: null, validMinutes: 0 });
  });

  test("a stop in mid-hour leaves an hour of the firing minutes, or none", () => {
    expect(hourOf((minute) => (minute < 20 ? nox(80) : stopped))).toMatchObject({
      mean: null,
      validMinutes: 20,
    });
    expect(hourOf((minute) => (minute < 50 ? nox(80) : stopped))).toMatchObject({ validMinutes: 50 });
  });

  test("the two orders of averaging differ in a restless hour as they should", () => {
    // Half of each quarter at 3 % and 60 ppm, half at 13 % and 30 ppm.
    const restless = (minute: number) => (minute % 2 === 0 ? nox(60, 3) : nox(30, 13));
    const each = hourOf(restless)?.mean ?? 0;
    const once = hourOf(restless, "average-then-correct")?.mean ?? 0;
    // 60·15/18 = 50 and 30·15/8 = 56.25; a quarter has eight of the one and seven of the other, by turns.
    expect(each).toBeCloseTo((50 + 56.25) / 2, 6);
    expect(once).toBeCloseTo((45 * 15) / (21 - 8), 6);
    // The same from the mean of four quarters: two ways to one figure.
    const quarters = [0, 1, 2, 3].map((quarter) => {
      const minutes = Array.from({ length: 15 }, (_, index) => restless(15 * quarter + index).values);
      const mean = (name: string) => minutes.reduce((sum, values) => sum + (values[name] ?? 0), 0) / 15;
      return { concentration: mean("noxDryPpm"), o2DryPercent: mean("o2DryPercent") };
    });
    expect(hourlyMean(quarters, 6, "average-then-correct")).toBeCloseTo(once, 9);
  });

  // Eight minutes at rest, two of purge (the flame is on, the air of the fan still in the flue), then a fire.
  const lightOff = (minute: number) => (minute < 8 ? stopped : minute < 10 ? nox(6, 20.5) : nox(80));

  test("the air of a light-off is not judged; how much of the hour that was, the verdict can say", () => {
    const hour = hourOf(lightOff);
    // Ten of fifteen minutes are lost to the first quarter: the hour is that of the other three.
    expect(hour).toMatchObject({ mean: 80, validMinutes: 50, clampedMinutes: 0 });
    expect(hour?.input).toEqual({
      samples: 240,
      goodSamples: 200,
      idleSamples: 32,
      startUpSamples: 8,
      flaws: [],
    });
    // A longer one leaves no hour to judge.
    expect(hourOf((minute) => (minute < 31 ? nox(6, 20.5) : nox(80)))?.mean).toBeNull();
    // At 16 % it is a fire's oxygen.
    expect(hourOf(() => nox(30, 16))).toMatchObject({ mean: 90, validMinutes: 60 });
  });

  test("or as its permit has it: as measured, in either order, or corrected like all others", () => {
    const begun = (minute: number) => (minute % 15 < 3 ? nox(6, 20.5) : nox(80));
    const each = (startUp: StartUpTreatment, order: AveragingOrder = "correct-then-average") =>
      hourOf(begun, order, 0, startUp)?.mean;
    expect(each("left-out")).toBe(80);
    expect(each("as-measured")).toBeCloseTo((3 * 6 + 12 * 80) / 15, 9);
    expect(each("as-measured", "average-then-correct")).toBeCloseTo((3 * 6 + 12 * 80) / 15, 9);
    expect(each("corrected")).toBeCloseTo((3 * 6 * 15 + 12 * 80) / 15, 9);
  });

  test("what was not good is counted by reason, of the quantity and of the oxygen beside it", () => {
    const hour = hourOf((minute) => (minute < 3 ? doubtful : minute < 4 ? doubtfulO2 : nox(80)));
    expect(hour?.input).toMatchObject({
      samples: 240,
      goodSamples: 224,
      flaws: [
        { point: "noxDryPpm", reason: "too-fast", samples: 12 },
        { point: "o2DryPercent", reason: "frozen", samples: 4 },
      ],
    });
  });

  test("near air the floor holds the correction to fifteenfold, and its minutes are counted", () => {
    const corrected = (scan: (minute: number) => Scan) =>
      hourOf(scan, "correct-then-average", 0, "corrected");
    const hour = corrected((minute) => (minute % 15 < 3 ? nox(4, 20.8) : nox(80)));
    expect(hour).toMatchObject({ clampedMinutes: 12, validMinutes: 60 });
    expect(hour?.mean).toBeCloseTo((3 * 15 * 4 + 12 * 80) / 15, 9);
    expect(corrected(() => nox(80, 20))).toMatchObject({ clampedMinutes: 0 });
  });

  test("scans that never arrived are lost, and so are minutes without any", () => {
    expect(hourOf((_minute, quarter) => (quarter === 0 ? nox(80) : null))).toMatchObject({
      mean: null,
      validMinutes: 0,
    });
    expect(hourOf((_minute, quarter) => (quarter < 3 ? nox(80) : null))).toMatchObject({ validMinutes: 60 });
    expect(hourOf((minute) => (minute < 31 ? nox(80) : null))).toMatchObject({
      mean: null,
      validMinutes: 31,
    });
  });

  test("a mean that is the limit is the limit, whatever its sum lost on the way", () => {
    for (const value of [100.1, 50.7, 30.3]) expect(hourOf(() => nox(value))?.mean).toBe(value);
  });

  test("an hour ends though its quantity is no longer measured; the one after it has no mean", () => {
    const watch = hourWatch("noxAtRefO2Ppm", catalogue, rule, { scanMs: 60_000 });
    const memory = hourMemory();
    const at = (minute: number, values: Values) =>
      watch.see(memory, frame(values, startMs + minute * 60_000));
    for (let minute = 0; minute < 60; minute += 1) at(minute, nox(80).values);
    const without = { firing: 1, o2DryPercent: 6 };
    expect(at(60, without)).toMatchObject({ hourStartMs: startMs, mean: 80 });
    for (let minute = 61; minute < 120; minute += 1) expect(at(minute, without)).toBeNull();
    expect(at(120, without)).toMatchObject({ hourStartMs: startMs + hourMs, mean: null, validMinutes: 0 });
    // After a gap of hours the hour before is the one that was not seen, not the last that was.
    for (let minute = 121; minute < 180; minute += 1) at(minute, nox(80).values);
    expect(at(600, nox(80).values)).toMatchObject({ hourStartMs: startMs + 9 * hourMs, mean: null });
  });

  test("the order of the scans in a minute, and of the minutes in a quarter, changes nothing", () => {
    const scan = fc.oneof(
      fc.record({
        c: fc.double({ min: 0, max: 200, noNaN: true }),
        o2: fc.double({ min: 1, max: 15, noNaN: true }),
      }),
      fc.constant(null),
    );
    const minute = fc.array(scan, { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(minute, { minLength: 15, maxLength: 15 }), (quarter) => {
        const hour = (of: typeof quarter) =>
          hourOf((at, index) => {
            const each = of[at % 15]?.[index] ?? null;
            return each === null ? bad : nox(each.c, each.o2);
          });
        const [one, other] = [hour(quarter), hour(quarter.map((each) => [...each].reverse()).reverse())];
        expect(other?.validMinutes).toBe(one?.validMinutes);
        if (one?.mean == null) expect(other?.mean).toBeNull();
        else expect(Math.abs((other?.mean ?? 0) - one.mean)).toBeLessThanOrEqual(1.1e-9);
      }),
      { numRuns: 30 },
    );
  });

  test("a zone that is half an hour off has its own hours", () => {
    const hour = hourOf(() => nox(80), "correct-then-average", 30 * 60_000);
    expect(hour).toMatchObject({ hourStartMs: startMs - 30 * 60_000, validMinutes: 60 });
  });

  test.each([
    ["in spring", Date.UTC(2026, 2, 28, 23), 23],
    ["in autumn", Date.UTC(2026, 9, 24, 22), 25],
  ])(
    "the local day on which summer time turns %s has as many hours as it has, each with its own mean",
    (_when, midnightMs, hours) => {
      // Midnight to midnight in Berlin, by the wall: the hour that is skipped is none, the one that comes twice is two.
      const localHour = new Intl.DateTimeFormat("en", {
        timeZone: "Europe/Berlin",
        hour: "numeric",
        hourCycle: "h23",
      });
      const localHours = Array.from({ length: hours }, (_, hour) =>
        Number(localHour.format(midnightMs + hour * hourMs)),
      );
      expect([localHours.at(0), localHours.at(-1), new Set(localHours).size]).toEqual([
        0,
        23,
        Math.min(24, hours),
      ]);

      const watch = hourWatch("noxAtRefO2Ppm", catalogue, rule, { scanMs: 60_000 });
      const memory = hourMemory();
      const means: (number | null)[] = [];
      for (let minute = 0; minute <= hours * 60; minute += 1) {
        const ended = watch.see(
          memory,
          frame(nox(10 + Math.floor(minute / 60)).values, midnightMs + minute * 60_000),
        );
        if (ended !== null) means.push(ended.mean);
      }
      expect(means).toEqual(Array.from({ length: hours }, (_, hour) => 10 + hour));
    },
  );

  test("where nothing is measured there is no hour; while one is under way, its mean so far is told", () => {
    const watch = hourWatch("noxAtRefO2Ppm", catalogue, rule);
    const memory = hourMemory();
    for (let minute = 0; minute < 130; minute += 1)
      expect(watch.see(memory, frame({ firing: 1, o2DryPercent: 6 }, startMs + minute * 60_000))).toBeNull();
    expect(watch.soFar(memory)).toBeNull();
    for (let minute = 0; minute < 3; minute += 1)
      watch.see(memory, frame(nox(60 + 10 * minute).values, startMs + minute * 60_000));
    // The third minute is not over yet.
    expect(watch.soFar(memory)).toMatchObject({ mean: 65, validMinutes: 2, input: { samples: 3 } });
  });
});
