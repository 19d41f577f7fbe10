import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { importedBy } from "../../contracts/batch.ts";
import type { ImportMap } from "../../contracts/import-map.ts";
import { sha256Hex } from "../../gateway/outbox.ts";
import { importHistory } from "../../ingest/import/import.ts";
import { parsedLine } from "../../ingest/import/line-protocol.ts";
import { csvRows, type ForeignRow, lineProtocolRows } from "../../ingest/import/rows.ts";
import { openJournal } from "../../ingest/journal.ts";
import { replayJournal } from "../../ingest/replay.ts";
import { verifyJournal } from "../../ingest/verify.ts";
import { alarmsSince } from "../../platform/records/alarm-records.ts";
import { realWorld } from "../../platform/world.ts";
import { testPlant } from "../helpers/batches.ts";
import { ingestConfig, keep, openedStores, steady } from "../helpers/running-ingest.ts";
import { temporaryFolder } from "../helpers/servers.ts";

const world = realWorld("silent");
const plant = testPlant(steady);

async function* inPieces(text: string): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += 37) yield text.slice(at, at + 37);
}

const map: ImportMap = {
  time: { column: "when", format: "local" },
  boiler: { column: "unit", ids: { K1: "b-1", K2: "b-2" } },
  missing: ["-"],
  points: {
    o2DryPercent: { column: "O2" },
    exhaustTempC: { column: "Stack F", unit: "°F" },
    firing: { column: "fire" },
    loadPercent: { column: "load", scale: 100 },
  },
};

/** An hour of two boilers, a row a minute, by the clock of Taipei; oxygen far above what the tables allow. */
function file(): string {
  const rows = Array.from({ length: 60 }, (_, minute) => {
    const when = `2025/11/30 23:${String(minute).padStart(2, "0")}:00`;
    return [`${when},K1,5.4,302,1,0.8`, `${when},K2,${minute === 7 ? "-" : 3},302,1,0.8`];
  }).flat();
  const wrong = ["2025/11/30 24:99,K1,3,302,1,0.8", "2025/11/30 23:00:00,K9,3,302,1,0.8", ",K1,,,,"];
  return ["when,unit,O2,Stack F,fire,load", ...rows.reverse(), ...wrong].join("\r\n");
}

const fromMs = Date.UTC(2025, 10, 30, 15);

async function imported(folder: string, rows: AsyncIterable<ForeignRow>, by: ImportMap) {
  mkdirSync(join(folder, "journal"), { recursive: true });
  const journal = await openJournal(join(folder, "journal"), ingestConfig.journal, 0, world);
  const report = await importHistory(rows, by, plant, sha256Hex, async (text) => {
    await journal.append({ kind: "batch", bytes: Buffer.from(text) });
  });
  await journal.close();
  return report;
}

describe("somebody else's history", () => {
  test("is taken in by a map, in whatever order it stands, and what cannot be read is told by its line", async () => {
    const folder = temporaryFolder();
    const dry = await importHistory(csvRows(inPieces(file())), map, plant, sha256Hex, null);
    const report = await imported(folder, csvRows(inPieces(file())), map);
    expect(report).toEqual(dry);
    expect(report).toMatchObject({ rows: 123, readings: 120, values: 479, refused: 3, unseen: [] });
    expect(report.refusals.map(({ line }) => line)).toEqual([122, 123, 124]);
    expect(report.refusals[1]?.why).toBe('"K9" is no boiler of the configuration');
    expect(report.boilers).toContainEqual({
      ...{ boilerId: "b-1", readings: 60, fromMs, toMs: fromMs + 59 * 60_000 },
      points: ["o2DryPercent", "exhaustTempC", "firing", "loadPercent"],
    });
    expect(await verifyJournal(join(folder, "journal"))).toMatchObject({ readings: 120, firstBad: null });

    const { telemetry, records } = await openedStores(folder, plant);
    const needs = { plant, folder: join(folder, "journal"), telemetry, keep, records: records.db, world };
    await replayJournal(ingestConfig, { rebuilt: new Set() }, needs);
    const stretch = { boilerId: "b-1", fromMs: 0, toMs: 9e12 };
    const stored = await telemetry.readings({ ...stretch, limit: 1_000 });
    expect(stored).toHaveLength(60);
    // Marked, converted, and derived from like a reading that a gateway sent.
    expect(stored[0]).toMatchObject({ gatewayId: importedBy, takenAtMs: fromMs });
    expect(stored[0]?.values).toMatchObject({ o2DryPercent: 5.4, exhaustTempC: 150, loadPercent: 80 });
    expect(stored[0]?.values["airRatio"]).toBeCloseTo(21 / (21 - 5.4), 2);
    const [gap] = await telemetry.readings({
      ...{ boilerId: "b-2", fromMs: fromMs + 7 * 60_000, toMs: fromMs + 8 * 60_000, limit: 1 },
    });
    expect(gap?.flaws["o2DryPercent"]).toBe("no-answer");
    // The last minute is under way until something newer comes, or nothing for two minutes.
    expect(await telemetry.rollups("minute", stretch)).toHaveLength(59);
    // The past is nobody's alarm.
    expect(await alarmsSince(records.db, null)).toEqual([]);

    // The same history once more is the same batches: nothing changes.
    await telemetry.stop();
    await records.stop();
    await imported(folder, csvRows(inPieces(file())), map);
    const again = await openedStores(folder, plant);
    const { before, after } = await replayJournal(
      ingestConfig,
      { rebuilt: new Set() },
      { ...needs, telemetry: again.telemetry, records: again.records.db },
    );
    expect(after.telemetry).toEqual(before.telemetry);
    expect(after.telemetry.count).toBe(120);
    await again.telemetry.stop();
    await again.records.stop();
  });

  test("line protocol with a field a line comes together by its time", async () => {
    const ns = (minute: number) => `${fromMs + minute * 60_000}000000`;
    const lines = [
      "# DML",
      ...[0, 1, 2].map((minute) => `flue,unit=K1 O2=5.4 ${ns(minute)}`),
      ...[0, 1, 2].map((minute) => `flue,unit=K1 T=150i,note="a, b=c \\"d\\"" ${ns(minute)}`),
      `other,unit=K1 O2=1 ${ns(0)}`,
    ];
    const byLines: ImportMap = {
      ...{ time: { column: "time", format: "ns" }, boiler: { column: "unit", ids: { K1: "b-1" } } },
      ...{ measurement: "flue", missing: [] },
      points: { o2DryPercent: { column: "O2" }, exhaustTempC: { column: "T" }, coDryPpm: { column: "CO" } },
    };
    const sealed: string[] = [];
    const rows = lineProtocolRows(inPieces(lines.join("\n")), byLines.measurement);
    const report = await importHistory(rows, byLines, plant, sha256Hex, async (text) => {
      sealed.push(text);
    });
    expect(report).toMatchObject({ rows: 6, readings: 3, values: 6, refused: 0, unseen: ["CO"] });
    expect(JSON.parse(sealed[0] ?? "").b).toEqual([
      {
        boiler: "b-1",
        points: ["o2DryPercent", "exhaustTempC"],
        rows: [0, 60_000, 120_000].map((dt) => [dt, 5.4, 150]),
        flaws: [],
      },
    ]);
  });

  test.each([
    [
      "a\\,b\\ c,t\\ ag=v\\=1 f\\=x=1.5,b=t,i=3u 9",
      "a,b c",
      { "t ag": "v=1", "f=x": "1.5", b: "1", i: "3", time: "9" },
    ],
    ['m s="x, y=z \\\\ \\"q\\"",n=-2e3', "m", { s: 'x, y=z \\ "q"', n: "-2e3", time: "" }],
  ])("the line %s is read as it was meant", (line, measurement, cells) => {
    expect(parsedLine(line)).toEqual({ measurement, cells });
  });

  test.each(["", "m", "m f", "m f=", "m,t f=1", "m f=1 2 3", "m f=1 noon"])("the line %j is none", (line) => {
    expect(parsedLine(line)).toBeNull();
  });
});
