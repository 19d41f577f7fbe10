import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Ack } from "../../contracts/batch.ts";
import type { IngestConfig } from "../../ingest/config.ts";
import { startIngest } from "../../ingest/ingest.ts";
import type { Plant } from "../../ingest/plant.ts";
import type { Bus } from "../../platform/bus.ts";
import { type RecordsDb, sqliteRecords } from "../../platform/records/records.ts";
import { duckdbTelemetry } from "../../platform/telemetry/duckdb-telemetry.ts";
import type { Telemetry } from "../../platform/telemetry/telemetry.ts";
import { realWorld, type World } from "../../platform/world.ts";
import { dataTopic, testPlant } from "./batches.ts";
import { type MemoryBroker, memoryBroker } from "./memory-bus.ts";
import { until } from "./until.ts";

export const ingestConfig = { journal: { segmentMib: 1, keepDays: 30, keepGib: 20 } };
export const keep = { rawDays: 90, minuteDays: 730, hourDays: 3_650 };
export const steady = { stepMs: 2_000, windowMs: 20_000, afterLightOffMs: 0 };
const ackTopic = "fluewatch/v1/works/gw-1/ack";

/** The embedded stores of a data folder. */
export async function openedStores(folder: string, plant: Plant) {
  const at = (name: string) => {
    mkdirSync(join(folder, name), { recursive: true });
    return join(folder, name);
  };
  return {
    telemetry: await duckdbTelemetry(at("telemetry"), plant.catalogue),
    records: await sqliteRecords(at("records")),
  };
}

/** Ingest over real stores in a folder of its own, with a broker in memory. */
export async function startedIngest(
  folder: string,
  broker: MemoryBroker = memoryBroker(),
  {
    config = ingestConfig,
    plant = testPlant(steady),
    bus = broker.connect(),
    writer = (store) => store,
    otherRecords,
    world = realWorld("silent"),
  }: {
    readonly world?: World;
    readonly plant?: Plant;
    readonly bus?: Bus;
    readonly config?: IngestConfig;
    readonly writer?: (store: Telemetry) => Telemetry;
    /** Others than those of the folder; they are the caller's to stop. */
    readonly otherRecords?: RecordsDb;
  } = {},
) {
  mkdirSync(join(folder, "journal"), { recursive: true });
  const { telemetry, records } = await openedStores(folder, plant);
  const ingest = await startIngest(config, {
    plant,
    folder: join(folder, "journal"),
    telemetry: writer(telemetry),
    keep,
    records: otherRecords ?? records.db,
    bus,
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
    records: otherRecords ?? records.db,
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
