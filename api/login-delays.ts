import { OperationalError } from "../platform/errors.ts";
import type { Clock } from "../platform/world.ts";

const freeFailures = 5;
const longestDelayMs = 15 * 60_000;
const mostKept = 10_000;

export interface Attempt {
  /** With this one, should it fail. */
  readonly failures: number;
  succeeded(): void;
}

/**
 * Makes guessing slow: after five failures in a row of one account from one address, the wait doubles from one
 * second to fifteen minutes. An attempt counts as failed from its beginning, so that many at once are no way around.
 */
export function loginDelays(clock: Clock): { begin(key: string): Attempt } {
  const kept = new Map<string, { readonly count: number; readonly untilMs: number }>();
  return {
    /** @throws OperationalError `too-many-attempts` */
    begin: (key) => {
      const before = kept.get(key);
      const nowMs = clock.monotonicMs();
      if (before !== undefined && before.untilMs > nowMs) {
        const seconds = Math.ceil((before.untilMs - nowMs) / 1_000);
        throw new OperationalError(
          "too-many-attempts",
          `Too many failed attempts; try again in ${seconds} s`,
        );
      }
      const failures = (before?.count ?? 0) + 1;
      const delayMs =
        failures < freeFailures ? 0 : Math.min(longestDelayMs, 1_000 * 2 ** (failures - freeFailures));
      kept.delete(key);
      const [oldest] = kept.keys();
      if (kept.size >= mostKept && oldest !== undefined) kept.delete(oldest);
      kept.set(key, { count: failures, untilMs: nowMs + delayMs });
      return { failures, succeeded: () => void kept.delete(key) };
    },
  };
}
