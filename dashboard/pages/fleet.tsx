import { createMemo, createSignal, For, type JSX, Show } from "solid-js";
import type { BoilerText } from "../../contracts/http/boilers.ts";
import { Icon } from "../charts/icons.tsx";
import { useDesk } from "../desk.ts";
import { type FleetOrder, fleetOrder, keptOrder, sameOrder } from "../fleet-order.ts";
import { DistancePanel } from "../panels/distance-panel.tsx";
import { FleetTable } from "../panels/fleet-table.tsx";
import { FleetTiles } from "../panels/fleet-tiles.tsx";
import { NowPanel } from "../panels/now-panel.tsx";
import { query, setQuery } from "../router.tsx";
import { labelOf, text } from "../texts/texts.ts";

const states = ["attention", "normal", "off", "stale"] as const;
const noOrder: FleetOrder = { attention: [], normal: [] };

/** Which boilers are abnormal, how far, and since when. */
export function FleetPage(): JSX.Element {
  const { list, conditions, attention } = useDesk();
  const [held, setHeld] = createSignal(false);
  const t = () => text().fleet;

  const matches = (boiler: BoilerText) => {
    const site = list.site(boiler.siteId);
    const words = [
      boiler.name,
      boiler.id,
      site?.name.en,
      site?.name["zh-TW"],
      site?.place.en,
      site?.place["zh-TW"],
    ];
    const sought = query("q").toLowerCase();
    if (!words.some((word) => word?.toLowerCase().includes(sought))) return false;
    if (query("site") !== "" && query("site") !== boiler.siteId) return false;
    if (query("fuel") !== "" && !boiler.fuels.some(({ id }) => id === query("fuel"))) return false;
    const condition = conditions.all().get(boiler.id);
    switch (query("state")) {
      case "attention":
        return attention.boilers().has(boiler.id);
      case "normal":
        return !attention.boilers().has(boiler.id);
      case "off":
        return condition?.firing === false;
      case "stale":
        return condition?.freshness !== "live";
      default:
        return true;
    }
  };
  const shown = createMemo(() => list.boilers().filter(matches));
  const order = createMemo<FleetOrder>(
    (before) =>
      (held() ? keptOrder(before, shown()) : null) ??
      fleetOrder(shown(), list.sites(), conditions.all(), attention.boilers()),
    noOrder,
    { equals: sameOrder },
  );
  const fuels = createMemo(() => {
    const byId = new Map(list.boilers().flatMap(({ fuels }) => fuels.map((fuel) => [fuel.id, fuel.label])));
    return [...byId].map(([id, label]) => ({ id, name: labelOf(label) }));
  });
  const refO2 = () =>
    [...new Set(list.boilers().map(({ referenceO2Percent }) => referenceO2Percent))].join(" / ");
  const clear = () => setQuery({ q: "", site: "", fuel: "", state: "" });

  return (
    <>
      <div class="fleet-top">
        <DistancePanel boilers={list.boilers()} />
        <NowPanel boilers={list.boilers()} />
      </div>
      <section class="panel" aria-label={t().allBoilers}>
        <div class="bar">
          <label class="field find">
            <Icon of="search" size={14} />
            <span class="vh">{t().search}</span>
            <input
              id="search"
              type="search"
              placeholder={t().search}
              value={query("q")}
              onInput={({ currentTarget }) => setQuery({ q: currentTarget.value })}
            />
            <kbd>/</kbd>
          </label>
          <Filter
            name={t().site}
            query="site"
            all={`${t().all} ${list.sites().length}`}
            options={list.sites().map(({ id, name }) => ({ id, name: labelOf(name) }))}
          />
          <Filter name={t().fuel} query="fuel" all={t().all} options={fuels()} />
          <Filter
            name={t().state}
            query="state"
            all={t().all}
            options={states.map((id) => ({ id, name: t().states[id] }))}
          />
          <span class="end">
            <span class="no-tab">{t().atRefO2(refO2())}</span>
            <fieldset class="seg" aria-label={t().view}>
              <button
                type="button"
                aria-pressed={query("view") !== "tiles"}
                onClick={() => setQuery({ view: "" })}
              >
                {t().table}
              </button>
              <button
                type="button"
                aria-pressed={query("view") === "tiles"}
                onClick={() => setQuery({ view: "tiles" })}
              >
                {t().tiles}
              </button>
            </fieldset>
          </span>
        </div>
        <Show
          when={query("view") === "tiles"}
          fallback={<FleetTable order={order()} held={held()} hold={setHeld} clear={clear} />}
        >
          <FleetTiles order={order()} />
        </Show>
      </section>
    </>
  );
}

function Filter(props: {
  readonly name: string;
  readonly query: string;
  readonly all: string;
  readonly options: readonly { readonly id: string; readonly name: string }[];
}): JSX.Element {
  return (
    <label class="field">
      {props.name}
      <select onChange={({ currentTarget }) => setQuery({ [props.query]: currentTarget.value })}>
        <option value="" selected={query(props.query) === ""}>
          {props.all}
        </option>
        <For each={props.options}>
          {({ id, name }) => (
            <option value={id} selected={query(props.query) === id}>
              {name}
            </option>
          )}
        </For>
      </select>
      <Icon of="down" size={14} />
    </label>
  );
}
