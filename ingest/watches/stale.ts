/** Silence of a boiler for so many scans makes what is known of it unknown. */
const staleScans = 3;
const staleAtLeastMs = 3_000;

export function staleAfterMs(scanMs: number): number {
  return Math.max(staleScans * scanMs, staleAtLeastMs);
}
