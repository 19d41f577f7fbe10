import uPlot from "uplot";
import type { Band, Span } from "../columns.ts";
import type { Palette } from "./palette.ts";
import type { Scale } from "./scale.ts";

/** What a plot shows now. */
export interface PlotPicture {
  readonly timesMs: readonly number[];
  readonly values: readonly (number | null)[];
  /** Where a pixel stands for more than one value: the line is the mean then, in a band from lowest to highest. */
  readonly band: Band | null;
  readonly window: Span;
  readonly scale: Scale;
  /** While an alarm about this quantity held, what is above the limit is drawn in its colour. */
  readonly hot: readonly { readonly span: Span; readonly colour: string }[];
  readonly limit: number | null;
  readonly palette: Palette;
}

export interface TrendPlot {
  show(picture: PlotPicture): void;
  resize(size: { readonly width: number; readonly height: number }): void;
  destroy(): void;
}

/** The line of one lane. Axes, limit, hatch and holes are drawn by the page around it; here is only what moves. */
export function trendPlot(host: HTMLElement, first: PlotPicture): TrendPlot {
  let picture = first;
  const plot = new uPlot(
    {
      width: Math.max(1, host.clientWidth),
      height: Math.max(1, host.clientHeight),
      padding: [0, 0, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      axes: [{ show: false }, { show: false }],
      scales: {
        x: { time: false, range: () => [picture.window.fromMs, picture.window.toMs] },
        y: { range: () => [picture.scale.low, picture.scale.high] },
      },
      series: [
        {},
        { points: { show: false }, spanGaps: false },
        { points: { show: false }, spanGaps: false },
        { stroke: () => picture.palette.trend, width: 1.5, points: { show: false }, spanGaps: false },
      ],
      bands: [{ series: [2, 1], fill: () => picture.palette.band }],
      hooks: { draw: [(self) => drawHot(self, picture)] },
    },
    dataOf(first),
    host,
  );
  return {
    show: (next) => {
      picture = next;
      plot.setData(dataOf(next), true);
    },
    resize: (size) => plot.setSize({ width: Math.max(1, size.width), height: Math.max(1, size.height) }),
    destroy: () => plot.destroy(),
  };
}

function dataOf({ timesMs, values, band }: PlotPicture): uPlot.AlignedData {
  const { low, high, mean } = band ?? {
    low: values.map(() => null),
    high: values.map(() => null),
    mean: values,
  };
  return [[...timesMs], [...low], [...high], [...mean]];
}

/** The same line once more, cut to what lies above the limit while the alarm held. */
function drawHot(plot: uPlot, { timesMs, values, limit, hot }: PlotPicture): void {
  if (limit === null || hot.length === 0) return;
  const { ctx, bbox } = plot;
  const line = new Path2D();
  let broken = true;
  for (const [index, atMs] of timesMs.entries()) {
    const value = values[index];
    if (typeof value !== "number") {
      broken = true;
      continue;
    }
    const x = plot.valToPos(atMs, "x", true);
    const y = plot.valToPos(value, "y", true);
    if (broken) line.moveTo(x, y);
    else line.lineTo(x, y);
    broken = false;
  }
  const limitY = plot.valToPos(limit, "y", true);
  for (const { span, colour } of hot) {
    const left = Math.max(bbox.left, plot.valToPos(span.fromMs, "x", true));
    const right = Math.min(bbox.left + bbox.width, plot.valToPos(span.toMs, "x", true));
    if (right <= left) continue;
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, bbox.top, right - left, limitY - bbox.top);
    ctx.clip();
    ctx.strokeStyle = colour;
    ctx.lineWidth = 2.4 * devicePixelRatio;
    ctx.lineJoin = "round";
    ctx.stroke(line);
    ctx.restore();
  }
}
