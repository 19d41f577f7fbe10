import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { airRatio } from "../../domain/combustion/air-ratio.ts";
import { type BoilerDesign, simulatedBoiler } from "../../simulators/boiler.ts";
import { openReplay } from "../../simulators/replay.ts";
import { seededRandom } from "../../simulators/seeded-random.ts";
import { fuel } from "../helpers/boilers.ts";
import { temporaryFolder } from "../helpers/servers.ts";

const design: BoilerDesign = {
  fuel: fuel("natural-gas"),
  ratedHeatKw: 3_000,
  meanLoadPercent: 80,
  loadSwingPercent: 4,
  loadPeriodSeconds: 400,
  tunedO2DryPercent: 2.2,
  lowLoadO2Percent: 0.8,
  exhaustTempC: 145,
  lowLoadExhaustK: 18,
  combustionAirTempC: 30,
  airHumidityKgPerKg: 0.012,
  noxAt6PercentPpm: 57,
  soxAt6PercentPpm: 1,
  pmAt6PercentMgPerNm3: 2,
  coDryPpm: 12,
  drift: {
    startAfterSeconds: 40,
    rampSeconds: 4,
    forSeconds: 240,
    everySeconds: 1_800,
    loadPercent: 56,
    surplusO2Percent: 2.6,
  },
};

const run = (seed: number, seconds: number) => {
  const boiler = simulatedBoiler(design, seededRandom(seed));
  return Array.from({ length: seconds }, (_, second) => boiler.at(second));
};

describe("a simulated boiler", () => {
  test("is the same for the same seed, and another for another", () => {
    expect(run(7, 200)).toEqual(run(7, 200));
    expect(run(7, 200)).not.toEqual(run(8, 200));
  });

  test("drifts over its limit about 40 s after the start and comes back some minutes later", () => {
    const ratios = run(12, 420).map(({ o2DryPercent }) => airRatio(o2DryPercent ?? 0) ?? 0);
    expect(Math.max(...ratios.slice(0, 38))).toBeLessThan(1.3);
    expect(Math.min(...ratios.slice(60, 270))).toBeGreaterThan(1.3);
    expect(Math.max(...ratios.slice(320))).toBeLessThan(1.3);
  });

  test("burns what its load needs: fuel heat less the losses is the useful heat", () => {
    for (const state of run(3, 100)) {
      const fuelKw = ((state["naturalGasFlowNm3PerH"] ?? 0) * design.fuel.ncvMjPerUnit) / 3.6;
      const efficiency = (100 * (state["usefulHeatKw"] ?? 0)) / fuelKw;
      expect(efficiency).toBeGreaterThan(90);
      expect(efficiency).toBeLessThan(95);
    }
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

  test("a file or a column that is not there is one sentence", () => {
    expect(() => openReplay({ ...settings, file: resolve("/nowhere.csv") })).toThrow(
      /nowhere.csv cannot be replayed/,
    );
    expect(() =>
      openReplay({ ...settings, columns: [{ column: "oxygen", point: "o2DryPercent", scale: 1 }] }),
    ).toThrow(/has no column oxygen; its columns are time, o2, load/);
  });
});
