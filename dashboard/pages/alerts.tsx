import {
  createEffect,
  createMemo,
  createResource,
  createSignal,
  For,
  type JSX,
  Match,
  onCleanup,
  Show,
  Switch,
} from "solid-js";
import type { AlarmText } from "../../contracts/http/alarms.ts";
import { isActive } from "../alarms.ts";
import { filtered } from "../alert-filter.ts";
import { api, reasonText } from "../api.ts";
import { calmly } from "../calmly.ts";
import { classes } from "../classes.ts";
import { useDesk } from "../desk.ts";
import { AlertBar } from "../panels/alert-bar.tsx";
import { AlertDetail } from "../panels/alert-detail.tsx";
import { alertLoad, LoadPanel, refreshMs, StatisticsPanels } from "../panels/alert-load.tsx";
import { AlertMessages } from "../panels/alert-messages.tsx";
import { AlertRow } from "../panels/alert-row.tsx";
import { AlertRules } from "../panels/alert-rules.tsx";
import { Message, Skeleton } from "../panels/message.tsx";
import { Link, query, setQuery } from "../router.tsx";
import { mayAct } from "../session.ts";
import { firstZone } from "../sources.ts";
import { labelOf, text } from "../texts/texts.ts";
import { momentTime } from "../time.ts";

const dayMs = 24 * 3_600_000;
const historyMs = { day: dayMs, week: 7 * dayMs, month: 30 * dayMs } as const;
const tabs = ["active", "shelved", "history", "rules", "messages"] as const;
type Tab = (typeof tabs)[number];

/** What holds now, what is out of sight, what came and went, and what to do about the one that is chosen. */
export function AlertsPage(): JSX.Element {
  const { alarms, feed, list, choose } = useDesk();
  const t = () => text().alerts;
  const load = alertLoad();
  const tab = (): Tab => tabs.find((each) => each === query("tab")) ?? "active";
  const changes = calmly(
    createMemo(() => [alarms.open(), alarms.hidden()]),
    refreshMs,
  );
  // Whoever turns to the history sees it as it is now.
  const [history, { refetch }] = createResource(
    () => [changes(), tab() === "history", load.span()] as const,
    ([, , span]) => api.alarmHistory(feed.nowMs() - historyMs[span], feed.nowMs()),
  );
  const past = () => {
    const reply = history.latest;
    return reply?.ok ? reply.value.alarms : [];
  };
  const failure = () => {
    const reply = tab() === "history" ? history.latest : null;
    if (reply && !reply.ok) return reply.failure;
    const state = alarms.state();
    return typeof state === "object" ? state.failure : null;
  };
  const ofTab = () =>
    ({ active: alarms.open(), shelved: alarms.hidden(), history: past(), rules: [], messages: [] })[tab()];
  const shown = createMemo(() => filtered(ofTab(), list));
  const shownById = createMemo(() => new Map(shown().map((alarm) => [alarm.id, alarm])));
  const chosen = createMemo<AlarmText | null>((before) => {
    const id = query("alarm");
    const all = [...alarms.open(), ...alarms.hidden(), ...past()];
    const asked = id === "" ? undefined : all.find((alarm) => alarm.id === id);
    // What somebody is reading stays, also when a newer one comes before it.
    const same = before === null ? undefined : shownById().get(before.id);
    return asked ?? same ?? shown()[0] ?? alarms.open()[0] ?? null;
  }, null);
  createEffect(() => choose(chosen()));
  onCleanup(() => choose(null));

  const [marked, mark] = createSignal<ReadonlySet<string>>(new Set());
  const selected = () => alarms.open().filter(({ id }) => marked().has(id));
  const select = (id: string, isSelected: boolean) => {
    const next = new Set(marked());
    if (isSelected) next.add(id);
    else next.delete(id);
    mark(next);
  };
  const counts = (): Readonly<Record<Tab, number | null>> => ({
    active: alarms.open().length,
    shelved: alarms.hidden().length,
    history: past().length,
    rules: null,
    messages: null,
  });

  return (
    <Show
      when={!failure()}
      fallback={
        <Failed
          says={reasonText(failure() ?? { code: "other", detail: "" })}
          retry={() => void Promise.all([alarms.pull(), refetch()])}
        />
      }
    >
      <LoadPanel load={load} />
      <div class="al">
        <section class="panel a-list" aria-label={t().title}>
          <div class="tabs">
            <For each={tabs.filter((each) => each !== "messages" || mayAct())}>
              {(each) => (
                <Link
                  href={each === "active" ? "/alerts" : `/alerts?tab=${each}`}
                  aria-current={tab() === each ? "page" : undefined}
                >
                  {text().alertsPage.tabs[each]} <span class="n">{counts()[each] ?? ""}</span>
                </Link>
              )}
            </For>
          </div>
          <Switch>
            <Match when={tab() === "rules"}>
              <AlertRules />
            </Match>
            <Match when={tab() === "messages"}>
              <AlertMessages />
            </Match>
            <Match when={alarms.state() === "loading"}>
              <Skeleton rows={3} height={52} />
            </Match>
            <Match when={alarms.state() === "ready"}>
              <AlertBar
                selected={selected()}
                clear={() => mark(new Set<string>())}
                shown={shown()}
                bulk={tab() === "active"}
              />
              <Show when={shown().length > 0} fallback={<Empty tab={tab()} past={past()} />}>
                <table class="at">
                  <AlertHeads boxes={tab() === "active" && mayAct()} />
                  <tbody>
                    <For each={[...shownById().keys()]}>
                      {(id) => (
                        <Show when={shownById().get(id)}>
                          {(alarm) => (
                            <AlertRow
                              alarm={alarm()}
                              isChosen={chosen()?.id === id}
                              choose={() => setQuery({ alarm: id })}
                              selected={tab() === "active" && mayAct() ? marked().has(id) : null}
                              select={(isSelected) => select(id, isSelected)}
                            />
                          )}
                        </Show>
                      )}
                    </For>
                  </tbody>
                </table>
              </Show>
            </Match>
          </Switch>
        </section>
        <Show when={load.kpis()}>{(kpis) => <StatisticsPanels kpis={kpis()} />}</Show>
        <section class={classes("panel", "a-det")} aria-label={t().selected}>
          <Show when={chosen()} fallback={<p class="say dim">{t().pick}</p>}>
            {(alarm) => <AlertDetail alarm={alarm()} />}
          </Show>
        </section>
      </div>
    </Show>
  );
}

function AlertHeads(props: { readonly boxes: boolean }): JSX.Element {
  const t = () => text().alerts;
  return (
    <thead>
      <tr>
        <Show when={props.boxes}>
          <th class="k0" />
        </Show>
        <th class="k1">
          <span class="vh">{t().priority}</span>
        </th>
        <th class="k2">{t().raised}</th>
        <th class="k3">{t().source}</th>
        <th>{t().what}</th>
        <th class="k5 no-tab">{t().against}</th>
        <th class="k6">{t().state}</th>
      </tr>
    </thead>
  );
}

/** What will appear here, so that an empty page is not taken for a broken one. */
function Empty(props: { readonly tab: Tab; readonly past: readonly AlarmText[] }): JSX.Element {
  const { feed, list } = useDesk();
  const t = () => text().alerts;
  const last = () => props.past.find((alarm) => !isActive(alarm) && alarm.returnedAtMs !== null);
  const title = () =>
    ({ shelved: text().alertsPage.emptyShelved, history: text().alertsPage.emptyHistory })[
      props.tab as string
    ] ?? t().emptyTitle;
  return (
    <div class="say">
      <h2>{title()}</h2>
      <p>{t().emptyText}</p>
      <Show when={last()}>
        {(alarm) => (
          <p class="num">
            {t().lastCleared(
              labelOf(alarm().title),
              momentTime(alarm().returnedAtMs ?? 0, feed.nowMs(), firstZone(list)),
            )}
          </p>
        )}
      </Show>
    </div>
  );
}

function Failed(props: { readonly says: string; readonly retry: () => void }): JSX.Element {
  return (
    <Message title={text().alerts.failed} says={props.says}>
      <button type="button" class="btn" onClick={() => props.retry()}>
        {text().retry}
      </button>
    </Message>
  );
}
