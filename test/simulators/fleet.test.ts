import { expect, test } from "vitest";
import type { Batch } from "../../contracts/batch.ts";
import type { DeviceMapFile } from "../../contracts/device-map.ts";
import { everyGatewayTopic, gatewayTopic, parseTopic } from "../../contracts/topics.ts";
import { sha256Hex } from "../../gateway/outbox.ts";
import { readBatch } from "../../ingest/read-batch.ts";
import { startBroker } from "../../platform/broker.ts";
import { connectBus } from "../../platform/bus.ts";
import { realWorld } from "../../platform/world.ts";
import { startFleet } from "../../simulators/fleet.ts";
import { startModbusServer } from "../../simulators/modbus/server.ts";
import { mappedUnit, noLimits } from "../../simulators/unit.ts";
import { testPlant } from "../helpers/batches.ts";
import { memoryBroker } from "../helpers/memory-bus.ts";
import { rawClient, tcpRequest } from "../helpers/modbus-client.ts";
import { freePort } from "../helpers/servers.ts";
import { until } from "../helpers/until.ts";

test("a fleet sends what ingest takes, and no more than its window while nobody acknowledges", async () => {
  const broker = memoryBroker();
  const bus = broker.connect();
  const fleet = startFleet(
    {
      gateways: [{ id: "gw-1", site: "works", boilerIds: ["b-1", "b-2"] }],
      points: ["firing", "o2DryPercent"],
      scans: [
        [1, 3],
        [1, 3.1],
      ],
      rowsPerBatch: 3,
      window: 2,
      everyMs: null,
      fromMs: 1_700_000_000_000,
      sha256Hex,
    },
    bus,
    realWorld("silent"),
  );
  const sent = () =>
    broker.published
      .filter(({ topic }) => topic === gatewayTopic("works", "gw-1", "data"))
      .map(({ payload }) => payload);
  await until("the window is full", () => sent().length === 2);
  expect([fleet.sentReadings, fleet.acknowledgedReadings]).toEqual([12, 0]);
  const [first] = sent();
  const { sid } = JSON.parse(first?.toString() ?? "") as Batch;
  const ack = { v: 1, by: "test", sid, upto: 2, ranges: [], dead: [] };
  await bus.publish(gatewayTopic("works", "gw-1", "ack"), Buffer.from(JSON.stringify(ack)), { qos: 1 });
  await until("two more were sent", () => sent().length === 4);
  await fleet.stop();
  expect(fleet.acknowledgedReadings).toBe(12);
  const plant = testPlant();
  for (const payload of sent())
    expect(readBatch(gatewayTopic("works", "gw-1", "data"), payload, plant)).not.toHaveProperty("refusal");
});

test("10,000 boilers behind 250 gateways speak over MQTT, each batch once", async () => {
  const world = realWorld("silent");
  const broker = await startBroker({ host: "127.0.0.1", port: 0 }, world);
  const mqtt = { host: "127.0.0.1", port: broker.port };
  const hearing = connectBus(mqtt, "hearing", world);
  const seen = new Map<string, number>();
  hearing.subscribe(everyGatewayTopic("data"), (topic, payload) => {
    const { gw, sid, seq, b } = JSON.parse(payload.toString()) as Batch;
    expect(parseTopic(topic)?.gatewayId).toBe(gw);
    for (const { boiler, rows } of b) seen.set(boiler, (seen.get(boiler) ?? 0) + rows.length);
    const ack = { v: 1, by: "test", sid, upto: seq, ranges: [], dead: [] };
    hearing.publish(gatewayTopic("works", gw, "ack"), JSON.stringify(ack), { qos: 0 }).catch(() => {});
    return "taken";
  });
  await until("it listens", () => hearing.up);
  const gateways = Array.from({ length: 250 }, (_, gateway) => ({
    id: `gw-${gateway}`,
    site: "works",
    boilerIds: Array.from({ length: 40 }, (_boiler, boiler) => `b-${gateway}-${boiler}`),
  }));
  const bus = connectBus(mqtt, "speaking", world);
  const fleet = startFleet(
    {
      gateways,
      points: ["firing", "o2DryPercent"],
      scans: [[1, 3]],
      rowsPerBatch: 1,
      window: 2,
      everyMs: 600_000, // one batch each, and no second one in this test
      fromMs: 1_700_000_000_000,
      sha256Hex,
    },
    bus,
    world,
  );
  await until("all have spoken and are answered", () => fleet.acknowledgedReadings >= 10_000, 30_000);
  await fleet.stop();
  expect(seen.size).toBe(10_000);
  expect(new Set(seen.values())).toEqual(new Set([1]));
  for (const service of [bus, hearing, broker]) await service.stop();
}, 60_000);

test("300 Modbus servers stand on one process, each with its own boiler's values", async () => {
  const world = realWorld("silent");
  const map: DeviceMapFile = {
    kind: "device-map",
    id: "one",
    title: "One register",
    addressBase: 0,
    registers: [
      {
        point: "exhaustTempC",
        table: "input",
        address: 0,
        type: "uint16",
        wordOrder: "ABCD",
        scale: 1,
        offset: 0,
        sentinels: [],
      },
    ],
  };
  const servers = await Promise.all(
    Array.from({ length: 300 }, async (_, index) =>
      startModbusServer(
        {
          host: "127.0.0.1",
          port: await freePort(),
          framing: "tcp",
          seed: 1,
          turnaroundMs: 0,
          latencyMs: 0,
          jitterMs: 0,
        },
        new Map([[1, mappedUnit(map, () => ({ exhaustTempC: 100 + index }), noLimits)]]),
        { world, ledger: () => {} },
      ),
    ),
  );
  const values = await Promise.all(
    servers.map(async ({ port }) => {
      const client = await rawClient(port ?? 0);
      client.write(tcpRequest(1, 1, 4, 0, 1));
      const answer = await client.received(11);
      client.destroy();
      return answer.readUInt16BE(9);
    }),
  );
  expect(values).toEqual(servers.map((_, index) => 100 + index));
  for (const server of servers) await server.stop();
}, 60_000);
