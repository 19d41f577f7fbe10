import { expect, test } from "vitest";
import type { IngestStatus } from "../../contracts/live.ts";
import { OperationalError } from "../../platform/errors.ts";
import { batchBody, rowsOf, sealed } from "../helpers/batches.ts";
import { memoryBroker } from "../helpers/memory-bus.ts";
import { startedIngest } from "../helpers/running-ingest.ts";
import { temporaryFolder } from "../helpers/servers.ts";
import { until } from "../helpers/until.ts";

/** About 20 KiB of it. */
const large = Array.from({ length: 100 }, (_, index) => ({
  ...rowsOf(
    { firing: 1, loadPercent: 80, o2DryPercent: 3, exhaustTempC: 150 + index / 1_000 },
    "b-1",
    index * 10,
  ),
}));

test("at its quota ingest acknowledges nothing, says so, and goes on by itself when a store has made room", async () => {
  const broker = memoryBroker();
  let isStalled = true;
  const ingest = await startedIngest(temporaryFolder(), broker, {
    config: { journal: { segmentMib: 1, keepDays: 30, keepGib: 0.003 } },
    writer: (store) => ({
      ...store,
      write: async (readings, checkpoint) => {
        if (isStalled) throw new OperationalError("telemetry-unavailable", "stalled by the test");
        await store.write(readings, checkpoint);
      },
    }),
  });
  const status = () =>
    broker.published
      .filter(({ topic }) => topic === "fluewatch/v1/works/live/status")
      .map(({ payload }) => JSON.parse(payload.toString()) as IngestStatus)
      .at(-1);
  const troubles = () => status()?.troubles.map(({ code }) => code) ?? [];
  const ackedUpto = () => ingest.acks().reduce((most, { upto }) => Math.max(most, upto), 0);

  let seq = 0;
  await until("it is full", async () => {
    for (let batch = 0; batch < 20; batch += 1) {
      seq += 1;
      await ingest.send(sealed(batchBody(seq, { b: large })));
    }
    return ingest.acks().some(({ wait }) => wait === true);
  });
  await until("it says so", () => troubles().includes("disk-full"));
  await ingest.send(sealed(batchBody(seq + 1, { b: large })));
  const acked = ackedUpto();
  expect(acked).toBeLessThanOrEqual(seq);
  // What a gateway does: it keeps a batch until it is acknowledged.
  expect(troubles()).toContain("telemetry-unavailable");

  isStalled = false;
  let next = acked;
  await until("it takes batches again", async () => {
    next = ackedUpto() + 1;
    await ingest.send(sealed(batchBody(next, { b: large })));
    return ackedUpto() > acked;
  });
  await until("all is well", () => status()?.troubles.length === 0);
  await ingest.storedCount(100 * acked);
  await ingest.stop();
}, 120_000);
