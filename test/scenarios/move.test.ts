import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { plantFile, spawnFluewatch } from "../helpers/fluewatch.ts";
import { neededProgram, startInflux, temporaryFolder } from "../helpers/servers.ts";

const influxd = neededProgram("influxd");
const startMs = Date.UTC(2026, 2, 1);
const minutes = 500;

test.skipIf(influxd === null)(
  "history moves: out of somebody's InfluxDB into the journal, into one store, and into another one later; both tell the same",
  async () => {
    const server = await startInflux(influxd ?? "");
    try {
      const influx = (path: string, body: string) =>
        fetch(`http://127.0.0.1:${server.port}/${path}`, { method: "POST", body });
      await influx("query?q=CREATE DATABASE plant", "");
      const lines = Array.from(
        { length: minutes },
        (_, minute) =>
          `flue,unit=K1 O2=${(3 + (minute % 40) / 10).toFixed(1)},F=${400 + (minute % 90)}${
            minute % 7 === 0 ? ",note=1i" : ""
          } ${startMs + 60_000 * minute}`,
      );
      const written = await influx("write?db=plant&precision=ms", lines.join("\n"));
      expect(written.status).toBe(204);

      const folder = temporaryFolder();
      const map = join(folder, "map.yaml");
      writeFileSync(
        map,
        `time: { column: time, format: ms }
boiler: { column: unit, ids: { K1: toh-01 } }
points:
  o2DryPercent: { column: O2 }
  exhaustTempC: { column: F, unit: "°F" }
`,
      );
      const telemetry = (store: string) =>
        plantFile("demo.yaml", (plant) => {
          Object.assign(plant, {
            telemetry: { store, influx1: { host: "127.0.0.1", port: server.port, database: "moved" } },
          });
        });
      const [config, other] = [await telemetry("duckdb"), await telemetry("influx1")];
      const env = { FLUEWATCH_DATA_DIR: temporaryFolder() };
      const ran = async (...args: string[]) => {
        const { child, output } = spawnFluewatch(args, env);
        await new Promise((resolve) => child.once("exit", resolve));
        return { code: child.exitCode, output: output() };
      };
      const query = ["--database", "plant", "--query", 'SELECT O2, F, unit FROM "flue"'];
      const source = ["--url", `http://127.0.0.1:${server.port}`, ...query];

      const dry = await ran("import", "--config", config, "--map", map, ...source, "--dry-run");
      expect(dry.output).toContain(`toh-01: ${minutes} readings, 2026-03-01T00:00:00.000Z to`);
      expect(dry.output).toContain("Nothing was written");
      const wrong = await ran(
        "import",
        "--config",
        config,
        "--map",
        map,
        "--url",
        "http://127.0.0.1:1",
        ...query,
      );
      expect(wrong.output).toContain("http://127.0.0.1:1 does not answer");
      expect(wrong.code).not.toBe(0);
      const taken = await ran("import", "--config", config, "--map", map, ...source);
      expect(taken.output).toContain("They are in the journal, marked as imported");

      expect((await ran("replay", "--config", config)).output).toMatch(/telemetry +0 → 500 /);
      expect((await ran("replay", "--config", config, "--to", "influx1")).output).toMatch(
        /telemetry +0 → 500 /,
      );

      const exported = async (of: string) => {
        const file = join(temporaryFolder(), "all.csv");
        const { code, output } = await ran("export", "--config", of, "--out", file);
        expect(code, output).toBe(0);
        return readFileSync(file, "utf8");
      };
      const first = await exported(config);
      expect(first.trim().split("\n")).toHaveLength(minutes + 1);
      expect(await exported(other)).toBe(first);
    } finally {
      await server.stop();
    }
  },
  120_000,
);
