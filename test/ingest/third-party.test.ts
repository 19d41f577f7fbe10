import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import mqtt, { type MqttClient } from "mqtt";
import { newClient } from "sparkplug-client";
import { afterEach, describe, expect, test } from "vitest";
import type { GatewayStatus } from "../../contracts/batch.ts";
import type { ThirdPartySource } from "../../contracts/third-party.ts";
import { startIngest } from "../../ingest/ingest.ts";
import type { Plant } from "../../ingest/plant.ts";
import { startBroker } from "../../platform/broker.ts";
import { connectBus } from "../../platform/bus.ts";
import { deadLetters, integrityHours } from "../../platform/records/integrity-records.ts";
import { sqliteRecords } from "../../platform/records/records.ts";
import { serviceStack } from "../../platform/service.ts";
import { duckdbTelemetry } from "../../platform/telemetry/duckdb-telemetry.ts";
import { realWorld } from "../../platform/world.ts";
import { testPlant } from "../helpers/batches.ts";
import { ingestConfig, keep } from "../helpers/running-ingest.ts";
import { ended, freePort, neededProgram, temporaryFolder } from "../helpers/servers.ts";
import { until } from "../helpers/until.ts";

const world = realWorld("silent");
const mapping = { scale: 1, offset: 0, sentinels: [] };
const sources: readonly ThirdPartySource[] = [
  {
    id: "meters",
    site: "works",
    kind: "json",
    everySeconds: 60,
    topics: [
      {
        pattern: "hall/{device}/flue",
        boilers: { k1: "b-1" },
        time: { path: "ts", form: "epoch-ms" },
        values: [{ path: "o2", point: "o2DryPercent", ...mapping, scale: 0.1 }],
      },
    ],
  },
  {
    id: "edge-1",
    site: "works",
    kind: "sparkplug-b",
    everySeconds: 1,
    group: "Works",
    node: "Edge",
    boilers: [
      {
        boiler: "b-2",
        device: "Kiln",
        metrics: [
          { metric: "O2", point: "o2DryPercent", ...mapping },
          { metric: "Stack", point: "exhaustTempC", ...mapping },
        ],
      },
    ],
  },
];

/** The test plant, with each boiler behind a stranger. */
function strangersPlant(): Plant {
  const plant = testPlant();
  const gateway = plant.gateways.get("gw-1");
  if (gateway === undefined) throw new Error("the test plant has gw-1");
  const senderOf = new Map([
    ["b-1", "meters"],
    ["b-2", "edge-1"],
  ]);
  return {
    ...plant,
    boilers: new Map(
      [...plant.boilers].map(([id, each]) => [id, { ...each, gatewayId: senderOf.get(id) ?? "" }]),
    ),
    gateways: new Map(sources.map(({ id, site }) => [id, { ...gateway, id, siteId: site }])),
  };
}

interface RunningBroker {
  readonly port: number;
  readonly door: Parameters<typeof startIngest>[1]["door"];
  stop(): Promise<void>;
}

const stops: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (let stop = stops.pop(); stop !== undefined; stop = stops.pop()) await stop();
});

async function ingestAt(broker: RunningBroker, folder = temporaryFolder()) {
  mkdirSync(join(folder, "journal"), { recursive: true });
  const plant = strangersPlant();
  const services = serviceStack(world);
  const records = services.add(await sqliteRecords(folder));
  const telemetry = services.add(await duckdbTelemetry(folder, plant.catalogue));
  const bus = services.add(connectBus({ host: "127.0.0.1", port: broker.port }, "fluewatch-ingest", world));
  const statuses = new Map<string, GatewayStatus>();
  services.add(
    await startIngest(ingestConfig, {
      plant,
      folder: join(folder, "journal"),
      telemetry,
      keep,
      records: records.db,
      bus,
      world,
      thirdParty: sources,
      door: broker.door ?? null,
    }),
  );
  await until("ingest is connected", () => bus.up);
  const listener = await client(broker.port);
  listener.on("message", (_topic, payload) => {
    const status = JSON.parse(payload.toString()) as GatewayStatus;
    statuses.set(status.gw, status);
  });
  await listener.subscribeAsync("fluewatch/v1/works/+/status");
  const stored = (boilerId: string) => telemetry.readings({ boilerId, fromMs: 0, toMs: 9e12, limit: 1_000 });
  let stopped = false;
  const stop = async () => {
    if (stopped) return;
    stopped = true;
    await services.stop();
  };
  stops.push(stop);
  return { stored, statuses, records: records.db, folder, stop };
}

async function client(port: number): Promise<MqttClient> {
  const made = await mqtt.connectAsync({ host: "127.0.0.1", port, protocolVersion: 4, reconnectPeriod: 0 });
  stops.push(() => made.endAsync(true));
  return made;
}

/** A real edge node: Eclipse Tahu's client. */
function edgeNode(port: number, births: () => { readonly o2: number; readonly stack: number }) {
  const node = newClient({
    serverUrl: `mqtt://127.0.0.1:${port}`,
    username: "",
    password: "",
    groupId: "Works",
    edgeNode: "Edge",
    clientId: "edge-1",
    version: "spBv1.0",
    publishDeath: true,
  });
  let rebirths = 0;
  const birth = () => {
    const { o2, stack } = births();
    const timestamp = Date.now();
    node.publishNodeBirth({
      timestamp,
      metrics: [{ name: "Node Control/Rebirth", type: "Boolean", value: false }],
    });
    node.publishDeviceBirth("Kiln", {
      timestamp,
      metrics: [
        { name: "O2", type: "Float", value: o2 },
        { name: "Stack", type: "Int16", value: stack },
      ],
    });
  };
  node.on("birth", birth);
  node.on("ncmd", (command) => {
    if (!command.metrics?.some(({ name }) => name === "Node Control/Rebirth")) return;
    rebirths += 1;
    birth();
  });
  node.on("error", () => {});
  stops.push(() => node.stop());
  return { node, rebirths: () => rebirths };
}

function suite(name: string, start: () => Promise<RunningBroker>): void {
  describe(`senders that are no gateways, over ${name}`, () => {
    const nowMs = Date.now();

    test("JSON messages are journalled, stored at their own time and counted apart; bad ones are set aside with their reason", async () => {
      const broker = await start();
      stops.push(() => broker.stop());
      const ingest = await ingestAt(broker);
      const sender = await client(broker.port);
      const say = (document: unknown, device = "k1") =>
        sender.publishAsync(
          `hall/${device}/flue`,
          typeof document === "string" ? document : JSON.stringify(document),
          { qos: 1 },
        );
      for (let index = 0; index < 20; index += 1) await say({ ts: nowMs + index * 10, o2: 30 + index });
      await say({ ts: nowMs + 190, o2: 49 }); // the last one again
      await say({ ts: nowMs - 5_000, o2: 11 }); // of before
      await say({ ts: nowMs + 190, o2: 50 }); // another one of the same instant
      await say("no json");
      await say({ o2: 30 });
      await say({ ts: nowMs, o2: 30 }, "k7");
      await until("all is stored", async () => (await ingest.stored("b-1")).length === 22);
      const rows = await ingest.stored("b-1");
      expect(rows.map(({ values }) => values["o2DryPercent"])).toEqual([
        1.1,
        ...Array.from({ length: 20 }, (_, index) => (30 + index) / 10),
        5,
      ]);
      expect(rows.at(-1)).toMatchObject({ takenAtMs: nowMs + 191, gatewayId: "meters" });
      await until("the bad ones are kept", async () => (await deadLetters(ingest.records, 10)).total === 3);
      const { byReason } = await deadLetters(ingest.records, 10);
      expect(byReason).toEqual({ "boiler-unknown": 1, "not-json": 1, "time-unreadable": 1 });
      const senders = await ingest.records.selectFrom("deadLetters").select("gatewayId").distinct().execute();
      expect(senders).toEqual([{ gatewayId: "meters" }]);
      await until("its account is told", () => ingest.statuses.get("meters")?.ackedUpto === 22);
      const status = ingest.statuses.get("meters");
      expect(status).toMatchObject({ delivery: "broker", online: true, bufferedBatches: 0 });
      const booked = await integrityHours(ingest.records, 0, 9e12);
      const sum = (all: readonly number[]) => all.reduce((total, each) => total + each, 0);
      expect(sum(booked.map(({ accepted }) => accepted))).toBe(22);
      expect(sum((status?.hours ?? []).map(([, readings]) => readings))).toBe(22);
    });

    test("a Sparkplug B node is asked for its birth, followed, and has no answer after its death", async () => {
      const broker = await start();
      stops.push(() => broker.stop());
      const { node, rebirths } = edgeNode(broker.port, () => ({ o2: 3.07, stack: -4 }));
      await new Promise((resolve) => node.once("birth", resolve));
      // Ingest comes later, as after a restart: the birth was said before it listened.
      const ingest = await ingestAt(broker);
      await until("it is born again", () => rebirths() === 1);
      await until("its birth is stored", async () => (await ingest.stored("b-2")).length > 0);
      expect((await ingest.stored("b-2")).at(-1)).toMatchObject({
        gatewayId: "edge-1",
        values: { o2DryPercent: 3.07, exhaustTempC: -4 },
      });
      const before = (await ingest.stored("b-2")).length;
      node.publishDeviceData("Kiln", {
        timestamp: Date.now() + 1_000,
        metrics: [{ name: "Stack", type: "Int16", value: 152 }],
      });
      await until("the change is stored", async () => (await ingest.stored("b-2")).length === before + 1);
      expect((await ingest.stored("b-2")).at(-1)).toMatchObject({
        values: { o2DryPercent: 3.07, exhaustTempC: 152 },
      });
      await until("it is told to be alive", () => ingest.statuses.get("edge-1")?.online === true);
      node.stop();
      await until("its death is stored", async () =>
        (await ingest.stored("b-2")).some(({ flaws }) => flaws["o2DryPercent"] === "no-answer"),
      );
      await until("it is told to be gone", () => ingest.statuses.get("edge-1")?.online === false);
    });

    test("after a restart of ingest the journal holds what was said, and nothing is stored twice", async () => {
      const broker = await start();
      stops.push(() => broker.stop());
      const folder = temporaryFolder();
      const sender = await client(broker.port);
      for (let run = 0; run < 3; run += 1) {
        const ingest = await ingestAt(broker, folder);
        for (let index = 0; index < 5; index += 1)
          await sender.publishAsync(
            "hall/k1/flue",
            JSON.stringify({ ts: nowMs + 100 * run + index, o2: 30 }),
            { qos: 1 },
          );
        await until("it is stored", async () => (await ingest.stored("b-1")).length === 5 * (run + 1));
        await ingest.stop();
      }
    });
  });
}

suite("the embedded broker", async () => {
  const broker = await startBroker({ host: "127.0.0.1", port: 0 }, world);
  return { port: broker.port, door: broker.admit, stop: broker.stop };
});

const mosquitto = neededProgram("mosquitto");
if (mosquitto !== null) {
  suite("mosquitto", async () => {
    const port = await freePort();
    const file = join(temporaryFolder(), "mosquitto.conf");
    writeFileSync(file, `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\n`);
    const child = spawn(mosquitto, ["-c", file], { stdio: "ignore" });
    await until("mosquitto answers", async () =>
      mqtt
        .connectAsync({ host: "127.0.0.1", port, reconnectPeriod: 0 })
        .then((probe) => probe.endAsync().then(() => true))
        .catch(() => false),
    );
    return { port, door: null, stop: () => ended(child) };
  });
}

test("the embedded broker acknowledges a plain sender only when its message is durable", async () => {
  const broker = await startBroker({ host: "127.0.0.1", port: 0 }, world);
  stops.push(() => broker.stop());
  let durable: () => void = () => {};
  broker.admit(
    "hall/+/flue",
    () =>
      new Promise((resolve) => {
        durable = resolve;
      }),
  );
  const sender = await client(broker.port);
  let acknowledged = false;
  const published = sender.publishAsync("hall/k1/flue", "{}", { qos: 1 }).then(() => {
    acknowledged = true;
  });
  await sender.publishAsync("elsewhere", "x", { qos: 0 });
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(acknowledged).toBe(false);
  durable();
  await published;
});
