import type { Frame } from "../../domain/frame.ts";
import type { Flaws, Values } from "../../domain/reading.ts";
import type { SerialRanges } from "../../domain/serial-ranges.ts";
import type { Service } from "../service.ts";

/** A reading as it is kept: with what was derived from it, and the way back to the batch that brought it. */
export interface StoredReading {
  readonly siteId: string;
  readonly boilerId: string;
  readonly gatewayId: string;
  readonly sid: string;
  readonly seq: number;
  readonly timeSegment: number;
  readonly takenAtMs: number;
  readonly values: Values;
  readonly flaws: Flaws;
}

/** A reading on its way into the store. */
export interface FrameToStore {
  readonly origin: Pick<StoredReading, "siteId" | "gatewayId" | "sid" | "seq" | "timeSegment">;
  readonly frame: Frame;
}

export interface ReadingWriter {
  /** The journal's offset up to which everything is stored; 0 for an empty store. */
  checkpoint(): Promise<number>;
  /**
   * Stores readings and the checkpoint that covers them. Given the same again after a crash, it stores them once.
   * @throws OperationalError `telemetry-unavailable`: nothing of it counts as stored, try again
   */
  write(readings: readonly FrameToStore[], checkpoint: number): Promise<void>;
  /**
   * Goes back to a checkpoint: the readings of the batches behind it, as far as they are told, are written again.
   * A store that keeps a reading once however often it is written need not take them out.
   */
  goBack(checkpoint: number, batches: readonly WrittenAgain[]): Promise<void>;
}

/** Batches of one log of a gateway, by the ranges of their seqs. */
export interface WrittenAgain {
  readonly sid: string;
  readonly ranges: SerialRanges;
}

export interface TrendQuery {
  readonly boilerId: string;
  readonly points: readonly string[];
  readonly fromMs: number;
  /** Exclusive. */
  readonly toMs: number;
  readonly buckets: number;
  /** Readings further apart than this have a hole between them. */
  readonly gapAfterMs: number;
}

/** Columns on one time axis; `null` is a hole. */
export interface TrendColumns {
  readonly resolution: "raw" | "buckets";
  readonly timesMs: readonly number[];
  readonly values: Readonly<Record<string, readonly (number | null)[]>>;
}

export interface TrendReader {
  /**
   * Every reading while there are at most two per bucket; otherwise the lowest and the highest value of each
   * bucket, in the order in which they came where the store knows it. No peak is lost either way.
   */
  trend(query: TrendQuery): Promise<TrendColumns>;
}

export interface ReadingReader {
  /** Readings of a boiler from `fromMs` on and before `toMs`, oldest first, at most `limit`. */
  readings(query: {
    readonly boilerId: string;
    readonly fromMs: number;
    readonly toMs: number;
    readonly limit: number;
  }): Promise<readonly StoredReading[]>;
}

export interface StoredCounter {
  /** How many readings of each boiler are in the store, per UTC hour of their time. */
  storedPerHour(
    fromMs: number,
    toMs: number,
  ): Promise<
    readonly { readonly boilerId: string; readonly hourStartMs: number; readonly readings: number }[]
  >;
  /** Readings that were set aside, since another one of the same boiler and time stood there before. */
  conflictsPerHour: StoredCounter["storedPerHour"];
}

export type Telemetry = ReadingWriter & TrendReader & ReadingReader & StoredCounter & Service;

/** Raw columns with a hole wherever two readings are further apart than they may be. */
export function rawTrend(
  rows: readonly { readonly takenAtMs: number; readonly values: readonly (number | null)[] }[],
  points: readonly string[],
  gapAfterMs: number,
): TrendColumns {
  const timesMs: number[] = [];
  const columns = points.map((): (number | null)[] => []);
  let beforeMs: number | null = null;
  for (const { takenAtMs, values } of rows) {
    if (beforeMs !== null && takenAtMs - beforeMs > gapAfterMs) {
      timesMs.push(beforeMs + 1);
      for (const column of columns) column.push(null);
    }
    timesMs.push(takenAtMs);
    for (const [index, column] of columns.entries()) column.push(values[index] ?? null);
    beforeMs = takenAtMs;
  }
  return {
    resolution: "raw",
    timesMs,
    values: Object.fromEntries(points.map((point, index) => [point, columns[index] ?? []])),
  };
}

/** One bucket of one point: its lowest and highest value, and whether the lowest came first. */
export interface BucketExtremes {
  readonly bucket: number;
  readonly lowest: number | null;
  readonly highest: number | null;
  readonly lowestFirst: boolean;
}

/** Two places per bucket on a common axis, with holes where nothing was stored. */
export function bucketTrend(
  { points, fromMs, toMs, buckets }: TrendQuery,
  extremes: readonly (readonly BucketExtremes[])[],
): TrendColumns {
  const widthMs = (toMs - fromMs) / buckets;
  const timesMs = Array.from({ length: 2 * buckets }, (_, half) =>
    Math.round(fromMs + (half / 2 + 0.25) * widthMs),
  );
  const columns = points.map((_, index) => {
    const column = new Array<number | null>(2 * buckets).fill(null);
    for (const { bucket, lowest, highest, lowestFirst } of extremes[index] ?? []) {
      if (bucket < 0 || bucket >= buckets) continue;
      column[2 * bucket] = lowestFirst ? lowest : highest;
      column[2 * bucket + 1] = lowestFirst ? highest : lowest;
    }
    return column;
  });
  return {
    resolution: "buckets",
    timesMs,
    values: Object.fromEntries(points.map((point, index) => [point, columns[index] ?? []])),
  };
}
