import type { Priority } from "../../domain/alarms/alarm.ts";
import {
  conditionFalse,
  nextCondition,
  type Standing,
  standingToUpperLimit,
} from "../../domain/alarms/condition.ts";
import type { AlarmContext, Evidence } from "../../domain/alarms/evidence.ts";
import type { AlarmLevel, AlarmRule } from "../../domain/alarms/rule.ts";
import type { ConditionEvent, PlantEvent } from "../stage.ts";
import type { AlarmMemory, Family } from "./alarm-memory.ts";

export type Tell = (event: PlantEvent) => void;

export interface Source {
  readonly siteId: string;
  readonly id: string;
}

/** What is said of an alarm beside that it began. */
export interface Explained {
  readonly evidence: Evidence | null;
  readonly context: AlarmContext | null;
}

const unexplained: Explained = { evidence: null, context: null };

/** Moves the conditions of rules on, and tells what becomes of them. */
export interface Families {
  of(sourceId: string, ruleId: string): Family | undefined;
  /** Moves one member's condition on; says whether it began or ended. */
  advance(
    rule: AlarmRule,
    source: Source,
    member: string,
    level: AlarmLevel,
    standing: Standing,
    atMs: number,
  ): boolean;
  /** Tells what became of a family after its conditions moved. */
  settle(rule: AlarmRule, source: Source, atMs: number, explain: () => Explained, tell: Tell): void;
  /** Both at once, of a value that is counted up against the rule's levels. */
  count(
    rule: AlarmRule,
    source: Source,
    value: number,
    atMs: number,
    explained: (limit: number) => Explained,
    tell: Tell,
  ): void;
  /** A rule that is not in force any more, or not for this source, or without the level that held, holds nothing. */
  endForgotten(source: Source, inForce: readonly AlarmRule[], atMs: number, tell: Tell): void;
}

export function alarmFamilies(memory: AlarmMemory): Families {
  const of = (sourceId: string, ruleId: string) => memory.families[sourceId]?.[ruleId];

  const advance: Families["advance"] = (rule, { id }, member, level, standing, atMs) => {
    const family = of(id, rule.id);
    const before = family?.conditions[member];
    if (before === undefined && standing !== "beyond") return false;
    const { condition, effect } = nextCondition(before ?? conditionFalse, standing, atMs, level);
    const kept = family ?? { conditions: {}, told: [] };
    if (family === undefined) {
      memory.families[id] ??= {};
      (memory.families[id] as Record<string, Family>)[rule.id] = kept;
    }
    if (condition.state === "false") delete kept.conditions[member];
    else kept.conditions[member] = condition;
    return effect !== null;
  };

  const settle: Families["settle"] = (rule, source, atMs, explain, tell) => {
    const family = of(source.id, rule.id);
    if (family === undefined) return;
    const before = family.told;
    const now = standingMembers(rule, family);
    family.told = now;
    if (Object.keys(family.conditions).length === 0) delete memory.families[source.id]?.[rule.id];
    const turned = turnOf(rule, before, now);
    if (turned === null) return;
    const level = levelOf(rule, now) ?? levelOf(rule, before) ?? rule.levels[0];
    // A gateway's silence began with the last that was heard of it, not when that was long enough to call it silence.
    const heldBeforeMs = rule.watches === "gateway-silence" ? rule.silentAfterMs : 0;
    tell({
      kind: "condition",
      ruleId: rule.id,
      siteId: source.siteId,
      sourceId: source.id,
      turned,
      sinceMs: turned === "off" ? atMs : onsetOf(family, atMs) - heldBeforeMs,
      atMs,
      priority: level.priority,
      latching: level.latching,
      ...(turned === "off" ? unexplained : explain()),
    });
  };

  return {
    of,
    advance,
    settle,
    count: (rule, source, value, atMs, explained, tell) => {
      let moved = false;
      for (const level of rule.levels) {
        const standing = standingToUpperLimit(value, level.limit, level.deadband);
        moved = advance(rule, source, level.id, level, standing, atMs) || moved;
      }
      if (!moved) return;
      const level = rule.levels.findLast(({ limit }) => value > limit) ?? rule.levels[0];
      settle(rule, source, atMs, () => explained(level.limit), tell);
    },
    endForgotten: ({ siteId, id: sourceId }, inForce, atMs, tell) => {
      const families = memory.families[sourceId];
      if (families === undefined) return;
      for (const [ruleId, { told, conditions }] of Object.entries(families)) {
        const rule = inForce.find(({ id }) => id === ruleId);
        if (rule !== undefined && told.every((member) => isMember(rule, member))) {
          for (const member of Object.keys(conditions))
            if (!isMember(rule, member)) delete conditions[member];
          continue;
        }
        delete families[ruleId];
        if (told.length === 0) continue;
        const level = { priority: 3 as Priority, latching: false };
        const common = { kind: "condition", ruleId, siteId, sourceId, turned: "off" } as const;
        tell({ ...common, sinceMs: atMs, atMs, ...level, ...unexplained });
      }
    },
  };
}

/** The level of a rule that was told of it. */
export function levelOf(rule: AlarmRule, told: readonly string[]): AlarmLevel | undefined {
  return rule.levels.find(({ id }) => told.includes(id));
}

function isMember(rule: AlarmRule, member: string): boolean {
  return rule.watches === "sensors" || rule.levels.some(({ id }) => id === member);
}

/** The highest level that holds; or all points that do. */
function standingMembers(rule: AlarmRule, { conditions }: Family): readonly string[] {
  const isOn = (member: string) =>
    conditions[member]?.state === "true" || conditions[member]?.state === "pending-off";
  if (rule.watches === "sensors") return Object.keys(conditions).filter(isOn).sort();
  const highest = rule.levels.map(({ id }) => id).findLast(isOn);
  return highest === undefined ? [] : [highest];
}

function turnOf(
  rule: AlarmRule,
  before: readonly string[],
  now: readonly string[],
): ConditionEvent["turned"] | null {
  if (now.length === 0) return before.length === 0 ? null : "off";
  if (before.length === 0) return "on";
  if (rule.watches === "sensors") {
    if (now.some((point) => !before.includes(point))) return "raised";
    return now.length < before.length ? "lowered" : null;
  }
  const rank = ([level]: readonly string[]) => rule.levels.findIndex(({ id }) => id === level);
  if (rank(now) === rank(before)) return null;
  return rank(now) > rank(before) ? "raised" : "lowered";
}

/** When the first of those that hold began. */
function onsetOf({ conditions }: Family, atMs: number): number {
  const onsets = Object.values(conditions).flatMap((condition) =>
    condition.state === "true"
      ? [condition.sinceMs]
      : condition.state === "pending-off"
        ? [condition.onSinceMs]
        : [],
  );
  return onsets.length === 0 ? atMs : Math.min(...onsets);
}
