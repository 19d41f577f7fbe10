import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { backUp } from "../../commands/backup.ts";
import { checkedBackup, restored } from "../../commands/restore.ts";
import { gatewayTopic } from "../../contracts/topics.ts";
import { type Outbox, openOutbox } from "../../gateway/outbox.ts";
import { type Sender, startSender } from "../../gateway/sender.ts";
import { openJournal } from "../../ingest/journal.ts";
import { verifyJournal } from "../../ingest/verify.ts";
import { realWorld } from "../../platform/world.ts";
import { batchBody, startMs } from "../helpers/batches.ts";
import { type MemoryBroker, memoryBroker } from "../helpers/memory-bus.ts";
import { ingestConfig, startedIngest } from "../helpers/running-ingest.ts";
import { temporaryFolder } from "../helpers/servers.ts";
import { until } from "../helpers/until.ts";

const world = realWorld("silent");
const config = {
  segmentMib: 0.01,
  keepAckedHours: 168,
  keepAckedMib: 512,
  quotaMib: 4_096,
  quotaDays: 90,
  reserveMib: 0,
};

/** A gateway's outbox and sender, on a broker that outlives ingest. */
async function gateway(folder: string, broker: MemoryBroker, changes: Partial<typeof config> = {}) {
  const outbox = await openOutbox(folder, { ...config, ...changes }, world);
  const bus = broker.connect();
  const sender: Sender = startSender({ site: "works", id: "gw-1" }, outbox, bus, world);
  bus.subscribe(gatewayTopic("works", "gw-1", "ack"), (_topic, payload) => {
    sender.acknowledged(JSON.parse(payload.toString()));
    return "taken";
  });
  return {
    outbox,
    stop: async () => {
      await sender.stop();
      await outbox.close();
    },
  };
}

let second = 0;
async function capture(outbox: Outbox, batches: number): Promise<void> {
  for (let index = 0; index < batches; index += 1) {
    second += 1;
    const { site, gw, tseg, mono, clk, b, gap, n } = batchBody(1);
    await outbox.capture({ site, gw, tseg, mono, clk, b, gap, n, t0: startMs + second * 1_000 });
  }
}

const timesOf = (rows: readonly { readonly takenAtMs: number }[]) => rows.map(({ takenAtMs }) => takenAtMs);
const everySecond = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => startMs + (from + index) * 1_000);

/** Where Fluewatch is told to keep its data; the rest of a configuration is only copied. */
const settingsOf = (dataDir: string) => ({
  dataDir,
  configFile: join(import.meta.dirname, "../../config/demo.yaml"),
});

test("P21: a backup made under load is put back, and the gateway fills the hole: nothing lost, nothing twice", async () => {
  const folder = temporaryFolder();
  const out = join(temporaryFolder(), "backup");
  const broker = memoryBroker();
  const { outbox, stop } = await gateway(temporaryFolder(), broker);
  const first = second + 1;
  let ingest = await startedIngest(folder, broker);
  await capture(outbox, 100);
  await ingest.storedCount(100);
  const capturing = capture(outbox, 200);
  const { manifest, chain } = await backUp(settingsOf(folder), out, world);
  // Beside the one who writes: as far as it was written when it was looked at.
  for (let turn = 0; turn < 20; turn += 1)
    expect((await verifyJournal(join(folder, "journal"))).firstBad).toBeNull();
  await capturing;
  // Whatever the stores of the backup have, its journal has, too; and all of it hangs together.
  expect(chain.firstBad).toBeNull();
  expect(manifest.telemetry?.readings).toBeGreaterThanOrEqual(100);
  expect(manifest.telemetry?.checkpoint).toBeLessThanOrEqual(manifest.journal.lastOffset);
  expect(manifest.journal.readings).toBeGreaterThanOrEqual(manifest.telemetry?.readings ?? 0);
  await capture(outbox, 100);
  await ingest.storedCount(400);
  await until("all is acknowledged", () => outbox.ackedUpto === 400);
  await ingest.stop();

  await expect(restored(out, manifest, folder, false, world)).rejects.toMatchObject({
    code: "restore-refused",
  });
  const aside = await restored(out, await checkedBackup(out), folder, true, world);
  expect(existsSync(join(aside ?? "", "telemetry", "telemetry.duckdb"))).toBe(true);

  ingest = await startedIngest(folder, broker);
  await capture(outbox, 50);
  await ingest.storedCount(450);
  expect(timesOf(await ingest.stored())).toEqual(everySecond(first, second));
  await until("all is acknowledged again", () => outbox.ackedUpto === 450);
  await ingest.stop();
  await stop();
});

test("a backup of which one byte is another is refused, by the file's name; a batch that was changed is named", async () => {
  const folder = temporaryFolder();
  const out = join(temporaryFolder(), "backup");
  const broker = memoryBroker();
  const { outbox, stop } = await gateway(temporaryFolder(), broker);
  const ingest = await startedIngest(folder, broker);
  await capture(outbox, 30);
  await ingest.storedCount(30);
  await ingest.stop();
  await stop();
  await backUp(settingsOf(folder), out, world);
  const file = join(out, "records", "records.sqlite");
  const bytes = readFileSync(file);
  bytes.writeUInt8(bytes.readUInt8(5_000) ^ 1, 5_000);
  writeFileSync(file, bytes);
  await expect(checkedBackup(out)).rejects.toThrow(/^records\/records.sqlite is not what was backed up/);
  rmSync(file);
  await expect(checkedBackup(out)).rejects.toThrow(/^records\/records.sqlite is missing/);

  // Somebody writes another oxygen into the journal, checksum and all.
  const journal = await openJournal(join(folder, "journal"), ingestConfig.journal, 0, world);
  const forged = join(temporaryFolder(), "journal");
  const copy = await openJournal(forged, ingestConfig.journal, 0, world);
  const reader = journal.reader(1);
  let batches = 0;
  for (let entries = await reader.read(); entries.length > 0; entries = await reader.read())
    for (const entry of entries) {
      if (entry.kind !== "batch") continue;
      batches += 1;
      const text = entry.bytes.toString();
      const changed = batches === 17 ? text.replace(/"rows":\[\[0,/, '"rows":[[0,1') : text;
      await copy.append({ kind: "batch", bytes: Buffer.from(changed) });
    }
  await journal.close();
  await copy.close();
  expect((await verifyJournal(join(folder, "journal"))).firstBad).toBeNull();
  const report = await verifyJournal(forged);
  expect(report).toMatchObject({ batches: 29, bad: 1, firstBad: { offset: 17 } });
  expect(report.firstBad?.why).toMatch(/^batch \d+ of works\/gw-1 \(log .*\) is not what was sealed/);
});

test("P3: an ingest that lost its journal, but not its stores, asks again; what it had is stored once", async () => {
  const folder = temporaryFolder();
  const broker = memoryBroker();
  const { outbox, stop } = await gateway(temporaryFolder(), broker);
  const first = second + 1;
  let ingest = await startedIngest(folder, broker);
  await capture(outbox, 200);
  await ingest.storedCount(200);
  await ingest.stop();
  rmSync(join(folder, "journal"), { recursive: true });

  ingest = await startedIngest(folder, broker);
  await capture(outbox, 20);
  await ingest.storedCount(220);
  await until("all is acknowledged again", () => outbox.ackedUpto === 220);
  expect(timesOf(await ingest.stored())).toEqual(everySecond(first, second));
  await ingest.stop();
  await stop();
});

test("what the gateway does not keep any more is declared, so that nobody waits for it", async () => {
  const folder = temporaryFolder();
  const broker = memoryBroker();
  const { outbox, stop } = await gateway(temporaryFolder(), broker, { keepAckedMib: 0.05 });
  let ingest = await startedIngest(folder, broker);
  await capture(outbox, 400);
  await until("old batches are let go", () => outbox.ackedUpto === 400 && outbox.bytes < 80_000);
  await ingest.stop();
  rmSync(folder, { recursive: true });

  ingest = await startedIngest(folder, broker);
  await until("the hole is closed", async () => {
    await capture(outbox, 1);
    return outbox.ackedUpto > 400;
  });
  await until(
    "the newest is stored",
    async () => (await ingest.stored()).at(-1)?.takenAtMs === startMs + second * 1_000,
  );
  const stored = await ingest.stored();
  expect(stored.length).toBeGreaterThan(20);
  expect(stored.length).toBeLessThan(400);
  await ingest.stop();
  await stop();
});
