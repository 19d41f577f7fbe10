import { frameOf } from "../../domain/frame.ts";
import type { PointCatalogue } from "../../domain/points.ts";
import { ratesOf, type Tier } from "../../domain/rollup.ts";
import { OperationalError } from "../errors.ts";
import { flawsOfText } from "./flaws-text.ts";
import {
  conflictLine,
  conflictsMeasurement,
  fieldsOf,
  type Line,
  readingLine,
  rollupLine,
} from "./influx/lines.ts";
import { measurements, text } from "./influx/query-text.ts";
import { rollupFieldNames, storedRollup } from "./influx/rollup-fields.ts";
import type { InfluxServer } from "./influx/server.ts";
import { influxTierReader } from "./influx/trend-rows.ts";
import { lineWriter, type Refused } from "./influx/writer.ts";
import type { ReadingWriter, StoredInputs, StoredReading, Stretch, Telemetry } from "./telemetry.ts";
import { timeGuard } from "./time-guard.ts";

const checkpointMeasurement = "fluewatch_checkpoint";
/** A string field holds at most 64 KiB: longer notes are parted. */
const notesPart = 60_000;
const hourMs = 3_600_000;

type Row = Readonly<Record<string, number | string | null>>;

/**
 * Telemetry in InfluxDB: a point per reading, tagged with site and boiler, a float field per point. A reading written
 * twice is the same point with the same fields, so the checkpoint is written after it. A server that is away is met at
 * the first question.
 * @param setAside keeps what the server will never take
 */
export function influxTelemetry(
  server: InfluxServer,
  catalogue: PointCatalogue,
  setAside: (refused: readonly Refused[]) => void,
): Telemetry {
  const points = catalogue.names;
  const rates = ratesOf(catalogue);
  const lines = lineWriter(server, setAside);
  let preparing: Promise<void> | null = null;

  const ready = () => {
    preparing ??= server.prepare().catch((error: unknown) => {
      preparing = null;
      throw error;
    });
    return preparing;
  };
  const select = async <T>(query: string) => {
    await ready();
    try {
      return await server.select<T>(query);
    } catch (error) {
      preparing = null; // what was made at the beginning may be gone
      throw error;
    }
  };
  const keep = async (written: readonly Line[]) => {
    await ready();
    try {
      await lines.write(written);
    } catch (error) {
      preparing = null;
      throw error;
    }
  };

  const guard = timeGuard(
    {
      newest: async () => {
        const rows = await select<{ readonly boiler: string; readonly time: number }>(
          `SELECT seq FROM ${measurements.raw} GROUP BY boiler ORDER BY time DESC LIMIT 1`,
        );
        return new Map(rows.map(({ boiler, time }) => [boiler, time]));
      },
      between: async (fromMs, toMs) => {
        const rows = await select<Row>(
          `SELECT boiler, tseg, sid, seq FROM ${measurements.raw} WHERE time >= ${fromMs}ms AND time <= ${toMs}ms`,
        );
        return rows.map((row) => ({
          boilerId: String(row["boiler"]),
          takenAtMs: Number(row["time"]),
          timeSegment: Number(row["tseg"] ?? 0),
          sid: String(row["sid"]),
          seq: Number(row["seq"]),
        }));
      },
      setAside: (reading, kept) => keep([conflictLine(reading, kept, catalogue)]),
    },
    true,
  );

  /** The newest checkpoint that is there; `null`: nobody has looked yet. */
  let kept: { readonly atMs: number; readonly checkpoint: number; readonly notes: string | null } | null =
    null;

  async function readCheckpoint(): Promise<NonNullable<typeof kept>> {
    const [row] = await select<Row>(`SELECT * FROM ${checkpointMeasurement} ORDER BY time DESC LIMIT 1`);
    let notes = "";
    for (let part = 0; ; part += 1) {
      const text = row?.[`notes${part}`];
      if (typeof text !== "string") break;
      notes += text;
      if (text.length < notesPart) break; // what follows is left from longer ones
    }
    const [atMs, checkpoint] = [Number(row?.["time"] ?? 0), Number(row?.["journalOffset"] ?? 0)];
    return { atMs, checkpoint, notes: notes === "" ? null : notes };
  }

  /** A point an hour, written again and again: the server's own retention would refuse one that stays at its time. */
  async function keepCheckpoint(checkpoint: number, notes: string | null): Promise<void> {
    const before = kept ?? (await readCheckpoint());
    const atMs = Math.max(before.atMs, hourMs * Math.floor(Date.now() / hourMs));
    const written = notes ?? (atMs === before.atMs ? null : before.notes);
    const fields: Record<string, number | string> = { journalOffset: checkpoint };
    for (let from = 0; written !== null && from <= written.length; from += notesPart)
      fields[`notes${from / notesPart}`] = written.slice(from, from + notesPart);
    const { count } = lines.refusals;
    await keep([{ head: checkpointMeasurement, fields: fieldsOf(fields), atMs }]);
    if (lines.refusals.count > count)
      throw new OperationalError(
        "telemetry-unavailable",
        `${server.title} does not take the checkpoint (${lines.refusals.newest}): its retention must be an hour at least`,
      );
    kept = { atMs, checkpoint, notes: notes ?? before.notes };
  }

  const inStretch = ({ boilerId, fromMs, toMs }: Stretch) =>
    `boiler = ${text(boilerId)} AND time >= ${fromMs}ms AND time < ${toMs}ms`;
  const rowsIn = (tier: Tier, stretch: Stretch, limit = "", fields = "*") =>
    select<Row>(
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
    const admitted = readings.length === 0 ? readings : await guard.admitted(readings);
    await keep(admitted.map((each) => readingLine(each, catalogue)));
    const { rollups, notes } = follow === undefined ? noConsequences : await follow(storedInputs);
    await keep(rollups.map((rollup) => rollupLine(rollup, catalogue, rates)));
    await keepCheckpoint(checkpoint, notes);
    guard.stored(admitted);
  };

  const perHour = async (measurement: string, fromMs: number, toMs: number) => {
    const rows = await select<{ boiler: string; time: number; n: number }>(
      `SELECT count(seq) AS n FROM ${measurement} WHERE time >= ${fromMs}ms AND time < ${toMs}ms GROUP BY boiler, time(1h) fill(none)`,
    );
    return rows.map(({ boiler, time, n }) => ({ boilerId: boiler, hourStartMs: time, readings: n }));
  };

  return {
    name: `telemetry (${server.title})`,
    get refusals() {
      return lines.refusals;
    },
    progress: async () => {
      kept = await readCheckpoint();
      return { checkpoint: kept.checkpoint, notes: kept.notes };
    },
    write,
    goBack: async (checkpoint, _batches, notes) => {
      await keepCheckpoint(checkpoint, notes ?? "");
      guard.reset();
    },
    ...influxTierReader(select),
    rollups: async (tier, stretch, wanted) => {
      const fields = wanted === undefined ? "*" : rollupFieldNames(wanted, catalogue, rates).join(", ");
      const rows = await rowsIn(tier, stretch, "", fields);
      return rows.map((row) => storedRollup(tier, row, catalogue, rates));
    },
    readings: async ({ limit, ...stretch }) =>
      (await rowsIn("raw", stretch, ` LIMIT ${limit}`)).map((row) => storedReading(row, points)),
    storedPerHour: (fromMs, toMs) => perHour(measurements.raw, fromMs, toMs),
    conflictsPerHour: (fromMs, toMs) => perHour(conflictsMeasurement, fromMs, toMs),
    oldest: (tier) => outermost(tier, "ASC"),
    newest: (tier) => outermost(tier, "DESC"),
    drop: async (tier, beforeMs) => {
      try {
        await server.drop(measurements[tier], beforeMs);
      } catch (error) {
        if (error instanceof OperationalError) throw error;
        throw new OperationalError("telemetry-unavailable", `${server.title} did not forget`, {
          cause: error,
        });
      }
    },
    stop: async () => server.stop(),
  };
}

const noConsequences = { rollups: [], notes: null };

function storedReading(row: Row, points: readonly string[]): StoredReading {
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
