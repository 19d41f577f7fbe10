import { For, type JSX, Show } from "solid-js";
import type { BoilerText } from "../../contracts/http/boilers.ts";
import { classes, toneClass } from "../classes.ts";
import { worstTone } from "../condition.ts";
import { useDesk } from "../desk.ts";
import type { FleetOrder } from "../fleet-order.ts";
import { Link } from "../router.tsx";
import { siteName } from "../sources.ts";
import { text } from "../texts/texts.ts";
import { StateMarker } from "./state-marker.tsx";

/** Every boiler as a small cell, so that two hundred of them fit on one wall screen. */
export function FleetTiles(props: { readonly order: FleetOrder }): JSX.Element {
  const t = () => text().fleet;
  return (
    <div class="tiles">
      <Show when={props.order.attention.length > 0}>
        <h3>
          {t().attention} {props.order.attention.length}
        </h3>
        <For each={props.order.attention}>{(boiler) => <Tile boiler={boiler} />}</For>
      </Show>
      <h3>
        {t().normal} {props.order.normal.length}
      </h3>
      <For each={props.order.normal}>{(boiler) => <Tile boiler={boiler} />}</For>
    </div>
  );
}

function Tile(props: { readonly boiler: BoilerText }): JSX.Element {
  const { conditions, list } = useDesk();
  const sim = () => (props.boiler.simulated ? ` · ${text().simulated}` : "");
  return (
    <Show when={conditions.of(props.boiler.id)}>
      {(condition) => (
        <Link
          class={classes(
            "tile",
            toneClass(worstTone(condition())),
            condition().freshness !== "live" && "stale",
            condition().firing === false && "off",
          )}
          href={`/boilers/${props.boiler.id}`}
          title={`${siteName(list, props.boiler.siteId)} ${props.boiler.name}${sim()}`}
          data-boiler={props.boiler.id}
        >
          <StateMarker condition={condition()} />
          <span>{props.boiler.name}</span>
        </Link>
      )}
    </Show>
  );
}
