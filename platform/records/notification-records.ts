import type { Kysely, Transaction } from "kysely";
import type { AlarmEffect, Priority } from "../../domain/alarms/alarm.ts";
import type { RecordsTables } from "./tables.ts";

type Db = Kysely<RecordsTables>;
type Tx = Transaction<RecordsTables>;

const checkpointName = "notifications";

export const messageStates = ["waiting", "delivered", "given-up"] as const;
export type MessageState = (typeof messageStates)[number];

/** An effect that nobody has looked at yet, with what decides who is told of it. */
export interface UnplannedEffect {
  readonly id: number;
  readonly alarmId: string;
  readonly rev: number;
  readonly place: number;
  readonly kind: AlarmEffect["kind"];
  readonly because: string | null;
  readonly tier: number;
  readonly siteId: string;
  readonly ruleId: string;
  /** At that step. */
  readonly priority: Priority;
  readonly atMs: number;
}

export interface WaitingItem {
  readonly id: number;
  readonly recipient: string;
  readonly alarmId: string;
  readonly rev: number;
  readonly kind: AlarmEffect["kind"];
  readonly because: string | null;
  readonly tier: number;
  readonly priority: Priority;
  readonly happenedAtMs: number;
  readonly queuedAtMs: number;
}

export interface Message {
  readonly key: string;
  readonly recipient: string;
  readonly kind: string;
  readonly urgent: boolean;
  readonly items: number;
  /** As it goes out. */
  readonly body: string;
  readonly createdAtMs: number;
  readonly state: MessageState;
  readonly attempts: number;
  readonly nextAttemptMs: number;
  readonly problem: string | null;
  readonly endedAtMs: number | null;
}

/** Effects that were not planned yet, oldest first. */
export async function unplannedEffects(db: Db, limit: number): Promise<readonly UnplannedEffect[]> {
  const rows = await db
    .selectFrom("alarmEffects as effect")
    .innerJoin("alarmChanges as change", (join) =>
      join.onRef("change.alarmId", "=", "effect.alarmId").onRef("change.rev", "=", "effect.rev"),
    )
    .innerJoin("alarms as alarm", "alarm.id", "effect.alarmId")
    .select(["effect.id", "effect.alarmId", "effect.rev", "effect.place", "effect.kind", "effect.because"])
    .select(["effect.tier", "effect.atMs", "change.priority", "alarm.siteId", "alarm.ruleId"])
    .where("effect.id", ">", await plannedUpto(db))
    .orderBy("effect.id")
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    ...row,
    kind: row.kind as AlarmEffect["kind"],
    tier: row.tier ?? 0,
    priority: row.priority as Priority,
    atMs: Number(row.atMs),
  }));
}

async function plannedUpto(db: Db): Promise<number> {
  const row = await db
    .selectFrom("checkpoints")
    .where("name", "=", checkpointName)
    .select("journalOffset")
    .executeTakeFirst();
  return Number(row?.journalOffset ?? 0);
}

/** Queues what recipients are to be told of, and notes how far the effects are planned: both or neither. */
export async function savePlan(
  db: Db,
  items: readonly Omit<WaitingItem & { readonly place: number }, "id">[],
  upto: number,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    for (const item of items) await tx.insertInto("notificationItems").values(item).execute();
    await tx
      .insertInto("checkpoints")
      .values({ name: checkpointName, journalOffset: upto })
      .onConflict((conflict) => conflict.column("name").doUpdateSet({ journalOffset: upto }))
      .execute();
  });
}

/** What no message tells of yet, oldest first. */
export async function waitingItems(db: Db): Promise<readonly WaitingItem[]> {
  const rows = await db
    .selectFrom("notificationItems")
    .select(["id", "recipient", "alarmId", "rev", "kind", "because", "tier", "priority"])
    .select(["happenedAtMs", "queuedAtMs"])
    .where("messageKey", "is", null)
    .orderBy("id")
    .execute();
  return rows.map((row) => ({
    ...row,
    kind: row.kind as AlarmEffect["kind"],
    priority: row.priority as Priority,
    happenedAtMs: Number(row.happenedAtMs),
    queuedAtMs: Number(row.queuedAtMs),
  }));
}

/** When messages to a recipient were made that a flood holds back, from a moment on. */
export async function heldBackSince(db: Db, recipient: string, sinceMs: number): Promise<readonly number[]> {
  const rows = await db
    .selectFrom("notificationMessages")
    .select("createdAtMs")
    .where("recipient", "=", recipient)
    .where("createdAtMs", ">", sinceMs)
    .where("urgent", "=", 0)
    .where("kind", "!=", "test")
    .execute();
  return rows.map(({ createdAtMs }) => Number(createdAtMs));
}

type NewMessage = Pick<Message, "key" | "recipient" | "kind" | "urgent" | "items" | "body" | "createdAtMs">;

/** Keeps a message as it will go out, and takes what it tells of from the queue: both or neither. */
export async function saveMessage(db: Db, message: NewMessage, itemIds: readonly number[]): Promise<void> {
  const { urgent, createdAtMs } = message;
  const fresh = { state: "waiting", attempts: 0, nextAttemptMs: createdAtMs, problem: null, endedAtMs: null };
  await db.transaction().execute(async (tx) => {
    await tx
      .insertInto("notificationMessages")
      .values({ ...message, ...fresh, urgent: urgent ? 1 : 0 })
      .execute();
    for (const id of itemIds)
      await tx
        .updateTable("notificationItems")
        .set({ messageKey: message.key })
        .where("id", "=", id)
        .execute();
  });
}

/** Messages whose time has come, the most urgent first, then the oldest. */
export async function dueMessages(db: Db, nowMs: number): Promise<readonly Message[]> {
  const rows = await db
    .selectFrom("notificationMessages")
    .selectAll()
    .where("state", "=", "waiting")
    .where("nextAttemptMs", "<=", nowMs)
    .orderBy("urgent", "desc")
    .orderBy("createdAtMs")
    .orderBy("key")
    .execute();
  return rows.map(messageOf);
}

/** What became of an attempt. */
export type Attempted = Pick<Message, "state" | "attempts" | "nextAttemptMs" | "problem" | "endedAtMs">;

export async function saveAttempt(db: Db | Tx, key: string, attempted: Attempted): Promise<void> {
  await db.updateTable("notificationMessages").set(attempted).where("key", "=", key).execute();
}

/** A person wants it tried now; its key and its text stay what they were. */
export async function sendAgain(db: Db, key: string, nowMs: number): Promise<void> {
  await db
    .updateTable("notificationMessages")
    .set({ state: "waiting", nextAttemptMs: nowMs, endedAtMs: null })
    .where("key", "=", key)
    .where("state", "!=", "delivered")
    .execute();
}

export interface DeliveryFilter {
  readonly recipient: string | null;
  readonly state: MessageState | null;
  readonly fromMs: number;
  readonly toMs: number;
}

const mostDeliveries = 500;

/** The log of deliveries, newest first, at most five hundred. */
export async function deliveries(
  db: Db,
  { recipient, state, fromMs, toMs }: DeliveryFilter,
): Promise<readonly Message[]> {
  let query = db
    .selectFrom("notificationMessages")
    .selectAll()
    .where("createdAtMs", ">=", fromMs)
    .where("createdAtMs", "<", toMs);
  if (recipient !== null) query = query.where("recipient", "=", recipient);
  if (state !== null) query = query.where("state", "=", state);
  const rows = await query
    .orderBy("createdAtMs", "desc")
    .orderBy("key", "desc")
    .limit(mostDeliveries)
    .execute();
  return rows.map(messageOf);
}

export async function messageByKey(db: Db, key: string): Promise<Message | null> {
  const row = await db
    .selectFrom("notificationMessages")
    .selectAll()
    .where("key", "=", key)
    .executeTakeFirst();
  return row === undefined ? null : messageOf(row);
}

export interface FailingRecipient {
  readonly recipient: string;
  readonly waiting: number;
  readonly sinceMs: number;
  readonly problem: string;
}

/** Recipients whose messages fail, with the newest reason and since when the oldest of them waits. */
export async function failingRecipients(db: Db): Promise<readonly FailingRecipient[]> {
  const rows = await db
    .selectFrom("notificationMessages")
    .select(["recipient", "createdAtMs", "problem"])
    .where("state", "=", "waiting")
    .where("attempts", ">", 0)
    .orderBy("createdAtMs")
    .execute();
  const failing = new Map<string, FailingRecipient>();
  for (const { recipient, createdAtMs, problem } of rows) {
    const known = failing.get(recipient);
    failing.set(recipient, {
      recipient,
      waiting: (known?.waiting ?? 0) + 1,
      sinceMs: known?.sinceMs ?? Number(createdAtMs),
      problem: problem ?? "",
    });
  }
  return [...failing.values()];
}

function messageOf(row: RecordsTables["notificationMessages"]): Message {
  return {
    ...row,
    urgent: row.urgent === 1,
    state: row.state as MessageState,
    createdAtMs: Number(row.createdAtMs),
    nextAttemptMs: Number(row.nextAttemptMs),
    endedAtMs: row.endedAtMs === null ? null : Number(row.endedAtMs),
  };
}
