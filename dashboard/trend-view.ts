import { type Accessor, createMemo, createSignal, onCleanup } from "solid-js";
import type { Span } from "./columns.ts";
import type { Feed } from "./feed.ts";
import { onKey } from "./keyboard.ts";

const minute = 60_000;
const hour = 60 * minute;
export const ranges = {
  m15: 15 * minute,
  h1: hour,
  h8: 8 * hour,
  h24: 24 * hour,
  d7: 7 * 24 * hour,
  d30: 30 * 24 * hour,
  y1: 365 * 24 * hour,
} as const;
export type RangeName = keyof typeof ranges;
export const rangeNames = Object.keys(ranges) as readonly RangeName[];

/** Which stretch of time the trend shows, and the moment that is read from it. */
export interface TrendView {
  readonly range: Accessor<RangeName>;
  readonly rangeMs: Accessor<number>;
  /** The end that stands still, or `null` while the trend follows what is live. */
  readonly untilMs: Accessor<number | null>;
  readonly window: Accessor<Span>;
  readonly isLive: Accessor<boolean>;
  readonly cursorMs: Accessor<number | null>;
  pick(range: RangeName): void;
  togglePause(): void;
  /** Moves the window without loading anything, while a finger drags it. */
  dragTo(untilMs: number): void;
  drop(): void;
  read(atMs: number | null): void;
}

/** `width` is the chart's in pixels: the window moves by whole ones, so that the line does not shimmer. */
export function trendView(feed: Feed, first: RangeName, width: Accessor<number>): TrendView {
  const [range, setRange] = createSignal<RangeName>(first);
  const [untilMs, setUntilMs] = createSignal<number | null>(null);
  const [draggedMs, setDraggedMs] = createSignal<number | null>(null);
  const [cursorMs, setCursorMs] = createSignal<number | null>(null);
  const rangeMs = () => ranges[range()];
  const window = createMemo<Span>(
    () => {
      const pixelMs = rangeMs() / Math.max(1, width());
      const toMs = draggedMs() ?? untilMs() ?? Math.ceil(feed.nowMs() / pixelMs) * pixelMs;
      return { fromMs: toMs - rangeMs(), toMs };
    },
    { fromMs: 0, toMs: 0 },
    { equals: (a, b) => a.fromMs === b.fromMs && a.toMs === b.toMs },
  );

  /** The end of the window can be in the past; from now on it is live. */
  function endAt(wantedMs: number): void {
    setUntilMs(wantedMs >= feed.nowMs() ? null : wantedMs);
  }
  function shift(step: 1 | -1): void {
    endAt((untilMs() ?? feed.nowMs()) + (step * rangeMs()) / 2);
  }
  function zoom(step: 1 | -1): void {
    const next = rangeNames[rangeNames.indexOf(range()) + step];
    if (next !== undefined) setRange(next);
  }
  function togglePause(): void {
    setUntilMs((before) => (before === null ? feed.nowMs() : null));
  }
  const undo = [
    onKey("[", () => shift(-1)),
    onKey("]", () => shift(1)),
    onKey("-", () => zoom(1)),
    onKey("+", () => zoom(-1)),
    onKey("=", () => zoom(-1)),
    onKey("Space", togglePause),
  ];
  onCleanup(() => {
    for (const each of undo) each();
  });

  return {
    range,
    rangeMs,
    untilMs,
    window,
    isLive: () => untilMs() === null && draggedMs() === null,
    cursorMs,
    pick: (name) => setRange(name),
    togglePause,
    dragTo: (wantedMs) => setDraggedMs(Math.min(wantedMs, feed.nowMs())),
    drop: () => {
      const dragged = draggedMs();
      if (dragged !== null) endAt(dragged);
      setDraggedMs(null);
    },
    read: (atMs) => setCursorMs(atMs),
  };
}
