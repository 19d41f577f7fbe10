import type { PointCatalogue } from "./points.ts";
import { type FlawCount, type FlawReason, flawReasons, type Quality, type Reading } from "./reading.ts";

/**
 * A reading as the formulas work on it: one slot per point of the catalogue. It says the same as a `Reading`, whose
 * names cost twenty times as much to work through; at the edges it is turned into one.
 *
 * `values[slot]` is NaN where there is no number, and `flaws[slot]` tells why (0: no flaw). No number and no flaw: the
 * point was not read. Only the pass, which owns a frame while it is made, writes to it.
 */
export interface Frame {
  readonly boilerId: string;
  readonly takenAtMs: number;
  /** Slots of the points that this scan read. */
  readonly measured: readonly number[];
  readonly values: number[];
  readonly flaws: number[];
  /** Slots whose value was not measured anew: it has moved less than its deadband since it was. */
  held?: readonly number[];
}

const codeOf = new Map<FlawReason, number>(flawReasons.map((reason, index) => [reason, index + 1]));

export function flawCode(reason: FlawReason): number {
  return codeOf.get(reason) ?? 0;
}

export function flawOfCode(code: number): FlawReason | null {
  return flawReasons[code - 1] ?? null;
}

/** Samples by their flaw: plain data, small, and empty while all is well. */
export type FlawTally = Partial<Record<FlawReason, number>>;

export function tally(counts: FlawTally, reason: FlawReason | null): void {
  if (reason !== null) counts[reason] = (counts[reason] ?? 0) + 1;
}

/** What was counted of a point, the most frequent reason first. */
export function flawCounts(point: string, tallies: readonly FlawTally[]): readonly FlawCount[] {
  const counted = tallies.filter(hasCounts);
  if (counted.length === 0) return nothingCounted;
  return flawReasons
    .map((reason) => ({
      point,
      reason,
      samples: counted.reduce((sum, each) => sum + (each[reason] ?? 0), 0),
    }))
    .filter(({ samples }) => samples > 0)
    .sort((a, b) => b.samples - a.samples);
}

/** While all is well there is nothing to count, minute for minute. */
const nothingCounted: readonly FlawCount[] = [];

function hasCounts(counts: FlawTally): boolean {
  for (const _ in counts) return true;
  return false;
}

export type FrameMaker = (boilerId: string, takenAtMs: number, measured: readonly number[]) => Frame;

/** Makes frames without a value in them; copying a ready one is the fastest way to a new one. */
export function frameMaker(catalogue: PointCatalogue): FrameMaker {
  const noValues = catalogue.names.map(() => Number.NaN);
  const noFlaws = catalogue.names.map(() => 0);
  return (boilerId, takenAtMs, measured) => ({
    boilerId,
    takenAtMs,
    measured,
    values: noValues.slice(),
    flaws: noFlaws.slice(),
  });
}

/** Takes a value away, for a reason: the point is bad. */
export function spoil({ values, flaws }: Frame, slot: number, reason: FlawReason): void {
  values[slot] = Number.NaN;
  flaws[slot] = flawCode(reason);
}

/** Leaves a value, and says why it is not to be relied on; a flaw that is there already stays. */
export function doubt({ flaws }: Frame, slot: number, reason: FlawReason): void {
  if (flaws[slot] === 0) flaws[slot] = flawCode(reason);
}

/** What a slot is worth; `null`: it was not read. */
export function qualityInSlot({ values, flaws }: Frame, slot: number): Quality | null {
  const missing = Number.isNaN(values[slot] ?? Number.NaN);
  if (flaws[slot] === 0) return missing ? null : "good";
  return missing ? "bad" : "uncertain";
}

export function readingOf({ boilerId, takenAtMs, values, flaws }: Frame, { names }: PointCatalogue): Reading {
  const ofReading: Record<string, number | null> = {};
  const flawsOfReading: Record<string, FlawReason> = {};
  for (const [slot, name] of names.entries()) {
    const value = values[slot] ?? Number.NaN;
    const reason = flawOfCode(flaws[slot] ?? 0);
    if (!Number.isNaN(value)) ofReading[name] = value;
    else if (reason !== null) ofReading[name] = null;
    if (reason !== null) flawsOfReading[name] = reason;
  }
  return { boilerId, takenAtMs, values: ofReading, flaws: flawsOfReading };
}

/** A frame of a reading; points that the catalogue does not have are left out. */
export function frameOf(reading: Reading, catalogue: PointCatalogue, make = frameMaker(catalogue)): Frame {
  const names = Object.keys(reading.values).filter((name) => catalogue.has(name));
  const frame = make(reading.boilerId, reading.takenAtMs, names.map(catalogue.slotOf));
  for (const name of names) frame.values[catalogue.slotOf(name)] = reading.values[name] ?? Number.NaN;
  for (const [name, reason] of Object.entries(reading.flaws)) {
    const slot = catalogue.slotOf(name);
    if (slot >= 0) frame.flaws[slot] = flawCode(reason);
  }
  return frame;
}
