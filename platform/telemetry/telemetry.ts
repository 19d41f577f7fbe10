import type { Frame } from "../../domain/frame.ts";
import type { FlawReason, Flaws, Values } from "../../domain/reading.ts";
import type { Rollup, RollupTier, Tier } from "../../domain/rollup.ts";
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

/** How far a store is. */
export interface Progress {
  /** The journal's offset up to which everything is stored; 0 for an empty store. */
  readonly checkpoint: number;
  /** What was left with that checkpoint for its writer; `null`: nothing yet. */
  readonly notes: string | null;
}

/** A stretch of one boiler's time; `toMs` is exclusive. */
export interface Stretch {
  readonly boilerId: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** A rollup as it is kept: how often it has been written, 1 the first time. */
export interface StoredRollup extends Rollup {
  readonly revision: number;
}

/** What a store gives back to those who sum it up; in the order of time. */
export interface StoredInputs {
  frames(stretch: Stretch): Promise<readonly FrameToStore[]>;
  rollups(tier: RollupTier, stretch: Stretch): Promise<readonly StoredRollup[]>;
}

/** What follows from readings that have just been stored. A rollup takes the place of the one of the same time. */
export interface Consequences {
  readonly rollups: readonly StoredRollup[];
  /** `null`: those that are there stay. */
  readonly notes: string | null;
}

/** What a server refused for good, and said why: set aside, so that the rest goes on. */
export interface Refusals {
  readonly count: number;
  /** What the server said of the newest one, and what it was. */
  readonly newest: string | null;
}

export interface ReadingWriter {
  /** Absent: the store refuses nothing. */
  readonly refusals?: Refusals;
  progress(): Promise<Progress>;
  /**
   * Stores readings, what follows from them, and the checkpoint that covers them. `follow` is asked once the readings
   * can be read back. Given the same again after a crash, it stores them once.
   * @throws OperationalError `telemetry-unavailable`: nothing of it counts as stored, try again
   */
  write(
    readings: readonly FrameToStore[],
    checkpoint: number,
    follow?: (stored: StoredInputs) => Promise<Consequences>,
  ): Promise<void>;
  /**
   * Goes back to a checkpoint, with notes that go with it: the readings of the batches behind it, as far as they are told, are
   * written again, and what follows from them with them. A store that keeps a reading once however often it is
   * written need not take them out.
   */
  goBack(checkpoint: number, batches: readonly WrittenAgain[], notes: string | null): Promise<void>;
}

/** Batches of one log of a gateway, by the ranges of their seqs. */
export interface WrittenAgain {
  readonly sid: string;
  readonly ranges: SerialRanges;
}

/** One boiler's points over a stretch of time, as a chart asks for them. */
export interface TierQuery {
  readonly boilerId: string;
  readonly points: readonly string[];
  readonly fromMs: number;
  /** Exclusive. */
  readonly toMs: number;
}

/** One row of a tier, or several in one bucket; columns in the order of the query's points. */
export interface TierRow {
  /** Of a row: its time, or the start of its stretch. Of a bucket: its number. */
  readonly at: number;
  readonly lowest: readonly (number | null)[];
  readonly highest: readonly (number | null)[];
  /** Of a raw row: its values. */
  readonly mean: readonly (number | null)[];
  /** By how many rows each mean stands. */
  readonly rows: readonly number[];
  /** Whether the lowest value is drawn first. */
  readonly lowestFirst: readonly boolean[];
}

/** A bucket is drawn from the extreme that lies nearer to its first value: every store knows that one. */
export function beginsLow(first: number | null, lowest: number | null, highest: number | null): boolean {
  if (first === null || lowest === null || highest === null) return true;
  return first - lowest <= highest - first;
}

/** How often a point had a flaw, in a row or in a bucket of them. */
export interface FlawCount {
  readonly at: number;
  readonly point: string;
  readonly reason: FlawReason;
  readonly scans: number;
}

/** Stretches of the same width, one after the other, numbered from 0. */
export interface Buckets {
  readonly fromMs: number;
  /** Whole milliseconds. */
  readonly widthMs: number;
}

/** What charts are made of; see `trend.ts`. */
export interface TierReader {
  countRows(tier: Tier, query: TierQuery): Promise<number>;
  /** In the order of time. */
  rows(tier: Tier, query: TierQuery): Promise<readonly TierRow[]>;
  /** Those buckets that have rows, in their order. */
  bucketed(tier: Tier, query: TierQuery, buckets: Buckets): Promise<readonly TierRow[]>;
  /** `buckets` `null`: of each row. */
  flawCounts(tier: Tier, query: TierQuery, buckets: Buckets | null): Promise<readonly FlawCount[]>;
  /** The start of the newest rollup that begins in the stretch, or `null`. */
  newestRollup(tier: RollupTier, stretch: Stretch): Promise<number | null>;
  /** In the order of time; with `points`, of these alone. */
  rollups(tier: RollupTier, stretch: Stretch, points?: readonly string[]): Promise<readonly StoredRollup[]>;
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

export interface Retention {
  /** The time of the oldest row, and of the newest, or `null` where there is none. */
  oldest(tier: Tier): Promise<number | null>;
  newest(tier: Tier): Promise<number | null>;
  /** Takes out what is older, a slice of time at a time, so that nothing waits long for it. */
  drop(tier: Tier, beforeMs: number): Promise<void>;
}

export type Telemetry = ReadingWriter & TierReader & ReadingReader & StoredCounter & Retention & Service;
