import { FieldType, InfluxDB, type IPoint, toNanoDate } from "influx";
import { readingOf } from "../../domain/frame.ts";
import type { PointCatalogue } from "../../domain/points.ts";
import type { FlawReason } from "../../domain/reading.ts";
import { messageOf, OperationalError } from "../errors.ts";
import {
  type BucketExtremes,
  bucketTrend,
  type FrameToStore,
  rawTrend,
  type StoredReading,
  type Telemetry,
  type TrendColumns,
  type TrendQuery,
} from "./telemetry.ts";

export interface Influx1Settings {
  readonly host: string;
  readonly port: number;
  readonly database: string;
}

const measurement = "readings";
const checkpointMeasurement = "fluewatch_checkpoint";

/**
 * Telemetry in InfluxDB 1.x: a point per reading, tagged with site and boiler, a float field per point. A reading
 * written twice is the same point with the same fields, so the checkpoint may be written after it.
 * @throws OperationalError `telemetry-unavailable`
 */
export async function influx1Telemetry(
  { host, port, database }: Influx1Settings,
  catalogue: PointCatalogue,
): Promise<Telemetry> {
  const points = catalogue.names;
  const influx = new InfluxDB({
    host,
    port,
    database,
    schema: [
      {
        measurement,
        tags: ["site", "boiler", "tseg"],
        fields: {
          gateway: FieldType.STRING,
          sid: FieldType.STRING,
          seq: FieldType.FLOAT,
          flaws: FieldType.STRING,
          ...Object.fromEntries(points.map((point) => [point, FieldType.FLOAT])),
        },
      },
      { measurement: checkpointMeasurement, tags: [], fields: { journalOffset: FieldType.FLOAT } },
    ],
  });

  async function asking<T>(what: string, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      const message = `InfluxDB at ${host}:${port}, database ${database}, did not ${what}: ${messageOf(error)}`;
      throw new OperationalError("telemetry-unavailable", message, { cause: error });
    }
  }

  const select = <T>(query: string) =>
    asking("answer", () => influx.queryRaw(query, { precision: "ms" })).then((answer) => rowsOf<T>(answer));

  await asking("create the database", () => influx.createDatabase(database));

  async function write(readings: readonly FrameToStore[], checkpoint: number): Promise<void> {
    await asking("store", async () => {
      if (readings.length > 0)
        await influx.writePoints(
          readings.map((each) => influxPoint(each, catalogue)),
          { precision: "ms" },
        );
      await writeCheckpoint(checkpoint);
    });
  }

  async function writeCheckpoint(journalOffset: number): Promise<void> {
    const point = {
      measurement: checkpointMeasurement,
      fields: { journalOffset },
      timestamp: toNanoDate("0"),
    };
    await influx.writePoints([point], { precision: "ms" });
  }

  async function trend(query: TrendQuery): Promise<TrendColumns> {
    const { boilerId, points: wanted, fromMs, toMs, buckets, gapAfterMs } = query;
    const where = `boiler = ${text(boilerId)} AND time >= ${fromMs}ms AND time < ${toMs}ms`;
    const [counted] = await select<{ n: number | null }>(
      `SELECT count(seq) AS n FROM ${measurement} WHERE ${where}`,
    );
    if ((counted?.n ?? 0) <= 2 * buckets) {
      const fields = ["seq", ...wanted].map(quoted).join(", ");
      const rows = await select<Readonly<Record<string, number | null>>>(
        `SELECT ${fields} FROM ${measurement} WHERE ${where} ORDER BY time`,
      );
      const read = rows.map((row) => ({
        takenAtMs: row["time"] ?? 0,
        values: wanted.map((point) => row[point] ?? null),
      }));
      return rawTrend(read, wanted, gapAfterMs);
    }
    const widthMs = Math.max(1, Math.floor((toMs - fromMs) / buckets));
    const fields = wanted.flatMap((point, index) => [
      `min(${quoted(point)}) AS low${index}`,
      `max(${quoted(point)}) AS high${index}`,
    ]);
    const rows = await select<Readonly<Record<string, number | null>>>(
      `SELECT ${fields.join(", ")} FROM ${measurement} WHERE ${where} GROUP BY time(${widthMs}ms, ${fromMs % widthMs}ms) fill(none)`,
    );
    const extremes = wanted.map((_, index): readonly BucketExtremes[] =>
      rows.map((row) => ({
        bucket: Math.min(buckets - 1, Math.floor(((row["time"] ?? 0) - fromMs) / widthMs)),
        lowest: row[`low${index}`] ?? null,
        highest: row[`high${index}`] ?? null,
        lowestFirst: true,
      })),
    );
    return bucketTrend(query, extremes);
  }

  return {
    name: "telemetry (InfluxDB 1.x)",
    checkpoint: async () => {
      const [row] = await select<{ journalOffset: number }>(
        `SELECT journalOffset FROM ${checkpointMeasurement} WHERE time = 0`,
      );
      return row?.journalOffset ?? 0;
    },
    write,
    goBack: (checkpoint) => asking("go back", () => writeCheckpoint(checkpoint)),
    trend,
    readings: async ({ boilerId, fromMs, toMs, limit }) => {
      const rows = await select<Readonly<Record<string, number | string | null>>>(
        `SELECT * FROM ${measurement} WHERE boiler = ${text(boilerId)} AND time >= ${fromMs}ms AND time < ${toMs}ms ORDER BY time LIMIT ${limit}`,
      );
      return rows.map((row) => storedReading(row, points));
    },
    storedPerHour: async (fromMs, toMs) => {
      const rows = await select<{ boiler: string; time: number; n: number }>(
        `SELECT count(seq) AS n FROM ${measurement} WHERE time >= ${fromMs}ms AND time < ${toMs}ms GROUP BY boiler, time(1h) fill(none)`,
      );
      return rows.map(({ boiler, time, n }) => ({ boilerId: boiler, hourStartMs: time, readings: n }));
    },
    // A point of the same time takes the place of the one before: this store cannot tell.
    conflictsPerHour: async () => [],
    stop: async () => {},
  };
}

function influxPoint({ origin, frame }: FrameToStore, catalogue: PointCatalogue): IPoint {
  const { siteId, gatewayId, sid, seq, timeSegment } = origin;
  const { boilerId, takenAtMs, values, flaws } = readingOf(frame, catalogue);
  const fields: Record<string, number | string> = { gateway: gatewayId, sid, seq };
  for (const [point, value] of Object.entries(values)) if (value !== null) fields[point] = value;
  if (Object.keys(flaws).length > 0) fields["flaws"] = JSON.stringify(flaws);
  return {
    measurement,
    tags: { site: siteId, boiler: boilerId, ...(timeSegment > 0 && { tseg: String(timeSegment) }) },
    fields,
    timestamp: takenAtMs,
  };
}

function storedReading(
  row: Readonly<Record<string, number | string | null>>,
  points: readonly string[],
): StoredReading {
  const flawsText = row["flaws"];
  const flaws = (typeof flawsText === "string" ? JSON.parse(flawsText) : {}) as Record<string, FlawReason>;
  const values: Record<string, number | null> = {};
  for (const point of points) {
    const value = row[point];
    if (typeof value === "number") values[point] = value;
    else if (flaws[point] !== undefined) values[point] = null;
  }
  return {
    siteId: String(row["site"]),
    boilerId: String(row["boiler"]),
    gatewayId: String(row["gateway"]),
    sid: String(row["sid"]),
    seq: Number(row["seq"]),
    timeSegment: Number(row["tseg"] ?? 0),
    takenAtMs: Number(row["time"]),
    values,
    flaws,
  };
}

/** The rows of all series of an answer, with their tags. */
function rowsOf<T>(answer: unknown): readonly T[] {
  const { results } = answer as {
    readonly results: readonly {
      readonly error?: string;
      readonly series?: readonly {
        readonly tags?: Readonly<Record<string, string>>;
        readonly columns: readonly string[];
        readonly values: readonly (readonly unknown[])[];
      }[];
    }[];
  };
  return results.flatMap(({ error, series = [] }) => {
    if (error !== undefined) throw new OperationalError("telemetry-unavailable", `InfluxDB says: ${error}`);
    return series.flatMap(({ tags, columns, values }) =>
      values.map(
        (row) =>
          ({ ...tags, ...Object.fromEntries(columns.map((column, index) => [column, row[index]])) }) as T,
      ),
    );
  });
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '\\"')}"`;
}

function text(value: string): string {
  return `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
