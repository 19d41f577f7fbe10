import type { Notification } from "../contracts/notification.ts";
import { compose, floodWindowMs, pauseMs } from "../domain/notifications/compose.ts";
import { destinationsFor } from "../domain/notifications/route.ts";
import { isOn } from "../domain/notifications/shift.ts";
import { messageOf, OperationalError } from "../platform/errors.ts";
import {
  dueMessages,
  heldBackSince,
  type Message,
  saveAttempt,
  saveMessage,
  savePlan,
  unplannedEffects,
  type WaitingItem,
  waitingItems,
} from "../platform/records/notification-records.ts";
import type { RecordsDb } from "../platform/records/records.ts";
import { backgroundLoop, type Service } from "../platform/service.ts";
import type { World } from "../platform/world.ts";
import type { Directory } from "./directory.ts";
import { notificationOf } from "./message.ts";
import type { Desk, Recipient } from "./recipients.ts";

const turnEveryMs = 250;
const effectsAtOnce = 1_000;
const hourMs = 3_600_000;

/**
 * Tells people of alarms. What has to be told stands in the records, written with each step of an alarm; from there it
 * goes in three moves, each a transaction or idempotent, so that a kill anywhere loses nothing: an effect is planned
 * once for each recipient; what waits becomes a message, whole and with its key; a message is sent until it arrives,
 * every time with the same key and the same text.
 */
export function startNotifier(desk: Desk, directory: Directory, db: RecordsDb, world: World): Service {
  const { recipients, routes, settings } = desk;
  const all = [...recipients.values()];
  const busy = new Map<string, Promise<void>>();

  async function run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await plan();
      await composeAll();
      await sendDue(signal);
      await world.clock.sleep(turnEveryMs, signal);
    }
    await Promise.all(busy.values());
    desk.close();
  }

  /** Whom each new effect concerns. */
  async function plan(): Promise<void> {
    for (;;) {
      const effects = await unplannedEffects(db, effectsAtOnce);
      const last = effects.at(-1);
      if (last === undefined) return;
      const queuedAtMs = world.clock.nowMs();
      const items = effects.flatMap(({ id: _id, siteId, ruleId: _rule, atMs, ...effect }) =>
        destinationsFor({ ...effect, siteId, atMs: queuedAtMs }, routes)
          .filter((id) => effect.kind === "notify" || settings.get(id)?.tellsEnd === true)
          .flatMap((id) => all.filter(({ destinationId }) => destinationId === id))
          .filter((recipient) => recipient.siteId === null || recipient.siteId === siteId)
          .map((recipient) => ({ ...effect, recipient: recipient.id, happenedAtMs: atMs, queuedAtMs })),
      );
      await savePlan(db, items, last.id);
      if (effects.length < effectsAtOnce) return;
    }
  }

  async function composeAll(): Promise<void> {
    const waiting = new Map<string, WaitingItem[]>();
    for (const item of await waitingItems(db))
      waiting.set(item.recipient, [...(waiting.get(item.recipient) ?? []), item]);
    for (const [recipient, items] of waiting) await composeFor(recipient, items);
  }

  async function composeFor(recipient: string, items: readonly WaitingItem[]): Promise<void> {
    const nowMs = world.clock.nowMs();
    const destination = settings.get(recipient.split("/")[0] ?? "");
    // Of somebody who is not in the configuration any more: the message is made, and given up when it is to be sent.
    const { groupMs = 0, mostPer10Min = 2, digestAfterMs = 0, quietHours = null } = destination ?? {};
    const quietExcept = quietHours !== null && isOn(quietHours.shift, nowMs) ? quietHours.except : null;
    const waiting = items.map(({ id, priority, queuedAtMs }) => ({ id, priority, atMs: queuedAtMs }));
    const sent = await heldBackSince(db, recipient, nowMs - floodWindowMs);
    const rules = { groupMs, mostPer10Min, digestAfterMs, quietExcept };
    for (const { kind, ids } of compose(waiting, sent, rules, nowMs)) {
      const told = items.filter(({ id }) => ids.includes(id));
      const key = `${recipient}.${ids[0] ?? 0}`;
      const common = { key, recipient, kind, createdAtMs: nowMs };
      const message = await notificationOf(common, desk.publicUrl, told, directory, db);
      const urgent = told.some(({ priority }) => priority === 1);
      await saveMessage(db, { ...common, urgent, items: told.length, body: JSON.stringify(message) }, ids);
    }
  }

  /** One message at a time to each recipient, and all recipients at once: who hangs holds back nobody else. */
  async function sendDue(signal: AbortSignal): Promise<void> {
    for (const message of await dueMessages(db, world.clock.nowMs())) {
      if (signal.aborted) return;
      const { recipient } = message;
      if (busy.has(recipient)) continue;
      const sending = send(message, signal).finally(() => busy.delete(recipient));
      busy.set(recipient, sending);
    }
  }

  async function send(message: Message, signal: AbortSignal): Promise<void> {
    const { key, recipient: id, body, createdAtMs } = message;
    const attempts = message.attempts + 1;
    const recipient = recipients.get(id);
    try {
      if (recipient === undefined)
        throw new OperationalError("recipient-unknown", "it is not in the configuration any more");
      await recipient.send(JSON.parse(body) as Notification, body, signal);
      const endedAtMs = world.clock.nowMs();
      await saveAttempt(db, key, {
        state: "delivered",
        attempts,
        nextAttemptMs: endedAtMs,
        problem: null,
        endedAtMs,
      });
    } catch (error) {
      if (!(error instanceof OperationalError)) throw error;
      if (signal.aborted) return; // not the receiver's fault: the next start tries again
      await failed(message, recipient, attempts, messageOf(error), createdAtMs);
    }
  }

  async function failed(
    { key, recipient: id }: Message,
    recipient: Recipient | undefined,
    attempts: number,
    problem: string,
    createdAtMs: number,
  ): Promise<void> {
    const nowMs = world.clock.nowMs();
    const isOver = recipient === undefined || nowMs - createdAtMs >= desk.giveUpAfterHours * hourMs;
    world.log.warn(
      { recipient: id, message: key, attempts, problem, code: "notification-failed" },
      isOver ? "a notification is given up" : "a notification could not be delivered; it is tried again",
    );
    const wait = Math.round(pauseMs(attempts, world.random.next()));
    await saveAttempt(db, key, {
      state: isOver ? "given-up" : "waiting",
      attempts,
      nextAttemptMs: nowMs + wait,
      problem,
      endedAtMs: isOver ? nowMs : null,
    });
  }

  return backgroundLoop("notifications", run);
}
