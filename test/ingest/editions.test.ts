import { describe, expect, test } from "vitest";
import type { AlarmLevel, AlarmRule } from "../../domain/alarms/rule.ts";
import { readingOf } from "../../domain/frame.ts";
import { dayStartMs } from "../../domain/limits.ts";
import type { Values } from "../../domain/reading.ts";
import { alarmDesk } from "../../ingest/alarm-desk.ts";
import type { Plant, PlantBoiler } from "../../ingest/plant.ts";
import { type ConditionEvent, type PlantEvent, pipeline, type Stage } from "../../ingest/stage.ts";
import { derive } from "../../ingest/stages/derive.ts";
import { judge } from "../../ingest/stages/judge.ts";
import { raiseAlarms } from "../../ingest/stages/raise-alarms.ts";
import { screen } from "../../ingest/stages/screen.ts";
import { sid, testPlant } from "../helpers/batches.ts";
import { boiler, fuel } from "../helpers/boilers.ts";
import { catalogue, frame } from "../helpers/frames.ts";

/** Where one edition of everything ends and the next begins. */
const newYear = "2026-01-01";
const midnightMs = dayStartMs(newYear);
const gas = fuel("natural-gas");
/** The rules and limits that only the old, or only the new year knows, and one with another limit in each. */
const plant = twoYears();

function twoYears(): Plant {
  const known = testPlant({ stepMs: 2_000, windowMs: 20_000, afterLightOffMs: 0 });
  const entry = known.boilers.get("b-1") as PlantBoiler;
  const [edition] = entry.editions;
  const rule = (id: string, changes: Partial<AlarmLevel> = {}): AlarmRule => {
    const found = edition.rules.find((each) => each.id === id) as AlarmRule;
    const [level] = found.levels;
    return { ...found, firingForMs: null, levels: [{ ...level, ...changes }] };
  };
  const tables = edition.tables.map((each) => {
    const airRatio = each.tables.airRatio.map((row) => ({ ...row, limit: row.limit && 1.1 }));
    return { ...each, validFrom: newYear, source: "the new year", tables: { ...each.tables, airRatio } };
  });
  const highCo = (limit: number) =>
    rule("high-co", { limit, deadband: 10, onDelayMs: 10_000, offDelayMs: 10_000 });
  const at = (fromMs: number, ncvMjPerUnit: number, rules: readonly AlarmRule[]) => ({
    ...edition,
    fromMs,
    boiler: boiler({ fuels: [{ ...gas, ncvMjPerUnit }] }),
    tables: [...edition.tables, ...tables],
    rules,
  });
  const lowO2 = rule("low-o2", { limit: 5, deadband: 0.1, onDelayMs: 10_000 });
  const b1: PlantBoiler = {
    ...entry,
    editions: [
      at(0, 36, [highCo(400), lowO2]),
      at(midnightMs, 40, [highCo(200), rule("air-ratio-above-table")]),
    ],
  };
  return { ...known, boilers: new Map([["b-1", b1]]) };
}

const stagesOf = (): readonly Stage[] => [screen(catalogue), derive(plant), judge(plant), raiseAlarms(plant)];

const burning = {
  firing: 1,
  loadPercent: 80,
  o2DryPercent: 3,
  exhaustTempC: 150,
  coDryPpm: 300,
  naturalGasFlowNm3PerH: 500,
};

function reading(second: number, values: Values = burning, late = false): PlantEvent {
  const origin = {
    ...{ siteId: "works", gatewayId: "gw-1", sid, seq: 1, timeSegment: 0 },
    ...{ late, clockDoubtful: false, clockSetMs: 0 },
  };
  // Every signal moves a little, as signals do.
  const moved = { ...values, exhaustTempC: 150 + (second % 3) / 10 };
  return { kind: "reading", origin, frame: frame(moved, midnightMs + second * 1_000) };
}

function tick(second: number, atMs: number): PlantEvent {
  return { kind: "tick", atMs, monotonicMs: second * 1_000, telemetryLag: null };
}

/** What comes of events, with what the stages remember after them. */
function outcome(events: readonly PlantEvent[], memories: readonly unknown[] | null = null) {
  const stages = stagesOf();
  for (const [index, stage] of stages.entries()) stage.recall(memories?.[index] ?? null);
  const out: PlantEvent[] = [];
  const through = pipeline(stages, (event) => {
    out.push(event);
  });
  for (const event of events) through(event);
  return { out, memories: stages.map((stage) => JSON.parse(JSON.stringify(stage.memory()))) };
}

const conditionsOf = (out: readonly PlantEvent[]) =>
  out.filter((event): event is ConditionEvent => event.kind === "condition");
const told = (out: readonly PlantEvent[]) =>
  conditionsOf(out).map(({ ruleId, turned, atMs }) => `${ruleId} ${turned} ${(atMs - midnightMs) / 1_000}`);
/** From 100 s before midnight to 100 s after it. */
const night = () => Array.from({ length: 200 }, (_, index) => reading(index - 100));

describe("across the midnight on which other rules begin", () => {
  test("each reading is held against the rules of its own day; a rule that has ended holds nothing", () => {
    const { out } = outcome(night());
    expect(told(out)).toEqual([
      "low-o2 on -90",
      "low-o2 off 0",
      // 250 ppm at 6 % O₂, below the old limit of 400 and above the new one of 200: from its first second on.
      "high-co on 10",
      // The window that ends at midnight is the old year's.
      expect.stringMatching(/^air-ratio-above-table on /),
    ]);
    const evidence = conditionsOf(out).map(({ sinceMs, evidence }) => ({ sinceMs, evidence }));
    expect(evidence[2]).toMatchObject({ sinceMs: midnightMs, evidence: { value: 250, limit: 200 } });
    expect(evidence[3]?.evidence).toMatchObject({ limit: 1.1, source: "the new year", inForceFrom: newYear });
  });

  test("verdicts and derived values, too", () => {
    const { out } = outcome(night());
    const judged = out.flatMap((event) => (event.kind === "judged" ? [event] : []));
    const limits = judged.map(({ verdicts: { airRatio } }) =>
      airRatio.kind === "within" || airRatio.kind === "above" ? airRatio.limit : null,
    );
    expect([limits[99], limits[102]]).toEqual([1.3, 1.1]);
    const heat = judged.map((event) => readingOf(event.frame, catalogue).values["heatInputLhvKw"]);
    expect([heat[99], heat[100]]).toEqual([5_000, 500 * (40 / 3.6)]);
  });

  test("a late reading of the old year is the old year's, and neither raises nor ends an alarm of the new one", () => {
    const late = reading(-50, { ...burning, coDryPpm: 0 }, true);
    const { out } = outcome([...night(), late, ...Array.from({ length: 50 }, (_, at) => reading(100 + at))]);
    const ofLate = out.find((event) => event.kind === "judged" && event.origin.late);
    expect(ofLate?.kind === "judged" && readingOf(ofLate.frame, catalogue).values).toMatchObject({
      heatInputLhvKw: 5_000,
      coDryPpm: 0,
    });
    expect(told(out)).toEqual(told(outcome(night()).out));
  });

  test("a backlog that comes in the morning is judged as if it had come in time", () => {
    const morningMs = midnightMs + 8 * 3_600_000;
    const inTime = outcome(night());
    // Between the readings of the old year, ingest's own clock says that the new one has long begun.
    const backlog = night().flatMap((event, index) =>
      index % 50 === 0 ? [event, tick(0, morningMs)] : [event],
    );
    expect(told(outcome(backlog).out)).toEqual(told(inTime.out));
  });

  test("taken up again at any place, also at midnight, it comes to the same", () => {
    const events = night();
    const whole = told(outcome(events).out);
    for (const place of [50, 99, 100, 101, 105, 130]) {
      const before = outcome(events.slice(0, place));
      const after = outcome(events.slice(place), before.memories);
      expect([...told(before.out), ...told(after.out)]).toEqual(whole);
    }
  });

  test("a silent boiler's alarm ends with its rule, at the boiler's own midnight", () => {
    const silent = Array.from({ length: 120 }, (_, index) => tick(index, midnightMs - 1_000));
    const { out } = outcome([tick(0, 0), ...night().slice(0, 40), ...silent]);
    // Heard last 61 s before midnight.
    expect(told(out)).toEqual(["low-o2 on -90", "low-o2 off 0"]);
  });

  test("an alarm has the settings of its onset; by name, only a rule in force now can be shelved", () => {
    const onset = conditionsOf(outcome(night()).out).find(({ ruleId }) => ruleId === "low-o2");
    if (onset === undefined) throw new Error("low-o2 did not come");
    const morningMs = midnightMs + 8 * 3_600_000;
    const late = alarmDesk(plant, []).begin();
    late.condition(onset, morningMs);
    // It escalates ten minutes after it was announced, as the rule of its day has it.
    expect(late.changes[0]?.alarm.dueMs).toBe(morningMs + 600_000);

    const shelved = (nowMs: number) => {
      const common = { v: 1, id: "c", site: "works", by: "lin", key: "k", rev: 0, asEngineer: true } as const;
      const wish = { kind: "shelve", alarmId: "low-o2--b-1", reason: "r", untilMs: nowMs + 60_000 } as const;
      return alarmDesk(plant, [])
        .begin()
        .command({ ...common, ...wish }, nowMs);
    };
    expect([shelved(midnightMs - 1), shelved(midnightMs)]).toEqual([null, "alarm-unknown"]);
  });
});
