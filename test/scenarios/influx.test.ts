import { expect, test } from "vitest";
import type { Trend } from "../../contracts/http/trend.ts";
import { plantFile, startFluewatch } from "../helpers/fluewatch.ts";
import { freePort, neededProgram, startInflux, temporaryFolder } from "../helpers/servers.ts";
import { until } from "../helpers/until.ts";

const influxd = neededProgram("influxd");
if (influxd !== null) {
  test("InfluxDB away at the start and in between: told with what to do, live all the while, and nothing is missing", async () => {
    const [port, folder] = [await freePort(), temporaryFolder()];
    const config = await plantFile("demo.yaml", (plant) => {
      plant.telemetry = {
        store: "influx1",
        influx1: { host: "127.0.0.1", port, database: "fluewatch" },
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
    const trouble = async () => {
      const { troubles } = (await plant.ask("health")).body as {
        readonly troubles: readonly { readonly code: string; readonly message: string }[];
      };
      return troubles.find(({ code }) => code === "telemetry-unavailable")?.message ?? null;
    };
    const newest = async () => {
      const { latest } = (await plant.ask("boilers/toh-01/latest")).body as {
        readonly latest: { readonly takenAtMs: number } | null;
      };
      return latest?.takenAtMs ?? 0;
    };
    await until("the trouble is told", async () => (await trouble()) !== null);
    expect(await trouble()).toMatch(
      /does not answer \(ECONNREFUSED\): is it running, and is this where it is/,
    );
    await until("the live view goes on without it", async () => (await newest()) > 0);
    const firstMs = await newest();
    await until("and on", async () => (await newest()) > firstMs + 2_000);
    let server = await startInflux(influxd, folder, port);
    await until("what waited has been stored", async () => (await points()) >= 3, 60_000);
    await server.stop();
    const { status } = await plant.ask(`boilers/toh-01/trend?points=airRatio&from=${from}&to=${Date.now()}`);
    expect(status).toBe(503);
    await until("the trouble is told", async () => (await trouble()) !== null);
    server = await startInflux(influxd, server.folder, port);
    const before = await points();
    await until("what waited has been stored", async () => (await points()) > before + 3, 60_000);
    await until("all is well again", async () => (await trouble()) === null);
    // Every scan since the first one that was seen is there, once.
    const { body } = await plant.ask(`boilers/toh-01/readings?from=${firstMs}&to=${await newest()}`);
    const times = (body as { readonly readings: readonly { readonly takenAtMs: number }[] }).readings;
    const spacings = times.slice(1).map(({ takenAtMs }, at) => takenAtMs - (times[at]?.takenAtMs ?? 0));
    expect(times[0]?.takenAtMs).toBe(firstMs);
    expect(Math.max(...spacings)).toBeLessThan(2_000);
    expect(Math.min(...spacings)).toBeGreaterThan(0);
    await plant.stop();
    await server.stop();
  }, 120_000);
}
