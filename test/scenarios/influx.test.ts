import { expect, test } from "vitest";
import type { Trend } from "../../contracts/http/trend.ts";
import { plantFile, startFluewatch } from "../helpers/fluewatch.ts";
import { neededProgram, startInflux } from "../helpers/servers.ts";
import { until } from "../helpers/until.ts";

const influxd = neededProgram("influxd");
if (influxd !== null) {
  test("with InfluxDB as its store, the plant runs the same way, and goes on when the server comes back", async () => {
    let server = await startInflux(influxd);
    const config = await plantFile("demo.yaml", (plant) => {
      plant.telemetry = {
        store: "influx1",
        influx1: { host: "127.0.0.1", port: server.port, database: "fluewatch" },
      };
    });
    const plant = await startFluewatch({ config });
    const from = Date.now() - 60_000;
    const points = async () => {
      const { status, body } = await plant.ask(
        `boilers/toh-01/trend?points=airRatio&from=${from}&to=${Date.now() + 60_000}&buckets=4000`,
      );
      return status === 200
        ? ((body as Trend).values["airRatio"] ?? []).filter((value) => value !== null).length
        : -1;
    };
    await until("readings are in InfluxDB", async () => (await points()) >= 3);
    await server.stop();
    const { status } = await plant.ask(`boilers/toh-01/trend?points=airRatio&from=${from}&to=${Date.now()}`);
    expect(status).toBe(503);
    await until("the trouble is told", async () => {
      const { troubles } = (await plant.ask("health")).body as {
        readonly troubles: readonly { readonly code: string }[];
      };
      return troubles.some(({ code }) => code === "telemetry-unavailable");
    });
    server = await startInflux(influxd, server.folder, server.port);
    const before = await points();
    await until("what waited has been stored", async () => (await points()) > before + 3, 60_000);
    await plant.stop();
    await server.stop();
  }, 120_000);
}
