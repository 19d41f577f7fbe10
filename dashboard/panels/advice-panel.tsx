import { createEffect, createSignal, Index, type JSX, Match, on, onCleanup, Show, Switch } from "solid-js";
import type { AdviceList } from "../../contracts/http/advice.ts";
import type { BoilerText } from "../../contracts/http/boilers.ts";
import { advised } from "../advice.ts";
import { api, type Failure, reasonText } from "../api.ts";
import { useDesk } from "../desk.ts";
import { zoneOf } from "../sources.ts";
import { text } from "../texts/texts.ts";
import { momentTime } from "../time.ts";
import { Skeleton } from "./message.tsx";

const askAgainMs = 60_000;

/** What may be worth doing at this boiler: estimates, each with what it was held against and where that is written. */
export function AdvicePanel(props: { readonly boiler: BoilerText }): JSX.Element {
  const { feed, list } = useDesk();
  const [known, setKnown] = createSignal<AdviceList | null>(null);
  const [failure, setFailure] = createSignal<Failure | null>(null);
  let asked = 0;
  let askedAtMs = 0;

  async function load(): Promise<void> {
    if (document.hidden) return;
    asked += 1;
    const mine = asked;
    askedAtMs = performance.now();
    const reply = await api.advice(props.boiler.id);
    if (mine !== asked) return;
    setFailure(reply.ok ? null : reply.failure);
    if (reply.ok) setKnown(reply.value);
  }

  function loadIfOld(): void {
    if (performance.now() - askedAtMs >= askAgainMs) void load();
  }

  createEffect(
    on(
      () => props.boiler.id,
      () => {
        setKnown(null);
        void load();
      },
    ),
  );
  const timer = setInterval(() => void load(), askAgainMs);
  document.addEventListener("visibilitychange", loadIfOld);
  const stopRefilling = feed.onGap(async () => {
    await load();
    return true;
  });
  onCleanup(() => {
    asked += 1;
    clearInterval(timer);
    document.removeEventListener("visibilitychange", loadIfOld);
    stopRefilling();
  });

  const t = () => text().advice;
  const takenAt = () => {
    const atMs = known()?.takenAtMs ?? null;
    return atMs === null ? null : momentTime(atMs, feed.nowMs(), zoneOf(list, props.boiler.siteId), true);
  };
  return (
    <section class="panel" aria-labelledby="advice" data-testid="advice">
      <header>
        <h2 id="advice">{t().title}</h2>
        <Show when={takenAt()}>{(at) => <p class="num">{t().note(at())}</p>}</Show>
      </header>
      <Show when={failure()}>
        {(failed) => (
          <div class="advn" role="status">
            <p>{t().failed(reasonText(failed()))}</p>
            <button type="button" class="btn sm" onClick={() => void load()}>
              {text().retry}
            </button>
          </div>
        )}
      </Show>
      <Switch>
        <Match when={known() === null && failure() === null}>
          <div class="advn">
            <Skeleton rows={2} height={38} />
          </div>
        </Match>
        <Match when={known() !== null && takenAt() === null}>
          <p class="advn">{text().missing.noData}</p>
        </Match>
        <Match when={known()?.advice.length === 0}>
          <p class="advn">
            {t().none(takenAt() ?? "")} <span class="dim">{t().noneWhy}</span>
          </p>
        </Match>
        <Match when={known()}>
          {(shown) => (
            <>
              <ul class="adv">
                <Index each={shown().advice}>
                  {(advice) => {
                    const said = () => advised(advice());
                    return (
                      <li>
                        <p>{said().says}</p>
                        <p class="why">
                          <span class="tag">{t().estimate}</span>
                          <span>{said().basis}</span>
                          <Show when={said().thumb}>{(thumb) => <span class="num">{thumb()}</span>}</Show>
                          <Show when={said().source}>{(source) => <span>{source()}</span>}</Show>
                        </p>
                      </li>
                    );
                  }}
                </Index>
              </ul>
              <p class="advn dim">{t().unproved}</p>
            </>
          )}
        </Match>
      </Switch>
    </section>
  );
}
