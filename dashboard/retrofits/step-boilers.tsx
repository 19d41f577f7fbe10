import { createSignal, For, type JSX, Show } from "solid-js";
import { measureKinds } from "../../domain/mv/measure-kinds.ts";
import { labelOf } from "../texts/texts.ts";
import { ChoiceField, NumberField, TextField } from "./fields.tsx";
import { metersOf, type OpenProject } from "./project.ts";
import { words } from "./texts.ts";

/** What is inside: boilers, measures, meters with their plates, and what stays as it is. */
export function BoilersStep(props: {
  readonly open: OpenProject;
  readonly saved: (id: string) => void;
}): JSX.Element {
  const t = words;
  const { open } = props;
  const [newId, setNewId] = createSignal("");
  const locked = () => !open.isDraft();
  const plan = () => open.document().plan;
  const fuels = () => {
    const all = open
      .boilers()
      .filter(({ id }) => plan().boilers.includes(id))
      .flatMap((boiler) => boiler.fuels);
    return all.filter((fuel, k) => all.findIndex(({ id }) => id === fuel.id) === k);
  };

  function choose(boilerId: string, chosen: boolean): void {
    open.change(({ plan: next }) => {
      next.boilers = chosen ? [...next.boilers, boilerId] : next.boilers.filter((id) => id !== boilerId);
      const boiler = open.boilers().find(({ id }) => id === boilerId);
      next.meters = next.meters.filter((meter) => meter.boilerId !== boilerId);
      if (chosen && boiler !== undefined) next.meters.push(...metersOf(boiler));
      if (next.fuelBefore === "") next.fuelBefore = boiler?.fuels[0]?.id ?? "";
    });
  }

  async function save(): Promise<void> {
    if (await open.save(newId())) props.saved(open.id() ?? "");
  }

  return (
    <>
      <section class="panel">
        <header>
          <h2>{t().steps.boilers}</h2>
        </header>
        <div class="form">
          <Show when={open.id() === null}>
            <TextField label={t().id} value={newId()} set={setNewId} />
          </Show>
          <TextField
            label={t().titleEn}
            value={open.document().title.en}
            disabled={locked()}
            set={(value) =>
              open.change((next) => {
                next.title.en = value;
              })
            }
          />
          <TextField
            label={t().titleZh}
            value={open.document().title["zh-TW"]}
            disabled={locked()}
            set={(value) =>
              open.change((next) => {
                next.title["zh-TW"] = value;
              })
            }
          />
          <TextField
            label={t().client}
            value={open.document().client}
            disabled={locked()}
            set={(value) =>
              open.change((next) => {
                next.client = value;
              })
            }
          />
          <fieldset class="wide">
            <legend>{t().boilers}</legend>
            <div class="picks">
              <For each={open.boilers()}>
                {(boiler) => (
                  <label class="pick">
                    <input
                      type="checkbox"
                      checked={plan().boilers.includes(boiler.id)}
                      disabled={locked()}
                      onChange={(event) => choose(boiler.id, event.currentTarget.checked)}
                    />
                    {boiler.name} <span class="dim">{labelOf(boiler.siteName)}</span>
                    <Show when={boiler.simulated}>
                      <span class="dim"> · {t().simulated}</span>
                    </Show>
                  </label>
                )}
              </For>
            </div>
          </fieldset>
          <TextField
            label={t().boundary}
            hint={t().boundaryHint}
            lines={2}
            value={plan().boundary}
            disabled={locked()}
            set={(value) =>
              open.change((next) => {
                next.plan.boundary = value;
              })
            }
          />
          <TextField
            label={t().staticFactors}
            lines={2}
            value={plan().staticFactors.join("\n")}
            disabled={locked()}
            set={(value) =>
              open.change((next) => {
                next.plan.staticFactors = value.split("\n").filter((line) => line.trim() !== "");
              })
            }
          />
          <ChoiceField
            label={t().fuelBefore}
            value={plan().fuelBefore}
            disabled={locked()}
            choices={fuels().map(({ id, label }) => ({ value: id, label: labelOf(label) }))}
            set={(value) =>
              open.change((next) => {
                next.plan.fuelBefore = value;
              })
            }
          />
          <ChoiceField
            label={t().basis}
            value={plan().basis}
            disabled={locked()}
            choices={[
              { value: "lhv", label: "LHV" },
              { value: "hhv", label: "HHV" },
            ]}
            set={(value) =>
              open.change((next) => {
                next.plan.basis = value;
              })
            }
          />
        </div>
      </section>
      <Measures open={open} locked={locked()} />
      <Meters open={open} locked={locked()} />
      <div class="acts">
        <button
          type="button"
          class="btn primary"
          disabled={open.busy()}
          onClick={() => (locked() ? props.saved(open.id() ?? "") : void save())}
          data-testid="retrofit-next"
        >
          {locked() ? t().go : t().next}
        </button>
      </div>
    </>
  );
}

function Measures(props: { readonly open: OpenProject; readonly locked: boolean }): JSX.Element {
  const t = words;
  const { open } = props;
  const measures = () => open.document().plan.measures;
  const add = () =>
    open.change(({ plan }) => {
      plan.measures.push({
        id: `m${plan.measures.length + 1}`,
        kind: "other",
        label: { en: "", "zh-TW": "" },
      });
    });
  return (
    <section class="panel">
      <header>
        <h2>{t().measures}</h2>
        <Show when={!props.locked}>
          <button type="button" class="btn sm end" onClick={add}>
            {t().addMeasure}
          </button>
        </Show>
      </header>
      <For each={measures().map((_, k) => k)}>
        {(k) => (
          <div class="form tight">
            <ChoiceField
              label={`${t().measures} ${k + 1}`}
              value={measures()[k]?.kind ?? "other"}
              disabled={props.locked}
              choices={measureKinds.map((kind) => ({ value: kind, label: t().kind[kind] }))}
              set={(kind) =>
                open.change(({ plan }) => {
                  const of = plan.measures[k];
                  if (of !== undefined) of.kind = kind;
                })
              }
            />
            <TextField
              label={t().measureEn}
              value={measures()[k]?.label.en ?? ""}
              disabled={props.locked}
              set={(value) =>
                open.change(({ plan }) => {
                  const of = plan.measures[k];
                  if (of !== undefined) of.label.en = value;
                })
              }
            />
            <TextField
              label={t().measureZh}
              value={measures()[k]?.label["zh-TW"] ?? ""}
              disabled={props.locked}
              set={(value) =>
                open.change(({ plan }) => {
                  const of = plan.measures[k];
                  if (of !== undefined) of.label["zh-TW"] = value;
                })
              }
            />
            <Show when={!props.locked}>
              <button
                type="button"
                class="btn sm"
                onClick={() =>
                  open.change(({ plan }) => {
                    plan.measures.splice(k, 1);
                  })
                }
              >
                {t().remove}
              </button>
            </Show>
          </div>
        )}
      </For>
    </section>
  );
}

function Meters(props: { readonly open: OpenProject; readonly locked: boolean }): JSX.Element {
  const t = words;
  const { open } = props;
  type Meter = ReturnType<typeof metersOf>[number];
  const meters = () => open.document().plan.meters;
  const set = (k: number, change: Partial<Meter>) =>
    open.change(({ plan }) => {
      const of = plan.meters[k];
      if (of !== undefined) plan.meters[k] = { ...of, ...change };
    });
  const orNull = (value: string) => (value.trim() === "" ? null : value);
  const isExchanged = (meter: Meter | undefined) =>
    meter !== undefined &&
    meter.serialBefore !== null &&
    meter.serialAfter !== null &&
    meter.serialBefore !== meter.serialAfter;
  const comparison = (k: number) =>
    meters()[k]?.comparison ?? { factor: 1, uncertaintyPercent: 0, source: "" };
  return (
    <section class="panel">
      <header>
        <h2>{t().meters}</h2>
        <p>{t().metersHint}</p>
      </header>
      <For each={meters().map((_, k) => k)}>
        {(k) => (
          <fieldset class="form tight">
            <legend>
              {meters()[k]?.id} <span class="dim">{`${meters()[k]?.point}, ${meters()[k]?.unit}`}</span>
            </legend>
            <TextField
              label={t().serialBefore}
              value={meters()[k]?.serialBefore ?? ""}
              disabled={props.locked}
              set={(value) => set(k, { serialBefore: orNull(value) })}
            />
            <TextField
              label={t().serialAfter}
              value={meters()[k]?.serialAfter ?? ""}
              disabled={props.locked}
              set={(value) => set(k, { serialAfter: orNull(value) })}
            />
            <TextField
              type="date"
              label={t().calibratedBefore}
              value={meters()[k]?.calibratedBefore ?? ""}
              disabled={props.locked}
              set={(value) => set(k, { calibratedBefore: orNull(value) })}
            />
            <TextField
              type="date"
              label={t().calibratedAfter}
              value={meters()[k]?.calibratedAfter ?? ""}
              disabled={props.locked}
              set={(value) => set(k, { calibratedAfter: orNull(value) })}
            />
            <NumberField
              label={t().uncertainty}
              value={meters()[k]?.uncertaintyPercent ?? null}
              disabled={props.locked}
              set={(value) => set(k, { uncertaintyPercent: value })}
            />
            <Show when={isExchanged(meters()[k])}>
              <NumberField
                label={t().factor}
                value={comparison(k).factor}
                disabled={props.locked}
                set={(value) => set(k, { comparison: { ...comparison(k), factor: value ?? 1 } })}
              />
              <NumberField
                label={t().factorU}
                value={comparison(k).uncertaintyPercent}
                disabled={props.locked}
                set={(value) => set(k, { comparison: { ...comparison(k), uncertaintyPercent: value ?? 0 } })}
              />
              <TextField
                label={t().factorSource}
                value={comparison(k).source}
                disabled={props.locked}
                set={(value) =>
                  set(k, { comparison: value.trim() === "" ? null : { ...comparison(k), source: value } })
                }
              />
            </Show>
          </fieldset>
        )}
      </For>
    </section>
  );
}
