import type { BaselineMemory } from "../../domain/alarms/baseline.ts";
import { type Condition, movedCondition } from "../../domain/alarms/condition.ts";
import type { ConditionEvent } from "../stage.ts";
import type { BehindGap } from "./behind-gap.ts";

/** When something was last heard of a source: in its own event time, and in ingest's monotonic time. */
export interface Heard {
  readonly atMs: number;
  readonly monotonicMs: number;
}

/**
 * The conditions of one rule at one source: one for each of its levels, or for each point that it watches. Together
 * they are one alarm.
 */
export interface Family {
  /** By level or point; one that is false is not kept. */
  readonly conditions: Record<string, Condition>;
  /** What was told last: the level that held, or the points. */
  told: readonly string[];
}

export interface Fire {
  readonly firing: boolean;
  readonly sinceMs: number;
}

/** The readings of one clock hour of a boiler. */
export interface HourCount {
  readonly hourStartMs: number;
  count: number;
}

/** The hour under way and the last whole one; late readings fill what is missing of either. */
export interface Completeness {
  /** Of the first hour only a part was seen. */
  readonly firstHourMs: number;
  now: HourCount;
  last: HourCount | null;
}

/** What the late data of a gap left of a rule. */
export interface LateLeft {
  readonly family: Family;
  /** What would have been announced, where it began in the gap and holds; `null`: it does not, or held before. */
  readonly began: ConditionEvent | null;
  /** Where live data went on. */
  readonly untilMs: number;
}

/** All that the watches remember, as plain data. */
export interface AlarmMemory {
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
  completeness: Record<string, Completeness>;
  /** By boiler and rule: what late data left, until a live reading says anything of it. */
  late: Record<string, Record<string, LateLeft>>;
  /** By boiler, oldest gap first: what live readings said behind it. */
  behindGap: Record<string, BehindGap[]>;
  monotonicMs: number;
}

export function alarmMemory(): AlarmMemory {
  return {
    families: {},
    heardBoilers: {},
    heardGateways: {},
    clockOffsetsMs: {},
    setAside: {},
    fires: {},
    baselines: {},
    completeness: {},
    late: {},
    behindGap: {},
    monotonicMs: 0,
  };
}

/** What was remembered before a rule could have levels. */
interface FirstMemory {
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, Condition>>>>;
}

/** Takes up what was saved; `null` at the very beginning. */
export function recallAlarms(memory: AlarmMemory, saved: unknown): void {
  const { conditions = {}, ...others } = (saved ?? {}) as Partial<AlarmMemory> & FirstMemory;
  Object.assign(memory, alarmMemory(), { families: familiesOf(conditions) }, others);
  // An older version kept less of each gap: what is on its way then meets the live readings as they are.
  for (const [boilerId, logs] of Object.entries(memory.behindGap))
    if (!Array.isArray(logs)) delete memory.behindGap[boilerId];
}

function familiesOf(conditions: NonNullable<FirstMemory["conditions"]>): AlarmMemory["families"] {
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

/** Where a source is in its own event time, from when it was last heard and what has passed since. */
export function nowOf({ atMs, monotonicMs }: Heard, memory: AlarmMemory): number {
  return atMs + (memory.monotonicMs - monotonicMs);
}

/** Another start of ingest counts its own time: what was heard before it is taken as heard just now. */
export function passTime(memory: AlarmMemory, monotonicMs: number): void {
  if (monotonicMs < memory.monotonicMs) {
    for (const heard of [memory.heardBoilers, memory.heardGateways]) {
      for (const [id, { atMs }] of Object.entries(heard)) heard[id] = { atMs, monotonicMs };
    }
    for (const [id, each] of Object.entries(memory.setAside)) memory.setAside[id] = { ...each, monotonicMs };
  }
  memory.monotonicMs = monotonicMs;
}

/** What a boiler says has nobody's time, but it is read: this is no silence. */
export function stillHeard(memory: AlarmMemory, boilerId: string): void {
  const heard = memory.heardBoilers[boilerId];
  if (heard === undefined) return;
  memory.heardBoilers[boilerId] = { atMs: nowOf(heard, memory), monotonicMs: memory.monotonicMs };
}

/** The clock of a boiler's gateway was set: no delay is longer or shorter for it. */
export function moveAlarms(memory: AlarmMemory, boilerId: string, byMs: number): void {
  for (const { conditions } of Object.values(memory.families[boilerId] ?? {})) {
    for (const [member, condition] of Object.entries(conditions))
      conditions[member] = movedCondition(condition, byMs);
  }
  const fire = memory.fires[boilerId];
  if (fire !== undefined && fire.sinceMs !== 0)
    memory.fires[boilerId] = { ...fire, sinceMs: fire.sinceMs + byMs };
  for (const past of Object.values(memory.baselines[boilerId] ?? {}))
    if (past.lastMs !== 0) past.lastMs += byMs;
}
