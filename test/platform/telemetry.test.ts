import { afterAll } from "vitest";
import { duckdbTelemetry } from "../../platform/telemetry/duckdb-telemetry.ts";
import { influx1Telemetry } from "../../platform/telemetry/influx1-telemetry.ts";
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
    return {
      store: await influx1Telemetry(settings, catalogue),
      reopen: (again) => influx1Telemetry(settings, again),
    };
  });
  afterAll(() => server?.stop());
}
