// `npm run bench -- stores`: the same readings into each store, and the questions that charts and reports ask of them.
// InfluxDB 1.x is borrowed from Debian; where it is missing, its lines are left out.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InfluxDB } from "influx";
import { liveState } from "../api/live-state.ts";
import { everyLiveTopic, liveTopic } from "../contracts/topics.ts";
import { frameMaker, readingOf } from "../domain/frame.ts";
import { notJudged } from "../domain/limits.ts";
import { rollingUp } from "../ingest/roll-up.ts";
import type { Bus } from "../platform/bus.ts";
import { duckdbTelemetry } from "../platform/telemetry/duckdb-telemetry.ts";
import { influx1Server } from "../platform/telemetry/influx/server.ts";
import { influxTelemetry } from "../platform/telemetry/influx-telemetry.ts";
import type { FrameToStore, Telemetry } from "../platform/telemetry/telemetry.ts";
import { type TrendQuery, trendOf } from "../platform/telemetry/trend.ts";
import { realWorld } from "../platform/world.ts";
import { benchPlant, scannedPoints, scans } from "./plant.ts";
import { bytesIn, fillYears, type InfluxServer, influxServer, linesOf, postLines } from "./store-parts.ts";

const world = realWorld("silent");
const keep = { rawDays: 9_000, minuteDays: 9_000, hourDays: 9_000 };
const everKept = { raw: 0, minute: 0, hour: 0 };
const startMs = Date.UTC(2026, 0, 1);
/** What waits when a store is at its limit is committed at once: this much and more. */
const commitRows = 10_000;
const dayMs = 86_400_000;
const charted = [
  "o2DryPercent",
  "exhaustTempC",
  "coDryPpm",
  "naturalGasFlowNm3PerH",
  "steamFlowKgPerH",
  "loadPercent",
];

const boilers = 200;
const seconds = 600;
const plant = benchPlant(boilers);
const { catalogue } = plant;
const slots = scannedPoints.map(catalogue.slotOf);
/** As instruments send them: to a tenth. */
const table = scans(10_000).map((row) => row.map((value) => Math.round(value * 10) / 10));
const newFrame = frameMaker(catalogue);

function reading(boilerId: string, atMs: number, row: number): FrameToStore {
  const frame = newFrame(boilerId, atMs, slots);
  const values = table[row % table.length] ?? [];
  for (const [index, slot] of slots.entries()) frame.values[slot] = values[index] ?? Number.NaN;
  const origin = {
    siteId: "works",
    gatewayId: "gw-0",
    sid: "bench",
    seq: Math.floor(atMs / 1_000) % 1e9,
    timeSegment: 0,
  };
  return { origin, frame };
}

const folders: string[] = [];
function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "fluewatch-bench-"));
  folders.push(made);
  return made;
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const fromMs = performance.now();
  await run();
  return performance.now() - fromMs;
}

const median = (numbers: readonly number[]) =>
  [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
const whole = (value: number) => Math.round(value).toLocaleString("en");

function line(what: string, value: string, wanted = "", isReached: boolean | null = null): void {
  const verdict = isReached === null ? "" : isReached ? "  reached" : "  MISSED";
  console.log(`${what.padEnd(58)} ${value.padStart(16)}  ${wanted}${verdict}`);
}

/** A way to take readings; another store or writer is another one of these. */
interface Contender {
  readonly name: string;
  /** All readings, as fast as it can. */
  take(portions: readonly (readonly FrameToStore[])[]): Promise<void>;
  /** On disk, once all of it is there. */
  bytes(): Promise<number>;
}

function portionsOf(rows: readonly FrameToStore[]): readonly (readonly FrameToStore[])[] {
  return Array.from({ length: Math.ceil(rows.length / commitRows) }, (_, index) =>
    rows.slice(index * commitRows, (index + 1) * commitRows),
  );
}

async function duckdb(name: string, isRollingUp: boolean): Promise<Contender> {
  const place = folder();
  const store = await duckdbTelemetry(place, catalogue);
  const writer = isRollingUp ? rollingUp(store, plant, keep, world) : store;
  return {
    name,
    take: async (portions) => {
      for (const [index, portion] of portions.entries()) await writer.write(portion, index + 1);
    },
    bytes: async () => {
      await store.stop();
      return bytesIn(place);
    },
  };
}

function influxStore({ port }: InfluxServer, database: string): Telemetry {
  return influxTelemetry(influx1Server({ host: "127.0.0.1", port, database }), catalogue, () => {});
}

async function influxLines(server: InfluxServer): Promise<Contender> {
  await influxStore(server, "lines").progress();
  let texts: readonly string[] = [];
  return {
    name: "InfluxDB 1.x, ready-made lines, 2 requests at once",
    take: async (portions) => {
      texts = texts.length > 0 ? texts : portions.map((portion) => linesOf(portion, catalogue));
      const next = texts.values();
      const send = async () => {
        for (const text of next) await postLines(server, "lines", text);
      };
      await Promise.all([send(), send()]);
    },
    bytes: async () => bytesIn(join(server.folder)),
  };
}

async function influxAdapter(server: InfluxServer): Promise<Contender> {
  const store = influxStore(server, "adapter");
  return {
    name: "InfluxDB 1.x, by our adapter",
    take: async (portions) => {
      for (const [index, portion] of portions.entries()) await store.write(portion, index + 1);
    },
    bytes: async () => Number.NaN,
  };
}

/** The same points by the package for Node, as its documentation has them written. */
async function influxPackage({ port }: InfluxServer): Promise<Contender> {
  const database = "package";
  const influx = new InfluxDB({ host: "127.0.0.1", port, database });
  await influx.createDatabase(database);
  return {
    name: "InfluxDB 1.x, by the influx package",
    take: async (portions) => {
      for (const portion of portions) {
        const points = portion.map(({ origin, frame }) => {
          const { siteId, gatewayId, sid, seq } = origin;
          const { boilerId, takenAtMs, values } = readingOf(frame, catalogue);
          const numbers = Object.entries(values).filter(([, value]) => value !== null);
          return {
            measurement: "readings",
            tags: { site: siteId, boiler: boilerId },
            fields: {
              gateway: gatewayId,
              sid,
              seq,
              ...(Object.fromEntries(numbers) as Record<string, number>),
            },
            timestamp: takenAtMs,
          };
        });
        for (let from = 0; from < points.length; from += 5_000)
          await influx.writePoints(points.slice(from, from + 5_000), { precision: "ms" });
      }
    },
    bytes: async () => Number.NaN,
  };
}

const server = await influxServer(folder());
if (server === null) console.log("influxd is not installed: its lines are left out");
try {
  await ingest();
  await charts();
  latest();
  await years();
  await readsWhileWriting();
  const rssMb = process.resourceUsage().maxRSS / 1_024;
  line(
    "memory of this process at its highest, bench rows included",
    `${whole(rssMb)} MB`,
    "≤ 512 MB",
    rssMb <= 512,
  );
} finally {
  await server?.stop();
  for (const each of folders) rmSync(each, { recursive: true, force: true });
}

async function ingest(): Promise<void> {
  const rows: FrameToStore[] = [];
  for (let second = 0; second < seconds; second += 1)
    for (let boiler = 0; boiler < boilers; boiler += 1)
      rows.push(reading(`b-${boiler}`, startMs + second * 1_000, second + 50 * boiler));
  const portions = portionsOf(rows);
  const points = rows.length * scannedPoints.length;
  console.log(
    `${whole(rows.length)} readings of ${scannedPoints.length} points, ${boilers} boilers, commits of ${whole(commitRows)}`,
  );
  const contenders = [
    await duckdb("DuckDB", false),
    await duckdb("DuckDB, with minutes and hours", true),
    ...(server === null
      ? []
      : [await influxLines(server), await influxAdapter(server), await influxPackage(server)]),
  ];
  const rates: number[] = [];
  const cpus: number[] = [];
  for (const contender of contenders) {
    // What has to be prepared once is prepared by the first portion, outside of the time.
    if (contender.name.includes("lines")) await contender.take(portions);
    const before = process.cpuUsage();
    const ms = await timed(() => contender.take(portions));
    const { user, system } = process.cpuUsage(before);
    cpus.push((user + system) / rows.length);
    rates.push((1_000 * rows.length) / ms);
    line(
      contender.name,
      `${whole(rates.at(-1) ?? 0)} rows/s`,
      `${(cpus.at(-1) ?? 0).toFixed(1)} µs of CPU a row`,
    );
    const bytes = await contender.bytes();
    if (!Number.isNaN(bytes)) {
      const perPoint = bytes / points;
      const isOurs = contender.name === "DuckDB";
      line(
        "  on disk, per point",
        `${perPoint.toFixed(2)} B`,
        isOurs ? "≤ 3 B" : "",
        isOurs ? perPoint <= 3 : null,
      );
    }
  }
  const [duck = 0, rolled = 0, lines, adapter = 0, packaged = 1] = rates;
  if (lines === undefined) return;
  const [, , , adapterCpu = 0, packagedCpu = 1] = cpus;
  line(
    "our writer's rate to the package's",
    (adapter / packaged).toFixed(2),
    "≥ 1.2",
    adapter / packaged >= 1.2,
  );
  const cpu = adapterCpu / packagedCpu;
  line("our writer's CPU to the package's", cpu.toFixed(2), "≤ 0.5", cpu <= 0.5);
  line("DuckDB to InfluxDB's own rate", (duck / lines).toFixed(2), "≥ 4", duck / lines >= 4);
  line("DuckDB with rollups to InfluxDB's own rate", (rolled / lines).toFixed(2));
}

async function charts(): Promise<void> {
  const rows = Array.from({ length: 86_400 }, (_, second) =>
    reading("b-0", startMs + second * 1_000, second),
  );
  const duck = await duckdbTelemetry(folder(), catalogue);
  const stores: { readonly name: string; readonly store: Telemetry }[] = [{ name: "DuckDB", store: duck }];
  if (server !== null) {
    stores.push({ name: "InfluxDB 1.x", store: influxStore(server, "charts") });
  }
  const query = {
    boilerId: "b-0",
    points: charted,
    fromMs: startMs,
    toMs: startMs + dayMs,
    buckets: 1_440,
    gapAfterMs: 3_000,
  };
  const raw: TrendQuery = { ...query, keptSinceMs: everKept, buckets: 1_441 };
  const times = new Map<string, number>();
  for (const { name, store } of stores) {
    const writer = rollingUp(store, plant, keep, world);
    for (const [index, portion] of portionsOf(rows).entries()) await writer.write(portion, index + 1);
    for (const [what, asked] of [
      ["24 h at 1 s to 1,440 buckets", { ...query, keptSinceMs: everKept }],
      ["the same from the readings themselves", raw],
    ] as const) {
      const took: number[] = [];
      for (let turn = 0; turn < 9; turn += 1) took.push(await timed(() => trendOf(store, asked)));
      times.set(`${name} ${what}`, median(took));
      const isOurs = name === "DuckDB" && asked !== raw;
      const ms = median(took);
      line(
        `${name}: ${what}, ${charted.length} points`,
        `${ms.toFixed(1)} ms`,
        isOurs ? "≤ 50 ms" : "",
        isOurs ? ms <= 50 : null,
      );
    }
    await store.stop();
  }
  const what = "24 h at 1 s to 1,440 buckets";
  const [ours, theirs] = [times.get(`DuckDB ${what}`), times.get(`InfluxDB 1.x ${what}`)];
  if (ours !== undefined && theirs !== undefined)
    line("trend: DuckDB to InfluxDB", (ours / theirs).toFixed(2), "≤ 1", ours <= theirs);
}

/** What `GET /boilers/:id/latest` answers from: the newest of what came over the bus. */
function latest(): void {
  let hear: (topic: string, payload: Buffer) => unknown = () => {};
  const bus = {
    subscribe: (filter: string, take: typeof hear) => {
      if (filter === everyLiveTopic("frame")) hear = take;
    },
  };
  const live = liveState(bus as unknown as Bus, world);
  const verdicts = {
    ...notJudged("no-data"),
    pmAtRefO2MgPerNm3: { kind: "not-judged", reason: "no-sensor" },
    soxAtRefO2Ppm: { kind: "not-judged", reason: "no-sensor" },
    noxAtRefO2Ppm: { kind: "not-judged", reason: "no-sensor" },
  };
  const ids = Array.from({ length: 1_000 }, (_, boiler) => `b-${boiler}`);
  const told = ids.map((id, n) => ({
    n: 1,
    ...readingOf(reading(id, startMs, n).frame, catalogue),
    verdicts,
  }));
  const frame = { v: 1, site: "works", atMs: startMs, complete: true, boilers: told };
  hear(liveTopic("works", "frame"), Buffer.from(JSON.stringify(frame)));
  if (live.boilers.size !== ids.length) throw new Error("the frame was not understood");
  const took = Array.from({ length: 21 }, () => {
    const fromMs = performance.now();
    if (ids.map((id) => live.boilers.get(id)).includes(undefined)) throw new Error("a boiler is missing");
    return performance.now() - fromMs;
  });
  const ms = median(took);
  line("latest of 1,000 boilers, from memory", `${ms.toFixed(2)} ms`, "≤ 2 ms", ms <= 2);
}

async function years(): Promise<void> {
  const place = folder();
  const yearMs = 365 * dayMs;
  // Two years of minutes and hours of 20 boilers: columns made by the store, rows by its database.
  const made = await duckdbTelemetry(place, catalogue);
  const first = [reading("b-0", startMs, 0), reading("b-0", startMs + 3_700_000, 0)];
  await rollingUp(made, plant, keep, world).write(first, 1);
  await made.stop();
  const filled = await timed(() =>
    fillYears(place, { boilers: 20, fromMs: startMs - 2 * yearMs, toMs: startMs, points: charted }),
  );
  const store = await duckdbTelemetry(place, catalogue);
  line(
    "2 years of 20 boilers, minutes and hours, on disk",
    `${whole(bytesIn(place) / 2 ** 20)} MB`,
    `made in ${whole(filled / 1_000)} s`,
  );
  for (const [what, spanMs] of [
    ["24 h", dayMs],
    ["7 d", 7 * dayMs],
    ["30 d", 30 * dayMs],
    ["1 y", yearMs],
    ["2 y", 2 * yearMs],
  ] as const) {
    const took: number[] = [];
    for (let boiler = 0; boiler < 20; boiler += 1) {
      // Whatever the range, wherever it lies, of a boiler that was not asked for just now.
      const toMs = startMs - ((2 * yearMs - spanMs) * boiler) / 20;
      const query = {
        boilerId: `b-${boiler}`,
        points: charted,
        fromMs: toMs - spanMs,
        toMs,
        buckets: 1_440,
        gapAfterMs: 3_000,
      };
      took.push(
        await timed(() => trendOf(store, { ...query, keptSinceMs: { raw: startMs, minute: 0, hour: 0 } })),
      );
    }
    const slowest = Math.max(...took);
    line(
      `trend of ${what} in it, ${charted.length} points: median, slowest of 20`,
      `${median(took).toFixed(0)}, ${slowest.toFixed(0)} ms`,
      "≤ 50 ms",
      median(took) <= 50,
    );
  }
  const took: number[] = [];
  for (let boiler = 0; boiler < 9; boiler += 1) {
    const stretch = { boilerId: `b-${boiler}`, fromMs: startMs - yearMs, toMs: startMs };
    took.push(await timed(() => store.rollups("hour", stretch, charted.slice(0, 3))));
  }
  line(
    "a year of hourly rows of a boiler, 3 points",
    `${median(took).toFixed(0)} ms`,
    "≤ 100 ms",
    median(took) <= 100,
  );
  await store.stop();
}

async function readsWhileWriting(): Promise<void> {
  const perSecond = 10_000;
  const everyMs = 500;
  const runs = 20;
  const store = await duckdbTelemetry(folder(), catalogue);
  const writer = rollingUp(store, plant, keep, world);
  let written = 0;
  const portion = () => {
    const rows: FrameToStore[] = [];
    for (let index = 0; index < (perSecond * everyMs) / 1_000; index += 1) {
      rows.push(reading(`b-${written % boilers}`, startMs + Math.floor(written / boilers) * 20, written));
      written += 1;
    }
    return rows;
  };
  async function write(): Promise<number> {
    const took: number[] = [];
    for (let run = 0; run < runs; run += 1) {
      const rows = portion();
      const ms = await timed(() => writer.write(rows, written));
      took.push(ms);
      await world.clock.sleep(Math.max(0, everyMs - ms));
    }
    return median(took);
  }
  const alone = await write();
  let reading24h = 0;
  let isReading = true;
  const reader = (async () => {
    while (isReading) {
      const query = {
        boilerId: `b-${reading24h % boilers}`,
        points: charted,
        fromMs: startMs,
        toMs: startMs + dayMs,
      };
      await trendOf(store, { ...query, buckets: 1_440, gapAfterMs: 3_000, keptSinceMs: everKept });
      reading24h += 1;
      await world.clock.sleep(100);
    }
  })();
  const beside = await write();
  isReading = false;
  await reader;
  const cost = beside / alone - 1;
  line(
    `a commit of ${whole((perSecond * everyMs) / 1_000)} rows, at ${whole(perSecond)} readings/s`,
    `${alone.toFixed(0)} ms`,
    `busy ${((100 * alone) / everyMs).toFixed(0)} %`,
  );
  line(
    "the same beside a trend of 24 h ten times a second",
    `${beside.toFixed(0)} ms`,
    "cost ≤ 20 %",
    cost <= 0.2,
  );
  await store.stop();
}
