import {
  type Condition,
  type ConditionEffect,
  conditionFalse,
  nextCondition,
  type Standing,
  standingToUpperLimit,
} from "../../domain/alarms/condition.ts";
import type { AlarmRule } from "../../domain/alarms/rule.ts";
import type { Judged, Verdict } from "../../domain/limits.ts";
import type { Plant } from "../plant.ts";
import type { ConditionEvent, PlantEvent, Stage } from "../stage.ts";

type Next = (event: PlantEvent) => void;

/** When something was last heard of a source: in its own event time, and in ingest's monotonic time. */
interface Heard {
  readonly atMs: number;
  readonly monotonicMs: number;
}

interface Memory {
  /** By source and rule; one that is false is not kept. */
  conditions: Record<string, Record<string, Condition>>;
  heardBoilers: Record<string, Heard>;
  heardGateways: Record<string, Heard>;
  monotonicMs: number;
}

/** Silence of a boiler for so many scans makes its conditions unknown. */
const staleScans = 3;
const staleAtLeastMs = 3_000;

/** Feeds the condition of every rule with what was judged, and with silence; tells when one begins or ends. */
export function raiseAlarms(plant: Plant): Stage {
  let memory: Memory = { conditions: {}, heardBoilers: {}, heardGateways: {}, monotonicMs: 0 };

  function advance(
    rule: AlarmRule,
    source: { readonly siteId: string; readonly id: string },
    standing: Standing,
    atMs: number,
    evidence: Judged | null,
    next: Next,
  ): void {
    const before = memory.conditions[source.id]?.[rule.id];
    if (before === undefined && standing !== "beyond") return;
    const { condition, effect } = nextCondition(before ?? conditionFalse, standing, atMs, rule);
    const ofSource = memory.conditions[source.id] ?? {};
    memory.conditions[source.id] = ofSource;
    if (condition.state === "false") delete ofSource[rule.id];
    else ofSource[rule.id] = condition;
    if (effect !== null) next(turned(rule, source, effect, atMs, evidence));
  }

  function judged(
    { frame: { boilerId, takenAtMs }, verdicts, origin }: Extract<PlantEvent, { kind: "judged" }>,
    next: Next,
  ): void {
    const entry = plant.boilers.get(boilerId);
    if (entry === undefined || origin.late) return;
    memory.heardBoilers[boilerId] = { atMs: takenAtMs, monotonicMs: memory.monotonicMs };
    for (const rule of entry.rules) {
      if (rule.watches !== "limit-table") continue;
      const verdict = verdicts[rule.quantity];
      const evidence = verdict.kind === "above" || verdict.kind === "within" ? verdict : null;
      const source = { siteId: origin.siteId, id: boilerId };
      advance(rule, source, standingOf(verdict, rule.deadband), takenAtMs, evidence, next);
    }
  }

  function ticked({ monotonicMs }: Extract<PlantEvent, { kind: "tick" }>, next: Next): void {
    // Another start of ingest counts its own time: what was heard before it is taken as heard just now.
    if (monotonicMs < memory.monotonicMs) restartSilence(monotonicMs);
    memory.monotonicMs = monotonicMs;
    for (const [boilerId, { siteId, gatewayId, rules }] of plant.boilers) {
      const heard = memory.heardBoilers[boilerId];
      if (heard === undefined) continue;
      const silentMs = monotonicMs - heard.monotonicMs;
      const scanMs = plant.gateways.get(gatewayId)?.scanMs ?? 1_000;
      if (silentMs <= Math.max(staleScans * scanMs, staleAtLeastMs)) continue;
      for (const rule of rules) {
        if (rule.watches !== "limit-table") continue;
        advance(rule, { siteId, id: boilerId }, "unknown", heard.atMs + silentMs, null, next);
      }
    }
    for (const { id, siteId, rules } of plant.gateways.values()) {
      const heard = memory.heardGateways[id];
      if (heard === undefined) continue; // never heard: a gateway that is still to be installed
      const silentMs = monotonicMs - heard.monotonicMs;
      for (const rule of rules) {
        if (rule.watches !== "gateway-silence") continue;
        const standing = silentMs >= rule.silentAfterMs ? "beyond" : "inside";
        advance(rule, { siteId, id }, standing, heard.atMs + silentMs, null, next);
      }
    }
  }

  function restartSilence(monotonicMs: number): void {
    for (const heard of [memory.heardBoilers, memory.heardGateways]) {
      for (const [id, { atMs }] of Object.entries(heard)) heard[id] = { atMs, monotonicMs };
    }
  }

  return {
    name: "raise-alarms",
    step: (event, next) => {
      next(event);
      if (event.kind === "judged") judged(event, next);
      else if (event.kind === "tick") ticked(event, next);
      else if (event.kind === "heard") {
        memory.heardGateways[event.gatewayId] = { atMs: event.atMs, monotonicMs: memory.monotonicMs };
      }
    },
    memory: () => memory,
    recall: (recalled) => {
      if (recalled !== null && recalled !== undefined) memory = recalled as Memory;
    },
  };
}

function standingOf(verdict: Verdict, deadband: number): Standing {
  switch (verdict.kind) {
    case "above":
    case "within":
      return standingToUpperLimit(verdict.value, verdict.limit, deadband);
    case "not-judged":
      return "unknown";
    case "no-limit":
    case "not-in-force":
      return "inside"; // what is not limited cannot be exceeded: a limit that was taken away ends its alarm
  }
}

function turned(
  rule: AlarmRule,
  source: { readonly siteId: string; readonly id: string },
  effect: Exclude<ConditionEffect, null>,
  atMs: number,
  evidence: Judged | null,
): ConditionEvent {
  // A gateway's silence began with the last that was heard of it, not when that was long enough to call it silence.
  const heldBeforeMs = rule.watches === "gateway-silence" ? rule.silentAfterMs : 0;
  return {
    kind: "condition",
    ruleId: rule.id,
    siteId: source.siteId,
    sourceId: source.id,
    turned: effect.kind,
    sinceMs: effect.kind === "on" ? effect.sinceMs - heldBeforeMs : atMs,
    atMs,
    evidence,
  };
}
