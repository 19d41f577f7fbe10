import type { Standing } from "../../domain/alarms/condition.ts";
import type { AlarmRule } from "../../domain/alarms/rule.ts";
import type { ConditionEvent, PlantEvent } from "../stage.ts";
import type { AlarmMemory, Family, LateHolding, LateLeft } from "./alarm-memory.ts";
import { type Families, onsetOf, type Source, type Tell } from "./families.ts";

/** Joins what late data left with what live data say: an alarm still true is announced once, with its true onset. */
export interface MeetLate {
  meet(source: Source, ruleId: string, left: LateLeft, tell: Tell): void;
  /** A live reading says how a rule stands; the first that says anything behind a gap is kept for where late data end. */
  note(rule: AlarmRule, source: Source, standing: () => Standing): void;
  /** A live reading says how a rule stands now; called before its own conditions move on. */
  resolve(rule: AlarmRule, source: Source, standing: () => Standing, tell: Tell): void;
  /** Whether a boiler's live readings are asked for either. */
  awaits(sourceId: string): boolean;
}

export function meetLate(
  families: Families,
  memory: AlarmMemory,
  ruleAt: (source: Source, ruleId: string, atMs: number) => AlarmRule | undefined,
): MeetLate {
  /** With its true onset, what was about to begin may have begun by the newest live reading already. */
  function waitedLongEnough(source: Source, ruleId: string, live: Family, tell: Tell): void {
    const atMs = memory.heardBoilers[source.id]?.atMs;
    const rule = atMs === undefined ? undefined : ruleAt(source, ruleId, atMs);
    if (atMs === undefined || rule === undefined) return;
    let moved = false;
    for (const [member, condition] of Object.entries(live.conditions)) {
      if (condition.state !== "pending-on" || condition.unknownSinceMs !== null) continue;
      const level = rule.levels.find(({ id }) => id === member) ?? rule.levels[0];
      moved = families.advance(rule, source, member, level, "beyond", atMs) || moved;
    }
    const nothingMore = () => ({ evidence: null, context: null });
    const tellLate: Tell = (event) => tell(event.kind === "condition" ? { ...event, late: true } : event);
    if (moved) families.settle(rule, source, atMs, nothingMore, tellLate);
  }

  return {
    meet: (source, ruleId, left, tell) => {
      const { family, began, untilMs } = left;
      const live = families.of(source.id, ruleId);
      const behind = memory.behindGap[source.id];
      if (began !== null && behind?.fromMs === untilMs && behind.isOver[ruleId] === true) {
        tell(pastOf(began, untilMs));
        return;
      }
      if (began !== null && (live === undefined || live.told.length === 0)) {
        memory.late[source.id] ??= {};
        (memory.late[source.id] as Record<string, LateHolding>)[ruleId] = { ...left, began };
        return;
      }
      if (live === undefined) return;
      const before = onsetOf(live, untilMs);
      for (const [member, condition] of Object.entries(live.conditions)) {
        const sinceMs = onsetIn(family, member);
        // What held before the gap already is the same alarm still, and known by an earlier onset.
        if (sinceMs === null || condition.state === "false") continue;
        if (condition.state === "pending-off") {
          if (condition.onSinceMs >= untilMs) live.conditions[member] = { ...condition, onSinceMs: sinceMs };
        } else if (condition.sinceMs >= untilMs) live.conditions[member] = { ...condition, sinceMs };
      }
      if (live.told.length === 0) {
        waitedLongEnough(source, ruleId, live, tell);
        return;
      }
      const sinceMs = onsetOf(live, untilMs);
      if (sinceMs >= before) return;
      const level = { priority: 3, latching: false, evidence: null, context: null } as const;
      const tag = { ruleId, siteId: source.siteId, sourceId: source.id };
      tell({ kind: "condition", ...tag, turned: "since", late: true, sinceMs, atMs: untilMs, ...level });
    },
    note: ({ id: ruleId }, source, standing) => {
      const behind = memory.behindGap[source.id];
      if (behind === undefined || behind.isOver[ruleId] !== undefined) return;
      const now = standing();
      if (now !== "unknown") behind.isOver[ruleId] = now === "inside";
    },
    resolve: (rule, source, standing, tell) => {
      const holding = memory.late[source.id]?.[rule.id];
      if (holding === undefined) return;
      const now = standing();
      if (now === "unknown") return; // bad data neither raise nor clear
      const waiting = memory.late[source.id] ?? {};
      delete waiting[rule.id];
      if (Object.keys(waiting).length === 0) delete memory.late[source.id];
      const { family, began, untilMs } = holding;
      if (now === "inside") {
        tell(pastOf(began, untilMs));
        return;
      }
      memory.families[source.id] ??= {};
      (memory.families[source.id] as Record<string, Family>)[rule.id] = family;
      tell({ ...began, late: true });
    },
    awaits: (sourceId) => memory.late[sourceId] !== undefined || memory.behindGap[sourceId] !== undefined,
  };
}

function pastOf(
  { ruleId, siteId, sourceId, priority, sinceMs, evidence, context }: ConditionEvent,
  returnedAtMs: number,
): PlantEvent {
  const past = { ruleId, siteId, sourceId, priority, sinceMs, evidence, context };
  return { kind: "past-episode", ...past, returnedAtMs };
}

/** When a condition that holds, or is about to, began. */
function onsetIn({ conditions }: Family, member: string): number | null {
  const condition = conditions[member];
  return condition?.state === "true" || condition?.state === "pending-on" ? condition.sinceMs : null;
}
