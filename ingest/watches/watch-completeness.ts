import type { AlarmRule } from "../../domain/alarms/rule.ts";
import type { AlarmMemory, Completeness } from "./alarm-memory.ts";
import type { Families, Source, Tell } from "./families.ts";
import { counted } from "./watch-gateway.ts";

const hourMs = 3_600_000;
/** After so long an hour is held against its limit: what is still on its way then is missing. */
const graceMs = 10 * 60_000;

export interface WatchCompleteness {
  see(boilerId: string, takenAtMs: number, hourOffsetMs: number): void;
  pass(
    rules: readonly AlarmRule[],
    source: Source,
    scanMs: number,
    hourOffsetMs: number,
    nowMs: number,
    tell: Tell,
  ): void;
}

/** Tells when the last whole hour of a boiler lacks readings. */
export function watchCompleteness(families: Families, memory: AlarmMemory): WatchCompleteness {
  const hourOf = (atMs: number, offsetMs: number) =>
    Math.floor((atMs - offsetMs) / hourMs) * hourMs + offsetMs;

  function reach(boilerId: string, hourStartMs: number): Completeness {
    const known = memory.completeness[boilerId];
    if (known === undefined) {
      const fresh = { firstHourMs: hourStartMs, now: { hourStartMs, count: 0 }, last: null };
      memory.completeness[boilerId] = fresh;
      return fresh;
    }
    if (hourStartMs > known.now.hourStartMs) {
      const isNext = hourStartMs === known.now.hourStartMs + hourMs;
      // Whole hours without a single reading lie between: the last of them counts.
      known.last = isNext ? known.now : { hourStartMs: hourStartMs - hourMs, count: 0 };
      known.now = { hourStartMs, count: 0 };
    }
    return known;
  }

  return {
    see: (boilerId, takenAtMs, hourOffsetMs) => {
      const hourStartMs = hourOf(takenAtMs, hourOffsetMs);
      const { now, last } = reach(boilerId, hourStartMs);
      if (now.hourStartMs === hourStartMs) now.count += 1;
      else if (last?.hourStartMs === hourStartMs) last.count += 1;
    },
    pass: (rules, source, scanMs, hourOffsetMs, nowMs, tell) => {
      const rule = rules.find(({ watches }) => watches === "completeness");
      if (rule === undefined || memory.completeness[source.id] === undefined) return;
      const { last, firstHourMs } = reach(source.id, hourOf(nowMs, hourOffsetMs));
      if (last === null || last.hourStartMs <= firstHourMs || nowMs < last.hourStartMs + hourMs + graceMs)
        return;
      const missing = Math.max(0, 100 * (1 - (last.count * scanMs) / hourMs));
      families.count(
        rule,
        source,
        missing,
        nowMs,
        (limit) => counted("missing-percent", missing, limit),
        tell,
      );
    },
  };
}
