// `npm run bench -- path`: a fleet of gateways over real MQTT into ingest and its store, beside a subscriber that only
// counts. The fleet runs in a process of its own.
import { fork } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Ack } from "../contracts/batch.ts";
import { everyGatewayTopic, gatewayTopic, parseTopic } from "../contracts/topics.ts";
import { startIngest } from "../ingest/ingest.ts";
import { startBroker } from "../platform/broker.ts";
import { connectBus } from "../platform/bus.ts";
import { sqliteRecords } from "../platform/records/records.ts";
import { serviceStack } from "../platform/service.ts";
import { duckdbTelemetry } from "../platform/telemetry/duckdb-telemetry.ts";
import { realWorld } from "../platform/world.ts";
import { startFleet } from "../simulators/fleet.ts";
import { benchPlant, scannedPoints, scans } from "./plant.ts";

const boilers = 10_000;
const rowsPerBatch = 10;
const warmUpMs = 5_000;
const measuredMs = 15_000;
const world = realWorld("silent");
const [mode = "", port = "0"] = process.argv.slice(2);

if (mode === "fleet") await fleet(Number(port));
else await bench();

/** The gateways' side: tells its parent once a second what was acknowledged. */
async function fleet(mqttPort: number): Promise<void> {
  const { boilers: all, gateways } = benchPlant(boilers);
  const bus = connectBus({ host: "127.0.0.1", port: mqttPort }, "fleet", world);
  const wish = {
    gateways: [...gateways.values()].map(({ id, siteId }) => ({
      id,
      site: siteId,
      boilerIds: [...all.values()]
        .filter(({ gatewayId }) => gatewayId === id)
        .map(({ id: boiler }) => boiler),
    })),
    points: scannedPoints,
    scans: scans(1_000),
    rowsPerBatch,
    window: 2,
    everyMs: null,
    fromMs: world.clock.nowMs() - 86_400_000,
    sha256Hex: (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex"),
  };
  const running = startFleet(wish, bus, world);
  for (;;) {
    await world.clock.sleep(250);
    process.send?.(running.acknowledgedReadings);
  }
}

async function bench(): Promise<void> {
  const counted = await throughput("count", async (bus) => {
    bus.subscribe(everyGatewayTopic("data"), (topic, payload) => {
      const of = parseTopic(topic);
      const { sid, seq } = JSON.parse(payload.toString()) as { readonly sid: string; readonly seq: number };
      if (of === null) return "taken";
      const ack: Ack = { v: 1, by: "bench", sid, upto: seq, ranges: [], dead: [] };
      bus
        .publish(gatewayTopic(of.siteId, of.gatewayId, "ack"), Buffer.from(JSON.stringify(ack)), {
          qos: 1,
        })
        .catch(() => {}); // the last ones meet a link that is being closed
      return "taken";
    });
  });
  const plant = benchPlant(boilers);
  const folder = mkdtempSync(join(tmpdir(), "fluewatch-bench-"));
  let stored = 0;
  const accepted = await throughput("ingest", async (bus, services) => {
    const records = services.add(await sqliteRecords(folder));
    const telemetry = services.add(await duckdbTelemetry(folder, plant.catalogue));
    const journal = { segmentMib: 64, keepDays: 30, keepGib: 20 };
    const keep = { rawDays: 90, minuteDays: 730, hourDays: 3_650 };
    services.add(
      await startIngest({ journal }, { plant, folder, telemetry, keep, records: records.db, bus, world }),
    );
    services.add({
      name: "count",
      stop: async () => {
        const rows = await telemetry.storedPerHour(0, 8_000_000_000_000);
        stored = rows.reduce((sum, { readings }) => sum + readings, 0);
      },
    });
  });
  rmSync(folder, { recursive: true });
  const rate = (perSecond: number) => `${Math.round(perSecond).toLocaleString("en-US")} /s`;
  console.log(
    `readings of ${scannedPoints.length} points, ${boilers} boilers behind 200 gateways, one process`,
  );
  console.log(`parsed and counted by a subscriber    ${rate(counted)}`);
  console.log(
    `accepted by ingest, after the fsync   ${rate(accepted)}, ${(accepted / counted).toFixed(2)} of it`,
  );
  console.log(`stored until the end                  ${stored.toLocaleString("en-US")} readings`);
}

type Start = (bus: ReturnType<typeof connectBus>, services: ReturnType<typeof serviceStack>) => Promise<void>;

/** Readings a second that come back acknowledged, after a while to warm up. */
async function throughput(name: string, start: Start): Promise<number> {
  const services = serviceStack(world);
  const broker = services.add(await startBroker({ host: "127.0.0.1", port: 0 }, world));
  const bus = services.add(connectBus({ host: "127.0.0.1", port: broker.port }, name, world));
  await start(bus, services);
  const child = fork(fileURLToPath(import.meta.url), ["fleet", String(broker.port)]);
  let acknowledged = 0;
  child.on("message", (readings) => {
    acknowledged = Number(readings);
  });
  while (acknowledged === 0) await world.clock.sleep(50);
  await world.clock.sleep(warmUpMs);
  const before = acknowledged;
  const fromMs = world.clock.monotonicMs();
  await world.clock.sleep(measuredMs);
  const perSecond = (1_000 * (acknowledged - before)) / (world.clock.monotonicMs() - fromMs);
  child.kill("SIGKILL");
  await services.stop();
  return perSecond;
}
