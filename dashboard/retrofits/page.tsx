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
import type { Retrofits } from "../../contracts/http/retrofits.ts";
import type { Failure } from "../api.ts";
import { Skeleton } from "../panels/message.tsx";
import { SimulatedTag } from "../panels/simulated-tag.tsx";
import { language } from "../preferences.ts";
import { go, Link, path } from "../router.tsx";
import { labelOf } from "../texts/texts.ts";
import "../styles/retrofits.css";
import { Refused } from "./fields.tsx";
import { OtherReports } from "./other-reports.tsx";
import { freshDocument, mayEdit, type OpenProject, openProject, retrofitApi } from "./project.ts";
import { BoilersStep } from "./step-boilers.tsx";
import { ModelStep } from "./step-model.tsx";
import { PeriodsStep } from "./step-periods.tsx";
import { ReportStep } from "./step-report.tsx";
import { SavingsStep } from "./step-savings.tsx";
import { words } from "./texts.ts";

const steps = ["boilers", "periods", "model", "savings", "report"] as const;
type Step = (typeof steps)[number];
const askAgainMs = 2_000;

/** Projects and their wizard: each step a page with an address of its own. */
export function RetrofitsPage(): JSX.Element {
  const [known, setKnown] = createSignal<Retrofits | null>(null);
  const [failure, setFailure] = createSignal<Failure | null>(null);
  const place = createMemo(() => {
    const [, , id = "", step = ""] = path().split("/");
    return { id, step: steps.find((each) => each === step) ?? null };
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  async function load(): Promise<void> {
    clearTimeout(timer);
    const reply = await retrofitApi.list();
    setFailure(reply.ok ? null : reply.failure);
    if (reply.ok) setKnown(reply.value);
    if (reply.ok && reply.value.preparing !== null) timer = setTimeout(() => void load(), askAgainMs);
  }
  void load();
  withPartsStyle();
  onCleanup(() => clearTimeout(timer));
  createEffect(
    on(
      () => place().id,
      (id) => id === "" && void load(),
      { defer: true },
    ),
  );

  return (
    <div class="col retro">
      <Refused failure={failure()} />
      <Show when={known()} fallback={<Skeleton rows={5} height={60} />}>
        {(all) => (
          <Switch>
            <Match when={place().id === ""}>
              <List all={all()} />
            </Match>
            <Match when={place().id}>
              {/* A project that was just made keeps what is written, though its address has changed. */}
              <Wizard all={all()} id={place().id} step={place().step} />
            </Match>
          </Switch>
        )}
      </Show>
    </div>
  );
}

/** The parts of a report bring the style that they are printed with. */
function withPartsStyle(): void {
  if (document.querySelector('link[data-parts="1"]') !== null) return;
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = "/api/v1/report.css";
  link.dataset["parts"] = "1";
  document.head.append(link);
}

function List(props: { readonly all: Retrofits }): JSX.Element {
  const t = words;
  return (
    <>
      <div class="rh">
        <div>
          <p>{t().about}</p>
        </div>
        <Show when={mayEdit()}>
          <Link class="btn primary sm end" href="/retrofits/new/boilers" data-testid="retrofit-new">
            {t().fresh}
          </Link>
        </Show>
      </div>
      <Show when={props.all.preparing}>
        {(now) => (
          <p class="note" role="status" data-testid="retrofit-preparing">
            {t().preparing(Math.round(now().percent))}
          </p>
        )}
      </Show>
      <Show when={props.all.retrofits.length > 0} fallback={<p class="note">{t().none}</p>}>
        <ul class="cards">
          <For each={props.all.retrofits}>
            {(line) => (
              <li class="panel" data-testid={`retrofit-${line.id}`}>
                <div class="pad">
                  <h3>
                    <Link href={`/retrofits/${line.id}/savings`}>{labelOf(line.title)}</Link>{" "}
                    <Show when={line.simulated}>
                      <SimulatedTag />
                    </Show>
                  </h3>
                  <p class="dim">
                    {line.client} · {t().state[line.state]}, {t().version(line.version)} ·{" "}
                    {line.baseline.from} – {line.baseline.to} → {line.reporting.from} – {line.reporting.to}
                  </p>
                  <Show when={line.sentence}>
                    {(sentence) => <p class="sentence">{labelOf(sentence())}</p>}
                  </Show>
                  <Show when={line.decayed !== null}>
                    <p class="warned" role="status" data-testid="retrofit-decayed">
                      <span aria-hidden="true">△ </span>
                      {t().event["saving-decayed"]}
                    </p>
                  </Show>
                </div>
              </li>
            )}
          </For>
        </ul>
      </Show>
      <OtherReports boilers={props.all.boilers} />
    </>
  );
}

function Wizard(props: {
  readonly all: Retrofits;
  readonly id: string;
  readonly step: Step | null;
}): JSX.Element {
  const t = words;
  const today = new Date().toISOString().slice(0, 10);
  const open: OpenProject = openProject(
    props.all,
    freshDocument(props.all.boilers, props.all.rules.thresholds[0] ?? "", today),
  );
  createEffect(
    on(
      () => props.id,
      (id) => {
        if (id !== "new" && id !== open.id()) void open.load(id);
      },
    ),
  );
  createEffect(on(language, () => void open.reloadResult(), { defer: true }));
  const step = (): Step => props.step ?? (props.id === "new" ? "boilers" : "savings");
  const to = (next: Step) => go(`/retrofits/${open.id() ?? props.id}/${next}`);
  const isThere = () => props.id === "new" || open.project() !== null;
  return (
    <>
      <nav aria-label={t().stepsLabel}>
        <ol class="steps">
          <For each={steps}>
            {(each, k) => (
              <li aria-current={each === step() ? "step" : undefined}>
                <Show
                  when={open.id() !== null}
                  fallback={
                    <span class="st">
                      <span class="no">{k() + 1}</span> {t().steps[each]}
                    </span>
                  }
                >
                  <Link class="st" href={`/retrofits/${open.id()}/${each}`} data-testid={`step-${each}`}>
                    <span class="no">{k() + 1}</span> {t().steps[each]}
                  </Link>
                </Show>
              </li>
            )}
          </For>
        </ol>
      </nav>
      <div class="rh">
        <div>
          <h2>
            {labelOf(open.document().title) || t().fresh}{" "}
            <Show when={open.project()?.simulated}>
              <SimulatedTag />
            </Show>
          </h2>
          <Show when={open.project()}>
            {(project) => (
              <p data-testid="retrofit-state" data-state={project().current.state}>
                {project().document.client} · {t().state[project().current.state]},{" "}
                {t().version(project().current.version)}
              </p>
            )}
          </Show>
        </div>
      </div>
      <Show when={!mayEdit()}>
        <p class="note">{t().needsRole}</p>
      </Show>
      <Show
        when={
          mayEdit() &&
          open.project() !== null &&
          !open.isDraft() &&
          ["boilers", "periods", "model"].includes(step())
        }
      >
        <p class="note">{t().frozen}</p>
      </Show>
      <Refused failure={open.failure()} />
      <Show
        when={isThere()}
        fallback={
          <Show when={open.failure() === null}>
            <Skeleton rows={5} height={60} />
          </Show>
        }
      >
        <Switch>
          <Match when={step() === "boilers"}>
            <BoilersStep open={open} saved={(id) => go(`/retrofits/${id}/periods`)} />
          </Match>
          <Match when={step() === "periods"}>
            <PeriodsStep open={open} done={() => to("model")} />
          </Match>
          <Match when={step() === "model"}>
            <ModelStep open={open} done={() => to("savings")} />
          </Match>
          <Match when={step() === "savings"}>
            <SavingsStep open={open} done={() => to("report")} />
          </Match>
          <Match when={step() === "report"}>
            <ReportStep open={open} />
          </Match>
        </Switch>
      </Show>
    </>
  );
}
