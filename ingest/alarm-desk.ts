import type { AlarmCommand } from "../contracts/live.ts";
import {
  type Alarm,
  type AlarmEffect,
  type AlarmEvent,
  type AlarmTag,
  type AnnunciationSettings,
  episodeId,
  holds,
  nextAlarm,
  type PastEpisode,
  pastAlarm,
  type Refusal,
  type Root,
  tagId,
} from "../domain/alarms/alarm.ts";
import type { PastNoticed } from "../platform/records/alarm-records.ts";
import { type Plant, rulesAt } from "./plant.ts";
import type { ConditionEvent } from "./stage.ts";

/** One step of one alarm, as it goes into the records. */
export interface AlarmChange {
  readonly alarm: Alarm;
  readonly event: AlarmEvent | PastNoticed;
  readonly effects: readonly AlarmEffect[];
}

/** The changes that one entry of the journal brings; nothing of them counts before `keep`. */
export interface AlarmDraft {
  readonly changes: readonly AlarmChange[];
  /** @param closed of an onset that late data correct: the alarm with it, where that is closed already */
  condition(event: ConditionEvent, nowMs: number, closed?: Alarm | null): void;
  /** An episode that late data tell of, over and done: nobody is told. */
  past(episode: PastEpisode, nowMs: number): void;
  tick(nowMs: number): void;
  /** Gives why a command was not followed, or `null`. */
  command(command: AlarmCommand, nowMs: number): Refusal | "alarm-unknown" | "rev-stale" | null;
  /** The changes are in the records: from now on they are how things are. */
  keep(): void;
}

export interface AlarmDesk {
  /** When the next timer of an alarm runs out; `null`: none is running. */
  readonly dueMs: number | null;
  begin(): AlarmDraft;
}

/** Of an alarm whose rule is no longer there. */
const settingsOfNoRule: AnnunciationSettings = {
  mostUrgent: 3,
  acknowledgement: "required",
  escalateAfterMs: null,
  reAlarmAfterMs: null,
  reNotifyHoldMs: 0,
};

/**
 * All alarms that are not closed, and what conditions, commands and time make of them. A root that holds (a silent
 * gateway, a rule that explains another) hides what it inhibits by declared topology, never by likeness of names.
 */
export function alarmDesk(plant: Plant, atStart: readonly Alarm[]): AlarmDesk {
  const kept = new Map<string, Alarm>(atStart.map((alarm) => [tagId(alarm), alarm]));
  const siteOf = (sourceId: string) =>
    plant.boilers.get(sourceId)?.siteId ??
    plant.gateways.get(sourceId)?.siteId ??
    (plant.sites.has(sourceId) ? sourceId : null);
  const ruleOf = ({ ruleId, sourceId }: Root, atMs: number) =>
    rulesAt(plant, sourceId, atMs).find(({ id }) => id === ruleId);
  let dueMs = earliestDue();

  /** What could hide this alarm at a moment. */
  function rootsOf(tag: Root, atMs: number): readonly Root[] {
    const boiler = plant.boilers.get(tag.sourceId);
    if (boiler === undefined) return [];
    const ofGateway = rulesAt(plant, boiler.gatewayId, atMs);
    const silences = ofGateway.filter(({ watches }) => watches === "gateway-silence");
    return [
      ...silences.map(({ id }) => ({ ruleId: id, sourceId: boiler.gatewayId })),
      ...(ruleOf(tag, atMs)?.inhibitedBy ?? []).flatMap((ruleId) => [
        { ruleId, sourceId: tag.sourceId },
        { ruleId, sourceId: boiler.gatewayId },
      ]),
    ];
  }

  function earliestDue(): number | null {
    let earliest: number | null = null;
    for (const { shelf, dueMs: due } of kept.values()) {
      for (const each of [shelf?.untilMs ?? null, due]) {
        if (each !== null && (earliest === null || each < earliest)) earliest = each;
      }
    }
    return earliest;
  }

  function begin(): AlarmDraft {
    const drafted = new Map<string, Alarm>();
    const changes: AlarmChange[] = [];

    const find = (tag: Root): Alarm | undefined => {
      const alarm = drafted.get(tagId(tag)) ?? kept.get(tagId(tag));
      return alarm?.state === "closed" ? undefined : alarm;
    };
    const all = (): readonly Alarm[] =>
      [...new Map([...kept, ...drafted]).values()].filter(({ state }) => state !== "closed");

    /**
     * One step of one alarm, and what follows from it for those that it hides.
     * @param ruleAtMs whose rules count: those at a condition's own time; for people and timers, those of now
     */
    function step(tag: AlarmTag, event: AlarmEvent, ruleAtMs = event.nowMs): Refusal | null {
      const before = find(tag);
      const { ruleId, siteId, sourceId } = tag;
      const standing = before ?? { state: "normal" as const, ruleId, siteId, sourceId };
      const next = nextAlarm(standing, event, ruleOf(tag, ruleAtMs) ?? settingsOfNoRule);
      if (next.kind === "refused") return next.reason;
      if (next.kind === "unchanged") return null;
      drafted.set(tagId(tag), next.alarm);
      changes.push({ alarm: next.alarm, event, effects: next.effects });
      const held = before !== undefined && holds(before);
      if (held !== holds(next.alarm))
        pass(tag, holds(next.alarm) ? "suppress" : "unsuppress", event.nowMs, ruleAtMs);
      return null;
    }

    function pass(tag: AlarmTag, kind: "suppress" | "unsuppress", nowMs: number, ruleAtMs: number): void {
      const root = { ruleId: tag.ruleId, sourceId: tag.sourceId };
      for (const alarm of all()) {
        const isRoot = rootsOf(alarm, ruleAtMs).some((each) => tagId(each) === tagId(root));
        // What was hidden under rules of old is shown again when its root has ended, whatever hides it now.
        const wasRoot =
          kind === "unsuppress" && alarm.suppressedBy.some((each) => tagId(each) === tagId(root));
        if (isRoot || wasRoot) step(alarm, { kind, root, nowMs }, ruleAtMs);
      }
    }

    /** An episode that is closed by now gets its true onset in the records; nothing else becomes of it. */
    function backdate(
      tag: AlarmTag,
      closed: Alarm | null,
      event: Extract<AlarmEvent, { kind: "backdate" }>,
    ): void {
      const isOpen = closed === null || closed.state !== "closed" || find(tag)?.id === closed.id;
      if (isOpen) {
        step(tag, event, event.sinceMs);
        return;
      }
      const next = nextAlarm(closed, event, settingsOfNoRule);
      if (next.kind === "changed") changes.push({ alarm: next.alarm, event, effects: next.effects });
    }

    function firstOutOf(tag: AlarmTag, sinceMs: number): Alarm["firstOut"] {
      const id = find(tag)?.id ?? episodeId(tag, sinceMs);
      const others = all().filter(
        (alarm) => alarm.sourceId === tag.sourceId && alarm.ruleId !== tag.ruleId && holds(alarm),
      );
      const before = others.filter((alarm) => alarm.lastSinceMs <= sinceMs);
      const first = before.toSorted((a, b) => a.lastSinceMs - b.lastSinceMs)[0];
      return { place: before.length + 1, firstId: first?.id ?? id };
    }

    return {
      changes,
      condition: (condition, nowMs, closed = null) => {
        const { turned, late, sinceMs, atMs, priority, latching, evidence, context } = condition;
        if (turned === "off") {
          step(condition, { kind: "off", atMs, nowMs }, atMs);
          return;
        }
        if (turned === "since") {
          backdate(condition, closed, { kind: "backdate", sinceMs, wasMs: atMs, nowMs });
          return;
        }
        const level = { priority, latching, evidence, context };
        if (turned !== "on") {
          step(condition, { kind: turned, nowMs, ...level }, atMs);
          return;
        }
        const firstOut = firstOutOf(condition, sinceMs);
        for (const root of rootsOf(condition, atMs)) {
          const cause = find(root);
          if (cause !== undefined && holds(cause)) step(condition, { kind: "suppress", root, nowMs }, atMs);
        }
        step(condition, { kind: "on", sinceMs, atMs, nowMs, firstOut, late, ...level }, atMs);
      },
      past: ({ ruleId, siteId, sourceId, ...past }, nowMs) => {
        const alarm = pastAlarm({ ruleId, siteId, sourceId, ...past }, nowMs);
        // What is open under that name saw the same onset live.
        if (find(alarm)?.id === alarm.id) return;
        changes.push({ alarm, event: { kind: "late", nowMs }, effects: [] });
      },
      tick: (nowMs) => {
        for (const alarm of all()) step(alarm, { kind: "tick", nowMs });
      },
      command: (command, nowMs) => {
        const alarm = all().find(({ id }) => id === command.alarmId);
        if (alarm === undefined) return commandForNormal(command, nowMs);
        if (alarm.siteId !== command.site) return "alarm-unknown";
        if (alarm.rev !== command.rev) return "rev-stale";
        return step(alarm, eventOf(command, nowMs));
      },
      keep: () => {
        for (const [key, alarm] of drafted) {
          if (alarm.state === "closed") kept.delete(key);
          else kept.set(key, alarm);
        }
        if (changes.length > 0) dueMs = earliestDue();
      },
    };

    /** Shelving and taking out of service are for what is normal, too: its name is its rule and its source. */
    function commandForNormal(
      command: AlarmCommand,
      nowMs: number,
    ): Refusal | "alarm-unknown" | "rev-stale" | null {
      const [ruleId = "", sourceId = "", ...rest] = command.alarmId.split("--");
      const siteId = siteOf(sourceId);
      if (rest.length > 0 || siteId !== command.site || ruleOf({ ruleId, sourceId }, nowMs) === undefined)
        return "alarm-unknown";
      if (find({ ruleId, sourceId }) !== undefined || command.rev !== 0) return "rev-stale";
      return step({ ruleId, siteId, sourceId }, eventOf(command, nowMs));
    }
  }

  return {
    get dueMs() {
      return dueMs;
    },
    begin,
  };
}

function eventOf(command: AlarmCommand, nowMs: number): AlarmEvent {
  const { by } = command;
  switch (command.kind) {
    case "acknowledge":
      return { kind: "acknowledge", by, nowMs, comment: command.comment };
    case "comment":
      return { kind: "comment", by, nowMs, comment: command.comment };
    case "reset":
    case "unshelve":
      return { kind: command.kind, by, nowMs };
    case "shelve": {
      const { reason, untilMs, asEngineer } = command;
      return { kind: "shelve", by, nowMs, reason, untilMs, asEngineer };
    }
    case "take-out-of-service": {
      const { reason, workOrder, reviewMs, asEngineer } = command;
      return { kind: "take-out-of-service", by, nowMs, reason, workOrder, reviewMs, asEngineer };
    }
    case "put-in-service":
      return { kind: "put-in-service", by, nowMs, asEngineer: command.asEngineer };
  }
}
