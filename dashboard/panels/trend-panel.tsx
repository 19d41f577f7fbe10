import { createEffect, createMemo, createSignal, For, type JSX, on, Show } from "solid-js";
import type { BoilerText } from "../../contracts/http/boilers.ts";
import type { LiveBoiler } from "../../contracts/live.ts";
import { reasonText } from "../api.ts";
import { sizeOf } from "../charts/canvas.ts";
import { Icon } from "../charts/icons.tsx";
import { TrendLane } from "../charts/trend-lane.tsx";
import { classes } from "../classes.ts";
import type { Condition } from "../condition.ts";
import { useDesk } from "../desk.ts";
import { episodesOf } from "../episodes.ts";
import { formatAge } from "../format.ts";
import { historyOf } from "../history.ts";
import { laneOf, lanePoints } from "../lanes.ts";
import { query, setQuery } from "../router.tsx";
import { zoneOf } from "../sources.ts";
import { text } from "../texts/texts.ts";
import { type RangeName, rangeNames, ranges, trendView } from "../trend-view.ts";
import { Skeleton } from "./message.tsx";
import { TrendCursor } from "./trend-cursor.tsx";
import { EventHeads, EventLines, TimeAxis } from "./trend-frame.tsx";
import { TrendTable } from "./trend-table.tsx";

interface TrendPanelProps {
  readonly boiler: BoilerText;
  readonly reading: LiveBoiler | null;
  readonly condition: Condition | null;
}

/** The last minutes to days of one boiler: lanes over one time axis, kept current once a second. */
export function TrendPanel(props: TrendPanelProps): JSX.Element {
  const desk = useDesk();
  const { feed, list } = desk;
  const t = () => text().boiler;
  const [asTable, setAsTable] = createSignal(false);
  let isChosen = false;
  let plots: HTMLDivElement | undefined;
  const size = sizeOf(() => plots);
  const named = rangeNames.find((name) => name === query("range"));
  const view = trendView(feed, named ?? "h1", () => size().width);
  const points = lanePoints(props.boiler);
  const history = historyOf(feed, props.boiler, {
    points,
    rangeMs: view.rangeMs,
    untilMs: view.untilMs,
    buckets: () => size().width,
  });
  // A boiler that was first heard of a minute ago would be a dot at the end of an hour.
  createEffect(
    on(history.columns, (columns) => {
      if (named !== undefined || columns === null || isChosen) return;
      isChosen = true;
      if ((columns.timesMs[0] ?? 0) > columns.toMs - ranges.m15) view.pick("m15");
    }),
  );
  const episodes = episodesOf(desk, props.boiler, view.window);
  const lanes = createMemo(() =>
    points.map((point) => laneOf(props.boiler, props.reading, props.condition, point)),
  );
  const zone = () => zoneOf(list, props.boiler.siteId);
  const pick = (name: RangeName) => {
    setQuery({ range: name });
    view.pick(name);
  };

  return (
    <section class="panel" aria-labelledby="trend">
      <header>
        <h2 id="trend">{t().trend}</h2>
        <Show when={view.untilMs()} fallback={<p class="no-tab">{t().trendNote}</p>}>
          {(untilMs) => <span class="behind num">{t().paused(formatAge(feed.nowMs() - untilMs()))}</span>}
        </Show>
        <span class="end">
          <button
            type="button"
            class="btn sm icon ghost"
            aria-pressed={asTable()}
            aria-label={asTable() ? t().asChart : t().asTable}
            title={asTable() ? t().asChart : t().asTable}
            onClick={() => setAsTable(!asTable())}
          >
            <Icon of={asTable() ? "chart" : "table"} size={15} />
          </button>
          <fieldset class="seg" aria-label={t().range}>
            <For each={rangeNames}>
              {(name) => (
                <button type="button" aria-pressed={view.range() === name} onClick={() => pick(name)}>
                  {t().ranges[name]}
                </button>
              )}
            </For>
          </fieldset>
          <button
            type="button"
            class="btn sm icon"
            aria-label={view.untilMs() === null ? t().pause : t().resume}
            title={view.untilMs() === null ? t().pause : t().resume}
            onClick={() => view.togglePause()}
          >
            <Icon of={view.untilMs() === null ? "pause" : "play"} size={15} />
          </button>
        </span>
      </header>
      <Show when={history.failure()}>
        {(failure) => (
          <div class="failed" role="alert">
            <span>
              {t().failed} {reasonText(failure())}
            </span>
            <button type="button" class="btn sm" onClick={() => void history.load()}>
              {text().retry}
            </button>
          </div>
        )}
      </Show>
      <div
        class={classes("lw", history.loading() && isOutside(history.columns(), view.rangeMs()) && "waiting")}
      >
        <EventHeads episodes={episodes()} window={view.window()} zone={zone()} />
        <div class="measure" ref={plots} />
        <Show when={history.columns()} fallback={<Skeleton rows={points.length} height={92} />}>
          {(columns) => (
            <Show
              when={!asTable()}
              fallback={
                <TrendTable columns={columns()} lanes={lanes()} window={view.window()} zone={zone()} />
              }
            >
              <For each={points}>
                {(_, index) => (
                  <Show when={lanes()[index()]}>
                    {(lane) => (
                      <TrendLane
                        lane={lane()}
                        columns={columns()}
                        window={view.window()}
                        episodes={episodes()}
                        cursorMs={view.cursorMs()}
                      />
                    )}
                  </Show>
                )}
              </For>
              <EventLines episodes={episodes()} window={view.window()} cursorMs={view.cursorMs()} />
              <TrendCursor columns={columns()} lanes={lanes()} view={view} zone={zone()} />
              <TimeAxis
                window={view.window()}
                zone={zone()}
                cursorMs={view.cursorMs()}
                endMs={view.isLive() ? feed.nowMs() : view.window().toMs}
                isLive={view.isLive()}
              />
            </Show>
          )}
        </Show>
      </div>
    </section>
  );
}

/** Whether what is loaded is of another range than what is wanted: then it is shown faint until the new one is here. */
function isOutside(
  columns: { readonly fromMs: number; readonly toMs: number } | null,
  rangeMs: number,
): boolean {
  return columns !== null && Math.abs(columns.toMs - columns.fromMs - rangeMs) > rangeMs * 0.5;
}
