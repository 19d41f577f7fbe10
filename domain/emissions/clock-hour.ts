import type { Frame } from "../frame.ts";
import type { EmissionQuantity } from "../limits.ts";
import type { PointCatalogue, PointName } from "../points.ts";
import { withoutNoise } from "../without-noise.ts";
import type { AveragingOrder } from "./hourly-mean.ts";
import { isO2Clamped, referenceO2Factor } from "./reference-oxygen.ts";

/** The measured point behind each quantity that a standard limits. */
export const measuredFor = {
  pmAtRefO2MgPerNm3: "pmDryMgPerNm3",
  soxAtRefO2Ppm: "soxDryPpm",
  noxAtRefO2Ppm: "noxDryPpm",
} as const satisfies Record<EmissionQuantity, PointName>;

export const minuteMs = 60_000;
export const hourMs = 3_600_000;
/** Share of the samples due in a minute, and of a quarter's minutes, that must be valid. */
const validShare = 0.75;
const minutesOfQuarter = 15;
/** Of an hour's four quarters. */
const validQuarters = 3;

/** Sums of one stretch of time; `clamped` counts values at which the floor of the oxygen correction decided. */
interface Sums {
  count: number;
  corrected: number;
  measured: number;
  o2: number;
  clamped: number;
}

/** What is remembered of one quantity of one boiler: plain data. */
export interface HourMemory {
  hourStartMs: number;
  minute: number;
  samples: number;
  inMinute: Sums;
  /** Sums of the valid minutes of each quarter. */
  quarters: Sums[];
  last: HourMean | null;
}

/** A clock hour's mean at the reference oxygen; `mean` is `null` when too little of the hour is valid. */
export interface HourMean {
  readonly hourStartMs: number;
  readonly mean: number | null;
  readonly validMinutes: number;
  /** Minutes in which the correction met its floor: the mean is then a bound. */
  readonly clampedMinutes: number;
}

const noMean = { mean: null, validMinutes: 0, clampedMinutes: 0 } as const;

function minuteOf(atMs: number, hourStartMs: number): number {
  return Math.floor((atMs - hourStartMs) / minuteMs);
}

const noSums = (): Sums => ({ count: 0, corrected: 0, measured: 0, o2: 0, clamped: 0 });

export function hourMemory(): HourMemory {
  return {
    hourStartMs: 0,
    minute: -1,
    samples: 0,
    inMinute: noSums(),
    quarters: [noSums(), noSums(), noSums(), noSums()],
    last: null,
  };
}

/** Makes the hourly means of one quantity. */
export interface HourWatch {
  /**
   * Ends the hour under way when a moment lies in another one, whether or not the quantity is still measured then, and
   * gives the mean of the hour before that moment; else `null`. An hour of which nothing was seen has no mean.
   */
  reach(memory: HourMemory, atMs: number): HourMean | null;
  /** Takes a frame in; gives the mean of the hour before when this one opens a new hour, else `null`. */
  see(memory: HourMemory, frame: Frame): HourMean | null;
  /** The mean of the hour under way, from its valid minutes; `null` before the first. */
  soFar(memory: HourMemory): { readonly mean: number; readonly validMinutes: number } | null;
}

/**
 * Means of clock hours, from minutes: a minute counts with three quarters of its due samples good and firing (and at
 * least one), a quarter with three quarters of its minutes, the hour with three of its quarters. Start-up, stop and bad
 * data are not in it, and what did not arrive counts as lost. The US rule is stricter: a point in each of the four
 * quarters of a full hour.
 * @param hourOffsetMs by how much the site's hours are off the UTC ones: 30 min in some zones
 * @param scanMs how often the boiler is read; `null`: what arrived was due
 * @source Hour rule of the project, after the 75 % of Taiwan's CEMS practice; 40 CFR 60.13(h), means of quarter-hour points
 */
export function hourWatch(
  quantity: EmissionQuantity,
  catalogue: PointCatalogue,
  referenceO2Percent: number,
  order: AveragingOrder,
  hourOffsetMs = 0,
  scanMs: number | null = null,
): HourWatch {
  const measuredSlot = catalogue.slotOf(measuredFor[quantity]);
  const o2Slot = catalogue.slotOf("o2DryPercent");
  const firingSlot = catalogue.slotOf("firing");

  const due = scanMs === null ? 0 : Math.floor(minuteMs / scanMs);

  function reach(memory: HourMemory, atMs: number): HourMean | null {
    if (memory.minute < 0) return null;
    const hourStartMs = hourStartOf(atMs);
    if (hourStartMs === memory.hourStartMs) return null;
    const seen = endHour(memory);
    const hoursOn = (hourStartMs - memory.hourStartMs) / hourMs;
    const last = hoursOn > 1 ? { ...noMean, hourStartMs: hourStartMs - hourMs } : seen;
    Object.assign(memory, hourMemory(), { hourStartMs, minute: minuteOf(atMs, hourStartMs), last });
    return last;
  }

  function see(memory: HourMemory, frame: Frame): HourMean | null {
    const { values, flaws, takenAtMs } = frame;
    const ended = reach(memory, takenAtMs);
    const measured = values[measuredSlot] ?? Number.NaN;
    if (Number.isNaN(measured) && flaws[measuredSlot] === 0) return ended; // not measured now
    const hourStartMs = hourStartOf(takenAtMs);
    const minute = minuteOf(takenAtMs, hourStartMs);
    if (memory.minute < 0) Object.assign(memory, { hourStartMs, minute });
    else if (minute !== memory.minute) {
      endMinute(memory);
      memory.minute = minute;
    }
    memory.samples += 1;
    const o2 = values[o2Slot] ?? Number.NaN;
    const good = flaws[measuredSlot] === 0 && flaws[o2Slot] === 0 && values[firingSlot] === 1;
    if (good && !Number.isNaN(o2)) {
      const sums = memory.inMinute;
      sums.count += 1;
      sums.corrected += measured * referenceO2Factor(o2, referenceO2Percent);
      sums.measured += measured;
      sums.o2 += o2;
      if (isO2Clamped(o2)) sums.clamped += 1;
    }
    return ended;
  }

  function hourStartOf(atMs: number): number {
    return Math.floor((atMs + hourOffsetMs) / hourMs) * hourMs - hourOffsetMs;
  }

  function endMinute(memory: HourMemory): void {
    const { inMinute, samples } = memory;
    const quarter = memory.quarters[Math.floor(memory.minute / minutesOfQuarter)];
    const needed = Math.max(1, validShare * Math.max(due, samples));
    if (quarter !== undefined && inMinute.count >= needed) {
      quarter.count += 1;
      quarter.corrected += inMinute.corrected / inMinute.count;
      quarter.measured += inMinute.measured / inMinute.count;
      quarter.o2 += inMinute.o2 / inMinute.count;
      if (inMinute.clamped > 0) quarter.clamped += 1;
    }
    memory.inMinute = noSums();
    memory.samples = 0;
  }

  function endHour(memory: HourMemory): HourMean {
    endMinute(memory);
    const valid = memory.quarters.filter(({ count }) => count >= validShare * minutesOfQuarter);
    return {
      hourStartMs: memory.hourStartMs,
      mean: valid.length < validQuarters ? null : withoutNoise(meanOf(valid)),
      validMinutes: memory.quarters.reduce((sum, { count }) => sum + count, 0),
      clampedMinutes: memory.quarters.reduce((sum, { clamped }) => sum + clamped, 0),
    };
  }

  /** Mean of quarters, each by the mean of its valid minutes, in the order that the permit fixes. */
  function meanOf(quarters: readonly Sums[]): number {
    const mean = (of: (sums: Sums) => number) =>
      quarters.reduce((sum, each) => sum + of(each) / each.count, 0) / quarters.length;
    if (order === "correct-then-average") return mean(({ corrected }) => corrected);
    return (
      mean(({ measured }) => measured) *
      referenceO2Factor(
        mean(({ o2 }) => o2),
        referenceO2Percent,
      )
    );
  }

  return {
    reach,
    see,
    soFar: (memory) => {
      const begun = memory.quarters.filter(({ count }) => count > 0);
      if (begun.length === 0) return null;
      // All minutes weigh the same while the hour is under way.
      const all = begun.reduce((sum, each) => ({
        count: sum.count + each.count,
        corrected: sum.corrected + each.corrected,
        measured: sum.measured + each.measured,
        o2: sum.o2 + each.o2,
        clamped: sum.clamped + each.clamped,
      }));
      return { mean: meanOf([all]), validMinutes: all.count };
    },
  };
}
