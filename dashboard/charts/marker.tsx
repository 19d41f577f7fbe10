import { type JSX, Match, Show, Switch } from "solid-js";
import type { Priority } from "../../domain/alarms/alarm.ts";
import { classes, toneClass } from "../classes.ts";

export type MarkerState = "unack" | "acked" | "rtn";

interface MarkerProps {
  readonly priority: Priority;
  readonly state: MarkerState;
  readonly size?: number;
  /** Left out where the text beside it says the same. */
  readonly label?: string;
}

/** A priority as shape, digit and colour: square 1, triangle 2, diamond 3; filled until somebody acknowledges. */
export function Marker(props: MarkerProps): JSX.Element {
  return (
    <span class={classes("mkw", toneClass(props.priority), props.state)}>
      <Show when={props.state === "unack"}>
        <i class="halo" />
      </Show>
      <svg
        class={classes("mk", props.state)}
        viewBox="0 0 16 16"
        width={props.size ?? 16}
        height={props.size ?? 16}
        aria-hidden="true"
      >
        <Switch>
          <Match when={props.priority === 1}>
            <rect class="s" x="1.75" y="1.75" width="12.5" height="12.5" rx="1.5" />
          </Match>
          <Match when={props.priority === 2}>
            <path class="s" d="M8 1.2 15.2 14.2H.8Z" stroke-linejoin="round" />
          </Match>
          <Match when={props.priority === 3}>
            <path class="s" d="M8 .9 15.1 8 8 15.1.9 8Z" stroke-linejoin="round" />
          </Match>
        </Switch>
        <text x="8" y={{ 1: "11.7", 2: "12.9", 3: "11.5" }[props.priority]}>
          {props.priority}
        </text>
      </svg>
      <Spoken label={props.label} />
    </span>
  );
}

/** Nothing comes in: a broken ring, struck through. */
export function LostMarker(props: { readonly label?: string }): JSX.Element {
  return (
    <>
      <svg class="mk quiet" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <circle class="s" cx="8" cy="8" r="6" fill="none" stroke-width="1.5" stroke-dasharray="2.6 2.1" />
        <path class="x" d="M4 12 12 4" />
      </svg>
      <Spoken label={props.label} />
    </>
  );
}

/** What was missed is coming in. */
export function CatchingUpMarker(props: { readonly label?: string }): JSX.Element {
  return (
    <>
      <svg class="mk quiet" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <path class="x" d="M13.6 8A5.6 5.6 0 1 1 11.7 3.8M13.7 1.9v3.2h-3.2" />
      </svg>
      <Spoken label={props.label} />
    </>
  );
}

function Spoken(props: { readonly label: string | undefined }): JSX.Element {
  return <Show when={props.label}>{(label) => <span class="vh">{label()}</span>}</Show>;
}
