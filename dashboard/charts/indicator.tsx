import { createRenderEffect, type JSX } from "solid-js";
import type { Priority } from "../../domain/alarms/alarm.ts";
import { classes, toneClass } from "../classes.ts";
import { setAttribute } from "../dom.ts";

interface IndicatorProps {
  /** In pixels; it never changes. */
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

/** A value against its limit: track, limit line, hatch beyond it, and a pointer, which is all that moves. */
export function Indicator(props: IndicatorProps): JSX.Element {
  const width = props.width;
  const limitX = round(width * limitAt);
  const excess = (<rect class="exc" x={limitX} y="9" height="6" />) as SVGRectElement;
  const pointer = (<path class="ptr" d="M-4.5 .8h9L0 8.6Z" />) as SVGPathElement;
  const drawing = (
    <svg width={width} height="18" viewBox={`0 0 ${width} 18`} aria-hidden="true">
      <rect class="trk" x="0" y="9" width={width} height="6" rx="1" />
      <g class="limited">
        <rect class="bnd" x="0" y="9" width={round(limitX * bandEnds)} height="6" rx="1" />
        <rect class="ovr" x={limitX} y="9" width={round(width - limitX)} height="6" />
        {excess}
        <path class="lim" d={`M${limitX} 5V18`} />
      </g>
      {pointer}
    </svg>
  ) as SVGSVGElement;
  createRenderEffect(() => {
    const { value, limit, from, tone } = props;
    const x = value === null || limit === null ? null : placeOf((value - from) / (limit - from));
    const isOver = x !== null && x > limitX;
    setAttribute(
      drawing,
      "class",
      classes(
        "hb",
        toneClass(tone),
        tone !== null && isOver && "hot",
        limit === null && "unlimited",
        x === null && "blank",
      ),
    );
    if (x !== null) setAttribute(pointer, "transform", `translate(${x},0)`);
    if (isOver) setAttribute(excess, "width", String(round(x - limitX)));
  });

  /** Kept on the track: what is further out is told by its number. */
  function placeOf(share: number): number {
    return round(Math.min(width, Math.max(0, share * limitX)));
  }

  return drawing;
}

/** Where the scale of a quantity begins: no excess air, or flue gas as cold as no stack is. */
export function scaleFrom(quantity: "airRatio" | "exhaustTempC", limit: number | null): number {
  if (quantity === "airRatio") return 1;
  return Math.min(80, 0.4 * (limit ?? 200));
}

function round(x: number): number {
  return Math.round(x * 10) / 10;
}
