import fc from "fast-check";
import { Value } from "typebox/value";
import { describe, expect, test } from "vitest";
import { alongCurve } from "../../domain/boiler.ts";
import { boilerLosses, fired } from "../../domain/boiler-losses.ts";
import { airRatio } from "../../domain/combustion/air-ratio.ts";
import { referenceO2Factor } from "../../domain/emissions/reference-oxygen.ts";
import { burning, type Fuel, mixed } from "../../domain/fuel.ts";
import {
  absolutePressure,
  liquidEnthalpyKjPerKg,
  saturatedEnthalpyKjPerKg,
} from "../../domain/steam/if97.ts";
import { efficiencyDirectPercent, hotWaterHeatKw, thermalOilHeatKw } from "../../domain/steam/useful-heat.ts";
import { type SimulatedBoiler, simulatedBoiler } from "../../simulators/boiler/boiler.ts";
import { BoilerRefit } from "../../simulators/boiler/design.ts";
import { profileLoadPercent } from "../../simulators/boiler/load-profile.ts";
import type { BoilerState } from "../../simulators/boiler/state.ts";
import { fuel } from "../helpers/boilers.ts";
import { goldenCases } from "../helpers/golden-cases.ts";
import {
  asDescribed,
  design,
  dyeingWorksAfter,
  dyeingWorksBefore,
  fuels,
  simulated,
  stateAfter,
  still,
} from "../helpers/simulated-boilers.ts";

const of = (state: BoilerState, point: keyof BoilerState) => state[point] ?? Number.NaN;

const steamBoiler = {
  id: "steam",
  carrier: "steam",
  ratedHeatKw: 7_500,
  fuels: [{ fuel: "natural-gas" }],
  exhaustTempC: 215,
  ...still,
};
/** A boiler for each fuel, with the shell factor that the rules have for it. */
const kinds = [
  ["heavy oil", { ...steamBoiler, fuels: [{ fuel: "heavy-oil" }], exhaustTempC: 240 }, 0.0113],
  ["diesel", { ...steamBoiler, fuels: [{ fuel: "diesel" }], exhaustTempC: 220 }, 0.0113],
  [
    "natural gas with an economiser",
    { ...steamBoiler, exhaustTempC: 130, economiser: { flueBeforeTempC: 240 } },
    0.0113,
  ],
  [
    "LPG, hot water",
    {
      ...steamBoiler,
      carrier: "hot-water",
      fuels: [{ fuel: "lpg" }],
      circuit: { supplyTempC: 110 },
      exhaustTempC: 160,
    },
    0.0113,
  ],
  [
    "fixed-bed coal",
    {
      ...steamBoiler,
      fuels: [{ fuel: "bituminous-coal" }],
      coalFiring: "fixed-bed",
      carbonInAshPercent: 12,
      tunedO2: [{ loadPercent: 100, o2DryPercent: 7 }],
      exhaustTempC: 240,
    },
    0.022,
  ],
  [
    "fluidised-bed coal with a preheater",
    {
      ...steamBoiler,
      fuels: [{ fuel: "bituminous-coal", sulphurRetainedPercent: 90 }],
      coalFiring: "fluidised-bed",
      carbonInAshPercent: 4,
      tunedO2: [{ loadPercent: 100, o2DryPercent: 5 }],
      exhaustTempC: 160,
      airPreheater: { preheatedAirTempC: 150 },
    },
    0.0315,
  ],
  [
    "heavy oil and gas at once",
    {
      ...steamBoiler,
      fuels: [
        { fuel: "heavy-oil", share: 60 },
        { fuel: "natural-gas", share: 40 },
      ],
    },
    0.0113,
  ],
] as const;

/** What the domain says of a state, fed with what the instruments would show. */
function domainLosses(boiler: SimulatedBoiler, state: BoilerState, surfaceLossFactor: number) {
  const described = asDescribed(boiler.design, surfaceLossFactor);
  const flows = described.fuels.map(({ flowPoint, ncvMjPerUnit }) => of(state, flowPoint) * ncvMjPerUnit);
  const burns = mixed(described.fuels.map(burning), flows);
  const inputKw = flows.reduce((sum, heat) => sum + heat, 0) / 3.6;
  if (burns === null) throw new Error("nothing burns");
  const losses = boilerLosses(
    {
      o2DryPercent: of(state, "o2DryPercent"),
      exhaustTempC: of(state, "exhaustTempC"),
      combustionAirTempC: of(state, "combustionAirTempC"),
      coDryPpm: of(state, "coDryPpm"),
      heatInputLhvKw: inputKw,
      loadPercent: of(state, "loadPercent"),
    },
    fired(described, burns),
  );
  if (losses === null) throw new Error("no losses");
  return { losses, inputKw };
}

describe("in a steady state", () => {
  test.each(kinds)("%s: the losses are those that the domain finds", (_name, given, factor) => {
    const boiler = simulated(given);
    for (const loadPercent of [100, 70, 40]) {
      boiler.set({ loadPercent });
      const state = stateAfter(boiler, 7_200, 20);
      const { losses, inputKw } = domainLosses(boiler, state, factor);
      const { heat } = boiler.balance();
      const points = (kw: number) => (100 * kw) / inputKw;
      const split = [
        [heat.dryGasKw, losses.dryGasLhvPercent],
        [heat.fuelWaterKw, losses.fuelWaterLhvPercent],
        [heat.airMoistureKw, losses.airMoistureLhvPercent],
        [heat.coKw, losses.coLhvPercent],
        [heat.unburntKw, losses.unburntLhvPercent],
        [heat.surfaceKw, losses.surfaceLhvPercent],
        [heat.usefulKw + heat.blowdownKw, losses.efficiencyIndirectLhvPercent],
      ] as const;
      for (const [kw, percent] of split) expect(Math.abs(points(kw) - percent)).toBeLessThan(0.3);
      expect(of(state, "usefulHeatKw")).toBeCloseTo((boiler.design.ratedHeatKw * loadPercent) / 100, 1);
    }
  });

  // The domain's golden cases were reckoned by others; what the boiler's own balance says is held against them.
  test.each(goldenCases("stack-loss").map((each) => [each.id, each.title, each] as const))(
    "golden case %s, %s: dry, whole and the efficiency left are within 0.3 points",
    (_id, _title, { inputs, expected }) => {
      const given = (name: string) => inputs[name]?.value ?? 0;
      const parts = inputs["composition"] as unknown as Readonly<Record<string, number>>;
      const isGas = parts["CH4"] !== undefined;
      const golden: Fuel = {
        ...fuel(isGas ? "natural-gas" : "heavy-oil"),
        id: "golden",
        composition: isGas
          ? { basis: "mole", gases: parts }
          : {
              basis: "mass",
              ...{ c: parts["C"] ?? 0, h: parts["H"] ?? 0, s: parts["S"] ?? 0, o: parts["O"] ?? 0 },
              ...{ n: parts["N"] ?? 0, moisture: parts["M"] ?? 0, ash: 0 },
            },
        kgPerUnit: isGas ? null : 1,
        ncvMjPerUnit: given("LHV") / 1_000,
        gcvMjPerUnit: given("HHV") / 1_000,
      };
      const ratedHeatMw = 3;
      const efficiencyLhvPercent =
        expected["efficiencyLHV"]?.value ?? 100 - (expected["totalLHV"]?.value ?? Number.NaN);
      const shellMw = ((given("radiationLossLHV") / 100) * ratedHeatMw) / (efficiencyLhvPercent / 100);
      const boiler = simulatedBoiler(
        design({
          ...{ id: "golden", carrier: "hot-water", circuit: { supplyTempC: 110 }, ...still },
          ...{ fuels: [{ fuel: "golden" }], ratedHeatKw: 1_000 * ratedHeatMw },
          burner: { ...still.burner, coDryPpm: 0 },
          tunedO2: [{ loadPercent: 100, o2DryPercent: given("o2") }],
          exhaustTempC: given("gasTemp"),
          ...{ combustionAirTempC: given("airTemp"), ambientTempC: 25, airHumidityKgPerKg: 0 },
          load: { meanPercent: 100, noisePercent: 0 },
          surfaceLossFactor: shellMw / ratedHeatMw ** 0.7,
        }),
        new Map([["golden", golden]]),
        () => 0.5,
      );
      stateAfter(boiler, 3_600, 10);
      const { heat } = boiler.balance();
      const points = (kw: number) => (100 * kw) / heat.fuelKw;
      const found: Readonly<Record<string, number>> = {
        dryLHV: points(heat.dryGasKw),
        totalLHV: points(heat.dryGasKw + heat.fuelWaterKw + heat.airMoistureKw + heat.coKw + heat.unburntKw),
        efficiencyLHV: points(heat.usefulKw),
      };
      for (const [name, value] of Object.entries(found)) {
        const wanted = name === "efficiencyLHV" ? efficiencyLhvPercent : expected[name]?.value;
        expect(Math.abs(value - (wanted ?? Number.NaN)), `${name} ${value}`).toBeLessThan(0.3);
      }
    },
  );

  test("it is the same whatever the length of the steps", () => {
    for (const [, given] of kinds) {
      const short = stateAfter(simulated(given), 600, 0.2);
      const long = stateAfter(simulated(given), 7_200, 60);
      const longest = stateAfter(simulated(given), 72_000, 3_600);
      for (const [point, value] of Object.entries(short)) {
        expect(of(long, point as keyof BoilerState), point).toBeCloseTo(value, 1);
        expect(of(longest, point as keyof BoilerState), point).toBeCloseTo(value, 1);
      }
    }
  });

  test("what the instruments of the medium show is the useful heat", () => {
    const oil = simulated({ ...dyeingWorksBefore });
    const state = stateAfter(oil, 600, 1);
    const lines = oil.design.thermalOil;
    const at = (tempC: number, key: "densityKgPerM3" | "specificHeatKjPerKgK") =>
      alongCurve(
        lines,
        tempC,
        (line) => line.tempC,
        (line) => line[key],
      ) ?? 0;
    const cold = of(state, "thermalOilReturnTempC");
    const hot = of(state, "thermalOilSupplyTempC");
    const carried = thermalOilHeatKw(
      of(state, "thermalOilFlowM3PerH"),
      cold,
      hot,
      { densityKgPerM3: at(cold, "densityKgPerM3") },
      { specificHeatKjPerKgK: at((cold + hot) / 2, "specificHeatKjPerKgK") },
    );
    expect(carried).toBeCloseTo(of(state, "usefulHeatKw"), 3);

    const boiler = simulated(steamBoiler);
    const steam = stateAfter(boiler, 600, 1);
    const pressure = absolutePressure({ barG: of(steam, "steamPressureBarG") });
    const feed = liquidEnthalpyKjPerKg(pressure, of(steam, "feedwaterTempC")) ?? 0;
    const flow = of(steam, "steamFlowKgPerH");
    const { heat, mass } = boiler.balance();
    const warmedKw = (kgPerH: number, dryness: number) =>
      (kgPerH * ((saturatedEnthalpyKjPerKg(pressure, dryness) ?? 0) - feed)) / 3_600;
    expect(warmedKw(flow, 1) / of(steam, "usefulHeatKw")).toBeCloseTo(1, 4);
    expect(warmedKw(mass.blowdownKgPerH, 0) / heat.blowdownKw).toBeCloseTo(1, 3);
    expect(mass.blowdownKgPerH / flow).toBeCloseTo(0.03, 9);

    const water = stateAfter(simulated(kinds[3][1]), 600, 1);
    const warmed = hotWaterHeatKw(
      of(water, "hotWaterFlowM3PerH"),
      of(water, "hotWaterReturnTempC"),
      of(water, "hotWaterSupplyTempC"),
    );
    expect((warmed ?? 0) / of(water, "usefulHeatKw")).toBeCloseTo(1, 3);
  });

  test("NOx grows with the load and from gas to oil to coal, SOx as the sulphur does", () => {
    const atSixPercent = (point: "noxDryPpm" | "soxDryPpm", load: number, fuels: readonly object[]) => {
      const boiler = simulated({ ...steamBoiler, fuels, load: { meanPercent: load, noisePercent: 0 } });
      const state = stateAfter(boiler, 3_600, 10);
      return of(state, point) * referenceO2Factor(of(state, "o2DryPercent"), 6);
    };
    const nox = (fuel: string, load: number) => atSixPercent("noxDryPpm", load, [{ fuel }]);
    expect(nox("natural-gas", 50)).toBeLessThan(0.95 * nox("natural-gas", 100));
    expect(nox("natural-gas", 100)).toBeLessThan(0.5 * nox("heavy-oil", 100));
    expect(nox("heavy-oil", 100)).toBeLessThan(0.8 * nox("bituminous-coal", 100));
    const sox = (sulphurPercent: number) =>
      atSixPercent("soxDryPpm", 100, [{ fuel: "heavy-oil", sulphurPercent }]);
    expect(sox(1) / sox(0.5)).toBeCloseTo(2, 1);
    expect(sox(0)).toBe(0);
  });

  test("fuels that burn at once share the heat as they are told to", () => {
    const boiler = simulated(kinds[6][1]);
    const heatOf = (state: BoilerState, id: string) => {
      const fuel = fuels.get(id);
      return fuel === undefined ? 0 : of(state, fuel.flowPoint) * fuel.ncvMjPerUnit;
    };
    const before = stateAfter(boiler, 60, 1);
    expect(heatOf(before, "heavy-oil") / heatOf(before, "natural-gas")).toBeCloseTo(1.5, 6);
    boiler.set({ fuelShares: { "natural-gas": 1 } });
    const gasAlone = stateAfter(boiler, 60, 1);
    expect(gasAlone.heavyOilFlowLPerH).toBe(0);
    expect(of(gasAlone, "soxDryPpm")).toBeLessThan(of(before, "soxDryPpm") / 100);
  });
});

describe("the dyeing works", () => {
  const atSix = (state: BoilerState, point: keyof BoilerState) =>
    of(state, point) * referenceO2Factor(of(state, "o2DryPercent"), 6);
  const direct = (boiler: SimulatedBoiler, state: BoilerState) =>
    efficiencyDirectPercent(of(state, "usefulHeatKw"), boiler.balance().heat.fuelKw) ?? 0;
  const near = (value: number, expected: number, share = 0.05) =>
    expect(Math.abs(value / expected - 1), `${value} for ${expected}`).toBeLessThan(share);

  test("before: 77, 172 and 151 at 6 % O₂, exhaust 264 °C, 78 % by the direct method", () => {
    const boiler = simulated({ ...dyeingWorksBefore, load: { meanPercent: 100, noisePercent: 0 } });
    const state = stateAfter(boiler, 3_600, 10);
    near(atSix(state, "pmDryMgPerNm3"), 76.84);
    near(atSix(state, "soxDryPpm"), 171.96);
    near(atSix(state, "noxDryPpm"), 150.96);
    near(of(state, "exhaustTempC"), 264, 0.01);
    near(of(state, "o2DryPercent"), 8.5, 0.01);
    near(direct(boiler, state), 78, 0.01);
  });

  test("after: 2, 1 and 57, exhaust 140 °C, air of 180 °C, O₂ 1.7 %, 90 %", () => {
    const boiler = simulated({ ...dyeingWorksAfter, load: { meanPercent: 100, noisePercent: 0 } });
    const state = stateAfter(boiler, 3_600, 10);
    near(atSix(state, "pmDryMgPerNm3"), 2.36);
    near(atSix(state, "soxDryPpm"), 0.76);
    near(atSix(state, "noxDryPpm"), 57.03);
    near(of(state, "exhaustTempC"), 140, 0.01);
    near(of(state, "preheatedAirTempC"), 180, 0.01);
    near(of(state, "o2DryPercent"), 1.7, 0.01);
    near(direct(boiler, state), 90, 0.01);
  });

  test("the retrofit turns the one into the other, and the heat of the oil is still there", () => {
    const boiler = simulated({ ...dyeingWorksBefore, load: { meanPercent: 100, noisePercent: 0 } });
    stateAfter(boiler, 600, 10);
    const { tunedO2, fuels: burnt, exhaustTempC, airPreheater, surfaceLossFactor } = design(dyeingWorksAfter);
    if (airPreheater === undefined || surfaceLossFactor === undefined) throw new Error("both were fitted");
    const before = boiler.memory();
    boiler.refit({ tunedO2, fuels: burnt, surfaceLossFactor });
    expect(boiler.memory().mediumTempC).toBe(before.mediumTempC);
    const burner = stateAfter(boiler, 3_600, 10);
    expect(burner.preheatedAirTempC).toBeUndefined();
    expect(burner.heavyOilFlowLPerH).toBe(0);
    near(of(burner, "exhaustTempC"), 264, 0.01);
    boiler.refit({ airPreheater, exhaustTempC });
    const state = stateAfter(boiler, 3_600, 10);
    near(of(state, "exhaustTempC"), 140, 0.01);
    near(of(state, "preheatedAirTempC"), 180, 0.01);
    near(direct(boiler, state), 90, 0.01);
  });
});

describe("energy and mass", () => {
  const loads = fc.array(fc.integer({ min: 0, max: 120 }), { minLength: 1, maxLength: 6 });
  const designs = fc.record({
    fuel: fc.constantFrom("heavy-oil", "diesel", "natural-gas", "lpg", "bituminous-coal"),
    second: fc.constantFrom("none", "natural-gas", "bituminous-coal"),
    carrier: fc.constantFrom("steam", "thermal-oil", "hot-water"),
    coalFiring: fc.constantFrom("fixed-bed", "fluidised-bed"),
    ratedHeatKw: fc.integer({ min: 50, max: 80_000 }),
    o2: fc.double({ min: 1, max: 12, noNaN: true }),
    exhaustTempC: fc.integer({ min: 255, max: 420 }),
    preheated: fc.option(fc.integer({ min: 60, max: 160 })),
    carbonInAshPercent: fc.integer({ min: 0, max: 20 }),
    foulingPercentPerDay: fc.integer({ min: 0, max: 20 }),
    startsCold: fc.boolean(),
  });
  const faults = fc.record({
    airLeakPercent: fc.integer({ min: 0, max: 100 }),
    o2TrimPercent: fc.double({ min: -6, max: 6, noNaN: true }),
    damper: fc.constantFrom("auto" as const, "stuck" as const, 0, 30, 120),
    sootBlow: fc.boolean(),
    burner: fc.constantFrom("auto" as const, "off" as const, "lockout" as const),
  });

  test("close within a thousandth, however it is built, driven and broken, in steps of any length", () => {
    fc.assert(
      fc.property(designs, loads, faults, fc.constantFrom(0.2, 5, 60, 900), (built, driven, broken, dt) => {
        const { fuel, second, o2, preheated, ...rest } = built;
        const boiler = simulated({
          id: "any",
          ...rest,
          // Coal comes with 0.6 % of sulphur here and a third of it kept, so that this, too, must close.
          fuels: [
            {
              fuel,
              share: 2,
              sulphurPercent: fuel === "bituminous-coal" ? 0.6 : 0.2,
              sulphurRetainedPercent: 33,
            },
            ...(second === "none" || second === fuel ? [] : [{ fuel: second }]),
          ],
          tunedO2: [{ loadPercent: 100, o2DryPercent: o2 }],
          circuit: { supplyTempC: 150 },
          ...(preheated === null ? {} : { airPreheater: { preheatedAirTempC: preheated } }),
        });
        const sum = { fuelKw: 0, goneKw: 0, inKg: 0, outKg: 0, waterIn: 0, waterOut: 0 };
        for (const [index, loadPercent] of driven.entries()) {
          boiler.set({ loadPercent, ...(index % 2 === 1 ? broken : { burner: "auto" }) });
          for (let step = 0; step < 60; step += 1) {
            const state = boiler.step(dt);
            for (const point in state) {
              const value = of(state, point as keyof BoilerState);
              if (!Number.isFinite(value)) expect.fail(`${point} is ${value}`);
            }
            const o2Percent = of(state, "o2DryPercent");
            if (o2Percent < 0 || o2Percent > 20.95) expect.fail(`there is ${o2Percent} % of oxygen`);
            const { heat, mass } = boiler.balance();
            const { fuelKw, ...gone } = heat;
            sum.fuelKw += fuelKw;
            for (const kw of Object.values(gone)) sum.goneKw += kw;
            sum.inKg += mass.fuelKgPerH + mass.airKgPerH;
            sum.outKg += mass.flueKgPerH + mass.ashKgPerH;
            sum.waterIn += mass.feedwaterKgPerH;
            sum.waterOut += mass.steamKgPerH + mass.blowdownKgPerH;
          }
        }
        const scale = Math.max(sum.fuelKw, boiler.design.ratedHeatKw);
        expect(Math.abs(sum.fuelKw - sum.goneKw) / scale).toBeLessThan(0.001);
        expect(Math.abs(sum.inKg - sum.outKg) / sum.inKg).toBeLessThan(0.001);
        expect(sum.waterIn).toBeCloseTo(sum.waterOut, 3);
      }),
      { numRuns: 60, seed: 4 },
    );
  });

  test("an economiser's and a preheater's heat is what the gas gave", () => {
    // By the gas's own specific heat, about 1.35 kJ/Nm³K wet for gas at such temperatures, and air's 1.32.
    const boiler = simulated({ ...dyeingWorksAfter, load: { meanPercent: 100, noisePercent: 0 } });
    const state = stateAfter(boiler, 3_600, 10);
    const wetNm3 = of(state, "stackFlowDryNm3PerH") / (1 - of(state, "flueMoisturePercent") / 100);
    const given = wetNm3 * 1.39 * (of(state, "flueBeforeRecoveryTempC") - of(state, "exhaustTempC"));
    const airNm3 = (boiler.balance().mass.airKgPerH / 1.285) * 1.0;
    const taken = airNm3 * 1.32 * (of(state, "preheatedAirTempC") - of(state, "combustionAirTempC"));
    expect(given / taken).toBeGreaterThan(0.97);
    expect(given / taken).toBeLessThan(1.03);
  });
});

describe("a burner", () => {
  const cold = {
    ...steamBoiler,
    startsCold: true,
    burner: { ...still.burner, purgeSeconds: 30, lightOffSeconds: 8, lowFireSeconds: 20 },
  };

  test("starts by purge, light-off and low fire, and stops by a purge", () => {
    const boiler = simulated(cold);
    const seen: string[] = [];
    const watch = (seconds: number) => {
      for (let at = 0; at < seconds; at += 0.5) {
        const state = boiler.step(0.5);
        const phase = boiler.phase();
        if (seen.at(-1) !== phase) seen.push(phase);
        const flame = phase === "light-off" || phase === "low-fire" || phase === "modulating";
        expect(of(state, "firing"), phase).toBe(flame ? 1 : 0);
        if (!flame) expect(of(state, "o2DryPercent")).toBeCloseTo(20.95, 9);
        if (phase === "low-fire") expect(of(state, "loadPercent")).toBeLessThan(21);
      }
    };
    watch(600);
    boiler.set({ burner: "off" });
    watch(60);
    expect(seen).toEqual(["purge", "light-off", "low-fire", "modulating", "post-purge", "off"]);
  });

  test("comes through its sequence in long steps as in short ones", () => {
    const short = simulated(cold);
    const long = simulated(cold);
    for (let at = 0; at < 60; at += 0.1) short.step(0.1);
    long.step(60);
    expect(short.phase()).toBe("modulating");
    expect(long.phase()).toBe("modulating");
  });

  test("a lockout cuts the fuel at once, and it stays out until it is reset", () => {
    const boiler = simulated(steamBoiler);
    expect(of(boiler.step(1), "naturalGasFlowNm3PerH")).toBeGreaterThan(100);
    boiler.set({ burner: "lockout" });
    expect(boiler.step(1).naturalGasFlowNm3PerH).toBe(0);
    const pressure = of(stateAfter(boiler, 600, 1), "steamPressureBarG");
    expect(boiler.phase()).toBe("lockout");
    expect(pressure).toBeLessThan(7);
    boiler.set({ burner: "auto" });
    boiler.step(1);
    expect(boiler.phase()).toBe("purge");
    expect(of(stateAfter(boiler, 3_600, 1), "steamPressureBarG")).toBeCloseTo(8, 1);
  });

  test("meets a need below its least rate by stopping and starting", () => {
    const boiler = simulated({ ...steamBoiler, load: { meanPercent: 8, noisePercent: 0 } });
    const phases = new Set<string>();
    let usefulKw = 0;
    for (let at = 0; at < 6 * 3_600; at += 10) {
      usefulKw += of(boiler.step(10), "usefulHeatKw") / (6 * 360);
      phases.add(boiler.phase());
    }
    expect(phases).toContain("off");
    expect(phases).toContain("modulating");
    expect(usefulKw).toBeCloseTo(600, 0);
  });
});

describe("what goes wrong", () => {
  const settled = (boiler: SimulatedBoiler) => stateAfter(boiler, 1_800, 2);

  test("below its air limit CO rises steeply, and the heat in it is lost", () => {
    const boiler = simulated(steamBoiler);
    const co = [0, -1, -2, -3, -3.5, -4.2].map((o2TrimPercent) => {
      boiler.set({ o2TrimPercent });
      return of(settled(boiler), "coDryPpm");
    });
    expect(co[0]).toBeLessThan(20);
    expect([...co].sort((a, b) => a - b)).toEqual(co);
    expect(co.at(-1)).toBeGreaterThan(1_000);
    const { coKw, fuelKw } = boiler.balance().heat;
    expect(coKw / fuelKw).toBeGreaterThan(0.003);
  });

  test("a damper that sticks while the load falls leaves too much air", () => {
    const boiler = simulated(steamBoiler);
    const before = of(settled(boiler), "o2DryPercent");
    boiler.set({ damper: "stuck" });
    boiler.set({ loadPercent: 50 }, 30);
    const stuck = settled(boiler);
    expect(of(stuck, "o2DryPercent")).toBeGreaterThan(before + 4);
    boiler.set({ damper: "auto" });
    expect(of(settled(boiler), "o2DryPercent")).toBeLessThan(before + 1.5);
  });

  test("air that leaks in behind the flame raises O₂ and costs fuel, but the flame does not feel it", () => {
    const boiler = simulated(steamBoiler);
    const before = settled(boiler);
    const fuelKw = boiler.balance().heat.fuelKw;
    boiler.set({ airLeakPercent: 20 });
    const leaking = settled(boiler);
    expect(of(leaking, "airRatioTrue") / of(before, "airRatioTrue")).toBeCloseTo(1.2, 2);
    expect(boiler.balance().heat.fuelKw).toBeGreaterThan(fuelKw * 1.005);
    expect(of(leaking, "coDryPpm")).toBeLessThan(of(before, "coDryPpm"));
  });

  test("soot raises the exhaust, day by day, and soot blowing takes it off with a cloud of dust", () => {
    const boiler = simulated({ ...kinds[4][1], foulingPercentPerDay: 1 });
    const clean = settled(boiler);
    const sooty = stateAfter(boiler, 20 * 86_400, 600);
    expect(of(sooty, "exhaustTempC")).toBeGreaterThan(of(clean, "exhaustTempC") + 15);
    expect(of(sooty, "coalFlowKgPerH")).toBeGreaterThan(of(clean, "coalFlowKgPerH") * 1.005);
    boiler.set({ sootBlow: true });
    const blowing = stateAfter(boiler, 60, 1);
    expect(of(blowing, "pmDryMgPerNm3")).toBeGreaterThan(2 * of(clean, "pmDryMgPerNm3"));
    stateAfter(boiler, 900, 1);
    boiler.set({ sootBlow: false });
    expect(of(settled(boiler), "exhaustTempC")).toBeCloseTo(of(clean, "exhaustTempC"), 0);
  });

  test("exhaust follows a change of load with the metal's time, not at once", () => {
    const boiler = simulated({ ...steamBoiler, load: { meanPercent: 100, noisePercent: 0 } });
    const before = of(settled(boiler), "exhaustTempC");
    boiler.set({ loadPercent: 50 });
    const soon = of(stateAfter(boiler, 6, 0.2), "exhaustTempC");
    const later = of(settled(boiler), "exhaustTempC");
    expect(later).toBeLessThan(before - 10);
    expect(before - soon).toBeLessThan(0.5 * (before - later));
  });

  test("more blowdown and colder feedwater cost fuel", () => {
    const boiler = simulated(steamBoiler);
    settled(boiler);
    const { fuelKw } = boiler.balance().heat;
    const { steamKgPerH } = boiler.balance().mass;
    boiler.set({ blowdownPercent: 10 });
    settled(boiler);
    expect(boiler.balance().heat.fuelKw).toBeGreaterThan(fuelKw * 1.008);
    boiler.set({ blowdownPercent: null, feedwaterTempC: 40 });
    settled(boiler);
    expect(boiler.balance().mass.steamKgPerH).toBeLessThan(steamKgPerH * 0.93);
  });
});

describe("what cannot be", () => {
  test.each([
    [{ o2TrimPercent: 22 }, /o2TrimPercent/],
    [{ airLeakPercent: -5 }, /airLeakPercent/],
    [{ fuelShares: { diesel: 1 } }, /fuelShares has diesel; this boiler burns natural-gas/],
    [{ fuelShares: { "natural-gas": 0 } }, /gives no fuel a share/],
  ])("%j is refused with what is wrong", (controls, message) => {
    expect(() => simulated(steamBoiler).set(controls)).toThrow(message);
  });

  test.each([
    [
      { exhaustTempC: 150 },
      /exhaustTempC lets gas leave the heating surfaces at 150 °C, but they are 190 °C hot/,
    ],
    [
      { exhaustTempC: 70, airPreheater: { preheatedAirTempC: 450 } },
      /airPreheater warms air to 450 °C with gas of/,
    ],
    [
      { economiser: { flueBeforeTempC: 200 } },
      /economiser takes gas of 200 °C, colder than the 215 °C behind it/,
    ],
    [
      { exhaustTempC: 100, economiser: { flueBeforeTempC: 240 } },
      /economiser cools gas to 100 °C with a medium of 105 °C/,
    ],
    [
      { carrier: "hot-water", circuit: { supplyTempC: 40, spreadK: 10 }, ambientTempC: 50 },
      /ambientTempC is 50 °C, about as warm as the medium/,
    ],
    [{ fuels: [{ fuel: "peat" }] }, /fuels has peat, which is no fuel/],
    [{ carrier: "hot-water", circuit: { supplyTempC: 250 } }, /would boil/],
  ])("a design with %j is refused with what is wrong", (changes, message) => {
    expect(() => simulated({ ...steamBoiler, ...changes })).toThrow(message);
  });

  test("time does not stand still or go back", () => {
    const boiler = simulated(steamBoiler);
    for (const dt of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => boiler.step(dt)).toThrow(/A step takes time/);
  });
});

describe("the same again", () => {
  const trembling = { ...steamBoiler, load: {}, burner: {}, emissionNoisePercent: 2 };
  const run = (seed: number) => {
    const boiler = simulated(trembling, seed);
    return Array.from({ length: 300 }, () => boiler.step(0.2));
  };

  test("a seed gives the same boiler, another seed another", () => {
    expect(run(7)).toEqual(run(7));
    expect(run(7)).not.toEqual(run(8));
  });

  test("what it remembers brings it back", () => {
    const boiler = simulated({
      ...steamBoiler,
      load: { noisePercent: 0, parts: [{ kind: "swing", percent: 20 }] },
    });
    stateAfter(boiler, 300, 1);
    const memory = boiler.memory();
    const first = stateAfter(boiler, 300, 1);
    boiler.set({ o2TrimPercent: 3 });
    stateAfter(boiler, 300, 1);
    boiler.recall(JSON.parse(JSON.stringify(memory)));
    expect(stateAfter(boiler, 300, 1)).toEqual(first);
  });
});

test("what a refit does not name stays as it is, and what it names is complete", () => {
  expect(Value.Default(BoilerRefit, {})).toEqual({});
  const refit = Value.Default(BoilerRefit, { burner: { purgeSeconds: 60 } });
  if (!Value.Check(BoilerRefit, refit)) throw new Error("it is a refit");
  expect(refit.burner?.minimumLoadPercent).toBe(20);
  expect(Object.keys(refit)).toEqual(["burner"]);
  expect(Value.Check(BoilerRefit, { carrier: "steam" })).toBe(false);
});

test("load profiles: swings and batches add, shifts and weekends take their share", () => {
  const profile = (parts: object[]) =>
    design({ ...steamBoiler, load: { meanPercent: 60, noisePercent: 0, startHourOfWeek: 0, parts } }).load;
  const hours = (each: number) => each * 3_600;
  const shift = profile([
    { kind: "shift", fromHour: 22, toHour: 6, outsidePercent: 10 },
    { kind: "weekend", percent: 50 },
  ]);
  expect(profileLoadPercent(shift, hours(3))).toBe(60);
  expect(profileLoadPercent(shift, hours(12))).toBeCloseTo(6);
  expect(profileLoadPercent(shift, hours(5 * 24 + 23))).toBe(30);
  expect(profileLoadPercent(shift, hours(7 * 24 + 3))).toBe(60);
  const batch = profile([
    { kind: "batch", percent: 30, everySeconds: 1_000, forSeconds: 300, rampSeconds: 100 },
    { kind: "swing", percent: 5, periodSeconds: 400 },
  ]);
  expect(profileLoadPercent(batch, 200)).toBeCloseTo(90);
  expect(profileLoadPercent(batch, 250)).toBeCloseTo(60 + 15 - 5 * Math.SQRT1_2);
  expect(profileLoadPercent(batch, 600)).toBeCloseTo(60);
  expect(profileLoadPercent(batch, 1_100)).toBeCloseTo(90 - 5);
});

test("the regulatory air ratio of a tuned burner stands where its O₂ says", () => {
  const state = stateAfter(simulated(steamBoiler), 600, 1);
  expect(airRatio(of(state, "o2DryPercent"))).toBeGreaterThan(1.15);
});
