import type { AlarmRule } from "../../domain/alarms/rule.ts";
import type { ConditionEvent, PlantEvent } from "../stage.ts";
import type { AlarmMemory, Family, LateLeft } from "./alarm-memory.ts";
import { type BehindGap, hasSpoken, type LiveEpisode, runThrough, type TrueEpisode } from "./behind-gap.ts";
import type { Families, Source, Tell } from "./families.ts";

/** Joins what late data left with what live data say: an alarm still true is announced once, with its true onset. */
export interface MeetLate {
  /** @returns what is to go on in the next gap, where there is one */
  meet(source: Source, ruleId: string, left: LateLeft, tell: Tell): LateOn | null;
  /** A live reading has spoken: what waited for that goes on. */
  resolve(source: Source, tell: Tell): void;
}

/** A rule's conditions where the next gap begins, and what holds there that nobody was told of. */
export type LateOn = Pick<LateLeft, "family" | "began">;

/**
 * The live readings behind the gap run through the conditions as late data left them. What comes of that is how it
 * would have been seen in time, and is held against what was told: an episode that was told of gets its true onset; one
 * that was not goes into the records if it is over, and is announced if it holds.
 */
export function meetLate(
  families: Families,
  memory: AlarmMemory,
  ruleAt: (source: Source, ruleId: string, atMs: number) => AlarmRule | undefined,
  scanMsOf: (boilerId: string) => number,
): MeetLate {
  function meet(source: Source, ruleId: string, left: LateLeft, tell: Tell): LateOn | null {
    const { family, began, untilMs } = left;
    const rule = ruleAt(source, ruleId, untilMs);
    if (rule === undefined) return null;
    const log = memory.behindGap[source.id]?.find(({ fromMs }) => fromMs === untilMs);
    const behind = log ?? { fromMs: untilMs, untilMs: null, isDone: true, rules: {} };
    const goesOn = behind.untilMs !== null;
    if (!goesOn && !hasSpoken(behind, ruleId)) {
      memory.late[source.id] ??= {};
      (memory.late[source.id] as Record<string, LateLeft>)[ruleId] = left;
      return null;
    }
    const seen = runThrough(rule, source, family, began, behind, scanMsOf(source.id));
    const told = toldIn(behind, ruleId);
    let untold: ConditionEvent | null = null;
    for (const episode of seen.episodes) {
      const known = told.find((each) => overlap(episode, each));
      if (known !== undefined) backdate(source, ruleId, known, episode, tell);
      else if (episode.endedMs !== null) {
        tell(pastOf(episode.began, episode.endedMs));
        told.push({ sinceMs: episode.sinceMs, endedMs: episode.endedMs, heldBefore: false });
      } else untold = episode.began;
    }
    if (goesOn) return { family: seen.family, began: untold };
    if (untold !== null) {
      keep(source, ruleId, seen.family);
      told.push({ sinceMs: untold.sinceMs, endedMs: null, heldBefore: false });
      tell({ ...untold, turned: "on", late: true });
      return null;
    }
    const live = families.of(source.id, ruleId);
    const liveTold = live?.told ?? [];
    // What held before the gap and holds behind it is one alarm, although it ended between.
    if (liveTold.length > 0 && seen.family.told.length === 0) return null;
    keep(source, ruleId, { ...seen.family, told: liveTold });
    const tellLate: Tell = (event) => tell(event.kind === "condition" ? { ...event, late: true } : event);
    families.settle(rule, source, seen.lastMs, () => ({ evidence: null, context: null }), tellLate);
    return null;
  }

  function keep(source: Source, ruleId: string, family: Family): void {
    memory.families[source.id] ??= {};
    const ofSource = memory.families[source.id] as Record<string, Family>;
    if (Object.keys(family.conditions).length > 0) ofSource[ruleId] = family;
    else delete ofSource[ruleId];
  }

  return {
    meet,
    resolve: (source, tell) => {
      const logs = memory.behindGap[source.id];
      for (const [ruleId, left] of Object.entries(memory.late[source.id] ?? {})) {
        const log = logs?.find(({ fromMs }) => fromMs === left.untilMs);
        if (log !== undefined && log.untilMs === null && !hasSpoken(log, ruleId)) continue;
        delete memory.late[source.id]?.[ruleId];
        meet(source, ruleId, left, tell);
      }
      if (Object.keys(memory.late[source.id] ?? {}).length === 0) delete memory.late[source.id];
    },
  };
}

function toldIn({ rules }: BehindGap, ruleId: string): LiveEpisode[] {
  const said = rules[ruleId] ?? { runs: {}, told: [] };
  rules[ruleId] = said;
  return said.told;
}

function overlap(a: TrueEpisode, b: LiveEpisode): boolean {
  const endOf = ({ endedMs }: { readonly endedMs: number | null }) => endedMs ?? Number.POSITIVE_INFINITY;
  return a.sinceMs <= endOf(b) && b.sinceMs <= endOf(a);
}

function backdate(source: Source, ruleId: string, known: LiveEpisode, { sinceMs }: TrueEpisode, tell: Tell) {
  if (known.heldBefore || sinceMs >= known.sinceMs) return;
  const level = { priority: 3, latching: false, evidence: null, context: null } as const;
  const tag = { ruleId, siteId: source.siteId, sourceId: source.id };
  tell({ kind: "condition", ...tag, turned: "since", late: true, sinceMs, atMs: known.sinceMs, ...level });
  known.sinceMs = sinceMs;
}

function pastOf(
  { ruleId, siteId, sourceId, priority, sinceMs, evidence, context }: ConditionEvent,
  returnedAtMs: number,
): PlantEvent {
  const past = { ruleId, siteId, sourceId, priority, sinceMs, evidence, context };
  return { kind: "past-episode", ...past, returnedAtMs };
}
