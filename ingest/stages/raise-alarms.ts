import type { Priority } from "../../domain/alarms/alarm.ts";
import { type BaselineMemory, baselineMemory } from "../../domain/alarms/baseline.ts";
import {
  type Condition,
  conditionFalse,
  movedCondition,
  nextCondition,
  type Standing,
  standingToUpperLimit,
} from "../../domain/alarms/condition.ts";
import type { AlarmContext, AlarmInput, Evidence } from "../../domain/alarms/evidence.ts";
import type { AlarmLevel, AlarmRule, RuleOf } from "../../domain/alarms/rule.ts";
import { type Moment, watchFor } from "../../domain/alarms/watch.ts";
import { type Frame, flawCode, flawOfCode } from "../../domain/frame.ts";
import { forEachEdition, type Plant } from "../plant.ts";
import type { ConditionEvent, PlantEvent, Stage } from "../stage.ts";

type Next = (event: PlantEvent) => void;

/** When something was last heard of a source: in its own event time, and in ingest's monotonic time. */
interface Heard {
  readonly atMs: number;
  readonly monotonicMs: number;
}

/**
 * The conditions of one rule at one source: one for each of its levels, or for each point that it watches. Together
 * they are one alarm.
 */
interface Family {
  /** By level or point; one that is false is not kept. */
  readonly conditions: Record<string, Condition>;
  /** What was told last: the level that held, or the points. */
  told: readonly string[];
}

interface Fire {
  firing: boolean;
  sinceMs: number;
}

interface Memory {
  /** By source and rule. */
  families: Record<string, Record<string, Family>>;
  heardBoilers: Record<string, Heard>;
  heardGateways: Record<string, Heard>;
  clockOffsetsMs: Record<string, number>;
  /** The newest message of a gateway that was set aside, and how many came close together. */
  setAside: Record<string, { readonly monotonicMs: number; readonly count: number; readonly reason: string }>;
  fires: Record<string, Fire>;
  /** By boiler and rule. */
  baselines: Record<string, Record<string, BaselineMemory>>;
  monotonicMs: number;
}

interface Source {
  readonly siteId: string;
  readonly id: string;
}

interface Explained {
  readonly evidence: Evidence | null;
  readonly context: AlarmContext | null;
}

/** Silence of a boiler for so many scans makes its conditions unknown. */
const staleScans = 3;
const staleAtLeastMs = 3_000;
/** Stands for a boiler of which no reading comes, while its gateway speaks of others. */
const wholeBoiler = "*";
const unexplained: Explained = { evidence: null, context: null };

/** Feeds the condition of every rule with what was judged, and with silence; tells when one begins, ends or changes. */
export function raiseAlarms(plant: Plant): Stage {
  const { catalogue } = plant;
  const firingSlot = catalogue.slotOf("firing");
  const prepared = forEachEdition(plant, ({ boiler }, { rules, standards }) => ({
    watches: rules.flatMap((rule) => watchFor(rule, boiler, standards, catalogue) ?? []),
    sensors: rules.flatMap((rule) =>
      rule.watches === "sensors" ? [{ rule, flaws: new Set(rule.flaws.map(flawCode)) }] : [],
    ),
  }));
  let memory: Memory = emptyMemory();

  function familyOf(sourceId: string, ruleId: string): Family | undefined {
    return memory.families[sourceId]?.[ruleId];
  }

  function advance(
    rule: AlarmRule,
    { id }: Source,
    member: string,
    level: AlarmLevel,
    standing: Standing,
    atMs: number,
  ): boolean {
    const family = familyOf(id, rule.id);
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
  }

  /** Tells what became of a family after its conditions moved. */
  function settle(rule: AlarmRule, source: Source, atMs: number, explain: () => Explained, next: Next): void {
    const family = familyOf(source.id, rule.id);
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
    next({
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
  }

  function judged(event: Extract<PlantEvent, { kind: "judged" }>, next: Next): void {
    const { frame, origin } = event;
    const { boilerId, takenAtMs } = frame;
    const ofBoiler = prepared(boilerId, takenAtMs);
    if (ofBoiler === null) return;
    if (origin.late) {
      if (origin.clockDoubtful) stillHeard(boilerId);
      return;
    }
    if (origin.clockSetMs !== 0) move(boilerId, origin.clockSetMs);
    memory.heardBoilers[boilerId] = { atMs: takenAtMs, monotonicMs: memory.monotonicMs };
    const fire = seenFire(frame);
    const source = { siteId: origin.siteId, id: boilerId };
    for (const watch of ofBoiler.watches) {
      const { rule } = watch;
      const gate = gateOf(rule, fire, takenAtMs);
      const past = rule.watches === "own-baseline" ? pastOf(boilerId, rule.id) : null;
      if (past !== null && gate === null) watch.learn(event, past);
      let moved = false;
      for (const level of rule.levels) {
        const standing = gate ?? watch.standing(level, event, past);
        moved = advance(rule, source, level.id, level, standing, takenAtMs) || moved;
      }
      if (!moved) continue;
      const explain = (): Explained => {
        const level = levelOf(rule, familyOf(boilerId, rule.id)?.told ?? []) ?? rule.levels[0];
        return { evidence: watch.evidence(level, event, past), context: watch.context(event) };
      };
      settle(rule, source, takenAtMs, explain, next);
    }
    for (const { rule, flaws } of ofBoiler.sensors) watchSensors(rule, flaws, source, event, next);
  }

  /** Its time is nobody's, but it is read: this is no silence. */
  function stillHeard(boilerId: string): void {
    const heard = memory.heardBoilers[boilerId];
    if (heard === undefined) return;
    const { monotonicMs } = memory;
    memory.heardBoilers[boilerId] = { atMs: heard.atMs + monotonicMs - heard.monotonicMs, monotonicMs };
  }

  /** The clock was set: no delay is longer or shorter for it. */
  function move(boilerId: string, byMs: number): void {
    for (const { conditions } of Object.values(memory.families[boilerId] ?? {})) {
      for (const [member, condition] of Object.entries(conditions))
        conditions[member] = movedCondition(condition, byMs);
    }
    const fire = memory.fires[boilerId];
    if (fire !== undefined && fire.sinceMs !== 0) fire.sinceMs += byMs;
    for (const past of Object.values(memory.baselines[boilerId] ?? {}))
      if (past.lastMs !== 0) past.lastMs += byMs;
  }

  function watchSensors(
    rule: RuleOf<"sensors">,
    watched: ReadonlySet<number>,
    source: Source,
    { frame }: Moment,
    next: Next,
  ): void {
    const { measured, flaws, takenAtMs } = frame;
    const [level] = rule.levels;
    const isKept = familyOf(source.id, rule.id) !== undefined;
    let moved = isKept && advance(rule, source, wholeBoiler, level, "inside", takenAtMs);
    for (let index = 0; index < measured.length; index += 1) {
      const slot = measured[index] as number;
      const isFlawed = watched.has(flaws[slot] as number);
      if (!isFlawed && !isKept) continue;
      const point = catalogue.names[slot] as string;
      const standing = isFlawed ? "beyond" : "inside";
      moved = advance(rule, source, point, level, standing, takenAtMs) || moved;
    }
    if (!moved) return;
    const explain = (): Explained => {
      const points = (familyOf(source.id, rule.id)?.told ?? [])
        .filter((point) => point !== wholeBoiler)
        .map((point) => inputOf(frame, point));
      return { evidence: { kind: "sensors", points }, context: null };
    };
    settle(rule, source, takenAtMs, explain, next);
  }

  function inputOf({ values, flaws }: Frame, point: string): AlarmInput {
    const slot = catalogue.slotOf(point);
    const value = values[slot] ?? Number.NaN;
    return { point, value: Number.isNaN(value) ? null : value, flaw: flawOfCode(flaws[slot] ?? 0) };
  }

  function seenFire({ boilerId, takenAtMs, values }: Frame): Fire | null {
    const value = values[firingSlot] as number;
    if (Number.isNaN(value)) return null;
    const firing = value > 0;
    const known = memory.fires[boilerId];
    if (known?.firing === firing) return known;
    // A boiler first seen firing was lit before we looked.
    const fire = { firing, sinceMs: known === undefined ? 0 : takenAtMs };
    memory.fires[boilerId] = fire;
    return fire;
  }

  function pastOf(boilerId: string, ruleId: string): BaselineMemory {
    memory.baselines[boilerId] ??= {};
    const ofBoiler = memory.baselines[boilerId] as Record<string, BaselineMemory>;
    const past = ofBoiler[ruleId] ?? baselineMemory();
    ofBoiler[ruleId] = past;
    return past;
  }

  function ticked(event: Extract<PlantEvent, { kind: "tick" }>, next: Next): void {
    const { monotonicMs } = event;
    // Another start of ingest counts its own time: what was heard before it is taken as heard just now.
    if (monotonicMs < memory.monotonicMs) restartTime(monotonicMs);
    memory.monotonicMs = monotonicMs;
    for (const [boilerId, entry] of plant.boilers) {
      const heard = memory.heardBoilers[boilerId];
      if (heard === undefined) continue;
      const silentMs = monotonicMs - heard.monotonicMs;
      const scanMs = plant.gateways.get(entry.gatewayId)?.scanMs ?? 1_000;
      const staleMs = Math.max(staleScans * scanMs, staleAtLeastMs);
      if (silentMs > staleMs) silentBoiler(boilerId, heard.atMs + silentMs, staleMs, next);
    }
    for (const { id, siteId, rules } of plant.gateways.values()) {
      for (const rule of rules) watchGateway(rule, { siteId, id }, event, next);
    }
    for (const { id, rules } of plant.sites.values()) {
      for (const rule of rules) if (rule.watches === "telemetry-lag") watchLag(rule, id, event, next);
    }
    endForgotten(event.atMs, next);
  }

  /** Nothing comes of a boiler: what is known of it is frozen, and that nothing comes is told, if others are heard. */
  function silentBoiler(boilerId: string, atMs: number, staleMs: number, next: Next): void {
    const entry = plant.boilers.get(boilerId);
    if (entry === undefined) return;
    const source = { siteId: entry.siteId, id: boilerId };
    const gateway = memory.heardGateways[entry.gatewayId];
    const others = gateway !== undefined && memory.monotonicMs - gateway.monotonicMs <= staleMs;
    for (const rule of entry.rules) {
      const tellsSilence = rule.watches === "sensors" && rule.flaws.includes("no-answer") && others;
      let moved = false;
      if (tellsSilence) moved = advance(rule, source, wholeBoiler, rule.levels[0], "beyond", atMs);
      for (const member of Object.keys(familyOf(boilerId, rule.id)?.conditions ?? {})) {
        if (tellsSilence && member === wholeBoiler) continue;
        const level = rule.levels.find(({ id }) => id === member) ?? rule.levels[0];
        advance(rule, source, member, level, "unknown", atMs);
      }
      const points: readonly AlarmInput[] = [];
      if (moved)
        settle(rule, source, atMs, () => ({ evidence: { kind: "sensors", points }, context: null }), next);
    }
  }

  function watchGateway(
    rule: AlarmRule,
    source: Source,
    { monotonicMs, atMs }: Extract<PlantEvent, { kind: "tick" }>,
    next: Next,
  ): void {
    const heard = memory.heardGateways[source.id];
    const silentMs = heard === undefined ? 0 : monotonicMs - heard.monotonicMs;
    const nowMs = heard === undefined ? atMs : heard.atMs + silentMs;
    const counted =
      (value: number, limit: number, what: CountWhat, detail: string | null = null) =>
      (): Explained => ({
        evidence: { kind: "count", what, value, limit, detail },
        context: null,
      });
    switch (rule.watches) {
      case "gateway-silence": {
        if (heard === undefined) return; // never heard: a gateway that is still to be installed
        const [level] = rule.levels;
        const standing = silentMs >= rule.silentAfterMs ? "beyond" : "inside";
        const explain = (): Explained => ({
          evidence: { kind: "silence", lastHeardMs: heard.atMs },
          context: null,
        });
        if (advance(rule, source, level.id, level, standing, nowMs))
          settle(rule, source, nowMs, explain, next);
        return;
      }
      case "gateway-clock": {
        const offsetMs = memory.clockOffsetsMs[source.id];
        if (offsetMs === undefined) return;
        const seconds = offsetMs / 1_000;
        // By ingest's own time: that of the gateway is what is wrong.
        byLevels(
          rule,
          source,
          seconds,
          atMs,
          (limit) => counted(seconds, limit, "clock-offset-seconds"),
          next,
        );
        return;
      }
      case "dead-letters": {
        const newest = memory.setAside[source.id];
        if (newest === undefined) return;
        const isOver = monotonicMs - newest.monotonicMs > rule.withinMs;
        const count = isOver ? 0 : newest.count;
        if (isOver) delete memory.setAside[source.id];
        byLevels(
          rule,
          source,
          count,
          nowMs,
          (limit) => counted(count, limit, "dead-letters", newest.reason),
          next,
        );
        return;
      }
      default:
        return;
    }
  }

  function watchLag(
    rule: RuleOf<"telemetry-lag">,
    siteId: string,
    { telemetryLag, atMs }: Extract<PlantEvent, { kind: "tick" }>,
    next: Next,
  ): void {
    if (telemetryLag === null) return;
    const explained = (limit: number) => (): Explained => ({
      evidence: { kind: "count", what: "entries-behind", value: telemetryLag, limit, detail: null },
      context: null,
    });
    byLevels(rule, { siteId, id: siteId }, telemetryLag, atMs, explained, next);
  }

  function byLevels(
    rule: AlarmRule,
    source: Source,
    value: number,
    atMs: number,
    explained: (limit: number) => () => Explained,
    next: Next,
  ): void {
    let moved = false;
    for (const level of rule.levels) {
      const standing = standingToUpperLimit(value, level.limit, level.deadband);
      moved = advance(rule, source, level.id, level, standing, atMs) || moved;
    }
    if (!moved) return;
    const level = rule.levels.findLast(({ limit }) => value > limit) ?? rule.levels[0];
    settle(rule, source, atMs, explained(level.limit), next);
  }

  /** A rule that is no longer there, no longer for this source, or without the level that held, holds nothing. */
  function endForgotten(atMs: number, next: Next): void {
    for (const [sourceId, families] of Object.entries(memory.families)) {
      for (const [ruleId, family] of Object.entries(families)) {
        const entry =
          plant.boilers.get(sourceId) ?? plant.gateways.get(sourceId) ?? plant.sites.get(sourceId);
        const rule = entry?.rules.find(({ id }) => id === ruleId);
        if (rule !== undefined && family.told.every((member) => isMember(rule, member))) continue;
        delete families[ruleId];
        if (family.told.length === 0) continue;
        const siteId = entry !== undefined && "siteId" in entry ? entry.siteId : sourceId;
        const turned = "off" as const;
        const level = { priority: 3 as Priority, latching: false };
        next({
          kind: "condition",
          ruleId,
          siteId,
          sourceId,
          turned,
          sinceMs: atMs,
          atMs,
          ...level,
          ...unexplained,
        });
      }
    }
  }

  function restartTime(monotonicMs: number): void {
    for (const heard of [memory.heardBoilers, memory.heardGateways]) {
      for (const [id, { atMs }] of Object.entries(heard)) heard[id] = { atMs, monotonicMs };
    }
    for (const [id, each] of Object.entries(memory.setAside)) memory.setAside[id] = { ...each, monotonicMs };
  }

  return {
    name: "raise-alarms",
    step: (event, next) => {
      next(event);
      switch (event.kind) {
        case "judged":
          judged(event, next);
          break;
        case "tick":
          ticked(event, next);
          break;
        case "heard":
          memory.heardGateways[event.gatewayId] = { atMs: event.atMs, monotonicMs: memory.monotonicMs };
          if (event.clockOffsetMs !== null) memory.clockOffsetsMs[event.gatewayId] = event.clockOffsetMs;
          break;
        case "set-aside": {
          const { gatewayId, reason } = event;
          if (!plant.gateways.has(gatewayId)) break;
          const count = (memory.setAside[gatewayId]?.count ?? 0) + 1;
          memory.setAside[gatewayId] = { monotonicMs: memory.monotonicMs, count, reason };
          break;
        }
        default:
      }
    },
    memory: () => memory,
    recall: (recalled) => {
      const { conditions = {}, ...saved } = (recalled ?? {}) as Partial<Memory> & FirstMemory;
      memory = { ...emptyMemory(), families: familiesOf(conditions), ...saved };
    },
  };
}

/** What was remembered before a rule could have levels. */
interface FirstMemory {
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, Condition>>>>;
}

function familiesOf(conditions: NonNullable<FirstMemory["conditions"]>): Memory["families"] {
  const family = (condition: Condition): Family => ({
    conditions: { limit: condition },
    told: condition.state === "true" || condition.state === "pending-off" ? ["limit"] : [],
  });
  return Object.fromEntries(
    Object.entries(conditions).map(([sourceId, ofRules]) => [
      sourceId,
      Object.fromEntries(Object.entries(ofRules).map(([ruleId, each]) => [ruleId, family(each)])),
    ]),
  );
}

function isMember(rule: AlarmRule, member: string): boolean {
  return rule.watches === "sensors" || rule.levels.some(({ id }) => id === member);
}

type CountWhat = Extract<Evidence, { kind: "count" }>["what"];

function emptyMemory(): Memory {
  return {
    families: {},
    heardBoilers: {},
    heardGateways: {},
    clockOffsetsMs: {},
    setAside: {},
    fires: {},
    baselines: {},
    monotonicMs: 0,
  };
}

/**
 * The state that a rule is made for. Out of firing there is nothing that it could be about, so what held has ended;
 * just lit, nothing is known yet; whether it fires being unknown, nothing is held back.
 */
function gateOf({ firingForMs }: AlarmRule, fire: Fire | null, atMs: number): Standing | null {
  if (firingForMs === null || fire === null) return null;
  if (!fire.firing) return "inside";
  return atMs - fire.sinceMs < firingForMs ? "unknown" : null;
}

/** The highest level that holds; or all points that do. */
function standingMembers(rule: AlarmRule, { conditions }: Family): readonly string[] {
  const isOn = (member: string) =>
    conditions[member]?.state === "true" || conditions[member]?.state === "pending-off";
  if (rule.watches === "sensors") return Object.keys(conditions).filter(isOn).sort();
  const highest = rule.levels.map(({ id }) => id).findLast(isOn);
  return highest === undefined ? [] : [highest];
}

function levelOf(rule: AlarmRule, told: readonly string[]): AlarmLevel | undefined {
  return rule.levels.find(({ id }) => told.includes(id));
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
