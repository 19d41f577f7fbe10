import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { readEnvironment } from "../../platform/environment.ts";
import { registryOf } from "../../settings/registry.ts";
import { loadSettings } from "../../settings/settings.ts";
import { temporaryFolder } from "../helpers/servers.ts";

const root = resolve(import.meta.dirname, "../..");
const environment = readEnvironment({});
const demo = readFileSync(join(root, "config", "demo.yaml"), "utf8");

/** The faults of a configuration, each as `line: message`. */
function faultsOf(text: string, files: Readonly<Record<string, string>> = {}): readonly string[] {
  const folder = temporaryFolder();
  const file = join(folder, "plant.yaml");
  writeFileSync(file, text);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  try {
    loadSettings(file, root, environment);
    return [];
  } catch (error) {
    return String((error as Error).message)
      .split("\n")
      .slice(1)
      .map((line) => line.trim().replace(`${folder}/`, ""));
  }
}

/** The demo with one line changed. */
const changed = (from: string | RegExp, to: string) => demo.replace(from, to);

describe("a configuration", () => {
  test.each(["demo.yaml", "replay-b2.yaml"])("%s is in order", (name) => {
    expect(loadSettings(join(root, "config", name), root, environment).config.sites).toHaveLength(1);
  });

  const heaters = "{ id: heaters, host: 127.0.0.1, port: 15020 }";
  test.each([
    ["{ id: heaters }", /lines.0.id needs exactly one of host and tty/],
    [
      "{ id: heaters, tty: /dev/a, baudRate: 9600, framing: tcp }",
      /lines.0.framing is tcp; a tty speaks rtu/,
    ],
    ["{ id: heaters, tty: /dev/a }", /lines.0.tty needs baudRate/],
    ["{ id: heaters, tty: /dev/a, baudRate: 9600, port: 5 }", /lines.0.port is for a host; a tty has none/],
    ["{ id: heaters, host: a, parity: even }", /lines.0.parity is for a tty/],
    ["{ id: heaters, host: a, stopBits: 2, framing: rtu }", /lines.0.stopBits is for a tty/],
    ["{ id: heaters, host: a, baudRate: 9600 }", /lines.0.baudRate is for framing rtu/],
    ["{ id: heaters, host: 127.0.0.1, port: 15021 }", /lines.1.id ends at 127.0.0.1:15021, as heaters does/],
  ])("the line %s is a fault at its line", (line, message) => {
    const faults = faultsOf(changed(heaters, line));
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(message);
    const at = demo.split("\n").findIndex((each) => each.includes(heaters)) + 1;
    expect(Number(faults[0]?.match(/yaml:(\d+):/)?.[1])).toBeGreaterThanOrEqual(at);
    expect(Number(faults[0]?.match(/yaml:(\d+):/)?.[1])).toBeLessThanOrEqual(at + 1);
  });

  test.each([
    "{ id: heaters, host: 127.0.0.1, port: 15020, framing: rtu, baudRate: 19200 }",
    "{ id: heaters, tty: /dev/ttyUSB0, baudRate: 9600, parity: even, stopBits: 1 }",
  ])("the line %s is in order", (line) => {
    expect(faultsOf(changed(heaters, line))).toEqual([]);
  });

  test("what is read less often is so by whole scans, and leaves something of its boiler to every scan", () => {
    const oil = "unitId: 2, map: oil-meter,";
    expect(faultsOf(changed(oil, `${oil} scanMs: 60000,`))).toEqual([]);
    expect(faultsOf(changed(oil, `${oil} scanMs: 1500,`)).join()).toMatch(
      /scanMs is 1500; it must be a multiple of the gateway's 1000/,
    );
    const slow = demo.replace(
      /(line: power-house, .*) boiler: cfb-01 }/g,
      "$1 boiler: cfb-01, scanMs: 5000 }",
    );
    expect(faultsOf(slow).join()).toMatch(/scanMs leaves nothing of cfb-01 to every scan/);
  });

  test("report by exception names points that there are, and boilers of its gateway", () => {
    const reporting = (what: string) =>
      changed("    scanMs: 1000\n", `    scanMs: 1000\n    reportByException: ${what}\n`);
    expect(faultsOf(reporting("{ points: { o2DryPercent: { abs: 0.05 } }, boilers: [toh-01] }"))).toEqual([]);
    const faults = faultsOf(reporting("{ points: { o3Percent: { abs: 1 } }, boilers: [toh-09] }"));
    expect(faults.join()).toMatch(/o3Percent.* is no point/);
    expect(faults.join()).toMatch(/is "toh-09", which is no boiler of this gateway; known are/);
  });

  test("every fault is named at once, with its line and what is allowed", () => {
    const faults = faultsOf(
      demo
        .replace("heatCarrier: steam", "heatCarrier: stream")
        .replace("fuels: [heavy-oil]", "colour: red\n        fuels: [heavy-oil]")
        .replace("capacityTPerH: 32", "capacityTPerH: minus")
        .replace("scanMs: 1000", "scanMs: 10"),
    );
    // One line was added above all of these.
    const line = (text: string) => demo.split("\n").findIndex((each) => each.includes(text)) + 2;
    expect(faults).toHaveLength(4);
    const all = faults.join("\n");
    expect(all).toContain(
      `plant.yaml:${line("heatCarrier: steam")}: sites.0.boilers.2.heatCarrier is "stream"; allowed are steam, thermal-oil, hot-water`,
    );
    expect(all).toContain(
      `plant.yaml:${line("capacityTPerH: 32")}: sites.0.boilers.2.capacityTPerH is "minus"; it must be number`,
    );
    expect(all).toContain(`plant.yaml:${line("scanMs: 1000")}: gateways.0.scanMs is 10; it must be >= 100`);
    expect(all).toMatch(/has the unknown key "colour"; allowed are id, name, capacityTPerH/);
  });

  test.each([
    [
      "a fuel that nobody knows",
      changed("fuels: [heavy-oil]", "fuels: [whale-oil]"),
      /is "whale-oil", which is no fuel; known are .*heavy-oil/,
    ],
    [
      "coal without its firing",
      changed("coalFiring: fluidised-bed\n", "\n"),
      /has coal, so coalFiring must be given/,
    ],
    [
      "a boiler of two gateways",
      `${changed(/\nsimulators:[\s\S]*/, "")}\n  - id: second\n    site: demo-plant\n    lines: [{ id: l, host: 127.0.0.1 }]\n    devices: [{ id: d, line: l, unitId: 1, map: gas-meter, boiler: toh-02 }]\n`,
      /is read by gateway boiler-house already/,
    ],
    [
      "a point given twice",
      changed(
        "id: toh-02-gas, line: heaters, unitId: 12, map: gas-meter",
        "id: toh-02-gas, line: heaters, unitId: 12, map: burner-plc",
      ),
      /gives firing of toh-02, which toh-02-burner gives already/,
    ],
    [
      "a line that is not there",
      changed("id: toh-01-oil, line: heaters", "id: toh-01-oil, line: heater"),
      /is "heater", which is no line of this gateway; known are heaters, power-house/,
    ],
    [
      "a time zone that is none",
      changed("timeZone: Asia/Taipei", "timeZone: Asia/Taipeh"),
      /is "Asia\/Taipeh"; it must be a name like Asia\/Taipei/,
    ],
    [
      "an alarm rule that is none",
      changed("air-ratio-above-table: {", "air-ratio: {"),
      /is "air-ratio", which is no alarm rule/,
    ],
    [
      "a listener for the whole world",
      `${demo}\napi: { host: 0.0.0.0 }\n`,
      /api.host is "0.0.0.0"; others than 127.0.0.1, localhost and ::1 need api.tls with certificateFile/,
    ],
    ["YAML that is none", changed("gateways:", "gateways: ["), /plant.yaml:\d+: /],
    ["a key said twice", changed("scanMs: 1000", "scanMs: 1000\n    scanMs: 2000"), /unique/],
    [
      "InfluxDB without its address",
      `${demo}\ntelemetry: { store: influx1 }\n`,
      /is influx1, so influx1: with host, port and database must be given/,
    ],
    [
      "a point without a unit in its name",
      `${demo}\npoints: { mood: { unit: "", range: [0, 1], label: { en: Mood, zh-TW: 心情 } } }\n`,
      /points.mood must end in its unit/,
    ],
    [
      "a simulated boiler that cannot be built",
      changed("exhaustTempC: 264", "exhaustTempC: 190"),
      /plant.yaml:\d+: simulators.boilers.0.exhaustTempC lets gas leave the heating surfaces at 190 °C, but they are 215 °C hot/,
    ],
    [
      "a simulated boiler of a fuel that nobody knows",
      changed("{ fuel: heavy-oil, sulphurPercent", "{ fuel: peat, sulphurPercent"),
      /simulators.boilers.0.fuels has peat, which is no fuel of the rules/,
    ],
    [
      "an instrument for what no instrument measures",
      changed("burner: { coDryPpm: 35 }", "instruments: { airRatio: { noise: 1 } }"),
      /simulators.boilers.0.instruments.airRatio is no point that an instrument measures/,
    ],
    [
      "impossible physics in a schedule",
      changed("o2TrimPercent: 2.9", "o2TrimPercent: 25"),
      /schedule.0.set.o2TrimPercent is 25; it must be <= 15/,
    ],
    [
      "a share for a fuel that is not burnt",
      changed("o2TrimPercent: 2.9", "fuelShares: { diesel: 1 }"),
      /schedule.0.set.fuelShares has diesel; this boiler burns natural-gas/,
    ],
  ])("%s is a fault that says what to change", (_what, text, message) => {
    expect(faultsOf(text).join("\n")).toMatch(message);
  });

  test("rule files and device maps are held to account, too", () => {
    const faults = faultsOf(demo, {
      "rules/holes.yaml": `kind: limit-tables
id: own
validFrom: 2026-01-01
source: a test
tables:
  airRatio:
    - { fuel: gas, fromTPerH: 0, belowTPerH: 5, limit: 1.2 }
    - { fuel: gas, fromTPerH: 10, limit: 1.2 }
  exhaustTempC:
    - { fuel: gas, fromTPerH: 0, limit: 170 }
    - { fuel: gas, fromTPerH: 20, limit: 160 }
`,
      "rules/kind.yaml": "kind: wishes\n",
      "devices/own.yaml": `kind: device-map
id: own
title: Own
registers:
  - { point: exhaustTempC, table: coil, address: 0, type: int16, unit: bar }
`,
    });
    const all = faults.join("\n");
    expect(all).toMatch(/rules\/holes.yaml:8: tables.airRatio.1 \(gas\) leaves no class from 5 to 10 t\/h/);
    expect(all).toMatch(/rules\/holes.yaml:11: tables.exhaustTempC.1 \(gas\) is a second class for 20 t\/h/);
    expect(all).toMatch(
      /rules\/kind.yaml:1: kind is "wishes"; allowed are limit-tables, emission-standard, fuels, alarm-rules/,
    );
    expect(all).toMatch(/devices\/own.yaml:5: registers.0.unit is "bar", which cannot become "°C"/);
    expect(all).toMatch(/registers.0.type is int16 in a table of bits/);
  });

  test("a register whose keys contradict each other is a fault that says what to change", () => {
    const all = faultsOf(demo, {
      "devices/own.yaml": `kind: device-map
id: own
title: Own
addressBase: 5-digit
registers:
  - { point: o2DryPercent, table: input, address: 40001, type: uint16 }
  - { point: exhaustTempC, table: holding, address: 49999, type: float32 }
  - { point: loadPercent, table: holding, address: 40001, type: float32, wordOrder: EFGHABCD }
  - { point: firing, table: holding, address: 40003, type: bit }
  - { point: co2DryPercent, table: holding, address: 40004, type: int16, bit: 3 }
  - { point: serialText, table: holding, address: 40005, type: string }
  - { point: coDryPpm, table: holding, address: 40009, type: string, lengthBytes: 4 }
  - { point: noxDryPpm, table: holding, address: 40011, type: uint16, lengthBytes: 4 }
`,
    }).join("\n");
    expect(all).toMatch(
      /own.yaml:6: registers.0.address is 40001; with addressBase 5-digit a uint16 in the input table stands at 30001 to 39999/,
    );
    expect(all).toMatch(/own.yaml:7: registers.1.address is 49999; .* stands at 40001 to 49998/);
    expect(all).toMatch(/own.yaml:8: registers.2.wordOrder is EFGHABCD, which is for 64 bits; float32 takes/);
    expect(all).toMatch(/own.yaml:9: registers.3.type is bit in a table of registers, so bit must be given/);
    expect(all).toMatch(/own.yaml:10: registers.4.bit is for the type bit in a table of registers/);
    expect(all).toMatch(/own.yaml:11: registers.5.type is string, so lengthBytes must be given/);
    expect(all).toMatch(/own.yaml:12: registers.6.point is a number's; text needs another name/);
    expect(all).toMatch(/own.yaml:13: registers.7.lengthBytes is for the type string/);
    expect(all.split("\n").filter((line) => line.includes("own.yaml"))).toHaveLength(8);
  });

  test.each([
    ["no place", "port: 15021\n      units", "units", /servers.1 needs exactly one of port and pty/],
    [
      "Modbus TCP on a serial line",
      "port: 15021\n      units",
      "pty: line\n      framing: tcp\n      units",
      /servers.1 has a pty; Modbus TCP needs a port/,
    ],
    [
      "a unit twice",
      "{ unitId: 2, map: coal-feeder, boiler: cfb-01 }",
      "{ unitId: 1, map: coal-feeder, boiler: cfb-01 }",
      /units.1.unitId is "1", which another unit of this server has already/,
    ],
  ])("a simulated server with %s is a fault", (_what, before, after, message) => {
    expect(faultsOf(changed(before, after)).join("\n")).toMatch(message);
  });

  test("a file that is not there is one sentence", () => {
    expect(() => loadSettings("/nowhere/plant.yaml", root, environment)).toThrow(
      /\/nowhere\/plant.yaml: cannot be read/,
    );
  });

  test("a limit of a boiler's own stands in the registry, with its source", () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "plant.yaml"), changed("# ownLimits:", "ownLimits:"));
    const registry = registryOf(loadSettings(join(folder, "plant.yaml"), root, environment));
    const toh02 = registry.boilers(Date.UTC(2026, 5, 1)).find(({ id }) => id === "toh-02");
    expect(toh02?.limits.airRatio).toMatchObject({ limit: 1.25, source: "Plant target" });
  });
});

describe("the environment", () => {
  test("gives ports and folders, and is checked like everything else", () => {
    expect(readEnvironment({ FLUEWATCH_HTTP_PORT: "0" }).httpPort).toBe(0);
    expect(() => readEnvironment({ FLUEWATCH_HTTP_PORT: "http" })).toThrow(
      /FLUEWATCH_HTTP_PORT is "http"; set a port from 0 to 65535/,
    );
    expect(() => readEnvironment({ FLUEWATCH_LOG_LEVEL: "loud" })).toThrow(
      /allowed are debug, info, warn, error, silent/,
    );
  });
});
