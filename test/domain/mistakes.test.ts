import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { airRatio, airRatioHundredths } from "../../domain/combustion/air-ratio.ts";
import { acidDewPointVerhoffBancheroC, partialPressures } from "../../domain/combustion/dew-point.ts";
import { excessAirRatio, flueGas } from "../../domain/combustion/excess-air.ts";
import { heatLosses } from "../../domain/combustion/heat-loss.ts";
import { stoichiometry } from "../../domain/combustion/stoichiometry.ts";
import { concentrationOfPpm, massRateKgPerH, molarMass } from "../../domain/emissions/concentration.ts";
import { fuelSwitch } from "../../domain/emissions/greenhouse-gas.ts";
import { hourlyMean } from "../../domain/emissions/hourly-mean.ts";
import {
  atReferenceO2,
  flowAtReferenceO2,
  referenceO2Factor,
} from "../../domain/emissions/reference-oxygen.ts";
import { dryFlow, method19Flow } from "../../domain/emissions/stack-flow.ts";
import { burning, mixed } from "../../domain/fuel.ts";
import { emissionLimitInForce, judgeTables, limitInForce, type SteadyMeans } from "../../domain/limits.ts";
import { type StackTest, stackTestFindings } from "../../domain/stack-test.ts";
import { type SteadyState, steadyMemory, steadyWatch } from "../../domain/steady-state.ts";
import { absolutePressure, saturationTempC } from "../../domain/steam/if97.ts";
import { boiler, fuel, shippedRules } from "../helpers/boilers.ts";
import { catalogue, frame } from "../helpers/frames.ts";
import { stackTestAfter, stackTestBefore } from "../helpers/stack-tests.ts";

const gas = burning(fuel("natural-gas"));
const oil = burning(fuel("heavy-oil"));
const methane = stoichiometry({ basis: "mole", gases: { CH4: 100 } });
const { limitTables, emissionStandards } = shippedRules();
const atMs = Date.UTC(2026, 0, 1);

const steadyAt = (o2DryPercent: number): SteadyMeans => ({
  o2DryPercent: { mean: o2DryPercent, samples: 900, goodSamples: 900, flaws: [] },
  exhaustTempC: null,
  steadySinceMs: atMs,
});

/** Each row of the table "What commonly goes wrong" in docs/domain.md: what the mistake would do, and that it is not made. */
describe("a mistake, and what it would do", () => {
  test("1: wet oxygen taken as dry reads low by a sixth, and passes where the dry one fails", () => {
    const flue = flueGas(3.69, gas.stoichiometry, 0);
    const wet = (100 * (flue?.o2Mol ?? 0)) / (flue?.wetMol ?? 1);
    expect(1 - wet / 3.69).toBeCloseTo(1 / 6, 1);
    expect(wet).toBeCloseTo(3.1, 1);
    expect([airRatio(3.1), airRatio(3.69)]).toEqual([1.17, 1.21]);
  });

  test("2: 21 / (21 − O₂) overstates the surplus air of gas by a tenth: 1.17 for 1.15", () => {
    const exact = excessAirRatio(3, methane) ?? 0;
    expect(exact).toBeCloseTo(1.15, 3);
    expect(airRatio(3)).toBe(1.17);
    expect((21 / 18 - 1) / (exact - 1)).toBeCloseTo(1.11, 2);
  });

  test("3: rounding in binary puts five of 2,100 hundredths on the wrong side", () => {
    const wrong = Array.from({ length: 2_100 }, (_, n) => n / 100).filter(
      (o2) => Math.round((100 * 21) / (21 - o2)) !== airRatioHundredths(o2),
    );
    expect(wrong).toEqual([14.28, 16.2, 19.4, 20.04, 20.68]);
  });

  test("4: exactly 5, 10 and 30 t/h belong to the class that they open", () => {
    const of = (quantity: "airRatio" | "exhaustTempC", id: string, capacityTPerH: number) => {
      const burned = fuel(id);
      const judged = boiler({ capacityTPerH, fuels: [burned] });
      return limitInForce(quantity, judged, burned, limitTables, atMs)?.limit;
    };
    const hair = 1e-9;
    const around = (edge: number) =>
      [edge - hair, edge].map((capacity) => of("exhaustTempC", "heavy-oil", capacity));
    expect(around(5)).toEqual([250, 220]);
    expect(around(10)).toEqual([220, 200]);
    expect([30 - hair, 30].map((capacity) => of("airRatio", "natural-gas", capacity))).toEqual([1.3, 1.2]);
  });

  test("5: a dash of the table is no limit: coal below 10 t/h is neither within nor above", () => {
    const coal = fuel("bituminous-coal");
    const small = boiler({ capacityTPerH: 8, coalFiring: "fixed-bed", fuels: [coal] });
    for (const o2 of [0, 3, 15, 20])
      expect(judgeTables(steadyAt(o2), small, coal, limitTables, atMs).airRatio.kind).toBe("no-limit");
    const large = boiler({ capacityTPerH: 10, coalFiring: "fixed-bed", fuels: [coal] });
    expect(judgeTables(steadyAt(15), large, coal, limitTables, atMs).airRatio.kind).toBe("above");
  });

  test("6: a stopped burner, the air of a purge and a light-off are not judged, however steady", () => {
    const settings = { stepMs: 2_000, windowMs: 20_000, afterLightOffMs: 60_000, validShare: 0.75 };
    const drifts = { o2DriftPercent: 0.3, exhaustDriftK: 5, loadDriftPercent: 3 };
    const watch = steadyWatch(catalogue, { ...settings, ...drifts }, { firingO2AtMostPercent: 16 });
    const memory = steadyMemory();
    let second = 0;
    const stateAfter = (seconds: number, firing: 0 | 1, o2DryPercent: number): SteadyState => {
      let state: SteadyState = { steady: false, reason: "no-data" };
      for (const end = second + seconds; second < end; second += 1) {
        const scan = { firing, o2DryPercent, exhaustTempC: 150, loadPercent: 80 };
        state = watch.see(memory, frame(scan, atMs + second * 1_000));
      }
      return state;
    };
    expect(stateAfter(100, 0, 20.9)).toEqual({ steady: false, reason: "not-firing" });
    expect(stateAfter(59, 1, 3)).toEqual({ steady: false, reason: "light-off" });
    expect(stateAfter(30, 1, 3).steady).toBe(true);
    expect(stateAfter(60, 1, 20.9).steady).toBe(false);
  });

  test("7: without a floor the correction near air is 150-fold; with it 15-fold", () => {
    expect(referenceO2Factor(20.9, 6, 0)).toBeCloseTo(150, 6);
    expect(referenceO2Factor(20.9, 6)).toBe(15);
  });

  test("8: volumes at 20 and 25 °C called Nm³ are off by 7 and 9 %", () => {
    const flow = method19Flow(1_000, 2.34, 3);
    expect((flow?.m3PerHAt20C ?? 0) / (flow?.normal.nm3PerH ?? 1)).toBeCloseTo(1.073, 3);
    const mg = (litrePerMol?: number) => concentrationOfPpm(100, molarMass.so2, "dry", litrePerMol).mgPerNm3;
    expect(mg()).toBeCloseTo(286, 0);
    expect(mg() / mg(24.06)).toBeCloseTo(1.07, 2);
    expect(mg() / mg(24.45)).toBeCloseTo(1.09, 2);
  });

  test("9: NOx weighed as NO is a third too little", () => {
    expect(1 - (14.007 + 15.999) / molarMass.nox).toBeCloseTo(0.35, 2);
    const measured = concentrationOfPpm(125.8, molarMass.nox, "dry");
    expect(massRateKgPerH(measured, { basis: "dry", nm3PerH: 57.84 * 60 })).toBeCloseTo(0.897, 3);
  });

  test("10: corrected ppm takes the corrected flow, dry ppm the dry one; crossed, the mass is wrong by a fifth or a tenth", () => {
    const measured = concentrationOfPpm(143.3, molarMass.so2, "dry");
    const wet = { basis: "wet", nm3PerH: 63.51 * 60 } as const;
    const dry = dryFlow(wet, 8.93) ?? { basis: "dry", nm3PerH: 0 };
    const [corrected, correctedFlow] = [atReferenceO2(measured, 8.5, 6), flowAtReferenceO2(dry, 8.5, 6)];
    if (corrected === null || correctedFlow === null) throw new Error("both are there");
    const mass = massRateKgPerH(measured, dry) ?? 0;
    expect(mass).toBeCloseTo(1.4224, 3);
    expect(massRateKgPerH(corrected, correctedFlow)).toBeCloseTo(mass, 12);
    expect((corrected.mgPerNm3 * dry.nm3PerH) / 1e6 / mass).toBeCloseTo(1.2, 3);
    expect((measured.mgPerNm3 * wet.nm3PerH) / 1e6 / mass).toBeCloseTo(1.098, 3);
    // That none of the crossed ones compiles, basis.test.ts shows.
  });

  test("11: between the stack losses on LHV and HHV lie 9 points for gas, 5 for heavy oil", () => {
    const apart = (
      { stoichiometry: of, gcvMjPerNcvMj }: typeof gas,
      o2DryPercent: number,
      exhaustTempC: number,
    ) => {
      const inputs = { o2DryPercent, exhaustTempC, airTempC: 25, airHumidityKgPerKg: 0, coDryPpm: 0 };
      const rest = { ashKg: 0, carbonInAshPercent: 0, surfaceLossLhvPercent: 0 };
      const losses = heatLosses({ ...inputs, ...rest }, of, { ncvKj: 1_000, gcvKj: 1_000 * gcvMjPerNcvMj });
      return (losses?.stackHhvPercent ?? 0) - (losses?.stackLhvPercent ?? 0);
    };
    expect(apart(gas, 3.3, 140)).toBeCloseTo(9, 0);
    expect(apart(oil, 8.5, 264)).toBeCloseTo(5, 0);
  });

  test("12: a gauge's pressure taken as absolute boils 5 K too cold at 7 bar, and not at all at 0 bar", () => {
    const gauge = (barG: number) => saturationTempC(absolutePressure({ barG }));
    const asAbsolute = (bar: number) => saturationTempC({ absoluteMpa: bar / 10 });
    expect((gauge(7) ?? 0) - (asAbsolute(7) ?? 0)).toBeCloseTo(5.5, 1);
    expect(gauge(0)).toBeCloseTo(99.97, 1);
    expect(asAbsolute(0)).toBeNull();
  });

  test("13: of several fuels the one with most heat governs, not the one with most kilograms or litres", () => {
    const fuels = [fuel("bituminous-coal"), fuel("heavy-oil")];
    const rates = [600, 500];
    const heats = fuels.map(({ ncvMjPerUnit }, index) => ncvMjPerUnit * (rates[index] ?? 0));
    expect(mixed(fuels.map(burning), heats)?.governing.id).toBe("heavy-oil");
    expect(mixed(fuels.map(burning), rates)?.governing.id).toBe("bituminous-coal");
  });

  test("14: limits are data of a date and a boiler: before the standard none binds, and an own one goes before the table", () => {
    const burned = fuel("natural-gas");
    const own = { validFrom: "2025-01-01", source: "permit", airRatio: 1.15, exhaustTempC: null };
    const strict = boiler({ ownLimits: own });
    const day = (iso: string) => Date.parse(`${iso}T12:00:00+08:00`);
    const limit = (of: typeof strict, iso: string) =>
      limitInForce("airRatio", of, burned, limitTables, day(iso))?.limit;
    expect([limit(boiler(), "2026-01-01"), limit(strict, "2026-01-01")]).toEqual([1.3, 1.15]);
    expect(limit(strict, "2024-12-31")).toBe(limit(boiler(), "2024-12-31"));
    const nox = (standing: "new" | "existing", iso: string) =>
      emissionLimitInForce("noxAtRefO2Ppm", boiler({ standing }), emissionStandards, day(iso))?.limit ?? null;
    expect([nox("new", "2018-09-18"), nox("new", "2018-09-19")]).toEqual([null, 100]);
    expect([nox("existing", "2020-06-30"), nox("existing", "2020-07-01")]).toEqual([null, 100]);
  });

  test("15: before and after at different loads look 31 % worse; at the same useful heat the change saves a third", () => {
    expect(759 / 579 - 1).toBeCloseTo(0.31, 2); // the two stack tests, CO₂ of each by itself
    const ofOil = { ncvMjPerUnit: 40, co2KgPerTj: 77_400, efficiencyLhvPercent: 85.3 };
    const ofGas = { ncvMjPerUnit: 36, co2KgPerTj: 56_100, efficiencyLhvPercent: 94.7 };
    const saved = (quantity: number) => fuelSwitch({ quantity, ...ofOil }, ofGas)?.reductionPercent;
    expect(saved(214)).toBeCloseTo(100 * (1 - (56.1 / 77.4) * (85.3 / 94.7)), 9);
    expect(saved(428)).toBeCloseTo(saved(214) ?? 0, 9); // whatever the load
  });

  test("16: the dew-point formula with atm for mmHg gives 13 °C in place of 137 °C", () => {
    const { waterMmHg, so3MmHg, waterAtm, so3Atm } = partialPressures(10, 10);
    expect(acidDewPointVerhoffBancheroC(waterMmHg, so3MmHg)).toBeCloseTo(137.3, 1);
    expect(acidDewPointVerhoffBancheroC(waterAtm, so3Atm)).toBeCloseTo(13, 0);
  });

  test("17: the mean of ratios is not the ratio of the mean oxygen; a quarter that is not valid is not in a mean", () => {
    const o2 = [2, 7.6];
    const meanRatio = o2.reduce((sum, each) => sum + 21 / (21 - each), 0) / o2.length;
    expect(meanRatio).toBeCloseTo(1.336, 3);
    const judged = judgeTables(steadyAt((2 + 7.6) / 2), boiler(), fuel("natural-gas"), limitTables, atMs);
    expect(judged.airRatio).toMatchObject({ kind: "within", value: 1.3 });
    const quarter = { concentration: 80, o2DryPercent: 6 };
    const stopped = { concentration: 0, o2DryPercent: 20.9 };
    expect(hourlyMean([quarter, quarter, quarter, null], 6, "correct-then-average")).toBe(80);
    expect(hourlyMean([quarter, quarter, quarter, stopped], 6, "correct-then-average")).toBe(60);
  });

  test("18: each misprint of the two printed stack tests is found: 621.5, 8.93 °C, 0.22, 0.91, 72.54 and 2.460", () => {
    const misprints = (test: StackTest, amountPerUnit: number) => {
      const burned = { stoichiometry: stoichiometry(fuel(test.fuelId).composition), amountPerUnit };
      return stackTestFindings(test, burned).map(({ printed }) => printed);
    };
    const [oilKgPerL, gasMolPerNm3] = [0.96, 1_000 / 22.414];
    expect(misprints(stackTestBefore, oilKgPerL)).toEqual(expect.arrayContaining([621.5, 8.93]));
    expect(misprints(stackTestAfter, gasMolPerNm3)).toEqual(
      expect.arrayContaining([72.54, 0.22, 0.91, 9.25, 2.46]),
    );
  });

  test("19: excess air by balance, where another program's vectors say 15.5, 60.9 and 206 %", () => {
    const excess = (o2: number, of: typeof methane) => 100 * ((excessAirRatio(o2, of) ?? 0) - 1);
    expect(excess(3, methane)).toBeCloseTo(15, 1);
    expect(excess(8.5, oil.stoichiometry)).toBeCloseTo(64.4, 0);
    expect(excess(15, methane)).toBeCloseTo(226, 0);
  });

  test("20: no text for people calls a result legally compliant", () => {
    const folder = resolve(import.meta.dirname, "../../dashboard/texts");
    const texts = readdirSync(folder).map((name) => readFileSync(resolve(folder, name), "utf8"));
    expect(texts.join("\n")).toContain("limit table");
    // 符合法規 stands where the pages say that they do not decide it.
    const called = texts.flatMap(
      (text) => text.match(/\bcompliant\b|\blegal(ly)?\b|合規|(?<!符)合法|違法/gi) ?? [],
    );
    expect(called).toEqual([]);
  });
});
