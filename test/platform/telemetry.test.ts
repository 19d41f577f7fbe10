import { afterAll } from "vitest";
import type { PointCatalogue } from "../../domain/points.ts";
import { duckdbTelemetry } from "../../platform/telemetry/duckdb-telemetry.ts";
import { influx1Server } from "../../platform/telemetry/influx/server.ts";
import { influxTelemetry } from "../../platform/telemetry/influx-telemetry.ts";
import { neededProgram, type RunningServer, startInflux, temporaryFolder } from "../helpers/servers.ts";
import { telemetrySuite } from "../suites/telemetry-suite.ts";

telemetrySuite("DuckDB", async (catalogue) => {
  const folder = temporaryFolder();
  return {
    store: await duckdbTelemetry(folder, catalogue),
    reopen: (again) => duckdbTelemetry(folder, again),
  };
});

const influxd = neededProgram("influxd");
if (influxd !== null) {
  let server: RunningServer | null = null;
  telemetrySuite("InfluxDB 1.x", async (catalogue) => {
    server = await startInflux(influxd);
    const settings = { host: "127.0.0.1", port: server.port, database: "fluewatch" };
    const open = (of: PointCatalogue) => influxTelemetry(influx1Server(settings), of, () => {});
    return { store: open(catalogue), reopen: async (again) => open(again) };
  });
  afterAll(() => server?.stop());
}
