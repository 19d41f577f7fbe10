import { describe, expect, test } from "vitest";
import { baselineMemory, deviationFrom, seeBaseline } from "../../domain/alarms/baseline.ts";

const hour = 3_600_000;
const settings = { learnMs: 24 * hour, meanMs: 6 * hour };

/** Steady firing at changing load, a value a minute. */
function fed(memory = baselineMemory(), hours: number, valueAt: (load: number) => number, fromHour = 0) {
  for (let minute = 0; minute < hours * 60; minute += 1) {
    const load = minute % 120 < 60 ? 45 : 85;
    seeBaseline(memory, valueAt(load), load, fromHour * hour + minute * 60_000, settings);
  }
  return memory;
}
const efficiency = (load: number) => (load > 50 ? 92 : 90);

describe("the past of a boiler", () => {
  test("is learned for each load by itself, and says nothing before it is known", () => {
    const memory = fed(undefined, 47, efficiency, 1);
    expect(deviationFrom(memory, settings)).toBeNaN();
    fed(memory, 24, efficiency, 48);
    expect(deviationFrom(memory, settings)).toBeCloseTo(0, 9);
  });

  test("stays as it was learned, however slowly the boiler gets worse", () => {
    const memory = fed(undefined, 72, efficiency, 1);
    for (let day = 0; day < 60; day += 1)
      fed(memory, 24, (load) => efficiency(load) - day / 40, 73 + 24 * day);
    expect(deviationFrom(memory, settings)).toBeGreaterThan(-1.5);
    expect(deviationFrom(memory, settings)).toBeLessThan(-1.4);
  });

  test("is not moved by what is not known, nor by another load", () => {
    const memory = fed(undefined, 72, efficiency, 1);
    const before = deviationFrom(memory, settings);
    fed(memory, 24, () => Number.NaN, 100);
    expect(deviationFrom(memory, settings)).toBe(before);
    for (let minute = 1; minute < 60; minute += 1)
      seeBaseline(memory, 80, 15, 200 * hour + minute * 60_000, settings);
    expect(deviationFrom(memory, settings)).toBe(before);
  });
});
