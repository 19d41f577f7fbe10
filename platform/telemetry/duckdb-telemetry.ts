import { join } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import type { PointCatalogue } from "../../domain/points.ts";
import { type RollupTier, ratesOf, rollupTiers, type Tier } from "../../domain/rollup.ts";
import { messageOf, OperationalError } from "../errors.ts";
import { appendReadings, replaceRollups } from "./duckdb/chunks.ts";
import { duckdbTimes } from "./duckdb/conflicts.ts";
import { frameShape, type RowShape, readingShape, rollupShape } from "./duckdb/rows.ts";
import { addPoint, pointsOf, prepareTables, rowsOf, tables } from "./duckdb/tables.ts";
import { duckdbTierReader } from "./duckdb/trend-rows.ts";
import type {
  FrameToStore,
  ReadingWriter,
  StoredInputs,
  StoredRollup,
  Stretch,
  Telemetry,
  WrittenAgain,
} from "./telemetry.ts";
import { type TimeGuard, timeGuard } from "./time-guard.ts";

const hourMs = 3_600_000;
const tiers = ["raw", ...rollupTiers] as const;

/**
 * Telemetry in one DuckDB file: a wide row per reading and per rollup, columns per point, no index (a column store
 * scans faster than it would keep one). Rows, what follows from them and the checkpoint that covers them are one
 * transaction, so each is stored once. Points that the file has not seen yet become columns of it.
 * @throws OperationalError `telemetry-unusable`, saying what to change
 */
export async function duckdbTelemetry(folder: string, catalogue: PointCatalogue): Promise<Telemetry> {
  const file = join(folder, "telemetry.duckdb");
  const rates = ratesOf(catalogue);
  let instance: DuckDBInstance;
  let writer: DuckDBConnection;
  const points = new Map<Tier, readonly string[]>();
  let guard: TimeGuard;
  try {
    instance = await DuckDBInstance.create(file, { memory_limit: "512MB", threads: "2" });
    writer = await instance.connect();
    await prepareTables(writer);
    guard = timeGuard(await duckdbTimes(writer, catalogue), false);
    for (const tier of tiers) points.set(tier, await pointsOf(writer, tier));
  } catch (error) {
    throw new OperationalError(
      "telemetry-unusable",
      `${file} cannot be used: ${messageOf(error)}. Put that right, restore the file from a backup, or move it away: then the next start fills a new one from the journal`,
      { cause: error },
    );
  }
  const reader = await instance.connect();
  const remover = await instance.connect();
  const pointsIn = (tier: Tier) => points.get(tier) ?? [];
  const known = new Set(pointsIn("hour"));
  let unseen = catalogue.names
    .map((point, slot) => ({ point, slot }))
    .filter(({ point }) => !known.has(point));
  const charts = duckdbTierReader(reader, (tier, point) => pointsIn(tier).includes(point));

  async function outermost(tier: Tier, order: "ASC" | "DESC"): Promise<number | null> {
    const { name, time } = tables[tier];
    const [row] = await rowsOf(reader, `SELECT ${time} FROM ${name} ORDER BY ${time} ${order} LIMIT 1`, []);
    return typeof row?.[0] === "bigint" ? Number(row[0]) : null;
  }

  /** A point gets its columns when a reading first has it: most plants measure few of all that there are. */
  async function widen(readings: readonly FrameToStore[]): Promise<void> {
    const seen = unseen.filter(({ slot }) => {
      for (const { frame } of readings)
        if (!Number.isNaN(frame.values[slot]) || frame.flaws[slot] !== 0) return true;
      return false;
    });
    if (seen.length === 0) return;
    for (const tier of tiers) {
      for (const { point, slot } of seen) await addPoint(writer, tier, point, rates[slot] ?? false);
      points.set(tier, await pointsOf(writer, tier));
    }
    unseen = unseen.filter((each) => !seen.includes(each));
  }

  async function stretchOf<Row>(
    connection: DuckDBConnection,
    tier: Tier,
    shape: RowShape<Row>,
    { boilerId, fromMs, toMs }: Stretch,
    limit: number | null = null,
  ): Promise<Row[]> {
    const rows = await rowsOf(
      connection,
      `${selected(tier, shape)}${limit === null ? "" : ` LIMIT ${limit}`}`,
      [boilerId, BigInt(fromMs), BigInt(toMs)],
    );
    return rows.map(shape.make);
  }
  function rollupsOn(
    connection: DuckDBConnection,
    tier: RollupTier,
    stretch: Stretch,
    wanted: readonly string[] | null = null,
  ): Promise<StoredRollup[]> {
    const there = pointsIn(tier).filter((point) => wanted === null || wanted.includes(point));
    return stretchOf(connection, tier, rollupShape(tier, there, catalogue, rates), stretch);
  }
  const storedInputs: StoredInputs = {
    frames: (stretch) => stretchOf(writer, "raw", frameShape(pointsIn("raw"), catalogue), stretch),
    rollups: (tier, stretch) => rollupsOn(writer, tier, stretch),
  };

  const write: ReadingWriter["write"] = async (readings, checkpoint, follow) => {
    try {
      await widen(readings);
      await writer.run("BEGIN");
      const admitted = await guard.admitted(readings);
      if (admitted.length > 0) await appendReadings(writer, admitted, catalogue, pointsIn("raw"));
      const { rollups, notes } = follow === undefined ? noConsequences : await follow(storedInputs);
      for (const tier of rollupTiers) {
        const ofTier = rollups.filter((each) => each.tier === tier);
        await replaceRollups(writer, tier, ofTier, catalogue, pointsIn(tier), rates);
      }
      await writer.run("UPDATE checkpoint SET journalOffset = $1, notes = coalesce($2, notes)", [
        BigInt(checkpoint),
        notes,
      ]);
      await writer.run("COMMIT");
      guard.stored(admitted);
    } catch (error) {
      await writer.run("ROLLBACK").catch(() => {
        // There is nothing to take back when it was BEGIN that failed.
      });
      throw new OperationalError("telemetry-unavailable", `${file} did not store: ${messageOf(error)}`, {
        cause: error,
      });
    }
  };

  async function goBack(
    checkpoint: number,
    batches: readonly WrittenAgain[],
    notes: string | null,
  ): Promise<void> {
    await writer.run("BEGIN");
    try {
      for (const { sid, ranges } of batches) {
        for (const [first, last] of ranges)
          for (const table of ["readings", "conflicts"])
            await writer.run(`DELETE FROM ${table} WHERE sid = $1 AND seq BETWEEN $2 AND $3`, [
              sid,
              BigInt(first),
              BigInt(last),
            ]);
      }
      await writer.run("UPDATE checkpoint SET journalOffset = $1, notes = $2", [BigInt(checkpoint), notes]);
      await writer.run("COMMIT");
      guard.reset();
    } catch (error) {
      await writer.run("ROLLBACK");
      throw new OperationalError("telemetry-unavailable", `${file} did not go back: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }

  return {
    name: "telemetry (DuckDB)",
    progress: async () => {
      const [row] = await rowsOf(writer, "SELECT journalOffset, notes FROM checkpoint", []);
      return { checkpoint: Number(row?.[0] ?? 0), notes: typeof row?.[1] === "string" ? row[1] : null };
    },
    write,
    goBack,
    ...charts,
    rollups: (tier, stretch, wanted) => rollupsOn(reader, tier, stretch, wanted),
    readings: ({ limit, ...stretch }) =>
      stretchOf(reader, "raw", readingShape(pointsIn("raw")), stretch, limit),
    storedPerHour: async (fromMs, toMs) => {
      const rows = await rowsOf(
        reader,
        `SELECT boiler, takenAtMs - takenAtMs % ${hourMs} AS hour, count(*) FROM readings
         WHERE takenAtMs >= $1 AND takenAtMs < $2 GROUP BY boiler, hour`,
        [BigInt(fromMs), BigInt(toMs)],
      );
      return rows.map(([boiler, hour, count]) => ({
        boilerId: String(boiler),
        hourStartMs: Number(hour),
        readings: Number(count),
      }));
    },
    conflictsPerHour: async (fromMs, toMs) => {
      const rows = await rowsOf(
        reader,
        `SELECT boiler, takenAtMs - takenAtMs % ${hourMs} AS hour, count(*) FROM conflicts
         WHERE takenAtMs >= $1 AND takenAtMs < $2 GROUP BY boiler, hour`,
        [BigInt(fromMs), BigInt(toMs)],
      );
      return rows.map(([boiler, hour, count]) => ({
        boilerId: String(boiler),
        hourStartMs: Number(hour),
        readings: Number(count),
      }));
    },
    oldest: (tier) => outermost(tier, "ASC"),
    newest: (tier) => outermost(tier, "DESC"),
    drop: async (tier, beforeMs) => {
      const { name, time } = tables[tier];
      try {
        await remover.run(`DELETE FROM ${name} WHERE ${time} < $1`, [BigInt(Math.ceil(beforeMs))]);
      } catch (error) {
        throw new OperationalError("telemetry-unavailable", `${file} did not forget: ${messageOf(error)}`, {
          cause: error,
        });
      }
    },
    stop: async () => {
      for (const connection of [reader, remover, writer]) connection.closeSync();
      instance.closeSync();
    },
  };
}

const noConsequences = { rollups: [], notes: null };

/** Of one boiler and stretch of time, in its order. */
function selected(tier: Tier, { select }: RowShape<unknown>): string {
  const { name, time } = tables[tier];
  const order = tier === "raw" ? "takenAtMs, tseg" : "startMs";
  return `SELECT ${select} FROM ${name} WHERE boiler = $1 AND ${time} >= $2 AND ${time} < $3 ORDER BY ${order}`;
}
