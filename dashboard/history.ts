import { type Accessor, createEffect, createSignal, on, onCleanup } from "solid-js";
import type { BoilerText } from "../contracts/http/boilers.ts";
import type { LiveBoiler } from "../contracts/live.ts";
import { api, type Failure } from "./api.ts";
import {
  type Columns,
  columnsOf,
  filledLate,
  type Growing,
  holesIn,
  usualSpacingMs,
  withReading,
} from "./columns.ts";
import { staleAfterMs } from "./condition.ts";
import type { Feed } from "./feed.ts";

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
    setColumns({ ...grown, late: before === null ? [] : filledLate(before, grown) });
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
  /** What was measured last may not be stored yet, or may still be on its way. */
  const stopRefilling = feed.onGap(async () => {
    await load();
    loadSoon();
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
