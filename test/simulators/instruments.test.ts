import { describe, expect, test } from "vitest";
import { o2DryFromWetPercent } from "../../domain/combustion/dry-oxygen.ts";
import {
  type Instrument,
  type InstrumentConfig,
  type InstrumentFault,
  instrument,
  instrumentOf,
  instrumentSet,
} from "../../simulators/instruments.ts";
import { seededRandom } from "../../simulators/seeded-random.ts";
import { simulated, stateAfter, still } from "../helpers/simulated-boilers.ts";

const of = (config: InstrumentConfig, seed = 1) => instrument(config, seededRandom(seed));
const read = (each: Instrument, value: number | null, times: number, dtSeconds = 1) =>
  Array.from({ length: times }, () => each.read(value, dtSeconds));
const lastOf = (shown: readonly (number | null)[]) => shown.at(-1) ?? null;

/** An instrument that has shown `value` for a while, and is then spoilt. */
function spoilt(fault: InstrumentFault, value = 5, config: InstrumentConfig = {}) {
  const each = of(config);
  read(each, value, 5);
  each.setFault(fault);
  return each;
}

describe("a sound instrument", () => {
  test("follows a jump by 63 % within its lag, whatever the steps", () => {
    for (const dt of [0.1, 1, 10]) {
      const each = of({ lagSeconds: 10 });
      each.read(0, dt);
      expect(lastOf(read(each, 1, 10 / dt, dt))).toBeCloseTo(1 - Math.exp(-1), 6);
    }
  });

  test("is as noisy as it is said to be", () => {
    const shown = read(of({ noise: 0.5, noisePercent: 1 }), 50, 5_000).map(Number);
    const mean = shown.reduce((sum, value) => sum + value, 0) / shown.length;
    const deviation = Math.sqrt(shown.reduce((sum, value) => sum + (value - mean) ** 2, 0) / shown.length);
    expect(mean).toBeCloseTo(50, 1);
    expect(deviation).toBeGreaterThan(0.95);
    expect(deviation).toBeLessThan(1.05);
  });

  test("shows whole steps of its resolution, and ends where its range does", () => {
    expect(of({ resolution: 0.01 }).read(2.34567, 1)).toBe(2.35);
    expect(of({ resolution: 0.1 }).read(0.7 + 0.01, 1)).toBe(0.7);
    expect(of({ resolution: 25 }).read(160, 1)).toBe(150);
    expect(of({ range: [0, 25] }).read(30, 1)).toBe(25);
    expect(of({ range: [0, 25] }).read(-3, 1)).toBe(0);
  });

  test("drifts by the day", () => {
    expect(lastOf(read(of({ driftPerDay: 0.2 }), 3, 240, 3_600))).toBeCloseTo(5, 6);
  });

  test("says nothing where there is nothing to measure, and is right again at once", () => {
    const each = of({ lagSeconds: 60 });
    expect(read(each, 3, 2)).toEqual([3, 3]);
    expect(each.read(null, 1)).toBeNull();
    expect(each.read(7, 1)).toBe(7);
  });

  test("is the same for the same seed, and another for another", () => {
    expect(read(of({ noise: 1 }, 7), 5, 20)).toEqual(read(of({ noise: 1 }, 7), 5, 20));
    expect(read(of({ noise: 1 }, 7), 5, 20)).not.toEqual(read(of({ noise: 1 }, 8), 5, 20));
  });
});

describe("a faulty instrument", () => {
  test("frozen: shows its last value while the true one moves", () => {
    const each = spoilt({ kind: "frozen" }, 5, { noise: 0.1 });
    const [stuck] = read(each, 9, 1);
    expect(read(each, 12, 20)).toEqual(Array.from({ length: 20 }, () => stuck));
    expect(each.read(null, 1)).toBe(stuck);
    each.setFault(null);
    expect(Math.abs((each.read(12, 1) ?? 0) - 12)).toBeLessThan(1);
  });

  test("dead: zeros, even out of range and with noise", () => {
    expect(read(spoilt({ kind: "dead" }, 5, { noise: 1, range: [4, 20] }), 9, 3)).toEqual([0, 0, 0]);
  });

  test("no-value: nothing", () => {
    expect(read(spoilt({ kind: "no-value" }), 9, 3)).toEqual([null, null, null]);
  });

  test("spike: one reading in a while is off", () => {
    const shown = read(spoilt({ kind: "spike", height: 10, everySeconds: 30 }), 5, 3_000);
    const spikes = shown.filter((value) => value === 15).length;
    expect(shown.filter((value) => value === 5).length).toBe(3_000 - spikes);
    expect(spikes).toBeGreaterThan(80);
    expect(spikes).toBeLessThan(120);
  });

  test("drift and offset", () => {
    expect(lastOf(read(spoilt({ kind: "drift", percentPerDay: 2 }), 5, 240, 3_600))).toBeCloseTo(6, 6);
    expect(spoilt({ kind: "offset", by: -1.5 }).read(5, 1)).toBe(3.5);
  });

  test("clipped: ends too early, on either side", () => {
    const each = spoilt({ kind: "clipped", low: 2, high: 8 });
    expect([1, 5, 9].map((value) => each.read(value, 1))).toEqual([2, 5, 8]);
    expect(spoilt({ kind: "clipped", high: 8 }).read(-4, 1)).toBe(-4);
  });

  test("calibration-gas: goes over to the gas with its own lag, and back", () => {
    const each = spoilt({ kind: "calibration-gas", value: 21 }, 5, { lagSeconds: 10 });
    expect(lastOf(read(each, 5, 10))).toBeCloseTo(21 - 16 * Math.exp(-1), 6);
    expect(lastOf(read(each, 5, 200))).toBeCloseTo(21, 6);
    each.setFault(null);
    expect(lastOf(read(each, 5, 200))).toBeCloseTo(5, 6);
  });

  test("counters wrap, begin anew, and go on in another meter", () => {
    const wrapping = spoilt({ kind: "counter-wrap", at: 1_000 }, 990);
    expect([995, 1_005, 2_001].map((value) => wrapping.read(value, 1))).toEqual([995, 5, 1]);
    const reset = spoilt({ kind: "counter-reset" }, 990);
    expect([1_005, 1_010].map((value) => reset.read(value, 1))).toEqual([15, 20]);
    const exchanged = spoilt({ kind: "meter-exchange", factor: 10, startsAt: 70 }, 990);
    expect([992, 993].map((value) => exchanged.read(value, 1))).toEqual([90, 100]);
    expect(spoilt({ kind: "meter-exchange", factor: 1.05 }).read(200, 1)).toBeCloseTo(210, 9);
  });
});

describe("the instruments of a boiler", () => {
  const gas = {
    id: "b",
    carrier: "steam",
    ratedHeatKw: 5_000,
    fuels: [{ fuel: "natural-gas" }],
    exhaustTempC: 215,
    ...still,
  };

  test("a probe in the wet gas and an extractive analyser tell the same oxygen on their own basis", () => {
    const state = stateAfter(simulated(gas), 600, 1);
    const extractive = instrumentOf("o2DryPercent", { noise: 0 }, seededRandom(1));
    const zirconia = instrumentOf("o2WetPercent", { noise: 0 }, seededRandom(2));
    const dry = extractive.read(state.o2DryPercent ?? null, 1) ?? 0;
    const wet = zirconia.read(state.o2WetPercent ?? null, 1) ?? 0;
    expect(wet).toBeLessThan(0.9 * dry);
    expect(Math.abs((o2DryFromWetPercent(wet, state.flueMoisturePercent ?? 0) ?? 0) - dry)).toBeLessThan(
      0.02,
    );
  });

  test("show points and no hidden truths, and one fault changes no other reading", () => {
    const boiler = simulated(gas);
    const sound = instrumentSet({}, 5);
    const faulty = instrumentSet({}, 5);
    faulty.setFault("o2DryPercent", { kind: "no-value" });
    const state = boiler.step(1);
    const [right, wrong] = [sound.read(state, 1), faulty.read(state, 1)];
    expect(Object.keys(right)).not.toContain("airRatioTrue");
    expect(right["firing"]).toBe(1);
    expect(wrong).toEqual({ ...right, o2DryPercent: null });
    for (const again of [1, 2, 3]) {
      const moved = boiler.step(again);
      expect({ ...faulty.read(moved, 1), o2DryPercent: 0 }).toEqual({
        ...sound.read(moved, 1),
        o2DryPercent: 0,
      });
    }
  });

  test("are those that are fitted", () => {
    const instruments = instrumentSet({}, 5, ["exhaustTempC", "o2DryPercent"]);
    expect(Object.keys(instruments.read(simulated(gas).step(1), 1))).toEqual([
      "exhaustTempC",
      "o2DryPercent",
    ]);
    expect(() => instruments.setFault("coDryPpm", { kind: "dead" })).toThrow(
      /coDryPpm has no instrument here; there are exhaustTempC, o2DryPercent/,
    );
  });

  test("a counter sums up a flow, and wraps, begins anew and is exchanged while it runs", () => {
    const instruments = instrumentSet({ gasCountNm3: { counts: "naturalGasFlowNm3PerH" } }, 5, [
      "gasCountNm3",
    ]);
    const boiler = simulated(gas);
    const perHour = boiler.step(1).naturalGasFlowNm3PerH ?? 0;
    const afterHours = (hours: number) => {
      let shown = 0;
      for (let minute = 0; minute < 60 * hours; minute += 1)
        shown = instruments.read(boiler.step(60), 60)["gasCountNm3"] ?? Number.NaN;
      return shown / perHour;
    };
    expect(afterHours(2)).toBeCloseTo(2, 6);
    instruments.setFault("gasCountNm3", { kind: "counter-wrap", at: 2.5 * perHour });
    expect(afterHours(1)).toBeCloseTo(0.5, 6);
    instruments.setFault("gasCountNm3", { kind: "counter-reset" });
    expect(afterHours(1)).toBeCloseTo(1, 6);
    instruments.setFault("gasCountNm3", { kind: "meter-exchange", factor: 0.1, startsAt: 7 * perHour });
    expect(afterHours(1)).toBeCloseTo(7.1, 6);
  });

  test("are as they are configured", () => {
    const instruments = instrumentSet({ exhaustTempC: { noise: 0, lagSeconds: 0, resolution: 5 } }, 5);
    expect(instruments.read({ exhaustTempC: 213.4 }, 1)).toEqual({ exhaustTempC: 215 });
  });
});
