import type { AlarmText } from "../contracts/http/alarms.ts";
import type { BoilerText } from "../contracts/http/boilers.ts";
import type { OverviewBoiler } from "../contracts/http/socket.ts";
import type { Priority } from "../domain/alarms/alarm.ts";
import type { TableQuantity } from "../domain/limits.ts";
import { judgedIn } from "./alarms.ts";
import type { Condition } from "./condition.ts";
import { formatNumber, formatPoint, formatSpan } from "./format.ts";
import { shownAgainst } from "./limits.ts";
import { labelOf, text } from "./texts/texts.ts";
import { clockTime, minuteTime, momentTime } from "./time.ts";

export interface Reason {
  readonly says: string;
  readonly tone: Priority | null;
}

/** Why a boiler needs attention, in one sentence: what, how far, how long. `null` when there is nothing to say. */
export function reasonOf(
  condition: Condition,
  boiler: BoilerText,
  reading: OverviewBoiler | null,
  at: { readonly nowMs: number; readonly zone: string; readonly normalSinceMs: number | null },
): Reason | null {
  const { reason } = text();
  const [worst] = condition.active;
  if (worst !== undefined) return { says: alarmSentence(worst, boiler, reading, at), tone: worst.priority };
  const [quantity] = condition.above;
  if (quantity !== undefined && reading !== null) {
    const { value = null, limit = null } = reading.verdicts[quantity];
    const { short } = text();
    return {
      says: reason.justAbove(short[quantity], measured(quantity, value), plain(quantity, limit)),
      tone: 2,
    };
  }
  if (reading === null) return { says: reason.none, tone: null };
  if (condition.backlog !== null) {
    return { says: reason.backlog(formatNumber(condition.backlog, 0)), tone: null };
  }
  if (condition.freshness === "stale") {
    return { says: reason.stale(clockTime(reading.takenAtMs, at.zone)), tone: null };
  }
  const [over] = condition.returned;
  if (over !== undefined) {
    return {
      says: reason.returned(minuteTime(over.returnedAtMs ?? over.sinceMs, at.zone)),
      tone: null,
    };
  }
  if (at.normalSinceMs === null) return null;
  return { says: reason.normalSince(minuteTime(at.normalSinceMs, at.zone)), tone: null };
}

function alarmSentence(
  alarm: AlarmText,
  boiler: BoilerText,
  reading: OverviewBoiler | null,
  { nowMs, zone }: { readonly nowMs: number; readonly zone: string },
): string {
  const { reason, short } = text();
  const judged = judgedIn(alarm);
  const { times } = text().alerts;
  const span = alarm.occurrences > 1 ? times(alarm.occurrences) : howLong(alarm, nowMs, zone);
  if (judged === null) {
    const isGateway = alarm.sourceId === boiler.gatewayId;
    const isSilence = isGateway && alarm.evidence?.kind !== "count";
    if (!isSilence || reading === null) return reason.alarm(labelOf(alarm.title), span);
    return reason.silent(labelOf(alarm.title), clockTime(reading.takenAtMs, zone));
  }
  const { quantity } = judged;
  const verdict = reading?.verdicts[quantity];
  const limit = plain(quantity, judged.limit);
  if (verdict?.kind === "above") {
    return reason.above(short[quantity], measured(quantity, verdict.value ?? null), limit, span);
  }
  return reason.onset(short[quantity], measured(quantity, judged.value), limit);
}

/**
 * How long an alarm has lasted, or did. One that came back while nobody had acknowledged it is the same episode:
 * then it is told how often since when, for it did not hold all the time between.
 */
export function howLong(alarm: AlarmText, nowMs: number, zone: string): string {
  const { sinceMs, returnedAtMs, occurrences } = alarm;
  if (occurrences > 1) return text().timesSince(occurrences, momentTime(sinceMs, nowMs, zone));
  const { lasting, lasted } = text();
  return returnedAtMs === null
    ? lasting(formatSpan(nowMs - sinceMs))
    : lasted(formatSpan(returnedAtMs - sinceMs));
}

/** With its unit: 208 °C; beside the limit it was held against, where that is given. */
export function measured(quantity: TableQuantity, value: number | null, limit: number | null = null): string {
  const number =
    value === null || limit === null ? plain(quantity, value) : shownAgainst(quantity, value, limit);
  return quantity === "exhaustTempC" ? `${number} °C` : number;
}

function plain(quantity: TableQuantity, value: number | null): string {
  return value === null ? "–" : formatPoint(quantity, value);
}
