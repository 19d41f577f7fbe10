import { createEffect, createMemo, For, Index, type JSX, Show } from "solid-js";
import type { BoilerText } from "../../contracts/http/boilers.ts";
import type { Priority } from "../../domain/alarms/alarm.ts";
import type { TableQuantity } from "../../domain/limits.ts";
import { cleared, type Size, sizeOf } from "../charts/canvas.ts";
import { Marker } from "../charts/marker.tsx";
import { type Palette, palette } from "../charts/palette.ts";
import { classes, toneClass } from "../classes.ts";
import { toneOf } from "../condition.ts";
import { type Desk, useDesk } from "../desk.ts";
import { formatNumber } from "../format.ts";
import { emissionLimit, shareOfLimit, tableLimit } from "../limits.ts";
import { Link } from "../router.tsx";
import { text } from "../texts/texts.ts";
import { SimulatedTag } from "./simulated-tag.tsx";

interface Tick {
  readonly boiler: BoilerText;
  /** 1 is the limit. */
  readonly share: number;
  readonly tone: Priority | null;
  readonly unacknowledged: boolean;
  /** Old, or of a boiler that does not fire. */
  readonly faint: boolean;
}

/** The limit stands at 62.5 % of the width, so that there is room for what is beyond it. */
const limitAt = 0.625;
const laneHeight = 25;
/** A name is about so wide, as a share of the lane. */
const nameWidth = 0.22;
const quantities = [
  "airRatio",
  "exhaustTempC",
  "pmAtRefO2MgPerNm3",
  "soxAtRefO2Ppm",
  "noxAtRefO2Ppm",
] as const;
type Quantity = (typeof quantities)[number];

/** Every boiler as one tick on each lane, at its share of its own limit; who is beyond stands there by name. */
export function DistancePanel(props: { readonly boilers: readonly BoilerText[] }): JSX.Element {
  const desk = useDesk();
  const t = () => text().fleet;
  let area: HTMLDivElement | undefined;
  let canvas: HTMLCanvasElement | undefined;
  const size = sizeOf(() => area);
  const lanes = createMemo(() => {
    desk.feed.frameMs();
    return quantities.map((quantity) => ticksOf(desk, props.boilers, quantity));
  });
  createEffect(() => {
    const context = canvas === undefined ? null : cleared(canvas, size());
    if (context !== null) drawLanes(context, size(), lanes(), palette());
  });
  const names = () => {
    const { lane } = t();
    return [
      { name: lane.airRatio, unit: t().excess },
      { name: lane.exhaust, unit: "°C" },
      { name: lane.pm, unit: "mg/Nm³" },
      { name: lane.sox, unit: "ppm" },
      { name: lane.nox, unit: "ppm" },
    ];
  };
  const summary = () =>
    names()
      .map(({ name }, index) => {
        const ticks = lanes()[index] ?? [];
        return t().laneSummary(name, ticks.length, ticks.filter(({ share }) => share > 1).length);
      })
      .join(" ");

  return (
    <section class="panel" aria-labelledby="distance">
      <header>
        <h2 id="distance">{t().distance}</h2>
        <p>{t().distanceNote}</p>
        <Show when={props.boilers.some(({ simulated }) => simulated)}>
          <span class="end">
            <SimulatedTag />
          </span>
        </Show>
      </header>
      <div class="head">
        <For each={names()}>
          {({ name, unit }) => (
            <div class="lab">
              {name}
              <span class="u">{unit}</span>
            </div>
          )}
        </For>
        <div class="lanes-area" ref={area}>
          <canvas ref={canvas} role="img" aria-label={summary()} />
          <For each={quantities}>
            {(quantity, lane) => (
              <Index each={beyond(lanes()[lane()] ?? [])}>
                {(tick) => <Outlier tick={tick()} lane={lane()} quantity={quantity} />}
              </Index>
            )}
          </For>
        </div>
        <div class="axis">
          <span class="a0">0</span>
          <span class="a50">50 %</span>
          <span class="a100 l">{t().limitAxis}</span>
          <span class="a150">150 %</span>
        </div>
      </div>
    </section>
  );
}

function Outlier(props: {
  readonly tick: Tick;
  readonly lane: number;
  readonly quantity: Quantity;
}): JSX.Element {
  const x = () => placeOf(props.tick);
  const isEmission = () => props.quantity !== "airRatio" && props.quantity !== "exhaustTempC";
  return (
    <div
      class={classes("out", x() > 0.8 && "left", toneClass(props.tick.tone))}
      style={{ left: `${(x() * 100).toFixed(1)}%`, top: `${props.lane * laneHeight}px` }}
      title={isEmission() ? text().hourMean : undefined}
    >
      <Show when={props.tick.tone} fallback={<i />}>
        {(tone) => <Marker priority={tone()} state={props.tick.unacknowledged ? "unack" : "acked"} />}
      </Show>
      <Link href={`/boilers/${props.tick.boiler.id}`}>
        <b class="num">
          {props.tick.boiler.name} · {formatNumber(props.tick.share * 100, 0)} %
        </b>
      </Link>
    </div>
  );
}

function ticksOf(desk: Desk, boilers: readonly BoilerText[], quantity: Quantity): readonly Tick[] {
  return boilers.flatMap((boiler) => {
    const reading = desk.feed.newest(boiler.id);
    const condition = desk.conditions.all().get(boiler.id);
    const value = reading?.values[quantity] ?? null;
    const limit = isTable(quantity) ? tableLimit(boiler, reading, quantity) : emissionLimit(boiler, quantity);
    if (value === null || limit === null || condition === undefined) return [];
    return [
      {
        boiler,
        share: shareOfLimit(quantity, value, limit),
        tone: isTable(quantity) && condition.freshness === "live" ? toneOf(condition, quantity) : null,
        unacknowledged: condition.active.some(({ state }) => state === "unacknowledged"),
        faint: condition.freshness !== "live" || condition.firing !== true,
      },
    ];
  });
}

function isTable(quantity: Quantity): quantity is TableQuantity & Quantity {
  return quantity === "airRatio" || quantity === "exhaustTempC";
}

/** Who is beyond, by name: alarmed ones first, then the furthest, as long as no name covers another. */
function beyond(ticks: readonly Tick[]): readonly Tick[] {
  const named: Tick[] = [];
  const byWeight = ticks
    .filter(({ share, faint }) => share > 1 && !faint)
    .sort((a, b) => (a.tone ?? 9) - (b.tone ?? 9) || b.share - a.share);
  for (const tick of byWeight) {
    if (named.every((other) => Math.abs(placeOf(other) - placeOf(tick)) > nameWidth)) named.push(tick);
  }
  return named;
}

/** Where its tick stands, as a share of the width. */
function placeOf({ share }: Tick): number {
  return Math.min(1, share * limitAt);
}

function drawLanes(
  context: CanvasRenderingContext2D,
  { width, height }: Size,
  lanes: readonly (readonly Tick[])[],
  colours: Palette,
): void {
  const limitX = Math.round(width * limitAt);
  context.lineWidth = 1;
  for (const [lane, ticks] of lanes.entries()) {
    const top = lane * laneHeight;
    context.strokeStyle = colours.track;
    context.beginPath();
    context.moveTo(0, top + 12.5);
    context.lineTo(width, top + 12.5);
    context.stroke();
    hatch(context, { left: limitX, top: top + 2, right: width, bottom: top + 23 }, colours.hatch);
    for (const { share, faint, tone } of ticks) {
      context.fillStyle = tone === null ? colours.trend : colours.hot[tone];
      context.globalAlpha = faint ? 0.2 : share > 1 ? 0.8 : 0.42;
      context.fillRect(Math.min(width - 2, Math.max(0, share * width * limitAt)), top + 5.5, 2, 14);
    }
    context.globalAlpha = 1;
  }
  context.fillStyle = colours.limit;
  context.fillRect(limitX - 0.8, 0, 1.6, height);
}

function hatch(
  context: CanvasRenderingContext2D,
  area: { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number },
  colour: string,
): void {
  const { left, top, right, bottom } = area;
  context.save();
  context.beginPath();
  context.rect(left, top, right - left, bottom - top);
  context.clip();
  context.strokeStyle = colour;
  context.globalAlpha = 0.75;
  context.beginPath();
  for (let x = left - (bottom - top); x < right; x += 5.66) {
    context.moveTo(x, bottom);
    context.lineTo(x + (bottom - top), top);
  }
  context.stroke();
  context.restore();
}
