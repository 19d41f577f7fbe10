import { type Batch, type BoilerRows, noHash, sealBatch } from "../../contracts/batch.ts";
import { sourceKindOf } from "../../domain/alarms/rule.ts";
import { pointCatalogue } from "../../domain/points.ts";
import { defaultSteadySettings, type SteadySettings } from "../../domain/steady-state.ts";
import { sha256Hex } from "../../gateway/outbox.ts";
import type { Plant, PlantBoiler } from "../../ingest/plant.ts";
import { boiler, shippedPlausibility, shippedRules } from "./boilers.ts";

export const sid = "00000000-0000-4000-8000-000000000001";
export const startMs = Date.UTC(2026, 2, 12, 6);
export const dataTopic = "fluewatch/v1/works/gw-1/data";

/** Two gas boilers behind one gateway, as ingest knows them. */
export function testPlant(steady: Partial<SteadySettings> = {}): Plant {
  const rules = shippedRules();
  const alarmRules = [...rules.alarmRules.values()].flatMap((editions) => editions.map(({ rule }) => rule));
  const rulesOf = (kind: ReturnType<typeof sourceKindOf>) =>
    alarmRules.filter((rule) => sourceKindOf(rule) === kind);
  const editionOf = (kind: ReturnType<typeof sourceKindOf>) => [{ fromMs: 0, rules: rulesOf(kind) }] as const;
  const label = { en: "Works", "zh-TW": "工廠" };
  const entry = (id: string): PlantBoiler => ({
    id,
    siteId: "works",
    gatewayId: "gw-1",
    editions: [
      {
        fromMs: 0,
        boiler: boiler({ id }),
        plausibility: shippedPlausibility(),
        tables: rules.limitTables,
        standards: rules.emissionStandards,
        rules: rulesOf("boiler"),
      },
    ],
    steady: { ...defaultSteadySettings, ...steady },
    hourOffsetMs: 0,
  });
  return {
    sites: new Map([
      [
        "works",
        { id: "works", name: label, place: label, timeZone: "Asia/Taipei", editions: editionOf("site") },
      ],
    ]),
    boilers: new Map([
      ["b-1", entry("b-1")],
      ["b-2", entry("b-2")],
    ]),
    gateways: new Map([
      ["gw-1", { id: "gw-1", siteId: "works", scanMs: 1_000, editions: editionOf("gateway") }],
    ]),
    catalogue: pointCatalogue(),
  };
}

/** One reading of one boiler, as rows of a batch. */
export function rowsOf(
  values: Readonly<Record<string, number | null>>,
  boilerId = "b-1",
  dt = 0,
): BoilerRows {
  const points = Object.keys(values);
  return {
    boiler: boilerId,
    points,
    rows: [[dt, ...points.map((point) => values[point] ?? null)]],
    flaws: points.flatMap((point, index): [number, number, "no-answer"][] =>
      values[point] === null ? [[0, index, "no-answer"]] : [],
    ),
  };
}

const calm = { firing: 1, loadPercent: 80, o2DryPercent: 3, exhaustTempC: 150 };

/** The body of batch `seq`, one second after the one before, changed as a test wants it. */
export function batchBody(seq: number, changes: Partial<Omit<Batch, "h">> = {}): Omit<Batch, "h"> {
  const b = changes.b ?? [rowsOf(calm)];
  return {
    v: 1,
    site: "works",
    gw: "gw-1",
    sid,
    seq,
    boot: 1,
    tseg: 0,
    t0: startMs + seq * 1_000,
    mono: seq * 1_000,
    clk: { src: "rtc", off: 0, unc: 0 },
    gap: [],
    n: b.reduce((sum, { rows }) => sum + rows.length, 0),
    prev: noHash,
    ...changes,
    b,
  };
}

/** What a gateway would send of it. */
export function sealed(body: object): Buffer {
  return Buffer.from(sealBatch(body as Omit<Batch, "h">, sha256Hex).text);
}
