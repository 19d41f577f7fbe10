import { type BaselineMemory, baselineMemory } from "../../domain/alarms/baseline.ts";
import type { Standing } from "../../domain/alarms/condition.ts";
import type { AlarmLevel, AlarmRule } from "../../domain/alarms/rule.ts";
import type { Moment, Watch } from "../../domain/alarms/watch.ts";
import type { AlarmMemory, Fire } from "./alarm-memory.ts";
import { type Explained, type Families, levelOf, type Source, type Tell } from "./families.ts";

/** Holds a boiler's values and verdicts against each rule that looks at them. */
export type WatchValues = (watches: readonly Watch[], source: Source, moment: Moment, tell: Tell) => void;

export function watchValues(families: Families, memory: AlarmMemory, firingSlot: number): WatchValues {
  function seenFire(boilerId: string, { frame: { takenAtMs, values } }: Moment): Fire | null {
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

  return (watches, source, moment, tell) => {
    const { takenAtMs } = moment.frame;
    const fire = seenFire(source.id, moment);
    for (const watch of watches) {
      const { rule } = watch;
      const gate = gateOf(rule, fire, takenAtMs);
      const past = rule.watches === "own-baseline" ? pastOf(source.id, rule.id) : null;
      if (past !== null && gate === null) watch.learn(moment, past);
      let moved = false;
      for (const level of rule.levels) {
        const standing = gate ?? watch.standing(level, moment, past);
        // The off-delay is for a value that hovers; a fire that is out ends what was said of it at once.
        const counted = gate === "inside" ? withoutOffDelay(level) : level;
        moved = families.advance(rule, source, level.id, counted, standing, takenAtMs) || moved;
      }
      if (!moved) continue;
      const explain = (): Explained => {
        const level = levelOf(rule, families.of(source.id, rule.id)?.told ?? []) ?? rule.levels[0];
        return { evidence: watch.evidence(level, moment, past), context: watch.context(moment) };
      };
      families.settle(rule, source, takenAtMs, explain, tell);
    }
  };
}

/** Prepared once for each level: this is asked of every reading of a boiler that stands still. */
const undelayed = new WeakMap<AlarmLevel, AlarmLevel>();

function withoutOffDelay(level: AlarmLevel): AlarmLevel {
  let without = undelayed.get(level);
  if (without === undefined) {
    without = { ...level, offDelayMs: 0 };
    undelayed.set(level, without);
  }
  return without;
}

/**
 * The state that a rule is made for. Out of firing there is nothing that it could be about, so what held has ended;
 * just lit, nothing is known yet; whether it fires being unknown, nothing is held back.
 */
export function gateOf({ firingForMs }: AlarmRule, fire: Fire | null, atMs: number): Standing | null {
  if (firingForMs === null || fire === null) return null;
  if (!fire.firing) return "inside";
  return atMs - fire.sinceMs < firingForMs ? "unknown" : null;
}
