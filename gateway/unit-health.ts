import { assert } from "../domain/assert.ts";

/**
 * How a unit on a line is doing. `ok` · `suspect` its last answer is overdue · `open` it is left alone until its next
 * probe · `half-open` a probe is under way.
 */
export type UnitState = "ok" | "suspect" | "open" | "half-open";

export interface UnitHealth {
  readonly state: UnitState;
  /** Answers overdue, one after the other. */
  readonly silences: number;
  /** Of the last requests, oldest first: which failed. */
  readonly failures: readonly boolean[];
  /** Probes that failed since it was opened. */
  readonly probes: number;
  /** When it may be probed; monotonic. */
  readonly probeAtMs: number;
}

/**
 * `answered` it lives, even if it refused · `silent` · `garbled` what came could not be used · `unreachable` the gateway
 * in front of it says so · `probed` a probe begins.
 */
export type UnitEvent = "answered" | "silent" | "garbled" | "unreachable" | "probed";

const openAfterSilences = 3;
const window = 20;
const openAfterFailures = 10;
const probeDelaysS = [2, 4, 8, 16, 32, 60];
const probeSpread = 0.2;

export const healthyUnit: UnitHealth = { state: "ok", silences: 0, failures: [], probes: 0, probeAtMs: 0 };

/**
 * What an event makes of a unit. It opens after 3 answers overdue in a row, when 10 of its last 20 requests failed, or at
 * once when a gateway says that it is not there; then it is probed after 2, 4, 8, 16, 32 and every 60 s.
 * @param luck 0 to 1; spreads the probes by ± 20 %
 */
export function unitAfter(health: UnitHealth, event: UnitEvent, nowMs: number, luck: number): UnitHealth {
  if (event === "probed") {
    assert(health.state === "open", "only a unit that is left alone is probed");
    return { ...health, state: "half-open" };
  }
  if (health.state === "half-open")
    return event === "answered" ? healthyUnit : opened(health, health.probes + 1, nowMs, luck);
  assert(health.state !== "open", "a unit that is left alone is probed before it is heard");

  const failures = [...health.failures, event !== "answered"].slice(-window);
  // A broken frame is the line's fault before it is the unit's: it neither proves silence nor ends it.
  const silences = event === "answered" ? 0 : health.silences + (event === "silent" ? 1 : 0);
  const next = { ...health, failures, silences };
  const failed = failures.filter((each) => each).length;
  const opens =
    event === "unreachable" ||
    silences >= openAfterSilences ||
    (failures.length === window && failed >= openAfterFailures && event !== "answered");
  if (opens) return opened(next, 0, nowMs, luck);
  return { ...next, state: silences > 0 ? "suspect" : "ok" };
}

function opened(health: UnitHealth, probes: number, nowMs: number, luck: number): UnitHealth {
  const delayS = probeDelaysS[Math.min(probes, probeDelaysS.length - 1)] ?? 0;
  const spread = 1 + probeSpread * (2 * luck - 1);
  return {
    ...health,
    state: "open",
    silences: 0,
    failures: [],
    probes,
    probeAtMs: nowMs + delayS * 1_000 * spread,
  };
}
