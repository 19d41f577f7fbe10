import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Boiler } from "../../domain/boiler.ts";
import { boilerDerivation } from "../../domain/derivation.ts";
import { hourMemory, hourWatch } from "../../domain/emissions/clock-hour.ts";
import { formulas } from "../../domain/formula.ts";
import { frameOf, readingOf } from "../../domain/frame.ts";
import { points } from "../../domain/points.ts";
import { type FlawReason, type Flaws, flawReasons, type Values } from "../../domain/reading.ts";
import { screenFor, signalMemory, signalWatch } from "../../domain/screening.ts";
import { defaultSteadySettings, steadyMemory, steadyWatch } from "../../domain/steady-state.ts";
import { boiler, fuel, shippedPlausibility } from "../helpers/boilers.ts";
import { catalogue, derivationOf } from "../helpers/frames.ts";

const tunedO2 = [
  { loadPercent: 20, o2DryPercent: 5 },
  { loadPercent: 90, o2DryPercent: 3 },
];
const thermalOil = [
  { tempC: 20, densityKgPerM3: 860, specificHeatKjPerKgK: 1.9 },
  { tempC: 300, densityKgPerM3: 680, specificHeatKjPerKgK: 2.9 },
];
const prices = { "natural-gas": { perUnit: 15, currency: "TWD" } };
const boilers: Readonly<Record<string, Boiler>> = {
  "a gas boiler": boiler({ tunedO2, prices, airHumidityKgPerKg: 0.012 }),
  "a coal boiler": boiler({
    fuels: [fuel("bituminous-coal")],
    coalFiring: "fixed-bed",
    carbonInAshPercent: 15,
    surfaceLossFactor: 0.022,
  }),
  "a heater of thermal oil with two fuels": boiler({
    fuels: [fuel("heavy-oil"), fuel("natural-gas")],
    heatCarrier: "thermal-oil",
    thermalOil,
    tunedO2,
  }),
};

const sensors = Object.entries(points).flatMap(([name, { from }]) => (from === "formula" ? [] : [name]));
const given = formulas.flatMap(({ gives }) => gives);

/** Some of the sensors, with any numbers, and some flaws. */
function readings(value: fc.Arbitrary<number>): fc.Arbitrary<{ values: Values; flaws: Flaws }> {
  const reason = fc.constantFrom<FlawReason>(...flawReasons);
  return fc.record({
    values: fc.dictionary(
      fc.constantFrom(...sensors),
      fc.oneof({ weight: 9, arbitrary: value }, fc.constant(null)),
      {
        maxKeys: 20,
      },
    ),
    flaws: fc.dictionary(fc.constantFrom(...sensors), reason, { maxKeys: 3 }),
  });
}

/** Values as sensors give them, more often than not, and such as none gives. */
const finite = fc.oneof(
  fc.double({ min: 0, max: 200, noNaN: true }),
  fc.double({ min: -1e9, max: 1e9, noNaN: true }),
  fc.constantFrom(0, 1, 20.95, 21, 100, -0.2, 5e-324),
);
const usual = fc.double({ min: 1, max: 19, noNaN: true });
const any = fc.oneof(finite, fc.double(), fc.constantFrom(1e308, -1e308, Number.NaN, Infinity, -Infinity));

function expectHonest(values: Values, flaws: Flaws): void {
  for (const [name, value] of Object.entries(values)) {
    if (value === null) expect(flaws[name], `${name} is null`).toBeDefined();
    else expect(Number.isFinite(value), `${name} is ${value}`).toBe(true);
  }
}

test("a reading is the same after its way through a frame", () => {
  fc.assert(
    fc.property(readings(finite), ({ values, flaws }) => {
      const missing = Object.keys(values).filter((name) => values[name] === null);
      const told = { ...Object.fromEntries(missing.map((name) => [name, "no-answer" as const])), ...flaws };
      const read = Object.fromEntries(Object.entries(told).filter(([name]) => name in values));
      const reading = { boilerId: "b-1", takenAtMs: 7, values: { ...values }, flaws: read };
      const back = readingOf(frameOf(reading, catalogue), catalogue);
      expect({ ...back, values: { ...back.values } }).toEqual(reading);
    }),
  );
});

describe.each(Object.entries(boilers))("%s, whatever its sensors say", (_name, each) => {
  const derive = derivationOf(each);
  const screen = screenFor(catalogue);

  test("has no derived value that is no number, and none is missing without a reason", () => {
    let numbers = 0;
    fc.assert(
      fc.property(readings(finite), ({ values, flaws }) => {
        const derived = derive(values, flaws);
        expectHonest(derived.values, derived.flaws);
        // Whatever has its inputs is there, with a value or with the reason why it has none.
        for (const { gives, needs, applies } of formulas) {
          if (!applies(each) || !needs.every((need) => need in derived.values)) continue;
          for (const name of gives) expect(derived.values, name).toHaveProperty(name);
        }
        numbers += given.filter((name) => typeof derived.values[name] === "number").length;
      }),
      { numRuns: 2_000 },
    );
    expect(numbers).toBeGreaterThan(1_000);
  });

  test("is derived the same, whatever its readings before were like", () => {
    // Frames of one pattern are computed by what the first of them taught: nobody can tell from the result.
    const sameSensors = readings(usual).chain(({ values, flaws }) => {
      const again = Object.entries(values).map(([name, value]) => [
        name,
        value === null ? fc.constant(null) : fc.oneof({ weight: 9, arbitrary: usual }, finite),
      ]);
      const more = fc.record(Object.fromEntries(again) as Record<string, fc.Arbitrary<number | null>>);
      return fc
        .array(more, { maxLength: 6 })
        .map((rest) => [values, ...rest].map((each) => ({ values: each, flaws })));
    });
    let numbers = 0;
    const derive = derivationOf(each);
    fc.assert(
      fc.property(fc.array(sameSensors, { maxLength: 3 }), (runs) => {
        for (const { values, flaws } of [...runs.flat(), ...runs.flat()]) {
          const derived = derive(values, flaws);
          expect(derived).toEqual(derivationOf(each)(values, flaws));
          numbers += given.filter((name) => typeof derived.values[name] === "number").length;
        }
      }),
      { numRuns: 300 },
    );
    expect(numbers).toBeGreaterThan(1_000);
  });

  test("screened, not even of infinities", () => {
    const derivation = boilerDerivation(each, catalogue);
    fc.assert(
      fc.property(readings(any), ({ values, flaws }) => {
        const frame = frameOf({ boilerId: "b-1", takenAtMs: 0, values, flaws }, catalogue);
        screen.screen(frame);
        derivation.finish(frame, derivation.begin(frame));
        const derived = readingOf(frame, catalogue);
        expectHonest(derived.values, derived.flaws);
      }),
      { numRuns: 2_000 },
    );
  });

  test("nothing that only a fire means is given out of firing", () => {
    fc.assert(
      fc.property(readings(finite), ({ values }) => {
        const derived = derive({ ...values, firing: 0 }).values;
        for (const { gives, whileFiring } of formulas) {
          // A point that a sensor gives, or another formula that needs no fire, is not meant.
          if (!whileFiring || gives.some((name) => sensors.includes(name))) continue;
          for (const name of gives) expect(derived[name] ?? null, name).toBeNull();
        }
      }),
    );
  });

  test.each(["o2DryPercent", "exhaustTempC"])(
    "a doubtful %s makes all that is made of it doubtful",
    (doubtful) => {
      const reading = { firing: 1, o2DryPercent: 4, exhaustTempC: 180, heavyOilFlowLPerH: 100 };
      const { values, flaws } = derive(reading, { [doubtful]: "too-fast" });
      expect(values["stackLossLhvPercent"]).not.toBeNull();
      expect(flaws["stackLossLhvPercent"]).toBe("input-doubtful");
      expect(flaws["efficiencyIndirectHhvPercent"]).toBe("input-doubtful");
      expect(Object.values(derive(reading).flaws)).not.toContain("input-doubtful");
    },
  );

  test("an hour and a window over it have numbers or none", () => {
    const rules = shippedPlausibility();
    const derivation = boilerDerivation(each, catalogue);
    fc.assert(
      fc.property(fc.array(readings(any), { minLength: 30, maxLength: 80 }), (scans) => {
        const signals = signalMemory();
        const steady = steadyMemory();
        const hour = hourMemory();
        const watch = signalWatch(catalogue, each, rules);
        const steadiness = steadyWatch(catalogue, {
          ...defaultSteadySettings,
          stepMs: 60_000,
          windowMs: 180_000,
        });
        const hours = hourWatch("noxAtRefO2Ppm", catalogue, { ...each, firingO2AtMostPercent: 16 });
        for (const [minute, { values, flaws }] of scans.entries()) {
          const takenAtMs = minute * 60_000;
          const wired = { firing: 1, o2DryPercent: 3, noxDryPpm: 60, ...values };
          const frame = frameOf({ boilerId: "b-1", takenAtMs, values: wired, flaws }, catalogue);
          screen.screen(frame);
          const burns = derivation.begin(frame);
          watch.see(signals, frame, burns);
          derivation.finish(frame, burns);
          const state = steadiness.see(steady, frame);
          if (state.steady)
            for (const mean of [state.o2DryPercent, state.exhaustTempC])
              if (mean !== null) expect(Number.isFinite(mean.mean)).toBe(true);
          const ended = hours.see(hour, frame);
          if (ended !== null && ended.mean !== null) expect(Number.isFinite(ended.mean)).toBe(true);
        }
        const soFar = hours.soFar(hour);
        if (soFar !== null) expect(Number.isFinite(soFar.mean)).toBe(true);
        for (const slow of [signals.closure, signals.fo, signals.flow])
          expect(Number.isFinite(slow)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});
