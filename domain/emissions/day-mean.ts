import type { LocalDay } from "../local-day.ts";
import { withoutNoise } from "../without-noise.ts";
import type { HourMean } from "./clock-hour.ts";

/** A day's mean, of its valid hours. */
export interface DayMean {
  readonly fromMs: number;
  /** Exclusive. */
  readonly toMs: number;
  /** `null`: no hour was valid, or too many were not. */
  readonly mean: number | null;
  readonly validHours: number;
  readonly invalidHours: number;
}

/** What is remembered of a quantity's days: plain data. */
export interface DayMemory {
  lastHourMs: number;
  day: { readonly fromMs: number; readonly toMs: number } | null;
  sum: number;
  validHours: number;
  invalidHours: number;
  /** The newest day that is over. */
  last: DayMean | null;
}

const hourMs = 3_600_000;
/** A day of which more hours failed is not judged. */
const mostInvalidHours = 3;
/** An hour of which more than this was fired and not measured has failed; one that stood still has not. */
const flawedShare = 0.25;

export function dayMemory(): DayMemory {
  return { lastHourMs: -1, day: null, sum: 0, validHours: 0, invalidHours: 0, last: null };
}

/**
 * Takes in an hour that is over, and ends the day with its last hour, or with the first that comes after it.
 * @param dayOf the day of the boiler's place in which a moment lies
 * @source Directive 2010/75/EU, Annex V, Part 3 no. 10: a day with more than three hours invalid by the measuring system is invalid
 */
export function seeHour(
  memory: DayMemory,
  hour: HourMean,
  dayOf: (atMs: number) => LocalDay | undefined,
): void {
  if (hour.hourStartMs <= memory.lastHourMs) return;
  memory.lastHourMs = hour.hourStartMs;
  if (memory.day === null || hour.hourStartMs >= memory.day.toMs) {
    endDay(memory);
    const day = dayOf(hour.hourStartMs);
    memory.day = day === undefined ? null : { fromMs: day.fromMs, toMs: day.toMs };
  }
  const { mean, input } = hour;
  const flawed = input.samples - input.idleSamples - input.startUpSamples - input.goodSamples;
  if (mean !== null) {
    memory.validHours += 1;
    memory.sum += mean;
  } else if (flawed > flawedShare * input.samples) memory.invalidHours += 1;
  if (memory.day !== null && hour.hourStartMs + hourMs >= memory.day.toMs) endDay(memory);
}

function endDay(memory: DayMemory): void {
  const { day, sum, validHours, invalidHours } = memory;
  if (day !== null) {
    const isValid = validHours > 0 && invalidHours <= mostInvalidHours;
    const mean = isValid ? withoutNoise(sum / validHours) : null;
    memory.last = { ...day, mean, validHours, invalidHours };
  }
  Object.assign(memory, { day: null, sum: 0, validHours: 0, invalidHours: 0 });
}
