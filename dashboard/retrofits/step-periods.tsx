import { createSignal, For, type JSX, onMount, Show } from "solid-js";
import type { RetrofitCoverage } from "../../contracts/http/retrofits.ts";
import type { Failure } from "../api.ts";
import { classes } from "../classes.ts";
import { RangeField, Refused, TextField } from "./fields.tsx";
import { type OpenProject, retrofitApi } from "./project.ts";
import { words } from "./texts.ts";

/** When before was and when after is, with what of it is there, and which days do not count. */
export function PeriodsStep(props: { readonly open: OpenProject; readonly done: () => void }): JSX.Element {
  const t = words;
  const { open } = props;
  const locked = () => !open.isDraft();
  const plan = () => open.document().plan;
  const [shown, setShown] = createSignal({ from: plan().baseline.from, to: plan().reporting.to });
  const [coverage, setCoverage] = createSignal<RetrofitCoverage | null>(null);
  const [failure, setFailure] = createSignal<Failure | null>(null);
  const [excluded, setExcluded] = createSignal({
    from: plan().baseline.from,
    to: plan().baseline.from,
    reason: "",
  });

  async function show(): Promise<void> {
    const id = open.id();
    if (id === null) return;
    const reply = await retrofitApi.coverage(id, shown().from, shown().to);
    setFailure(reply.ok ? null : reply.failure);
    if (reply.ok) setCoverage(reply.value);
  }
  onMount(() => void show());

  function take(): void {
    const [before, after] = coverage()?.proposed ?? [];
    if (before === undefined || after === undefined) return;
    open.change(({ plan: next }) => {
      next.baseline = { ...before };
      next.reporting = { ...after };
      next.works = null;
    });
  }

  async function save(): Promise<void> {
    if (locked() || (await open.save())) props.done();
  }
  return (
    <>
      <section class="panel">
        <header>
          <h2>{t().steps.periods}</h2>
        </header>
        <div class="form">
          <RangeField
            label={t().baseline}
            {...plan().baseline}
            disabled={locked()}
            set={(from, to) =>
              open.change((next) => {
                next.plan.baseline = { from, to };
              })
            }
          />
          <RangeField
            label={t().works}
            from={plan().works?.from ?? ""}
            to={plan().works?.to ?? ""}
            disabled={locked()}
            set={(from, to) =>
              open.change((next) => {
                next.plan.works = from === "" && to === "" ? null : { from: from || to, to: to || from };
              })
            }
          />
          <RangeField
            label={t().reporting}
            {...plan().reporting}
            disabled={locked()}
            set={(from, to) =>
              open.change((next) => {
                next.plan.reporting = { from, to };
              })
            }
          />
        </div>
      </section>
      <section class="panel">
        <header>
          <h2>{t().coverage}</h2>
          <p>{t().coverageLegend}</p>
        </header>
        <div class="form tight">
          <RangeField label={t().show} {...shown()} set={(from, to) => setShown({ from, to })} />
          <button type="button" class="btn sm" onClick={() => void show()}>
            {t().show}
          </button>
        </div>
        <Refused failure={failure()} />
        <Calendar coverage={coverage()} />
        <Show when={(coverage()?.proposed.length ?? 0) > 0}>
          <div class="form tight">
            <p>
              {t().proposed}:{" "}
              {coverage()
                ?.proposed.map(({ from, to }) => `${from} – ${to}`)
                .join(" · ")}
            </p>
            <Show when={coverage()?.proposed.length === 2 && !locked()}>
              <button type="button" class="btn sm" onClick={take}>
                {t().useProposed}
              </button>
            </Show>
          </div>
        </Show>
      </section>
      <section class="panel">
        <header>
          <h2>{t().exclusions}</h2>
        </header>
        <ul class="lines">
          <For each={plan().exclusions}>
            {(each, k) => (
              <li>
                <span class="nw">{`${each.from} – ${each.to}`}</span> {each.reason}{" "}
                <span class="dim">{each.author}</span>
                <Show when={!locked()}>
                  <button
                    type="button"
                    class="btn sm ghost"
                    onClick={() =>
                      open.change(({ plan: next }) => {
                        next.exclusions.splice(k(), 1);
                      })
                    }
                  >
                    {t().remove}
                  </button>
                </Show>
              </li>
            )}
          </For>
        </ul>
        <Show when={!locked()}>
          <div class="form tight">
            <RangeField
              label={t().exclusions}
              from={excluded().from}
              to={excluded().to}
              set={(from, to) => setExcluded({ ...excluded(), from, to })}
            />
            <TextField
              label={t().reason}
              value={excluded().reason}
              set={(reason) => setExcluded({ ...excluded(), reason })}
            />
            <button
              type="button"
              class="btn sm"
              disabled={excluded().reason.trim() === ""}
              onClick={() => {
                open.change(({ plan: next }) => {
                  next.exclusions.push({ ...excluded() });
                });
                setExcluded({ ...excluded(), reason: "" });
              }}
            >
              {t().addExclusion}
            </button>
          </div>
        </Show>
      </section>
      <div class="acts">
        <button
          type="button"
          class="btn primary"
          disabled={open.busy()}
          onClick={() => void save()}
          data-testid="retrofit-next"
        >
          {locked() ? t().go : t().next}
        </button>
      </div>
    </>
  );
}

/** A line for each month, a cell for each day. */
function Calendar(props: { readonly coverage: RetrofitCoverage | null }): JSX.Element {
  const months = () => {
    const by = new Map<string, RetrofitCoverage["days"]>();
    for (const day of props.coverage?.days ?? []) {
      const month = day.date.slice(0, 7);
      by.set(month, [...(by.get(month) ?? []), day]);
    }
    return [...by];
  };
  const kind = (percent: number) => (percent >= 90 ? "full" : percent > 0 ? "part" : "gone");
  return (
    <div class="cal" role="img" aria-label={words().coverage}>
      <For each={months()}>
        {([month, days]) => (
          <div class="mo">
            <span>{month}</span>
            <For each={days}>
              {(day) => (
                <i
                  class={classes("dc", kind(day.coveragePercent))}
                  title={`${day.date}: ${Math.round(day.coveragePercent)} %`}
                />
              )}
            </For>
          </div>
        )}
      </For>
    </div>
  );
}
