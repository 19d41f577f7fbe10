import type { DuckDBConnection, DuckDBValue } from "@duckdb/node-api";
import { readingOf } from "../../../domain/frame.ts";
import type { PointCatalogue } from "../../../domain/points.ts";
import type { FrameToStore } from "../telemetry.ts";

/** Keeps a time of a boiler from being stored twice: the first reading of it stays. */
export interface TimeGuard {
  /**
   * Those that may be stored. One that is there already is passed over; another one of the same time goes into the
   * table of conflicts, whole. To be called inside the transaction that stores them.
   */
  admitted(readings: readonly FrameToStore[]): Promise<readonly FrameToStore[]>;
  /** The transaction stands: what was admitted is there. */
  stored(readings: readonly FrameToStore[]): void;
  /** Readings were taken out: what is the newest has to be looked up anew. */
  reset(): Promise<void>;
}

/** Only what is not newer than all of its boiler has to be looked up; live readings cost a comparison. */
export async function timeGuard(db: DuckDBConnection, catalogue: PointCatalogue): Promise<TimeGuard> {
  await db.run(
    `CREATE TABLE IF NOT EXISTS conflicts
     (boiler VARCHAR, gateway VARCHAR, sid VARCHAR, seq BIGINT, tseg INTEGER, takenAtMs BIGINT, keptSid VARCHAR,
      keptSeq BIGINT, reading VARCHAR)`,
  );
  const newestMs = new Map<string, number>();
  await reset();

  async function reset(): Promise<void> {
    newestMs.clear();
    const newest = await db.runAndReadAll("SELECT boiler, max(takenAtMs) FROM readings GROUP BY boiler");
    for (const [boiler, atMs] of newest.getRows()) newestMs.set(String(boiler), Number(atMs));
  }

  async function admitted(readings: readonly FrameToStore[]): Promise<readonly FrameToStore[]> {
    const newest = new Map<string, number>();
    const old = new Set<FrameToStore>();
    for (const each of readings) {
      const { boilerId, takenAtMs } = each.frame;
      const before = newest.get(boilerId) ?? newestMs.get(boilerId) ?? Number.NEGATIVE_INFINITY;
      if (takenAtMs <= before) old.add(each);
      else newest.set(boilerId, takenAtMs);
    }
    if (old.size === 0) return readings;
    const known = await storedAround([...old]);
    for (const each of readings) if (!old.has(each)) known.set(keyOf(each), originOf(each));
    const admitted: FrameToStore[] = [];
    for (const each of readings) {
      const kept = old.has(each) ? known.get(keyOf(each)) : undefined;
      if (kept === undefined) {
        admitted.push(each);
        known.set(keyOf(each), originOf(each));
      } else if (kept.sid !== each.origin.sid || kept.seq !== each.origin.seq) await setAside(each, kept);
    }
    return admitted;
  }

  /** What stands at the times of these readings, and around them. */
  async function storedAround(old: readonly FrameToStore[]): Promise<Map<string, Origin>> {
    const times = old.map(({ frame }) => frame.takenAtMs);
    const earliest = times.reduce((a, b) => Math.min(a, b));
    const latest = times.reduce((a, b) => Math.max(a, b));
    const found = await db.runAndReadAll(
      "SELECT boiler, takenAtMs, tseg, sid, seq FROM readings WHERE takenAtMs BETWEEN $1 AND $2",
      [BigInt(earliest), BigInt(latest)],
    );
    return new Map(
      found
        .getRows()
        .map(([boiler, atMs, tseg, sid, seq]) => [
          `${boiler}/${atMs}/${tseg}`,
          { sid: String(sid), seq: Number(seq) },
        ]),
    );
  }

  async function setAside({ origin, frame }: FrameToStore, kept: Origin): Promise<void> {
    const { gatewayId, sid, seq, timeSegment } = origin;
    const values: DuckDBValue[] = [frame.boilerId, gatewayId, sid, BigInt(seq), timeSegment];
    values.push(BigInt(frame.takenAtMs), kept.sid, BigInt(kept.seq));
    values.push(JSON.stringify(readingOf(frame, catalogue)));
    await db.run("INSERT INTO conflicts VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)", values);
  }

  return {
    admitted,
    stored: (readings) => {
      for (const { frame } of readings)
        newestMs.set(frame.boilerId, Math.max(frame.takenAtMs, newestMs.get(frame.boilerId) ?? 0));
    },
    reset,
  };
}

interface Origin {
  readonly sid: string;
  readonly seq: number;
}

function keyOf({ origin, frame }: FrameToStore): string {
  return `${frame.boilerId}/${frame.takenAtMs}/${origin.timeSegment}`;
}

function originOf({ origin: { sid, seq } }: FrameToStore): Origin {
  return { sid, seq };
}
