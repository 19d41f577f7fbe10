import { describe, expect, test } from "vitest";
import { type HourMean, noInput } from "../../domain/emissions/clock-hour.ts";
import { dayMemory, seeHour } from "../../domain/emissions/day-mean.ts";

const hourMs = 3_600_000;
const day = (atMs: number) => {
  const fromMs = Math.floor(atMs / (24 * hourMs)) * 24 * hourMs;
  return { date: "", fromMs, toMs: fromMs + 24 * hourMs };
};

/** An hour whose mean is its number, but for those told: burning without a sound reading, or standing still. */
function hour(of: number, what: "sound" | "flawed" | "idle" = "sound"): HourMean {
  const samples = 60;
  return {
    hourStartMs: of * hourMs,
    mean: what === "sound" ? of : null,
    validMinutes: what === "sound" ? 60 : 0,
    clampedMinutes: 0,
    input: {
      ...noInput,
      samples,
      goodSamples: what === "sound" ? 60 : 0,
      idleSamples: what === "idle" ? 60 : 0,
    },
  };
}

function dayOf(hours: readonly HourMean[]) {
  const memory = dayMemory();
  for (const each of hours) seeHour(memory, each, day);
  return memory.last;
}

const hours = (flawed: readonly number[] = [], idle: readonly number[] = []) =>
  Array.from({ length: 24 }, (_, of) =>
    hour(of, flawed.includes(of) ? "flawed" : idle.includes(of) ? "idle" : "sound"),
  );

describe("a day's mean", () => {
  test("is that of its hours, and is there with the last of them", () => {
    expect(dayOf(hours().slice(0, 23))).toBeNull();
    expect(dayOf(hours())).toMatchObject({ fromMs: 0, toMs: 24 * hourMs, mean: 11.5, validHours: 24 });
  });

  test("of hours that the boiler stood still, the day is made without them", () => {
    const idle = Array.from({ length: 20 }, (_, of) => of);
    expect(dayOf(hours([], idle))).toMatchObject({ mean: 21.5, validHours: 4, invalidHours: 0 });
  });

  test("with three hours that could not be measured it counts, with four it does not", () => {
    expect(dayOf(hours([0, 1, 2]))).toMatchObject({ mean: 13, validHours: 21, invalidHours: 3 });
    expect(dayOf(hours([0, 1, 2, 3]))).toMatchObject({ mean: null, validHours: 20, invalidHours: 4 });
  });

  test("ends with the first hour of another day when its last never came, and takes no hour twice", () => {
    expect(dayOf([hour(5), hour(5), hour(4), hour(7), hour(30)])).toMatchObject({ mean: 6, validHours: 2 });
  });

  test("of a day in which nothing was valid there is none", () => {
    expect(dayOf(hours([], [...Array(24).keys()]))).toMatchObject({ mean: null, validHours: 0 });
  });
});
