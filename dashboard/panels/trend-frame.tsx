import { createMemo, For, Index, type JSX, Show } from "solid-js";
import { Marker } from "../charts/marker.tsx";
import { timeMarks } from "../charts/time-axis.ts";
import { leftPercent } from "../charts/trend-lane.tsx";
import { classes, toneClass } from "../classes.ts";
import type { Episode } from "../episodes.ts";
import type { Span } from "../history.ts";
import { labelOf } from "../texts/texts.ts";
import { clockTime, minuteTime, shortDay } from "../time.ts";

interface FrameProps {
  readonly window: Span;
  readonly zone: string;
}

/** A name needs so much of the width before the next one may stand. */
const nameWidth = 24;

/** What happened, above the lanes: the newest by name, an older one only where there is room. */
export function EventHeads(props: FrameProps & { readonly episodes: readonly Episode[] }): JSX.Element {
  const heads = createMemo(() => {
    const placed: { readonly episode: Episode; readonly left: number; readonly isNamed: boolean }[] = [];
    let nextLeft = 100 + nameWidth;
    for (const episode of [...props.episodes].reverse()) {
      const left = Math.max(0, leftPercent(props.window, episode.fromMs));
      const isNamed = nextLeft - left >= nameWidth;
      placed.push({ episode, left, isNamed });
      if (isNamed) nextLeft = left > 100 - nameWidth ? left - nameWidth : left;
    }
    return placed;
  });
  return (
    <div class="evh">
      <For each={heads()}>
        {({ episode, left, isNamed }) => (
          <span class={classes("num", left > 100 - nameWidth && "rt")} style={{ left: `${left}%` }}>
            <Marker
              priority={episode.alarm.priority}
              state={episode.alarm.state === "unacknowledged" ? "unack" : "acked"}
              size={13}
            />
            <Show when={isNamed}>
              {minuteTime(episode.fromMs, props.zone)} {labelOf(episode.alarm.title)}
            </Show>
          </span>
        )}
      </For>
    </div>
  );
}

/** The same as lines across all lanes, and the line of the cursor. */
export function EventLines(props: {
  readonly window: Span;
  readonly episodes: readonly Episode[];
  readonly cursorMs: number | null;
}): JSX.Element {
  const left = (atMs: number) => `${leftPercent(props.window, atMs)}%`;
  return (
    <div class="ev" aria-hidden="true">
      <For each={props.episodes}>
        {(episode) => (
          <>
            <i class={toneClass(episode.alarm.priority) ?? ""} style={{ left: left(episode.fromMs) }} />
            <Show when={episode.alarm.returnedAtMs !== null}>
              <i class="end" style={{ left: left(episode.toMs) }} />
            </Show>
          </>
        )}
      </For>
      <Show when={props.cursorMs !== null}>
        <i class="cur" style={{ left: left(props.cursorMs ?? 0) }} />
      </Show>
    </div>
  );
}

export function TimeAxis(
  props: FrameProps & { readonly cursorMs: number | null; readonly isLive: boolean },
): JSX.Element {
  const marks = createMemo(() =>
    timeMarks(props.window.fromMs, props.window.toMs, props.zone).filter(
      ({ atMs }) => leftPercent(props.window, atMs) < 88,
    ),
  );
  return (
    <div class="tx" aria-hidden="true">
      <Index each={marks()}>
        {(mark) => (
          <span
            class={leftPercent(props.window, mark().atMs) < 3 ? "first" : ""}
            style={{ left: `${leftPercent(props.window, mark().atMs)}%` }}
          >
            {mark().label}
          </span>
        )}
      </Index>
      <span class="last" style={{ left: "100%" }}>
        {props.isLive
          ? clockTime(props.window.toMs, props.zone)
          : `${shortDay(props.window.toMs, props.zone)} ${clockTime(props.window.toMs, props.zone)}`}
      </span>
      <Show when={props.cursorMs}>
        {(atMs) => (
          <span
            class="at"
            style={{ left: `${Math.min(94, Math.max(6, leftPercent(props.window, atMs())))}%` }}
          >
            {clockTime(atMs(), props.zone)}
          </span>
        )}
      </Show>
    </div>
  );
}
