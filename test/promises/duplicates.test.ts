import { expect, test } from "vitest";
import { seededRandom } from "../../simulators/seeded-random.ts";
import { batchBody, sealed, startMs } from "../helpers/batches.ts";
import { startedIngest } from "../helpers/running-ingest.ts";
import { temporaryFolder } from "../helpers/servers.ts";
import { sized, tell, within } from "../helpers/sized.ts";
import { until } from "../helpers/until.ts";

const seed = 13;
const batches = sized(2_000, 100_000);
const shuffledOver = 1_000;

test(
  `P13: ${batches} batches three times each, shuffled over ${shuffledOver}: stored exactly once (seed ${seed})`,
  async () => {
    const random = seededRandom(seed);
    const all = Array.from({ length: batches }, (_, index) => sealed(batchBody(index + 1)));
    const storm = [0, 1, 2].flatMap((copy) =>
      all.map((payload, index) => ({ payload, place: index + copy * 7 + random() * shuffledOver })),
    );
    storm.sort((a, b) => a.place - b.place);
    const storedIn = async (payloads: readonly Buffer[]) => {
      const ingest = await startedIngest(temporaryFolder());
      const beganMs = Date.now();
      for (const payload of payloads) await ingest.send(payload);
      await until(
        "all are stored",
        async () => {
          const hours = await ingest.telemetry.storedPerHour(0, 9e12);
          return hours.reduce((sum, { readings }) => sum + readings, 0) >= batches;
        },
        within(60_000),
      );
      const tookMs = Date.now() - beganMs;
      const times = (
        await ingest.telemetry.readings({ boilerId: "b-1", fromMs: 0, toMs: 9e12, limit: 3 * batches })
      ).map(({ takenAtMs }) => takenAtMs);
      await ingest.stop();
      expect(times).toEqual(Array.from({ length: batches }, (_, index) => startMs + (index + 1) * 1_000));
      return tookMs;
    };
    const onceMs = await storedIn(all);
    const stormMs = await storedIn(storm.map(({ payload }) => payload));
    tell(
      "P13",
      `${batches} batches stored once of ${3 * batches}; ${onceMs} ms each once, ${stormMs} ms in the storm`,
    );
  },
  within(240_000),
);
