import { createMemo, For, Index, type JSX, Show } from "solid-js";
import { markerState } from "../alarms.ts";
import { Marker } from "../charts/marker.tsx";
import { timeMarks } from "../charts/time-axis.ts";
import { leftPercent } from "../charts/trend-lane.tsx";
import { classes, toneClass } from "../classes.ts";
import type { Span } from "../columns.ts";
import type { Episode } from "../episodes.ts";
import { labelOf } from "../texts/texts.ts";
import { clockTime, minuteTime, momentTime, shortDay } from "../time.ts";

interface FrameProps {
  readonly window: Span;
  readonly zone: string;
}

/** So much of the width a name takes, and a marker alone. */
const nameWidth = 30;
const markerWidth = 3;

interface Head {
  readonly episode: Episode;
  readonly left: number;
  /** Which side of its line the name stands on; `null`: only the marker has room. */
  readonly side: "right" | "left" | null;
}

/** What happened, above the lanes: the newest first, an older one only where it covers nothing. */
export function EventHeads(props: FrameProps & { readonly episodes: readonly Episode[] }): JSX.Element {
  const heads = createMemo(() => headsOf(props.episodes, props.window));
  return (
    <div class="evh">
      <For each={heads()}>
        {({ episode, left, side }) => (
          <span class={classes("num", side === "left" && "rt")} style={{ left: `${left}%` }}>
            <Marker priority={episode.alarm.priority} state={markerState(episode.alarm)} size={13} />
            <Show when={side !== null}>
              {minuteTime(episode.fromMs, props.zone)} {labelOf(episode.alarm.title)}
            </Show>
          </span>
        )}
      </For>
    </div>
  );
}

function headsOf(episodes: readonly Episode[], window: Span): readonly Head[] {
  const taken: (readonly [from: number, to: number])[] = [];
  const isFree = (from: number, to: number) =>
    from >= 0 && to <= 100 && taken.every(([start, end]) => to <= start || from >= end);
  return [...episodes].reverse().flatMap((episode): readonly Head[] => {
    const left = Math.max(0, leftPercent(window, episode.fromMs));
    const places: readonly (readonly [Head["side"], number, number])[] = [
      ["right", left, left + nameWidth],
      ["left", left - nameWidth, left],
      [null, left, left + markerWidth],
    ];
    const place = places.find(([, from, to]) => isFree(from, to));
    if (place === undefined) return [];
    const [side, from, to] = place;
    taken.push([from, to]);
    return [{ episode, left, side }];
  });
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

/** Round times of the site's clock, the end of the window, and the moment that is read. */
export function TimeAxis(
  props: FrameProps & { readonly cursorMs: number | null; readonly endMs: number; readonly isLive: boolean },
): JSX.Element {
  const marks = createMemo(() =>
    timeMarks(props.window.fromMs, props.window.toMs, props.zone).filter(
      ({ atMs }) => leftPercent(props.window, atMs) < 83,
    ),
  );
  const end = () => {
    const time = clockTime(props.endMs, props.zone);
    return props.isLive ? time : `${shortDay(props.endMs, props.zone)} ${time}`;
  };
  const cursorLeft = () => (props.cursorMs === null ? null : leftPercent(props.window, props.cursorMs));
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
      <Show when={(cursorLeft() ?? 0) < 78}>
        <span class="last">{end()}</span>
      </Show>
      <Show when={cursorLeft() !== null}>
        <span class="at" style={{ left: `${Math.min(94, Math.max(6, cursorLeft() ?? 0))}%` }}>
          {momentTime(props.cursorMs ?? 0, props.endMs, props.zone, true)}
        </span>
      </Show>
    </div>
  );
}
