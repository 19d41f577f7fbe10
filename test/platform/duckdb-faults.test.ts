import { spawn } from "node:child_process";
import { once } from "node:events";
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { pointCatalogue } from "../../domain/points.ts";
import { duckdbTelemetry } from "../../platform/telemetry/duckdb-telemetry.ts";
import { openedLater } from "../../platform/telemetry/opened-later.ts";
import { seededRandom } from "../../simulators/seeded-random.ts";
import { temporaryFolder } from "../helpers/servers.ts";
import { sized, tell, within } from "../helpers/sized.ts";
import { smallDisk } from "../helpers/small-disk.ts";
import { storedReadings, toStore } from "../suites/telemetry-suite.ts";

const catalogue = pointCatalogue();
const everything = { boilerId: "toh-01", fromMs: 0, toMs: 9e12, limit: 10_000_000 };

describe("a file that cannot be used", () => {
  test("is no reason to stop: what to do is said, and when it is done the store is there", async () => {
    const folder = temporaryFolder();
    const file = join(folder, "telemetry.duckdb");
    writeFileSync(file, "no database ".repeat(10_000));
    const store = await openedLater(() => duckdbTelemetry(folder, catalogue));
    const rows = storedReadings(20);
    for (const asked of [
      store.progress(),
      store.write(toStore(rows, catalogue), 20),
      store.readings(everything),
    ])
      await expect(asked).rejects.toMatchObject({
        code: "telemetry-unusable",
        message: expect.stringMatching(
          /telemetry\.duckdb cannot be used: .*not a valid DuckDB.*restore the file from a backup, or move it away/,
        ),
      });
    renameSync(file, `${file}.broken`);
    await store.write(toStore(rows, catalogue), 20);
    expect(await store.readings(everything)).toEqual(rows);
    await store.stop();
  });
});

const kills = sized(3, 50);

test(
  `kill -9 in the midst of commits, ${kills} ×: it opens again, and has what its checkpoint says, no reading more or less`,
  async () => {
    const folder = temporaryFolder();
    const random = seededRandom(20_261_201);
    let told = 0;
    for (let time = 0; time < kills; time += 1) {
      const writer = spawn(
        process.execPath,
        [fileURLToPath(new URL("../helpers/store-writer.js", import.meta.url)), folder],
        {
          stdio: ["ignore", "pipe", "inherit"],
        },
      );
      const exited = once(writer, "exit");
      // Killed somewhere in one of the commits behind the first few.
      const commits = 2 + Math.floor(random() * 10);
      let seen = 0;
      for await (const line of createInterface({ input: writer.stdout })) {
        told = Number(line);
        seen += 1;
        if (seen === commits) {
          const untilMs = performance.now() + random() * 20;
          while (performance.now() < untilMs);
          writer.kill("SIGKILL");
        }
      }
      expect(await exited).toEqual([null, "SIGKILL"]);

      const store = await duckdbTelemetry(folder, catalogue);
      const { checkpoint } = await store.progress();
      expect(checkpoint).toBeGreaterThanOrEqual(told);
      const rows = await store.readings(everything);
      expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: checkpoint }, (_, index) => index + 1));
      await store.stop();
    }
    tell("kill -9 during commits", `${kills} kills, ${told} readings, each stored once`);
  },
  within(60_000),
);

const disk = smallDisk(6);
if (disk !== null) {
  afterAll(() => disk.unmount());

  test("a disk that is full: the commit counts as not stored, and goes through when there is room", async () => {
    const store = await duckdbTelemetry(disk.folder, catalogue);
    const rows = storedReadings(20_000);
    await disk.fill(1_000_000);
    const portions = Array.from({ length: 40 }, (_, index) => rows.slice(500 * index, 500 * (index + 1)));
    let failed: unknown = null;
    for (const [index, portion] of portions.entries()) {
      const write = () => store.write(toStore(portion, catalogue), index + 1);
      await write().catch(async (error: unknown) => {
        failed ??= error;
        expect((await store.progress()).checkpoint).toBe(index);
        disk.free();
        await write();
      });
    }
    expect(failed).toMatchObject({
      code: "telemetry-unavailable",
      message: expect.stringContaining("No space left"),
    });
    await store.stop();
    const again = await duckdbTelemetry(disk.folder, catalogue);
    expect((await again.progress()).checkpoint).toBe(40);
    expect(await again.readings(everything)).toHaveLength(rows.length);
    await again.stop();
  });
}
