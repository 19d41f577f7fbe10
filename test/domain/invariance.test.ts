import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { airRatioHundredths } from "../../domain/combustion/air-ratio.ts";
import { flueGas } from "../../domain/combustion/excess-air.ts";
import { stoichiometry } from "../../domain/combustion/stoichiometry.ts";
import { noInput } from "../../domain/emissions/clock-hour.ts";
import {
  concentrationOfPpm,
  massRateKgPerH,
  molarMass,
  ppmOfConcentration,
} from "../../domain/emissions/concentration.ts";
import { averagingOrders, hourlyMean } from "../../domain/emissions/hourly-mean.ts";
import {
  atReferenceO2,
  flowAtReferenceO2,
  referenceO2Factor,
} from "../../domain/emissions/reference-oxygen.ts";
import { dryFlow, moistureFromFlowsPercent, pitotFlow } from "../../domain/emissions/stack-flow.ts";
import { soxEstimateDryPpm } from "../../domain/emissions/sulphur.ts";
import { burning, mixed } from "../../domain/fuel.ts";
import { inForceAt, judgeHour, judgeTables, tableLimit } from "../../domain/limits.ts";
import { points } from "../../domain/points.ts";
import { impliedFuelRatePerH, impliedSulphurPercent } from "../../domain/stack-test.ts";
import { absolutePressure, saturationPressure, saturationTempC } from "../../domain/steam/if97.ts";
import { conversion, inverseConversion, unitsInto } from "../../domain/units.ts";
import { boiler, fuel, shippedRules } from "../helpers/boilers.ts";
import { derivationOf } from "../helpers/frames.ts";

const between = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const { limitTables, emissionStandards, fuels } = shippedRules();
const allFuels = [...fuels.values()].flatMap((editions) => editions.map((edition) => edition.fuel));

/** As equal as two ways of adding up the same doubles can be. */
function expectSame(a: number | null | undefined, b: number | null | undefined): void {
  if (typeof a !== "number" || typeof b !== "number") expect(a).toBe(b);
  else expect(Math.abs(a - b)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(a), Math.abs(b)));
}

/** A result that must be there. */
function there<T>(result: T | null): T {
  if (result === null) throw new Error("no result");
  return result;
}

describe("there and back", () => {
  test("ppm and mg/Nm³, gauge and absolute pressure, saturation, moisture and flows", () => {
    fc.assert(
      fc.property(between(1e-3, 1e5), fc.constantFrom(...Object.values(molarMass)), (ppm, mass) => {
        const back = ppmOfConcentration(concentrationOfPpm(ppm, mass, "dry"), mass) ?? Number.NaN;
        expect(back / ppm).toBeCloseTo(1, 12);
      }),
    );
    fc.assert(
      fc.property(between(-0.6, 200), between(0.7, 1.1), (barG, atmosphereBar) => {
        const { absoluteMpa } = absolutePressure({ barG }, atmosphereBar);
        expect(10 * absoluteMpa - atmosphereBar).toBeCloseTo(barG, 9);
        const tempC = saturationTempC({ absoluteMpa });
        if (absoluteMpa <= 22) expect(tempC).not.toBeNull();
        if (tempC !== null && tempC >= 0.01)
          expect((saturationPressure(tempC)?.absoluteMpa ?? 0) / absoluteMpa).toBeCloseTo(1, 6);
      }),
    );
    fc.assert(
      fc.property(between(1, 1e6), between(0, 60), (nm3PerH, moisture) => {
        const wet = { basis: "wet", nm3PerH } as const;
        expect(moistureFromFlowsPercent(wet, there(dryFlow(wet, moisture)))).toBeCloseTo(moisture, 9);
        const measured = pitotFlow(nm3PerH / 3_600, 1, 0, 101.325, moisture);
        expect(measured?.wet.nm3PerH).toBeCloseTo(nm3PerH, 6);
        expect(measured?.dry.nm3PerH).toBeCloseTo(there(dryFlow(wet, moisture)).nm3PerH, 6);
      }),
    );
  });

  test("every unit of every point", () => {
    const units = [...new Set(Object.values(points).map(({ unit }) => unit))].filter((unit) => unit !== "");
    const ways = units.flatMap((to) => unitsInto(to).map((from) => [from, to] as const));
    expect(ways.length).toBeGreaterThan(units.length);
    fc.assert(
      fc.property(fc.constantFrom(...ways), between(-1e6, 1e6), ([from, to], value) => {
        const kept = conversion(from, to)?.(value) ?? Number.NaN;
        const back = inverseConversion(from, to)?.(kept) ?? Number.NaN;
        expect(Math.abs(back - value)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(value)));
      }),
    );
  });

  test("the correction: nothing at the reference itself; undone by its opposite; the mass stays", () => {
    fc.assert(
      fc.property(between(0, 19.9), between(0, 15), between(0, 1e4), between(0, 1e6), (o2, ref, c, flow) => {
        expect(referenceO2Factor(ref, ref)).toBe(1);
        expect(referenceO2Factor(o2, ref) * referenceO2Factor(ref, o2)).toBeCloseTo(1, 12);
        const measured = { basis: "dry", mgPerNm3: c } as const;
        const gas = { basis: "dry", nm3PerH: flow } as const;
        const mass = massRateKgPerH(measured, gas);
        const corrected = massRateKgPerH(
          there(atReferenceO2(measured, o2, ref)),
          there(flowAtReferenceO2(gas, o2, ref)),
        );
        expectSame(there(mass), there(corrected));
      }),
    );
  });

  test("sulphur to SO₂ and back, fuel to flue gas and back", () => {
    fc.assert(
      fc.property(between(0, 4), between(0, 18), between(1, 1e4), (s, o2, kgPerH) => {
        const of = stoichiometry({ basis: "mass", c: 85, h: 11 - s, s, o: 1, n: 1, moisture: 1, ash: 1 });
        const ppm = soxEstimateDryPpm(of, o2) ?? Number.NaN;
        const test = { stoichiometry: of, amountPerUnit: 1 };
        expect(impliedSulphurPercent(ppm, o2, test)).toBeCloseTo(s, 9);
        const flow = (kgPerH * (flueGas(o2, of, 0)?.dryMol ?? 0) * 0.022414) / 60;
        expect((impliedFuelRatePerH(flow, o2, test) ?? 0) / kgPerH).toBeCloseTo(1, 9);
      }),
    );
  });
});

describe("a verdict comes from the number, not from what is shown of it", () => {
  const gas = fuel("natural-gas");
  const gasBoiler = boiler();
  const atMs = Date.UTC(2026, 0, 1);
  const judged = (o2: number, temp: number) => {
    const of = (mean: number) => ({ mean, samples: 900, goodSamples: 900, flaws: [] });
    const means = { o2DryPercent: of(o2), exhaustTempC: of(temp), steadySinceMs: 0 };
    return judgeTables(means, gasBoiler, gas, limitTables, atMs);
  };

  test("a temperature a hair above its limit is above, though it is shown as the limit", () => {
    expect(judged(3, 170.4).exhaustTempC.kind).toBe("above");
    expect(judged(3, 170).exhaustTempC.kind).toBe("within");
    fc.assert(
      fc.property(between(-0.5, 0.5), (beyond) => {
        const kind = 170 + beyond > 170 ? "above" : "within";
        expect(judged(3, 170 + beyond).exhaustTempC.kind).toBe(kind);
      }),
    );
  });

  test("an air ratio is judged by whole numbers: rounded half up from the unrounded oxygen", () => {
    // 1.30 is the limit; n is the oxygen in millionths of a percent.
    const exact = (n: number) => {
      const d = 21_000_000n - BigInt(n);
      return Number((2n * 2_100_000_000n + d) / (2n * d));
    };
    fc.assert(
      fc.property(
        fc.oneof(fc.integer({ min: 0, max: 20_900_000 }), fc.integer({ min: 4_907_900, max: 4_908_100 })),
        (n) => {
          expect(airRatioHundredths(n / 1e6)).toBe(exact(n));
          expect(judged(n / 1e6, 150).airRatio.kind).toBe(exact(n) <= 130 ? "within" : "above");
        },
      ),
    );
    // Both are shown as 4.9 %.
    expect([judged(4.9, 150), judged(4.91, 150)].map(({ airRatio }) => airRatio.kind)).toEqual([
      "within",
      "above",
    ]);
  });

  test("an hour's mean is compared unrounded", () => {
    const hour = (mean: number) => ({
      hourStartMs: atMs,
      mean,
      validMinutes: 60,
      clampedMinutes: 0,
      input: noInput,
    });
    const kind = (mean: number) => judgeHour("soxAtRefO2Ppm", hour(mean), gasBoiler, emissionStandards).kind;
    expect([kind(50), kind(50.0001), kind(49.9999)]).toEqual(["within", "above", "within"]);
  });
});

describe("the order of things changes nothing", () => {
  test("of fuels in a mix", () => {
    const part = fc.record({ index: fc.nat(allFuels.length - 1), heat: between(0.1, 1e5) });
    const mix = fc.uniqueArray(part, { minLength: 1, maxLength: 5, selector: ({ index }) => index });
    fc.assert(
      fc.property(mix, (parts) => {
        const of = (list: typeof parts) =>
          mixed(
            list.map(({ index }) => burning(allFuels[index] as (typeof allFuels)[number])),
            list.map(({ heat }) => heat),
          );
        const [one, other] = [of(parts), of([...parts].reverse())];
        const heats = parts.map(({ heat }) => heat).sort((a, b) => b - a);
        // Of two with the same heat the boiler's first governs: there the order is the decision.
        if ((heats[0] ?? 0) > (heats[1] ?? 0) * (1 + 1e-12))
          expect(one?.governing.id).toBe(other?.governing.id);
        for (const key of ["airMol", "dryProductMol", "waterMol", "co2Mol", "so2Mol"] as const)
          expectSame(one?.stoichiometry[key], other?.stoichiometry[key]);
        for (const key of ["gcvMjPerNcvMj", "ashKgPerMj", "co2KgPerTj", "fdM3PerJ"] as const)
          expectSame(one?.[key], other?.[key]);
      }),
    );
  });

  test("of points in a reading, and of fuels of a boiler", () => {
    const oneWay = derivationOf(boiler({ fuels: [fuel("heavy-oil"), fuel("natural-gas")] }));
    const otherWay = derivationOf(boiler({ fuels: [fuel("natural-gas"), fuel("heavy-oil")] }));
    const values = fc.record({
      firing: fc.constantFrom(0, 1),
      loadPercent: between(0, 110),
      heavyOilFlowLPerH: between(0, 800),
      naturalGasFlowNm3PerH: between(0.01, 800),
      o2DryPercent: fc.oneof(between(0, 21), fc.constant(null)),
      exhaustTempC: between(20, 400),
      coDryPpm: between(-5, 500),
      noxDryPpm: between(0, 300),
      soxDryPpm: between(0, 300),
      steamFlowKgPerH: between(0, 12_000),
      steamPressureBarG: between(1, 30),
      feedwaterTempC: between(20, 140),
    });
    fc.assert(
      fc.property(values, (reading) => {
        const wanted = oneWay(reading);
        expect(oneWay(Object.fromEntries(Object.entries(reading).reverse()))).toEqual(wanted);
        const swapped = otherWay(reading);
        expect(swapped.flaws).toEqual(wanted.flaws);
        for (const [name, value] of Object.entries(wanted.values)) expectSame(swapped.values[name], value);
      }),
    );
  });

  test("of quarters in an hour's mean, of editions, and of rows in a table", () => {
    const quarter = fc.option(fc.record({ concentration: between(0, 500), o2DryPercent: between(0, 21) }));
    fc.assert(
      fc.property(
        fc.array(quarter, { minLength: 4, maxLength: 4 }),
        fc.constantFrom(...averagingOrders),
        (quarters, order) => {
          const [a, b, c, d] = quarters as [
            (typeof quarters)[0],
            (typeof quarters)[0],
            (typeof quarters)[0],
            (typeof quarters)[0],
          ];
          const means = [quarters, [d, c, b, a], [c, a, d, b]].map((each) => hourlyMean(each, 6, order));
          expectSame(means[0], means[1]);
          expectSame(means[0], means[2]);
        },
      ),
    );
    const [tables] = limitTables;
    const rows = tables?.tables.exhaustTempC ?? [];
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...rows], { minLength: rows.length }),
        between(0, 60),
        (shuffled, t) => {
          for (const fuelClass of ["oil", "gas"] as const)
            expect(tableLimit(shuffled, fuelClass, null, t)).toEqual(tableLimit(rows, fuelClass, null, t));
        },
      ),
    );
    const days = ["2018-09-19", "2019-01-01", "2020-07-01", "2024-02-29"].map((validFrom) => ({ validFrom }));
    fc.assert(
      fc.property(
        fc.shuffledSubarray(days, { minLength: 4 }),
        fc.integer({ min: 1.5e12, max: 1.8e12 }),
        (s, t) => {
          expect(inForceAt(s, t)).toEqual(inForceAt(days, t));
        },
      ),
    );
  });
});
