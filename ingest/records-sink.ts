import type { Transaction } from "kysely";
import { Compile } from "typebox/compile";
import type { Batch } from "../contracts/batch.ts";
import { AlarmCommand, type AlarmsHint, type CommandReply } from "../contracts/live.ts";
import { liveTopic } from "../contracts/topics.ts";
import type { Bus } from "../platform/bus.ts";
import { OperationalError } from "../platform/errors.ts";
import { alarmById, alarmsSince, saveAlarmChange } from "../platform/records/alarm-records.ts";
import { audit } from "../platform/records/audit.ts";
import type { RecordsDb } from "../platform/records/records.ts";
import type { RecordsTables } from "../platform/records/tables.ts";
import type { World } from "../platform/world.ts";
import { type AlarmDraft, alarmDesk } from "./alarm-desk.ts";
import type { Quarantine } from "./journal.ts";
import type { Plant } from "./plant.ts";
import type { Outcome, Sink } from "./sink.ts";

type Db = Transaction<RecordsTables>;
type HourCounts = Pick<
  RecordsTables["integrityHours"],
  "accepted" | "quarantined" | "droppedBatches" | "missedScans"
>;

export const recordsCheckpoint = "records";
const hourMs = 3_600_000;
/** What is only counted is saved so often; what somebody waits for, at once. */
const saveEveryMs = 1_000;
const commandSchema = Compile(AlarmCommand);

/**
 * Turns conditions and commands into alarms, and keeps the books of what arrived. Every entry's changes and the
 * checkpoint are one transaction: a restart repeats nothing and forgets nothing.
 */
export async function recordsSink(db: RecordsDb, plant: Plant, bus: Bus, world: World): Promise<Sink> {
  const saved = await db
    .selectFrom("checkpoints")
    .where("name", "=", recordsCheckpoint)
    .select("journalOffset")
    .executeTakeFirst();
  let checkpoint = Number(saved?.journalOffset ?? 0);
  let seen = checkpoint;
  let savedAtMs = world.clock.monotonicMs();
  const desk = alarmDesk(plant, await alarmsSince(db, null));
  const counted = new Map<string, RecordsTables["integrityHours"]>();

  async function take({ entry, batch, events }: Outcome): Promise<void> {
    if (entry.offset <= checkpoint) return;
    seen = entry.offset;
    if (batch !== null) countBatch(batch);
    if (entry.kind === "quarantine") countQuarantined(entry);
    const conditions = events.filter((event) => event.kind === "condition");
    const nowMs = entry.arrivedAtMs;
    const isDue = entry.kind === "tick" && desk.dueMs !== null && nowMs >= desk.dueMs;
    const urgent = conditions.length > 0 || isDue || entry.kind === "command" || entry.kind === "quarantine";
    if (!urgent && world.clock.monotonicMs() - savedAtMs < saveEveryMs) return;

    const draft = desk.begin();
    const hints = new Map<string, number>();
    const replies: { readonly siteId: string; readonly reply: CommandReply }[] = [];
    await db.transaction().execute(async (tx) => {
      for (const event of conditions) draft.condition(event, nowMs);
      if (isDue) draft.tick(nowMs);
      if (entry.kind === "command") {
        const command: unknown = JSON.parse(entry.bytes.toString());
        if (commandSchema.Check(command)) {
          const failure = await obey(tx, draft, command, nowMs);
          replies.push({ siteId: command.site, reply: { v: 1, id: command.id, failure } });
        }
      }
      for (const { alarm, event, effects } of draft.changes)
        hints.set(alarm.siteId, await saveAlarmChange(tx, alarm, event, effects));
      if (entry.kind === "quarantine") await keepDeadLetter(tx, entry);
      await saveBooks(tx);
    });
    draft.keep();
    booked();
    for (const [siteId, rev] of hints)
      tell(liveTopic(siteId, "alarms"), { v: 1, site: siteId, rev } satisfies AlarmsHint);
    for (const { siteId, reply } of replies) tell(liveTopic(siteId, "reply"), reply);
  }

  /** What was counted since the last time, and the offset up to which it is counted. */
  async function saveBooks(tx: Db): Promise<void> {
    for (const hour of counted.values()) await addToHour(tx, hour);
    await tx
      .insertInto("checkpoints")
      .values({ name: recordsCheckpoint, journalOffset: seen })
      .onConflict((conflict) => conflict.column("name").doUpdateSet({ journalOffset: seen }))
      .execute();
  }

  function booked(): void {
    counted.clear();
    checkpoint = seen;
    savedAtMs = world.clock.monotonicMs();
  }

  /** A hint only: whoever misses it sees the change at the next one. */
  function tell(topic: string, message: object): void {
    if (!bus.up) return;
    bus.publish(topic, JSON.stringify(message), { qos: 0 }).catch((error: unknown) => {
      if (!(error instanceof OperationalError)) throw error;
    });
  }

  async function obey(
    tx: Db,
    draft: AlarmDraft,
    command: AlarmCommand,
    atMs: number,
  ): Promise<CommandReply["failure"]> {
    const known = await tx
      .selectFrom("commands")
      .where("key", "=", command.key)
      .select("failure")
      .executeTakeFirst();
    if (known !== undefined) return known.failure as CommandReply["failure"];
    const said = draft.command(command, atMs);
    const failure = said === "alarm-unknown" ? await whyNotOpen(tx, command) : said;
    await tx.insertInto("commands").values({ key: command.key, failure, atMs }).execute();
    if (failure === null) await writeDown(tx, command, atMs);
    return failure;
  }

  function countBatch({ site, gw, t0, n, gap, lost = [] }: Batch): void {
    const missedScans = gap.reduce((sum, [, , , scans]) => sum + scans, 0);
    const droppedBatches = lost.reduce((sum, [first, last]) => sum + last - first + 1, 0);
    count(site, gw, t0, { accepted: n, quarantined: 0, droppedBatches, missedScans });
  }

  function countQuarantined({ batch, bytes }: Quarantine & { readonly bytes: Buffer }): void {
    if (batch === null) return;
    // It claimed its number with its hash, so its text can be read.
    const { t0, n } = JSON.parse(bytes.toString()) as { readonly t0?: unknown; readonly n?: unknown };
    if (typeof t0 !== "number" || typeof n !== "number") return;
    count(batch.site, batch.gw, t0, { accepted: 0, quarantined: n, droppedBatches: 0, missedScans: 0 });
  }

  function count(siteId: string, gatewayId: string, atMs: number, added: HourCounts): void {
    const hourStartMs = Math.floor(atMs / hourMs) * hourMs;
    const key = `${gatewayId}/${hourStartMs}`;
    const before = counted.get(key);
    counted.set(key, {
      siteId,
      gatewayId,
      hourStartMs,
      accepted: (before?.accepted ?? 0) + added.accepted,
      quarantined: (before?.quarantined ?? 0) + added.quarantined,
      droppedBatches: (before?.droppedBatches ?? 0) + added.droppedBatches,
      missedScans: (before?.missedScans ?? 0) + added.missedScans,
    });
  }

  return {
    name: "records",
    get checkpoint() {
      return checkpoint;
    },
    take,
    stop: async () => {
      if (seen === checkpoint) return;
      await db.transaction().execute(saveBooks);
      booked();
    },
  };
}

/** Who did what to which alarm, and why, in the audit. */
async function writeDown(tx: Db, command: AlarmCommand, atMs: number): Promise<void> {
  const { v: _v, id: _id, key: _key, site: siteId, by, kind, alarmId, ...detail } = command;
  await audit.write(tx, { atMs, by, action: `alarm.${kind}`, subject: `alarm:${alarmId}`, siteId, detail });
}

/** A command names no open alarm: it is closed, or there never was one. */
async function whyNotOpen(tx: Db, { alarmId, site, rev }: AlarmCommand): Promise<CommandReply["failure"]> {
  const closed = await alarmById(tx, alarmId);
  if (closed === null || closed.siteId !== site) return "alarm-unknown";
  return closed.rev === rev ? "state-conflict" : "rev-stale";
}

async function keepDeadLetter(
  tx: Db,
  entry: Quarantine & { readonly offset: number; readonly arrivedAtMs: number; readonly bytes: Buffer },
): Promise<void> {
  const { offset, arrivedAtMs, topic, reason, detail, bytes, batch } = entry;
  await tx
    .insertInto("deadLetters")
    .values({
      journalOffset: offset,
      topic,
      reason,
      detail,
      receivedAtMs: arrivedAtMs,
      bytes: bytes.length,
      gatewayId: batch?.gw ?? null,
    })
    .execute();
}

async function addToHour(tx: Db, hour: RecordsTables["integrityHours"]): Promise<void> {
  const { accepted, quarantined, droppedBatches, missedScans } = hour;
  await tx
    .insertInto("integrityHours")
    .values(hour)
    .onConflict((conflict) =>
      conflict.columns(["gatewayId", "hourStartMs"]).doUpdateSet(({ eb, ref }) => ({
        accepted: eb(ref("integrityHours.accepted"), "+", accepted),
        quarantined: eb(ref("integrityHours.quarantined"), "+", quarantined),
        droppedBatches: eb(ref("integrityHours.droppedBatches"), "+", droppedBatches),
        missedScans: eb(ref("integrityHours.missedScans"), "+", missedScans),
      })),
    )
    .execute();
}
