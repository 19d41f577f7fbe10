import { finiteOrNull, isAmount } from "../finite.ts";

const minutesOfHour = 60;

/**
 * What the mean of the rest of a clock hour may be at most, so that the hour ends within its limit.
 *
 * An hour's mean is that of its valid minutes. If all minutes to come are valid, with `n` valid ones behind us, their
 * mean `m`, and `r` to come, then `(n·m + r·x) / (n + r) ≤ limit` gives `x`.
 * @param minute of the hour that has begun, 0 to 59; the minutes to come are those after it
 * @returns less than 0 where nothing can bring the hour within its limit any more; `null` in its last minute, or where what went in was no number of an hour
 * @source Definition of the mean
 */
export function stayUnder(mean: number, validMinutes: number, minute: number, limit: number): number | null {
  const toCome = minutesOfHour - minute - 1;
  if (!(toCome > 0 && isAmount(validMinutes) && isAmount(limit))) return null;
  return finiteOrNull((limit * (validMinutes + toCome) - mean * validMinutes) / toCome);
}
