import type { Granularity, Interval } from "./design.ts";
import type { EnergyBasis, Metered } from "./energy.ts";

/** A stretch of metered time, as short as the record has it. */
export interface Sample {
  readonly fromMs: number;
  readonly toMs: number;
  /** Fuel energy in it, on the basis of the set; `null` where it is not known. */
  readonly energyGj: number | null;
  /** Amounts in it, such as useful heat: they add up. `null` where one is not known. */
  readonly amounts: Readonly<Record<string, number | null>>;
  /** Levels over it, such as a feedwater temperature: they are averaged over running time. */
  readonly levels: Readonly<Record<string, number | null>>;
  readonly running: boolean;
}

/** Time that does not count, why, and who said so. */
export interface Exclusion {
  readonly fromMs: number;
  readonly toMs: number;
  readonly reason: string;
  readonly author: string;
}

/** What became of an interval that is not used. */
export interface Unused {
  readonly index: number;
  readonly coveragePercent: number;
  readonly why: "coverage" | "excluded" | "level-unknown";
}

export interface Regular<B extends EnergyBasis> extends Metered<B> {
  /** In milliseconds since 1970, one more than there are intervals: where each begins, and where the last one ends. */
  readonly boundariesMs: readonly number[];
  readonly unused: readonly Unused[];
  /** Of all the time between the first and the last boundary that was not excluded. */
  readonly coveragePercent: number;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Where the plant's days begin, without summer time. @param offsetMinutes of the plant's zone: 480 for Taiwan */
export function dayBoundariesMs(fromMs: number, toMs: number, offsetMinutes: number): readonly number[] {
  const offsetMs = offsetMinutes * 60_000;
  const first = Math.ceil((fromMs + offsetMs) / dayMs);
  const last = Math.floor((toMs + offsetMs) / dayMs);
  return Array.from({ length: Math.max(last - first + 1, 0) }, (_, k) => (first + k) * dayMs - offsetMs);
}

/** Where the plant's months begin. */
export function monthBoundariesMs(fromMs: number, toMs: number, offsetMinutes: number): readonly number[] {
  const offsetMs = offsetMinutes * 60_000;
  const at = new Date(fromMs + offsetMs);
  const boundaries: number[] = [];
  for (let month = at.getUTCMonth(); ; month += 1) {
    const ms = Date.UTC(at.getUTCFullYear(), month, 1) - offsetMs;
    if (ms > toMs) return boundaries;
    if (ms >= fromMs) boundaries.push(ms);
  }
}

/**
 * Adds samples up to days or months.
 *
 * A sample counts when its energy and all its amounts are there: energy and what drives it are then added over the
 * same time. Nothing is interpolated, and no energy scaled up to a whole day: an interval says how many days it
 * covers. It is used from the asked-for coverage on.
 * @param boundariesMs of the intervals, from `dayBoundariesMs` or `monthBoundariesMs`; a day of 23 hours is one of theirs
 * @param needed names of amounts and levels that the model will ask for
 */
export function regularise<B extends EnergyBasis>(
  basis: B,
  samples: readonly Sample[],
  boundariesMs: readonly number[],
  granularity: Granularity,
  needed: readonly string[],
  exclusions: readonly Exclusion[],
  coveragePercentAtLeast: number,
): Regular<B> {
  const sorted = [...samples].sort((a, b) => a.fromMs - b.fromMs);
  const amounts = needed.filter((name) => samples.some((each) => name in each.amounts));
  const levels = needed.filter((name) => !amounts.includes(name));
  const intervals: Interval[] = [];
  const unused: Unused[] = [];
  const periodMs = granularity === "hourly" ? hourMs : dayMs;
  let place = 0;
  let countedMs = 0;
  let excludedMs = 0;
  for (let k = 0; k + 1 < boundariesMs.length; k += 1) {
    const [fromMs, toMs] = [boundariesMs[k] as number, boundariesMs[k + 1] as number];
    const index = numberOf(fromMs, granularity, boundariesMs[0] as number);
    while (place < sorted.length && (sorted[place] as Sample).fromMs < fromMs) place += 1;
    const within: Sample[] = [];
    let next = place;
    for (; next < sorted.length && (sorted[next] as Sample).toMs <= toMs; next += 1)
      within.push(sorted[next] as Sample);
    place = next;
    if (exclusions.some((each) => each.fromMs < toMs && each.toMs > fromMs)) {
      excludedMs += toMs - fromMs;
      unused.push({ index, coveragePercent: 0, why: "excluded" });
      continue;
    }
    const whole = within.filter((each) => isWhole(each, amounts));
    const coveredMs = whole.reduce((sum, each) => sum + each.toMs - each.fromMs, 0);
    countedMs += coveredMs;
    const coveragePercent = (100 * coveredMs) / (toMs - fromMs);
    if (coveragePercent < coveragePercentAtLeast || coveredMs === 0) {
      unused.push({ index, coveragePercent, why: "coverage" });
      continue;
    }
    const periods = coveredMs / periodMs;
    const drivers = driversOver(whole, amounts, levels, periods);
    if (drivers === null) {
      unused.push({ index, coveragePercent, why: "level-unknown" });
      continue;
    }
    const energyGj = whole.reduce((sum, each) => sum + (each.energyGj ?? 0), 0);
    intervals.push({ index, periods, energyGj, drivers });
  }
  const spanMs = (boundariesMs.at(-1) ?? 0) - (boundariesMs[0] ?? 0) - excludedMs;
  return {
    basis,
    granularity,
    intervals,
    boundariesMs,
    unused,
    coveragePercent: spanMs > 0 ? (100 * countedMs) / spanMs : 0,
  };
}

function numberOf(fromMs: number, granularity: Granularity, firstMs: number): number {
  if (granularity === "monthly") {
    // Half a month on, so that the plant's zone cannot put a beginning into the month before.
    const at = new Date(fromMs + 14 * dayMs);
    return at.getUTCFullYear() * 12 + at.getUTCMonth();
  }
  const lengthMs = granularity === "hourly" ? hourMs : dayMs;
  return Math.floor(firstMs / lengthMs) + Math.round((fromMs - firstMs) / lengthMs);
}

function isWhole(sample: Sample, amounts: readonly string[]): boolean {
  if (sample.energyGj === null || !Number.isFinite(sample.energyGj)) return false;
  return amounts.every((name) => Number.isFinite(sample.amounts[name] ?? Number.NaN));
}

/** Amounts per period; levels as a mean weighted by running time. */
function driversOver(
  samples: readonly Sample[],
  amounts: readonly string[],
  levels: readonly string[],
  periods: number,
): Readonly<Record<string, number>> | null {
  const drivers: Record<string, number> = {};
  for (const name of amounts)
    drivers[name] = samples.reduce((sum, each) => sum + (each.amounts[name] ?? 0), 0) / periods;
  for (const name of levels) {
    const known = samples.filter((each) => each.running && Number.isFinite(each.levels[name] ?? Number.NaN));
    const ms = known.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
    if (ms === 0) return null;
    const sum = known.reduce(
      (total, each) => total + (each.toMs - each.fromMs) * (each.levels[name] ?? 0),
      0,
    );
    drivers[name] = sum / ms;
  }
  return drivers;
}
