import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Ack } from "../../contracts/batch.ts";
import { startIngest } from "../../ingest/ingest.ts";
import { sqliteRecords } from "../../platform/records/records.ts";
import { duckdbTelemetry } from "../../platform/telemetry/duckdb-telemetry.ts";
import { realWorld } from "../../platform/world.ts";
import { dataTopic, testPlant } from "./batches.ts";
import { type MemoryBroker, memoryBroker } from "./memory-bus.ts";
import { until } from "./until.ts";

const world = realWorld("silent");
export const ingestConfig = { journal: { segmentMib: 1, keepDays: 30, keepGib: 20 } };
export const keep = { rawDays: 90, minuteDays: 730, hourDays: 3_650 };
export const steady = { stepMs: 2_000, windowMs: 20_000, afterLightOffMs: 0 };
const ackTopic = "fluewatch/v1/works/gw-1/ack";

/** Ingest over real stores in a folder of its own, with a broker in memory. */
export async function startedIngest(folder: string, broker: MemoryBroker = memoryBroker()) {
  mkdirSync(join(folder, "journal"), { recursive: true });
  const plant = testPlant(steady);
  const telemetry = await duckdbTelemetry(folder, plant.catalogue);
  const records = await sqliteRecords(folder);
  const ingest = await startIngest(ingestConfig, {
    plant,
    folder: join(folder, "journal"),
    telemetry,
    keep,
    records: records.db,
    bus: broker.connect(),
    world,
  });
  const gateway = broker.connect();
  const acks = () =>
    broker.published
      .filter(({ topic }) => topic === ackTopic)
      .map(({ payload }) => JSON.parse(payload.toString()) as Ack);
  const ackedUpto = (upto: number) => until(`ack up to ${upto}`, () => (acks().at(-1)?.upto ?? 0) >= upto);
  const stored = async () => telemetry.readings({ boilerId: "b-1", fromMs: 0, toMs: 9e12, limit: 100_000 });
  const storedCount = (count: number) =>
    until(`${count} stored`, async () => (await stored()).length >= count);
  return {
    broker,
    records: records.db,
    telemetry,
    acks,
    ackedUpto,
    stored,
    storedCount,
    send: (payload: Buffer, topic = dataTopic) => gateway.publish(topic, payload, { qos: 1 }),
    stop: async () => {
      await ingest.stop();
      await telemetry.stop();
      await records.stop();
    },
  };
}
