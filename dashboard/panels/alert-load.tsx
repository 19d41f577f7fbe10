import { createMemo, createResource, For, type JSX, Show } from "solid-js";
import type { AlarmKpisText } from "../../contracts/http/alarms.ts";
import { priorities } from "../../domain/alarms/alarm.ts";
import { api, reasonText } from "../api.ts";
import { calmly } from "../calmly.ts";
import { Marker } from "../charts/marker.tsx";
import { classes } from "../classes.ts";
import { useDesk } from "../desk.ts";
import { formatNumber, formatSpan } from "../format.ts";
import { query, setQuery } from "../router.tsx";
import { firstZone } from "../sources.ts";
import { labelOf, text } from "../texts/texts.ts";
import { minuteTime, shortDay } from "../time.ts";

const dayMs = 86_400_000;
const tenMinMs = 600_000;
const spansMs = { day: dayMs, week: 7 * dayMs, month: 30 * dayMs } as const;
type Span = keyof typeof spansMs;
const spans = Object.keys(spansMs) as Span[];
const floodAbove = 10;
/** In a flood each change would ask for all of it again; what is urgent stands in the list at once. */
export const refreshMs = 10_000;
const mostBars = 144;

export interface AlertLoad {
  readonly kpis: () => AlarmKpisText | null;
  readonly failure: () => string | null;
  readonly span: () => Span;
}

/** How the alarm system does, over the time in the address; again a while after an alarm changed. */
export function alertLoad(): AlertLoad {
  const { alarms, feed } = useDesk();
  const span = () => spans.find((each) => each === query("load")) ?? "day";
  const changes = calmly(
    createMemo(() => [alarms.open(), alarms.hidden()]),
    refreshMs,
  );
  const [reply] = createResource(
    () => [span(), changes()] as const,
    ([of]) => {
      // Whole steps of ten minutes, the one under way included.
      const toMs = Math.ceil(feed.nowMs() / tenMinMs) * tenMinMs;
      return api.alarmKpis(toMs - spansMs[of], toMs);
    },
  );
  return {
    span,
    kpis: () => (reply.latest?.ok ? reply.latest.value : null),
    failure: () => (reply.latest && !reply.latest.ok ? reasonText(reply.latest.failure) : null),
  };
}

/** Alarms per ten minutes, with the line of a flood, and the figures that ISA-18.2 asks for. */
export function LoadPanel(props: { readonly load: AlertLoad }): JSX.Element {
  const t = () => text().alertsPage;
  return (
    <section class="panel" aria-labelledby="alert-load">
      <header>
        <h2 id="alert-load">{t().load}</h2>
        <p>{t().loadOf(t().ranges[props.load.span()])}</p>
        <span class="end">
          <fieldset class="seg" aria-label={t().load}>
            <For each={spans}>
              {(each) => (
                <button
                  type="button"
                  aria-pressed={props.load.span() === each}
                  onClick={() => setQuery({ load: each === "day" ? "" : each })}
                >
                  {t().ranges[each]}
                </button>
              )}
            </For>
          </fieldset>
        </span>
      </header>
      <Show when={props.load.kpis()} fallback={<p class="say dim">{failedText(props.load.failure())}</p>}>
        {(kpis) => (
          <div class="flood">
            <Bars kpis={kpis()} span={props.load.span()} />
            <Figures kpis={kpis()} />
          </div>
        )}
      </Show>
    </section>
  );
}

function failedText(why: string | null): string {
  return why === null ? " " : text().alertsPage.failed(why);
}

/** The highest step of each bar: a peak stays a peak, however long the time. */
function Bars(props: { readonly kpis: AlarmKpisText; readonly span: Span }): JSX.Element {
  const { list } = useDesk();
  const t = () => text().alertsPage;
  const bars = () => {
    const { counts } = props.kpis.per10Min;
    const each = Math.max(1, Math.ceil(counts.length / mostBars));
    return Array.from({ length: Math.ceil(counts.length / each) }, (_, index) =>
      Math.max(...counts.slice(index * each, (index + 1) * each)),
    );
  };
  const top = () => Math.max(floodAbove * 1.6, ...bars());
  const height = (count: number) => (100 * count) / top();
  const ticks = () => {
    const { fromMs, toMs } = props.kpis;
    const zone = firstZone(list);
    return Array.from({ length: 7 }, (_, index) => {
      const atMs = fromMs + ((toMs - fromMs) * index) / 6;
      return props.span === "day" ? minuteTime(atMs, zone) : shortDay(atMs, zone);
    });
  };
  const summary = () =>
    t().loadSummary(
      t().ranges[props.span],
      formatNumber(props.kpis.annunciations, 0),
      formatNumber(props.kpis.per10Min.peak, 0),
    );
  return (
    <div class="ch">
      <div class="plotw">
        <svg viewBox="0 0 1440 100" preserveAspectRatio="none" role="img" aria-label={summary()}>
          <For each={bars()}>
            {(count, index) => (
              <rect
                class={classes("bx", count > floodAbove && "fl")}
                x={(1440 * index()) / bars().length + 0.15 * (1440 / bars().length)}
                y={100 - height(count)}
                width={0.7 * (1440 / bars().length)}
                height={height(count)}
              />
            )}
          </For>
          <line class="th" x1="0" x2="1440" y1={100 - height(floodAbove)} y2={100 - height(floodAbove)} />
          <line class="ax" x1="0" x2="1440" y1="100" y2="100" />
        </svg>
        <span class="lb" style={{ bottom: `${height(floodAbove)}%` }}>
          {t().floodLine}
        </span>
      </div>
      <div class="xt num">
        <For each={ticks()}>{(tick) => <span>{tick}</span>}</For>
      </div>
    </div>
  );
}

function Figures(props: { readonly kpis: AlarmKpisText }): JSX.Element {
  const t = () => text().alertsPage;
  const flood = () => 100 * (props.kpis.floodShare ?? 0);
  const titleOf = useTitles();
  return (
    <div class="mx">
      <Figure name={t().average} note={t().averageTarget} unit={t().per10}>
        {formatNumber(props.kpis.per10Min.average ?? 0, 1)}
      </Figure>
      <Figure name={t().peak} note={t().floodLine} unit={t().per10}>
        {formatNumber(props.kpis.per10Min.peak, 0)}
      </Figure>
      <Figure name={t().inFlood} note={flood() > 1 ? t().floodOver : t().floodTarget} unit="%">
        {formatNumber(flood(), 1)}
      </Figure>
      <Figure name={t().standing} note={t().standingOf}>
        {formatNumber(props.kpis.standing.length, 0)}
      </Figure>
      <Figure
        name={t().chattering}
        note={props.kpis.chattering[0] === undefined ? t().chatteringNone : titleOf(props.kpis.chattering[0])}
      >
        {formatNumber(props.kpis.chattering.length, 0)}
      </Figure>
      <Figure
        name={t().hiddenCount}
        note={t().hiddenOf(props.kpis.shelved.length, props.kpis.outOfService.length)}
      >
        {formatNumber(props.kpis.shelved.length + props.kpis.outOfService.length, 0)}
      </Figure>
    </div>
  );
}

function Figure(props: {
  readonly name: string;
  readonly note: string;
  readonly unit?: string;
  readonly children: JSX.Element;
}): JSX.Element {
  return (
    <div class="kpi">
      <div class="k">{props.name}</div>
      <div class="n num">
        {props.children}
        <Show when={props.unit}>
          <span class="u"> {props.unit}</span>
        </Show>
      </div>
      <div class="d" title={props.note}>
        {props.note}
      </div>
    </div>
  );
}

/** What a rule at a source is called. */
function useTitles(): (of: { readonly ruleId: string; readonly sourceId: string }) => string {
  const { list } = useDesk();
  const [rules] = createResource(() => api.alarmRules());
  return ({ ruleId, sourceId }) => {
    const place = list.boiler(sourceId)?.name ?? sourceId;
    const reply = rules.latest;
    if (!reply?.ok) return place;
    const rule = reply.value.rules.find(({ id }) => id === ruleId);
    return `${place} ${rule === undefined ? ruleId : labelOf(rule.title)}`;
  };
}

/** What is raised most, and how the priorities stand to what is aimed at. */
export function StatisticsPanels(props: { readonly kpis: AlarmKpisText }): JSX.Element {
  const t = () => text().alertsPage;
  const top = () => props.kpis.topTen;
  const titleOf = useTitles();
  const share = () => {
    const all = props.kpis.annunciations;
    const inTop = top().reduce((sum, { count }) => sum + count, 0);
    return all === 0 ? 0 : (100 * inTop) / all;
  };
  const mixOf = (priority: 1 | 2 | 3) =>
    props.kpis.annunciations === 0 ? 0 : (100 * props.kpis.byPriority[priority]) / props.kpis.annunciations;
  const acknowledged = () => {
    const { p50Ms, p90Ms } = props.kpis.acknowledged;
    const took =
      p50Ms === null || p90Ms === null ? t().noAck : t().ackTime(formatSpan(p50Ms), formatSpan(p90Ms));
    return [took, ...(props.kpis.fleeting > 0 ? [t().fleeting(props.kpis.fleeting)] : [])].join(" · ");
  };
  return (
    <div class="two a-stat">
      <section class="panel" aria-labelledby="alert-top">
        <header>
          <h2 id="alert-top">{t().frequent}</h2>
          <p>{t().frequentOf(formatNumber(share(), 0))}</p>
        </header>
        <Show when={top().length > 0} fallback={<p class="say dim">{t().none}</p>}>
          <ol class="pareto">
            <For each={top()}>
              {(often) => (
                <li>
                  <span title={titleOf(often)}>{titleOf(often)}</span>
                  <i style={{ width: `${(100 * often.count) / (top()[0]?.count ?? 1)}%` }} />
                  <b class="num">{formatNumber(often.count, 0)}</b>
                </li>
              )}
            </For>
          </ol>
        </Show>
      </section>
      <section class="panel" aria-labelledby="alert-mix">
        <header>
          <h2 id="alert-mix">{t().mix}</h2>
          <p>{t().mixOf}</p>
        </header>
        <ul class="pareto mix">
          <For each={priorities}>
            {(priority) => (
              <li>
                <span>
                  <Marker priority={priority} state="acked" label={text().state.p(priority)} />
                </span>
                <div class="tr">
                  <i style={{ width: `${mixOf(priority)}%` }} />
                  <em style={{ left: `${100 * props.kpis.targets.priorityMix[priority]}%` }} />
                </div>
                <b class="num">{formatNumber(mixOf(priority), 0)} %</b>
              </li>
            )}
          </For>
        </ul>
        <p class="note">{acknowledged()}</p>
      </section>
    </div>
  );
}
