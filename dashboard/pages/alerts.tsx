import { createEffect, createMemo, createResource, For, type JSX, onCleanup, Show } from "solid-js";
import type { AlarmText } from "../../contracts/http/alarms.ts";
import { isActive } from "../alarms.ts";
import { api, reasonText } from "../api.ts";
import { classes } from "../classes.ts";
import { useDesk } from "../desk.ts";
import { AlertDetail } from "../panels/alert-detail.tsx";
import { AlertRow } from "../panels/alert-row.tsx";
import { Message, Skeleton } from "../panels/message.tsx";
import { Link, query, setQuery } from "../router.tsx";
import { firstZone } from "../sources.ts";
import { labelOf, text } from "../texts/texts.ts";
import { momentTime } from "../time.ts";

const dayMs = 24 * 3_600_000;

/** What holds now, what came and went since yesterday, and what to do about the one that is chosen. */
export function AlertsPage(): JSX.Element {
  const { alarms, feed, choose } = useDesk();
  const t = () => text().alerts;
  const isHistory = () => query("tab") === "history";
  const [history, { refetch }] = createResource(
    () => alarms.open(),
    () => api.alarmHistory(feed.nowMs() - dayMs, feed.nowMs()),
  );
  const past = () => {
    const reply = history.latest;
    return reply?.ok ? reply.value.alarms : [];
  };
  const failure = () => {
    const reply = isHistory() ? history.latest : null;
    if (reply && !reply.ok) return reply.failure;
    const state = alarms.state();
    return typeof state === "object" ? state.failure : null;
  };
  const shown = () => (isHistory() ? past() : alarms.open());
  const chosen = createMemo(() => {
    const id = query("alarm");
    const all = [...alarms.open(), ...past()];
    return all.find((alarm) => alarm.id === id) ?? shown()[0] ?? null;
  });
  createEffect(() => choose(chosen()));
  onCleanup(() => choose(null));

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
      <div class="al">
        <section class="panel" aria-label={t().title}>
          <div class="tabs">
            <Link href="/alerts" aria-current={isHistory() ? undefined : "page"}>
              {t().active} <span class="n">{alarms.open().length}</span>
            </Link>
            <Link href="/alerts?tab=history" aria-current={isHistory() ? "page" : undefined}>
              {t().history} <span class="n">{past().length}</span>
            </Link>
          </div>
          <Show when={alarms.state() !== "loading"} fallback={<Skeleton rows={3} height={52} />}>
            <Show when={shown().length > 0} fallback={<Empty isHistory={isHistory()} past={past()} />}>
              <table class="at">
                <AlertHeads />
                <tbody>
                  <For each={shown().map(({ id }) => id)}>
                    {(id) => (
                      <Show when={shown().find((alarm) => alarm.id === id)}>
                        {(alarm) => (
                          <AlertRow
                            alarm={alarm()}
                            isChosen={chosen()?.id === id}
                            choose={() => setQuery({ alarm: id })}
                          />
                        )}
                      </Show>
                    )}
                  </For>
                </tbody>
              </table>
            </Show>
          </Show>
        </section>
        <section class={classes("panel", "a-det")} aria-label={t().selected}>
          <Show when={chosen()} fallback={<p class="say dim">{t().pick}</p>}>
            {(alarm) => <AlertDetail alarm={alarm()} />}
          </Show>
        </section>
      </div>
    </Show>
  );
}

function AlertHeads(): JSX.Element {
  const t = () => text().alerts;
  return (
    <thead>
      <tr>
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
function Empty(props: { readonly isHistory: boolean; readonly past: readonly AlarmText[] }): JSX.Element {
  const { feed, list } = useDesk();
  const t = () => text().alerts;
  const last = () => props.past.find((alarm) => !isActive(alarm) && alarm.returnedAtMs !== null);
  return (
    <div class="say">
      <h2>{props.isHistory ? t().noHistory : t().emptyTitle}</h2>
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
