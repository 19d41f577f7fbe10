/**
 * Why a value is missing or not to be trusted. A value beside a flaw is uncertain; `null` beside it is bad.
 *
 * `no-answer` the device did not answer in time · `refused` it answered with an exception · `sentinel` it sent
 * its own sign for "no value" · `not-a-number` NaN or infinity · `out-of-range` physically impossible ·
 * `dead-analyser` a lifeless box sends zeros · `implausible` contradicts the other sensors · `frozen` repeats itself
 * to the bit while the load moves · `too-fast` changes as no gas or metal can · `co2-closure` oxygen and CO₂ do not
 * add up · `fo-range` they do not fit the fuel · `flow-mismatch` stack flow and fuel contradict each other ·
 * `not-air` a probe out of firing that does not read air · `air-leak` too much oxygen for a fire · `duplicate` the
 * same signal as another point, mapped twice · `clock-doubtful` its time is not to be trusted · `input-missing` and
 * `input-doubtful` are a derived value's: one of its inputs is bad, or uncertain · `not-computable` the inputs have no
 * such result · `o2-clamped` a value at reference oxygen so near air that the floor of the correction decided it: a
 * bound.
 */
export const flawReasons = [
  "no-answer",
  "refused",
  "sentinel",
  "not-a-number",
  "out-of-range",
  "dead-analyser",
  "implausible",
  "frozen",
  "too-fast",
  "co2-closure",
  "fo-range",
  "flow-mismatch",
  "drifted",
  "not-air",
  "air-leak",
  "duplicate",
  "clock-doubtful",
  "input-missing",
  "input-doubtful",
  "not-computable",
  "o2-clamped",
] as const;
export type FlawReason = (typeof flawReasons)[number];

/** How many samples of an input were not good, for one reason. */
export interface FlawCount {
  readonly point: string;
  readonly reason: FlawReason;
  readonly samples: number;
}

export type Values = Readonly<Record<string, number | null>>;
export type Flaws = Readonly<Record<string, FlawReason>>;

/**
 * What one boiler's sensors said at one instant. A point that is absent was not read in this scan; one that is
 * `null` was, and could not be had or believed: `flaws` says why.
 */
export interface Reading {
  readonly boilerId: string;
  /** UTC epoch ms at which the last reply arrived; strictly increasing for a boiler. */
  readonly takenAtMs: number;
  readonly values: Values;
  readonly flaws: Flaws;
}

export type Quality = "good" | "uncertain" | "bad";

/** What a value is worth; a point that was not read has no quality. */
export function qualityOf(
  { values, flaws }: Pick<Reading, "values" | "flaws">,
  point: string,
): Quality | null {
  const value = values[point];
  if (value === undefined) return null;
  if (value === null) return "bad";
  return flaws[point] === undefined ? "good" : "uncertain";
}

/** The same reading with `points` made `null` for `reason`; those that were not read stay absent. */
export function withoutValues(reading: Reading, points: readonly string[], reason: FlawReason): Reading {
  const affected = points.filter((point) => typeof reading.values[point] === "number");
  if (affected.length === 0) return reading;
  const values: Record<string, number | null> = { ...reading.values };
  const flaws: Record<string, FlawReason> = { ...reading.flaws };
  for (const point of affected) {
    values[point] = null;
    flaws[point] = reason;
  }
  return { ...reading, values, flaws };
}
