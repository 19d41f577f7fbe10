import { describe, expect, test } from "vitest";
import { hashOf } from "../../api/retrofits/canonical.ts";
import { proposedPeriods } from "../../domain/mv/clean-runs.ts";
import {
  daysIn,
  nextDay,
  plantDayBoundariesMs,
  plantDayOf,
  plantDayStartMs,
  plantSpan,
} from "../../domain/mv/plant-days.ts";

describe("days of the plant", () => {
  test("begin at midnight of its own clock", () => {
    expect(new Date(plantDayStartMs("2018-09-01", "Asia/Taipei")).toISOString()).toBe(
      "2018-08-31T16:00:00.000Z",
    );
    expect(plantDayOf(Date.UTC(2018, 7, 31, 16), "Asia/Taipei")).toBe("2018-09-01");
    expect(plantDayOf(Date.UTC(2018, 7, 31, 15, 59), "Asia/Taipei")).toBe("2018-08-31");
  });

  test("have 23 and 25 hours where the clocks change", () => {
    const hours = (day: string) => {
      const { fromMs, toMs } = plantSpan({ from: day, to: day }, "Europe/Berlin");
      return (toMs - fromMs) / 3_600_000;
    };
    expect([hours("2018-03-25"), hours("2018-10-28"), hours("2018-06-01")]).toEqual([23, 25, 24]);
  });

  test("are counted with the first and the last of them", () => {
    expect(daysIn({ from: "2017-08-01", to: "2018-07-31" })).toBe(365);
    expect(nextDay("2018-02-28")).toBe("2018-03-01");
    expect(plantDayBoundariesMs({ from: "2018-02-27", to: "2018-03-01" }, "UTC")).toHaveLength(4);
  });
});

describe("periods that are proposed", () => {
  const days = (coverage: readonly number[]) =>
    coverage.map((coveragePercent, k) => ({ date: nextDay("2018-01-01", k), coveragePercent }));
  const run = (length: number, percent: number) => Array.from({ length }, () => percent);

  test("are the two longest stretches, in the order of time; a day lacking breaks none", () => {
    const found = proposedPeriods(
      days([
        ...run(40, 100),
        0,
        ...run(40, 100),
        ...run(30, 0),
        ...run(60, 95),
        ...run(20, 0),
        ...run(15, 100),
      ]),
      90,
    );
    expect(found).toEqual([
      { from: "2018-01-01", to: nextDay("2018-01-01", 80) },
      { from: nextDay("2018-01-01", 111), to: nextDay("2018-01-01", 170) },
    ]);
  });

  test("are none where a fortnight is nowhere together", () => {
    expect(proposedPeriods(days([...run(10, 100), ...run(10, 0), ...run(10, 100)]), 90)).toEqual([]);
  });
});

test("a plan's fingerprint is that of its content, whatever the order of its keys", () => {
  expect(hashOf({ a: 1, b: [2, { c: null }] })).toBe(hashOf({ b: [2, { c: null }], a: 1 }));
  expect(hashOf({ a: 1 })).not.toBe(hashOf({ a: 2 }));
  expect(hashOf({ a: undefined, b: 1 })).toBe(hashOf({ b: 1 }));
});
