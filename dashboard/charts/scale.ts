import type { Lane } from "../lanes.ts";

/** A vertical axis: from `low` at the bottom to `high` at the top, with marks between. */
export interface Scale {
  readonly low: number;
  readonly high: number;
  readonly marks: readonly number[];
}

/**
 * The axis of a lane: the limit is always on it, values never leave it, and it moves in whole steps only, so that
 * a small change does not make the whole line jump.
 */
export function laneScale(
  { kind, limit }: Pick<Lane, "kind" | "limit">,
  lowest: number,
  highest: number,
): Scale {
  switch (kind) {
    case "airRatio": {
      const high = limit === null ? 1.6 : 1 + (limit - 1) * 1.4;
      return withMarks(1, roomFor(high, highest, 0.1), limit);
    }
    case "exhaustTempC": {
      const low = limit === null ? 80 : limit - 120;
      const high = limit === null ? 260 : limit + 20;
      return withMarks(-roomFor(-low, -lowest, 20), roomFor(high, highest, 20), limit);
    }
    case "emission":
      return withMarks(
        0,
        roomFor(limit === null ? 1 : limit * 1.2, highest * 1.05, (limit ?? 100) / 5),
        limit,
      );
    case "other": {
      if (!Number.isFinite(lowest)) return withMarks(0, 100, null);
      const middle = Math.abs(highest + lowest) / 2;
      const step = niceStep(Math.max(highest - lowest, middle * 0.04, 0.1) / 2);
      return withMarks(
        Math.max(lowest < 0 ? Number.NEGATIVE_INFINITY : 0, Math.floor(lowest / step - 0.5) * step),
        Math.ceil(highest / step + 0.5) * step,
        null,
      );
    }
  }
}

/** Where a value stands on the axis, in percent from the top; kept on it. */
export function topPercent({ low, high }: Scale, value: number): number {
  return Math.min(100, Math.max(0, (100 * (high - value)) / (high - low)));
}

/** The end of the axis, or further in whole steps when a value needs it. */
function roomFor(end: number, value: number, step: number): number {
  return Number.isFinite(value) && value > end ? Math.ceil(value / step) * step : end;
}

function withMarks(low: number, high: number, limit: number | null): Scale {
  const step = niceStep((high - low) / 5);
  const marks: number[] = [];
  for (let mark = Math.ceil(low / step - 1e-6) * step; mark <= high + step * 1e-6; mark += step) {
    const isAtLimit = limit !== null && Math.abs(mark - limit) < (high - low) * 0.16;
    if (!isAtLimit) marks.push(Math.round(mark * 1e6) / 1e6);
  }
  return { low, high, marks };
}

/** 1, 2 or 5 times a power of ten, the smallest that is not less. */
function niceStep(atLeast: number): number {
  const power = 10 ** Math.floor(Math.log10(atLeast));
  const factor = [1, 2, 5, 10].find((each) => each * power >= atLeast * 0.999) ?? 10;
  return factor * power;
}
