import { describe, expect, test } from "vitest";
import { airRatio } from "../../domain/combustion/air-ratio.ts";
import type { Fuel } from "../../domain/fuel.ts";
import { judgeTables } from "../../domain/limits.ts";
import type { FlawReason } from "../../domain/reading.ts";
import {
  defaultSteadySettings,
  type SteadyState,
  steadyMemory,
  steadyWatch,
} from "../../domain/steady-state.ts";
import { seededRandom } from "../../simulators/seeded-random.ts";
import { boiler, shippedRules } from "../helpers/boilers.ts";
import { catalogue, frame } from "../helpers/frames.ts";

const settings = { ...defaultSteadySettings, stepMs: 2_000, windowMs: 20_000, afterLightOffMs: 0 };
const startMs = Date.UTC(2026, 0, 1);

type Sample = Readonly<Record<string, number | null>>;

/** One sample a second; what the boiler counts as after the last of them. */
function stateAfter(
  seconds: number,
  sample: (second: number) => Sample,
  using = settings,
  flaws: Readonly<Record<string, FlawReason>> = {},
) {
  const memory = steadyMemory();
  const watch = steadyWatch(catalogue, using);
  let state: SteadyState = { steady: false, reason: "no-data" };
  for (let second = 0; second < seconds; second += 1) {
    state = watch.see(memory, frame(sample(second), startMs + second * 1_000, flaws));
  }
  return state;
}

const calm = (): Sample => ({ firing: 1, o2DryPercent: 3, exhaustTempC: 150, loadPercent: 80 });

describe("steady state", () => {
  test("is reached when the whole window is full and calm, and gives the means over it", () => {
    expect(stateAfter(19, calm)).toEqual({ steady: false, reason: "window-filling" });
    expect(stateAfter(22, calm)).toMatchObject({
      steady: true,
      o2DryPercent: { mean: 3, samples: 20, goodSamples: 20 },
      exhaustTempC: { mean: 150 },
    });
  });

  test("noise of an analyser is steady, a drift over the window is not", () => {
    const random = seededRandom(3);
    expect(stateAfter(60, () => ({ ...calm(), o2DryPercent: 3 + 0.1 * (random() - 0.5) })).steady).toBe(true);
    expect(stateAfter(60, (second) => ({ ...calm(), o2DryPercent: 3 + 0.03 * second }))).toMatchObject({
      reason: "not-steady",
    });
    expect(stateAfter(60, (second) => ({ ...calm(), exhaustTempC: 150 + 0.5 * second }))).toMatchObject({
      reason: "not-steady",
    });
    expect(stateAfter(60, (second) => ({ ...calm(), loadPercent: 60 + 0.3 * second }))).toMatchObject({
      reason: "not-steady",
    });
  });

  test("is not judged out of firing, while firing is unknown, and soon after light-off", () => {
    expect(stateAfter(60, () => ({ ...calm(), firing: 0 }))).toMatchObject({ reason: "not-firing" });
    expect(stateAfter(60, () => ({ ...calm(), firing: null }))).toMatchObject({ reason: "firing-unknown" });
    const lit = (second: number) => ({ ...calm(), firing: second < 10 ? 0 : 1 });
    const patient = { ...settings, afterLightOffMs: 60_000 };
    expect(stateAfter(60, lit, patient)).toMatchObject({ reason: "light-off" });
    expect(stateAfter(75, lit, patient).steady).toBe(true);
  });

  test("what of the window was not good is told by its reason and number, and the verdict takes it on", () => {
    const using = { ...settings, stepMs: 20_000, windowMs: 100_000 };
    const memory = steadyMemory();
    const watch = steadyWatch(catalogue, using, { firingO2AtMostPercent: 16 });
    let state: SteadyState = { steady: false, reason: "no-data" };
    const flawed: Readonly<Record<number, FlawReason>> = { 30: "no-answer", 50: "too-fast", 70: "no-answer" };
    for (let second = 0; second < 122; second += 1) {
      const flaw = flawed[second];
      const o2DryPercent = flaw === "no-answer" ? null : second === 90 ? 18 : 3;
      const flaws: Record<string, FlawReason> = flaw === undefined ? {} : { o2DryPercent: flaw };
      state = watch.see(memory, frame({ ...calm(), o2DryPercent }, startMs + second * 1_000, flaws));
    }
    const flaws = [
      { point: "o2DryPercent", reason: "no-answer", samples: 2 },
      { point: "o2DryPercent", reason: "too-fast", samples: 1 },
      // A probe in air, before screening doubts it.
      { point: "o2DryPercent", reason: "air-leak", samples: 1 },
    ];
    const input = { mean: 3, samples: 100, goodSamples: 96, flaws };
    expect(state).toMatchObject({ o2DryPercent: input, exhaustTempC: { goodSamples: 100, flaws: [] } });
    if (!state.steady) throw new Error("not steady");
    const { limitTables } = shippedRules();
    const gas = boiler();
    const judged = judgeTables(state, gas, gas.fuels[0] as Fuel, limitTables, startMs);
    expect(judged.airRatio).toMatchObject({ kind: "within", input });
  });

  test("a boiler first seen firing was lit before we looked", () => {
    expect(stateAfter(30, calm, { ...settings, afterLightOffMs: 1_800_000 }).steady).toBe(true);
  });

  test("flawed inputs are unknown, never steady", () => {
    expect(stateAfter(60, (second) => ({ ...calm(), o2DryPercent: second > 40 ? null : 3 }))).toMatchObject({
      reason: "input-flawed",
    });
    expect(stateAfter(60, calm, settings, { exhaustTempC: "implausible" })).toMatchObject({
      reason: "input-flawed",
    });
  });

  test("a missing step in the window is missing data", () => {
    const memory = steadyMemory();
    const watch = steadyWatch(catalogue, settings);
    let state: SteadyState | null = null;
    for (const second of [...Array(30).keys(), ...Array.from({ length: 8 }, (_, index) => 40 + index)]) {
      state = watch.see(memory, frame(calm(), startMs + second * 1_000));
    }
    expect(state).toMatchObject({ steady: false, reason: "no-data" });
  });

  test("a boiler without a thermometer in its stack is judged by its oxygen alone, and the other way round", () => {
    const { exhaustTempC: _t, ...withoutTemp } = calm() as { exhaustTempC: number };
    expect(stateAfter(60, () => withoutTemp as Sample)).toMatchObject({
      steady: true,
      exhaustTempC: null,
    });
    expect(stateAfter(60, () => ({ firing: 1, exhaustTempC: 150 }))).toMatchObject({
      steady: true,
      o2DryPercent: null,
    });
    expect(stateAfter(60, () => ({ firing: 1, loadPercent: 50 }))).toMatchObject({ reason: "no-sensor" });
  });

  test("three quarters are of the samples that were due, not of those that arrived", () => {
    const minutes = { ...settings, stepMs: 60_000, windowMs: 300_000 };
    const over = (scanMs: number | null, arrives: (second: number) => boolean, using = minutes) => {
      const memory = steadyMemory();
      const watch = steadyWatch(catalogue, using, { scanMs });
      let state: SteadyState = { steady: false, reason: "no-data" };
      for (let second = 0; second < 420; second += 1) {
        if (arrives(second)) state = watch.see(memory, frame(calm(), startMs + second * 1_000));
      }
      return state.steady || state.reason;
    };
    expect(over(1_000, (second) => second % 4 !== 0)).toBe(true);
    expect(over(1_000, (second) => second % 2 === 0)).toBe("input-flawed");
    expect(over(2_000, (second) => second % 2 === 0)).toBe(true);
    // Of two samples due one may be lost; read once in a step or less often, one is all that is due.
    const short = { ...settings, stepMs: 2_000, windowMs: 60_000 };
    expect(over(1_000, (second) => second % 10 !== 0, short)).toBe(true);
    expect(over(5_000, (second) => second % 5 === 0, short)).toBe(true);
    expect(over(5_000, (second) => second % 10 === 0, short)).toBe("no-data");
    expect(over(60_000, (second) => second % 60 === 0)).toBe(true);
    expect(over(null, (second) => second % 60 === 0)).toBe(true);
  });

  test.each([170.1, 200.7, 210.2])("a mean of %d °C over 15 min at 1 Hz is %d", (exhaustTempC) => {
    const quarter = { ...settings, stepMs: 60_000, windowMs: 900_000 };
    expect(stateAfter(961, () => ({ ...calm(), exhaustTempC }), quarter)).toMatchObject({
      exhaustTempC: { mean: exhaustTempC, samples: 900 },
    });
  });

  test("an hour's oxygen of 14.28 %, a tie of the rounded ratio, stays one", () => {
    const hour = { ...settings, stepMs: 60_000, windowMs: 3_600_000 };
    const state = stateAfter(3_661, () => ({ ...calm(), o2DryPercent: 14.28 }), hour);
    expect(state).toMatchObject({ o2DryPercent: { mean: 14.28, samples: 3_600 } });
    expect(airRatio(14.28)).toBe(3.13);
  });

  describe("of several fuels", () => {
    const fuels = [
      { flowPoint: "heavyOilFlowLPerH", ncvMjPerUnit: 40 },
      { flowPoint: "naturalGasFlowNm3PerH", ncvMjPerUnit: 34 },
    ];
    const governing = (
      flows: (second: number) => Sample,
      flaws: (second: number) => Readonly<Record<string, FlawReason>> = () => ({}),
    ) => {
      const memory = steadyMemory();
      const watch = steadyWatch(catalogue, settings, { fuels });
      let state: SteadyState = { steady: false, reason: "no-data" };
      for (let second = 0; second < 30; second += 1) {
        const values = { ...calm(), ...flows(second) };
        state = watch.see(memory, frame(values, startMs + second * 1_000, flaws(second)));
      }
      return state.steady ? state.governingFuel : state.reason;
    };
    const both = { heavyOilFlowLPerH: 300, naturalGasFlowNm3PerH: 100 };

    test("the one with most heat over the window governs", () => {
      expect(governing(() => both)).toBe(0);
      expect(governing(() => ({ ...both, naturalGasFlowNm3PerH: 400 }))).toBe(1);
    });

    test("a meter that was read and is bad, or doubted, lets no other fuel govern", () => {
      expect(governing(() => ({ ...both, heavyOilFlowLPerH: null }))).toBeNull();
      expect(
        governing(
          () => both,
          () => ({ heavyOilFlowLPerH: "flow-mismatch" }),
        ),
      ).toBeNull();
      // A fuel may have no meter: then those that have one tell.
      expect(governing(() => ({ naturalGasFlowNm3PerH: 100 }))).toBe(1);
      expect(governing(() => ({}))).toBeNull();
    });

    test("a meter that misses a few samples is weighed by its good ones", () => {
      // Oil: 300 · 40 MJ/h; gas: 340 · 34 MJ/h, less than that by a thirtieth.
      const close = { heavyOilFlowLPerH: 300, naturalGasFlowNm3PerH: 340 };
      expect(governing((second) => ({ ...close, heavyOilFlowLPerH: second % 5 === 0 ? null : 300 }))).toBe(0);
      expect(
        governing((second) => ({ ...close, heavyOilFlowLPerH: second % 3 === 0 ? null : 300 })),
      ).toBeNull();
    });
  });
});
