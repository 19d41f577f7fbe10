import { createEffect, createMemo, For, Index, type JSX, onCleanup, onMount, Show } from "solid-js";
import { quantityOf } from "../alarms.ts";
import { atMoment, momentText } from "../at-moment.ts";
import { classes, toneClass } from "../classes.ts";
import { type Columns, holesIn, type Span } from "../columns.ts";
import type { Episode } from "../episodes.ts";
import { formatNumber, formatPoint, formatSpan } from "../format.ts";
import type { Lane } from "../lanes.ts";
import { text } from "../texts/texts.ts";
import { type Size, sizeOf } from "./canvas.ts";
import { palette } from "./palette.ts";
import { laneScale, type Scale, topPercent } from "./scale.ts";
import { type PlotPicture, type TrendPlot, trendPlot } from "./trend-plot.ts";

interface TrendLaneProps {
  readonly lane: Lane;
  readonly columns: Columns;
  readonly window: Span;
  readonly episodes: readonly Episode[];
  readonly cursorMs: number | null;
}

/** So many holes are named; more names would hide each other. */
const namedHoles = 2;

/** Name, value and headroom; the line with its limit; the same scale as an upright indicator. */
export function TrendLane(props: TrendLaneProps): JSX.Element {
  let host: HTMLDivElement | undefined;
  let plot: TrendPlot | undefined;
  const size = sizeOf(() => host);
  const column = () => props.columns.values[props.lane.point] ?? [];
  const scale = createMemo(() => {
    const [lowest, highest] = extremes(props.columns, column(), props.window);
    // Without anything in the window the axis is made for the value that stands beside it.
    if (lowest > highest && props.lane.value !== null) {
      return laneScale(props.lane, props.lane.value, props.lane.value);
    }
    return laneScale(props.lane, lowest, highest);
  });
  const hot = createMemo(() =>
    props.episodes
      .filter(({ alarm }) => quantityOf(alarm) === props.lane.point)
      .map((span) => ({ span, colour: palette().hot[span.alarm.priority] })),
  );
  const picture = (): PlotPicture => ({
    timesMs: props.columns.timesMs,
    values: column(),
    band: props.columns.bands?.[props.lane.point] ?? null,
    window: props.window,
    scale: scale(),
    hot: hot(),
    limit: props.lane.limit,
    palette: palette(),
  });
  onMount(() => {
    if (host === undefined) return;
    plot = trendPlot(host, picture());
    createEffect(() => plot?.resize(size()));
    createEffect(() => plot?.show(picture()));
    onCleanup(() => plot?.destroy());
  });

  const summary = () =>
    text().boiler.summary(
      props.lane.name,
      `${props.lane.shown} ${props.lane.unit}`.trim(),
      props.lane.sentence,
    );
  return (
    <div class={classes("lanex", props.lane.tone && "hot", toneClass(props.lane.tone))}>
      <div class="lb" title={props.lane.title}>
        <div class="k">{props.lane.name}</div>
        <div class="n">
          <span>{props.lane.shown}</span>
          <span class="u">{props.lane.unit}</span>
        </div>
        <div class="h">{props.lane.sentence}</div>
      </div>
      <div class="pl" role="img" aria-label={summary()}>
        <LimitZone lane={props.lane} scale={scale()} />
        <div class="plot" ref={host} />
        <Holes {...props} />
        <LimitLabel lane={props.lane} scale={scale()} />
        <Tip {...props} scale={scale()} size={size()} />
        <Reading {...props} />
      </div>
      <UprightIndicator lane={props.lane} scale={scale()} />
    </div>
  );
}

interface ScaledProps {
  readonly lane: Lane;
  readonly scale: Scale;
}

function LimitZone(props: ScaledProps): JSX.Element {
  return (
    <Show when={props.lane.limit}>
      {(limit) => <div class="ovz" style={{ height: `${topPercent(props.scale, limit())}%` }} />}
    </Show>
  );
}

function LimitLabel(props: ScaledProps): JSX.Element {
  return (
    <Show when={props.lane.limit}>
      {(limit) => (
        <>
          <div class="lm" style={{ top: `${topPercent(props.scale, limit())}%` }} />
          <span class="ll" style={{ top: `${topPercent(props.scale, limit())}%` }}>
            {props.lane.limitLabel}
          </span>
        </>
      )}
    </Show>
  );
}

function Holes(props: TrendLaneProps): JSX.Element {
  const place = (span: Span) => {
    const left = leftPercent(props.window, Math.max(span.fromMs, props.window.fromMs));
    return {
      left: `${left}%`,
      width: `${leftPercent(props.window, Math.min(span.toMs, props.window.toMs)) - left}%`,
    };
  };
  const inWindow = (spans: readonly Span[]) =>
    spans.filter(({ fromMs, toMs }) => toMs > props.window.fromMs && fromMs < props.window.toMs);
  const holes = createMemo(() => inWindow(holesIn(props.columns, props.lane.point)));
  const named = () =>
    [...holes()].sort((a, b) => b.toMs - b.fromMs - (a.toMs - a.fromMs)).slice(0, namedHoles);
  return (
    <>
      <Index each={holes()}>{(hole) => <div class="gapz" style={place(hole())} />}</Index>
      <Index each={inWindow(props.columns.late)}>
        {(span) => <div class="late" style={place(span())} title={text().boiler.filledLate} />}
      </Index>
      <For each={named()}>
        {(hole) => {
          const middle = () =>
            leftPercent(
              props.window,
              (Math.max(hole.fromMs, props.window.fromMs) + Math.min(hole.toMs, props.window.toMs)) / 2,
            );
          return (
            <span class="gl" style={{ left: `${Math.min(92, Math.max(8, middle()))}%` }}>
              {text().boiler.noDataFor(formatSpan(hole.toMs - hole.fromMs))}
            </span>
          );
        }}
      </For>
    </>
  );
}

/** The newest value, where it was measured; a hollow ring once it is old. */
function Tip(props: TrendLaneProps & { readonly scale: Scale; readonly size: Size }): JSX.Element {
  const newest = () => {
    const { timesMs, values } = props.columns;
    const column = values[props.lane.point] ?? [];
    const atMs = timesMs.at(-1);
    const value = column.at(-1) ?? null;
    if (atMs === undefined || value === null || atMs < props.window.fromMs || atMs > props.window.toMs)
      return null;
    return { left: leftPercent(props.window, atMs), top: topPercent(props.scale, value) };
  };
  return (
    <Show when={newest()}>
      {(at) => (
        <i
          class={classes("tip", props.lane.tone && "hot")}
          style={{ left: `${at().left}%`, top: `${at().top}%` }}
        />
      )}
    </Show>
  );
}

/** What the line says at the cursor; a hole says that there is nothing. */
function Reading(props: TrendLaneProps): JSX.Element {
  const shown = () => {
    if (props.cursorMs === null) return null;
    return {
      left: leftPercent(props.window, props.cursorMs),
      says: momentText(props.lane, atMoment(props.columns, props.lane.point, props.cursorMs)),
    };
  };
  return (
    <Show when={shown()}>
      {(reading) => (
        <span
          class={classes("rd num", reading().left > 55 && "flip")}
          style={{ left: `${reading().left}%` }}
          aria-hidden="true"
        >
          {reading().says}
        </span>
      )}
    </Show>
  );
}

function UprightIndicator(props: ScaledProps): JSX.Element {
  const top = (value: number) => `${topPercent(props.scale, value)}%`;
  const markDecimals = () => {
    const [first = 0, second = 1] = props.scale.marks;
    const step = Math.abs(second - first);
    return step >= 1 ? 0 : step >= 0.1 ? 1 : 2;
  };
  return (
    <div class="vb" aria-hidden="true">
      <i class="t" />
      <Show when={props.lane.limit}>
        {(limit) => (
          <>
            <i class="o" style={{ height: top(limit()) }} />
            <Show when={props.lane.tone !== null && props.lane.value !== null && props.lane.value > limit()}>
              <i
                class="x2"
                style={{
                  top: top(props.lane.value ?? 0),
                  height: `${topPercent(props.scale, limit()) - topPercent(props.scale, props.lane.value ?? 0)}%`,
                }}
              />
            </Show>
            <i class="m" style={{ top: top(limit()) }} />
          </>
        )}
      </Show>
      <Show when={props.lane.value !== null}>
        <i class={classes("a", props.lane.tone && "hot")} style={{ top: top(props.lane.value ?? 0) }} />
      </Show>
      <Index each={props.scale.marks}>
        {(mark) => <span style={{ top: top(mark()) }}>{formatNumber(mark(), markDecimals())}</span>}
      </Index>
      <Show when={props.lane.limit}>
        {(limit) => (
          <span class="l" style={{ top: top(limit()) }}>
            {formatPoint(props.lane.point, limit())}
          </span>
        )}
      </Show>
    </div>
  );
}

/** Where a moment stands in the window, in percent from the left. */
export function leftPercent({ fromMs, toMs }: Span, atMs: number): number {
  return (100 * (atMs - fromMs)) / (toMs - fromMs);
}

function extremes(
  { timesMs }: Columns,
  column: readonly (number | null)[],
  { fromMs, toMs }: Span,
): readonly [lowest: number, highest: number] {
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (const [index, atMs] of timesMs.entries()) {
    const value = column[index];
    if (typeof value !== "number" || atMs < fromMs || atMs > toMs) continue;
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
  }
  return [lowest, highest];
}
