import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse } from "csv-parse/sync";
import { expect, test } from "vitest";
import type { LiveBoiler } from "../../contracts/live.ts";
import type { StoredReading } from "../../platform/telemetry/telemetry.ts";
import { plantFile, startFluewatch } from "../helpers/fluewatch.ts";
import { until } from "../helpers/until.ts";

const record = resolve(
  import.meta.dirname,
  "../../../shared/reference/data/ubc-cec-boiler-b2-2021-hourly.csv",
);
const firstRow = 5_205;
const rows = 130;

if (!existsSync(record)) {
  if (process.env["CI"] === "true") throw new Error(`${record} is not there`);
  console.warn("The recorded boiler is not beside the project: its replay is left out.");
} else {
  test("a real boiler runs through the whole path: its oxygen, its pauses, and its dead analyser", async () => {
    const config = await plantFile("replay-b2.yaml", ({ sites, gateways, simulators }) => {
      // Ten times as fast as shipped, from shortly before the analyser comes back to life.
      for (const gateway of gateways) gateway.scanMs = 100;
      for (const { units } of simulators.servers) {
        for (const { replay } of units)
          if (replay !== undefined) Object.assign(replay, { startRow: firstRow, stepSeconds: 0.1 });
      }
      for (const site of sites)
        site.steady = { ...site.steady, stepSeconds: 1, windowSeconds: 5, afterLightOffSeconds: 0 };
    });
    const plant = await startFluewatch({ config });
    const seen: LiveBoiler[] = [];
    const stored = async () =>
      (
        (await plant.ask("boilers/b-2/readings?from=0&to=4000000000000")).body as {
          readonly readings: readonly StoredReading[];
        }
      ).readings;
    await until(
      "the rows have been served",
      async () => {
        const { latest } = (await plant.ask("boilers/b-2/latest")).body as {
          readonly latest: LiveBoiler | null;
        };
        if (latest !== null && latest.n !== seen.at(-1)?.n) seen.push(latest);
        return (await stored()).length >= rows;
      },
      60_000,
    );
    const readings = await stored();
    await plant.stop();

    // What was stored is what the record holds, row after row: the registers are 32-bit floats.
    const recorded = (parse(readFileSync(record), { columns: true }) as Record<string, string>[]).slice(
      firstRow,
      firstRow + 2 * rows,
    );
    const o2 = (row: Record<string, string> | undefined) => Number(row?.["exhaust_O2_pct"]);
    const answered = readings.filter(({ flaws }) => flaws["o2DryPercent"] !== "no-answer");
    const beganAtMs = answered[0]?.takenAtMs ?? 0;
    const same = (value: number | null, row: number) =>
      value === null ? o2(recorded[row]) === 0 : Math.abs(o2(recorded[row]) - value) < 1e-4;
    // The record was being served before the gateway came; from its first row on, a row takes a tenth of a second.
    const matchedFrom = (firstServed: number) =>
      answered.filter(({ values, takenAtMs }) => {
        const row = firstServed + Math.round((takenAtMs - beganAtMs) / 100);
        return [row - 1, row, row + 1].some((each) => same(values["o2DryPercent"] ?? null, each));
      }).length;
    const matched = Math.max(...Array.from({ length: 60 }, (_, firstServed) => matchedFrom(firstServed)));
    expect(matched).toBeGreaterThan(0.95 * answered.length);

    const firing = readings.filter(
      ({ values }) => values["firing"] === 1 && typeof values["airRatio"] === "number",
    );
    const ratios = firing.map(({ values }) => values["airRatio"] as number).sort((a, b) => a - b);
    expect(Math.abs((ratios[Math.floor(ratios.length / 2)] ?? 0) - 1.17)).toBeLessThan(0.05);

    const dead = readings.filter(({ flaws }) => flaws["o2DryPercent"] === "dead-analyser");
    expect(dead.length).toBeGreaterThan(10);
    expect(dead.some(({ values }) => values["firing"] === 1)).toBe(true);
    for (const { values, flaws } of dead) {
      expect(values["o2DryPercent"]).toBeNull();
      expect(values["airRatio"]).toBeNull();
      expect(flaws["exhaustTempC"]).toBe("dead-analyser");
    }
    expect(readings.some(({ values }) => values["airRatio"] === 1)).toBe(false);
    for (const { flaws, verdicts } of seen) {
      if (flaws["o2DryPercent"] === "dead-analyser") expect(verdicts.airRatio.kind).toBe("not-judged");
    }
    expect(seen.some(({ verdicts }) => verdicts.airRatio.kind === "within")).toBe(true);
  }, 120_000);
}
