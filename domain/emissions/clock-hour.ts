import { type FlawTally, type Frame, flawCounts, flawOfCode, tally } from "../frame.ts";
import type { PointCatalogue } from "../points.ts";
import type { FlawCount } from "../reading.ts";
import { withoutNoise } from "../without-noise.ts";
import { type EmissionQuantity, measuredFor } from "./emission-quantity.ts";
import type { AveragingOrder, StartUpTreatment } from "./hourly-mean.ts";
import { isO2Clamped, referenceO2Factor } from "./reference-oxygen.ts";

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

/** What became of an hour's samples. */
interface Samples {
  seen: number;
  good: number;
  idle: number;
  startUp: number;
  /** Of the quantity, and of the oxygen beside it. */
  readonly flaws: FlawTally;
  readonly o2Flaws: FlawTally;
}

/** What is remembered of one quantity of one boiler: plain data. */
export interface HourMemory {
  hourStartMs: number;
  minute: number;
  samples: number;
  inMinute: Sums;
  /** Sums of the valid minutes of each quarter. */
  quarters: Sums[];
  ofHour: Samples;
  /** The minute before this one, where it was valid. */
  lastMinute: MinuteMean | null;
  last: HourMean | null;
}

/** A valid minute's mean at the reference oxygen. */
export interface MinuteMean {
  readonly startMs: number;
  readonly mean: number;
}

/** A clock hour's mean at the reference oxygen; `mean` is `null` when too little of the hour is valid. */
export interface HourMean {
  readonly hourStartMs: number;
  readonly mean: number | null;
  readonly validMinutes: number;
  /** Minutes in which the correction met its floor: the mean is then a bound. */
  readonly clampedMinutes: number;
  readonly input: HourInput;
}

/** What an hour's mean is made of, and what of it was not. */
export interface HourInput {
  readonly samples: number;
  /** In the mean, where their minute counts. */
  readonly goodSamples: number;
  /** While nothing burned, or nobody knew. */
  readonly idleSamples: number;
  /** With more oxygen than a fire leaves: in the mean as the permit has it. */
  readonly startUpSamples: number;
  /** Why the others were not good, by the quantity and by the oxygen beside it. */
  readonly flaws: readonly FlawCount[];
}

/** Of an hour of which nothing is known. */
export const noInput: HourInput = {
  samples: 0,
  goodSamples: 0,
  idleSamples: 0,
  startUpSamples: 0,
  flaws: [],
};
const noMean = { mean: null, validMinutes: 0, clampedMinutes: 0, input: noInput } as const;

/** The mean of the hour under way. */
export interface HourSoFar extends HourMean {
  readonly mean: number;
}

/** How a permit has an hour's mean made. */
export interface HourRule {
  readonly referenceO2Percent: number;
  readonly averagingOrder: AveragingOrder;
  readonly startUp: StartUpTreatment;
  /** More oxygen than this is no fire's: the air of a purge and of a light-off is still in the flue. */
  readonly firingO2AtMostPercent: number;
}

/** When the hours of a site begin, and what is due in them. */
export interface HourTiming {
  /** By how much the site's hours are off the UTC ones: 30 min in some zones. */
  readonly hourOffsetMs?: number;
  /** How often the boiler is read; `null`: what arrived was due. */
  readonly scanMs?: number | null;
}

function minuteOf(atMs: number, hourStartMs: number): number {
  return Math.floor((atMs - hourStartMs) / minuteMs);
}

const noSums = (): Sums => ({ count: 0, corrected: 0, measured: 0, o2: 0, clamped: 0 });
const noSamples = (): Samples => ({ seen: 0, good: 0, idle: 0, startUp: 0, flaws: {}, o2Flaws: {} });

export function hourMemory(): HourMemory {
  return {
    hourStartMs: 0,
    minute: -1,
    samples: 0,
    inMinute: noSums(),
    quarters: [noSums(), noSums(), noSums(), noSums()],
    ofHour: noSamples(),
    lastMinute: null,
    last: null,
  };
}

/** A memory as it was saved, also by a version that did not count the samples of an hour yet. */
export function recalledHour(saved: Partial<HourMemory>): HourMemory {
  const { last = null } = saved;
  return { ...hourMemory(), ...saved, last: last === null ? null : { ...noMean, ...last } };
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
  soFar(memory: HourMemory): HourSoFar | null;
}

/**
 * Means of clock hours, from minutes: a minute counts with three quarters of its due samples good and firing (and at
 * least one), a quarter with three quarters of its minutes, the hour with three of its quarters. Stop and bad data are
 * not in it, start-up as the permit has it, and what did not arrive counts as lost. The US rule is stricter: a point in
 * each of the four quarters of a full hour.
 * @source Hour rule of the project, after the 75 % of Taiwan's CEMS practice; 40 CFR 60.13(h), means of quarter-hour points
 */
export function hourWatch(
  quantity: EmissionQuantity,
  catalogue: PointCatalogue,
  { referenceO2Percent, averagingOrder: order, startUp, firingO2AtMostPercent }: HourRule,
  { hourOffsetMs = 0, scanMs = null }: HourTiming = {},
): HourWatch {
  const measuredSlot = catalogue.slotOf(measuredFor[quantity]);
  const o2Slot = catalogue.slotOf("o2DryPercent");
  const firingSlot = catalogue.slotOf("firing");

  const due = scanMs === null ? 0 : Math.floor(minuteMs / scanMs);
  const factorAt = (o2DryPercent: number) => referenceO2Factor(o2DryPercent, referenceO2Percent);

  function reach(memory: HourMemory, atMs: number): HourMean | null {
    if (memory.minute < 0) return null;
    if (atMs >= memory.hourStartMs && atMs < memory.hourStartMs + hourMs) return null;
    const hourStartMs = hourStartOf(atMs);
    if (hourStartMs === memory.hourStartMs) return null;
    const seen = endHour(memory);
    const hoursOn = (hourStartMs - memory.hourStartMs) / hourMs;
    const last = hoursOn > 1 ? { ...noMean, hourStartMs: hourStartMs - hourMs } : seen;
    const { lastMinute } = memory;
    Object.assign(memory, hourMemory(), {
      hourStartMs,
      minute: minuteOf(atMs, hourStartMs),
      lastMinute,
      last,
    });
    return last;
  }

  function see(memory: HourMemory, frame: Frame): HourMean | null {
    const { values, flaws, takenAtMs } = frame;
    const ended = reach(memory, takenAtMs);
    const measured = values[measuredSlot] ?? Number.NaN;
    if (Number.isNaN(measured) && flaws[measuredSlot] === 0) return ended; // not measured now
    if (memory.minute < 0) memory.hourStartMs = hourStartOf(takenAtMs);
    const minute = minuteOf(takenAtMs, memory.hourStartMs);
    if (memory.minute < 0) memory.minute = minute;
    else if (minute !== memory.minute) {
      endMinute(memory);
      memory.minute = minute;
    }
    memory.samples += 1;
    addSample(memory, measured, frame);
    return ended;
  }

  function addSample({ ofHour, inMinute }: HourMemory, measured: number, { values, flaws }: Frame): void {
    const measuredFlaw = flaws[measuredSlot] ?? 0;
    const o2Flaw = flaws[o2Slot] ?? 0;
    const o2 = values[o2Slot] ?? Number.NaN;
    ofHour.seen += 1;
    if (values[firingSlot] !== 1) {
      ofHour.idle += 1;
      return;
    }
    if (measuredFlaw !== 0 || o2Flaw !== 0 || Number.isNaN(o2)) {
      tally(ofHour.flaws, flawOfCode(measuredFlaw));
      tally(ofHour.o2Flaws, flawOfCode(o2Flaw) ?? (Number.isNaN(o2) ? "input-missing" : null));
      return;
    }
    const isStartUp = o2 > firingO2AtMostPercent;
    if (isStartUp) ofHour.startUp += 1;
    if (isStartUp && startUp === "left-out") return;
    // As measured: as if it had been measured at the reference oxygen.
    const byO2 = isStartUp && startUp === "as-measured" ? referenceO2Percent : o2;
    ofHour.good += 1;
    inMinute.count += 1;
    inMinute.corrected += measured * referenceO2Factor(byO2, referenceO2Percent);
    inMinute.measured += measured;
    inMinute.o2 += byO2;
    if (isO2Clamped(byO2)) inMinute.clamped += 1;
  }

  function hourStartOf(atMs: number): number {
    return Math.floor((atMs + hourOffsetMs) / hourMs) * hourMs - hourOffsetMs;
  }

  function endMinute(memory: HourMemory): void {
    const { inMinute, samples } = memory;
    const quarter = memory.quarters[Math.floor(memory.minute / minutesOfQuarter)];
    const needed = Math.max(1, validShare * Math.max(due, samples));
    memory.lastMinute = null;
    if (quarter !== undefined && inMinute.count >= needed) {
      const startMs = memory.hourStartMs + memory.minute * minuteMs;
      memory.lastMinute = { startMs, mean: withoutNoise(meanOf([inMinute])) };
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
      input: inputOf(memory),
    };
  }

  function inputOf({
    ofHour: { seen, good, idle, startUp: started, flaws, o2Flaws },
  }: HourMemory): HourInput {
    return {
      samples: seen,
      goodSamples: good,
      idleSamples: idle,
      startUpSamples: started,
      flaws: [...flawCounts(measuredFor[quantity], [flaws]), ...flawCounts("o2DryPercent", [o2Flaws])],
    };
  }

  /** Mean of quarters, each by the mean of its valid minutes, in the order that the permit fixes. */
  function meanOf(quarters: readonly Sums[]): number {
    const mean = (of: (sums: Sums) => number) =>
      quarters.reduce((sum, each) => sum + of(each) / each.count, 0) / quarters.length;
    if (order === "correct-then-average") return mean(({ corrected }) => corrected);
    return mean(({ measured }) => measured) * factorAt(mean(({ o2 }) => o2));
  }

  return {
    reach,
    see,
    soFar: (memory) => {
      // All minutes weigh the same while the hour is under way.
      const all = noSums();
      for (const { count, corrected, measured, o2, clamped } of memory.quarters) {
        all.count += count;
        all.corrected += corrected;
        all.measured += measured;
        all.o2 += o2;
        all.clamped += clamped;
      }
      if (all.count === 0) return null;
      const { hourStartMs } = memory;
      const { count: validMinutes, clamped: clampedMinutes } = all;
      return { mean: meanOf([all]), validMinutes, clampedMinutes, input: inputOf(memory), hourStartMs };
    },
  };
}
