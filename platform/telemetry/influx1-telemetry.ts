import { FieldType, InfluxDB, type IPoint, toNanoDate } from "influx";
import { frameOf, readingOf } from "../../domain/frame.ts";
import type { PointCatalogue } from "../../domain/points.ts";
import { ratesOf, type Tier } from "../../domain/rollup.ts";
import { messageOf, OperationalError } from "../errors.ts";
import { flawsOfText } from "./flaws-text.ts";
import { measurements, text } from "./influx/query-text.ts";
import { rollupFieldNames, rollupFields, storedRollup } from "./influx/rollup-fields.ts";
import { influxTierReader } from "./influx/trend-rows.ts";
import type {
  FrameToStore,
  ReadingWriter,
  StoredInputs,
  StoredReading,
  Stretch,
  Telemetry,
} from "./telemetry.ts";

export interface Influx1Settings {
  readonly host: string;
  readonly port: number;
  readonly database: string;
}

const checkpointMeasurement = "fluewatch_checkpoint";
/** A string field holds at most 64 KiB: longer notes are parted. */
const notesPart = 60_000;

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
  const rates = ratesOf(catalogue);
  const influx = new InfluxDB({
    host,
    port,
    database,
    schema: [
      {
        measurement: measurements.raw,
        tags: ["site", "boiler", "tseg"],
        fields: {
          gateway: FieldType.STRING,
          sid: FieldType.STRING,
          seq: FieldType.FLOAT,
          flaws: FieldType.STRING,
          ...Object.fromEntries(points.map((point) => [point, FieldType.FLOAT])),
        },
      },
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

  const keep = (points: readonly IPoint[]) =>
    asking("store", () => influx.writePoints([...points], { precision: "ms" }));

  const keepCheckpoint = (fields: Readonly<Record<string, number | string>>) =>
    keep([{ measurement: checkpointMeasurement, fields, timestamp: toNanoDate("0") }]);

  const inStretch = ({ boilerId, fromMs, toMs }: Stretch) =>
    `boiler = ${text(boilerId)} AND time >= ${fromMs}ms AND time < ${toMs}ms`;
  const rowsIn = (tier: Tier, stretch: Stretch, limit = "", fields = "*") =>
    select<Readonly<Record<string, number | string | null>>>(
      `SELECT ${fields} FROM ${measurements[tier]} WHERE ${inStretch(stretch)} ORDER BY time${limit}`,
    );
  const storedInputs: StoredInputs = {
    frames: async (stretch) =>
      (await rowsIn("raw", stretch)).map((row) => {
        const reading = storedReading(row, points);
        return { origin: reading, frame: frameOf(reading, catalogue) };
      }),
    rollups: async (tier, stretch) =>
      (await rowsIn(tier, stretch)).map((row) => storedRollup(tier, row, catalogue, rates)),
  };

  async function outermost(tier: Tier, order: "ASC" | "DESC"): Promise<number | null> {
    const [row] = await select<{ time: number }>(
      `SELECT * FROM ${measurements[tier]} ORDER BY time ${order} LIMIT 1`,
    );
    return row?.time ?? null;
  }

  const write: ReadingWriter["write"] = async (readings, checkpoint, follow) => {
    if (readings.length > 0) await keep(readings.map((each) => influxPoint(each, catalogue)));
    const { rollups, notes } = follow === undefined ? noConsequences : await follow(storedInputs);
    if (rollups.length > 0) {
      await keep(
        rollups.map((rollup) => ({
          measurement: measurements[rollup.tier],
          tags: { site: rollup.siteId, boiler: rollup.boilerId },
          fields: rollupFields(rollup, catalogue, rates),
          timestamp: rollup.startMs,
        })),
      );
    }
    const fields: Record<string, number | string> = { journalOffset: checkpoint };
    for (let from = 0; notes !== null && from <= notes.length; from += notesPart)
      fields[`notes${from / notesPart}`] = notes.slice(from, from + notesPart);
    await keepCheckpoint(fields);
  };

  return {
    name: "telemetry (InfluxDB 1.x)",
    progress: async () => {
      const [row] = await select<Readonly<Record<string, number | string | null>>>(
        `SELECT * FROM ${checkpointMeasurement} WHERE time = 0`,
      );
      let notes = "";
      for (let part = 0; ; part += 1) {
        const text = row?.[`notes${part}`];
        if (typeof text !== "string") break;
        notes += text;
        if (text.length < notesPart) break; // what follows is left from longer ones
      }
      return { checkpoint: Number(row?.["journalOffset"] ?? 0), notes: notes === "" ? null : notes };
    },
    write,
    goBack: (checkpoint) => keepCheckpoint({ journalOffset: checkpoint, notes0: "" }),
    ...influxTierReader(select),
    rollups: async (tier, stretch, wanted) => {
      const fields = wanted === undefined ? "*" : rollupFieldNames(wanted, catalogue, rates).join(", ");
      const rows = await rowsIn(tier, stretch, "", fields);
      return rows.map((row) => storedRollup(tier, row, catalogue, rates));
    },
    readings: async ({ limit, ...stretch }) =>
      (await rowsIn("raw", stretch, ` LIMIT ${limit}`)).map((row) => storedReading(row, points)),
    storedPerHour: async (fromMs, toMs) => {
      const rows = await select<{ boiler: string; time: number; n: number }>(
        `SELECT count(seq) AS n FROM ${measurements.raw} WHERE time >= ${fromMs}ms AND time < ${toMs}ms GROUP BY boiler, time(1h) fill(none)`,
      );
      return rows.map(({ boiler, time, n }) => ({ boilerId: boiler, hourStartMs: time, readings: n }));
    },
    oldest: (tier) => outermost(tier, "ASC"),
    newest: (tier) => outermost(tier, "DESC"),
    drop: async (tier, beforeMs) => {
      const sql = `DELETE FROM ${measurements[tier]} WHERE time < ${Math.ceil(beforeMs)}ms`;
      await asking("delete what is past its time", () => influx.query(sql));
    },
    stop: async () => {},
  };
}

const noConsequences = { rollups: [], notes: null };

function influxPoint({ origin, frame }: FrameToStore, catalogue: PointCatalogue): IPoint {
  const { siteId, gatewayId, sid, seq, timeSegment } = origin;
  const { boilerId, takenAtMs, values, flaws } = readingOf(frame, catalogue);
  const fields: Record<string, number | string> = { gateway: gatewayId, sid, seq };
  for (const [point, value] of Object.entries(values)) if (value !== null) fields[point] = value;
  if (Object.keys(flaws).length > 0) fields["flaws"] = JSON.stringify(flaws);
  return {
    measurement: measurements.raw,
    tags: { site: siteId, boiler: boilerId, ...(timeSegment > 0 && { tseg: String(timeSegment) }) },
    fields,
    timestamp: takenAtMs,
  };
}

function storedReading(
  row: Readonly<Record<string, number | string | null>>,
  points: readonly string[],
): StoredReading {
  const flaws = flawsOfText(row["flaws"]);
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
