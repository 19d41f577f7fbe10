import { expect, test } from "vitest";
import type { Batch } from "../../contracts/batch.ts";
import { gatewayTopic } from "../../contracts/topics.ts";
import { sha256Hex } from "../../gateway/outbox.ts";
import { readBatch } from "../../ingest/read-batch.ts";
import { realWorld } from "../../platform/world.ts";
import { startFleet } from "../../simulators/fleet.ts";
import { testPlant } from "../helpers/batches.ts";
import { memoryBroker } from "../helpers/memory-bus.ts";
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
