import type { Transaction } from "kysely";
import { Compile } from "typebox/compile";
import type { Batch } from "../contracts/batch.ts";
import { AlarmCommand, type AlarmsHint, type CommandReply } from "../contracts/live.ts";
import { liveTopic } from "../contracts/topics.ts";
import { episodeId, type PastEpisode } from "../domain/alarms/alarm.ts";
import type { Bus } from "../platform/bus.ts";
import { messageOf, OperationalError, systemCode } from "../platform/errors.ts";
import { alarmById, alarmsSince, saveAlarmChange } from "../platform/records/alarm-records.ts";
import { audit } from "../platform/records/audit.ts";
import type { RecordsDb } from "../platform/records/records.ts";
import type { RecordsTables } from "../platform/records/tables.ts";
import { saveVerdictHours } from "../platform/records/verdict-records.ts";
import type { World } from "../platform/world.ts";
import { type AlarmDraft, alarmDesk } from "./alarm-desk.ts";
import type { Quarantine } from "./journal.ts";
import type { Plant } from "./plant.ts";
import type { Outcome, Sink } from "./sink.ts";
import type { ConditionEvent, HourEvent } from "./stage.ts";

type Db = Transaction<RecordsTables>;
type HourCounts = Pick<
  RecordsTables["integrityHours"],
  "accepted" | "quarantined" | "droppedBatches" | "droppedReadings" | "missedScans"
>;

export const recordsCheckpoint = "records";
const auditCheckpoint = "audit";
const hourMs = 3_600_000;
/** What is only counted is saved so often; what somebody waits for, at once. */
const saveEveryMs = 1_000;
/** Of messages set aside, so many are saved at once. */
const mostLetters = 1_000;
const firstPauseMs = 500;
const longestPauseMs = 10_000;
const commandSchema = Compile(AlarmCommand);

export interface RecordsSink extends Sink {
  /** Why nothing can be written at the moment. */
  readonly trouble: string | null;
}

/**
 * Turns conditions and commands into alarms, and keeps the books of what arrived. Every entry's changes and the
 * checkpoint are one transaction: a restart repeats nothing and forgets nothing.
 */
export async function recordsSink(db: RecordsDb, plant: Plant, bus: Bus, world: World): Promise<RecordsSink> {
  const saved = await db
    .selectFrom("checkpoints")
    .where("name", "=", recordsCheckpoint)
    .select("journalOffset")
    .executeTakeFirst();
  let checkpoint = Number(saved?.journalOffset ?? 0);
  let seen = checkpoint;
  let seenAtMs = 0;
  let savedAtMs = world.clock.monotonicMs();
  const desk = alarmDesk(plant, await alarmsSince(db, null));
  const counted = new Map<string, RecordsTables["integrityHours"]>();
  const stopping = new AbortController();
  let letters: Omit<RecordsTables["deadLetters"], "id">[] = [];
  let requeued: { readonly journalOffset: number; readonly atMs: number }[] = [];
  let trouble: string | null = null;
  const hours: HourEvent[] = [];
  const auditedUpto = await auditedBefore(db);

  async function take(outcome: Outcome): Promise<void> {
    const { entry, batch, newlyLost, events } = outcome;
    if (entry.offset <= checkpoint) return;
    seen = entry.offset;
    seenAtMs = entry.arrivedAtMs;
    if (batch !== null) countBatch(batch, newlyLost);
    for (const event of events) if (event.kind === "hour") hours.push(event);
    if (entry.kind === "quarantine") {
      countQuarantined(entry, 1);
      letters.push(deadLetterOf(entry));
    }
    if (entry.kind === "requeue" && batch !== null) {
      countQuarantined({ batch, bytes: entry.bytes }, -1);
      requeued.push({ journalOffset: entry.deadOffset, atMs: entry.arrivedAtMs });
    }
    const conditions = events.filter((event) => event.kind === "condition");
    const past = events.filter((event) => event.kind === "past-episode");
    const isDue = entry.kind === "tick" && desk.dueMs !== null && entry.arrivedAtMs >= desk.dueMs;
    const urgent = conditions.length > 0 || past.length > 0 || isDue || entry.kind === "command";
    const isTime = world.clock.monotonicMs() - savedAtMs >= saveEveryMs || letters.length >= mostLetters;
    if (!urgent && !isTime) return;
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      try {
        await save(entry, conditions, past, isDue);
        trouble = null;
        return;
      } catch (error) {
        if (!isOfTheDisk(error)) throw error;
        if (trouble === null)
          world.log.error({ error: messageOf(error) }, "records cannot be written; they wait");
        trouble = messageOf(error);
        if (stopping.signal.aborted) return; // the journal has it all; the next start begins at the checkpoint
        await world.clock.sleep(pauseMs, stopping.signal);
      }
    }
  }

  /** What an entry does to the alarms, with the books so far: all of it, or nothing. */
  async function save(
    entry: Outcome["entry"],
    conditions: readonly ConditionEvent[],
    past: readonly PastEpisode[],
    isDue: boolean,
  ): Promise<void> {
    const nowMs = entry.arrivedAtMs;
    const draft = desk.begin();
    const hints = new Map<string, number>();
    const replies: { readonly siteId: string; readonly reply: CommandReply }[] = [];
    await db.transaction().execute(async (tx) => {
      for (const event of conditions) {
        const isCorrection = event.turned === "since";
        const closed = isCorrection ? await alarmById(tx, episodeId(event, event.atMs)) : null;
        draft.condition(event, nowMs, closed);
      }
      for (const episode of past) draft.past(episode, nowMs);
      if (isDue) draft.tick(nowMs);
      if (entry.kind === "command") {
        const command: unknown = JSON.parse(entry.bytes.toString());
        if (commandSchema.Check(command)) {
          const failure = await obey(tx, draft, command, entry);
          replies.push({ siteId: command.site, reply: { v: 1, id: command.id, failure } });
        }
      }
      for (const { alarm, event, effects } of draft.changes)
        hints.set(alarm.siteId, await saveAlarmChange(tx, alarm, event, effects));
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
    for (let from = 0; from < letters.length; from += 100)
      await tx
        .insertInto("deadLetters")
        .values(letters.slice(from, from + 100))
        .execute();
    for (const { journalOffset, atMs } of requeued)
      await tx
        .updateTable("deadLetters")
        .set({ requeuedAtMs: atMs })
        .where("journalOffset", "=", journalOffset)
        .execute();
    await saveVerdictHours(tx, hours, seenAtMs);
    await tx
      .insertInto("checkpoints")
      .values({ name: recordsCheckpoint, journalOffset: seen })
      .onConflict((conflict) => conflict.column("name").doUpdateSet({ journalOffset: seen }))
      .execute();
  }

  function booked(): void {
    counted.clear();
    letters = [];
    requeued = [];
    hours.length = 0;
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
    { offset, arrivedAtMs: atMs }: Outcome["entry"],
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
    // The audit is no projection: a journal that is read again does nothing again.
    if (failure === null && offset > auditedUpto) await writeDown(tx, command, atMs, offset);
    return failure;
  }

  function countBatch(
    { site, gw, t0, n, gap, lost = [], dropped = [] }: Batch,
    droppedBatches: number,
  ): void {
    const missedScans = gap.reduce((sum, [, , , scans]) => sum + scans, 0);
    count(site, gw, t0, { accepted: n, droppedBatches, missedScans });
    // Where some of them had come after all, their readings are not known one by one.
    const declared = lost.reduce((sum, [first, last]) => sum + last - first + 1, 0);
    if (declared !== droppedBatches) return;
    for (const [hourStartMs, droppedReadings] of dropped) count(site, gw, hourStartMs, { droppedReadings });
  }

  function countQuarantined(
    { batch, bytes }: Pick<Quarantine, "batch"> & { readonly bytes: Buffer },
    sign: 1 | -1,
  ): void {
    if (batch === null) return;
    // It claimed its number with its hash, so its text can be read.
    const { t0, n } = JSON.parse(bytes.toString()) as { readonly t0?: unknown; readonly n?: unknown };
    if (typeof t0 !== "number" || typeof n !== "number") return;
    count(batch.site, batch.gw, t0, { quarantined: sign * n });
  }

  function count(siteId: string, gatewayId: string, atMs: number, added: Partial<HourCounts>): void {
    const hourStartMs = Math.floor(atMs / hourMs) * hourMs;
    const key = `${gatewayId}/${hourStartMs}`;
    const before = counted.get(key);
    const sum = (of: keyof HourCounts) => (before?.[of] ?? 0) + (added[of] ?? 0);
    counted.set(key, {
      siteId,
      gatewayId,
      hourStartMs,
      accepted: sum("accepted"),
      quarantined: sum("quarantined"),
      droppedBatches: sum("droppedBatches"),
      droppedReadings: sum("droppedReadings"),
      missedScans: sum("missedScans"),
    });
  }

  return {
    name: "records",
    takes: ({ kind }) => kind === "condition" || kind === "past-episode" || kind === "hour",
    get trouble() {
      return trouble;
    },
    get checkpoint() {
      return checkpoint;
    },
    take,
    stop: async () => {
      stopping.abort();
      // What the disk refused at the last is taken from the journal at the next start.
      if (seen === checkpoint || trouble !== null) return;
      await db.transaction().execute(saveBooks);
      booked();
    },
  };
}

/** Who did what to which alarm, and why, in the audit. */
async function writeDown(tx: Db, command: AlarmCommand, atMs: number, offset: number): Promise<void> {
  const { v: _v, id: _id, key: _key, site: siteId, by, kind, alarmId, ...detail } = command;
  await audit.write(tx, { atMs, by, action: `alarm.${kind}`, subject: `alarm:${alarmId}`, siteId, detail });
  await tx
    .insertInto("checkpoints")
    .values({ name: auditCheckpoint, journalOffset: offset })
    .onConflict((conflict) => conflict.column("name").doUpdateSet({ journalOffset: offset }))
    .execute();
}

/** The newest command that stands in the audit. */
async function auditedBefore(db: RecordsDb): Promise<number> {
  const row = await db
    .selectFrom("checkpoints")
    .where("name", "=", auditCheckpoint)
    .select("journalOffset")
    .executeTakeFirst();
  return Number(row?.journalOffset ?? 0);
}

/** A command names no open alarm: it is closed, or there never was one. */
async function whyNotOpen(tx: Db, { alarmId, site, rev }: AlarmCommand): Promise<CommandReply["failure"]> {
  const closed = await alarmById(tx, alarmId);
  if (closed === null || closed.siteId !== site) return "alarm-unknown";
  return closed.rev === rev ? "state-conflict" : "rev-stale";
}

function deadLetterOf(
  entry: Quarantine & { readonly offset: number; readonly arrivedAtMs: number; readonly bytes: Buffer },
): Omit<RecordsTables["deadLetters"], "id"> {
  const { offset: journalOffset, arrivedAtMs: receivedAtMs, topic, reason, detail, bytes, batch } = entry;
  const gatewayId = batch?.gw ?? entry.gatewayId ?? null;
  return {
    journalOffset,
    topic,
    reason,
    detail,
    receivedAtMs,
    bytes: bytes.length,
    gatewayId,
    requeuedAtMs: null,
  };
}

/** Full, unreadable, locked: not our doing, and over some day. */
function isOfTheDisk(error: unknown): boolean {
  const code = systemCode(error) ?? "";
  if (/^SQLITE_(FULL|IOERR|BUSY|LOCKED|READONLY|CANTOPEN)/.test(code)) return true;
  // Of a server: it is away or going (08, 57P, the link's own), full (53), read-only (25006), or does not let us in (28).
  if (/^(08|53|57P|28)[0-9A-Z]{2,3}$|^25006$|^E(CONN|PIPE|TIMEDOUT|HOST|NET)/.test(code)) return true;
  return (
    error instanceof Error && /^(Connection terminated|timeout exceeded when trying)/.test(error.message)
  );
}

async function addToHour(tx: Db, hour: RecordsTables["integrityHours"]): Promise<void> {
  const { accepted, quarantined, droppedBatches, droppedReadings, missedScans } = hour;
  await tx
    .insertInto("integrityHours")
    .values(hour)
    .onConflict((conflict) =>
      conflict.columns(["gatewayId", "hourStartMs"]).doUpdateSet(({ eb, ref }) => ({
        accepted: eb(ref("integrityHours.accepted"), "+", accepted),
        quarantined: eb(ref("integrityHours.quarantined"), "+", quarantined),
        droppedBatches: eb(ref("integrityHours.droppedBatches"), "+", droppedBatches),
        droppedReadings: eb(ref("integrityHours.droppedReadings"), "+", droppedReadings),
        missedScans: eb(ref("integrityHours.missedScans"), "+", missedScans),
      })),
    )
    .execute();
}
