import { afterAll, expect, test } from "vitest";
import type { Batch } from "../../contracts/batch.ts";
import { type BatchContent, openOutbox } from "../../gateway/outbox.ts";
import { realWorld, type World } from "../../platform/world.ts";
import { smallDisk } from "../helpers/small-disk.ts";
import { until } from "../helpers/until.ts";

const config = {
  segmentMib: 0.25,
  keepAckedHours: 168,
  keepAckedMib: 512,
  quotaMib: 4_096,
  quotaDays: 90,
  reserveMib: 1,
};

const content = (t0: number, readings = 500): BatchContent => ({
  site: "works",
  gw: "gw-1",
  tseg: 0,
  t0,
  mono: 0,
  clk: { src: "rtc", off: 0, unc: 0 },
  b: [],
  gap: Array.from({ length: readings }, (_, index) => ["*", index, index, 1, "overrun"] as const).map(
    (gap) => [...gap] as BatchContent["gap"][number],
  ),
  n: 0,
});

const disk = smallDisk(8);
if (disk !== null) {
  afterAll(() => disk.unmount());

  test("three times a full disk: what was captured stays, losses can still be said, and room is noticed", async () => {
    let complaints = 0;
    const real = realWorld("silent");
    const world: World = {
      ...real,
      log: {
        ...real.log,
        error: () => {
          complaints += 1;
        },
      },
    };
    const outbox = await openOutbox(disk.folder, config, world);
    let captured = 0;
    for (let time = 0; time < 3; time += 1) {
      // Room for the reserve, which comes back by itself.
      await until("it captures", () => !outbox.isDiskFull);
      await outbox.capture(content(captured));
      captured += 1;
      await disk.fill(100_000);
      while (!outbox.isDiskFull) {
        await outbox.capture(content(captured));
        captured += 1;
      }
      expect(outbox.trouble?.code).toBe("disk-full");
      // The next start must know all of it, and the losses are said into the space that was held.
      for (let told = 0; told < 5; told += 1) await outbox.capture(content(captured + told, 1));
      captured += 5;
      disk.free();
      const freedMs = Date.now();
      await until("it goes on", () => !outbox.isDiskFull && outbox.trouble === null);
      expect(Date.now() - freedMs).toBeLessThan(10_000);
    }
    expect(outbox.capturedUpto).toBe(captured);
    // One line for the log and one for the outbox each time: a full disk is no reason to fill the log too.
    expect(complaints).toBeLessThanOrEqual(6);
    await outbox.close();

    const again = await openOutbox(disk.folder, config, world);
    const reader = again.reader(1);
    const seqs: number[] = [];
    for (let more = true; more; ) {
      const { records, damaged } = await reader.read();
      expect(damaged).toEqual([]);
      for (const { body } of records) seqs.push((JSON.parse(body.toString()) as Batch).seq);
      more = records.length > 0;
    }
    expect(seqs).toEqual(Array.from({ length: captured }, (_, index) => index + 1));
    await again.close();
  });
}
