import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { folderFiles } from "../../platform/log/files.ts";
import { headerBytes } from "../../platform/log/record.ts";
import { openSegmentLog } from "../../platform/log/segment-log.ts";
import { realWorld } from "../../platform/world.ts";
import { type SimulatedFiles, simulatedFiles } from "../helpers/simulated-files.ts";
import { settled, simulatedWorld } from "../helpers/simulated-world.ts";
import { sized, within } from "../helpers/sized.ts";
import { everything, segmentLogSuite } from "../suites/segment-log-suite.ts";

const world = realWorld("silent");
const options = { name: "log", segmentBytes: 400, pendingBytes: 1_000_000, gatherMs: 0, confirmedAtLeast: 0 };

segmentLogSuite("memory", async () => simulatedFiles());
segmentLogSuite("a folder", async () =>
  folderFiles(join(await mkdtemp(join(tmpdir(), "fluewatch-log-")), "log")),
);

describe("a crash", () => {
  test("at every byte of the last write costs nothing that was confirmed, and gives nothing that was not written", async () => {
    const confirmed = ["one", "two", "three"];
    const underWay = ["four", "five, a little longer", "six"];
    const lastWriteBytes = underWay.reduce((sum, text) => sum + headerBytes + text.length, 0);
    for (let kept = 0; kept <= lastWriteBytes; kept += 1) {
      const files = simulatedFiles();
      const log = await openSegmentLog(files, options, world);
      for (const text of confirmed) await log.append(Buffer.from(text));
      const appended = appendWithoutSync(files, () => underWay.map((text) => log.append(Buffer.from(text))));
      await appended;
      files.crash(() => kept);

      const again = await openSegmentLog(files, options, world);
      const { records, damaged } = await everything(again);
      const texts = records.map(({ text }) => text);
      const whole = [...confirmed, ...underWay].slice(0, texts.length);
      expect(texts, `${kept} bytes kept`).toEqual(whole);
      expect(texts.length, `${kept} bytes kept`).toBeGreaterThanOrEqual(confirmed.length);
      expect(damaged).toEqual([]);
      expect(again.nextOffset).toBe(texts.length + 1);
      expect(await again.append(Buffer.from("next"))).toBe(texts.length + 1);
      expect((await everything(again)).records.at(-1)?.text).toBe("next");
    }
  });

  test("anywhere in a long life of appends, restarts and power cuts: the model holds", async () => {
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({
          kind: fc.constant("append" as const),
          sizes: fc.array(fc.nat(120), { minLength: 1, maxLength: 6 }),
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constant("power-cut" as const),
          sizes: fc.array(fc.nat(120), { maxLength: 4 }),
          kept: fc.double({ min: 0, max: 1, noNaN: true }),
        }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant("restart" as const) }) },
      {
        weight: 1,
        arbitrary: fc.record({
          kind: fc.constant("disk-full" as const),
          sizes: fc.array(fc.nat(120), { minLength: 1, maxLength: 3 }),
          failures: fc.integer({ min: 1, max: 5 }),
        }),
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        const files = simulatedFiles();
        const simulated = simulatedWorld();
        const confirmed = new Map<number, string>();
        const written = new Map<number, Set<string>>();
        let serial = 0;
        let log = await openSegmentLog(files, options, simulated);

        const append = (size: number) => {
          serial += 1;
          const text = `${serial}:${"x".repeat(size)}`;
          const offset = log.nextOffset;
          written.set(offset, (written.get(offset) ?? new Set()).add(text));
          return log.append(Buffer.from(text)).then((at) => {
            expect(at).toBe(offset);
            confirmed.set(at, text);
          });
        };

        for (const each of steps) {
          if (each.kind === "append") {
            await Promise.all(each.sizes.map(append));
          } else if (each.kind === "restart") {
            await log.close();
            log = await openSegmentLog(files, options, simulated);
          } else if (each.kind === "disk-full") {
            files.failNext(each.failures);
            const appends = Promise.all(each.sizes.map(append));
            await simulated.advance(5_000);
            await appends;
            expect(log.trouble).toBeNull();
          } else {
            await appendWithoutSync(files, () => each.sizes.map(append));
            files.crash((unsynced) => Math.floor(unsynced * each.kept));
            log = await openSegmentLog(files, options, simulated);
          }
          const { records, damaged } = await everything(log);
          const served = new Map(records.map(({ offset, text }) => [offset, text]));
          for (const [offset, text] of confirmed) expect(served.get(offset)).toBe(text);
          for (const [offset, text] of served) expect(written.get(offset)?.has(text)).toBe(true);
          expect(served.size).toBe(records.length);
          expect(records.map(({ offset }) => offset)).toEqual([...served.keys()].sort((a, b) => a - b));
          expect(damaged).toEqual([]);
          expect(log.nextOffset).toBeGreaterThan(Math.max(0, ...confirmed.keys()));
        }
      }),
      { numRuns: 150 },
    );
  });
});

/** Lets the appends reach the file but not the disk, as when the power fails between write and fsync. */
async function appendWithoutSync(files: SimulatedFiles, appends: () => Promise<unknown>[]): Promise<void> {
  const release = files.holdSyncs();
  for (const append of appends()) append.catch(() => {});
  await settled();
  release();
}

describe("damage", () => {
  const kinds = ["flip a bit", "zero a page", "cut the end", "write a page twice", "insert noise"] as const;

  test(
    "anywhere: no altered record is served, and every record outside what is reported is",
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.nat(200), { minLength: 5, maxLength: 60 }),
          fc.constantFrom(...kinds),
          fc.double({ min: 0, max: 0.9999, noNaN: true }),
          fc.double({ min: 0, max: 0.9999, noNaN: true }),
          async (sizes, kind, whichFile, where) => {
            const files = simulatedFiles();
            const log = await openSegmentLog(files, options, world);
            const texts = sizes.map((size, index) => `${index}:${"y".repeat(size)}`);
            for (const text of texts) await log.append(Buffer.from(text));
            await log.close();

            const names = [...files.contents().keys()].sort();
            files.damage(names[Math.floor(whichFile * names.length)] ?? "", (bytes) =>
              damaged(bytes, kind, where),
            );

            const again = await openSegmentLog(files, { ...options, confirmedAtLeast: texts.length }, world);
            const found = await everything(again);
            const served = new Set<number>();
            for (const { offset, text } of found.records) {
              expect(text).toBe(texts[offset - 1]);
              expect(served.has(offset)).toBe(false);
              served.add(offset);
            }
            const reported = (offset: number) =>
              found.damaged.some(({ from, to }) => from <= offset && offset <= to);
            texts.forEach((_, index) => {
              expect(served.has(index + 1) !== reported(index + 1), `record ${index + 1}`).toBe(true);
            });
            expect(texts.length - served.size).toBeLessThanOrEqual(mostLost(kind, texts.length));
            expect(again.nextOffset).toBeGreaterThan(texts.length);
          },
        ),
        { numRuns: sized(400, 2_000) },
      );
    },
    within(60_000),
  );

  function damaged(bytes: Buffer, kind: (typeof kinds)[number], where: number): Buffer {
    const at = Math.floor(where * bytes.length);
    const page = 64;
    if (kind === "flip a bit") bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << (at % 8)), at);
    if (kind === "zero a page") bytes.fill(0, at, Math.min(at + page, bytes.length));
    if (kind === "cut the end") return bytes.subarray(0, at);
    if (kind === "write a page twice")
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.max(0, at - page))]);
    if (kind === "insert noise")
      return Buffer.concat([bytes.subarray(0, at), Buffer.from("FWR1 noise"), bytes.subarray(at)]);
    return bytes;
  }

  function mostLost(kind: (typeof kinds)[number], all: number): number {
    return kind === "cut the end" ? all : kind === "zero a page" ? 4 : 1;
  }
});

describe("a disk that refuses", () => {
  test("makes appends wait, is named, and loses nothing when it takes again", async () => {
    const files = simulatedFiles();
    const simulated = simulatedWorld();
    const log = await openSegmentLog(files, options, simulated);
    await log.append(Buffer.from("before"));
    files.failNext(1_000);
    const waiting = log.append(Buffer.from("during"));
    await simulated.advance(3_000);
    expect(log.trouble?.code).toBe("disk-full");
    expect(files.contents().size).toBeLessThanOrEqual(2);
    files.failNext(0);
    await simulated.advance(1_000);
    expect(await waiting).toBe(2);
    expect(log.trouble).toBeNull();
    expect((await everything(log)).records.map(({ text }) => text)).toEqual(["before", "during"]);
  });

  test("refuses more than may wait in memory, with the reason", async () => {
    const files = simulatedFiles();
    const log = await openSegmentLog(files, { ...options, pendingBytes: 100 }, simulatedWorld());
    files.failNext(1_000);
    log.append(Buffer.alloc(90)).catch(() => {});
    await expect(log.append(Buffer.alloc(90))).rejects.toMatchObject({ code: "log-full" });
  });
});
