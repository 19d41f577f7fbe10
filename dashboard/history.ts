import { type Accessor, createEffect, createSignal, on, onCleanup } from "solid-js";
import type { BoilerText } from "../contracts/http/boilers.ts";
import type { FlawSpan, Trend } from "../contracts/http/trend.ts";
import type { LiveBoiler } from "../contracts/live.ts";
import { api, type Failure } from "./api.ts";
import { staleAfterMs } from "./condition.ts";
import type { Feed } from "./feed.ts";

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
interface Growing extends Columns {
  readonly timesMs: number[];
  readonly values: Readonly<Record<string, (number | null)[]>>;
  readonly bands: Readonly<Record<string, Record<keyof Band, (number | null)[]>>> | null;
}

export interface History {
  readonly columns: Accessor<Columns | null>;
  readonly loading: Accessor<boolean>;
  readonly failure: Accessor<Failure | null>;
  load(): Promise<void>;
}

export interface HistoryWish {
  readonly points: readonly string[];
  readonly rangeMs: Accessor<number>;
  /** `null`: up to now, and on with what is live. */
  readonly untilMs: Accessor<number | null>;
  /** As many as the chart has pixels; nothing is loaded while it is 0. */
  readonly buckets: Accessor<number>;
}

/** Live readings are drawn one by one only for so long; then the stretch is asked for again, thinned. */
const longestTail = 900;
/** Late data may be on their way into a hole. */
const lookForLateMs = 20_000;
/** A reading that was passed over needs a moment until it is stored. */
const untilStoredMs = 3_000;

/** The history of a boiler, kept current with what is live; must be called where its page is set up. */
export function historyOf(feed: Feed, boiler: BoilerText, wish: HistoryWish): History {
  const [columns, setColumns] = createSignal<Growing | null>(null);
  const [loading, setLoading] = createSignal(false);
  const [failure, setFailure] = createSignal<Failure | null>(null);
  const recent: LiveBoiler[] = [];
  let appended = 0;
  let asked = 0;
  let loadedAs = "";
  let again: ReturnType<typeof setTimeout> | undefined;

  async function load(): Promise<void> {
    const buckets = wish.buckets();
    if (buckets === 0) return;
    asked += 1;
    const mine = asked;
    const untilMs = wish.untilMs();
    const toMs = untilMs ?? feed.nowMs();
    const fromMs = toMs - wish.rangeMs();
    setLoading(true);
    const reply = await api.trend(boiler.id, wish.points, fromMs, toMs, buckets);
    if (mine !== asked) return;
    setLoading(false);
    setFailure(reply.ok ? null : reply.failure);
    if (!reply.ok) {
      if (columns() === null && untilMs === null) setColumns(recent.reduce(withReading, nothingSince(toMs)));
      return;
    }
    appended = 0;
    const { resolution, timesMs } = reply.value;
    const usualMs = resolution === "raw" ? usualSpacingMs(timesMs) : (toMs - fromMs) / buckets;
    const fresh = columnsOf(reply.value, Math.max(staleAfterMs(boiler), 2 * usualMs));
    const grown = untilMs === null ? recent.reduce(withReading, fresh) : fresh;
    const before = columns();
    const as = `${wish.rangeMs()} ${buckets}`;
    setColumns({ ...grown, late: before !== null && as === loadedAs ? lateSpans(before, grown) : [] });
    loadedAs = as;
  }

  const stopListening = feed.onReading((reading) => {
    const missedSome = recent.length > 0 && reading.n > (recent.at(-1)?.n ?? 0) + 1;
    recent.push(reading);
    if (recent.length > longestTail) recent.shift();
    if (missedSome) loadSoon();
  });
  /** Once a second with everything else, not with each reading. */
  createEffect(
    on(feed.nowMs, () => {
      const before = columns();
      if (before === null || wish.untilMs() !== null) return;
      const lastMs = before.timesMs.at(-1) ?? 0;
      const news = recent.filter(({ takenAtMs }) => takenAtMs > lastMs);
      appended += news.length;
      setColumns({ ...news.reduce(withReading, before), toMs: feed.nowMs() });
      if (appended > longestTail) void load();
    }),
  );
  createEffect(
    on([wish.rangeMs, wish.untilMs, wish.buckets], ([rangeMs, untilMs, buckets], before) => {
      const had = columns();
      const toMs = untilMs ?? feed.nowMs();
      const same = before !== undefined && before[0] === rangeMs && before[2] === buckets;
      if (same && had !== null && toMs - rangeMs >= had.fromMs && toMs <= had.toMs + had.gapAfterMs) return;
      void load();
    }),
  );

  /** Without a history there is still what comes from now on. */
  function nothingSince(atMs: number): Growing {
    const values = Object.fromEntries(wish.points.map((point) => [point, []]));
    const none = { timesMs: [], values, bands: null, flaws: {}, late: [] };
    return { fromMs: atMs, toMs: atMs, gapAfterMs: staleAfterMs(boiler), ...none };
  }

  function loadSoon(): void {
    clearTimeout(again);
    again = setTimeout(() => void load(), untilStoredMs);
  }
  const looking = setInterval(() => {
    const shown = columns();
    const [point] = wish.points;
    if (shown === null || point === undefined || document.hidden || feed.link().kind !== "live") return;
    if (holesIn(shown, point).some(({ fromMs, toMs }) => fromMs > shown.fromMs && toMs < shown.toMs))
      void load();
  }, lookForLateMs);
  const stopRefilling = feed.onGap(async () => {
    await load();
    return true;
  });
  onCleanup(() => {
    stopListening();
    stopRefilling();
    clearTimeout(again);
    clearInterval(looking);
  });

  return { columns, loading, failure, load };
}

function columnsOf(trend: Trend, gapAfterMs: number): Growing {
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
function withReading(columns: Growing, { takenAtMs, values }: LiveBoiler): Growing {
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

/** What was a hole between two values before, and is none now. */
function lateSpans(before: Columns, now: Columns): readonly Span[] {
  const [point] = Object.keys(now.values);
  if (point === undefined) return [];
  const holesNow = holesIn(now, point);
  const filled = holesIn(before, point).filter(
    ({ fromMs, toMs }) =>
      fromMs > before.fromMs &&
      fromMs >= now.fromMs &&
      !holesNow.some((hole) => hole.fromMs < toMs && hole.toMs > fromMs),
  );
  return [...before.late.filter(({ toMs }) => toMs > now.fromMs), ...filled];
}

/** From one reading to the next, in most cases: a past that was written down once a minute is not full of holes. */
function usualSpacingMs(timesMs: readonly number[]): number {
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
