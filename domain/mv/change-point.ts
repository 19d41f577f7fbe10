import { type BaselineModel, fitModel, intervalFault } from "./baseline-model.ts";
import {
  designColumns,
  energyPerPeriod,
  type Interval,
  intercept,
  linear,
  type Term,
  termOf,
} from "./design.ts";
import type { EnergyBasis, Metered } from "./energy.ts";
import { decompose } from "./qr.ts";
import type { Refusal } from "./refusal.ts";

/** Models with a bend: flat above it, flat below it, two slopes, and two slopes with a flat middle. */
export const bends = ["3P-heating", "3P-cooling", "4P", "5P"] as const;
export type Bend = (typeof bends)[number];

const pointsOf: Readonly<Record<Bend, number>> = { "3P-heating": 1, "3P-cooling": 1, "4P": 1, "5P": 2 };

export function bendTerms(bend: Bend, driver: string, changePoints: readonly number[]): readonly Term[] {
  const [first = 0, second = first] = changePoints;
  switch (bend) {
    case "3P-heating":
      return [intercept, { kind: "below", driver, changePoint: first }];
    case "3P-cooling":
      return [intercept, { kind: "above", driver, changePoint: first }];
    case "4P":
      return [intercept, linear(driver), { kind: "above", driver, changePoint: first }];
    case "5P":
      return [
        intercept,
        { kind: "below", driver, changePoint: first },
        { kind: "above", driver, changePoint: second },
      ];
  }
}

/** A change point has at least this share of the intervals on either side. */
const shareEachSide = 0.1;
const gridPoints = 80;
const goldenRatio = (Math.sqrt(5) - 1) / 2;

/**
 * Finds the change point by trying them all: the values of the driver between its 10th and 90th percentile, then
 * between the neighbours of the best of them. Each counts as a parameter.
 * @param others terms besides, linear in their drivers
 */
export function fitChangePoint<B extends EnergyBasis>(
  metered: Metered<B>,
  bend: Bend,
  driver: string,
  others: readonly Term[] = [],
): BaselineModel<B> | Refusal {
  const { intervals } = metered;
  const fault = intervalFault(intervals, [driver]);
  if (fault !== null) return fault;
  const searched = pointsOf[bend];
  const needed = bendTerms(bend, driver, []).length + others.length + searched + 1;
  if (intervals.length < needed) return { kind: "too-few-intervals", have: intervals.length, needed };
  const grid = candidates(intervals, driver);
  if (grid.length < 2 * searched) return { kind: "change-point-not-found", driver };
  const y = energyPerPeriod(intervals);
  const x = Float64Array.from(intervals, ({ drivers }) => drivers[driver] as number);
  const standing = designColumns([intercept, ...others], intervals);
  const sseAt = (points: readonly number[]) => {
    const bent = bendTerms(bend, driver, points).flatMap((term) =>
      term.kind === "intercept" ? [] : [x.map((value) => termOf(term, value))],
    );
    const qr = decompose([...standing, ...bent]);
    return qr.kind === "qr" ? qr.leastSquare(y) : Number.POSITIVE_INFINITY;
  };
  const best = searched === 1 ? onePoint(grid, (c) => sseAt([c])) : twoPoints(grid, sseAt);
  if (best === null) return { kind: "change-point-not-found", driver };
  return fitModel(metered, [...bendTerms(bend, driver, best), ...others]);
}

function candidates(intervals: readonly Interval[], driver: string): readonly number[] {
  const sorted = intervals.map(({ drivers }) => drivers[driver] as number).sort((a, b) => a - b);
  const margin = Math.max(Math.ceil(shareEachSide * sorted.length), 1);
  const inner = [...new Set(sorted.slice(margin - 1, sorted.length - margin + 1))];
  if (inner.length <= gridPoints) return inner;
  const step = (inner.length - 1) / (gridPoints - 1);
  return Array.from({ length: gridPoints }, (_, k) => inner[Math.round(k * step)] as number);
}

function onePoint(grid: readonly number[], sse: (c: number) => number): readonly number[] | null {
  const ranked = grid.map((c, k) => ({ k, c, sse: sse(c) })).sort((a, b) => a.sse - b.sse);
  let best = ranked[0];
  if (best === undefined || best.sse === Number.POSITIVE_INFINITY) return null;
  // Between two values of the driver the sum of squares is smooth, over the bends it is not: several starts.
  for (const { k } of ranked.slice(0, 4)) {
    for (const [from, to] of [
      [k - 1, k],
      [k, k + 1],
    ] as const) {
      const [low, high] = [grid[from], grid[to]];
      if (low === undefined || high === undefined) continue;
      const c = refined(low, high, sse);
      const found = { k, c, sse: sse(c) };
      if (found.sse < best.sse) best = found;
    }
  }
  return [best.c];
}

function twoPoints(
  grid: readonly number[],
  sseAt: (points: readonly number[]) => number,
): readonly number[] | null {
  const coarse = grid.filter((_, k) => k % Math.max(1, Math.floor(grid.length / 20)) === 0);
  let best: { first: number; second: number; sse: number } | null = null;
  for (const first of coarse) {
    for (const second of coarse) {
      if (second < first) continue;
      const sse = sseAt([first, second]);
      if (sse < (best?.sse ?? Number.POSITIVE_INFINITY)) best = { first, second, sse };
    }
  }
  if (best === null) return null;
  const width = ((grid.at(-1) as number) - (grid[0] as number)) / Math.max(coarse.length - 1, 1);
  const [least, most] = [grid[0] as number, grid.at(-1) as number];
  let { first, second, sse } = best;
  for (let turn = 0; turn < 12; turn += 1) {
    first = refined(Math.max(first - width, least), Math.min(first + width, second), (c) =>
      sseAt([c, second]),
    );
    second = refined(Math.max(second - width, first), Math.min(second + width, most), (c) =>
      sseAt([first, c]),
    );
    const now = sseAt([first, second]);
    if (now > sse * (1 - 1e-9)) break;
    sse = now;
  }
  return [first, second];
}

/** The least of a smooth function between two places, by the golden section. */
function refined(from: number, to: number, f: (x: number) => number): number {
  let [low, high] = [from, to];
  let left = high - goldenRatio * (high - low);
  let right = low + goldenRatio * (high - low);
  let [atLeft, atRight] = [f(left), f(right)];
  for (let step = 0; step < 60 && high - low > 1e-10 * (Math.abs(high) + Math.abs(low)); step += 1) {
    if (atLeft <= atRight) {
      [high, right, atRight] = [right, left, atLeft];
      left = high - goldenRatio * (high - low);
      atLeft = f(left);
    } else {
      [low, left, atLeft] = [left, right, atRight];
      right = low + goldenRatio * (high - low);
      atRight = f(right);
    }
  }
  return atLeft <= atRight ? left : right;
}
