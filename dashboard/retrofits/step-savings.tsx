import { createSignal, For, type JSX, Show } from "solid-js";
import type { Failure } from "../api.ts";
import { labelOf } from "../texts/texts.ts";
import { NumberField, Part, Refused, TextField } from "./fields.tsx";
import { FollowUp } from "./follow-up.tsx";
import { type CheckedTests, type OpenProject, retrofitApi } from "./project.ts";
import { Refusals } from "./step-model.tsx";
import { words } from "./texts.ts";

const wide = [
  "verdict",
  "strip",
  "fit",
  "daily",
  "results",
  "months",
  "naive",
  "stack",
  "carbon",
  "attribution",
  "published",
  "money",
  "placebo",
  "sensitivity",
];

/** What was saved, how surely, and what it is worth. */
export function SavingsStep(props: { readonly open: OpenProject; readonly done: () => void }): JSX.Element {
  const { open } = props;
  return (
    <>
      <Show when={open.result() === null}>
        <p class="note">{words().notYet}</p>
      </Show>
      <Refusals open={open} />
      <Show when={open.project()?.versions.some(({ state }) => state === "released")}>
        <FollowUp id={open.id() ?? ""} />
      </Show>
      <div class="parts">
        <For each={wide.flatMap((id) => open.sections().filter((part) => part.id === id))}>
          {(part) => <Part {...part} />}
        </For>
      </div>
      <StackTests open={open} />
      <Prices open={open} />
      <div class="acts">
        <button type="button" class="btn primary" onClick={() => props.done()} data-testid="retrofit-next">
          {words().go}
        </button>
      </div>
    </>
  );
}

/** Fuels that are priced: those of the boilers inside the boundary. */
function Prices(props: { readonly open: OpenProject }): JSX.Element {
  const t = words;
  const { open } = props;
  const money = () => open.document().money;
  const fuels = () => {
    const all = open
      .boilers()
      .filter(({ id }) => open.document().plan.boilers.includes(id))
      .flatMap((boiler) => boiler.fuels);
    return all.filter((fuel, k) => all.findIndex(({ id }) => id === fuel.id) === k);
  };
  const locked = () => !open.isOpen();
  const setPrice = (fuelId: string, perUnit: number | null) =>
    open.change(({ money: next }) => {
      next.prices = next.prices.filter((price) => price.fuelId !== fuelId);
      if (perUnit !== null) next.prices.push({ fuelId, perUnit, source: "typed in" });
    });
  const airRates = () => money().airPollutionRates ?? [];
  const setAirRate = (pollutant: "sox" | "nox" | "pm", perKg: number | null) =>
    open.change(({ money: next, plan }) => {
      const before = (next.airPollutionRates ?? []).find((rate) => rate.pollutant === pollutant);
      const others = (next.airPollutionRates ?? []).filter((rate) => rate.pollutant !== pollutant);
      const known = before ?? {
        pollutant,
        validFrom: plan.reporting.from,
        source: "typed in",
        gasFreeTPerQuarter: null,
      };
      next.airPollutionRates = perKg === null ? others : [...others, { ...known, perKg }];
    });
  return (
    <section class="panel" data-testid="retrofit-prices">
      <header>
        <h2>{t().prices}</h2>
        <p>{money().currency}</p>
      </header>
      <div class="form">
        <For each={fuels()}>
          {(fuel) => (
            <NumberField
              label={t().price(labelOf(fuel.label), fuel.unit.replace("/h", ""))}
              value={money().prices.find(({ fuelId }) => fuelId === fuel.id)?.perUnit ?? null}
              disabled={locked()}
              set={(value) => setPrice(fuel.id, value)}
            />
          )}
        </For>
        <For each={["sox", "nox", "pm"] as const}>
          {(pollutant) => (
            <NumberField
              label={t().airRate({ sox: "SOx", nox: "NOx", pm: "PM" }[pollutant])}
              value={airRates().find((rate) => rate.pollutant === pollutant)?.perKg ?? null}
              disabled={locked()}
              set={(value) => setAirRate(pollutant, value)}
            />
          )}
        </For>
        <NumberField
          label={t().investment}
          value={money().investment}
          disabled={locked()}
          set={(value) =>
            open.change((next) => {
              next.money.investment = value ?? 0;
            })
          }
        />
        <NumberField
          label={t().maintenance}
          value={money().otherAnnual.maintenance}
          disabled={locked()}
          set={(value) =>
            open.change((next) => {
              next.money.otherAnnual.maintenance = value ?? 0;
            })
          }
        />
        <NumberField
          label={t().electricity}
          value={money().otherAnnual.electricity}
          disabled={locked()}
          set={(value) =>
            open.change((next) => {
              next.money.otherAnnual.electricity = value ?? 0;
            })
          }
        />
        <NumberField
          label={t().years}
          value={money().years}
          disabled={locked()}
          set={(value) =>
            open.change((next) => {
              next.money.years = Math.round(value ?? 10);
            })
          }
        />
        <NumberField
          label={t().discount}
          value={money().discountRatePercent}
          disabled={locked()}
          set={(value) =>
            open.change((next) => {
              next.money.discountRatePercent = value ?? 0;
            })
          }
        />
        <NumberField
          label={t().guarantee}
          value={money().guaranteeTPerYear}
          disabled={locked()}
          set={(value) =>
            open.change((next) => {
              next.money.guaranteeTPerYear = value;
            })
          }
        />
      </div>
      <Show when={!locked()}>
        <div class="acts in">
          <button
            type="button"
            class="btn"
            disabled={open.busy()}
            onClick={() => void open.save()}
            data-testid="retrofit-money"
          >
            {t().recalc}
          </button>
        </div>
      </Show>
    </section>
  );
}

/** Certificates from CSV, held against themselves before they are kept. */
function StackTests(props: { readonly open: OpenProject }): JSX.Element {
  const t = words;
  const { open } = props;
  const [csv, setCsv] = createSignal("");
  const [read, setRead] = createSignal<CheckedTests | null>(null);
  const [failure, setFailure] = createSignal<Failure | null>(null);
  async function check(): Promise<void> {
    const reply = await retrofitApi.checkCsv(csv());
    setFailure(reply.ok ? null : reply.failure);
    setRead(reply.ok ? reply.value : null);
  }
  async function take(): Promise<void> {
    const tests = read()?.tests ?? [];
    open.change(({ evidence }) => {
      evidence.stackTests.push(...tests);
    });
    if (await open.save()) setRead(null);
  }
  return (
    <section class="panel" data-testid="retrofit-tests">
      <header>
        <h2>{t().tests}</h2>
        <p>{t().testsKept(open.document().evidence.stackTests.length)}</p>
      </header>
      <Show when={open.isOpen()}>
        <div class="form">
          <TextField label="CSV" hint={t().testsHint} lines={4} value={csv()} set={setCsv} />
        </div>
        <Refused failure={failure()} />
        <Show when={read()}>
          {(found) => (
            <ul class="lines">
              <For each={found().findings}>
                {(finding) => (
                  <li>
                    <b>{labelOf(finding.title)}</b> {labelOf(finding.says)}
                  </li>
                )}
              </For>
              <For each={found().implied}>{(sentence) => <li>{labelOf(sentence)}</li>}</For>
            </ul>
          )}
        </Show>
        <div class="acts in">
          <button type="button" class="btn sm" disabled={csv().trim() === ""} onClick={() => void check()}>
            {t().readCsv}
          </button>
          <Show when={read()}>
            {(found) => (
              <button type="button" class="btn sm primary" onClick={() => void take()}>
                {t().takeTests(found().tests.length)}
              </button>
            )}
          </Show>
          <Show when={open.document().evidence.stackTests.length > 0}>
            <button
              type="button"
              class="btn sm ghost"
              onClick={() => {
                open.change(({ evidence }) => {
                  evidence.stackTests = [];
                });
                void open.save();
              }}
            >
              {t().clearTests}
            </button>
          </Show>
        </div>
      </Show>
    </section>
  );
}
