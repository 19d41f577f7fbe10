import { createEffect, createMemo, createSignal, For, type JSX, onCleanup, Show } from "solid-js";
import type { BoilerText } from "../../contracts/http/boilers.ts";
import { tableQuantities } from "../../domain/limits.ts";
import { isActive, quantityOf, wantsAcknowledgement } from "../alarms.ts";
import { classes } from "../classes.ts";
import { useDesk } from "../desk.ts";
import { formatNumber, formatSpan } from "../format.ts";
import { onKey } from "../keyboard.ts";
import { rowName, tonnes } from "../limits.ts";
import { AdvicePanel } from "../panels/advice-panel.tsx";
import type { Form } from "../panels/alert-actions.tsx";
import { BoilerTabs } from "../panels/boiler-tabs.tsx";
import { EmissionsPanel } from "../panels/emissions-panel.tsx";
import { FluePath } from "../panels/flue-path.tsx";
import { HeatPanel } from "../panels/heat-panel.tsx";
import { JudgedLine } from "../panels/judged-line.tsx";
import { OperatingMap } from "../panels/operating-map.tsx";
import { SimulatedTag } from "../panels/simulated-tag.tsx";
import { Situation } from "../panels/situation.tsx";
import { TrendPanel } from "../panels/trend-panel.tsx";
import { query, setQuery } from "../router.tsx";
import { mayAct } from "../session.ts";
import { labelOf, text } from "../texts/texts.ts";

/** One boiler, for the person who stands in front of it; set up anew for each. */
export function BoilerPage(props: { readonly boiler: BoilerText }): JSX.Element {
  return (
    <Show when={props.boiler.id} keyed>
      {(_id) => <OpenBoiler boiler={props.boiler} />}
    </Show>
  );
}

function OpenBoiler(props: { readonly boiler: BoilerText }): JSX.Element {
  const { feed, conditions, alarms, choose } = useDesk();
  feed.watch(props.boiler.id);
  const reading = createMemo(() => {
    const watched = feed.watched();
    return watched?.boilerId === props.boiler.id ? watched : null;
  });
  const condition = () => conditions.of(props.boiler.id);
  const concerning = createMemo(() =>
    alarms
      .open()
      .filter(({ sourceId }) => sourceId === props.boiler.id || sourceId === props.boiler.gatewayId),
  );
  const [doing, setDoing] = createSignal<{ readonly id: string; readonly form: Form } | null>(null);
  const act = (id: string, form: Form | null) => setDoing(form === null ? null : { id, form });
  /** Of the alarm that the keys mean, which is the first on the page. */
  const begin = (form: Form) => {
    const first = concerning().find(wantsAcknowledgement);
    if (first === undefined || !mayAct()) return false;
    act(first.id, form);
    return true;
  };
  /** Puts the cursor where a note is written, while that is there. */
  let writeNote: (() => void) | null = null;
  const openNotes = () => {
    if (!mayAct()) return false;
    if (query("tab") !== "") setQuery({ tab: "" });
    queueMicrotask(() => writeNote?.());
    return true;
  };
  onCleanup(onKey("s", () => begin("shelve")));
  onCleanup(onKey("n", () => begin("none") || openNotes()));
  createEffect(() => choose(concerning().find(wantsAcknowledgement) ?? null));
  onCleanup(() => {
    feed.watch(null);
    choose(null);
  });
  /** Of the others the situation tells, and while a gateway is silent nothing can be judged at all. */
  const untold = createMemo(() => {
    const active = concerning().filter(isActive);
    const told = active.map((alarm) => quantityOf(alarm));
    return active.some(({ evidence }) => evidence?.kind === "silence")
      ? []
      : tableQuantities.filter((quantity) => !told.includes(quantity));
  });
  const isStale = () => condition()?.freshness !== "live";

  return (
    <div class={classes("col", isStale() && "stale")} data-stale={isStale() ? "true" : undefined}>
      <Chips
        boiler={props.boiler}
        firing={condition()?.firing ?? null}
        load={reading()?.values["loadPercent"] ?? null}
      />
      <div class="bl">
        <div class="col">
          <For each={concerning().map(({ id }) => id)}>
            {(id) => (
              <Show when={concerning().find((alarm) => alarm.id === id)}>
                {(alarm) => (
                  <Situation
                    alarm={alarm()}
                    boiler={props.boiler}
                    reading={reading()}
                    doing={doing()?.id === id ? (doing()?.form ?? null) : null}
                    act={(form) => act(id, form)}
                  />
                )}
              </Show>
            )}
          </For>
          <Show when={untold().length > 0}>
            <JudgedLine
              boiler={props.boiler}
              reading={reading()}
              condition={condition()}
              quantities={untold()}
            />
          </Show>
          <TrendPanel boiler={props.boiler} reading={reading()} condition={condition()} />
          <AdvicePanel boiler={props.boiler} />
        </div>
        <div class="col side">
          <FluePath boiler={props.boiler} reading={reading()} condition={condition()} />
          <OperatingMap boiler={props.boiler} reading={reading()} condition={condition()} />
          <EmissionsPanel boiler={props.boiler} reading={reading()} />
          <HeatPanel boiler={props.boiler} reading={reading()} />
        </div>
      </div>
      <BoilerTabs
        boiler={props.boiler}
        reading={reading()}
        writing={(focus) => {
          writeNote = focus;
        }}
      />
    </div>
  );
}

/** What kind of boiler it is, and what it does. */
function Chips(props: {
  readonly boiler: BoilerText;
  readonly firing: boolean | null;
  readonly load: number | null;
}): JSX.Element {
  const t = () => text().boiler;
  const state = () => {
    if (props.firing === null) return t().unknown;
    if (!props.firing) return t().off;
    return props.load === null ? t().firingOnly : t().firing(`${formatNumber(props.load, 0)} %`);
  };
  const capacity = () => {
    const { heatCarrier, capacityTPerH } = props.boiler;
    const size = heatCarrier === "steam" ? t().capacity : t().equivalent;
    return `${text().carrier[heatCarrier]} · ${size(tonnes(capacityTPerH))}`;
  };
  const limitClass = () => {
    const cell = props.boiler.limits.airRatio ?? props.boiler.limits.exhaustTempC;
    return cell === null ? null : t().class(rowName(cell.row, cell.tablesId));
  };
  return (
    <div class="idbar">
      <span class="state num">
        <i class={classes("st-dot", props.firing !== true && "hollow")} />
        {state()}
      </span>
      <For each={props.boiler.fuels}>{({ label }) => <span class="tag">{labelOf(label)}</span>}</For>
      <span class="tag">{capacity()}</span>
      <Show when={limitClass()}>{(shown) => <span class="tag no-tab">{shown()}</span>}</Show>
      <Show when={props.boiler.simulated}>
        <SimulatedTag />
      </Show>
      <Show when={props.boiler.steady.shortened}>
        <span class="tag" title={t().demoTimingTitle}>
          {t().demoTiming(formatSpan(props.boiler.steady.windowSeconds * 1_000))}
        </span>
      </Show>
    </div>
  );
}
