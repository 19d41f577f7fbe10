import {
  createEffect,
  createMemo,
  createSignal,
  For,
  type JSX,
  Match,
  on,
  onCleanup,
  Show,
  Switch,
} from "solid-js";
import type { AdviceList } from "../../contracts/http/advice.ts";
import type { TrainerChange, TrainerText } from "../../contracts/trainer.ts";
import { api, reasonText } from "../api.ts";
import { classes } from "../classes.ts";
import { useDesk } from "../desk.ts";
import { Message, Skeleton } from "../panels/message.tsx";
import { SimulatedTag } from "../panels/simulated-tag.tsx";
import { TrainerFollows } from "../panels/trainer-follows.tsx";
import { TrainerInstruments } from "../panels/trainer-instruments.tsx";
import { TrainerSettings } from "../panels/trainer-settings.tsx";
import { Link, query, setQuery } from "../router.tsx";
import { mayAct } from "../session.ts";
import { labelOf, text } from "../texts/texts.ts";

/** A second trainer's changes, and those of a scenario, are seen so soon. */
const askAgainMs = 5_000;

/** A simulated boiler to turn and to break, beside what an operator should learn to see of it. */
export function TrainerPage(): JSX.Element {
  const { training } = useDesk();
  const t = () => text().trainer;
  return (
    <Switch>
      <Match when={training.state() === null && training.failure() === null}>
        <Skeleton rows={6} height={60} />
      </Match>
      <Match when={training.state() === null && training.failure()}>
        {(failure) => (
          <Message title={text().nav.trainer} says={t().notInStep(reasonText(failure()))}>
            <button type="button" class="btn" onClick={() => void training.load()}>
              {text().retry}
            </button>
          </Message>
        )}
      </Match>
      <Match when={training.state()?.boilers.length === 0 || training.state()?.available === false}>
        <section class="panel" data-testid="trainer-none">
          <div class="say">
            <h2>{t().none}</h2>
            <p>{t().noneText}</p>
            <pre>npm start -- --scenario config/scenarios/trainer/01-damper.yaml</pre>
          </div>
        </section>
      </Match>
      <Match when={training.state()}>{(state) => <Trained state={state()} />}</Match>
    </Switch>
  );
}

function Trained(props: { readonly state: TrainerText }): JSX.Element {
  const { feed, list, conditions, training } = useDesk();
  const t = () => text().trainer;
  const boilerId = createMemo(() => {
    const ids = props.state.boilers.map((each) => each.boilerId);
    const wanted = query("boiler");
    return ids.includes(wanted) ? wanted : (ids[0] ?? "");
  });
  const trained = () => training.boiler(boilerId());
  const boiler = () => list.boiler(boilerId());
  const reading = createMemo(() => {
    const watched = feed.watched();
    return watched?.boilerId === boilerId() ? watched : null;
  });
  const condition = () => conditions.of(boilerId());
  const isStale = () => condition()?.freshness !== "live";
  const [advice, setAdvice] = createSignal<AdviceList | null>(null);

  async function askForAdvice(): Promise<void> {
    const id = boilerId();
    if (list.boiler(id) === null) return;
    const reply = await api.advice(id);
    if (id === boilerId() && reply.ok) setAdvice(reply.value);
  }

  function look(): void {
    if (document.hidden || feed.link().kind === "lost") return;
    void training.load();
    void askForAdvice();
  }

  createEffect(
    on(boilerId, (id) => {
      feed.watch(id);
      setAdvice(null);
      look();
    }),
  );
  const timer = setInterval(look, askAgainMs);
  document.addEventListener("visibilitychange", look);
  onCleanup(() => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", look);
    feed.watch(null);
  });

  const whyNot = () => {
    if (feed.link().kind === "lost") return text().link.disabled;
    return mayAct() ? null : t().needsRole;
  };
  /** For one boiler from the first move of a slider to the last, whichever is chosen meanwhile. */
  const changing = (id: string) => (wish: TrainerChange) => training.change(id, wish);

  return (
    <div class={classes("col", isStale() && "stale")} data-stale={isStale() ? "true" : undefined}>
      <div class="idbar">
        <label class="field">
          {t().boiler}
          <select
            value={boilerId()}
            onChange={(event) => setQuery({ boiler: event.currentTarget.value })}
            data-testid="trainer-boiler"
          >
            <For each={props.state.boilers.map((each) => each.boilerId)}>
              {(id) => <option value={id}>{list.boiler(id)?.name ?? id}</option>}
            </For>
          </select>
        </label>
        <SimulatedTag />
        <Show when={whyNot()}>
          {(why) => (
            <b id="trainer-why" role="status">
              {why()}
            </b>
          )}
        </Show>
        <Show when={training.refusal()}>
          {(why) => (
            <span class="notsent" role="alert">
              {t().notTaken(reasonText(why()))}
            </span>
          )}
        </Show>
        <Show when={training.failure()}>
          {(failure) => (
            <span class="notsent" role="alert">
              {t().notInStep(reasonText(failure()))}
            </span>
          )}
        </Show>
        <Show when={boiler()}>
          {(open) => (
            <span class="end">
              <Link href={`/boilers/${open().id}`}>{t().toBoiler}</Link>
            </span>
          )}
        </Show>
      </div>
      <Task scenario={props.state.scenario} />
      <Show when={boilerId()} keyed>
        {(id) => (
          <Show when={trained()}>
            {(now) => (
              <div class="tr">
                <div class="col">
                  <TrainerSettings
                    boiler={now()}
                    reading={reading()}
                    disabled={whyNot() !== null}
                    change={changing(id)}
                  />
                  <TrainerInstruments
                    trained={now()}
                    boiler={boiler()}
                    reading={reading()}
                    disabled={whyNot() !== null}
                    change={changing(id)}
                  />
                </div>
                <Show when={boiler()} fallback={<p class="note">{t().unlisted}</p>}>
                  {(open) => (
                    <TrainerFollows
                      boiler={open()}
                      reading={reading()}
                      condition={condition()}
                      advice={advice()}
                    />
                  )}
                </Show>
              </div>
            )}
          </Show>
        )}
      </Show>
    </div>
  );
}

/** What is to be found, and what there was to be found for whoever asks for it. */
function Task(props: { readonly scenario: TrainerText["scenario"] }): JSX.Element {
  const t = () => text().trainer;
  const [isShown, show] = createSignal(false);
  return (
    <section class="panel" aria-labelledby="trainer-scenario" data-testid="trainer-scenario">
      <header>
        <h2 id="trainer-scenario">
          {props.scenario === null
            ? t().scenario
            : `${t().scenario}${text().colon}${labelOf(props.scenario.title)}`}
        </h2>
      </header>
      <Show when={props.scenario} fallback={<p class="advn">{t().noScenario}</p>}>
        {(scenario) => (
          <div class="task">
            <p>{labelOf(scenario().about)}</p>
            <Show when={scenario().answer}>
              {(answer) => (
                <>
                  <button
                    type="button"
                    class="btn sm"
                    aria-expanded={isShown()}
                    aria-controls="trainer-answer"
                    onClick={() => show(!isShown())}
                  >
                    {isShown() ? t().hideAnswer : t().showAnswer}
                  </button>
                  <p id="trainer-answer" role="status" class="ans">
                    <Show when={isShown()} fallback={<span class="dim">{t().givesAway}</span>}>
                      {labelOf(answer())}
                    </Show>
                  </p>
                </>
              )}
            </Show>
          </div>
        )}
      </Show>
    </section>
  );
}
