import { createMemo, createResource, For, type JSX, Show } from "solid-js";
import type { AlarmText } from "../../contracts/http/alarms.ts";
import type { Trend } from "../../contracts/http/trend.ts";
import { api } from "../api.ts";
import { toneClass } from "../classes.ts";
import { useDesk } from "../desk.ts";
import { nameOf } from "../evidence.ts";
import { formatPoint } from "../format.ts";
import { sourceOf } from "../sources.ts";
import { text } from "../texts/texts.ts";
import { momentTime } from "../time.ts";

const minuteMs = 60_000;
const beforeMs = 20 * minuteMs;
const afterMs = 20 * minuteMs;
/** So much room is left behind the onset, also while it is still to come. */
const roomMs = 10 * minuteMs;
const buckets = 160;
const width = 1_000;
const height = 100;

/** What an alert is about, how it came there and went on: its point around the onset, with the limit across it. */
export function OnsetTrend(props: { readonly alarm: AlarmText }): JSX.Element {
  const { feed, list } = useDesk();
  const shown = createMemo(() => pointOf(props.alarm), undefined, {
    equals: (a, b) => JSON.stringify(a) === JSON.stringify(b),
  });
  // While the time after the onset still fills, it is asked for again with each minute.
  const wish = createMemo(
    () => {
      const toMs = props.alarm.sinceMs + afterMs;
      const untilMs = Math.min(toMs, Math.floor(feed.nowMs() / minuteMs) * minuteMs + minuteMs);
      return shown() === null
        ? null
        : { id: props.alarm.sourceId, fromMs: props.alarm.sinceMs - beforeMs, untilMs };
    },
    null,
    { equals: (a, b) => JSON.stringify(a) === JSON.stringify(b) },
  );
  const [reply] = createResource(wish, ({ id, fromMs, untilMs }) =>
    api.trend(id, [shown()?.point ?? ""], fromMs, untilMs, buckets),
  );
  const drawing = () => {
    const about = shown();
    const trend = reply.latest;
    return about === null || !trend?.ok || trend.value.boilerId !== props.alarm.sourceId
      ? null
      : drawn(trend.value, about, props.alarm.sinceMs);
  };
  const moment = (atMs: number) => momentTime(atMs, feed.nowMs(), sourceOf(props.alarm, list).zone, true);
  return (
    <Show when={drawing()}>
      {(it) => (
        <figure class={`onset ${toneClass(props.alarm.priority) ?? ""}`} data-testid="onset-trend">
          <div class="plot">
            <svg
              viewBox={`0 0 ${width} ${height}`}
              preserveAspectRatio="none"
              role="img"
              aria-label={text().alertsPage.onsetTrend(nameOf(it().point), moment(props.alarm.sinceMs))}
            >
              <path class="at" d={`M${it().onsetX} 0V${height}`} />
              <path class="lim" d={`M0 ${it().limitY}H${width}`} />
              <path class="ln" d={it().path} />
              <svg
                y={it().beyond.y}
                width={width}
                height={it().beyond.height}
                viewBox={`0 ${it().beyond.y} ${width} ${Math.max(0.1, it().beyond.height)}`}
                preserveAspectRatio="none"
                aria-hidden="true"
              >
                <path class="ln hot" d={it().path} />
              </svg>
            </svg>
            <span class="lb num" style={{ top: `${it().limitY}%` }}>
              {text().alerts.limitIs(formatPoint(it().point, it().limit))}
            </span>
          </div>
          <figcaption class="num">
            <For each={it().ticks}>
              {({ atMs, x }) => <span style={{ left: `${(100 * x) / width}%` }}>{moment(atMs)}</span>}
            </For>
          </figcaption>
        </figure>
      )}
    </Show>
  );
}

interface About {
  readonly point: string;
  readonly limit: number;
  readonly side: "above" | "below";
}

/** The point that was held against a limit; `null` for what is about no value of a boiler. */
export function pointOf({ evidence }: AlarmText): About | null {
  switch (evidence?.kind) {
    case "within":
    case "above":
      return { point: evidence.quantity, limit: evidence.limit, side: "above" };
    case "hour":
      return { point: evidence.quantity, limit: evidence.limit, side: "above" };
    case "point":
      // How far a value is off its own past is no value that could be drawn beside its limit.
      if (evidence.formula.startsWith("mean(")) return null;
      return { point: evidence.point, limit: evidence.limit, side: evidence.side };
    default:
      return null;
  }
}

/** Its line, in a box of 1,000 by 100, with the limit never at its edge. */
export function drawn(
  { fromMs, toMs: untilMs, timesMs, values }: Trend,
  { point, limit, side }: About,
  sinceMs: number,
) {
  const toMs = Math.max(untilMs, sinceMs + roomMs);
  const column = values[point] ?? [];
  const numbers = column.filter((value) => value !== null);
  if (numbers.length === 0) return null;
  const lowest = Math.min(limit, ...numbers);
  const highest = Math.max(limit, ...numbers);
  const margin = 0.1 * (highest - lowest) || 1;
  const x = (atMs: number) => Number(((width * (atMs - fromMs)) / (toMs - fromMs)).toFixed(1));
  const y = (value: number) =>
    Number(((height * (highest + margin - value)) / (highest - lowest + 2 * margin)).toFixed(1));
  let path = "";
  let isBroken = true;
  for (const [index, value] of column.entries()) {
    if (value === null) isBroken = true;
    else {
      path += `${isBroken ? "M" : "L"}${x(timesMs[index] ?? fromMs)} ${y(value)}`;
      isBroken = false;
    }
  }
  const limitY = y(limit);
  const beyond = side === "above" ? { y: 0, height: limitY } : { y: limitY, height: height - limitY };
  const ticks = [fromMs, sinceMs, toMs].map((atMs) => ({ atMs, x: x(atMs) }));
  return {
    point,
    limit,
    path,
    limitY,
    beyond,
    onsetX: x(sinceMs),
    ticks: ticks.filter(({ x: at }) => at >= 0),
  };
}
