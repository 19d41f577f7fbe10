import { expect, test } from "vitest";
import type { Batch, BoilerRows } from "../../contracts/batch.ts";
import { gatewayTopic } from "../../contracts/topics.ts";
import { pointCatalogue } from "../../domain/points.ts";
import { type Outbox, openOutbox } from "../../gateway/outbox.ts";
import { startSender } from "../../gateway/sender.ts";
import type { Plant } from "../../ingest/plant.ts";
import { startBroker } from "../../platform/broker.ts";
import { connectBus } from "../../platform/bus.ts";
import { realWorld } from "../../platform/world.ts";
import { batchBody, startMs, testPlant } from "../helpers/batches.ts";
import { startedIngest } from "../helpers/running-ingest.ts";
import { freePort, temporaryFolder } from "../helpers/servers.ts";
import { sized, tell, within } from "../helpers/sized.ts";
import { until } from "../helpers/until.ts";

const world = realWorld("silent");
const config = {
  ...{ segmentMib: 4, keepAckedHours: 168, keepAckedMib: 512 },
  ...{ quotaMib: 4_096, quotaDays: 90, reserveMib: 0 },
};
const gateways = sized(2, 10);
const boilersEach = 20;
const scanEveryMs = sized(50, 1_000);
const scansBefore = sized(20, 60);
const outageScans = sized(120, 600);
/** Points that no formula knows, so that what is stored is what was captured and nothing else. */
const points = Array.from({ length: 20 }, (_, index) => `probe${index + 1}Count`);

/** The value says which point of which boiler it is, and of which scan: what is swapped or shifted shows. */
const tellingValue = (boiler: number, point: number, scan: number) =>
  boiler * 1e6 + point * 1e4 + (scan % 1e4);
const boilerId = (gateway: number, boiler: number) => `b-${gateway}-${boiler}`;

function widePlant(): Plant {
  const small = testPlant();
  const [model] = small.boilers.values();
  if (model === undefined) throw new Error("the test's plant has a boiler");
  const boilers = new Map<string, typeof model>();
  const [anyGateway] = small.gateways.values();
  const all = new Map<string, NonNullable<typeof anyGateway>>();
  for (let gateway = 1; gateway <= gateways; gateway += 1) {
    if (anyGateway !== undefined) all.set(`gw-${gateway}`, { ...anyGateway, id: `gw-${gateway}` });
    for (let boiler = 1; boiler <= boilersEach; boiler += 1) {
      const id = boilerId(gateway, boiler);
      boilers.set(id, { ...model, id, gatewayId: `gw-${gateway}` });
    }
  }
  const probe = { unit: "", decimals: 0, range: [0, 1e9], from: "sensor" } as const;
  const catalogue = pointCatalogue(Object.fromEntries(points.map((point) => [point, probe])));
  return { ...small, boilers, gateways: all, catalogue };
}

test(
  `P1: the broker is away for ${outageScans} scans of ${gateways * boilersEach} boilers × ${points.length} points: nothing lost, nothing twice, order kept`,
  async () => {
    const plant = widePlant();
    const port = await freePort();
    const mqtt = { host: "127.0.0.1", port };
    const broker = await startBroker(mqtt, world);
    const ingestBus = connectBus(mqtt, "ingest", world);
    const ingest = await startedIngest(temporaryFolder(), undefined, { plant, bus: ingestBus });

    const running = await Promise.all(
      Array.from({ length: gateways }, async (_, index) => {
        const id = `gw-${index + 1}`;
        const outbox = await openOutbox(temporaryFolder(), config, world);
        const bus = connectBus(mqtt, id, world);
        const sender = startSender({ site: "works", id }, outbox, bus, world);
        bus.subscribe(gatewayTopic("works", id, "ack"), (_topic, payload) => {
          sender.acknowledged(JSON.parse(payload.toString()));
          return "taken";
        });
        return { gateway: index + 1, outbox, bus, sender };
      }),
    );
    let scan = 0;
    async function scans(times: number): Promise<void> {
      for (let time = 0; time < times; time += 1) {
        scan += 1;
        const t0 = startMs + scan * 1_000;
        await Promise.all(running.map(({ gateway, outbox }) => capture(outbox, gateway, t0)));
        await world.clock.sleep(scanEveryMs);
      }
    }
    async function capture(outbox: Outbox, gateway: number, t0: number): Promise<void> {
      const { site, tseg, mono, clk, gap } = batchBody(1);
      const b = Array.from({ length: boilersEach }, (_, index): BoilerRows => {
        const boiler = index + 1;
        const values = points.map((_point, point) => tellingValue(boiler, point, scan));
        return {
          boiler: boilerId(gateway, boiler),
          points,
          rows: [[boiler, ...values]],
          flaws: [],
        };
      });
      const body: Omit<Batch, "v" | "sid" | "seq" | "boot" | "prev" | "h"> = {
        ...{ site, gw: `gw-${gateway}`, tseg, mono, clk, gap, t0, b, n: boilersEach },
      };
      await outbox.capture(body);
    }

    await scans(scansBefore);
    broker.cut(true);
    await scans(outageScans);
    broker.cut(false);
    const upMs = Date.now();
    const scanning = scans(scansBefore);
    const stored = async (gateway: number, boiler: number) =>
      ingest.telemetry.readings({ boilerId: boilerId(gateway, boiler), fromMs: 0, toMs: 9e12, limit: 1e6 });
    const afterOutageMs = startMs + (scansBefore + outageScans) * 1_000;
    await until(
      "what is now is seen",
      async () => ((await stored(1, 1)).at(-1)?.takenAtMs ?? 0) > afterOutageMs,
      60_000,
    );
    const newestMs = Date.now() - upMs;
    await until(
      "the backlog is drained",
      () => running.every(({ outbox }) => outbox.ackedUpto > scansBefore + outageScans),
      300_000,
    );
    const drainedMs = Date.now() - upMs;
    await scanning;
    await until(
      "all is acknowledged",
      () => running.every(({ outbox }) => outbox.ackedUpto === outbox.capturedUpto),
      60_000,
    );

    const total = 2 * scansBefore + outageScans;
    let readings = 0;
    let altered = 0;
    for (const { gateway } of running) {
      for (let boiler = 1; boiler <= boilersEach; boiler += 1) {
        await until("stored", async () => (await stored(gateway, boiler)).length >= total, 60_000);
        const rows = await stored(gateway, boiler);
        expect(rows.map(({ takenAtMs }) => takenAtMs)).toEqual(
          Array.from({ length: total }, (_, index) => startMs + (index + 1) * 1_000 + boiler),
        );
        readings += rows.length;
        for (const [index, { values }] of rows.entries())
          for (const [point, name] of points.entries())
            if (values[name] !== tellingValue(boiler, point, index + 1)) altered += 1;
      }
    }
    expect(altered).toBe(0);
    expect(newestMs).toBeLessThan(sized(30_000, 5_000));
    expect(drainedMs).toBeLessThan(120_000);
    tell(
      "P1",
      `${readings} readings stored once and in order after ${outageScans} scans of ${gateways * boilersEach} boilers without a broker; ` +
        `newest seen after ${newestMs} ms, backlog drained after ${drainedMs} ms; resident ${Math.round(process.memoryUsage().rss / 1024 ** 2)} MiB (${gateways} gateways, broker and ingest in one process)`,
    );
    for (const { sender, bus, outbox } of running) {
      await sender.stop();
      await bus.stop();
      await outbox.close();
    }
    await ingest.stop();
    await ingestBus.stop();
    await broker.stop();
  },
  within(240_000),
);
