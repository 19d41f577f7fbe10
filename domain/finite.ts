/** The number; `null` where a calculation has left the numbers, because what went into it was none, or of no plant. */
export function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** Whether a quantity can be one of a plant: a number, and no less than nothing. */
export function isAmount(value: number): boolean {
  return value >= 0 && value < Number.POSITIVE_INFINITY;
}

/** Coldest that anything can be, °C. */
export const absoluteZeroC = -273.15;

/** A result while it is being written. */
export type Writable<T> = { -readonly [Key in keyof T]: T[Key] };
