import { createMemo, For, type JSX, Show } from "solid-js";
import type { BoilerText } from "../../contracts/http/boilers.ts";
import type { LiveBoiler } from "../../contracts/live.ts";
import { mostO2DryPercent, o2BarDryPercent } from "../../domain/limits.ts";
import { classes, toneClass } from "../classes.ts";
import type { Columns } from "../columns.ts";
import { type Condition, toneOf } from "../condition.ts";
import { useDesk } from "../desk.ts";
import { formatNumber, formatPoint } from "../format.ts";
import { historyOf } from "../history.ts";
import { tableLimit } from "../limits.ts";
import { text } from "../texts/texts.ts";

interface OperatingMapProps {
  readonly boiler: BoilerText;
  readonly reading: LiveBoiler | null;
  readonly condition: Condition | null;
}

const halfHourMs = 30 * 60_000;
/** The path is a mean of so much time at each step; the noise of single readings says nothing here. */
const stepMs = 15_000;
/** Below this there is too little air for the fuel, and CO rises steeply. */
const coRiskO2Percent = 0.9;
const plot = { left: 44, right: 398, top: 14, bottom: 206 } as const;

/** Flue-gas O₂ against load: where the burner has been, and how near to the limit or to too little air. */
export function OperatingMap(props: OperatingMapProps): JSX.Element {
  const { feed } = useDesk();
  const t = () => text().boiler;
  const isMeasured = () =>
    ["o2DryPercent", "loadPercent"].every((point) => props.boiler.points.some(({ name }) => name === point));
  const history = historyOf(feed, props.boiler, {
    points: isMeasured() ? ["o2DryPercent", "loadPercent"] : [],
    rangeMs: () => halfHourMs,
    untilMs: () => null,
    // Enough to get every reading: lowest and highest of a bucket would pair a load with an O₂ of another moment.
    buckets: () =>
      isMeasured() ? Math.min(4_000, Math.ceil(halfHourMs / (props.boiler.scanMs ?? 1_000))) : 0,
  });
  const path = createMemo(() => {
    const columns = history.columns();
    return columns === null ? [] : steps(columns);
  });
  const now = () => {
    const o2 = props.reading?.values["o2DryPercent"] ?? null;
    const load = props.reading?.values["loadPercent"] ?? null;
    return o2 === null || load === null ? null : { o2, load };
  };
  const limit = () => tableLimit(props.boiler, props.reading, "airRatio");
  const limitO2 = () => {
    const ratio = limit();
    return ratio === null ? null : o2BarDryPercent(ratio);
  };
  const scales = createMemo(() => {
    const seen = [...path(), now()].filter((point) => point !== null);
    const most = Math.max(8, (limitO2() ?? 0) * 1.4, ...seen.map(({ o2 }) => o2));
    const high = Math.ceil(most / 2) * 2;
    const low = Math.min(...seen.map(({ load }) => load), 100) < 20 ? 0 : 20;
    return {
      high,
      low,
      x: (load: number) =>
        plot.left + ((Math.min(105, Math.max(low, load)) - low) / (100 - low)) * (plot.right - plot.left),
      y: (o2: number) => plot.bottom - (Math.min(high, Math.max(0, o2)) / high) * (plot.bottom - plot.top),
    };
  });
  const line = () =>
    path()
      .map((point, index, all) => {
        const before = all[index - 1] ?? null;
        if (point === null) return "";
        return `${before === null ? "M" : "L"}${scales().x(point.load).toFixed(1)} ${scales().y(point.o2).toFixed(1)}`;
      })
      .join("");
  const tone = () => (props.condition === null ? null : toneOf(props.condition, "airRatio"));
  /** Above its point, unless the limit line runs there. */
  const labelDy = (o2: number) => {
    const toLimit = scales().y(o2) - scales().y(limitO2() ?? Number.NEGATIVE_INFINITY);
    if (toLimit >= 0 && toLimit < 26) return 20;
    return tone() === null ? -8 : -4;
  };
  const summary = () => {
    const point = now();
    return point === null
      ? t().stateUnknown
      : t().stateSummary(formatPoint("o2DryPercent", point.o2), formatNumber(point.load, 0));
  };

  return (
    <section class="panel still" aria-labelledby="map">
      <header>
        <h2 id="map">{t().state}</h2>
        <p>{t().stateNote}</p>
      </header>
      <Show when={isMeasured()} fallback={<p class="say dim">{t().noLoadSensor}</p>}>
        <div class="fig">
          <svg
            class={classes("dg", toneClass(tone()))}
            viewBox="0 0 424 240"
            role="img"
            aria-label={summary()}
          >
            <rect
              class="plotbg"
              x={plot.left}
              y={plot.top}
              width={plot.right - plot.left}
              height={plot.bottom - plot.top}
            />
            <For each={Array.from({ length: scales().high / 2 }, (_, index) => 2 * (index + 1))}>
              {(o2) => (
                <>
                  <path class="gd" d={`M${plot.left} ${scales().y(o2)}H${plot.right}`} />
                  <text x="38" y={scales().y(o2) + 4} text-anchor="end">
                    {o2}
                  </text>
                </>
              )}
            </For>
            <text x="38" y="208" text-anchor="end">
              0
            </text>
            <For each={[0, 20, 40, 60, 80, 100].filter((load) => load >= scales().low)}>
              {(load) => (
                <text x={scales().x(load)} y="221" text-anchor="middle">
                  {load}
                </text>
              )}
            </For>
            <Show when={limitO2()}>
              {(o2) => (
                <>
                  <rect
                    class="ov"
                    x={plot.left}
                    y={plot.top}
                    width={plot.right - plot.left}
                    height={scales().y(o2()) - plot.top}
                  />
                  <path class="lm" d={`M${plot.left} ${scales().y(o2())}H${plot.right}`} />
                </>
              )}
            </Show>
            <rect
              class="ov low"
              x={plot.left}
              y={scales().y(coRiskO2Percent)}
              width={plot.right - plot.left}
              height={plot.bottom - scales().y(coRiskO2Percent)}
            />
            <path class="axl" d={`M${plot.left} ${plot.top}V${plot.bottom}H${plot.right}`} />
            <path class="tail" d={line()} />
            <Show when={tone() !== null && limitO2()}>
              {(o2) => (
                <svg width="424" height={scales().y(o2())} overflow="hidden" aria-hidden="true">
                  <path class="tail hot" d={line()} />
                </svg>
              )}
            </Show>
            <Show when={now()}>
              {(point) => (
                <Show
                  when={tone()}
                  fallback={
                    <circle class="cur" cx={scales().x(point().load)} cy={scales().y(point().o2)} r="5" />
                  }
                >
                  <path
                    class="cur hot"
                    d="M0 -9l8.5 15h-17z"
                    transform={`translate(${scales().x(point().load)},${scales().y(point().o2)})`}
                  />
                </Show>
              )}
            </Show>
            <g class="haloed">
              <Show when={limitO2()}>
                {(o2) => (
                  <text class="bold" x="52" y={scales().y(o2()) - 6}>
                    {t().o2Limit(
                      formatPoint("airRatio", limit() ?? 0),
                      formatNumber(mostO2DryPercent(o2()), 2),
                    )}
                  </text>
                )}
              </Show>
              <text x="392" y="200" text-anchor="end">
                {t().tooLittleAir}
              </text>
              <Show when={now()}>
                {(point) => (
                  <text
                    class={classes("now", tone() && "hot")}
                    x={scales().x(point().load) + (point().load > 75 ? -12 : 14)}
                    y={scales().y(point().o2) + labelDy(point().o2)}
                    text-anchor={point().load > 75 ? "end" : "start"}
                  >
                    {t().nowO2(formatPoint("o2DryPercent", point().o2))}
                  </text>
                )}
              </Show>
            </g>
            <text class="name" x={plot.left} y="9">
              {t().o2Axis}
            </text>
            <text x={plot.right} y="236" text-anchor="end">
              {t().loadAxis}
            </text>
          </svg>
        </div>
      </Show>
    </section>
  );
}

/** Means of each step, `null` where a hole lies between two of them. */
function steps(columns: Columns): readonly ({ readonly o2: number; readonly load: number } | null)[] {
  const { timesMs, values } = columns;
  const sums = new Map<number, { o2: number; load: number; n: number }>();
  for (const [index, atMs] of timesMs.entries()) {
    const o2 = values["o2DryPercent"]?.[index] ?? null;
    const load = values["loadPercent"]?.[index] ?? null;
    if (o2 === null || load === null || atMs < columns.toMs - halfHourMs) continue;
    const step = Math.floor(atMs / stepMs);
    const sum = sums.get(step) ?? { o2: 0, load: 0, n: 0 };
    sums.set(step, { o2: sum.o2 + o2, load: sum.load + load, n: sum.n + 1 });
  }
  const path: ({ readonly o2: number; readonly load: number } | null)[] = [];
  let before: number | null = null;
  for (const [step, { o2, load, n }] of sums) {
    if (before !== null && step > before + 1 + columns.gapAfterMs / stepMs) path.push(null);
    path.push({ o2: o2 / n, load: load / n });
    before = step;
  }
  return path;
}
