/** The number; `null` where a calculation has left the numbers, because what went into it was none, or of no plant. */
export function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
