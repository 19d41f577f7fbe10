import { createHash } from "node:crypto";
import { type Batch, type BoilerRows, importedBy, noHash, sealBatch } from "../../contracts/batch.ts";
import type { ImportMap } from "../../contracts/import-map.ts";
import { openSorter, type SortedRow, type Sorter } from "../../platform/telemetry/duckdb/sorter.ts";
import type { Plant } from "../plant.ts";
import { rowReader } from "./readings.ts";
import type { ForeignRow } from "./rows.ts";

/** What an import found; of a dry run, all that there is. */
export interface ImportReport {
  readonly rows: number;
  readonly readings: number;
  readonly values: number;
  readonly boilers: readonly {
    readonly boilerId: string;
    readonly readings: number;
    readonly fromMs: number;
    readonly toMs: number;
    readonly points: readonly string[];
  }[];
  /** Rows that cannot be read by the map: how many, and the first of them. */
  readonly refused: number;
  readonly refusals: readonly { readonly line: number; readonly why: string }[];
  /** Values beyond what the point can have: they are taken in, and become doubtful as a sensor's would. */
  readonly outOfRange: Readonly<Record<string, number>>;
  /** Columns of the map that no row had. */
  readonly unseen: readonly string[];
}

/** Where sealed batches go, one after the other. */
export type TakeBatch = (text: string) => Promise<void>;

const toldRefusals = 10;
const mostReadings = 500;
/** Values in a batch: it stays well below what a gateway may send. */
const mostCells = 12_000;

/**
 * Reads the history that somebody else kept, and seals it into batches of its own log, in the order of time. The log's
 * name follows from what is in it: the same history imported again is the same batches, and changes nothing.
 * @param take `null`: a dry run
 */
export async function importHistory(
  rows: AsyncIterable<ForeignRow>,
  map: ImportMap,
  plant: Plant,
  sha256Hex: (bytes: Uint8Array) => string,
  take: TakeBatch | null,
): Promise<ImportReport> {
  const sorter = await openSorter();
  try {
    const read = await readAll(rows, map, plant, sorter);
    const told = tally();
    const points = Object.keys(map.points);
    const boilers = [...plant.boilers.keys()];
    const seal = take === null ? null : sealer(plant, boilers, points, read.sid, sha256Hex, take);
    for await (const row of sorter.sorted()) {
      told.see(row);
      await seal?.add(row);
    }
    await seal?.end();
    return { ...read.report, ...told.report(boilers, points) };
  } finally {
    await sorter.stop();
  }
}

async function readAll(rows: AsyncIterable<ForeignRow>, map: ImportMap, plant: Plant, sorter: Sorter) {
  const read = rowReader(map, plant);
  const points = Object.keys(map.points);
  const boilers = new Map([...plant.boilers.keys()].map((id, index) => [id, index]));
  const ranges = points.map((point) => plant.catalogue.get(point)?.range ?? [-Infinity, Infinity]);
  const seen = new Set<string>();
  const outOfRange: Record<string, number> = {};
  const refusals: { readonly line: number; readonly why: string }[] = [];
  const content = createHash("sha256");
  let count = 0;
  let refused = 0;
  for await (const row of rows) {
    count += 1;
    for (const { column } of Object.values(map.points)) if (column in row.cells) seen.add(column);
    const reading = read(row);
    if ("refused" in reading) {
      refused += 1;
      if (refusals.length < toldRefusals) refusals.push({ line: row.line, why: reading.refused });
      continue;
    }
    for (const [point, value] of reading.values) {
      const index = points.indexOf(point);
      const [low = Number.NEGATIVE_INFINITY, high = Number.POSITIVE_INFINITY] = ranges[index] ?? [];
      if (value < low || value > high) outOfRange[point] = (outOfRange[point] ?? 0) + 1;
      const boiler = boilers.get(reading.boilerId) ?? 0;
      content.update(`${reading.boilerId} ${reading.takenAtMs} ${point} ${value}\n`);
      await sorter.add({ boiler, atMs: reading.takenAtMs, point: index, value });
    }
  }
  const unseen = Object.values(map.points).flatMap(({ column }) => (seen.has(column) ? [] : [column]));
  const digest = content.digest("hex");
  const sid = `${digest.slice(0, 8)}-${digest.slice(8, 12)}-8${digest.slice(13, 16)}-a${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
  return { sid, report: { rows: count, refused, refusals, outOfRange, unseen } };
}

function tally() {
  const ofBoiler = new Map<number, { readings: number; fromMs: number; toMs: number; points: Set<number> }>();
  let readings = 0;
  let values = 0;
  return {
    see: ({ boiler, atMs, values: own }: SortedRow) => {
      readings += 1;
      values += own.size;
      const known = ofBoiler.get(boiler) ?? { readings: 0, fromMs: atMs, toMs: atMs, points: new Set() };
      known.readings += 1;
      known.toMs = atMs;
      for (const point of own.keys()) known.points.add(point);
      ofBoiler.set(boiler, known);
    },
    report: (boilers: readonly string[], points: readonly string[]) => ({
      readings,
      values,
      boilers: [...ofBoiler].map(([boiler, { points: seen, ...known }]) => ({
        boilerId: boilers[boiler] ?? "",
        ...known,
        points: points.filter((_, index) => seen.has(index)),
      })),
    }),
  };
}

/** Gathers rows of one site into batches, and chains them. */
function sealer(
  plant: Plant,
  boilers: readonly string[],
  points: readonly string[],
  sid: string,
  sha256Hex: (bytes: Uint8Array) => string,
  take: TakeBatch,
) {
  const logs = new Map<string, { rows: SortedRow[]; cells: number; seq: number; prev: string }>();
  const siteOf = (boiler: number) => plant.boilers.get(boilers[boiler] ?? "")?.siteId ?? "";

  async function flush(site: string): Promise<void> {
    const log = logs.get(site);
    if (log === undefined || log.rows.length === 0) return;
    const t0 = log.rows[0]?.atMs ?? 0;
    const numbers = [...new Set(log.rows.map(({ boiler }) => boiler))];
    const b = numbers.map((boiler) =>
      rowsOf(
        boilers[boiler] ?? "",
        log.rows.filter((row) => row.boiler === boiler),
        points,
        t0,
      ),
    );
    log.seq += 1;
    const body: Omit<Batch, "h"> = {
      ...{ v: 1, site, gw: importedBy, sid, seq: log.seq, boot: 1, tseg: 0, t0, mono: 0 },
      clk: { src: "ntp", off: 0, unc: 0 },
      b,
      gap: [],
      n: log.rows.length,
      prev: log.prev,
    };
    const { text, hash } = sealBatch(body, sha256Hex);
    Object.assign(log, { rows: [], cells: 0, prev: hash });
    await take(text);
  }

  return {
    add: async (row: SortedRow) => {
      const site = siteOf(row.boiler);
      const log = logs.get(site) ?? { rows: [], cells: 0, seq: 0, prev: noHash };
      logs.set(site, log);
      log.rows.push(row);
      log.cells += points.length;
      if (log.rows.length === mostReadings || log.cells >= mostCells) await flush(site);
    },
    end: async () => {
      for (const site of logs.keys()) await flush(site);
    },
  };
}

/** What a boiler's rows have among them; where one of them lacks a point, nothing answered for it. */
function rowsOf(
  boiler: string,
  rows: readonly SortedRow[],
  points: readonly string[],
  t0: number,
): BoilerRows {
  const numbers = points
    .map((_, index) => index)
    .filter((index) => rows.some(({ values }) => values.has(index)));
  const flaws: BoilerRows["flaws"] = [];
  const cells = rows.map(({ atMs, values }, row) => [
    atMs - t0,
    ...numbers.map((point, place) => {
      const value = values.get(point);
      if (value === undefined) flaws.push([row, place, "no-answer"]);
      return value ?? null;
    }),
  ]);
  return { boiler, points: numbers.map((index) => points[index] ?? ""), rows: cells, flaws };
}
