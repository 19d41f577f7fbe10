import { residualCorrelogram } from "../autocorrelation.ts";
import { normalQuantile } from "../distributions.ts";
import { at, axisX, drawing, escaped, type Frame, gridY, roomAround, scaleX, scaleY } from "./frame.ts";

const width = 700;
const [left, right] = [
  { left: 54, top: 18, right: 350, bottom: 176 },
  { left: 394, top: 18, right: 690, bottom: 176 },
] as const;

/** What a model leaves of one interval; `index` counts intervals, gaps among them. */
export interface Residual {
  readonly index: number;
  readonly residualGj: number;
  /** `null`: the point alone decides its place, and nothing can be said of it. */
  readonly studentised: number | null;
}

export interface ResidualWords {
  readonly correlation: string;
  readonly lag: string;
  readonly ordered: string;
  readonly normal: string;
  readonly summary: string;
}

const mostLags = 28;
/** Beyond it, 5 % of white noise lie. */
const noiseZ = 1.96;

/**
 * Whether residuals hang together, by how many intervals they are apart, and whether they are spread as the normal
 * distribution is, which the interval rests on.
 */
export function residualPatternPlot(residuals: readonly Residual[], words: ResidualWords): string {
  const lags = Math.max(1, Math.min(mostLags, Math.floor(residuals.length / 4)));
  const bars = residualCorrelogram(
    residuals.map(({ residualGj }) => residualGj),
    residuals.map(({ index }) => index),
    lags,
  );
  const bound = noiseZ / Math.sqrt(Math.max(1, residuals.length));
  const correlations = roomAround([0, bound, -bound, ...bars.map((bar) => bar ?? 0)], 0.08);
  const [xl, yl] = [scaleX(left, { from: 0, to: lags + 1 }), scaleY(left, correlations)];
  const sorted = residuals.flatMap(({ studentised }) => studentised ?? []).sort((a, b) => a - b);
  const pairs = sorted.map((value, k) => [normalQuantile((k + 0.5) / sorted.length), value] as const);
  const both = roomAround(pairs.flat());
  const [xr, yr] = [scaleX(right, both), scaleY(right, both)];
  const across = (y: number, kind: string) =>
    `<path class="${kind}" d="M${left.left} ${at(y)}H${left.right}"/>`;
  return drawing(
    width,
    205,
    words.summary,
    [
      gridY(left, correlations, 4),
      axisX(left, { from: 0, to: lags + 1 }, 5),
      `<rect class="rng" x="${left.left}" y="${at(yl(bound))}" width="${left.right - left.left}" height="${at(yl(-bound) - yl(bound))}"/>`,
      across(yl(0), "axl"),
      bars
        .map((bar, k) =>
          bar === null ? "" : `<path class="act" d="M${at(xl(k + 1))} ${at(yl(0))}V${at(yl(bar))}"/>`,
        )
        .join(""),
      gridY(right, both, 4),
      axisX(right, both, 4),
      `<path class="axl" d="M${at(xr(both.from))} ${at(yr(both.from))}L${at(xr(both.to))} ${at(yr(both.to))}"/>`,
      pairs.map(([x, y]) => `<circle class="bp" cx="${at(xr(x))}" cy="${at(yr(y))}" r="1.8"/>`).join(""),
      titles(words.correlation, words.lag, left),
      titles(words.ordered, words.normal, right),
    ].join(""),
  );
}

/** The flue gas of one interval. */
export interface FlueDot {
  readonly isAfter: boolean;
  readonly load: number;
  readonly o2DryPercent: number | null;
  readonly exhaustTempC: number | null;
}

export interface FlueWords {
  readonly o2: string;
  readonly exhaust: string;
  readonly load: string;
  readonly summary: string;
}

/** Oxygen and exhaust temperature over load, before and after: where the saving comes from. */
export function flueGasPlot(dots: readonly FlueDot[], words: FlueWords): string {
  const loads = roomAround(
    dots.map(({ load }) => load),
    0.03,
  );
  const half = (frame: Frame, name: string, of: (dot: FlueDot) => number | null) => {
    const known = dots.flatMap((dot) => {
      const value = of(dot);
      return value === null ? [] : [{ ...dot, value }];
    });
    const span = roomAround(known.map(({ value }) => value));
    const [x, y] = [scaleX(frame, loads), scaleY(frame, span)];
    return [
      gridY(frame, span, 4),
      axisX(frame, loads, 4),
      known
        .map(
          ({ isAfter, load, value }) =>
            `<circle class="${isAfter ? "ap" : "bp"}" cx="${at(x(load))}" cy="${at(y(value))}" r="1.8"/>`,
        )
        .join(""),
      titles(name, words.load, frame),
    ].join("");
  };
  return drawing(
    width,
    205,
    words.summary,
    half(left, words.o2, ({ o2DryPercent }) => o2DryPercent) +
      half(right, words.exhaust, ({ exhaustTempC }) => exhaustTempC),
  );
}

function titles(above: string, below: string, frame: Frame): string {
  return `<text class="bold" x="${frame.left}" y="11">${escaped(above)}</text><text x="${frame.right}" y="${frame.bottom + 27}" text-anchor="end">${escaped(below)}</text>`;
}
