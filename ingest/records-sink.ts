import type { Transaction } from "kysely";
import { Compile } from "typebox/compile";
import type { Batch } from "../contracts/batch.ts";
import {
  type AcknowledgeCommand,
  type AlarmsHint,
  AcknowledgeCommand as Command,
  type CommandReply,
} from "../contracts/live.ts";
import { liveTopic } from "../contracts/topics.ts";
import { type Alarm, nextAlarm } from "../domain/alarms/alarm.ts";
import type { AlarmRule } from "../domain/alarms/rule.ts";
import type { Bus } from "../platform/bus.ts";
import { OperationalError } from "../platform/errors.ts";
import { alarmFromRow, alarmRow, newestListRev } from "../platform/records/alarm-records.ts";
import type { RecordsDb, RecordsTables } from "../platform/records/records.ts";
import type { World } from "../platform/world.ts";
import type { Quarantine } from "./journal.ts";
import type { Plant } from "./plant.ts";
import type { Outcome, Sink } from "./sink.ts";
import type { ConditionEvent } from "./stage.ts";

type Db = Transaction<RecordsTables>;
type HourCounts = Pick<
  RecordsTables["integrityHours"],
  "accepted" | "quarantined" | "droppedBatches" | "missedScans"
>;

const checkpointName = "records";
const hourMs = 3_600_000;
/** What is only counted is saved so often; what somebody waits for, at once. */
const saveEveryMs = 1_000;
const parseCommand = Compile(Command);

/**
 * Turns conditions and commands into alarms, and keeps the books of what arrived. Every entry's changes and the
 * checkpoint are one transaction: a restart repeats nothing and forgets nothing.
 */
export async function recordsSink(db: RecordsDb, plant: Plant, bus: Bus, world: World): Promise<Sink> {
  const saved = await db
    .selectFrom("checkpoints")
    .where("name", "=", checkpointName)
    .select("journalOffset")
    .executeTakeFirst();
  let checkpoint = Number(saved?.journalOffset ?? 0);
  let seen = checkpoint;
  let savedAtMs = world.clock.monotonicMs();
  const counted = new Map<string, RecordsTables["integrityHours"]>();

  async function take({ entry, batch, events }: Outcome): Promise<void> {
    if (entry.offset <= checkpoint) return;
    seen = entry.offset;
    if (batch !== null) countBatch(batch);
    if (entry.kind === "quarantine") countQuarantined(entry);
    const conditions = events.filter((event) => event.kind === "condition");
    const urgent = conditions.length > 0 || entry.kind === "command" || entry.kind === "quarantine";
    if (!urgent && world.clock.monotonicMs() - savedAtMs < saveEveryMs) return;

    const hints = new Map<string, number>();
    const replies: { readonly siteId: string; readonly reply: CommandReply }[] = [];
    await db.transaction().execute(async (tx) => {
      for (const event of conditions) {
        const rev = await annunciate(tx, event);
        if (rev !== null) hints.set(event.siteId, rev);
      }
      if (entry.kind === "command") {
        const command: unknown = JSON.parse(entry.bytes.toString());
        if (parseCommand.Check(command)) {
          const { failure, rev } = await obey(tx, command, entry.arrivedAtMs);
          if (rev !== null) hints.set(command.site, rev);
          replies.push({ siteId: command.site, reply: { v: 1, id: command.id, failure } });
        }
      }
      if (entry.kind === "quarantine") await keepDeadLetter(tx, entry);
      await saveBooks(tx);
    });
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
      .values({ name: checkpointName, journalOffset: seen })
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

  async function annunciate(tx: Db, event: ConditionEvent): Promise<number | null> {
    const row = await tx
      .selectFrom("alarms")
      .selectAll()
      .where("ruleId", "=", event.ruleId)
      .where("sourceId", "=", event.sourceId)
      .where("state", "!=", "closed")
      .executeTakeFirst();
    const running = row === undefined ? null : alarmFromRow(row);
    if (running === null) {
      if (event.turned === "off") return null;
      const rule = ruleOf(plant, event);
      return rule === null ? null : save(tx, newEpisode(rule, event));
    }
    const next = nextAlarm(
      running,
      event.turned === "on"
        ? { kind: "on", sinceMs: event.sinceMs, evidence: event.evidence }
        : { kind: "off", atMs: event.atMs },
    );
    return next === null ? null : save(tx, next);
  }

  async function obey(
    tx: Db,
    command: AcknowledgeCommand,
    atMs: number,
  ): Promise<{ failure: CommandReply["failure"]; rev: number | null }> {
    const known = await tx
      .selectFrom("commands")
      .where("key", "=", command.key)
      .select("failure")
      .executeTakeFirst();
    if (known !== undefined) return { failure: known.failure as CommandReply["failure"], rev: null };
    const row = await tx
      .selectFrom("alarms")
      .selectAll()
      .where("id", "=", command.alarmId)
      .executeTakeFirst();
    const alarm = row === undefined ? null : alarmFromRow(row);
    const next =
      alarm === null
        ? null
        : nextAlarm(alarm, { kind: "acknowledge", by: command.by, atMs, comment: command.comment });
    const failure =
      alarm === null || alarm.siteId !== command.site
        ? "alarm-unknown"
        : alarm.rev !== command.rev
          ? "rev-stale"
          : next === null
            ? "state-conflict"
            : null;
    await tx.insertInto("commands").values({ key: command.key, failure, atMs }).execute();
    return { failure, rev: failure === null && next !== null ? await save(tx, next) : null };
  }

  async function save(tx: Db, alarm: Alarm): Promise<number> {
    const listRev = (await newestListRev(tx)) + 1;
    const row = alarmRow(alarm, listRev);
    await tx
      .insertInto("alarms")
      .values(row)
      .onConflict((conflict) => conflict.column("id").doUpdateSet(row))
      .execute();
    return listRev;
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

function ruleOf(plant: Plant, { ruleId, sourceId }: ConditionEvent): AlarmRule | null {
  const rules = plant.boilers.get(sourceId)?.rules ?? plant.gateways.get(sourceId)?.rules ?? [];
  return rules.find(({ id }) => id === ruleId) ?? null;
}

function newEpisode(rule: AlarmRule, { siteId, sourceId, sinceMs, atMs, evidence }: ConditionEvent): Alarm {
  return {
    id: `${rule.id}--${sourceId}--${sinceMs.toString(36)}`,
    ruleId: rule.id,
    siteId,
    sourceId,
    priority: rule.priority,
    state: "unacknowledged",
    sinceMs,
    lastSinceMs: sinceMs,
    announcedAtMs: atMs,
    returnedAtMs: null,
    occurrences: 1,
    acknowledgement: null,
    evidence,
    rev: 1,
  };
}
