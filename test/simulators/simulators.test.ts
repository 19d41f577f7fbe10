import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { airRatio } from "../../domain/combustion/air-ratio.ts";
import { flueMoisturePercent, o2DryFromWetPercent } from "../../domain/combustion/dry-oxygen.ts";
import { stoichiometry } from "../../domain/combustion/stoichiometry.ts";
import { referenceO2Factor } from "../../domain/emissions/reference-oxygen.ts";
import type { Fuel } from "../../domain/fuel.ts";
import {
  absolutePressure,
  liquidEnthalpyKjPerKg,
  saturatedEnthalpyKjPerKg,
} from "../../domain/steam/if97.ts";
import { readEnvironment } from "../../platform/environment.ts";
import { loadSettings } from "../../settings/settings.ts";
import { simulatedBoiler } from "../../simulators/boiler/boiler.ts";
import { instrumentSet } from "../../simulators/instruments.ts";
import { openReplay } from "../../simulators/replay.ts";
import { scheduled } from "../../simulators/schedule.ts";
import { seededRandom } from "../../simulators/seeded-random.ts";
import { temporaryFolder } from "../helpers/servers.ts";
import { fuels, simulated, stateAfter, still } from "../helpers/simulated-boilers.ts";

const root = resolve(import.meta.dirname, "../..");

/** The boilers of the demo, as its configuration file describes them, on a clock of their own. */
function demoBoiler(id: string) {
  const { boilers } = loadSettings(join(root, "config/demo.yaml"), root, readEnvironment({})).config
    .simulators;
  const config = boilers.find((each) => each.id === id);
  if (config === undefined) throw new Error(`no ${id} in the demo`);
  const { instruments: configs, schedule, ...design } = config;
  const boiler = scheduled(simulatedBoiler(design, fuels, seededRandom(design.seed)), schedule);
  const instruments = instrumentSet(configs, design.seed);
  return {
    design,
    /** What its instruments show, once a second. */
    run: (seconds: number) =>
      Array.from({ length: seconds }, () => {
        for (let step = 0; step < 4; step += 1) instruments.read(boiler.step(0.2), 0.2);
        return instruments.read(boiler.step(0.2), 0.2);
      }),
  };
}

const valuesOf = (readings: readonly Readonly<Record<string, number | null>>[], point: string) =>
  readings.map((values) => values[point] ?? Number.NaN);
const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value / values.length, 0);

describe("the demo plant", () => {
  test("is the same every time", () => {
    expect(demoBoiler("toh-02").run(100)).toEqual(demoBoiler("toh-02").run(100));
  });

  test("TOH-02 drifts over its limit about 40 s after the start and comes back some minutes later", () => {
    const readings = demoBoiler("toh-02").run(420);
    const burnt = stoichiometry((fuels.get("natural-gas") as Fuel).composition);
    const ratios = valuesOf(readings, "o2WetPercent").map((o2WetPercent) => {
      const moisture = flueMoisturePercent(o2WetPercent, burnt, 0.012) ?? 0;
      return airRatio(o2DryFromWetPercent(o2WetPercent, moisture) ?? 0) ?? 0;
    });
    expect(Math.max(...ratios.slice(0, 35))).toBeLessThan(1.2);
    expect(Math.min(...ratios.slice(55, 280))).toBeGreaterThan(1.3);
    expect(Math.max(...ratios.slice(305))).toBeLessThan(1.2);
  });

  test.each([
    // PM, SOx and NOx at 6 % O₂; exhaust and direct efficiency; each with how near.
    ["toh-01", "heavy-oil", [77, 172, 151], [237, 4], [88.6, 1]],
    ["toh-02", "natural-gas", [2.2, 0.8, 57], [140, 6], [94, 1]],
    ["cfb-01", "bituminous-coal", [16, 33, 76], [174, 4], [90, 1]],
  ] as const)("%s is near what it stands for", (id, fuelId, stack, [exhaustC, withinK], [direct, within]) => {
    const { run, design } = demoBoiler(id);
    const readings = run(38);
    const mean = (point: string) => meanOf(valuesOf(readings, point));
    const factor = referenceO2Factor(mean("o2DryPercent"), 6);
    for (const [index, point] of ["pmDryMgPerNm3", "soxDryPpm", "noxDryPpm"].entries()) {
      const expected = stack[index] ?? 0;
      const corrected = mean(point) * factor;
      // A twentieth, and what an analyser's noise leaves of a mean of 38 readings.
      expect(Math.abs(corrected - expected), `${point} ${corrected}`).toBeLessThan(0.05 * expected + 0.15);
    }
    expect(Math.abs(mean("exhaustTempC") - exhaustC)).toBeLessThan(withinK);
    const fired = fuels.get(fuelId) as Fuel;
    const useful =
      design.carrier === "steam"
        ? (mean("steamFlowKgPerH") *
            ((saturatedEnthalpyKjPerKg(absolutePressure({ barG: mean("steamPressureBarG") }), 1) ?? 0) -
              (liquidEnthalpyKjPerKg(
                absolutePressure({ barG: mean("steamPressureBarG") }),
                mean("feedwaterTempC"),
              ) ?? 0))) /
          3_600
        : mean("usefulHeatKw");
    const efficiency = (100 * useful) / ((mean(fired.flowPoint) * fired.ncvMjPerUnit) / 3.6);
    expect(Math.abs(efficiency - direct), `${efficiency} %`).toBeLessThan(within);
  });
});

describe("a replay", () => {
  const file = join(temporaryFolder(), "record.csv");
  writeFileSync(file, "time,o2,load\n0,3.0,50\n1,broken,60\n2,,70\n3,4.5\n");
  const settings = {
    file,
    startRow: 0,
    stepSeconds: 2,
    columns: [
      { column: "o2", point: "o2DryPercent", scale: 1 },
      { column: "load", point: "loadPercent", scale: 0.01 },
    ],
  };

  test("serves a row per step; what cannot be read is missing, and after the last row all is", () => {
    const replay = openReplay(settings);
    expect(replay.at(0)).toEqual({ o2DryPercent: 3, loadPercent: 0.5 });
    expect(replay.at(1.9)).toEqual({ o2DryPercent: 3, loadPercent: 0.5 });
    expect(replay.at(2)).toEqual({ o2DryPercent: null, loadPercent: 0.6 });
    expect(replay.at(5)).toEqual({ o2DryPercent: null, loadPercent: 0.7 });
    expect(replay.at(6)).toEqual({ o2DryPercent: 4.5, loadPercent: null });
    expect(replay.at(60)).toEqual({ o2DryPercent: null, loadPercent: null });
  });

  test("a row that cannot be read is missing, and moves no other; blank lines are rows, too", () => {
    const broken = join(temporaryFolder(), "broken.csv");
    writeFileSync(broken, 'time,o2,load\n0,3.0,50\n1,"4.0,60\n\n3,5.0,70\n');
    const replay = openReplay({ ...settings, file: broken });
    expect(replay.rows).toBe(4);
    expect([0, 2, 4, 6].map((seconds) => replay.at(seconds)["o2DryPercent"])).toEqual([3, null, null, 5]);
    expect(() => openReplay({ ...settings, file: broken, startRow: 4 })).toThrow(
      /broken.csv has 4 rows; startRow is 4, and must be less/,
    );
  });

  test("a file or a column that is not there is one sentence", () => {
    expect(() => openReplay({ ...settings, file: resolve("/nowhere.csv") })).toThrow(
      /nowhere.csv cannot be replayed/,
    );
    expect(() =>
      openReplay({ ...settings, columns: [{ column: "oxygen", point: "o2DryPercent", scale: 1 }] }),
    ).toThrow(/has no column oxygen; its columns are time, o2, load/);
  });
});

describe("a schedule", () => {
  const boiler = () =>
    simulated({
      id: "b",
      carrier: "steam",
      ratedHeatKw: 5_000,
      fuels: [{ fuel: "natural-gas" }],
      exhaustTempC: 215,
      ...still,
    });
  const change = { atSeconds: 45, rampSeconds: 10, everySeconds: 100, set: { o2TrimPercent: 2 } };
  const back = { atSeconds: 75, rampSeconds: 0, everySeconds: 100, set: { o2TrimPercent: 0 } };
  const trimAt = (dtSeconds: number, seconds: number) => {
    const each = scheduled(boiler(), [change, back]);
    for (let step = 0; step < Math.round(seconds / dtSeconds); step += 1) each.step(dtSeconds);
    return each.controls().o2TrimPercent;
  };

  test("changes the controls at their times, by ramps, again and again", () => {
    expect(trimAt(1, 45)).toBe(0);
    expect(trimAt(1, 50)).toBeCloseTo(1, 9);
    expect(trimAt(1, 60)).toBe(2);
    expect(trimAt(1, 80)).toBe(0);
    expect(trimAt(1, 160)).toBe(2);
  });

  test("does so in the middle of long steps, too", () => {
    expect(trimAt(50, 50)).toBeCloseTo(1, 9);
    expect(trimAt(60, 60)).toBe(2);
    expect(trimAt(80, 160)).toBe(2);
    expect(trimAt(380, 380)).toBe(0);
  });

  test("finds its place again after a recall", () => {
    const each = scheduled(boiler(), [change, back]);
    stateAfter(each, 60, 1);
    const memory = each.memory();
    stateAfter(each, 40, 1);
    expect(each.controls().o2TrimPercent).toBe(0);
    each.recall(memory);
    expect(each.controls().o2TrimPercent).toBe(2);
    stateAfter(each, 20, 1);
    expect(each.controls().o2TrimPercent).toBe(0);
  });
});
