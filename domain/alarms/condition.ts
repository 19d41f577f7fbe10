/** How a sample stands to a limit. `between`: not beyond it, yet not inside by the deadband; `unknown`: bad or no data. */
export type Standing = "beyond" | "between" | "inside" | "unknown";

export interface ConditionSettings {
  readonly onDelayMs: number;
  readonly offDelayMs: number;
  /** Unknown for so long, a pending onset is given up; a condition that holds stays as it is. */
  readonly badHoldMs: number;
}

/** Unknown data stop the clock: `frozenMs` is what has been lost to it, `unknownSinceMs` when it stopped. */
interface Pending {
  readonly sinceMs: number;
  readonly frozenMs: number;
  readonly unknownSinceMs: number | null;
}

/** `sinceMs` of a condition that holds is its first sample beyond the limit, not the end of the delay. */
export type Condition =
  | { readonly state: "false" }
  | ({ readonly state: "pending-on" } & Pending)
  | { readonly state: "true"; readonly sinceMs: number }
  | ({ readonly state: "pending-off"; readonly onSinceMs: number } & Pending);

/** What a condition tells the annunciation: it holds now, or no longer. */
export type ConditionEffect =
  | { readonly kind: "on"; readonly sinceMs: number }
  | { readonly kind: "off" }
  | null;

export const conditionFalse: Condition = { state: "false" };

/**
 * The condition layer of an alarm: a sample, or a tick that repeats the last one, moves it on; nothing else does.
 *
 * The deadband does not apply before the condition holds. Bad data neither raise nor clear: the timers stop, and
 * only an onset still pending is given up after `badHoldMs`.
 * @param atMs time of the event; samples that are not newer than the last must not come here
 * @source ISA-18.2 / IEC 62682, on- and off-delay and deadband
 */
export function nextCondition(
  condition: Condition,
  standing: Standing,
  atMs: number,
  settings: ConditionSettings,
): { readonly condition: Condition; readonly effect: ConditionEffect } {
  switch (condition.state) {
    case "false":
      if (standing !== "beyond") return { condition, effect: null };
      return afterOnDelay({ sinceMs: atMs, frozenMs: 0, unknownSinceMs: null }, atMs, settings);
    case "pending-on":
      if (standing === "unknown") return heldOnset(condition, atMs, settings);
      if (standing !== "beyond") return { condition: conditionFalse, effect: null };
      return afterOnDelay(thawed(condition, atMs), atMs, settings);
    case "true":
      if (standing !== "inside") return { condition, effect: null };
      return afterOffDelay(
        { sinceMs: atMs, frozenMs: 0, unknownSinceMs: null },
        condition.sinceMs,
        atMs,
        settings,
      );
    case "pending-off":
      if (standing === "unknown") {
        return {
          condition: { ...condition, unknownSinceMs: condition.unknownSinceMs ?? atMs },
          effect: null,
        };
      }
      if (standing !== "inside") {
        return { condition: { state: "true", sinceMs: condition.onSinceMs }, effect: null };
      }
      return afterOffDelay(thawed(condition, atMs), condition.onSinceMs, atMs, settings);
  }
}

/** The clock was set: what has not been decided yet began so much later by it, and as long ago as before. */
export function movedCondition(condition: Condition, byMs: number): Condition {
  if (condition.state !== "pending-on" && condition.state !== "pending-off") return condition;
  const { sinceMs, unknownSinceMs } = condition;
  return {
    ...condition,
    sinceMs: sinceMs + byMs,
    unknownSinceMs: unknownSinceMs === null ? null : unknownSinceMs + byMs,
  };
}

function thawed({ sinceMs, frozenMs, unknownSinceMs }: Pending, atMs: number): Pending {
  const lost = unknownSinceMs === null ? 0 : atMs - unknownSinceMs;
  return { sinceMs, frozenMs: frozenMs + lost, unknownSinceMs: null };
}

function afterOnDelay(pending: Pending, atMs: number, { onDelayMs }: ConditionSettings) {
  if (atMs - pending.sinceMs - pending.frozenMs < onDelayMs) {
    return { condition: { state: "pending-on", ...pending } as const, effect: null };
  }
  const { sinceMs } = pending;
  return { condition: { state: "true", sinceMs } as const, effect: { kind: "on", sinceMs } as const };
}

function afterOffDelay(pending: Pending, onSinceMs: number, atMs: number, { offDelayMs }: ConditionSettings) {
  if (atMs - pending.sinceMs - pending.frozenMs < offDelayMs) {
    return { condition: { state: "pending-off", onSinceMs, ...pending } as const, effect: null };
  }
  return { condition: conditionFalse, effect: { kind: "off" } as const };
}

function heldOnset(
  condition: Extract<Condition, { state: "pending-on" }>,
  atMs: number,
  { badHoldMs }: ConditionSettings,
) {
  const unknownSinceMs = condition.unknownSinceMs ?? atMs;
  if (atMs - unknownSinceMs >= badHoldMs) return { condition: conditionFalse, effect: null };
  return { condition: { ...condition, unknownSinceMs }, effect: null };
}

/** How a value stands to an upper limit; equal is not beyond. */
export function standingToUpperLimit(value: number, limit: number, deadband: number): Standing {
  if (value > limit) return "beyond";
  // Ratios with two decimals minus a deadband of two decimals: a hair's breadth of binary fraction must not decide.
  return value <= limit - deadband + 1e-9 ? "inside" : "between";
}

/** How a value stands to a lower limit; equal is not beyond. */
export function standingToLowerLimit(value: number, limit: number, deadband: number): Standing {
  return standingToUpperLimit(-value, -limit, deadband);
}
