import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Projection, replayJournal } from "../../ingest/replay.ts";
import { alarmEffectsAfter, alarmsSince } from "../../platform/records/alarm-records.ts";
import type { Records } from "../../platform/records/records.ts";
import type { Telemetry } from "../../platform/telemetry/telemetry.ts";
import { realWorld } from "../../platform/world.ts";
import { batchBody, rowsOf, sealed, testPlant } from "../helpers/batches.ts";
import { ingestConfig, keep, openedStores, startedIngest, steady } from "../helpers/running-ingest.ts";
import { temporaryFolder } from "../helpers/servers.ts";
import { until } from "../helpers/until.ts";

const world = realWorld("silent");
const plant = testPlant(steady);
const high = { firing: 1, loadPercent: 80, o2DryPercent: 5.4, exhaustTempC: 150 };

/** A folder in which ingest has run: 120 readings, a message that was set aside, and an alarm about each. */
async function lived(): Promise<string> {
  const folder = temporaryFolder();
  const ingest = await startedIngest(folder);
  for (let seq = 1; seq <= 120; seq += 1) await ingest.send(sealed(batchBody(seq, { b: [rowsOf(high)] })));
  await ingest.send(Buffer.from("not a batch"));
  await until("both alarms", async () => (await alarmsSince(ingest.records, null)).length === 2);
  await ingest.storedCount(120);
  await ingest.stop();
  return folder;
}

async function opened<T>(folder: string, use: (records: Records, telemetry: Telemetry) => Promise<T>) {
  const { telemetry, records } = await openedStores(folder, plant);
  try {
    return await use(records, telemetry);
  } finally {
    await telemetry.stop();
    await records.stop();
  }
}

const replayed = (folder: string, ...rebuilt: Projection[]) =>
  opened(folder, (records, telemetry) =>
    replayJournal(
      ingestConfig,
      { rebuilt: new Set(rebuilt) },
      { plant, folder: join(folder, "journal"), telemetry, keep, records: records.db, world },
    ),
  );

describe("a replay of the journal", () => {
  test("rebuilds everything from the beginning to the same rows, alarms and books, and a second one changes nothing", async () => {
    const folder = await lived();
    const effects = () => opened(folder, ({ db }) => alarmEffectsAfter(db, 0, 100));
    const doneBefore = await effects();
    const first = await replayed(folder, "telemetry", "records");
    expect(first.before.telemetry.count).toBe(120);
    expect(first.before.alarms.count).toBe(2);
    expect(first.before.deadLetters.count).toBe(1);
    expect(first.after).toEqual(first.before);
    const second = await replayed(folder, "telemetry", "records");
    expect(second.after).toEqual(first.after);
    // What was done about the alarm was done once: nobody is told again.
    expect(await effects()).toEqual(doneBefore);
  });

  test("stores again what the stores have lost, and only that", async () => {
    const folder = await lived();
    await opened(folder, async ({ db }, telemetry) => {
      await telemetry.goBack(0, [{ sid: batchBody(1).sid, ranges: [[1, 200]] }], null);
      await db.deleteFrom("alarms").execute();
    });
    const { before, after } = await replayed(folder, "records");
    expect(before.telemetry.count).toBe(0);
    expect(before.alarms.count).toBe(0);
    expect(after.telemetry.count).toBe(120);
    expect(after.alarms.count).toBe(2);
  });

  test("without a rebuilding goes on from the checkpoints: where nothing is missing, nothing changes", async () => {
    const folder = await lived();
    const { before, after } = await replayed(folder);
    expect(after).toEqual(before);
  });
});
