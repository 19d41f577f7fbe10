import { createSignal, createUniqueId, For, type JSX, Show } from "solid-js";
import type { BoilerText } from "../../contracts/http/boilers.ts";
import type { LiveBoiler } from "../../contracts/live.ts";
import type { TrainerBoiler, TrainerChange } from "../../contracts/trainer.ts";
import { classes } from "../classes.ts";
import { formatNumber } from "../format.ts";
import { labelOf, text } from "../texts/texts.ts";
import { Value } from "./value.tsx";

interface TrainerInstrumentsProps {
  readonly trained: TrainerBoiler;
  readonly boiler: BoilerText | null;
  readonly reading: LiveBoiler | null;
  readonly disabled: boolean;
  readonly change: (change: TrainerChange) => Promise<boolean>;
}

const plainFaults = ["frozen", "dead", "no-value"] as const;

/** Every instrument: what it shows, what is wrong with it, and what can be made wrong. */
export function TrainerInstruments(props: TrainerInstrumentsProps): JSX.Element {
  const t = () => text().trainer;
  return (
    <section class="panel" aria-labelledby="trainer-instruments" data-testid="trainer-instruments">
      <header>
        <h2 id="trainer-instruments">{t().instruments}</h2>
        <p>{t().instrumentsNote}</p>
      </header>
      <ul class="tins">
        <For each={props.trained.points}>{(point) => <InstrumentRow {...props} point={point} />}</For>
      </ul>
    </section>
  );
}

function InstrumentRow(props: TrainerInstrumentsProps & { readonly point: string }): JSX.Element {
  const t = () => text().trainer;
  const wrongId = createUniqueId();
  const known = () => props.boiler?.points.find(({ name }) => name === props.point) ?? null;
  const name = () => {
    const { points } = text();
    const own = known();
    if (own?.label) return labelOf(own.label);
    return props.point in points ? points[props.point as keyof typeof points] : props.point;
  };
  const unit = () => known()?.unit ?? "";
  const fault = () => props.trained.faults.find(({ point }) => point === props.point) ?? null;
  const faultText = () => {
    const now = fault();
    if (now === null) return t().sound;
    const { faults } = t();
    const said = now.kind in faults ? faults[now.kind as keyof typeof faults] : now.kind;
    if (now.by === undefined) return said;
    return `${said} ${now.by > 0 ? "+" : ""}${formatNumber(now.by, Number.isInteger(now.by) ? 0 : 2)} ${unit()}`;
  };
  const [amount, setAmount] = createSignal("");
  const [missingAmount, setMissingAmount] = createSignal(false);

  function offset(): void {
    const by = Number(amount());
    const isWrong = amount().trim() === "" || !Number.isFinite(by) || by === 0;
    setMissingAmount(isWrong);
    if (!isWrong) void props.change({ fault: { point: props.point, kind: "offset", by } });
  }

  return (
    <li data-testid={`instrument-${props.point}`}>
      <span class="nm">{name()}</span>
      <span class="num sh">
        <Show when={props.boiler}>
          {(boiler) => <Value boiler={boiler()} reading={props.reading} point={props.point} />}
        </Show>
        <span class="u">{unit()}</span>
      </span>
      <span class={classes("fl", fault() !== null && "on")}>{faultText()}</span>
      <div class="ac">
        <fieldset class="seg">
          <legend class="vh">{t().faultOf(t().fault, name())}</legend>
          <For each={plainFaults}>
            {(kind) => (
              <button
                type="button"
                title={t().faultTitles[kind]}
                aria-label={t().faultOf(t().faults[kind], name())}
                aria-pressed={fault()?.kind === kind}
                disabled={props.disabled}
                onClick={() => void props.change({ fault: { point: props.point, kind } })}
              >
                {t().faults[kind]}
              </button>
            )}
          </For>
        </fieldset>
        <div class="of">
          <input
            type="number"
            step="any"
            class="amt num"
            aria-label={unit() === "" ? t().amountOf(name()) : `${t().amountOf(name())}, ${unit()}`}
            aria-invalid={missingAmount()}
            aria-describedby={missingAmount() ? wrongId : undefined}
            disabled={props.disabled}
            value={amount()}
            onInput={(event) => setAmount(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === "Enter") offset();
            }}
          />
          <button
            type="button"
            class="btn sm"
            title={t().faultTitles.offset}
            aria-label={t().faultOf(t().faults.offset, name())}
            aria-pressed={fault()?.kind === "offset"}
            disabled={props.disabled}
            onClick={offset}
          >
            {t().faults.offset}
          </button>
        </div>
        <button
          type="button"
          class="btn sm"
          aria-label={t().mendOf(name())}
          disabled={props.disabled || fault() === null}
          onClick={() => void props.change({ mend: props.point })}
        >
          {t().mend}
        </button>
      </div>
      <Show when={missingAmount()}>
        <p class="wrong" id={wrongId} role="alert">
          {t().amountMissing}
        </p>
      </Show>
    </li>
  );
}
