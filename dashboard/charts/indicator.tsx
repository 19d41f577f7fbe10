import { type JSX, Show } from "solid-js";
import type { Priority } from "../../domain/alarms/alarm.ts";
import { classes, toneClass } from "../classes.ts";

interface IndicatorProps {
  readonly width: number;
  readonly value: number | null;
  readonly limit: number | null;
  /** Where the scale begins: 1 for an air ratio, which is drawn as excess. */
  readonly from: number;
  readonly tone: Priority | null;
}

/** The limit stands at the same place in every indicator, so that the eye compares places and not numbers. */
const limitAt = 0.76;
/** The darker part of the track ends at this share of the way to the limit. */
const bandEnds = 0.8;

/** A value against its limit: track, limit line, hatch beyond it, and a pointer. */
export function Indicator(props: IndicatorProps): JSX.Element {
  const limitX = () => round(props.width * limitAt);
  const valueX = () => {
    if (props.value === null || props.limit === null) return null;
    const share = (props.value - props.from) / (props.limit - props.from);
    return round(Math.min(props.width, Math.max(0, share * limitX())));
  };
  const excess = () => Math.max(0, (valueX() ?? 0) - limitX());
  return (
    <svg
      class={classes("hb", toneClass(props.tone))}
      width={props.width}
      height="18"
      viewBox={`0 0 ${props.width} 18`}
      aria-hidden="true"
    >
      <rect class="trk" x="0" y="9" width={props.width} height="6" rx="1" />
      <Show when={props.limit !== null}>
        <rect class="bnd" x="0" y="9" width={round(limitX() * bandEnds)} height="6" rx="1" />
        <rect class="ovr" x={limitX()} y="9" width={round(props.width - limitX())} height="6" />
        <Show when={props.tone !== null && excess() > 0}>
          <rect class="exc" x={limitX()} y="9" width={round(excess())} height="6" />
        </Show>
        <path class="lim" d={`M${limitX()} 5V18`} />
      </Show>
      <Show when={valueX() !== null}>
        <path
          class={classes("ptr", props.tone !== null && excess() > 0 && "hot")}
          d="M-4.5 .8h9L0 8.6Z"
          transform={`translate(${valueX()},0)`}
        />
      </Show>
    </svg>
  );
}

/** Where the scale of a quantity begins: no excess air, or flue gas as cold as no stack is. */
export function scaleFrom(quantity: "airRatio" | "exhaustTempC", limit: number | null): number {
  if (quantity === "airRatio") return 1;
  return Math.min(80, 0.4 * (limit ?? 200));
}

function round(x: number): number {
  return Math.round(x * 10) / 10;
}
