import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AlarmCommand } from "../../contracts/live.ts";
import { type Alarm, episodeId } from "../../domain/alarms/alarm.ts";
import { alarmDesk } from "../../ingest/alarm-desk.ts";
import { type PlantEvent, pipeline, type Stage } from "../../ingest/stage.ts";
import { stagesOf } from "../../ingest/stages/stages.ts";
import { sid, startMs, testPlant } from "../helpers/batches.ts";
import { frame } from "../helpers/frames.ts";
import { isLong } from "../helpers/long.ts";

const plant = testPlant();
const calm = { firing: 1, loadPercent: 80, o2DryPercent: 4 };
const origin = {
  siteId: "works",
  gatewayId: "gw-1",
  sid,
  seq: 1,
  timeSegment: 0,
  clockDoubtful: false,
  clockSetMs: 0,
};

/**
 * The stages with a desk behind them: what is open, what is over, and what people were told.
 * @param isSeen somebody acknowledges each alarm at once, so that each occurrence is one of its own
 */
function watched({ isSeen = false } = {}) {
  const { stages } = stagesOf(plant);
  const desk = alarmDesk(plant, []);
  const alarms = new Map<string, Alarm>();
  const told: string[] = [];
  let through = pipeline(stages, take);
  let nowMs = startMs;

  function take(event: PlantEvent): void {
    if (event.kind !== "condition" && event.kind !== "past-episode") return;
    const draft = desk.begin();
    if (event.kind === "condition")
      draft.condition(event, nowMs, alarms.get(episodeId(event, event.atMs)) ?? null);
    else draft.past(event, nowMs);
    if (isSeen) {
      for (const { alarm } of [...draft.changes])
        if (alarm.state === "unacknowledged") draft.command(acknowledging(alarm), nowMs);
    }
    draft.keep();
    for (const { alarm, effects } of draft.changes) {
      alarms.set(alarm.id, alarm);
      for (const effect of effects)
        if (effect.kind === "notify") told.push(`${alarm.ruleId} ${effect.because}`);
    }
  }

  return {
    told,
    alarms: () => [...alarms.values()],
    of: (ruleId: string) => [...alarms.values()].filter((alarm) => alarm.ruleId === ruleId),
    reading: (second: number, o2DryPercent: number | null, late = false) => {
      nowMs = Math.max(nowMs, startMs + second * 1_000);
      const values = { ...calm, o2DryPercent };
      through({
        kind: "reading",
        origin: { ...origin, late },
        frame: frame(values, startMs + second * 1_000),
      });
    },
    tick: (second: number) => {
      nowMs = startMs + second * 1_000;
      through({ kind: "tick", atMs: nowMs, monotonicMs: second * 1_000, telemetryLag: 0 });
    },
    /** As a restart does: what the stages remember goes over a disk. */
    restart: () => {
      const saved = JSON.parse(JSON.stringify(stages.map((stage) => [stage.name, stage.memory()]))) as [
        string,
        unknown,
      ][];
      const again: readonly Stage[] = stagesOf(plant).stages;
      for (const stage of again) stage.recall(new Map(saved).get(stage.name) ?? null);
      through = pipeline(again, take);
    },
  };
}

function acknowledging({ id: alarmId, rev, siteId: site }: Alarm): AlarmCommand {
  const command = { v: 1, kind: "acknowledge", id: "c", key: "k", site, by: "lin", comment: null } as const;
  return { ...command, alarmId, rev };
}

/** A second at a time; while the link is away only time passes. */
function run(
  plantRun: ReturnType<typeof watched>,
  from: number,
  to: number,
  o2: (second: number) => number | null,
) {
  for (let second = from; second < to; second += 1) {
    plantRun.tick(second);
    plantRun.reading(second, o2(second));
  }
}
const low = 1.5;
const good = 4;

describe("late data", () => {
  test("P38: an episode that was over before its data came is written down, marked late, and pages nobody", () => {
    const it = watched();
    const o2 = (second: number) => (second >= 200 && second < 300 ? low : good);
    run(it, 0, 120, o2);
    for (let second = 120; second < 600; second += 1) it.tick(second);
    run(it, 600, 620, o2);
    for (let second = 120; second < 600; second += 1) it.reading(second, o2(second), true);
    run(it, 620, 700, o2);
    expect(it.of("low-o2")).toMatchObject([
      {
        state: "closed",
        late: true,
        occurrences: 1,
        sinceMs: startMs + 200_000,
        returnedAtMs: startMs + 360_000,
        evidence: { kind: "point", value: low, limit: 2 },
      },
    ]);
    expect(it.told.filter((each) => each.startsWith("low-o2"))).toEqual([]);
  });

  test("what still holds where the backlog meets the live readings is announced once, with its true onset", () => {
    const it = watched();
    const o2 = (second: number) => (second >= 300 ? low : good);
    run(it, 0, 120, o2);
    for (let second = 120; second < 600; second += 1) it.tick(second);
    run(it, 600, 610, o2); // not long enough for the live data alone
    for (let second = 120; second < 599; second += 1) it.reading(second, o2(second), true);
    expect(it.of("low-o2")).toEqual([]);
    it.reading(599, o2(599), true);
    expect(it.of("low-o2")).toHaveLength(1);
    run(it, 610, 700, o2);
    expect(it.of("low-o2")).toMatchObject([
      { state: "unacknowledged", late: true, sinceMs: startMs + 300_000 },
    ]);
    expect(it.told.filter((each) => each.startsWith("low-o2"))).toEqual(["low-o2 new"]);
  });

  test("what the live readings have announced already gets its true onset, and no second announcement", () => {
    const it = watched();
    const o2 = (second: number) => (second >= 300 ? low : good);
    run(it, 0, 120, o2);
    for (let second = 120; second < 600; second += 1) it.tick(second);
    run(it, 600, 700, o2);
    expect(it.of("low-o2")).toMatchObject([{ late: false, sinceMs: startMs + 600_000 }]);
    for (let second = 120; second < 600; second += 1) it.reading(second, o2(second), true);
    run(it, 700, 720, o2);
    expect(it.of("low-o2")).toMatchObject([{ late: true, sinceMs: startMs + 300_000, occurrences: 1 }]);
    expect(it.told.filter((each) => each.startsWith("low-o2"))).toEqual(["low-o2 new"]);
  });

  test("what held before the gap and after it stays one alarm, whatever the gap shows", () => {
    const it = watched();
    const o2 = (second: number) => (second >= 60 && (second < 200 || second > 300) ? low : good);
    run(it, 0, 120, o2);
    for (let second = 120; second < 600; second += 1) it.tick(second);
    run(it, 600, 610, o2);
    for (let second = 120; second < 600; second += 1) it.reading(second, o2(second), true);
    run(it, 610, 640, o2);
    expect(it.of("low-o2").filter(({ state }) => state !== "closed")).toMatchObject([
      { state: "unacknowledged", sinceMs: startMs + 60_000, occurrences: 1 },
    ]);
    expect(it.told.filter((each) => each.startsWith("low-o2"))).toEqual(["low-o2 new"]);
  });

  test("what held at the end of a backlog, and is over in the first live reading, is over", () => {
    const it = watched();
    const o2 = (second: number) => (second >= 300 && second < 600 ? low : good);
    run(it, 0, 120, o2);
    for (let second = 120; second < 600; second += 1) it.tick(second);
    run(it, 600, 700, o2);
    for (let second = 120; second < 600; second += 1) it.reading(second, o2(second), true);
    run(it, 700, 720, o2);
    expect(it.of("low-o2")).toMatchObject([
      { state: "closed", late: true, sinceMs: startMs + 300_000, returnedAtMs: startMs + 660_000 },
    ]);
    expect(it.told.filter((each) => each.startsWith("low-o2"))).toEqual([]);
  });

  test("a live reading that says nothing decides nothing: the next that does, decides", () => {
    const it = watched();
    const o2 = (second: number) => (second >= 600 && second < 620 ? null : second >= 300 ? low : good);
    run(it, 0, 120, o2);
    for (let second = 120; second < 600; second += 1) it.tick(second);
    run(it, 600, 605, o2);
    for (let second = 120; second < 600; second += 1) it.reading(second, o2(second), true);
    run(it, 605, 619, o2);
    expect(it.of("low-o2")).toEqual([]);
    run(it, 619, 622, o2);
    expect(it.of("low-o2")).toMatchObject([{ state: "unacknowledged", sinceMs: startMs + 300_000 }]);
  });

  test("what was over behind the gap stays over, whatever has begun again by the time that the backlog is here", () => {
    const it = watched();
    const isLow = (second: number) => (second >= 100 && second < 145) || second >= 225;
    const o2 = (second: number) => (isLow(second) ? low : good);
    run(it, 0, 10, o2);
    for (let second = 10; second < 165; second += 1) it.tick(second);
    run(it, 165, 240, o2);
    for (let second = 10; second < 165; second += 1) it.reading(second, o2(second), true);
    run(it, 240, 260, o2);
    expect(it.of("low-o2").map(({ sinceMs, late }) => [(sinceMs - startMs) / 1_000, late])).toEqual([
      [100, true],
      [225, false],
    ]);
  });

  test("what has waited long enough by its true onset is told, though the live readings alone had not seen that", () => {
    const it = watched();
    const o2 = (second: number) => (second >= 225 && second < 270 ? low : good);
    run(it, 0, 10, o2);
    for (let second = 10; second < 240; second += 1) it.tick(second);
    run(it, 240, 269, o2);
    for (let second = 10; second < 240; second += 1) it.reading(second, o2(second), true);
    run(it, 269, 400, o2);
    expect(it.of("low-o2")).toMatchObject([{ sinceMs: startMs + 225_000, late: true, occurrences: 1 }]);
    expect(it.told.filter((each) => each.startsWith("low-o2"))).toEqual(["low-o2 new"]);
  });

  test("a backlog that ends in the middle keeps nothing from people for longer than a minute", () => {
    const it = watched();
    const o2 = (second: number) => (second >= 300 ? low : good);
    run(it, 0, 120, o2);
    for (let second = 120; second < 600; second += 1) it.tick(second);
    it.reading(600, null);
    for (let second = 120; second < 400; second += 1) it.reading(second, o2(second), true);
    run(it, 601, 625, o2);
    expect(it.of("low-o2")).toEqual([]);
    run(it, 625, 700, o2);
    expect(it.of("low-o2")).toMatchObject([{ sinceMs: startMs + 300_000, late: true }]);
    for (let second = 400; second < 600; second += 1) it.reading(second, o2(second), true);
    run(it, 700, 720, o2);
    expect(it.of("low-o2")).toHaveLength(1);
    expect(it.told.filter((each) => each.startsWith("low-o2"))).toEqual(["low-o2 new"]);
  });

  test("what begins in one gap and ends in the next is one episode, though the live readings between told of none", () => {
    const it = watched();
    const o2 = (second: number) => (second >= 280 && second < 340 ? low : good);
    run(it, 0, 120, o2);
    for (let second = 120; second < 300; second += 1) it.tick(second);
    run(it, 300, 305, o2);
    for (let second = 305; second < 500; second += 1) it.tick(second);
    run(it, 500, 520, o2);
    const backlog = Array.from({ length: 380 }, (_, index) => 120 + index);
    for (const second of backlog) if (second < 300 || second >= 305) it.reading(second, o2(second), true);
    expect(it.of("low-o2").map(timesOf)).toEqual(["280 to 400"]);
    expect(it.told.filter((each) => each.startsWith("low-o2"))).toEqual([]);
  });

  test("with outages anywhere, episodes begin and end as they would have without any, also over restarts", () => {
    const episode = fc.record({
      lengthS: fc.integer({ min: 20, max: 200 }),
      pauseS: fc.integer({ min: 20, max: 300 }),
    });
    const outage = fc.record({
      place: fc.double({ min: 0, max: 1, noNaN: true }),
      lengthS: fc.integer({ min: 10, max: 900 }),
    });
    const scene = fc.record({
      episodes: fc.array(episode, { minLength: 1, maxLength: 5 }),
      outages: fc.array(outage, { minLength: 1, maxLength: 3 }),
      liveFirstS: fc.integer({ min: 1, max: 400 }),
      restartAt: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    let seenLate = 0;
    let seenCut = 0;
    fc.assert(
      fc.property(scene, ({ episodes, outages, liveFirstS, restartAt }) => {
        const lows: (readonly [number, number])[] = [];
        let second = 100;
        for (const { lengthS, pauseS } of episodes) {
          lows.push([second, second + lengthS]);
          second += lengthS + pauseS;
        }
        const o2 = (at: number) => (lows.some(([from, to]) => at >= from && at < to) ? low : good);
        const endS = second + 1_500;
        const uncut = watched({ isSeen: true });
        run(uncut, 0, endS, o2);
        const wanted = uncut.of("low-o2").map(timesOf);

        // An outage begins while nothing holds, nor is about to: what holds through it is another sentence.
        const starts = Array.from({ length: second }, (_, at) => at).filter(
          (at) => at > 5 && lows.every(([from, to]) => at <= from || at > to + 61),
        );
        const it = watched({ isSeen: true });
        const backlog: number[] = [];
        let nowS = 0;
        for (const { place, lengthS } of outages) {
          const after = starts.filter((at) => at > nowS + 5);
          const fromS = after[Math.floor(place * (after.length - 1))];
          if (fromS === undefined) continue;
          const toS = fromS + lengthS;
          run(it, nowS, fromS, o2);
          for (let at = fromS; at < toS; at += 1) {
            it.tick(at);
            backlog.push(at);
          }
          if (lows.some(([from, to]) => from < toS && to > toS)) seenCut += 1;
          nowS = toS;
        }
        run(it, nowS, nowS + liveFirstS, o2);
        const restart = Math.floor(restartAt * (backlog.length - 1));
        for (const [index, at] of backlog.entries()) {
          if (index === restart) it.restart();
          it.reading(at, o2(at), true);
        }
        run(it, nowS + liveFirstS, Math.max(endS, nowS + liveFirstS + 200), o2);
        const seen = it.of("low-o2");
        seenLate += seen.filter(({ late }) => late).length;
        expect(seen.map(timesOf).sort()).toEqual(wanted.sort());
      }),
      { numRuns: isLong ? 500 : 25, seed: 38 },
    );
    expect(seenLate).toBeGreaterThan(5);
    expect(seenCut).toBeGreaterThan(5);
  });
});

/** When it began and ended, in seconds. */
function timesOf({ sinceMs, returnedAtMs }: Alarm): string {
  const second = (ms: number | null) => (ms === null ? "holds" : (ms - startMs) / 1_000);
  return `${second(sinceMs)} to ${second(returnedAtMs)}`;
}
