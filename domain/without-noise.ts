/**
 * A mean without the last digits of its sum: 170.1 added 900 times and divided is 170.10000000000144, which no limit
 * of 170.1 should be exceeded by. No instrument resolves the tenth decimal.
 */
export function withoutNoise(mean: number): number {
  return Math.round(mean * 1e9) / 1e9;
}
