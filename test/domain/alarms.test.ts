import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Alarm, type AlarmEvent, type AlarmState, nextAlarm } from "../../domain/alarms/alarm.ts";
import {
  type Condition,
  conditionFalse,
  nextCondition,
  type Standing,
  standingToUpperLimit,
} from "../../domain/alarms/condition.ts";

const settings = { onDelayMs: 60_000, offDelayMs: 30_000, badHoldMs: 60_000 };
const seconds = (count: number) => count * 1_000;

/** Feeds `[standing, at second]` one after the other and says what came of it. */
function fed(...samples: readonly (readonly [Standing, number])[]) {
  let condition: Condition = conditionFalse;
  const effects: string[] = [];
  for (const [standing, second] of samples) {
    const next = nextCondition(condition, standing, seconds(second), settings);
    condition = next.condition;
    if (next.effect?.kind === "on") effects.push(`on since ${next.effect.sinceMs / 1_000} at ${second}`);
    if (next.effect?.kind === "off") effects.push(`off at ${second}`);
  }
  return { condition, effects };
}

describe("the condition of an alarm", () => {
  test("holds after its delay, since its first moment", () => {
    expect(fed(["beyond", 10], ["beyond", 69], ["beyond", 70]).effects).toEqual(["on since 10 at 70"]);
  });

  test("one sample inside before the delay is over begins anew; the deadband does not help it", () => {
    expect(
      fed(["beyond", 0], ["between", 30], ["beyond", 40], ["beyond", 70], ["beyond", 100]).effects,
    ).toEqual(["on since 40 at 100"]);
  });

  test("ends only inside the deadband for the whole off-delay", () => {
    const on = [
      ["beyond", 0],
      ["beyond", 60],
    ] as const;
    expect(fed(...on, ["between", 100], ["between", 900]).effects).toEqual(["on since 0 at 60"]);
    expect(
      fed(...on, ["inside", 100], ["between", 120], ["inside", 130], ["inside", 159]).effects,
    ).toHaveLength(1);
    expect(fed(...on, ["inside", 100], ["inside", 130]).effects).toEqual(["on since 0 at 60", "off at 130"]);
  });

  test("unknown data neither raise nor clear, and stop the clock", () => {
    expect(fed(["beyond", 0], ["unknown", 30], ["beyond", 70], ["beyond", 80]).effects).toEqual([]);
    expect(fed(["beyond", 0], ["unknown", 30], ["beyond", 70], ["beyond", 101]).effects).toEqual([
      "on since 0 at 101",
    ]);
    const on = [
      ["beyond", 0],
      ["beyond", 60],
    ] as const;
    expect(fed(...on, ["unknown", 70], ["unknown", 100_000]).effects).toHaveLength(1);
    expect(fed(...on, ["inside", 70], ["unknown", 80], ["unknown", 500]).effects).toHaveLength(1);
  });

  test("unknown for longer than the hold, a pending onset is given up", () => {
    expect(fed(["beyond", 0], ["unknown", 10], ["unknown", 71]).condition).toEqual(conditionFalse);
  });

  test("every state with every standing is defined, and bad data alone never has an effect", () => {
    const standing = fc.constantFrom<Standing>("beyond", "between", "inside", "unknown");
    const delays = fc.record({
      onDelayMs: fc.constantFrom(0, 5_000, 60_000),
      offDelayMs: fc.constantFrom(0, 5_000, 60_000),
      badHoldMs: fc.constantFrom(0, 10_000, 60_000),
    });
    fc.assert(
      fc.property(
        delays,
        fc.array(fc.tuple(standing, fc.integer({ min: 1, max: 40 })), { maxLength: 80 }),
        (each, steps) => {
          let condition: Condition = conditionFalse;
          let holds = false;
          let atMs = 0;
          for (const [sample, after] of steps) {
            atMs += seconds(after);
            const next = nextCondition(condition, sample, atMs, each);
            if (sample === "unknown" || sample === "between") expect(next.effect).toBeNull();
            if (next.effect?.kind === "on") {
              expect(holds).toBe(false);
              expect(sample).toBe("beyond");
              expect(atMs - next.effect.sinceMs).toBeGreaterThanOrEqual(each.onDelayMs);
              holds = true;
            }
            if (next.effect?.kind === "off") {
              expect(holds).toBe(true);
              expect(sample).toBe("inside");
              holds = false;
            }
            condition = next.condition;
            expect(condition.state === "true" || condition.state === "pending-off").toBe(holds);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test("equal to the limit is not beyond it; two decimals minus two decimals are exact", () => {
    expect(standingToUpperLimit(1.3, 1.3, 0.02)).toBe("between");
    expect(standingToUpperLimit(1.31, 1.3, 0.02)).toBe("beyond");
    expect(standingToUpperLimit(1.28, 1.3, 0.02)).toBe("inside");
    expect(standingToUpperLimit(1.43, 1.45, 0.02)).toBe("inside");
  });
});

describe("the annunciation of an alarm", () => {
  const alarm: Alarm = {
    id: "air-ratio-above-table--b-1--0",
    ruleId: "air-ratio-above-table",
    siteId: "works",
    sourceId: "b-1",
    priority: 2,
    state: "unacknowledged",
    sinceMs: 0,
    lastSinceMs: 0,
    announcedAtMs: 60_000,
    returnedAtMs: null,
    occurrences: 1,
    acknowledgement: null,
    evidence: null,
    rev: 1,
  };
  const events: Readonly<Record<AlarmEvent["kind"], AlarmEvent>> = {
    on: { kind: "on", sinceMs: 80_000, evidence: null },
    off: { kind: "off", atMs: 90_000 },
    acknowledge: { kind: "acknowledge", by: "lin", atMs: 90_000, comment: "damper" },
  };

  // The whole table: what is not listed changes nothing.
  const table: Readonly<Record<AlarmState, Partial<Record<AlarmEvent["kind"], AlarmState>>>> = {
    unacknowledged: { off: "returned", acknowledge: "acknowledged" },
    acknowledged: { off: "closed" },
    returned: { on: "unacknowledged", acknowledge: "closed" },
    closed: {},
  };
  const pairs = Object.keys(table).flatMap((state) =>
    Object.keys(events).map((kind) => [state as AlarmState, kind as AlarmEvent["kind"]] as const),
  );

  test.each(pairs)("%s, %s", (state, kind) => {
    const next = nextAlarm({ ...alarm, state }, events[kind]);
    const wanted = table[state][kind] ?? null;
    expect(next?.state ?? null).toBe(wanted);
    if (next !== null) expect(next.rev).toBe(2);
  });

  test("who acknowledged, when and why is kept; a return of the condition is another occurrence of one episode", () => {
    const returned = nextAlarm(alarm, events.off) as Alarm;
    expect(returned.returnedAtMs).toBe(90_000);
    const again = nextAlarm(returned, events.on) as Alarm;
    expect(again).toMatchObject({ id: alarm.id, occurrences: 2, returnedAtMs: null });
    const acknowledged = nextAlarm(again, events.acknowledge) as Alarm;
    expect(acknowledged.acknowledgement).toEqual({ by: "lin", atMs: 90_000, comment: "damper" });
  });
});
