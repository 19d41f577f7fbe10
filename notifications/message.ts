import type { Notification, NotificationEvent } from "../contracts/notification.ts";
import type { Alarm } from "../domain/alarms/alarm.ts";
import type { Evidence } from "../domain/alarms/evidence.ts";
import { points } from "../domain/points.ts";
import { alarmById } from "../platform/records/alarm-records.ts";
import type { WaitingItem } from "../platform/records/notification-records.ts";
import type { RecordsDb } from "../platform/records/records.ts";
import type { Directory } from "./directory.ts";

type Item = Pick<WaitingItem, "alarmId" | "rev" | "kind" | "because" | "tier" | "priority" | "happenedAtMs">;

/** Steps that a message tells with all their words; of the others it names the alarm. */
const mostWhole = 100;

/** Makes the message that tells of some steps, the most urgent first. */
export async function notificationOf(
  { key, kind, recipient, createdAtMs }: Pick<Notification, "key" | "kind" | "recipient" | "createdAtMs">,
  publicUrl: string | null,
  items: readonly Item[],
  directory: Directory,
  db: RecordsDb,
): Promise<Notification> {
  const sorted = items.toSorted((a, b) => a.priority - b.priority || a.happenedAtMs - b.happenedAtMs);
  const events: NotificationEvent[] = [];
  for (const item of sorted.slice(0, mostWhole)) {
    const alarm = await alarmById(db, item.alarmId);
    if (alarm !== null) events.push(eventOf(item, alarm, directory));
  }
  return {
    v: 1,
    key,
    kind,
    recipient,
    createdAtMs,
    url: publicUrl === null ? null : `${publicUrl.replace(/\/$/, "")}/alerts`,
    total: items.length,
    events,
    further: sorted.slice(mostWhole).map(({ alarmId, rev, priority }) => ({ alarmId, rev, priority })),
  };
}

function eventOf(
  { alarmId, rev, kind, because, tier, priority, happenedAtMs }: Item,
  { state, siteId, sourceId, ruleId, lastSinceMs, evidence }: Alarm,
  directory: Directory,
): NotificationEvent {
  const site = directory.site(siteId);
  const unnamed = { en: siteId, "zh-TW": siteId };
  const words = directory.wordsOf(ruleId, lastSinceMs);
  return {
    alarmId,
    rev,
    because: kind === "quiet" ? "ended" : ((because ?? "new") as NotificationEvent["because"]),
    tier,
    priority,
    state,
    siteId,
    siteName: site?.name ?? unnamed,
    simulated: site?.simulated ?? false,
    timeZone: site?.timeZone ?? "UTC",
    sourceId,
    sourceName: directory.nameOf(sourceId),
    ruleId,
    title: words?.title ?? { en: ruleId, "zh-TW": ruleId },
    sinceMs: lastSinceMs,
    happenedAtMs,
    held: heldOf(evidence),
    response: [...(words?.response ?? [])],
    consequence: words?.consequence ?? { en: "", "zh-TW": "" },
  };
}

/** What was held against what, where both are numbers. */
function heldOf(evidence: Evidence | null): NotificationEvent["held"] {
  switch (evidence?.kind) {
    case "within":
    case "above":
    case "hour":
      return heldAt(evidence.quantity, "above", evidence.value, evidence.limit);
    case "point":
      return heldAt(evidence.point, evidence.side, evidence.value, evidence.limit);
    default:
      return null;
  }
}

function heldAt(
  point: string,
  side: "above" | "below",
  value: number,
  limit: number,
): NotificationEvent["held"] {
  const known = point in points ? points[point as keyof typeof points] : null;
  return { point, side, value, limit, unit: known?.unit ?? "", decimals: known?.decimals ?? 2 };
}
