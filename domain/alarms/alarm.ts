import type { AlarmContext, Evidence } from "./evidence.ts";

/** 1 is the most urgent. */
export const priorities = [1, 2, 3] as const;
export type Priority = (typeof priorities)[number];

/**
 * `unacknowledged`: the condition holds and nobody has said so far that they know. `acknowledged`: it holds, and
 * somebody knows. `returned`: it is over, and nobody has seen it. `latched-…`: it is over, and stays until somebody
 * resets it. `shelved`, `suppressed` by design, `out-of-service`: hidden, while the condition runs on beneath.
 * `closed`: over, seen, and done.
 */
export const alarmStates = [
  "unacknowledged",
  "acknowledged",
  "returned",
  "latched-unacknowledged",
  "latched-acknowledged",
  "shelved",
  "suppressed",
  "out-of-service",
  "closed",
] as const;
export type AlarmState = (typeof alarmStates)[number];

export interface Acknowledgement {
  readonly by: string;
  readonly atMs: number;
  readonly comment: string | null;
}

export interface Shelf {
  readonly by: string;
  readonly reason: string;
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** What hides an alarm by design: while it holds, the other is its consequence, or cannot be told. */
export interface Root {
  readonly ruleId: string;
  readonly sourceId: string;
}

export interface OutOfService {
  readonly by: string;
  readonly reason: string;
  readonly workOrder: string;
  readonly sinceMs: number;
  /** By when somebody looks at it again; it does not end by itself. */
  readonly reviewMs: number;
}

/** One rule at one source: what can be in alarm. */
export interface AlarmTag {
  readonly ruleId: string;
  readonly siteId: string;
  /** A boiler's id, a gateway's, or the site's. */
  readonly sourceId: string;
}

/**
 * One episode of an alarm, from its first onset until it is over and seen; or one that is hidden before it began.
 * All times but those of the condition are the journal's.
 */
export interface Alarm extends AlarmTag {
  /** Rule, source and onset: the same for the same journal, so a replay finds its own episodes again. */
  readonly id: string;
  /** Of the highest level that holds, or held last. */
  readonly priority: Priority;
  readonly state: AlarmState;
  /** When the condition began, not when it was announced. */
  readonly sinceMs: number;
  /** The same of the newest occurrence: later, where the alarm returned and came again before anybody saw it. */
  readonly lastSinceMs: number;
  readonly announcedAtMs: number;
  /** End of the condition; `null` while it holds. */
  readonly returnedAtMs: number | null;
  /** 0: hidden before the condition ever held. */
  readonly occurrences: number;
  readonly acknowledgement: Acknowledgement | null;
  /** What was held against what, at the onset; `null` where nothing was known of it. */
  readonly evidence: Evidence | null;
  readonly context: AlarmContext | null;
  /** Its place among the alarms of its source that held at its onset, and the one that began first. */
  readonly firstOut: { readonly place: number; readonly firstId: string } | null;
  /** Found in data that came late: its onset was not seen as it happened. */
  readonly late: boolean;
  /** It held at a level that must be reset by hand. */
  readonly latching: boolean;
  /** How far it was escalated, and when the next step is due: up a tier, or announced once more. */
  readonly tier: number;
  readonly dueMs: number | null;
  readonly notifiedAtMs: number | null;
  readonly shelf: Shelf | null;
  readonly suppressedBy: readonly Root[];
  readonly outOfService: OutOfService | null;
  /** Grows with every change; a command that names an older one was given on an old picture. */
  readonly rev: number;
}

/** What is normal, is not hidden and needs nobody: there is no episode. */
export interface Normal extends AlarmTag {
  readonly state: "normal";
}

export interface AnnunciationSettings {
  /** Of all its levels: what can become most urgent no operator puts away, lest it do so out of sight. */
  readonly mostUrgent: Priority;
  /** Whether an alarm that is over must still be acknowledged; only the least urgent need not. */
  readonly acknowledgement: "required" | "optional";
  /** Not acknowledged for so long, the next tier is told; `null`: never. */
  readonly escalateAfterMs: number | null;
  /** Acknowledged and still there after so long, it is announced anew; `null`: never. */
  readonly reAlarmAfterMs: number | null;
  /** One that comes again so soon after the last notification notifies nobody. */
  readonly reNotifyHoldMs: number;
}

/** What the condition layer tells of the level that holds. */
interface Level {
  readonly priority: Priority;
  readonly latching: boolean;
  readonly evidence: Evidence | null;
  readonly context: AlarmContext | null;
}

interface Command {
  readonly by: string;
  readonly nowMs: number;
}

/** `nowMs` is the journal's time, `atMs` and `sinceMs` that of the readings. */
export type AlarmEvent =
  | ({
      readonly kind: "on";
      readonly sinceMs: number;
      readonly atMs: number;
      readonly nowMs: number;
      readonly firstOut: Alarm["firstOut"];
      readonly late: boolean;
    } & Level)
  /** Late data show that an occurrence known by the onset `wasMs` began before it was seen. */
  | { readonly kind: "backdate"; readonly sinceMs: number; readonly wasMs: number; readonly nowMs: number }
  | ({ readonly kind: "raised" | "lowered"; readonly nowMs: number } & Level)
  | { readonly kind: "off"; readonly atMs: number; readonly nowMs: number }
  | { readonly kind: "tick"; readonly nowMs: number }
  | { readonly kind: "suppress" | "unsuppress"; readonly root: Root; readonly nowMs: number }
  | ({ readonly kind: "acknowledge"; readonly comment: string | null } & Command)
  | ({ readonly kind: "comment"; readonly comment: string } & Command)
  | ({ readonly kind: "reset" | "unshelve" } & Command)
  | ({
      readonly kind: "shelve";
      readonly reason: string;
      readonly untilMs: number;
      readonly asEngineer: boolean;
    } & Command)
  | ({
      readonly kind: "take-out-of-service";
      readonly reason: string;
      readonly workOrder: string;
      readonly reviewMs: number;
      readonly asEngineer: boolean;
    } & Command)
  | ({ readonly kind: "put-in-service"; readonly asEngineer: boolean } & Command);

/** What has to be done about a change, besides keeping it. */
export type AlarmEffect =
  | {
      readonly kind: "notify";
      readonly tier: number;
      readonly because:
        | "new"
        | "again"
        | "raised"
        | "escalated"
        | "announced-anew"
        | "shown-again"
        | "latched";
    }
  /** Sound and escalation end. */
  | { readonly kind: "quiet" };

export const refusals = ["state-conflict", "role-insufficient", "time-invalid"] as const;
export type Refusal = (typeof refusals)[number];

export type AlarmStep =
  | { readonly kind: "changed"; readonly alarm: Alarm; readonly effects: readonly AlarmEffect[] }
  | { readonly kind: "unchanged" }
  | { readonly kind: "refused"; readonly reason: Refusal };

const hourMs = 3_600_000;
export const longestShelfMs = 8 * hourMs;
/** All extensions together, unless an engineer shelves. */
export const longestShelvingMs = 24 * hourMs;
export const longestReviewMs = 7 * 24 * hourMs;
const highestTier = 3;

const unchanged: AlarmStep = { kind: "unchanged" };
const refused = (reason: Refusal): AlarmStep => ({ kind: "refused", reason });
const changed = (alarm: Alarm, ...effects: readonly AlarmEffect[]): AlarmStep => ({
  kind: "changed",
  alarm: { ...alarm, rev: alarm.rev + 1 },
  effects,
});
const notify = (because: Extract<AlarmEffect, { kind: "notify" }>["because"], tier = 0): AlarmEffect => ({
  kind: "notify",
  tier,
  because,
});
const quiet: AlarmEffect = { kind: "quiet" };

/** Whether the condition holds, seen or hidden. */
export function holds({ returnedAtMs }: Alarm): boolean {
  return returnedAtMs === null;
}

/**
 * The annunciation layer: what the operator sees of a condition. Defined for every state and event; a command that
 * means nothing in a state is refused, any other event changes nothing there.
 * @source ISA-18.2 / IEC 62682, alarm state diagram with latching, shelving, suppression by design, out of service
 */
export function nextAlarm(
  alarm: Alarm | Normal,
  event: AlarmEvent,
  settings: AnnunciationSettings,
): AlarmStep {
  if (alarm.state === "normal") return fromNormal(alarm, event, settings);
  if (event.kind === "backdate") return backdated(alarm, event);
  if (alarm.state === "closed") return "by" in event ? refused("state-conflict") : unchanged;
  const isHidden = overlayOf(alarm) !== null;
  switch (event.kind) {
    case "on":
      if (holds(alarm)) return unchanged;
      return isHidden ? changed(begun(alarm, event)) : turnedOn(alarm, event, settings);
    case "raised":
    case "lowered":
      return leveled(alarm, event, isHidden, settings);
    case "off":
      return turnedOff(alarm, event.atMs, isHidden, settings);
    case "tick":
      return ticked(alarm, event.nowMs, settings);
    case "suppress":
      if (alarm.suppressedBy.some((root) => isSame(root, event.root))) return unchanged;
      return hidden({ ...alarm, suppressedBy: [...alarm.suppressedBy, event.root] });
    case "unsuppress": {
      const suppressedBy = alarm.suppressedBy.filter((root) => !isSame(root, event.root));
      if (suppressedBy.length === alarm.suppressedBy.length) return unchanged;
      return uncovered({ ...alarm, suppressedBy }, event.nowMs, settings);
    }
    case "acknowledge":
      return acknowledged(alarm, event, settings);
    case "comment":
      return changed(alarm);
    case "reset":
      if (alarm.state !== "latched-acknowledged") return refused("state-conflict");
      return changed({ ...alarm, state: "closed" });
    case "shelve":
      return shelved(alarm, event, settings);
    case "unshelve":
      if (alarm.state !== "shelved") return refused("state-conflict");
      return uncovered({ ...alarm, shelf: null }, event.nowMs, settings);
    case "take-out-of-service":
      return takenOut(alarm, event);
    case "put-in-service":
      if (alarm.outOfService === null) return refused("state-conflict");
      if (!event.asEngineer) return refused("role-insufficient");
      return uncovered({ ...alarm, outOfService: null }, event.nowMs, settings);
  }
}

function fromNormal(normal: Normal, event: AlarmEvent, settings: AnnunciationSettings): AlarmStep {
  switch (event.kind) {
    case "on": {
      const alarm = begun(newAlarm(normal, event.sinceMs, event.nowMs), event);
      return changed(announced(alarm, event.nowMs, settings, true), notify("new"));
    }
    case "suppress":
      return hidden({ ...newAlarm(normal, event.nowMs, event.nowMs), suppressedBy: [event.root] });
    case "shelve":
      return shelved(newAlarm(normal, event.nowMs, event.nowMs), event, settings);
    case "take-out-of-service":
      return takenOut(newAlarm(normal, event.nowMs, event.nowMs), event);
    default:
      return "by" in event ? refused("state-conflict") : unchanged;
  }
}

function newAlarm({ ruleId, siteId, sourceId }: AlarmTag, sinceMs: number, nowMs: number): Alarm {
  return {
    id: episodeId({ ruleId, sourceId }, sinceMs),
    ruleId,
    siteId,
    sourceId,
    priority: 3,
    state: "unacknowledged",
    sinceMs,
    lastSinceMs: sinceMs,
    announcedAtMs: nowMs,
    returnedAtMs: nowMs,
    occurrences: 0,
    acknowledgement: null,
    evidence: null,
    context: null,
    firstOut: null,
    late: false,
    latching: false,
    tier: 0,
    dueMs: null,
    notifiedAtMs: null,
    shelf: null,
    suppressedBy: [],
    outOfService: null,
    rev: 0,
  };
}

/** Names an alarm before it has an episode. */
export function tagId({ ruleId, sourceId }: Root): string {
  return `${ruleId}--${sourceId}`;
}

export function episodeId(tag: Root, sinceMs: number): string {
  return `${tagId(tag)}--${sinceMs.toString(36)}`;
}

function begun(alarm: Alarm, event: Extract<AlarmEvent, { kind: "on" }>): Alarm {
  const { sinceMs, atMs, priority, evidence, context, latching, firstOut } = event;
  const isFirst = alarm.occurrences === 0;
  return {
    ...alarm,
    priority,
    evidence,
    context,
    latching: alarm.latching || latching,
    sinceMs: isFirst ? sinceMs : alarm.sinceMs,
    firstOut: isFirst ? firstOut : alarm.firstOut,
    late: isFirst ? event.late : alarm.late,
    lastSinceMs: sinceMs,
    announcedAtMs: isFirst ? atMs : alarm.announcedAtMs,
    returnedAtMs: null,
    occurrences: alarm.occurrences + 1,
  };
}

/** An episode that was over before anybody here could see it: for the record, and for nobody's pager. */
export interface PastEpisode extends AlarmTag {
  readonly priority: Priority;
  readonly sinceMs: number;
  readonly returnedAtMs: number;
  readonly evidence: Evidence | null;
  readonly context: AlarmContext | null;
}

export function pastAlarm(episode: PastEpisode, nowMs: number): Alarm {
  const { ruleId, siteId, sourceId, priority, sinceMs, returnedAtMs, evidence, context } = episode;
  const blank = newAlarm({ ruleId, siteId, sourceId }, sinceMs, nowMs);
  // Field by field: an event that tells of it says more than an alarm has place for.
  const past = { priority, sinceMs, returnedAtMs, evidence, context };
  return { ...blank, ...past, state: "closed", occurrences: 1, late: true, rev: 1 };
}

/** Unacknowledged from now on; who said before that they knew meant something else. */
function announced(alarm: Alarm, nowMs: number, settings: AnnunciationSettings, notifies: boolean): Alarm {
  const { escalateAfterMs } = settings;
  return {
    ...alarm,
    state: "unacknowledged",
    acknowledgement: null,
    tier: 0,
    dueMs: escalateAfterMs === null ? null : nowMs + escalateAfterMs,
    notifiedAtMs: notifies ? nowMs : alarm.notifiedAtMs,
  };
}

function turnedOn(
  alarm: Alarm,
  event: Extract<AlarmEvent, { kind: "on" }>,
  settings: AnnunciationSettings,
): AlarmStep {
  const sinceNotifiedMs = event.nowMs - (alarm.notifiedAtMs ?? Number.NEGATIVE_INFINITY);
  // What somebody must reset is never held back.
  const notifies = alarm.state !== "returned" || sinceNotifiedMs >= settings.reNotifyHoldMs;
  const next = announced(begun(alarm, event), event.nowMs, settings, notifies);
  return notifies ? changed(next, notify("again")) : changed(next);
}

function leveled(
  alarm: Alarm,
  event: Extract<AlarmEvent, { kind: "raised" | "lowered" }>,
  isHidden: boolean,
  settings: AnnunciationSettings,
): AlarmStep {
  if (!holds(alarm)) return unchanged;
  const { priority, evidence, context, nowMs } = event;
  const next = { ...alarm, priority, evidence, context, latching: alarm.latching || event.latching };
  if (isHidden || event.kind === "lowered") return changed(next);
  return changed(announced(next, nowMs, settings, true), notify("raised"));
}

/** Also of what is over, and closed: the records tell the truth of it. */
function backdated(alarm: Alarm, { sinceMs, wasMs }: Extract<AlarmEvent, { kind: "backdate" }>): AlarmStep {
  const isFirst = alarm.sinceMs === wasMs;
  const isLast = alarm.lastSinceMs === wasMs;
  if (sinceMs >= wasMs || !(isFirst || isLast)) return unchanged;
  const first = isFirst ? { sinceMs, late: true } : {};
  return changed({ ...alarm, ...first, ...(isLast ? { lastSinceMs: sinceMs } : {}) });
}

function turnedOff(
  alarm: Alarm,
  atMs: number,
  isHidden: boolean,
  { acknowledgement }: AnnunciationSettings,
): AlarmStep {
  if (!holds(alarm)) return unchanged;
  const over = { ...alarm, returnedAtMs: atMs };
  if (isHidden) return changed(over);
  const ended = { ...over, dueMs: null };
  if (alarm.state === "acknowledged")
    return changed({ ...ended, state: alarm.latching ? "latched-acknowledged" : "closed" });
  if (alarm.latching) return changed({ ...ended, state: "latched-unacknowledged" });
  if (acknowledgement === "optional") return changed({ ...ended, state: "closed" }, quiet);
  return changed({ ...ended, state: "returned" });
}

function ticked(alarm: Alarm, nowMs: number, settings: AnnunciationSettings): AlarmStep {
  if (alarm.state === "shelved") {
    if (alarm.shelf === null || nowMs < alarm.shelf.untilMs) return unchanged;
    return uncovered({ ...alarm, shelf: null }, nowMs, settings);
  }
  if (alarm.dueMs === null || nowMs < alarm.dueMs) return unchanged;
  if (alarm.state === "unacknowledged" && alarm.tier < highestTier) {
    const tier = alarm.tier + 1;
    const { escalateAfterMs } = settings;
    const dueMs = tier === highestTier || escalateAfterMs === null ? null : nowMs + escalateAfterMs;
    return changed({ ...alarm, tier, dueMs, notifiedAtMs: nowMs }, notify("escalated", tier));
  }
  if (alarm.state === "acknowledged")
    return changed(announced(alarm, nowMs, settings, true), notify("announced-anew"));
  return unchanged;
}

function acknowledged(
  alarm: Alarm,
  { by, nowMs, comment }: Extract<AlarmEvent, { kind: "acknowledge" }>,
  { reAlarmAfterMs }: AnnunciationSettings,
): AlarmStep {
  const acknowledgement = { by, atMs: nowMs, comment };
  const known = { ...alarm, acknowledgement, tier: 0, dueMs: null };
  switch (alarm.state) {
    case "unacknowledged": {
      const dueMs = reAlarmAfterMs === null ? null : nowMs + reAlarmAfterMs;
      return changed({ ...known, state: "acknowledged", dueMs }, quiet);
    }
    case "returned":
      return changed({ ...known, state: "closed" }, quiet);
    case "latched-unacknowledged":
      return changed({ ...known, state: "latched-acknowledged" }, quiet);
    default:
      return refused("state-conflict");
  }
}

function shelved(
  alarm: Alarm,
  { by, reason, untilMs, nowMs, asEngineer }: Extract<AlarmEvent, { kind: "shelve" }>,
  { mostUrgent }: AnnunciationSettings,
): AlarmStep {
  if (alarm.suppressedBy.length > 0 || alarm.outOfService !== null) return refused("state-conflict");
  if (mostUrgent === 1 && !asEngineer) return refused("role-insufficient");
  const sinceMs = alarm.shelf?.sinceMs ?? nowMs;
  if (untilMs <= nowMs || untilMs - nowMs > longestShelfMs) return refused("time-invalid");
  if (untilMs - sinceMs > longestShelvingMs && !asEngineer) return refused("role-insufficient");
  return hidden({ ...alarm, shelf: { by, reason, sinceMs, untilMs } });
}

function takenOut(alarm: Alarm, event: Extract<AlarmEvent, { kind: "take-out-of-service" }>): AlarmStep {
  const { by, reason, workOrder, reviewMs, nowMs, asEngineer } = event;
  if (alarm.outOfService !== null) return refused("state-conflict");
  if (!asEngineer) return refused("role-insufficient");
  if (reviewMs <= nowMs || reviewMs - nowMs > longestReviewMs) return refused("time-invalid");
  return hidden({ ...alarm, outOfService: { by, reason, workOrder, sinceMs: nowMs, reviewMs } });
}

/** The outermost of what hides an alarm: out of service before suppressed before shelved. */
function overlayOf({ outOfService, suppressedBy, shelf }: Alarm): AlarmState | null {
  if (outOfService !== null) return "out-of-service";
  if (suppressedBy.length > 0) return "suppressed";
  return shelf === null ? null : "shelved";
}

function hidden(alarm: Alarm): AlarmStep {
  const state = overlayOf(alarm) ?? alarm.state;
  const wasSounding = alarm.state === "unacknowledged" && alarm.occurrences > 0;
  const next = { ...alarm, state, tier: 0, dueMs: null };
  return wasSounding ? changed(next, quiet) : changed(next);
}

/** Something that hid the alarm is gone: the next one shows, or the alarm itself as it stands now. */
function uncovered(alarm: Alarm, nowMs: number, settings: AnnunciationSettings): AlarmStep {
  // A shelf that ran out beneath another cover does not show again.
  const shelf = alarm.shelf !== null && alarm.shelf.untilMs <= nowMs ? null : alarm.shelf;
  const next = { ...alarm, shelf };
  const state = overlayOf(next);
  if (state !== null) return changed({ ...next, state });
  if (holds(alarm)) return changed(announced(next, nowMs, settings, true), notify("shown-again"));
  if (alarm.latching) {
    const latched = { ...next, state: "latched-unacknowledged" as const, acknowledgement: null };
    return changed({ ...latched, notifiedAtMs: nowMs }, notify("latched"));
  }
  return changed({ ...next, state: "closed" });
}

function isSame(a: Root, b: Root): boolean {
  return a.ruleId === b.ruleId && a.sourceId === b.sourceId;
}
