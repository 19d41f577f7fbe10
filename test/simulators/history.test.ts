import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { type Batch, noHash } from "../../contracts/batch.ts";
import { gatewayTopic } from "../../contracts/topics.ts";
import { readBatch } from "../../ingest/read-batch.ts";
import { plantOf, simulatedGateways } from "../../settings/registry.ts";
import { history } from "../../simulators/history.ts";
import { spawnFluewatch, startFluewatch } from "../helpers/fluewatch.ts";
import { temporaryFolder } from "../helpers/servers.ts";
import { until } from "../helpers/until.ts";
import { root, virtualPlant } from "../helpers/virtual-plant.ts";

const sha256Hex = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const scenario = "config/scenarios/flaws/not-a-number.yaml";
const fromMs = Date.UTC(2025, 0, 1);

function written(seconds: number, stepSeconds = 10): readonly string[] {
  const { simulation, settings } = virtualPlant(scenario, stepSeconds);
  return [
    ...history(simulation, {
      gateways: simulatedGateways(settings),
      fromMs,
      seconds,
      stepSeconds,
      sid: () => "00000000-0000-4000-8000-000000000007",
      sha256Hex,
    }),
  ];
}

describe("the past of a simulated plant", () => {
  test("is the same every time, and what ingest takes: numbered, chained, every reading once", () => {
    const texts = written(1_805);
    expect(written(1_805)).toEqual(texts);
    const plant = plantOf(virtualPlant(scenario).settings);
    const batches = texts.map((text) => {
      const read = readBatch(gatewayTopic("test-bench", "bench", "data"), Buffer.from(text), plant);
      expect(read).not.toHaveProperty("refusal");
      return JSON.parse(text) as Batch;
    });
    expect(batches.map(({ seq }) => seq)).toEqual(batches.map((_, index) => index + 1));
    expect(batches.map(({ prev }) => prev)).toEqual([noHash, ...batches.slice(0, -1).map(({ h }) => h)]);
    const times = batches.flatMap(({ t0, b }) => b.flatMap(({ rows }) => rows.map(([dt]) => t0 + (dt ?? 0))));
    expect(times).toEqual(Array.from({ length: 180 }, (_, step) => fromMs + 10_000 * step));
  });

  test("what an instrument could not tell is missing, with its reason", () => {
    const [, second] = written(1_200).map((text) => JSON.parse(text) as Batch);
    const rows = written(1_200).flatMap((text) => (JSON.parse(text) as Batch).b);
    const missing = rows.flatMap(({ points, rows: ofBoiler }) =>
      ofBoiler.filter((row) => row[points.indexOf("o2DryPercent") + 1] === null),
    );
    // From the first minute on for five: 30 readings of ten seconds.
    expect(missing).toHaveLength(30);
    expect(rows.flatMap(({ flaws }) => flaws)).toHaveLength(30);
    expect(second?.b[0]?.points).toContain("stackFlowDryNm3PerH");
  });

  test("is stored by the next start, marked as simulated, and counted to the reading", async () => {
    const dataDir = temporaryFolder();
    const { child, output } = spawnFluewatch(
      ["simulate", `${root}/${scenario}`, "--history", "6 h", "--step", "30 s"],
      { FLUEWATCH_DATA_DIR: dataDir },
    );
    await until("the past is written", () => child.exitCode !== null, 60_000);
    expect(output()).toMatch(/^720 readings were written into the journal in /);
    expect(child.exitCode).toBe(0);

    const plant = await startFluewatch({
      config: `${root}/config/plants/test-boiler.yaml`,
      roles: ["broker", "ingest", "api"],
      dataDir,
    });
    const stored = async () =>
      (
        (await plant.ask("boilers/sb-01/readings?from=0&to=4000000000000")).body as {
          readonly readings: unknown[];
        }
      ).readings.length;
    await until("all of it is stored", async () => (await stored()) >= 720, 60_000);
    expect(await stored()).toBe(720);
    const { sites } = (await plant.ask("boilers")).body as {
      readonly sites: { readonly simulated: boolean }[];
    };
    expect(sites.map(({ simulated }) => simulated)).toEqual([true]);
    // What is taken away says it, too.
    const taken = (format: string) =>
      plant.ask(`boilers/sb-01/readings?from=0&to=4000000000000&limit=3&format=${format}`);
    expect((await taken("json")).body).toMatchObject({ simulated: true });
    const texts = [(await taken("csv")).body, (await taken("ndjson")).body].map(String);
    expect(
      texts[0]
        ?.split("\r\n")
        .slice(0, 2)
        .map((row) => row.split(",").at(-1)),
    ).toEqual(["origin", "SIMULATED"]);
    expect(
      texts[1]
        ?.trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as { simulated: boolean }).simulated),
    ).toEqual([true, true, true]);
    await plant.stop();
  }, 150_000);
});
