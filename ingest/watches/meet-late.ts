import type { Standing } from "../../domain/alarms/condition.ts";
import type { AlarmRule } from "../../domain/alarms/rule.ts";
import type { AlarmMemory, Family, LateHolding, LateLeft } from "./alarm-memory.ts";
import { type Families, onsetOf, type Source, type Tell } from "./families.ts";

/** Joins what late data left with what live data say: an alarm still true is announced once, with its true onset. */
export interface MeetLate {
  meet(source: Source, ruleId: string, left: LateLeft, tell: Tell): void;
  /** A live reading says how a rule stands now; called before its own conditions move on. */
  resolve(rule: AlarmRule, source: Source, standing: () => Standing, tell: Tell): void;
  /** Whether anything of a boiler waits for that. */
  awaits(sourceId: string): boolean;
}

export function meetLate(families: Families, memory: AlarmMemory): MeetLate {
  return {
    meet: (source, ruleId, left, tell) => {
      const { family, began, untilMs } = left;
      const live = families.of(source.id, ruleId);
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
      const sinceMs = onsetOf(live, untilMs);
      if (live.told.length === 0 || sinceMs >= before) return;
      const level = { priority: 3, latching: false, evidence: null, context: null } as const;
      const tag = { ruleId, siteId: source.siteId, sourceId: source.id };
      tell({ kind: "condition", ...tag, turned: "since", late: true, sinceMs, atMs: untilMs, ...level });
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
      const { priority, sinceMs, evidence, context, ruleId, siteId, sourceId } = began;
      if (now === "inside") {
        const past = { ruleId, siteId, sourceId, priority, sinceMs, evidence, context };
        tell({ kind: "past-episode", ...past, returnedAtMs: untilMs });
        return;
      }
      memory.families[source.id] ??= {};
      (memory.families[source.id] as Record<string, Family>)[rule.id] = family;
      tell({ ...began, late: true });
    },
    awaits: (sourceId) => memory.late[sourceId] !== undefined,
  };
}

/** When a condition that holds, or is about to, began. */
function onsetIn({ conditions }: Family, member: string): number | null {
  const condition = conditions[member];
  return condition?.state === "true" || condition?.state === "pending-on" ? condition.sinceMs : null;
}
