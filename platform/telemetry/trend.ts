import type { FlawReason } from "../../domain/reading.ts";
import { type Tier, tierMs } from "../../domain/rollup.ts";
import type { KeepConfig } from "./config.ts";
import type { Buckets, FlawCount, TierQuery, TierReader, TierRow } from "./telemetry.ts";

export interface TrendQuery extends TierQuery {
  /** At most so many, two points each: as many as the chart has pixels. */
  readonly buckets: number;
  /** Readings further apart than this have a hole between them, if those around them are closer together. */
  readonly gapAfterMs: number;
  /** Before this a tier is not kept any more. */
  readonly keptSinceMs: Readonly<Record<Tier, number>>;
}

/** Some scans of a point, one after the other, that had the same flaws. */
export interface FlawSpan {
  readonly fromMs: number;
  readonly toMs: number;
  readonly reasons: Readonly<Partial<Record<FlawReason, number>>>;
}

/** Columns on one time axis; `null` is a hole. */
export interface TrendColumns {
  readonly resolution: "raw" | "buckets";
  /** What it was made of. */
  readonly tier: Tier;
  readonly timesMs: readonly number[];
  readonly values: Readonly<Record<string, readonly (number | null)[]>>;
  /** Of buckets: the mean of each. */
  readonly means: Readonly<Record<string, readonly (number | null)[]>> | null;
  readonly flaws: Readonly<Record<string, readonly FlawSpan[]>>;
}

const dayMs = 86_400_000;

/** Before these moments the tiers are not kept. */
export function keptSinceMs(keep: KeepConfig, nowMs: number): Readonly<Record<Tier, number>> {
  return {
    raw: nowMs - keep.rawDays * dayMs,
    minute: nowMs - keep.minuteDays * dayMs,
    hour: nowMs - keep.hourDays * dayMs,
  };
}

/** So far back the newest rollup is looked for; what is younger than it is summed up from the readings themselves. */
const lookBackMs = { minute: 2 * tierMs.hour, hour: 4 * tierMs.hour } as const;

/**
 * The history of some points as a chart of `buckets` pixels shows it: every reading while there are at most two to a
 * pixel, otherwise the lowest and the highest value of each bucket, in the order in which they came where the store
 * knows it. No peak is lost either way, whichever tier answers.
 */
export async function trendOf(store: TierReader, query: TrendQuery): Promise<TrendColumns> {
  const { fromMs, toMs, points } = query;
  const tier = tierFor(query);
  if (tier === "raw" && (await store.countRows("raw", query)) <= 2 * query.buckets) {
    const [rows, flaws] = await Promise.all([store.rows("raw", query), store.flawCounts("raw", query, null)]);
    return rawTrend(rows, flaws, query);
  }
  // A rollup stands for all of its time, also for what lies just before the window.
  const alignedMs = tier === "raw" ? fromMs : Math.floor(fromMs / tierMs.minute) * tierMs.minute;
  const buckets = { fromMs: alignedMs, widthMs: Math.ceil((toMs - alignedMs) / query.buckets) };
  const wide = { boilerId: query.boilerId, points, fromMs: alignedMs, toMs };
  if (tier === "raw") {
    const [rows, flaws] = await Promise.all([
      store.bucketed(tier, wide, buckets),
      store.flawCounts(tier, wide, buckets),
    ]);
    return bucketTrend(tier, rows, flaws, query, buckets);
  }
  const near = { ...wide, fromMs: Math.max(alignedMs, toMs - lookBackMs[tier]) };
  const newestMs = await store.newestRollup(tier, near);
  const tailMs = Math.min(toMs, newestMs === null ? near.fromMs : newestMs + tierMs[tier]);
  const [body, tail] = [
    { ...wide, toMs: tailMs },
    { ...wide, fromMs: tailMs },
  ];
  const [rows, flaws, tailRows, tailFlaws] = await Promise.all([
    store.bucketed(tier, body, buckets),
    store.flawCounts(tier, body, buckets),
    tailMs === toMs ? [] : store.bucketed("raw", tail, buckets),
    tailMs === toMs ? [] : store.flawCounts("raw", tail, buckets),
  ]);
  // All of the tail is about as long as one rollup.
  const light = tailRows.map((row) => ({ ...row, rows: row.rows.map((count) => Math.min(count, 1)) }));
  return bucketTrend(tier, [...rows, ...light], [...flaws, ...tailFlaws], query, buckets);
}

/** The finest tier of which there are not many rows to a pixel; a coarser one where that is not kept so far back. */
export function tierFor({ fromMs, toMs, buckets, keptSinceMs }: TrendQuery): Tier {
  const pixelMs = (toMs - fromMs) / buckets;
  const wanted: Tier = pixelMs >= tierMs.hour ? "hour" : pixelMs >= tierMs.minute ? "minute" : "raw";
  const tiers: readonly Tier[] = ["raw", "minute", "hour"];
  return tiers.slice(tiers.indexOf(wanted)).find((tier) => fromMs >= keptSinceMs[tier]) ?? "hour";
}

/** A spacing is a hole when it is longer than it may be, and much longer than those around it. */
const unusual = 3;

function rawTrend(
  rows: readonly TierRow[],
  flaws: readonly FlawCount[],
  { points, gapAfterMs }: TrendQuery,
): TrendColumns {
  const spacing = (index: number) => {
    const [before, after] = [rows[index - 1], rows[index]];
    return before === undefined || after === undefined ? Number.POSITIVE_INFINITY : after.at - before.at;
  };
  const isHole = (index: number) =>
    spacing(index) > gapAfterMs &&
    (rows.length < unusual || spacing(index) > unusual * Math.min(spacing(index - 1), spacing(index + 1)));
  const timesMs: number[] = [];
  const columns = points.map((): (number | null)[] => []);
  for (const [index, { at, lowest }] of rows.entries()) {
    if (index > 0 && isHole(index)) {
      timesMs.push((rows[index - 1]?.at ?? 0) + 1);
      for (const column of columns) column.push(null);
    }
    timesMs.push(at);
    for (const [point, column] of columns.entries()) column.push(lowest[point] ?? null);
  }
  return {
    resolution: "raw",
    tier: "raw",
    timesMs,
    values: named(points, columns),
    means: null,
    flaws: flawSpans(flaws, points, { ofMs: (at) => at, widthMs: 0, joinMs: gapAfterMs }),
  };
}

/** Two places per bucket on a common axis, with holes where nothing was stored. */
function bucketTrend(
  tier: Tier,
  rows: readonly TierRow[],
  flaws: readonly FlawCount[],
  { points, toMs }: TrendQuery,
  { fromMs, widthMs }: Buckets,
): TrendColumns {
  const buckets = Math.ceil((toMs - fromMs) / widthMs);
  const timesMs = Array.from({ length: 2 * buckets }, (_, half) =>
    Math.round(fromMs + (half / 2 + 0.25) * widthMs),
  );
  const byBucket = new Map<number, TierRow>();
  for (const row of rows) {
    const there = byBucket.get(row.at);
    byBucket.set(row.at, there === undefined ? row : joined(there, row));
  }
  const columns = points.map(() => new Array<number | null>(2 * buckets).fill(null));
  const means = points.map(() => new Array<number | null>(buckets).fill(null));
  for (const { at, lowest, highest, mean, lowestFirst } of byBucket.values()) {
    for (const [point, column] of columns.entries()) {
      const pair = [lowest[point] ?? null, highest[point] ?? null];
      if (lowestFirst[point] === false) pair.reverse();
      column[2 * at] = pair[0] ?? null;
      column[2 * at + 1] = pair[1] ?? null;
      (means[point] as (number | null)[])[at] = mean[point] ?? null;
    }
  }
  return {
    resolution: "buckets",
    tier,
    timesMs,
    values: named(points, columns),
    means: named(points, means),
    flaws: flawSpans(flaws, points, { ofMs: (at) => fromMs + at * widthMs, widthMs, joinMs: 0 }),
  };
}

/** Two parts of one bucket, the earlier one first. */
function joined(one: TierRow, other: TierRow): TierRow {
  const low = one.lowest.map((value, point) => extreme(Math.min, value, other.lowest[point] ?? null));
  const high = one.highest.map((value, point) => extreme(Math.max, value, other.highest[point] ?? null));
  return {
    at: one.at,
    lowest: low,
    highest: high,
    mean: one.mean.map((mean, point) => {
      const others = other.mean[point] ?? null;
      if (mean === null || others === null) return mean ?? others;
      const [weight, otherWeight] = [one.rows[point] ?? 0, other.rows[point] ?? 0];
      return (mean * weight + others * otherWeight) / (weight + otherWeight);
    }),
    rows: one.rows.map((count, point) => count + (other.rows[point] ?? 0)),
    lowestFirst: low.map((value, point) => {
      const [lowIsEarly, highIsEarly] = [value === one.lowest[point], high[point] === one.highest[point]];
      if (lowIsEarly !== highIsEarly) return lowIsEarly;
      return (lowIsEarly ? one : other).lowestFirst[point] ?? true;
    }),
  };
}

function extreme(of: (a: number, b: number) => number, a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : of(a, b);
}

function flawSpans(
  counts: readonly FlawCount[],
  points: readonly string[],
  {
    ofMs,
    widthMs,
    joinMs,
  }: { readonly ofMs: (at: number) => number; readonly widthMs: number; readonly joinMs: number },
): TrendColumns["flaws"] {
  const spansOf = (point: string): readonly FlawSpan[] => {
    const places = new Map<number, Partial<Record<FlawReason, number>>>();
    for (const { at, reason, scans, point: of } of counts) {
      if (of !== point) continue;
      const reasons = places.get(at) ?? {};
      reasons[reason] = (reasons[reason] ?? 0) + scans;
      places.set(at, reasons);
    }
    const spans: { fromMs: number; toMs: number; reasons: Partial<Record<FlawReason, number>> }[] = [];
    for (const [at, reasons] of [...places].sort(([a], [b]) => a - b)) {
      const fromMs = ofMs(at);
      const last = spans.at(-1);
      if (last !== undefined && fromMs - last.toMs <= joinMs && sameKeys(last.reasons, reasons)) {
        last.toMs = fromMs + widthMs;
        for (const [reason, scans] of Object.entries(reasons) as [FlawReason, number][])
          last.reasons[reason] = (last.reasons[reason] ?? 0) + scans;
      } else spans.push({ fromMs, toMs: fromMs + widthMs, reasons });
    }
    return spans;
  };
  return Object.fromEntries(points.map((point) => [point, spansOf(point)]));
}

function sameKeys(a: object, b: object): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b);
}

function named<T>(points: readonly string[], columns: readonly T[]): Readonly<Record<string, T>> {
  return Object.fromEntries(points.map((point, index) => [point, columns[index] as T]));
}
