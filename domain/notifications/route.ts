import type { AlarmEffect, Priority } from "../alarms/alarm.ts";
import { isOn, type Shift } from "./shift.ts";

/** Who is told of what; everything that is not named is for all. */
export interface Route {
  readonly to: readonly string[];
  readonly sites: readonly string[] | null;
  readonly priorities: readonly Priority[];
  /** How far an alarm was escalated: 0 at first, up to 3 while nobody acknowledges. */
  readonly tiers: readonly number[];
  /** Only while this shift is on. */
  readonly shift: Shift | null;
}

/** What happened, as far as it decides who is told. */
export interface Told {
  readonly kind: AlarmEffect["kind"];
  readonly siteId: string;
  readonly priority: Priority;
  readonly tier: number;
  readonly atMs: number;
}

/**
 * The destinations of an event, each once. That an alarm needs nobody any more goes to all who may have been told of
 * it, whatever shift is on now.
 */
export function destinationsFor(told: Told, routes: readonly Route[]): readonly string[] {
  const fits = ({ sites, priorities, tiers, shift }: Route) => {
    if (sites !== null && !sites.includes(told.siteId)) return false;
    if (!priorities.includes(told.priority)) return false;
    if (told.kind === "quiet") return true;
    return tiers.includes(told.tier) && (shift === null || isOn(shift, told.atMs));
  };
  return [...new Set(routes.filter(fits).flatMap(({ to }) => to))];
}
