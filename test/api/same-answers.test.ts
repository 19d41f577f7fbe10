import { expect, test } from "vitest";
import { rollingUp } from "../../ingest/roll-up.ts";
import { duckdbTelemetry } from "../../platform/telemetry/duckdb-telemetry.ts";
import { influx1Server } from "../../platform/telemetry/influx/server.ts";
import { influxTelemetry } from "../../platform/telemetry/influx-telemetry.ts";
import type { StoredReading, Telemetry } from "../../platform/telemetry/telemetry.ts";
import type { World } from "../../platform/world.ts";
import { catalogueOf, plantOf } from "../../settings/registry.ts";
import type { Settings } from "../../settings/settings.ts";
import { startTestApi } from "../helpers/api.ts";
import { isLong } from "../helpers/long.ts";
import { neededProgram, startInflux, temporaryFolder } from "../helpers/servers.ts";
import { toStore } from "../suites/telemetry-suite.ts";

const influxd = neededProgram("influxd");
const dayMs = 86_400_000;
const stepMs = isLong ? 1_000 : 10_000;
/** The day before yesterday, by UTC: whole, and within what is kept. */
const fromMs = Math.floor(Date.now() / dayMs - 2) * dayMs;

/** A day of a boiler: waves, a peak, a hole of an hour, an analyser that answers now and then, a late hour. */
function day(): readonly StoredReading[] {
  return Array.from({ length: dayMs / stepMs }, (_, index): StoredReading | null => {
    const takenAtMs = fromMs + index * stepMs;
    const hour = (index * stepMs) / 3_600_000;
    if (hour >= 9 && hour < 10) return null;
    const isSilent = index % 97 === 5;
    return {
      ...{ siteId: "demo-plant", boilerId: "toh-01", gatewayId: "boiler-house" },
      ...{ sid: "00000000-0000-4000-8000-000000000000", seq: index + 1, timeSegment: 0, takenAtMs },
      values: {
        o2DryPercent: isSilent ? null : index === 777 ? 12.5 : 3 + Math.sin(hour) + (index % 7) / 10,
        exhaustTempC: 180 + 20 * Math.cos(hour / 3),
        heavyOilFlowLPerH: 200 + (index % 60),
      },
      flaws: isSilent ? { o2DryPercent: "no-answer" } : {},
    };
  }).filter((reading) => reading !== null);
}

async function filled(store: Telemetry, settings: Settings, world: World): Promise<Telemetry> {
  const plant = plantOf(settings);
  const writer = rollingUp(store, plant, settings.config.telemetry.keep, world);
  const rows = day();
  const isLate = ({ takenAtMs }: StoredReading) => Math.floor((takenAtMs - fromMs) / 3_600_000) === 14;
  const inOrder = [...rows.filter((row) => !isLate(row)), ...rows.filter(isLate)];
  for (let from = 0; from < inOrder.length; from += 5_000)
    await writer.write(toStore(inOrder.slice(from, from + 5_000), plant.catalogue), from + 1);
  // What came late is settled half a minute after: as after a restart, nothing is waited for.
  const again = rollingUp(store, plant, settings.config.telemetry.keep, world);
  for (let turn = 0; turn < 3; turn += 1) await again.write([], inOrder.length + turn + 1);
  return store;
}

/** Sums are taken in another order: the fifteenth digit of a mean may differ, and nothing else. */
function rounded(value: unknown): unknown {
  if (typeof value === "number") return Number(value.toPrecision(13));
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value !== "object" || value === null) return value;
  // Which store it is, and what depends on this moment, is no answer about the day.
  const momentary = ["store", "telemetryLag", "keptSinceMs"];
  const entries = Object.entries(value).filter(([key]) => !momentary.includes(key));
  return Object.fromEntries(entries.map(([key, each]) => [key, rounded(each)]));
}

if (influxd !== null) {
  test("the same day in DuckDB and in InfluxDB: every answer of the API is the same", async () => {
    const server = await startInflux(influxd);
    const settings = { host: "127.0.0.1", port: server.port, database: "same" };
    const apis = await Promise.all([
      startTestApi({
        openStore: async (of, world) =>
          filled(await duckdbTelemetry(temporaryFolder(), catalogueOf(of)), of, world),
      }),
      startTestApi({
        openStore: (of, world) =>
          filled(
            influxTelemetry(influx1Server(settings), catalogueOf(of), () => {}),
            of,
            world,
          ),
      }),
    ]);
    const cookies = await Promise.all(apis.map((api) => api.ticketCookie()));
    const range = (hours: number, from = 0) =>
      `from=${fromMs + from}&to=${fromMs + from + hours * 3_600_000}`;
    const points = "points=o2DryPercent,exhaustTempC,heavyOilFlowLPerH";
    const date = new Date(fromMs).toISOString().slice(0, 10);
    const asked = [
      `boilers/toh-01/trend?${points}&${range(1)}&buckets=4000`,
      `boilers/toh-01/trend?${points}&${range(24)}&buckets=4000`,
      `boilers/toh-01/trend?${points}&${range(24)}&buckets=1440`,
      `boilers/toh-01/trend?${points}&${range(24)}&buckets=300`,
      `boilers/toh-01/trend?${points}&${range(48, -dayMs / 2)}&buckets=40`,
      `trends?boilers=toh-01,toh-02&${points}&${range(24)}&buckets=500`,
      `boilers/toh-01/days?${points}&from=${date}&to=${date}`,
      `boilers/toh-01/readings?${range(2)}&format=json`,
      ...["csv", "ndjson"].flatMap((format) =>
        ["raw", "minute", "hour"].map(
          (tier) => `boilers/toh-01/readings?${range(24)}&format=${format}&tier=${tier}&${points}`,
        ),
      ),
      `integrity?${range(24)}`,
      "storage",
      "boilers",
      `compliance?${range(24)}`,
    ];
    for (const path of asked) {
      const [duck, influx] = await Promise.all(
        apis.map((api, index) => api.ask(path, { headers: api.as(cookies[index] ?? "") })),
      );
      expect(duck?.status, `${path}: ${duck?.text.slice(0, 300)}`).toBe(200);
      const told = (text = "") =>
        path.includes("=csv")
          ? text.split("\r\n").map((line) => line.split(",").map((cell) => rounded(Number(cell) || cell)))
          : path.includes("=ndjson")
            ? text.split("\n").map((line) => (line === "" ? null : rounded(JSON.parse(line))))
            : rounded(JSON.parse(text));
      expect(told(influx?.text), path).toEqual(told(duck?.text));
    }
    for (const api of apis) await api.stop();
    await server.stop();
  }, 300_000);
}
