import { describe, expect, test } from "vitest";
import type { LogFiles } from "../../platform/log/files.ts";
import { openSegmentLog, type SegmentLog } from "../../platform/log/segment-log.ts";
import { realWorld } from "../../platform/world.ts";

const options = { name: "log", segmentBytes: 600, pendingBytes: 1_000_000, gatherMs: 0, confirmedAtLeast: 0 };
const world = realWorld("silent");

export async function everything(log: SegmentLog, from = 1) {
  const reader = log.reader(from);
  const records: { offset: number; text: string }[] = [];
  const damaged: { from: number; to: number }[] = [];
  for (;;) {
    const slice = await reader.read();
    damaged.push(...slice.damaged);
    if (slice.records.length === 0) return { records, damaged };
    records.push(...slice.records.map(({ offset, body }) => ({ offset, text: body.toString() })));
  }
}

/** What every folder must give a log, real or simulated. */
export function segmentLogSuite(name: string, openFolder: () => Promise<LogFiles>): void {
  describe(`a segment log in ${name}`, () => {
    test("serves what was appended, in order, from any offset, over many segments", async () => {
      const log = await openSegmentLog(await openFolder(), options, world);
      const texts = Array.from({ length: 100 }, (_, index) => `record ${index} ${"x".repeat(index)}`);
      const offsets = await Promise.all(texts.map((text) => log.append(Buffer.from(text))));
      expect(offsets).toEqual(texts.map((_, index) => index + 1));
      for (const from of [1, 2, 50, 100]) {
        const { records, damaged } = await everything(log, from);
        expect(records.map(({ text }) => text)).toEqual(texts.slice(from - 1));
        expect(damaged).toEqual([]);
      }
      await log.close();
    });

    test("goes on where it stopped when it is opened again", async () => {
      const folder = await openFolder();
      for (let opening = 0; opening < 4; opening += 1) {
        const log = await openSegmentLog(folder, options, world);
        expect(log.nextOffset).toBe(opening * 3 + 1);
        for (let index = 0; index < 3; index += 1) await log.append(Buffer.from(`${opening}.${index}`));
        await log.close();
      }
      const log = await openSegmentLog(folder, options, world);
      const { records } = await everything(log);
      expect(records.map(({ text }) => text).join(" ")).toBe(
        "0.0 0.1 0.2 1.0 1.1 1.2 2.0 2.1 2.2 3.0 3.1 3.2",
      );
      expect(log.skippedAtOpening).toBeNull();
      await log.close();
    });

    test("a reader that has caught up is told of growth and reads only what is new", async () => {
      const log = await openSegmentLog(await openFolder(), options, world);
      const reader = log.reader(1);
      expect((await reader.read()).records).toEqual([]);
      const grown = log.grown(0, new AbortController().signal);
      await log.append(Buffer.from("first"));
      await grown;
      expect((await reader.read()).records.map(({ offset }) => offset)).toEqual([1]);
      await log.append(Buffer.from("second"));
      expect((await reader.read()).records.map(({ offset }) => offset)).toEqual([2]);
      await log.close();
    });

    test("keeps what is needed, however old, and lets go of the rest by bytes", async () => {
      const folder = await openFolder();
      const log = await openSegmentLog(folder, options, world);
      for (let index = 0; index < 100; index += 1) await log.append(Buffer.from("x".repeat(100)));
      await log.retain({ neededFrom: 50, maxBytes: 0, maxAgeMs: Number.POSITIVE_INFINITY });
      expect(log.firstOffset).toBeGreaterThan(40);
      expect(log.firstOffset).toBeLessThanOrEqual(50);
      const { records } = await everything(log, 50);
      expect(records.length).toBe(51);
      await log.retain({ neededFrom: 101, maxBytes: 1_300, maxAgeMs: Number.POSITIVE_INFINITY });
      expect(log.bytes).toBeLessThanOrEqual(1_300);
      await log.close();
    });

    test("a record of several megabytes comes back whole", async () => {
      const log = await openSegmentLog(await openFolder(), { ...options, pendingBytes: 64_000_000 }, world);
      const large = Buffer.alloc(5_000_000, "fluewatch");
      await log.append(Buffer.from("before"));
      await log.append(large);
      await log.append(Buffer.from("after"));
      const { records } = await everything(log);
      expect(records.map(({ text }) => text.length)).toEqual([6, 5_000_000, 5]);
      expect(records[1]?.text === large.toString()).toBe(true);
      await log.close();
    });
  });
}
