import { For, type JSX, Show } from "solid-js";
import { labelOf } from "../texts/texts.ts";
import { ChoiceField, NumberField, Part } from "./fields.tsx";
import type { OpenProject } from "./project.ts";
import { words } from "./texts.ts";

const bendForms = ["3P-heating", "3P-cooling", "4P", "5P"] as const;
const shownHere = ["model", "fit", "residuals", "periods"];

/** By what energy is explained: decided and frozen before any result is reckoned. */
export function ModelStep(props: { readonly open: OpenProject; readonly done: () => void }): JSX.Element {
  const t = words;
  const { open } = props;
  const locked = () => !open.isDraft();
  const plan = () => open.document().plan;
  const points = () => {
    const chosen = open.boilers().filter(({ id }) => plan().boilers.includes(id));
    const [first, ...others] = chosen;
    return (first?.points ?? []).filter(
      ({ name }) =>
        name !== "usefulHeatKw" &&
        /(TempC|Percent)$/.test(name) &&
        others.every(({ points: of }) => of.some((each) => each.name === name)),
    );
  };
  const state = () => open.project()?.current.state ?? "draft";
  async function freeze(): Promise<void> {
    if ((await open.save()) && (await open.freeze())) await open.compute();
  }
  return (
    <>
      <section class="panel">
        <header>
          <h2>{t().steps.model}</h2>
        </header>
        <div class="form">
          <ChoiceField
            label={t().interval}
            value={plan().interval}
            disabled={locked()}
            choices={[
              { value: "daily", label: t().intervals.daily },
              { value: "hourly", label: t().intervals.hourly },
            ]}
            set={(interval) =>
              open.change((next) => {
                next.plan.interval = interval;
              })
            }
          />
          <NumberField
            label={t().confidence}
            value={Math.round(1_000 * plan().confidence) / 10}
            disabled={locked()}
            set={(value) =>
              open.change((next) => {
                next.plan.confidence = (value ?? 90) / 100;
              })
            }
          />
          <ChoiceField
            label={t().drivers}
            value={plan().drivers[0]?.point ?? ""}
            disabled={locked()}
            choices={[
              { value: "", label: t().noDrivers },
              ...points().map(({ name }) => ({ value: name, label: name })),
            ]}
            set={(point) =>
              open.change((next) => {
                next.plan.drivers = point === "" ? [] : [{ point, sign: "either" }];
              })
            }
          />
          <fieldset>
            <legend>{t().bends}</legend>
            <div class="picks">
              <For each={bendForms}>
                {(form) => (
                  <label class="pick">
                    <input
                      type="checkbox"
                      checked={plan().bends.includes(form)}
                      disabled={locked()}
                      onChange={(event) => {
                        const { checked } = event.currentTarget;
                        open.change((next) => {
                          next.plan.bends = checked
                            ? [...next.plan.bends, form]
                            : next.plan.bends.filter((each) => each !== form);
                        });
                      }}
                    />
                    {form}
                  </label>
                )}
              </For>
              <label class="pick">
                <input
                  type="checkbox"
                  checked={plan().parabola}
                  disabled={locked()}
                  onChange={(event) => {
                    const { checked } = event.currentTarget;
                    open.change((next) => {
                      next.plan.parabola = checked;
                    });
                  }}
                />
                {t().parabola}
              </label>
            </div>
          </fieldset>
        </div>
        <div class="acts in">
          <Show when={state() === "draft"}>
            <p class="note">{t().freezeHint}</p>
            <button
              type="button"
              class="btn primary"
              disabled={locked() || open.busy()}
              onClick={() => void freeze()}
              data-testid="retrofit-freeze"
            >
              {t().freeze}
            </button>
          </Show>
          <Show when={open.project()?.current.planHash}>
            {(hash) => (
              <p class="note">
                {t().planHash} <code data-testid="plan-hash">{hash()}</code>
              </p>
            )}
          </Show>
          <Show when={state() === "planned" || state() === "computed"}>
            <button
              type="button"
              class="btn"
              disabled={!open.isOpen() || open.busy()}
              onClick={() => void open.compute()}
              data-testid="retrofit-compute"
            >
              {state() === "planned" ? t().compute : t().computeAgain}
            </button>
          </Show>
        </div>
      </section>
      <Refusals open={open} />
      <For each={open.sections().filter(({ id }) => shownHere.includes(id))}>
        {(part) => <Part {...part} />}
      </For>
      <div class="acts">
        <button type="button" class="btn primary" onClick={() => props.done()} data-testid="retrofit-next">
          {t().go}
        </button>
      </div>
    </>
  );
}

/** Why there is no result, each with what would help. */
export function Refusals(props: { readonly open: OpenProject }): JSX.Element {
  const refused = () => {
    const outcome = props.open.result()?.outcome;
    return outcome?.kind === "refused" ? outcome : null;
  };
  return (
    <Show when={refused()}>
      {(outcome) => (
        <section class="panel" data-testid="retrofit-no-result">
          <div class="say" role="alert">
            <h2>{words().refused}</h2>
            <ul>
              <For each={outcome().refusals}>{({ says }) => <li>{labelOf(says)}</li>}</For>
            </ul>
          </div>
        </section>
      )}
    </Show>
  );
}
