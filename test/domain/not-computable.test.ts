import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { wallLossWPerM2 } from "../../domain/advice/wall-loss.ts";
import { airRatio } from "../../domain/combustion/air-ratio.ts";
import * as dewPoint from "../../domain/combustion/dew-point.ts";
import { flueMoisturePercent, o2DryFromWetPercent } from "../../domain/combustion/dry-oxygen.ts";
import { excessAirRatio, expectedCo2DryPercent, flueGas } from "../../domain/combustion/excess-air.ts";
import { surfaceLossLhvPercent } from "../../domain/combustion/heat-loss.ts";
import { stackLossSiegertLhvPercent } from "../../domain/combustion/siegert.ts";
import { massRateKgPerH } from "../../domain/emissions/concentration.ts";
import { co2Kg, greenhouseGases } from "../../domain/emissions/greenhouse-gas.ts";
import { averagingOrders, hourlyMean } from "../../domain/emissions/hourly-mean.ts";
import {
  flowAtReferenceO2,
  o2CorrectionFactor,
  referenceO2Factor,
} from "../../domain/emissions/reference-oxygen.ts";
import * as stackFlow from "../../domain/emissions/stack-flow.ts";
import { soxEstimateDryPpm } from "../../domain/emissions/sulphur.ts";
import { mixed } from "../../domain/fuel.ts";
import * as equations from "../../domain/steam/if97-equations.ts";
import * as usefulHeat from "../../domain/steam/useful-heat.ts";
import { dry, dryGas, gas, heavyOil, type Law, of, orNull, plain, wetGas } from "../helpers/laws.ts";

/** How many numbers a law takes: of its own, or as they are defaulted. */
function arity(law: Law): number {
  return law.length || (/^(?:function \w+)?\(([^)]*)\)/.exec(law.toString())?.[1]?.split(",").length ?? 0);
}

const nulls = (count: number) => Array.from({ length: count }, () => null);
const edges = [0, -0, 1, -1, 6, 20.9, 20.95, 21, 100, -273.15, 1e-300, 5e-324, 1e308, -1e308];
const notFinite = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
const usual = fc.double({ min: -50, max: 500, noNaN: true });
const any = fc.oneof(usual, fc.double(), fc.constantFrom(...edges, ...notFinite));

function numbersOf(result: unknown): readonly number[] {
  if (typeof result === "number") return [result];
  if (typeof result !== "object" || result === null) return [];
  return Object.values(result).flatMap(numbersOf);
}

describe("what cannot be computed is null", () => {
  test.each(Object.entries(orNull))("%s", (_name, law) => {
    const count = arity(law);
    expect(count).toBeGreaterThan(0);
    let computed = 0;
    fc.assert(
      fc.property(fc.array(any, { minLength: count, maxLength: count }), (numbers) => {
        const result = law(...numbers);
        if (result === null) return;
        computed += 1;
        expect(numbersOf(result).filter((each) => !Number.isFinite(each))).toEqual([]);
        expect(numbers.some(Number.isNaN), "a figure out of NaN").toBe(false);
      }),
      { numRuns: 2_000 },
    );
    // With one number spoiled among good ones, too: seldom met by chance where there are many.
    fc.assert(
      fc.property(
        fc.array(usual, { minLength: count, maxLength: count }),
        fc.nat(count - 1),
        fc.constantFrom(...notFinite),
        (numbers, at, bad) => {
          const before = law(...numbers);
          const result = law(...numbers.with(at, bad));
          if (before !== null) computed += 1;
          expect(numbersOf(result).filter((each) => !Number.isFinite(each))).toEqual([]);
          if (Number.isNaN(bad)) expect(result).toBeNull();
        },
      ),
      { numRuns: 500 },
    );
    expect(computed, "of all these, some must give a figure").toBeGreaterThan(0);
  });

  test.each(Object.entries(plain))(
    "%s is finite for what is finite, and makes no figure of NaN",
    (_name, law) => {
      const count = arity(law);
      const finite = fc.double({ min: -1e12, max: 1e12, noNaN: true });
      fc.assert(
        fc.property(
          fc.array(finite, { minLength: count, maxLength: count }),
          fc.nat(count - 1),
          (numbers, at) => {
            expect(numbersOf(law(...numbers)).filter((each) => !Number.isFinite(each))).toEqual([]);
            expect(numbersOf(law(...numbers.with(at, Number.NaN))).some(Number.isNaN)).toBe(true);
          },
        ),
      );
    },
  );

  test("an oxygen below what a zero drifts to has no result; one that drifted has", () => {
    for (const o2 of [-1.1, -50, -1e300, Number.NEGATIVE_INFINITY]) {
      expect(stackLossSiegertLhvPercent(200, 25, o2, { a2: 0.66, b: 0.009 })).toBeNull();
      expect([excessAirRatio(o2, of), expectedCo2DryPercent(o2, of), flueMoisturePercent(o2, of, 0)]).toEqual(
        [null, null, null],
      );
      expect(stackFlow.method19Flow(1_000, 2.34, o2)).toBeNull();
      expect(airRatio(o2)).toBeNull();
    }
    expect(stackLossSiegertLhvPercent(200, 25, -0.2, { a2: 0.66, b: 0.009 })).toBeCloseTo(7.02, 2);
    expect(excessAirRatio(-0.2, of)).toBeCloseTo(0.991, 3);
    expect(airRatio(-0.2)).toBeNull(); // the table's own ratio has no room for a drifted zero
  });

  test("an acid dew point is a temperature, for any pressures", () => {
    const pressure = fc.oneof(
      fc.double(),
      fc.double({ min: 0, max: 8_000, noNaN: true }),
      fc.constant(5e-324),
    );
    fc.assert(
      fc.property(pressure, pressure, (water, so3) => {
        for (const tempC of [
          dewPoint.acidDewPointVerhoffBancheroC(water, so3),
          dewPoint.acidDewPointOkkesC(water / 760, so3 / 760),
        ])
          if (tempC !== null) expect(tempC).toBeLessThan(1_000);
        const tempC = dewPoint.acidDewPointVerhoffBancheroC(water, so3);
        if (tempC !== null) expect(tempC).toBeGreaterThan(-273.15);
      }),
      { numRuns: 5_000, examples: [[5e-324, 7_600]] },
    );
  });

  test("the oxygen of air, and no flow, have no result", () => {
    for (const o2 of [21, 21.1, 36, 360]) {
      expect([airRatio(o2), excessAirRatio(o2, of), flueGas(o2, of, 0), soxEstimateDryPpm(of, o2)]).toEqual([
        null,
        null,
        null,
        null,
      ]);
      expect(stackLossSiegertLhvPercent(200, 25, o2, { a2: 0.66, b: 0.009 })).toBeNull();
      expect(expectedCo2DryPercent(o2, of)).toBeNull();
      expect(stackFlow.method19Flow(1_000, 2.34, o2)).toBeNull();
      expect(flueMoisturePercent(o2, of, 0)).toBeNull();
    }
    expect(usefulHeat.efficiencyDirectPercent(100, 0)).toBeNull();
    expect(stackFlow.moistureFromFlowsPercent(wetGas(0), dryGas(0))).toBeNull();
    expect(surfaceLossLhvPercent(0.0113, 7, 0)).toBeNull();
    expect(mixed([heavyOil, gas], [0, 0])).toBeNull();
    expect(o2DryFromWetPercent(3, 100)).toBeNull();
    expect([0.6, 0.61, 100, 100.1].map((water) => dewPoint.waterDewPointC(water) !== null)).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  test("what no plant can have has no result", () => {
    const infinite = Number.POSITIVE_INFINITY;
    const oil = [{ densityKgPerM3: 800 }, { specificHeatKjPerKgK: 2.5 }] as const;
    const factors = { co2KgPerTj: 77_400, ch4KgPerTj: 3, n2oKgPerTj: 0.6, biogenicPercent: 0 };
    const hourOf = (concentration: number, o2DryPercent: number) =>
      averagingOrders.map((order) =>
        hourlyMean(
          [{ concentration, o2DryPercent }, ...[1, 2].map(() => ({ concentration: 50, o2DryPercent: 3 }))],
          6,
          order,
        ),
      );
    expect([co2Kg(-1, 40, 77_400), co2Kg(1, -40, 77_400), co2Kg(infinite, 40, 77_400)]).toEqual(nulls(3));
    expect(greenhouseGases(-1, 40, factors, { ch4: 28, n2o: 265 })).toBeNull();
    const more = { ...factors, biogenicPercent: 101 };
    expect(greenhouseGases(1, 40, more, { ch4: 28, n2o: 265 })).toBeNull();
    expect(greenhouseGases(1, 40, factors, { ch4: -28, n2o: 265 })).toBeNull();
    expect([massRateKgPerH(dry(-1), dryGas(1)), massRateKgPerH(dry(1e300), dryGas(1e300))]).toEqual(nulls(2));
    expect([usefulHeat.steamHeatKw(-1, 2_768, 335), usefulHeat.steamHeatKw(infinite, 2_768, 335)]).toEqual(
      nulls(2),
    );
    expect(usefulHeat.thermalOilHeatKw(-1, 240, 260, ...oil)).toBeNull();
    expect(usefulHeat.thermalOilHeatKw(1, -300, 260, ...oil)).toBeNull();
    expect(usefulHeat.thermalOilHeatKw(1, 240, 260, { densityKgPerM3: 0 }, oil[1])).toBeNull();
    expect(usefulHeat.hotWaterHeatKw(-1, 60, 80)).toBeNull();
    expect([wallLossWPerM2(-400, 25, 0.9), wallLossWPerM2(80, 25, 1.1)]).toEqual(nulls(2));
    for (const [o2, ref] of [
      [-50, 6],
      [25.1, 6],
      [3, 21],
      [3, -1],
    ] as const) {
      expect(o2CorrectionFactor(o2, ref)).toBeNull();
      expect(referenceO2Factor(o2, ref)).toBeNaN();
    }
    expect([o2CorrectionFactor(21, 6, 0), o2CorrectionFactor(25, 6)]).toEqual([null, 15]);
    expect(flowAtReferenceO2(dryGas(60), 21, 6)).toBeNull();
    expect(stackFlow.pitotFlow(-4, 0.5, 200, 100, 10)).toBeNull();
    expect(stackFlow.pitotFlow(4, 0.5, 200, -100, 10)).toBeNull();
    for (const moisture of [-1, 100, 150]) {
      expect(stackFlow.pitotFlow(4, 0.5, 200, 100, moisture)).toBeNull();
      expect(stackFlow.dryFlow(wetGas(10), moisture)).toBeNull();
    }
    expect([stackFlow.method19Flow(-5, 2.47, 3), stackFlow.method19Flow(5, -2.47, 3)]).toEqual(nulls(2));
    expect(stackFlow.moistureFromFlowsPercent(wetGas(10), dryGas(20))).toBeNull();
    expect([dewPoint.so3WetPpm(100, 150, 3), dewPoint.so3WetPpm(-1, 10, 3)]).toEqual(nulls(2));
    expect([o2DryFromWetPercent(15, 50), o2DryFromWetPercent(-50, 10)]).toEqual(nulls(2));
    expect([...hourOf(-50, 3), ...hourOf(50, 36), ...hourOf(50, -9)]).toEqual(nulls(6));
    expect(hourOf(50, 3)).toEqual([expect.closeTo(41.667, 3), expect.closeTo(41.667, 3)]);
  });

  test("every function of combustion, emissions and steam is held to this", async () => {
    const rooms = ["combustion", "emissions", "steam"].map((name) =>
      resolve(import.meta.dirname, "../../domain", name),
    );
    const files = rooms.flatMap((room) => readdirSync(room).map((name) => resolve(room, name)));
    const modules = await Promise.all(files.map((file) => import(file) as Promise<Record<string, unknown>>));
    const names = modules.flatMap((module) =>
      Object.entries(module).flatMap(([name, value]) => (typeof value === "function" ? [name] : [])),
    );
    // What remembers a clock hour or a day of them, what answers yes or no, the factor of running sums, the ledger, in which what is no
    // number is not known, and the bare equations of water, whose regions guard them, stand elsewhere.
    const elsewhere = [
      "co2Ledger",
      "burnedIn",
      "dayMemory",
      "hourMemory",
      "recalledHour",
      "hourWatch",
      "isO2Clamped",
      "referenceO2Factor",
      "seeHour",
      ...Object.keys(equations),
    ];
    const held = [...Object.keys(orNull), ...Object.keys(plain), ...elsewhere];
    expect(names.length).toBeGreaterThan(30);
    expect(names.filter((name) => !held.includes(name))).toEqual([]);
  });
});
