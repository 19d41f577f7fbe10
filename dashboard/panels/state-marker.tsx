import { type JSX, Match, Switch } from "solid-js";
import { CatchingUpMarker, LostMarker, Marker } from "../charts/marker.tsx";
import type { Condition } from "../condition.ts";
import { text } from "../texts/texts.ts";

/** The one mark that says how a boiler is: its worst alarm, old data, out of firing, or a plain grey dot. */
export function StateMarker(props: { readonly condition: Condition }): JSX.Element {
  const worst = () => props.condition.active[0];
  const over = () => props.condition.returned[0];
  const state = () => text().state;
  return (
    <Switch
      fallback={
        <span class="st-dot">
          <span class="vh">{state().normal}</span>
        </span>
      }
    >
      <Match when={props.condition.backlog !== null}>
        <CatchingUpMarker label={state().catching} />
      </Match>
      <Match when={props.condition.freshness !== "live"}>
        <LostMarker label={state().stale} />
      </Match>
      <Match when={worst()}>
        {(alarm) => (
          <Marker
            priority={alarm().priority}
            state={alarm().state === "unacknowledged" ? "unack" : "acked"}
            label={
              alarm().state === "unacknowledged"
                ? state().p(alarm().priority)
                : state().acked(alarm().priority)
            }
          />
        )}
      </Match>
      <Match when={props.condition.above.length > 0}>
        <Marker priority={2} state="acked" label={state().above} />
      </Match>
      <Match when={over()}>
        {(alarm) => (
          <Marker priority={alarm().priority} state="rtn" label={state().returned(alarm().priority)} />
        )}
      </Match>
      <Match when={props.condition.firing === false}>
        <span class="st-dot hollow">
          <span class="vh">{state().off}</span>
        </span>
      </Match>
    </Switch>
  );
}
