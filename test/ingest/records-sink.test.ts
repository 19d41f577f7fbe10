import { describe, expect, test } from "vitest";
import { recordsSink } from "../../ingest/records-sink.ts";
import type { Outcome } from "../../ingest/sink.ts";
import type { ConditionEvent } from "../../ingest/stage.ts";
import type { RecordsDb } from "../../platform/records/records.ts";
import { sqliteRecords } from "../../platform/records/records.ts";
import { realWorld } from "../../platform/world.ts";
import { seededRandom } from "../../simulators/seeded-random.ts";
import { startMs, testPlant } from "../helpers/batches.ts";
import { memoryBroker } from "../helpers/memory-bus.ts";
import { temporaryFolder } from "../helpers/servers.ts";

const world = realWorld("silent");
const plant = testPlant();
const episodes = 500;
const kills = 50;

/** A journal of episodes that come and go, of people who answer, and of ticks; every one of them closes. */
function scripted(seed: number): readonly Outcome[] {
  const random = seededRandom(seed);
  const tags = ["low-o2", "high-co", "exhaust-near-dew-point"].flatMap((ruleId) =>
    ["b-1", "b-2"].map((sourceId) => ({ ruleId, sourceId })),
  );
  const outcomes: Outcome[] = [];
  let nowMs = startMs;
  const add = (entry: object, events: readonly ConditionEvent[] = []) => {
    nowMs += 1_000;
    const offset = outcomes.length + 1;
    outcomes.push({
      entry: { ...entry, offset, arrivedAtMs: nowMs } as Outcome["entry"],
      batch: null,
      newlyLost: 0,
      events,
    });
  };
  const tick = () => add({ kind: "tick", monotonicMs: nowMs, telemetryLag: 0 });
  const turn = (tag: (typeof tags)[number], turned: "on" | "off") => {
    const level = { priority: 2, latching: false, evidence: null, context: null } as const;
    const times = { sinceMs: nowMs, atMs: nowMs, late: false };
    add({ kind: "batch" }, [{ kind: "condition", siteId: "works", ...tag, turned, ...times, ...level }]);
  };
  for (let episode = 0; episode < episodes; episode += 1) {
    const tag = tags[episode % tags.length] ?? { ruleId: "low-o2", sourceId: "b-1" };
    turn(tag, "on");
    const sinceMs = nowMs - 1_000;
    // Low O₂ and CO escalate after ten minutes; now and then nobody comes before that.
    const waits = random() < 0.02 ? 700 : Math.floor(random() * 3);
    for (let second = 0; second < waits; second += 1) tick();
    turn(tag, "off");
    const rev = outcomes.length;
    const command = {
      v: 1,
      id: `c-${rev}`,
      site: "works",
      kind: "acknowledge",
      alarmId: `${tag.ruleId}--${tag.sourceId}--${sinceMs.toString(36)}`,
      rev: waits === 700 && tag.ruleId !== "exhaust-near-dew-point" ? 3 : 2,
      by: "lin",
      comment: null,
      key: `k-${episode}`,
    };
    add({ kind: "command", bytes: Buffer.from(JSON.stringify(command)) });
    if (random() < 0.1) add({ kind: "command", bytes: Buffer.from(JSON.stringify(command)) });
  }
  return outcomes;
}

async function ledger(db: RecordsDb) {
  const alarms = await db.selectFrom("alarms").selectAll().orderBy("id").execute();
  const changes = await db.selectFrom("alarmChanges").selectAll().orderBy("id").execute();
  const effects = await db.selectFrom("alarmEffects").selectAll().orderBy("id").execute();
  const failures = await db.selectFrom("commands").selectAll().orderBy("key").execute();
  return { alarms, changes, effects, failures };
}

describe("the records", () => {
  const journal = scripted(7);

  async function run(killedAt: readonly number[]) {
    const { db, stop } = await sqliteRecords(temporaryFolder());
    const bus = memoryBroker().connect();
    let sink = await recordsSink(db, plant, bus, world);
    let index = 0;
    for (const kill of [...killedAt, journal.length]) {
      for (; index < kill; index += 1) await sink.take(journal[index] as Outcome);
      if (kill === journal.length) break;
      // Nothing is stopped in order: what was only in memory is gone, and the pass begins well before the checkpoint.
      sink = await recordsSink(db, plant, bus, world);
      index = Math.max(0, sink.checkpoint - 20);
    }
    await sink.stop();
    const kept = await ledger(db);
    await stop();
    return kept;
  }

  test("of 500 episodes are the same to the last step after 50 kills: none missed, none twice", async () => {
    const random = seededRandom(3);
    const places = Array.from({ length: kills }, () => 1 + Math.floor(random() * (journal.length - 1)));
    const whole = await run([]);
    expect(whole.alarms).toHaveLength(episodes);
    expect(whole.alarms.every(({ state }) => state === "closed")).toBe(true);
    expect(whole.failures.every(({ failure }) => failure === null)).toBe(true);
    const escalated = whole.effects.filter(({ because }) => because === "escalated");
    expect(escalated.length).toBeGreaterThan(0);
    expect(await run(places.sort((a, b) => a - b))).toEqual(whole);
  });
});
