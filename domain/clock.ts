/** What a gateway's clock is kept by, as far as it can be believed: `none` is a clock that shows what cannot be. */
export const clockSources = ["ntp", "rtc", "none"] as const;
export type ClockSource = (typeof clockSources)[number];

/** How a gateway's clock stands to the server's: ahead by `off` ms, give or take `unc`. */
export interface ClockState {
  readonly src: ClockSource;
  readonly off: number;
  readonly unc: number;
}

/**
 * A clock that is surely further off than this is not believed.
 * @source Plausibility checks of the project, of times
 */
const trustedMs = 1_000;
/**
 * A time further ahead of its arrival is wrong, whatever is said of the clock that gave it.
 * @source Plausibility checks of the project, of times
 */
const aheadMs = 5 * 60_000;

/** By how much a clock is off at least. */
export function surelyOffMs({ off, unc }: ClockState): number {
  return Math.max(0, Math.abs(off) - unc);
}

/** Whether times by this clock are not to be trusted: it is surely wrong, or nobody can say that it is right. */
export function isClockDoubtful(clock: ClockState): boolean {
  return surelyOffMs(clock) > trustedMs || (clock.src === "none" && clock.unc > trustedMs);
}

export function isAheadOfItsArrival(takenAtMs: number, arrivedAtMs: number): boolean {
  return takenAtMs > arrivedAtMs + aheadMs;
}
