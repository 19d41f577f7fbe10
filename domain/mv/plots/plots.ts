import {
  at,
  axisTime,
  axisX,
  drawing,
  escaped,
  gridY,
  lineThrough,
  roomAround,
  type Span,
  scaleX,
  scaleY,
} from "./frame.ts";

/** An interval of the baseline, per period. */
export interface BaselineDot {
  readonly fromMs: number;
  readonly load: number;
  readonly gj: number;
  readonly expectedGj: number;
  readonly residualGj: number;
}

/** An interval of the reporting period, with the running sum up to it. */
export interface ReportingDot {
  readonly fromMs: number;
  readonly load: number;
  readonly gj: number;
  readonly expectedGj: number;
  readonly cumulativeGj: number;
  readonly cumulativeHalfWidthGj: number;
}

/** What the drawing over time asks of a reporting interval. */
type DatedDot = Omit<ReportingDot, "load">;

export interface BandAt {
  readonly load: number;
  readonly low: number;
  readonly middle: number;
  readonly high: number;
}

/** The words of a drawing, in the language of whoever looks at it. */
export interface PlotWords {
  readonly energy: string;
  readonly load: string;
  readonly before: string;
  readonly after: string;
  readonly validRange: string;
  readonly cumulative: string;
  readonly residual: string;
  readonly summary: string;
  readonly dayOf: (atMs: number) => string;
}

const [width, height] = [700, 300] as const;
const whole = { left: 54, top: 18, right: 690, bottom: 268 } as const;

/** Energy over load of both periods, the baseline's line with its band, and the range in which it holds. */
export function scatterPlot(
  baseline: readonly BaselineDot[],
  reporting: readonly ReportingDot[],
  band: readonly BandAt[],
  afterLine: { readonly intercept: number; readonly slope: number } | null,
  range: Span,
  words: PlotWords,
): string {
  const loads = roomAround(
    [...baseline, ...reporting].map(({ load }) => load),
    0.03,
  );
  const energies = roomAround([
    ...baseline.map(({ gj }) => gj),
    ...reporting.map(({ gj }) => gj),
    ...band.map(({ high }) => high),
  ]);
  const [x, y] = [scaleX(whole, loads), scaleY(whole, energies)];
  const shaded = { from: Math.max(range.from, loads.from), to: Math.min(range.to, loads.to) };
  const upper = band.map(({ load, high }) => [x(load), y(high)] as const);
  const lower = band.map(({ load, low }) => [x(load), y(low)] as const).reverse();
  const after =
    afterLine === null
      ? ""
      : lineThrough(
          [loads.from, loads.to].map(
            (load) => [x(load), y(afterLine.intercept + afterLine.slope * load)] as const,
          ),
        );
  return drawing(
    width,
    height,
    words.summary,
    [
      `<rect class="rng" x="${at(x(shaded.from))}" y="${whole.top}" width="${at(Math.max(0, x(shaded.to) - x(shaded.from)))}" height="${whole.bottom - whole.top}"><title>${escaped(words.validRange)}</title></rect>`,
      gridY(whole, energies),
      axisX(whole, loads),
      `<path class="pi" d="${lineThrough([...upper, ...lower])}Z"/>`,
      `<path class="bl1" d="${lineThrough(band.map(({ load, middle }) => [x(load), y(middle)] as const))}"/>`,
      after === "" ? "" : `<path class="al1" d="${after}"/>`,
      baseline
        .map(({ load, gj }) => `<circle class="bp" cx="${at(x(load))}" cy="${at(y(gj))}" r="2.4"/>`)
        .join(""),
      reporting
        .map(({ load, gj }) => `<circle class="ap" cx="${at(x(load))}" cy="${at(y(gj))}" r="2.4"/>`)
        .join(""),
      `<text class="bold" x="${whole.left}" y="11">${escaped(words.energy)}</text>`,
      `<text x="${whole.right}" y="${whole.bottom + 29}" text-anchor="end">${escaped(words.load)}</text>`,
    ].join(""),
  );
}

/** What was expected against what was metered, and the running sum of the difference with its band. */
export function dailyPlot(reporting: readonly DatedDot[], words: PlotWords): string {
  const upper = { ...whole, bottom: 158 };
  const lower = { ...whole, top: 186, bottom: 268 };
  const times: Span = { from: reporting[0]?.fromMs ?? 0, to: reporting.at(-1)?.fromMs ?? 1 };
  const energies = roomAround(reporting.flatMap(({ gj, expectedGj }) => [gj, expectedGj]));
  const sums = roomAround([
    0,
    ...reporting.flatMap(({ cumulativeGj: sum, cumulativeHalfWidthGj: half }) => [sum - half, sum + half]),
  ]);
  const [x, y, z] = [scaleX(whole, times), scaleY(upper, energies), scaleY(lower, sums)];
  const stepMs = usualStep(reporting);
  // A hole stays a hole.
  const runs: (readonly DatedDot[])[] = [];
  let run: DatedDot[] = [];
  for (const dot of reporting) {
    const last = run.at(-1);
    if (last !== undefined && dot.fromMs - last.fromMs > 1.5 * stepMs) {
      runs.push(run);
      run = [];
    }
    run.push(dot);
  }
  runs.push(run);
  const path = (of: readonly DatedDot[], value: (dot: DatedDot) => number) =>
    lineThrough(of.map((dot) => [x(dot.fromMs), y(value(dot))] as const));
  const saved = runs.map((of) => {
    const expected = of.map((dot) => [x(dot.fromMs), y(dot.expectedGj)] as const);
    const metered = of.map((dot) => [x(dot.fromMs), y(dot.gj)] as const).reverse();
    return `<path class="sav" d="${lineThrough([...expected, ...metered])}Z"/>`;
  });
  const bandOf = [
    ...reporting.map((dot) => [x(dot.fromMs), z(dot.cumulativeGj + dot.cumulativeHalfWidthGj)] as const),
    ...reporting
      .map((dot) => [x(dot.fromMs), z(dot.cumulativeGj - dot.cumulativeHalfWidthGj)] as const)
      .reverse(),
  ];
  return drawing(
    width,
    height,
    words.summary,
    [
      gridY(upper, energies, 3),
      saved.join(""),
      runs
        .map(
          (of) =>
            `<path class="adj" d="${path(of, ({ expectedGj }) => expectedGj)}"/><path class="act" d="${path(of, ({ gj }) => gj)}"/>`,
        )
        .join(""),
      `<text class="bold" x="${whole.left}" y="11">${escaped(words.energy)}</text>`,
      gridY(lower, sums, 3),
      `<path class="sav" d="${lineThrough(bandOf)}Z"/>`,
      `<path class="act" d="${lineThrough(reporting.map((dot) => [x(dot.fromMs), z(dot.cumulativeGj)] as const))}"/>`,
      axisTime(lower, times, words.dayOf),
      `<text class="bold" x="${whole.left}" y="180">${escaped(words.cumulative)}</text>`,
    ].join(""),
  );
}

function usualStep(dots: readonly DatedDot[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (let k = 1; k < dots.length; k += 1)
    least = Math.min(least, (dots[k] as DatedDot).fromMs - (dots[k - 1] as DatedDot).fromMs);
  return least;
}

/** What the model leaves over time and over load: a pattern in either is something that it does not know. */
export function residualPlot(baseline: readonly BaselineDot[], words: PlotWords): string {
  const left = { left: 54, top: 18, right: 350, bottom: 176 };
  const right = { left: 394, top: 18, right: 690, bottom: 176 };
  const residuals = roomAround(baseline.map(({ residualGj }) => residualGj));
  const times: Span = { from: baseline[0]?.fromMs ?? 0, to: baseline.at(-1)?.fromMs ?? 1 };
  const loads = roomAround(
    baseline.map(({ load }) => load),
    0.03,
  );
  const [xt, xl, y] = [scaleX(left, times), scaleX(right, loads), scaleY(left, residuals)];
  const zero = (frame: typeof left) => `<path class="axl" d="M${frame.left} ${at(y(0))}H${frame.right}"/>`;
  const dots = (x: (dot: BaselineDot) => number) =>
    baseline
      .map((dot) => `<circle class="bp" cx="${at(x(dot))}" cy="${at(y(dot.residualGj))}" r="1.8"/>`)
      .join("");
  return drawing(
    width,
    205,
    words.summary,
    [
      gridY(left, residuals, 4),
      gridY(right, residuals, 4),
      axisTime(left, times, words.dayOf, 2),
      axisX(right, loads, 4),
      zero(left),
      zero(right),
      dots(({ fromMs }) => xt(fromMs)),
      dots(({ load }) => xl(load)),
      `<text class="bold" x="${left.left}" y="11">${escaped(words.residual)}</text>`,
      `<text x="${right.right}" y="${right.bottom + 27}" text-anchor="end">${escaped(words.load)}</text>`,
    ].join(""),
  );
}

/** How far two tests lie from today's limit, which stands in the same place on every line. */
export function limitBar(before: number | null, after: number | null, label: string): string {
  // Shares of the limit; beyond 3.2 of it everything is at the end.
  const x = (share: number) => 4 + Math.min(share, 3.2) * (192 / 3.2);
  const dot = (share: number | null, kind: "bp" | "ap") =>
    share === null
      ? ""
      : `<circle class="${kind}${share > 1 ? " ov1" : ""}" cx="${at(x(share))}" cy="9" r="4"/>`;
  const ends = [before, after].filter((each) => each !== null).map(x);
  const line =
    ends.length === 2 ? `<path class="axl" d="M${at(Math.min(...ends))} 9H${at(Math.max(...ends))}"/>` : "";
  return `<svg class="lb" viewBox="0 0 200 18" role="img" aria-label="${escaped(label)}"><rect class="ov" x="${at(x(1))}" y="6.5" width="${at(196 - x(1))}" height="5"/><path class="gd" d="M4 9H${at(x(1))}"/>${line}<path class="lm" d="M${at(x(1))} 1V17"/>${dot(before, "bp")}${dot(after, "ap")}</svg>`;
}

/** A reduction on a scale that begins at nought: before, each part, after. */
export function waterfallBar(
  from: number,
  to: number,
  total: number,
  kind: "before" | "part" | "after",
): string {
  const x = (value: number) => (300 * Math.max(0, value)) / (total || 1);
  const [left, right] = [Math.min(from, to), Math.max(from, to)];
  return `<svg class="wfb" viewBox="0 0 300 14" preserveAspectRatio="none" aria-hidden="true"><rect class="wf-${kind}" x="${at(x(left))}" y="1" width="${at(Math.max(0.8, x(right) - x(left)))}" height="12"/></svg>`;
}
