import type { Judged } from "../limits.ts";

/** 1 is the most urgent. */
export const priorities = [1, 2, 3] as const;
export type Priority = (typeof priorities)[number];

/**
 * One episode of an alarm, from its first onset until it is over and seen.
 *
 * `unacknowledged`: the condition holds and nobody has said so far that they know. `acknowledged`: it holds, and
 * somebody knows. `returned`: it is over, and nobody has seen it. `closed`: over and seen.
 */
export interface Alarm {
  /** Rule, source and onset: the same for the same journal, so a replay finds its own episodes again. */
  readonly id: string;
  readonly ruleId: string;
  readonly siteId: string;
  /** A boiler's id, or a gateway's where the rule watches gateways. */
  readonly sourceId: string;
  readonly priority: Priority;
  readonly state: AlarmState;
  /** When the condition began, not when it was announced. */
  readonly sinceMs: number;
  /** The same of the newest occurrence: later, where the alarm returned and came again before anybody saw it. */
  readonly lastSinceMs: number;
  readonly announcedAtMs: number;
  /** End of the condition; `null` while it holds. */
  readonly returnedAtMs: number | null;
  readonly occurrences: number;
  readonly acknowledgement: Acknowledgement | null;
  /** What was held against what, at the onset; `null` for rules without a limit table. */
  readonly evidence: Judged | null;
  /** Grows with every change; a command that names an older one was given on an old picture. */
  readonly rev: number;
}

export type AlarmState = "unacknowledged" | "acknowledged" | "returned" | "closed";

export interface Acknowledgement {
  readonly by: string;
  readonly atMs: number;
  readonly comment: string | null;
}

export type AlarmEvent =
  | { readonly kind: "on"; readonly sinceMs: number; readonly evidence: Judged | null }
  | { readonly kind: "off"; readonly atMs: number }
  | ({ readonly kind: "acknowledge" } & Acknowledgement);

/**
 * The annunciation layer: what the operator sees of a condition.
 * @returns `null` when the pair has no meaning (an acknowledged alarm acknowledged once more): nothing changes
 * @source ISA-18.2 / IEC 62682, alarm state diagram, without latching
 */
export function nextAlarm(alarm: Alarm, event: AlarmEvent): Alarm | null {
  const rev = alarm.rev + 1;
  switch (event.kind) {
    case "on":
      if (alarm.state !== "returned") return null;
      return {
        ...alarm,
        state: "unacknowledged",
        lastSinceMs: event.sinceMs,
        returnedAtMs: null,
        occurrences: alarm.occurrences + 1,
        evidence: event.evidence,
        rev,
      };
    case "off":
      if (alarm.state === "unacknowledged")
        return { ...alarm, state: "returned", returnedAtMs: event.atMs, rev };
      if (alarm.state === "acknowledged") return { ...alarm, state: "closed", returnedAtMs: event.atMs, rev };
      return null;
    case "acknowledge": {
      const { by, atMs, comment } = event;
      const acknowledgement = { by, atMs, comment };
      if (alarm.state === "unacknowledged") return { ...alarm, state: "acknowledged", acknowledgement, rev };
      if (alarm.state === "returned") return { ...alarm, state: "closed", acknowledgement, rev };
      return null;
    }
  }
}
