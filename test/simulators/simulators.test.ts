import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { DeviceMapFile as DeviceMap, type DeviceMapFile } from "../../contracts/device-map.ts";
import { airRatio } from "../../domain/combustion/air-ratio.ts";
import { modbusTcpSource } from "../../gateway/modbus/tcp-source.ts";
import { plannedReads } from "../../gateway/plan.ts";
import { realWorld } from "../../platform/world.ts";
import { loadYaml } from "../../platform/yaml-file.ts";
import { type BoilerDesign, simulatedBoiler } from "../../simulators/boiler.ts";
import { startModbusServer } from "../../simulators/modbus-server.ts";
import { openReplay } from "../../simulators/replay.ts";
import { seededRandom } from "../../simulators/seeded-random.ts";
import { mappedUnit } from "../../simulators/unit.ts";
import { fuel } from "../helpers/boilers.ts";
import { freePort, neededProgram, temporaryFolder } from "../helpers/servers.ts";

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

/** A device with one register of every kind. */
function everyKind(): DeviceMapFile {
  const file = join(temporaryFolder(), "every-kind.yaml");
  writeFileSync(
    file,
    `kind: device-map
id: every-kind
title: One of each
registers:
  - { point: firing, table: discrete, address: 3, type: bit }
  - { point: loadPercent, table: holding, address: 0, type: uint16, scale: 0.1 }
  - { point: exhaustTempC, table: holding, address: 1, type: int16, scale: 0.1 }
  - { point: usefulHeatKw, table: holding, address: 2, type: int32 }
  - { point: steamFlowKgPerH, table: holding, address: 4, type: uint32, wordOrder: CDAB }
  - { point: o2DryPercent, table: input, address: 0, type: float32 }
  - { point: coalFlowKgPerH, table: input, address: 2, type: float32, unit: t/h }
`,
  );
  const loaded = loadYaml(file, () => DeviceMap);
  if (!loaded.ok) throw new Error("the test's own map is wrong");
  return loaded.file.value;
}

const values = {
  firing: 1,
  loadPercent: 81.3,
  exhaustTempC: -12.5,
  usefulHeatKw: -70_000,
  steamFlowKgPerH: 123_456,
  o2DryPercent: 3.14,
  coalFlowKgPerH: 2_867,
};

describe("a simulated device on the wire", () => {
  test("gives the gateway what its sensors say, of every kind, and writes down what it served", async () => {
    const served: object[] = [];
    const map = everyKind();
    const server = await startModbusServer(
      { host: "127.0.0.1", port: await freePort() },
      new Map([
        [
          7,
          mappedUnit(
            map,
            () => values,
            (poll) => served.push(poll),
          ),
        ],
      ]),
    );
    const line = { id: "l", host: "127.0.0.1", port: server.port, connectTimeoutMs: 1_000, timeoutMs: 500 };
    const source = modbusTcpSource(line, realWorld("silent"));
    const reads = plannedReads(
      { id: "d", line: "l", unitId: 7, map: "every-kind", boiler: "b-1", maxRegisters: 125 },
      map,
    );
    const read: Record<string, number | null> = {};
    for (const { block, values: wanted } of reads) {
      const words = await source.read(block);
      for (const { point, from, count, decode } of wanted)
        read[point] = decode(words.slice(from, from + count)).value;
    }
    expect(read).toEqual(values);
    expect(served).toHaveLength(reads.length);
    await expect(source.read({ unitId: 7, table: "input", address: 50, count: 1 })).rejects.toMatchObject({
      code: "device-refused",
    });
    await expect(source.read({ unitId: 9, table: "input", address: 0, count: 1 })).rejects.toMatchObject({
      code: "device-refused",
    });
    await server.stop();
    await expect(source.read({ unitId: 7, table: "input", address: 0, count: 2 })).rejects.toMatchObject({
      code: expect.stringMatching(/line-down|device-silent/),
    });
    await source.close();
  });

  const mbpoll = neededProgram("mbpoll");
  if (mbpoll !== null) {
    test("is read by a foreign client (mbpoll) as it is by ours", async () => {
      const port = await freePort();
      const server = await startModbusServer(
        { host: "127.0.0.1", port },
        new Map([
          [
            7,
            mappedUnit(
              everyKind(),
              () => values,
              () => {},
            ),
          ],
        ]),
      );
      const { spawn } = await import("node:child_process");
      const poll = (...args: string[]) =>
        new Promise<string>((resolve) => {
          const child = spawn(mbpoll, [
            "-m",
            "tcp",
            "-p",
            String(port),
            "-a",
            "7",
            "-1",
            "-0",
            ...args,
            "127.0.0.1",
          ]);
          let output = "";
          child.stdout.on("data", (bytes) => {
            output += bytes;
          });
          child.on("close", () => resolve(output));
        });
      expect(await poll("-t", "4:hex", "-r", "0", "-c", "2")).toMatch(
        /\[0\]:\s+0x032D[\s\S]*\[1\]:\s+0xFF83/,
      );
      expect(await poll("-t", "3:float", "-B", "-r", "0", "-c", "1")).toMatch(/\[0\]:\s+3\.14/);
      expect(await poll("-t", "1", "-r", "3", "-c", "1")).toMatch(/\[3\]:\s+1/);
      await server.stop();
    });
  }
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
