import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Batch, hashedBytes, noHash } from "../../contracts/batch.ts";
import { type BatchContent, openOutbox, sha256Hex } from "../../gateway/outbox.ts";
import { realWorld } from "../../platform/world.ts";
import { temporaryFolder } from "../helpers/servers.ts";
import { simulatedWorld } from "../helpers/simulated-world.ts";

const config = {
  segmentMib: 4,
  keepAckedHours: 168,
  keepAckedMib: 512,
  quotaMib: 4_096,
  quotaDays: 90,
  reserveMib: 0,
};
const world = realWorld("silent");
const hourMs = 3_600_000;

const content = (t0: number, readings = 3): BatchContent => ({
  site: "works",
  gw: "gw-1",
  tseg: 0,
  t0,
  mono: 0,
  clk: { src: "rtc", off: 0, unc: 0 },
  b: [],
  gap: [],
  n: readings,
});

async function held(outbox: Awaited<ReturnType<typeof openOutbox>>): Promise<readonly Batch[]> {
  const reader = outbox.reader(1);
  const batches: Batch[] = [];
  for (;;) {
    const { records } = await reader.read();
    if (records.length === 0) return batches;
    for (const { body } of records) {
      const hashed = hashedBytes(body);
      const batch = JSON.parse(body.toString()) as Batch;
      expect(sha256Hex(hashed ?? Buffer.alloc(0))).toBe(batch.h);
      batches.push(batch);
    }
  }
}

describe("the outbox", () => {
  test("numbers batches without a hole, chains them by their hashes, and goes on after a restart", async () => {
    const folder = temporaryFolder();
    let sid: string | null = null;
    for (let start = 1; start <= 3; start += 1) {
      const outbox = await openOutbox(folder, config, world);
      sid ??= outbox.sid;
      expect(outbox.sid).toBe(sid);
      expect(outbox.boot).toBe(start);
      for (let index = 0; index < 4; index += 1) await outbox.capture(content(1_000 * index));
      await outbox.close();
    }
    const outbox = await openOutbox(folder, config, world);
    const batches = await held(outbox);
    expect(batches.map(({ seq }) => seq)).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
    batches.forEach((batch, index) => {
      expect(batch.prev).toBe(batches[index - 1]?.h ?? noHash);
    });
    expect(outbox.lastCapturedAtMs).toBe(3_000);
    await outbox.close();
  });

  test("counts what it captured per hour, also what was captured just before a crash", async () => {
    const folder = temporaryFolder();
    const outbox = await openOutbox(folder, config, world);
    await outbox.capture(content(10 * hourMs + 1));
    await outbox.capture(content(11 * hourMs + 1, 5));
    // No close: the notes on disk are those of the opening.
    const again = await openOutbox(folder, config, world);
    expect(again.hours).toEqual([
      { hourStartMs: 10 * hourMs, readings: 3, missedScans: 0 },
      { hourStartMs: 11 * hourMs, readings: 5, missedScans: 0 },
    ]);
    expect(again.capturedUpto).toBe(2);
    await outbox.close();
    await again.close();
  });

  test("never gives a number again, though its files were cut: the hole is known", async () => {
    const folder = temporaryFolder();
    const outbox = await openOutbox(folder, config, world);
    for (let index = 0; index < 5; index += 1) await outbox.capture(content(index));
    await outbox.close();
    const [name = ""] = readdirSync(join(folder, "outbox"));
    truncateSync(join(folder, "outbox", name), 1_000);
    const again = await openOutbox(folder, config, world);
    expect(await again.capture(content(9))).toBe(6);
    expect((await held(again)).at(-1)?.lost).toMatchObject([[expect.any(Number), 5, "log-damage"]]);
    await again.close();
  });

  test("without its notes it takes its identity from what it holds; wiped, it takes a new one", async () => {
    const folder = temporaryFolder();
    const outbox = await openOutbox(folder, config, world);
    await outbox.capture(content(1));
    const { sid } = outbox;
    await outbox.close();
    rmSync(join(folder, "outbox.json"));
    const again = await openOutbox(folder, config, world);
    expect(again.sid).toBe(sid);
    expect(await again.capture(content(2))).toBe(2);
    await again.close();
    rmSync(folder, { recursive: true });
    const wiped = await openOutbox(folder, config, world);
    expect(wiped.sid).not.toBe(sid);
    await wiped.close();
  });

  test("lets go of what is acknowledged and old, and of nothing else", async () => {
    const folder = temporaryFolder();
    const time = simulatedWorld();
    const small = { ...config, segmentMib: 0.001, keepAckedMib: 0, keepAckedHours: 0 };
    const outbox = await openOutbox(folder, small, time);
    for (let index = 0; index < 20; index += 1) await outbox.capture(content(index));
    const files = () => readdirSync(join(folder, "outbox")).length;
    const before = files();
    outbox.acknowledged([[1, 10]]);
    await time.advance(2_000);
    await expect.poll(files).toBeLessThan(before);
    expect((await held(outbox)).map(({ seq }) => seq)).toContain(11);
    expect(outbox.ackedUpto).toBe(10);
    await outbox.close();
  });

  test("at its quota it drops what is acknowledged, then the oldest, and declares each lost reading in its hour", async () => {
    const folder = temporaryFolder();
    const time = simulatedWorld();
    const small = { ...config, segmentMib: 1 / 1024, quotaMib: 8 / 1024 };
    const outbox = await openOutbox(folder, small, time);
    const first = 40;
    for (let index = 0; index < first; index += 1) await outbox.capture(content(index * 120_000));
    outbox.acknowledged([[21, 30]]);
    await time.advance(1_500);
    await expect.poll(() => outbox.bytes).toBeLessThanOrEqual(small.quotaMib * 1024 * 1024);
    const seq = await outbox.capture(content(first * 120_000));
    const kept = await held(outbox);
    const declared = kept.at(-1);
    expect(declared?.seq).toBe(seq);
    expect(kept.filter((batch) => batch.seq >= 23 && batch.seq <= 28)).toEqual([]);
    // What is neither held nor acknowledged is declared, batch by batch and reading by reading.
    const known = new Set(kept.map((batch) => batch.seq));
    const missing = Array.from({ length: first }, (_, index) => index + 1).filter(
      (each) => !known.has(each) && !(each >= 21 && each <= 30),
    );
    expect(missing.length).toBeGreaterThan(0);
    const named = (declared?.lost ?? []).flatMap(([from, to]) =>
      Array.from({ length: to - from + 1 }, (_, index) => from + index),
    );
    expect(named.sort((a, b) => a - b)).toEqual(missing);
    const perHour = new Map<number, number>();
    for (const each of missing) {
      const hour = Math.floor(((each - 1) * 120_000) / hourMs) * hourMs;
      perHour.set(hour, (perHour.get(hour) ?? 0) + 3);
    }
    expect(new Map(declared?.dropped)).toEqual(perHour);
    expect(outbox.droppedBatches).toBe(missing.length);
    await outbox.close();
  });

  test("a loss that was not declared before a crash is declared after it, and only once", async () => {
    const folder = temporaryFolder();
    const time = simulatedWorld();
    const small = { ...config, segmentMib: 1 / 1024, quotaMib: 8 / 1024 };
    const outbox = await openOutbox(folder, small, time);
    for (let index = 0; index < 40; index += 1) await outbox.capture(content(index));
    await time.advance(1_500);
    await expect.poll(() => outbox.bytes).toBeLessThanOrEqual(small.quotaMib * 1024 * 1024);
    const notes = readFileSync(join(folder, "outbox.json"));
    await outbox.close();

    writeFileSync(join(folder, "outbox.json"), notes);
    const again = await openOutbox(folder, config, world);
    await again.capture(content(40));
    const { lost } = (await held(again)).at(-1) ?? {};
    expect(lost?.length).toBeGreaterThan(0);
    await again.close();

    // Notes from before that batch: it is itself the witness that all was declared.
    writeFileSync(join(folder, "outbox.json"), notes);
    const third = await openOutbox(folder, config, world);
    await third.capture(content(41));
    expect((await held(third)).at(-1)?.lost).toBeUndefined();
    await third.close();
  });

  test("what ingest has lost is not acknowledged any more, and what is not kept any more is declared", async () => {
    const folder = temporaryFolder();
    const time = simulatedWorld();
    const small = { ...config, segmentMib: 1 / 1024, keepAckedMib: 4 / 1024 };
    const outbox = await openOutbox(folder, small, time);
    for (let index = 0; index < 40; index += 1) await outbox.capture(content(index));
    outbox.acknowledged([[1, 40]]);
    await time.advance(1_500);
    await expect.poll(() => outbox.bytes).toBeLessThanOrEqual(5 * 1024);
    const [oldest] = await held(outbox);
    expect(oldest?.seq).toBeGreaterThan(5);
    outbox.restated([[1, 2]]);
    expect(outbox.ackedUpto).toBe(2);
    await outbox.capture(content(41));
    expect((await held(outbox)).at(-1)?.lost).toEqual([[3, (oldest?.seq ?? 0) - 1, "quota"]]);
    await outbox.close();
  });

  test("a spoilt note beside it is a clear failure, not a silent new beginning", async () => {
    const folder = temporaryFolder();
    const outbox = await openOutbox(folder, config, world);
    await outbox.close();
    writeFileSync(join(folder, "outbox.json"), "{");
    await expect(openOutbox(folder, config, world)).rejects.toMatchObject({ code: "outbox-unreadable" });
  });
});
