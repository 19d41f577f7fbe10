import { type Accessor, createMemo, untrack } from "solid-js";
import { type Condition, isAbnormal } from "./condition.ts";

export interface Attention {
  /** Boilers that are abnormal, or were until a few minutes ago. */
  readonly boilers: Accessor<ReadonlySet<string>>;
  /** When a boiler that is still among them became normal again. */
  normalSinceMs(boilerId: string): number | null;
}

/** A boiler keeps the eye for so long after it is normal again, so that nobody misses what just ended. */
const keptMs = 5 * 60_000;

interface Memory {
  readonly abnormal: ReadonlySet<string>;
  /** Boilers that ever had a reading here: only what was there can become normal again. */
  readonly heard: ReadonlySet<string>;
  readonly normalSince: ReadonlyMap<string, number>;
}

export function attention(
  conditions: Accessor<ReadonlyMap<string, Condition>>,
  frameMs: Accessor<number>,
): Attention {
  const memory = createMemo<Memory>(
    (before) => {
      const abnormal = new Set<string>();
      const heard = new Set(before.heard);
      const normalSince = new Map(before.normalSince);
      for (const [id, condition] of conditions()) {
        if (condition.freshness !== "none") heard.add(id);
        if (isAbnormal(condition)) {
          abnormal.add(id);
          normalSince.delete(id);
        } else if (before.abnormal.has(id) && before.heard.has(id)) {
          normalSince.set(id, untrack(frameMs));
        } else if (!normalSince.has(id)) {
          // Before this page was opened: an alarm that is over and was not seen says when.
          const endedMs = condition.returned[0]?.returnedAtMs;
          if (endedMs) normalSince.set(id, endedMs);
        }
      }
      return { abnormal, heard, normalSince };
    },
    { abnormal: new Set(), heard: new Set(), normalSince: new Map() },
  );

  const boilers = createMemo(
    () => {
      const { abnormal, normalSince } = memory();
      const ids = new Set(abnormal);
      for (const [id, sinceMs] of normalSince) if (frameMs() - sinceMs < keptMs) ids.add(id);
      return ids;
    },
    new Set<string>(),
    { equals: (a, b) => a.size === b.size && [...a].every((id) => b.has(id)) },
  );

  return { boilers, normalSinceMs: (boilerId) => memory().normalSince.get(boilerId) ?? null };
}
