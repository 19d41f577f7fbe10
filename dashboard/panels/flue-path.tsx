import { createMemo, For, type JSX, Show } from "solid-js";
import type { BoilerText } from "../../contracts/http/boilers.ts";
import type { LiveBoiler } from "../../contracts/live.ts";
import type { Priority } from "../../domain/alarms/alarm.ts";
import { classes, toneClass } from "../classes.ts";
import { type Condition, toneOf } from "../condition.ts";
import { formatPoint } from "../format.ts";
import { labelOf, text } from "../texts/texts.ts";

interface FluePathProps {
  readonly boiler: BoilerText;
  readonly reading: LiveBoiler | null;
  readonly condition: Condition | null;
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly anchor?: "middle" | "end";
  readonly name: string;
  readonly value: string;
  readonly unit: string;
  readonly tone?: Priority | null;
  readonly note?: string;
}

/** Burner to stack in grey, each value at its place; only what is abnormal has a colour. */
export function FluePath(props: FluePathProps): JSX.Element {
  const t = () => text().boiler;
  const hasRecovery = () =>
    ["preheatedAirTempC", "flueBeforeRecoveryTempC"].some((point) =>
      props.boiler.points.some(({ name }) => name === point),
    );
  const places = createMemo(() => placesOf(props));
  const summary = () =>
    t().flueSummary(
      places()
        .map(({ name, value, unit }) => `${name} ${value} ${unit}`.trim())
        .join(text().comma),
    );
  return (
    <section class="panel still" aria-labelledby="flue">
      <header>
        <h2 id="flue">{t().flue}</h2>
        <p>{hasRecovery() ? t().flueNoteRecovery : t().flueNote}</p>
      </header>
      <div class="fig">
        <svg class="dg" viewBox="0 0 440 204" role="img" aria-label={summary()}>
          <path class="duct" d="M214 94H366" />
          <path class="duct" d="M366 100V28" />
          <Show
            when={hasRecovery()}
            fallback={
              <>
                <path class="pipe" d="M62 52H96V106" />
                <circle class="eq" cx="56" cy="52" r="11" />
                <path class="thin" d="M56 52l6-6M56 52l-7.6-3M56 52l1 8.5" />
              </>
            }
          >
            <path class="pipe" d="M312 160V132M312 68V40H96V106" />
            <rect class="eq" x="288" y="68" width="48" height="64" rx="4" />
            <path class="thin" d="M296 78v44M304 78v44M312 78v44M320 78v44M328 78v44" />
            <circle class="eq" cx="312" cy="170" r="11" />
            <path class="thin" d="M312 170l6-6M312 170l-7.6-3M312 170l1 8.5" />
          </Show>
          <path class="thin" d="M10 124H90" />
          <rect class="eq" x="114" y="74" width="108" height="84" rx="5" />
          <path class="thin" d="M129 144V92h11v46h11V92h11v46h11V92h11v46h11V92h11v52" />
          <path class="thin" d="M129 144v28M206 144v28" stroke-width="2.2" />
          <path class="eq" d="M88 106h12l14 6v24l-14 6H88z" />
          <path class="eq" d="M355 152V32l3-14h16l3 14v120z" />
          <path class="thin" d="M349 152h34" />
          <path class="fil" d="M46 118l12 6-12 6zM70 118l-12 6 12 6z" />
          <text x="82" y="98" text-anchor="end">
            {t().burner}
          </text>
          <For each={places()}>{(place) => <PlacedValue {...place} />}</For>
        </svg>
      </div>
    </section>
  );
}

function PlacedValue(props: Place): JSX.Element {
  return (
    <g class={toneClass(props.tone) ?? ""}>
      <Show when={props.tone}>
        <rect class="hotbox" x={props.x - 5} y={props.y - 13} width="56" height="37" rx="3" />
      </Show>
      <text x={props.x} y={props.y} text-anchor={props.anchor ?? "start"}>
        {props.name}
      </text>
      <text
        class={classes("val", props.tone && "hot")}
        x={props.x}
        y={props.y + 16}
        text-anchor={props.anchor ?? "start"}
      >
        {props.value} <tspan class="unit">{props.unit}</tspan>
      </text>
      <Show when={props.note}>
        <text x={props.x} y={props.y + 30} text-anchor={props.anchor ?? "start"}>
          {props.note}
        </text>
      </Show>
    </g>
  );
}

/** Only what this boiler measures has a place. */
function placesOf({ boiler, reading, condition }: FluePathProps): readonly Place[] {
  const t = text().boiler;
  const has = (point: string) => boiler.points.some(({ name }) => name === point);
  const tone = (quantity: "airRatio" | "exhaustTempC") =>
    condition === null ? null : toneOf(condition, quantity);
  const hasRecovery = has("preheatedAirTempC") || has("flueBeforeRecoveryTempC");
  const show = (point: string, place: Omit<Place, "value" | "unit">): readonly Place[] => {
    const value = reading?.values[point] ?? null;
    if (!has(point)) return [];
    const { unit = "", decimals } = boiler.points.find(({ name }) => name === point) ?? {};
    return [{ ...place, value: value === null ? "–" : formatPoint(point, value, decimals), unit }];
  };
  const [fuel] = boiler.fuels;
  const isWet = has("o2WetPercent");
  return [
    ...(fuel === undefined ? [] : show(fuel.flowPoint, { x: 10, y: 146, name: labelOf(fuel.label) })),
    ...show(
      "combustionAirTempC",
      hasRecovery ? { x: 330, y: 166, name: t.air } : { x: 10, y: 46, name: t.air },
    ),
    ...show("preheatedAirTempC", { x: 190, y: 16, anchor: "middle", name: t.preheatedAir }),
    ...show("flueBeforeRecoveryTempC", { x: 232, y: 56, name: t.flueGas }),
    ...carrierPlaces(boiler, show),
    ...show("exhaustTempC", { x: 388, y: 32, name: t.stack, tone: tone("exhaustTempC") }),
    ...show("o2DryPercent", {
      x: 388,
      y: 77,
      name: "O₂",
      tone: tone("airRatio"),
    }),
    ...show("noxAtRefO2Ppm", { x: 388, y: 122, name: "NOx" }),
    ...(isWet
      ? [
          {
            x: 432,
            y: 200,
            anchor: "end" as const,
            name: `O₂${text().colon}${t.fromWet}`,
            value: "",
            unit: "",
          },
        ]
      : []),
  ];
}

/** What the heat goes into, below the boiler. */
function carrierPlaces(
  boiler: BoilerText,
  show: (point: string, place: Omit<Place, "value" | "unit">) => readonly Place[],
): readonly Place[] {
  const t = text().boiler;
  const below = { x: 167, y: 180, anchor: "middle" as const };
  switch (boiler.heatCarrier) {
    case "thermal-oil":
      return show("thermalOilSupplyTempC", { ...below, name: t.thermalOil });
    case "steam":
      return show("steamFlowKgPerH", { ...below, name: t.steam });
    case "hot-water":
      return show("hotWaterSupplyTempC", { ...below, name: t.hotWater });
  }
}
