import { describe, expect, test } from "vitest";
import type { Alarm } from "../../domain/alarms/alarm.ts";
import { type AlarmStepTaken, alarmKpis } from "../../domain/alarms/kpi.ts";
import type { AlarmRule } from "../../domain/alarms/rule.ts";
import { type AlarmChange, alarmDesk } from "../../ingest/alarm-desk.ts";
import type { Plant } from "../../ingest/plant.ts";
import { type PlantEvent, pipeline, type Stage } from "../../ingest/stage.ts";
import { stagesOf } from "../../ingest/stages/stages.ts";
import { seededRandom } from "../../simulators/seeded-random.ts";
import { sid, startMs, testPlant } from "../helpers/batches.ts";
import { frame } from "../helpers/frames.ts";

const hour = 3_600;
const minute = 60;

/** The stages and the desk behind them, which can be stopped and begun again from what they had kept. */
function engine(plant: Plant = testPlant()) {
  let stages: readonly Stage[] = stagesOf(plant).stages;
  let desk = alarmDesk(plant, []);
  let open = new Map<string, Alarm>();
  const changes: AlarmChange[] = [];
  let nowMs = startMs;
  const drafted = (act: (draft: ReturnType<typeof desk.begin>) => void) => {
    const draft = desk.begin();
    act(draft);
    draft.keep();
    for (const change of draft.changes) {
      changes.push(change);
      if (change.alarm.state === "closed") open.delete(change.alarm.id);
      else open.set(change.alarm.id, change.alarm);
    }
  };
  const take = (event: PlantEvent) => {
    if (event.kind === "condition") drafted((draft) => draft.condition(event, nowMs));
  };
  let through = pipeline(stages, take);
  return {
    changes,
    open: () => [...open.values()],
    heard: (second: number) =>
      through({
        kind: "heard",
        siteId: "works",
        gatewayId: "gw-1",
        atMs: startMs + second * 1_000,
        clockOffsetMs: 0,
      }),
    reading: (second: number, values: Readonly<Record<string, number | null>>) => {
      const origin = {
        siteId: "works",
        gatewayId: "gw-1",
        sid,
        seq: 1,
        timeSegment: 0,
        late: false,
        clockDoubtful: false,
        clockSetMs: 0,
      };
      through({ kind: "reading", origin, frame: frame(values, startMs + second * 1_000) });
    },
    tick: (second: number) => {
      nowMs = startMs + second * 1_000;
      through({ kind: "tick", atMs: nowMs, monotonicMs: second * 1_000, telemetryLag: 0 });
      drafted((draft) => draft.tick(nowMs));
    },
    command: (alarm: Alarm, kind: "acknowledge" | "shelve" | "reset", second: number) => {
      const common = {
        v: 1,
        id: "c",
        site: "works",
        alarmId: alarm.id,
        rev: alarm.rev,
        by: "lin",
        key: `${second}`,
      } as const;
      const atMs = startMs + second * 1_000;
      drafted((draft) => {
        if (kind === "acknowledge") draft.command({ ...common, kind, comment: null }, atMs);
        else if (kind === "reset") draft.command({ ...common, kind }, atMs);
        else
          draft.command(
            { ...common, kind, reason: "noisy", untilMs: atMs + 900_000, asEngineer: true },
            atMs,
          );
      });
    },
    /** Everything goes over a disk: what the stages remember, and the alarms that are not closed. */
    restart: () => {
      const saved = new Map(
        JSON.parse(JSON.stringify(stages.map((stage) => [stage.name, stage.memory()]))) as [
          string,
          unknown,
        ][],
      );
      const alarms = JSON.parse(JSON.stringify([...open.values()])) as Alarm[];
      stages = stagesOf(plant).stages;
      for (const stage of stages) stage.recall(saved.get(stage.name) ?? null);
      through = pipeline(stages, take);
      desk = alarmDesk(plant, alarms);
      open = new Map(alarms.map((alarm) => [alarm.id, alarm]));
    },
  };
}

const burning = { firing: 1, loadPercent: 80 };
const notified = (changes: readonly AlarmChange[]) =>
  changes.flatMap(({ alarm, effects }) =>
    effects.flatMap((effect) =>
      effect.kind === "notify" ? [`${alarm.ruleId} ${alarm.sourceId} ${effect.because}`] : [],
    ),
  );

describe("P30: a restart", () => {
  /** Every state and timer of the annunciation is passed: delays, escalation, latch, shelf, return, reset. */
  function course(restartAt: readonly number[]) {
    const it = engine();
    const random = seededRandom(30);
    for (let second = 0; second < 2 * hour; second += 1) {
      // For a quarter of an hour nobody comes.
      const nobodyComes = second >= 3_400 && second < 4_400;
      const o2 = nobodyComes || second % 1_700 < 120 ? 1.5 : second % 1_700 < 200 ? 0.8 : 4;
      it.heard(second);
      it.tick(second);
      it.reading(second, { ...burning, o2DryPercent: second % 411 < 9 ? null : o2 });
      if (restartAt.includes(second)) it.restart();
      for (const alarm of it.open()) {
        if (random() > 0.002 || nobodyComes) continue;
        if (
          alarm.state === "unacknowledged" ||
          alarm.state === "latched-unacknowledged" ||
          alarm.state === "returned"
        )
          it.command(alarm, random() < 0.7 ? "acknowledge" : "shelve", second);
        else if (alarm.state === "latched-acknowledged") it.command(alarm, "reset", second);
      }
    }
    return it.changes;
  }

  test("at any moment changes nothing: the same states, episodes and timers, nothing told again", () => {
    const whole = course([]);
    const states = new Set(whole.map(({ alarm }) => alarm.state));
    for (const state of [
      "unacknowledged",
      "acknowledged",
      "latched-unacknowledged",
      "latched-acknowledged",
      "shelved",
      "closed",
    ] as const)
      expect([...states], state).toContain(state);
    expect(notified(whole).some((each) => each.endsWith("escalated"))).toBe(true);
    const random = seededRandom(31);
    const places = Array.from({ length: 100 }, () => Math.floor(random() * 2 * hour));
    expect(course(places)).toEqual(whole);
  });
});

describe("P35: a gateway that falls silent", () => {
  test("is one alarm within 30 s of its silence; what its boilers had is hidden by design, and nothing of them is told", () => {
    const it = engine();
    const at = (second: number) => (second < 100 ? 4 : 1.5);
    for (let second = 0; second < 200; second += 1) {
      it.heard(second);
      it.tick(second);
      it.reading(second, { ...burning, o2DryPercent: at(second) });
    }
    expect(notified(it.changes)).toEqual(["low-o2 b-1 new"]);
    for (let second = 200; second < 200 + 10 * minute; second += 1) it.tick(second);
    const silent = it.changes.filter(({ alarm }) => alarm.ruleId === "gateway-silent");
    expect(silent).toHaveLength(1);
    const [first] = silent;
    expect((first?.event.nowMs ?? 0) - (startMs + 199_000)).toBeLessThanOrEqual(31_000);
    expect(notified(it.changes)).toEqual(["low-o2 b-1 new", "gateway-silent gw-1 new"]);
    expect(
      it
        .open()
        .map(({ ruleId, state }) => `${ruleId} ${state}`)
        .sort(),
    ).toEqual(["gateway-silent unacknowledged", "low-o2 suppressed"]);
  });
});

describe("P36: a signal that chatters", () => {
  const chatter = (second: number, limit: number, deadband: number, side: 1 | -1) =>
    limit + side * 1.5 * deadband * (second % 2 === 0 ? 1 : -1);

  test("by one and a half deadbands around its limit for an hour, every second, raises nothing where a delay stands before it", () => {
    const it = engine();
    for (let second = 0; second < hour; second += 1) {
      it.heard(second);
      it.tick(second);
      it.reading(second, { ...burning, o2DryPercent: chatter(second, 2, 0.2, 1) });
    }
    expect(it.changes.filter(({ alarm }) => alarm.ruleId === "low-o2")).toEqual([]);
  });

  test("is one episode without delays, flagged as chattering, told at most once a minute", () => {
    const base = testPlant();
    const boiler = base.boilers.get("b-1");
    if (boiler === undefined) throw new Error("no boiler");
    const [edition] = boiler.editions;
    const withoutDelay = (rule: AlarmRule): AlarmRule =>
      rule.id === "low-o2"
        ? { ...rule, firingForMs: null, levels: [{ ...rule.levels[0], onDelayMs: 0, offDelayMs: 0 }] }
        : rule;
    const editions = [{ ...edition, rules: edition.rules.map(withoutDelay) }] as const;
    const it = engine({ ...base, boilers: new Map([["b-1", { ...boiler, editions }]]) });
    for (let second = 0; second < hour; second += 1) {
      it.heard(second);
      it.tick(second);
      it.reading(second, { ...burning, o2DryPercent: chatter(second, 2, 0.2, 1) });
    }
    const ofO2 = it.changes.filter(({ alarm }) => alarm.ruleId === "low-o2");
    expect(new Set(ofO2.map(({ alarm }) => alarm.id)).size).toBe(1);
    const steps = ofO2.map(
      ({ alarm: { id, ruleId, sourceId, state, priority }, event }): AlarmStepTaken => ({
        alarmId: id,
        ruleId,
        sourceId,
        state,
        priority,
        kind: event.kind,
        atMs: event.nowMs,
      }),
    );
    const kpis = alarmKpis(steps, startMs, startMs + hour * 1_000);
    expect(kpis.chattering).toMatchObject([{ ruleId: "low-o2", sourceId: "b-1" }]);
    const told = notified(ofO2).filter((each) => !each.endsWith("escalated"));
    expect(told.length).toBeLessThanOrEqual(61);
  });
});
