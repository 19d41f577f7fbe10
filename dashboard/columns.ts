import type { FlawSpan, Trend } from "../contracts/http/trend.ts";
import type { LiveBoiler } from "../contracts/live.ts";

/** Some points of one boiler over a stretch of time, on one axis; `null` is a hole and never drawn over. */
export interface Columns {
  /** What was asked for; outside of it nothing is known. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Between two points this far apart nothing is missing. */
  readonly gapAfterMs: number;
  readonly timesMs: readonly number[];
  readonly values: Readonly<Record<string, readonly (number | null)[]>>;
  /** Where there is more to a pixel than one reading: what it lies between, on the same axis. */
  readonly bands: Readonly<Record<string, Band>> | null;
  readonly flaws: Readonly<Record<string, readonly FlawSpan[]>>;
  /** Stretches that had been holes when they were first looked at. */
  readonly late: readonly Span[];
}

export interface Band {
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
  readonly mean: readonly (number | null)[];
}

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The columns while they grow at their end; nothing before it ever changes. */
export interface Growing extends Columns {
  readonly timesMs: number[];
  readonly values: Readonly<Record<string, (number | null)[]>>;
  readonly bands: Readonly<Record<string, Record<keyof Band, (number | null)[]>>> | null;
}

/** As they were stored. */
export function columnsOf(trend: Trend, gapAfterMs: number): Growing {
  const { fromMs, toMs, timesMs, values, means, flaws } = trend;
  const bandOf = (pairs: readonly (number | null)[], mean: readonly (number | null)[]) => {
    const of = (pick: (a: number, b: number) => number) =>
      pairs.map((value, index) => {
        const other = pairs[index % 2 === 0 ? index + 1 : index - 1] ?? null;
        return value === null || other === null ? null : pick(value, other);
      });
    return { low: of(Math.min), high: of(Math.max), mean: pairs.map((_, index) => mean[index >> 1] ?? null) };
  };
  const bands =
    means === null
      ? null
      : Object.fromEntries(
          Object.entries(values).map(([point, pairs]) => [point, bandOf(pairs, means[point] ?? [])]),
        );
  return { fromMs, toMs, gapAfterMs, timesMs, values, bands, flaws, late: [] };
}

/** The same with one more reading at its end; a jump in time leaves a hole. */
export function withReading(columns: Growing, { takenAtMs, values }: LiveBoiler): Growing {
  const { timesMs, gapAfterMs, bands } = columns;
  const lastMs = timesMs.at(-1);
  if (lastMs !== undefined && takenAtMs <= lastMs) return columns;
  const isGap = lastMs !== undefined && takenAtMs - lastMs > gapAfterMs;
  if (isGap) timesMs.push(lastMs + 1);
  timesMs.push(takenAtMs);
  for (const [point, column] of Object.entries(columns.values)) {
    const band = bands?.[point];
    const grown = band === undefined ? [column] : [column, band.low, band.high, band.mean];
    for (const each of grown) {
      if (isGap) each.push(null);
      each.push(values[point] ?? null);
    }
  }
  return columns;
}

/** Where a point has no value, before, between and after those it has, within what was asked for. */
export function holesIn(columns: Columns, point: string): readonly Span[] {
  const { timesMs, gapAfterMs } = columns;
  const column = columns.values[point] ?? [];
  const holes: Span[] = [];
  let lastMs = columns.fromMs;
  let broken = true;
  for (const [index, atMs] of timesMs.entries()) {
    if (typeof column[index] !== "number") {
      broken = true;
      continue;
    }
    if (broken && atMs - lastMs > gapAfterMs) holes.push({ fromMs: lastMs, toMs: atMs });
    lastMs = atMs;
    broken = false;
  }
  if (columns.toMs - lastMs > gapAfterMs) holes.push({ fromMs: lastMs, toMs: columns.toMs });
  return holes;
}

/**
 * What was a hole before and is none now, with what was filled before that. A hole that is filled in part is marked in that
 * part alone; one that is shorter than what these columns show as a hole may still be one.
 */
export function filledLate(before: Columns, now: Columns): readonly Span[] {
  const known = before.late.filter(({ toMs }) => toMs > now.fromMs);
  const [point] = Object.keys(now.values);
  if (point === undefined) return known;
  const holesNow = holesIn(now, point);
  const holesThen = holesIn(before, point).filter(
    ({ fromMs, toMs }) => fromMs > before.fromMs && fromMs >= now.fromMs && toMs - fromMs > now.gapAfterMs,
  );
  return [...known, ...holesThen.flatMap((hole) => without(hole, holesNow))];
}

/** What is left of a span beside others, which are in order. */
function without({ fromMs, toMs }: Span, others: readonly Span[]): readonly Span[] {
  const left: Span[] = [];
  let atMs = fromMs;
  for (const other of others) {
    if (other.toMs <= atMs || other.fromMs >= toMs) continue;
    if (other.fromMs > atMs) left.push({ fromMs: atMs, toMs: other.fromMs });
    atMs = other.toMs;
  }
  if (atMs < toMs) left.push({ fromMs: atMs, toMs });
  return left;
}

/** From one reading to the next, in most cases: a past that was written down once a minute is not full of holes. */
export function usualSpacingMs(timesMs: readonly number[]): number {
  const spacings = timesMs.slice(1).map((atMs, index) => atMs - (timesMs[index] ?? 0));
  return spacings.sort((a, b) => a - b)[spacings.length >> 1] ?? 0;
}

/** The place of the reading nearest to a moment, or `null` when none is near. */
export function nearest({ timesMs, gapAfterMs }: Columns, atMs: number): number | null {
  let low = 0;
  let high = timesMs.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((timesMs[middle] ?? 0) < atMs) low = middle + 1;
    else high = middle;
  }
  const candidates = [low - 1, low].filter((index) => index >= 0 && index < timesMs.length);
  const distance = (index: number) => Math.abs((timesMs[index] ?? 0) - atMs);
  candidates.sort((a, b) => distance(a) - distance(b));
  const [best] = candidates;
  return best === undefined || distance(best) > gapAfterMs ? null : best;
}
