import type { Standing } from "../../domain/alarms/condition.ts";
import type { AlarmRule } from "../../domain/alarms/rule.ts";
import type { ConditionEvent, PlantEvent } from "../stage.ts";
import { type AlarmMemory, alarmMemory, type Family } from "./alarm-memory.ts";
import { alarmFamilies, type Explained, onsetOf, type Source } from "./families.ts";

/** Readings one after the other that said the same of one member of a rule. */
interface Run {
  readonly standing: Standing;
  /** The fire was out: what held ends at once. */
  readonly atOnce: boolean;
  readonly fromMs: number;
  lastMs: number;
  /** Of what is beyond its limit: what would be said of it. */
  readonly explained: Explained | null;
}

/** An alarm that the live readings told of: while one holds, `endedMs` is `null`. */
export interface LiveEpisode {
  sinceMs: number;
  endedMs: number | null;
  /** It held before the gap: one alarm, whatever the gap shows. */
  readonly heldBefore: boolean;
}

/** What live readings behind a gap said of one rule, and what was told of it. */
interface Said {
  readonly runs: Record<string, Run[]>;
  readonly told: LiveEpisode[];
}

/** All that live readings said behind a gap, while its backlog is still on its way. */
export interface BehindGap {
  readonly fromMs: number;
  /** Where the next gap began. */
  untilMs: number | null;
  /** The backlog is here; only what waits for a reading that says anything is still to be met. */
  isDone: boolean;
  readonly rules: Record<string, Said>;
}

/** An episode as it would have been seen in time. */
export interface TrueEpisode {
  /** With its onset, its most urgent level and what it rests on. */
  began: ConditionEvent;
  readonly sinceMs: number;
  endedMs: number | null;
}

/** A value that chatters for so long has made late and live data agree long ago; what comes later changes nothing. */
const mostRuns = 500;
const mostLogs = 8;

/** Live readings go on behind a gap. */
export function beginBehind(memory: AlarmMemory, boilerId: string, fromMs: number): void {
  const logs = memory.behindGap[boilerId] ?? [];
  const before = logs.at(-1);
  if (before !== undefined) before.untilMs ??= fromMs;
  const rules: BehindGap["rules"] = {};
  for (const [ruleId, family] of Object.entries(memory.families[boilerId] ?? {})) {
    if (family.told.length === 0) continue;
    const told = [{ sinceMs: onsetOf(family, fromMs), endedMs: null, heldBefore: true }];
    rules[ruleId] = { runs: {}, told };
  }
  memory.behindGap[boilerId] = [...logs, { fromMs, untilMs: null, isDone: false, rules }].slice(-mostLogs);
}

/** What one reading says of one member of a rule. */
export function sayBehind(
  { rules }: BehindGap,
  ruleId: string,
  member: string,
  standing: Standing,
  atOnce: boolean,
  atMs: number,
  explain: () => Explained,
): void {
  const said = rules[ruleId] ?? { runs: {}, told: [] };
  rules[ruleId] = said;
  const runs = said.runs[member] ?? [];
  said.runs[member] = runs;
  const last = runs.at(-1);
  if (last !== undefined && last.standing === standing && last.atOnce === atOnce) last.lastMs = atMs;
  else if (runs.length < mostRuns) {
    const explained = standing === "beyond" ? explain() : null;
    runs.push({ standing, atOnce, fromMs: atMs, lastMs: atMs, explained });
  }
}

/** What was told of a rule behind the newest gap of its boiler. */
export function noteTold(memory: AlarmMemory, { sourceId, ruleId, turned, ...event }: ConditionEvent): void {
  const log = memory.behindGap[sourceId]?.at(-1);
  if (log === undefined) return;
  const said = log.rules[ruleId] ?? { runs: {}, told: [] };
  log.rules[ruleId] = said;
  const open = said.told.find(({ endedMs }) => endedMs === null);
  if (turned === "on") said.told.push({ sinceMs: event.sinceMs, endedMs: null, heldBefore: false });
  else if (turned === "off" && open !== undefined) open.endedMs = event.atMs;
}

/** Whether any live reading has said anything of a rule. */
export function hasSpoken({ rules }: BehindGap, ruleId: string): boolean {
  return Object.values(rules[ruleId]?.runs ?? {}).some((runs) =>
    runs.some(({ standing }) => standing !== "unknown"),
  );
}

/**
 * What becomes of a rule's conditions, as late data left them, when the live readings behind the gap run through them:
 * the episodes as they would have been seen in time, and the conditions now.
 * @param began of what holds as late data left it; `null`: it held before the gap
 */
export function runThrough(
  rule: AlarmRule,
  source: Source,
  left: Family,
  began: ConditionEvent | null,
  { fromMs, rules }: BehindGap,
  scanMs: number,
): { readonly family: Family; readonly episodes: readonly TrueEpisode[]; readonly lastMs: number } {
  const runs = rules[rule.id]?.runs ?? {};
  const memory = alarmMemory();
  memory.families[source.id] = { [rule.id]: structuredClone(left) };
  const families = alarmFamilies(memory);
  const episodes: TrueEpisode[] = [];
  if (began !== null && left.told.length > 0) episodes.push({ began, sinceMs: began.sinceMs, endedMs: null });
  let lastMs = fromMs;

  function take(event: PlantEvent): void {
    if (event.kind !== "condition") return;
    const open = episodes.find(({ endedMs }) => endedMs === null);
    if (event.turned === "on") episodes.push({ began: event, sinceMs: event.sinceMs, endedMs: null });
    else if (event.turned === "off" && open !== undefined) open.endedMs = event.atMs;
    else if (open !== undefined && event.priority < open.began.priority) {
      const { priority, latching, evidence, context } = event;
      open.began = { ...open.began, priority, latching, evidence, context };
    }
  }

  const members = new Set([...Object.keys(left.conditions), ...Object.keys(runs)]);
  const places = new Map<string, number>();
  for (const atMs of momentsOf(Object.values(runs).flat(), scanMs)) {
    lastMs = atMs;
    let moved = false;
    const explained: Explained[] = [];
    for (const member of members) {
      const ofMember = runs[member] ?? [];
      let place = places.get(member) ?? 0;
      while ((ofMember[place + 1]?.fromMs ?? Number.POSITIVE_INFINITY) <= atMs) place += 1;
      places.set(member, place);
      const run = ofMember[place];
      // A sensor of which nothing was said has no flaw.
      const standing = run?.standing ?? (rule.watches === "sensors" ? "inside" : "unknown");
      if (standing === "beyond" && run?.explained) explained.push(run.explained);
      const level = rule.levels.find(({ id }) => id === member) ?? rule.levels[0];
      const counted = run?.atOnce === true ? { ...level, offDelayMs: 0 } : level;
      moved = families.advance(rule, source, member, counted, standing, atMs) || moved;
    }
    if (moved) families.settle(rule, source, atMs, () => together(explained), take);
  }
  return { family: families.of(source.id, rule.id) ?? { conditions: {}, told: [] }, episodes, lastMs };
}

/** When something can have changed: at both ends of each run, and at each scan between. */
function momentsOf(runs: readonly Run[], scanMs: number): readonly number[] {
  const moments = new Set<number>();
  for (const { fromMs, lastMs } of runs) {
    for (let atMs = fromMs; atMs < lastMs; atMs += scanMs) moments.add(atMs);
    moments.add(lastMs);
  }
  return [...moments].sort((a, b) => a - b);
}

/** The highest level speaks for all; of sensors, each for itself. */
function together(all: readonly Explained[]): Explained {
  const points = all.flatMap(({ evidence }) => (evidence?.kind === "sensors" ? evidence.points : []));
  if (points.length > 0) return { evidence: { kind: "sensors", points }, context: null };
  return all.at(-1) ?? { evidence: null, context: null };
}
