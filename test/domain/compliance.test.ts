import { describe, expect, test } from "vitest";
import {
  dayOutcome,
  hourOutcome,
  isWorse,
  minutesAbove,
  type ReadingsHour,
} from "../../domain/compliance.ts";
import type { EmissionVerdict } from "../../domain/limits.ts";
import { daysTouched } from "../../domain/local-day.ts";

const hour = (parts: Partial<ReadingsHour>): ReadingsHour => ({
  kind: "readings",
  scanMs: 1_000,
  within: 0,
  above: 0,
  unjudged: {},
  worst: null,
  ...parts,
});

describe("an hour of the tables", () => {
  test("is above its limit when any steady window in it was, for as long as those readings last", () => {
    const some = hour({ within: 3_000, above: 600 });
    expect(hourOutcome(some)).toEqual({ kind: "above" });
    expect(minutesAbove(some)).toBe(10);
    expect(minutesAbove({ ...some, scanMs: 5_000, above: 120 })).toBe(10);
  });

  test("is not judged when nothing in it was, for the reason that held longest", () => {
    const unjudged = { "not-steady": 900, "not-firing": 2_700 };
    expect(hourOutcome(hour({ unjudged }))).toEqual({ kind: "not-judged", reason: "not-firing" });
    expect(hourOutcome(hour({ unjudged, within: 1 }))).toEqual({ kind: "within" });
    expect(hourOutcome(hour({}))).toEqual({ kind: "not-judged", reason: "no-data" });
  });

  test("has the value furthest over the limit as its worst, else the nearest to it", () => {
    const worst = { value: 1.25, limit: 1.3, tablesId: "t", source: "s", inForceFrom: "2019-01-01" };
    expect(isWorse({ value: 1.24, limit: 1.3 }, worst)).toBe(false);
    expect(isWorse({ value: 1.25, limit: 1.2 }, worst)).toBe(true);
    expect(isWorse({ value: 9, limit: 1 }, null)).toBe(true);
  });
});

test("an hour's mean is above for the whole hour, and says why it was not judged", () => {
  const mean = (verdict: Partial<EmissionVerdict>) =>
    ({ kind: "mean", verdict: verdict as EmissionVerdict }) as const;
  expect(hourOutcome(mean({ kind: "above" }))).toEqual({ kind: "above" });
  expect(minutesAbove(mean({ kind: "above" }))).toBe(60);
  expect(minutesAbove(mean({ kind: "within" }))).toBe(0);
  expect(hourOutcome(mean({ kind: "not-judged", reason: "hour-invalid" }))).toEqual({
    kind: "not-judged",
    reason: "hour-invalid",
  });
  expect(hourOutcome(mean({ kind: "not-in-force" }))).toEqual({ kind: "not-judged", reason: "not-in-force" });
});

test("a day shows an exceedance before what is within, and that before what was not judged", () => {
  expect(dayOutcome({ above: 1, within: 23, notJudged: 0 })).toBe("above");
  expect(dayOutcome({ above: 0, within: 1, notJudged: 23 })).toBe("within");
  expect(dayOutcome({ above: 0, within: 0, notJudged: 24 })).toBe("not-judged");
});

test("the days of a place that are touched are those of its own calendar", () => {
  const days = (from: string, to: string) => daysTouched("Asia/Taipei", Date.parse(from), Date.parse(to));
  expect(days("2026-03-12T15:59:59Z", "2026-03-12T16:00:00Z")).toEqual([
    {
      date: "2026-03-12",
      fromMs: Date.parse("2026-03-11T16:00:00Z"),
      toMs: Date.parse("2026-03-12T16:00:00Z"),
    },
  ]);
  expect(days("2026-03-11T16:00:00Z", "2026-04-10T16:00:00Z")).toHaveLength(30);
  expect(days("2026-03-11T15:59:59Z", "2026-03-11T16:00:01Z").map(({ date }) => date)).toEqual([
    "2026-03-11",
    "2026-03-12",
  ]);
});
