import { type Frame, flawOfCode } from "./frame.ts";
import type { PointCatalogue } from "./points.ts";
import type { FlawReason } from "./reading.ts";

/** The stretches of time over which readings are summed up, beside the readings themselves. */
export const rollupTiers = ["minute", "hour"] as const;
export type RollupTier = (typeof rollupTiers)[number];
export type Tier = "raw" | RollupTier;

export const tierMs = { minute: 60_000, hour: 3_600_000 } as const satisfies Record<RollupTier, number>;
const minutesOfHour = 60;

/**
 * What a boiler's points did in one minute or one hour of event time. A function of the readings of that time and of
 * nothing else: not of the order in which they came, of when they came, or of where they are stored.
 *
 * Columns have a place for each point of the catalogue. `lowest`, `highest`, `mean` and `integral` are NaN where there
 * was no value; `validShare` is NaN where the point was not read at all.
 */
export interface Rollup {
  readonly tier: RollupTier;
  readonly siteId: string;
  readonly boilerId: string;
  readonly startMs: number;
  /** How many readings it was made of. */
  readonly readings: number;
  readonly lowest: readonly number[];
  readonly highest: readonly number[];
  /** Of a minute: of its values. Of an hour: of its minutes' means, each weighing the same. */
  readonly mean: readonly number[];
  /** Values, good and uncertain. */
  readonly count: readonly number[];
  /**
   * Of a minute: the share of the scans that read the point which gave a good value. Of an hour: the mean of that over
   * its 60 minutes; one in which the point was not read counts as 0.
   */
  readonly validShare: readonly number[];
  /**
   * Of a rate (per hour, or kW): the amount, in the unit of `integralUnit`. A minute with a value counts as a whole
   * minute at its mean; one without adds nothing, and `validShare` tells that it is missing.
   */
  readonly integral: readonly number[];
  /** Per slot of a flawed point: how many of its scans had which flaw. */
  readonly flaws: ReadonlyMap<number, ReadonlyMap<FlawReason, number>>;
}

/** The unit of the amount that a rate gives over time; `null` for a quantity that gives none. */
export function integralUnit(unit: string): string | null {
  if (unit === "kW") return "kWh";
  return unit.endsWith("/h") ? unit.slice(0, -"/h".length) : null;
}

/** By slot: whether the point is a rate. */
export function ratesOf({ names, get }: PointCatalogue): readonly boolean[] {
  return names.map((name) => integralUnit(get(name)?.unit ?? "") !== null);
}

/** The start of the minute, or of the site's clock hour, in which a moment lies. */
export function tierStartMs(tier: RollupTier, atMs: number, hourOffsetMs: number): number {
  if (tier === "minute") return Math.floor(atMs / tierMs.minute) * tierMs.minute;
  return Math.floor((atMs + hourOffsetMs) / tierMs.hour) * tierMs.hour - hourOffsetMs;
}

/** Sums a minute up, reading by reading. */
export interface MinuteSums {
  readonly startMs: number;
  /** Takes the next reading, in the order of time; `false`: it is not the next, and the minute must be done again. */
  add(frame: Frame): boolean;
  rollup(): Rollup;
}

export function minuteSums(
  siteId: string,
  boilerId: string,
  startMs: number,
  rates: readonly boolean[],
): MinuteSums {
  const none = () => new Array<number>(rates.length).fill(0);
  const [sum, count, good, seen] = [none(), none(), none(), none()];
  const lowest = none().fill(Number.POSITIVE_INFINITY);
  const highest = none().fill(Number.NEGATIVE_INFINITY);
  const flaws = new Map<number, Map<FlawReason, number>>();
  let readings = 0;
  let lastMs = Number.NEGATIVE_INFINITY;

  function noteFlaw(slot: number, code: number): void {
    const reason = flawOfCode(code);
    if (reason === null) return;
    const ofPoint = flaws.get(slot) ?? new Map<FlawReason, number>();
    flaws.set(slot, ofPoint.set(reason, (ofPoint.get(reason) ?? 0) + 1));
  }

  return {
    startMs,
    add: ({ takenAtMs, values, flaws: codes }) => {
      if (takenAtMs <= lastMs) return false;
      lastMs = takenAtMs;
      readings += 1;
      for (let slot = 0; slot < rates.length; slot += 1) {
        const value = values[slot] as number;
        const code = codes[slot] as number;
        const isThere = !Number.isNaN(value);
        if (code !== 0) noteFlaw(slot, code);
        else if (isThere) (good[slot] as number) += 1;
        if (isThere) {
          (sum[slot] as number) += value;
          (count[slot] as number) += 1;
          (seen[slot] as number) += 1;
          if (value < (lowest[slot] as number)) lowest[slot] = value;
          if (value > (highest[slot] as number)) highest[slot] = value;
        } else if (code !== 0) (seen[slot] as number) += 1;
      }
      return true;
    },
    rollup: () => {
      const orNone = (column: readonly number[]) =>
        column.map((each, slot) => (count[slot] ? each : Number.NaN));
      const mean = sum.map((each, slot) => each / (count[slot] as number));
      return {
        tier: "minute",
        siteId,
        boilerId,
        startMs,
        readings,
        lowest: orNone(lowest),
        highest: orNone(highest),
        mean,
        count: count.slice(),
        validShare: good.map((each, slot) => each / (seen[slot] as number)),
        integral: mean.map((each, slot) => (rates[slot] ? each / minutesOfHour : Number.NaN)),
        flaws,
      };
    },
  };
}

/** Sums an hour up, from its minutes in the order of time. */
export interface HourSums {
  readonly startMs: number;
  add(minute: Rollup): void;
  rollup(): Rollup;
}

export function hourSums(siteId: string, boilerId: string, startMs: number, slots: number): HourSums {
  const none = () => new Array<number>(slots).fill(0);
  const [means, count, shares, minutes, read, amounts] = [none(), none(), none(), none(), none(), none()];
  const lowest = none().fill(Number.POSITIVE_INFINITY);
  const highest = none().fill(Number.NEGATIVE_INFINITY);
  const flaws = new Map<number, Map<FlawReason, number>>();
  let readings = 0;
  return {
    startMs,
    add: (minute) => {
      readings += minute.readings;
      for (let slot = 0; slot < slots; slot += 1) {
        const share = minute.validShare[slot] as number;
        if (Number.isNaN(share)) continue; // not read in this minute
        (read[slot] as number) += 1;
        (shares[slot] as number) += share;
        const values = minute.count[slot] as number;
        if (values === 0) continue;
        (count[slot] as number) += values;
        (minutes[slot] as number) += 1;
        (means[slot] as number) += minute.mean[slot] as number;
        (amounts[slot] as number) += minute.integral[slot] as number;
        lowest[slot] = Math.min(lowest[slot] as number, minute.lowest[slot] as number);
        highest[slot] = Math.max(highest[slot] as number, minute.highest[slot] as number);
      }
      for (const [slot, reasons] of minute.flaws) {
        const ofPoint = flaws.get(slot) ?? new Map<FlawReason, number>();
        for (const [reason, scans] of reasons) ofPoint.set(reason, (ofPoint.get(reason) ?? 0) + scans);
        flaws.set(slot, ofPoint);
      }
    },
    rollup: () => {
      const orNone = (column: readonly number[], there: readonly number[]) =>
        column.map((each, slot) => (there[slot] ? each : Number.NaN));
      return {
        tier: "hour",
        siteId,
        boilerId,
        startMs,
        readings,
        lowest: orNone(lowest, minutes),
        highest: orNone(highest, minutes),
        mean: means.map((each, slot) => each / (minutes[slot] as number)),
        count: count.slice(),
        validShare: orNone(shares, read).map((each) => each / minutesOfHour),
        integral: orNone(amounts, minutes),
        flaws,
      };
    },
  };
}

/** Whether two rollups of the same time say the same. */
export function sameRollup(a: Rollup, b: Rollup): boolean {
  const same = (one: readonly number[], other: readonly number[]) =>
    one.every((each, slot) => Object.is(each, other[slot]));
  const sameFlaws = [...a.flaws].every(([slot, reasons]) => {
    const others = b.flaws.get(slot);
    return others?.size === reasons.size && [...reasons].every(([reason, n]) => others.get(reason) === n);
  });
  return (
    a.readings === b.readings &&
    a.flaws.size === b.flaws.size &&
    sameFlaws &&
    same(a.lowest, b.lowest) &&
    same(a.highest, b.highest) &&
    same(a.mean, b.mean) &&
    same(a.count, b.count) &&
    same(a.validShare, b.validShare) &&
    same(a.integral, b.integral)
  );
}
