import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Alarm,
  type AlarmEvent,
  type AlarmState,
  type AnnunciationSettings,
  alarmStates,
  holds,
  type Normal,
  nextAlarm,
} from "../../domain/alarms/alarm.ts";
import {
  type Condition,
  type ConditionSettings,
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

  /**
   * The same from the whole past each time, without any state but whether it holds: the newest run of samples that
   * speak for a change, less the time in which nothing was known.
   */
  function heldByHistory(
    samples: readonly (readonly [Standing, number])[],
    each: ConditionSettings,
  ): readonly boolean[] {
    let holds = false;
    let from = 0;
    return samples.map(([, atMs], index) => {
      const wanted = holds ? "inside" : "beyond";
      const run: (readonly [Standing, number])[] = [];
      let gapMs = 0;
      let lostMs = 0;
      for (let at = index; at >= from; at -= 1) {
        const sample = samples[at] ?? (["between", 0] as const);
        if (sample[0] !== wanted && sample[0] !== "unknown") break;
        run.unshift(sample);
      }
      while (run[0]?.[0] === "unknown") run.shift();
      let start = run[0]?.[1];
      let unknownMs: number | null = null;
      for (const [standing, sampleMs] of run) {
        if (standing === "unknown") {
          unknownMs ??= sampleMs;
          gapMs = sampleMs - unknownMs;
          if (!holds && gapMs >= each.badHoldMs) start = undefined;
          continue;
        }
        if (start === undefined) {
          start = sampleMs;
          lostMs = 0;
        } else if (unknownMs !== null) lostMs += sampleMs - unknownMs;
        unknownMs = null;
      }
      const delayMs = holds ? each.offDelayMs : each.onDelayMs;
      const speaks = run.at(-1)?.[0] === wanted && samples[index]?.[0] === wanted;
      if (speaks && start !== undefined && atMs - start - lostMs >= delayMs) {
        holds = !holds;
        from = index + 1;
      }
      return holds;
    });
  }

  test("10,000 courses of good, bad and missing data agree with a model that only looks back", () => {
    const standing = fc.constantFrom<Standing>("beyond", "beyond", "between", "inside", "inside", "unknown");
    const delays = fc.record({
      onDelayMs: fc.constantFrom(0, 5_000, 60_000),
      offDelayMs: fc.constantFrom(0, 5_000, 60_000),
      badHoldMs: fc.constantFrom(0, 10_000, 60_000),
    });
    const course = fc.array(fc.tuple(standing, fc.integer({ min: 1, max: 40 })), { maxLength: 40 });
    fc.assert(
      fc.property(delays, course, (each, steps) => {
        let atMs = 0;
        const samples = steps.map(([sample, after]) => {
          atMs += seconds(after);
          return [sample, atMs] as const;
        });
        let condition: Condition = conditionFalse;
        const held = samples.map(([sample, sampleMs]) => {
          condition = nextCondition(condition, sample, sampleMs, each).condition;
          return condition.state === "true" || condition.state === "pending-off";
        });
        expect(held).toEqual(heldByHistory(samples, each));
      }),
      { numRuns: 10_000 },
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
  const nowMs = 1_000_000;
  const hour = 3_600_000;
  const tag = { ruleId: "low-o2", siteId: "works", sourceId: "b-1" };
  const normal: Normal = { state: "normal", ...tag };
  const settings: AnnunciationSettings = {
    mostUrgent: 2,
    acknowledgement: "required",
    escalateAfterMs: 600_000,
    reAlarmAfterMs: 8 * hour,
    reNotifyHoldMs: 60_000,
  };
  const level = { priority: 2, latching: false, evidence: null, context: null } as const;
  const root = { ruleId: "gateway-silent", sourceId: "gw-1" };
  const asEngineer = true;
  const by = "lin";
  const events = {
    on: { kind: "on", sinceMs: nowMs - 30_000, atMs: nowMs, nowMs, firstOut: null, late: false, ...level },
    backdate: { kind: "backdate", sinceMs: nowMs - hour, wasMs: nowMs - 30_000, nowMs },
    raised: { kind: "raised", nowMs, ...level, priority: 1 },
    lowered: { kind: "lowered", nowMs, ...level, priority: 3 },
    off: { kind: "off", atMs: nowMs, nowMs },
    tick: { kind: "tick", nowMs },
    suppress: { kind: "suppress", root, nowMs },
    unsuppress: { kind: "unsuppress", root, nowMs },
    acknowledge: { kind: "acknowledge", by, nowMs, comment: "damper" },
    comment: { kind: "comment", by, nowMs, comment: "seen" },
    reset: { kind: "reset", by, nowMs },
    shelve: { kind: "shelve", by, nowMs, reason: "noisy", untilMs: nowMs + hour, asEngineer },
    unshelve: { kind: "unshelve", by, nowMs },
    "take-out-of-service": {
      kind: "take-out-of-service",
      by,
      nowMs,
      reason: "probe out",
      workOrder: "W-1",
      reviewMs: nowMs + 24 * hour,
      asEngineer,
    },
    "put-in-service": { kind: "put-in-service", by, nowMs, asEngineer },
  } satisfies Readonly<Record<AlarmEvent["kind"], AlarmEvent>>;

  function stepped(
    from: Alarm | Normal,
    event: AlarmEvent,
    changes: Partial<AnnunciationSettings> = {},
  ): Alarm {
    const step = nextAlarm(from, event, { ...settings, ...changes });
    if (step.kind !== "changed") throw new Error(`${from.state} took no ${event.kind}`);
    return step.alarm;
  }
  const unacknowledged = stepped(normal, events.on);
  const acknowledged = stepped(unacknowledged, events.acknowledge);
  const latching = stepped(normal, { ...events.on, latching: true });
  const latchedUnacknowledged = stepped(latching, events.off);
  const states: Readonly<Record<AlarmState | "normal", Alarm | Normal>> = {
    normal,
    unacknowledged,
    acknowledged,
    returned: stepped(unacknowledged, events.off),
    "latched-unacknowledged": latchedUnacknowledged,
    "latched-acknowledged": stepped(latchedUnacknowledged, events.acknowledge),
    shelved: stepped(unacknowledged, events.shelve),
    suppressed: stepped(unacknowledged, events.suppress),
    "out-of-service": stepped(unacknowledged, events["take-out-of-service"]),
    closed: stepped(acknowledged, events.off),
  };

  const overlays = {
    shelve: "shelved",
    suppress: "suppressed",
    "take-out-of-service": "out-of-service",
  } as const;
  type Wanted = Partial<Record<AlarmEvent["kind"], AlarmState>>;
  // The whole table. What is not listed changes nothing; a command that is not listed is refused.
  const table: Readonly<Record<AlarmState | "normal", Wanted>> = {
    normal: { on: "unacknowledged", ...overlays },
    unacknowledged: {
      backdate: "unacknowledged",
      raised: "unacknowledged",
      lowered: "unacknowledged",
      off: "returned",
      acknowledge: "acknowledged",
      comment: "unacknowledged",
      ...overlays,
    },
    acknowledged: {
      backdate: "acknowledged",
      raised: "unacknowledged",
      lowered: "acknowledged",
      off: "closed",
      comment: "acknowledged",
      ...overlays,
    },
    returned: {
      backdate: "returned",
      on: "unacknowledged",
      acknowledge: "closed",
      comment: "returned",
      ...overlays,
    },
    "latched-unacknowledged": {
      backdate: "latched-unacknowledged",
      on: "unacknowledged",
      acknowledge: "latched-acknowledged",
      comment: "latched-unacknowledged",
      ...overlays,
    },
    "latched-acknowledged": {
      backdate: "latched-acknowledged",
      on: "unacknowledged",
      reset: "closed",
      comment: "latched-acknowledged",
      ...overlays,
    },
    shelved: {
      backdate: "shelved",
      raised: "shelved",
      lowered: "shelved",
      off: "shelved",
      comment: "shelved",
      unshelve: "unacknowledged",
      ...overlays,
    },
    suppressed: {
      backdate: "suppressed",
      raised: "suppressed",
      lowered: "suppressed",
      off: "suppressed",
      comment: "suppressed",
      unsuppress: "unacknowledged",
      "take-out-of-service": "out-of-service",
    },
    "out-of-service": {
      backdate: "out-of-service",
      raised: "out-of-service",
      lowered: "out-of-service",
      off: "out-of-service",
      comment: "out-of-service",
      suppress: "out-of-service",
      "put-in-service": "unacknowledged",
    },
    closed: { backdate: "closed" },
  };
  const stateNames = Object.keys(table) as (AlarmState | "normal")[];
  const eventKinds = Object.keys(events) as AlarmEvent["kind"][];

  test("is reached in every state, and every state with every event is in the table", () => {
    for (const name of stateNames) expect(states[name].state).toBe(name);
    expect(new Set(stateNames)).toEqual(new Set([...alarmStates, "normal"]));
  });

  test.each(stateNames.flatMap((state) => eventKinds.map((kind) => [state, kind] as const)))(
    "%s, %s",
    (state, kind) => {
      const from = states[state];
      const step = nextAlarm(from, events[kind], settings);
      const wanted = table[state][kind];
      if (wanted === undefined) {
        expect(step).toEqual(
          "by" in events[kind] ? { kind: "refused", reason: "state-conflict" } : { kind: "unchanged" },
        );
        return;
      }
      expect(step).toMatchObject({ kind: "changed", alarm: { state: wanted } });
      if (step.kind === "changed" && "rev" in from) expect(step.alarm.rev).toBe(from.rev + 1);
    },
  );

  const effectsOf = (
    from: Alarm | Normal,
    event: AlarmEvent,
    changes: Partial<AnnunciationSettings> = {},
  ) => {
    const step = nextAlarm(from, event, { ...settings, ...changes });
    return step.kind === "changed" ? step.effects : step;
  };

  test("notifies at the onset, at a raised level, when it comes again, and not at a lowered one", () => {
    expect(effectsOf(normal, events.on)).toEqual([{ kind: "notify", tier: 0, because: "new" }]);
    expect(effectsOf(acknowledged, events.raised)).toEqual([{ kind: "notify", tier: 0, because: "raised" }]);
    expect(effectsOf(acknowledged, events.lowered)).toEqual([]);
    const later = { ...events.on, nowMs: nowMs + 60_000 };
    expect(effectsOf(states.returned, events.on)).toEqual([]);
    expect(effectsOf(states.returned, later)).toEqual([{ kind: "notify", tier: 0, because: "again" }]);
    expect(effectsOf(unacknowledged, events.acknowledge)).toEqual([{ kind: "quiet" }]);
  });

  test("escalates tier by tier while nobody acknowledges, to the third and no further", () => {
    let alarm = unacknowledged;
    const tiers: number[] = [];
    for (let minute = 0; minute <= 60; minute += 1) {
      const step = nextAlarm(alarm, { kind: "tick", nowMs: nowMs + minute * 60_000 }, settings);
      if (step.kind !== "changed") continue;
      alarm = step.alarm;
      tiers.push(alarm.tier);
    }
    expect(tiers).toEqual([1, 2, 3]);
    const due = { kind: "tick", nowMs: nowMs + 8 * hour } as const;
    expect(stepped(acknowledged, due).state).toBe("unacknowledged");
    expect(effectsOf(acknowledged, due)).toEqual([{ kind: "notify", tier: 0, because: "announced-anew" }]);
  });

  test("the least urgent may close by itself; what latches must be acknowledged, then reset", () => {
    expect(stepped(unacknowledged, events.off, { acknowledgement: "optional" }).state).toBe("closed");
    expect(stepped(latching, events.off, { acknowledgement: "optional" }).state).toBe(
      "latched-unacknowledged",
    );
    expect(stepped(stepped(latching, events.acknowledge), events.off).state).toBe("latched-acknowledged");
    expect(stepped(states["latched-acknowledged"], events.on)).toMatchObject({ occurrences: 2 });
  });

  test("shelving has an end, a longest time and a role", () => {
    const shelve = { ...events.shelve, asEngineer: false };
    const refusal = (from: Alarm, changes: Partial<typeof shelve>) =>
      nextAlarm(from, { ...shelve, ...changes }, settings);
    expect(refusal(unacknowledged, { untilMs: nowMs + 8 * hour + 1 })).toMatchObject({
      reason: "time-invalid",
    });
    expect(refusal(unacknowledged, { untilMs: nowMs })).toMatchObject({ reason: "time-invalid" });
    const critical = { ...settings, mostUrgent: 1 } as const;
    for (const from of [normal, unacknowledged]) {
      expect(nextAlarm(from, shelve, critical)).toMatchObject({ reason: "role-insufficient" });
      expect(nextAlarm(from, events.shelve, critical).kind).toBe("changed");
    }
    let alarm = stepped(unacknowledged, { ...shelve, untilMs: nowMs + 8 * hour });
    for (const hours of [7, 14]) {
      const at = nowMs + hours * hour;
      alarm = stepped(alarm, { ...shelve, nowMs: at, untilMs: at + 8 * hour });
    }
    const late = { nowMs: nowMs + 20 * hour, untilMs: nowMs + 25 * hour };
    expect(refusal(alarm, late)).toMatchObject({ reason: "role-insufficient" });
    expect(stepped(alarm, { ...events.shelve, ...late }).state).toBe("shelved");
    const expired = stepped(states.shelved as Alarm, { kind: "tick", nowMs: nowMs + hour });
    expect(expired).toMatchObject({ state: "unacknowledged", shelf: null, id: unacknowledged.id });
  });

  test("what hides an alarm ends in what still hides it, then in what the condition is by then", () => {
    const both = stepped(stepped(states.shelved, events.suppress), events["take-out-of-service"]);
    const inService = stepped(both, events["put-in-service"]);
    expect([both.state, inService.state]).toEqual(["out-of-service", "suppressed"]);
    const shelf = stepped(inService, events.unsuppress);
    expect(shelf.state).toBe("shelved");
    const over = stepped(shelf, events.off);
    expect(stepped(over, events.unshelve).state).toBe("closed");
    const hiddenLatch = stepped(stepped(latching, events.shelve), events.off);
    expect(stepped(hiddenLatch, events.unshelve).state).toBe("latched-unacknowledged");
    const early = stepped(normal, events.shelve);
    expect(stepped(early, events.unshelve)).toMatchObject({ state: "closed", occurrences: 0 });
    expect(stepped(stepped(early, events.on), events.unshelve)).toMatchObject({
      state: "unacknowledged",
      sinceMs: events.on.sinceMs,
    });
  });

  /**
   * The same once more, from the words of the table: no states, but what is the case. What the operator sees follows
   * from that, and so does whether anybody is told.
   */
  function annunciator({
    mostUrgent,
    acknowledgement,
    escalateAfterMs,
    reAlarmAfterMs,
    reNotifyHoldMs,
  }: AnnunciationSettings) {
    const nothing = {
      exists: false,
      isOn: false,
      wasOn: false,
      isSeen: false,
      mustBeReset: false,
      roots: 0,
      shelfSinceMs: 0,
      shelfUntilMs: 0,
      isOut: false,
      tier: 0,
      seenMs: 0,
      announcedMs: 0,
      toldMs: Number.NEGATIVE_INFINITY,
    };
    let it = { ...nothing };
    const cover = () =>
      it.isOut ? "out-of-service" : it.roots > 0 ? "suppressed" : it.shelfUntilMs > 0 ? "shelved" : null;
    const shown = () => {
      if (!it.exists) return "normal";
      if (cover() !== null) return cover();
      if (it.isOn) return it.isSeen ? "acknowledged" : "unacknowledged";
      if (it.mustBeReset) return it.isSeen ? "latched-acknowledged" : "latched-unacknowledged";
      return "returned";
    };

    /** Says what became of it: who is told at which tier, `null` for nobody; or that it was refused. */
    function happen(event: AlarmEvent): number | null | "refused" {
      const { nowMs: atMs } = event;
      const announce = (tells = true) => {
        Object.assign(it, { isSeen: false, tier: 0, announcedMs: atMs }, tells ? { toldMs: atMs } : {});
        return tells ? 0 : null;
      };
      const end = () => {
        it = { ...nothing };
        return null;
      };
      /** The last cover may be off: what is beneath it shows. */
      const uncover = () => {
        if (it.shelfUntilMs > 0 && it.shelfUntilMs <= atMs) it.shelfUntilMs = 0;
        if (cover() !== null) return null;
        if (it.isOn) return announce();
        if (!it.mustBeReset) return end();
        return announce();
      };
      const hide = () => {
        Object.assign(it, {
          exists: true,
          tier: 0,
          seenMs: Number.POSITIVE_INFINITY,
          announcedMs: Number.POSITIVE_INFINITY,
        });
        return null;
      };
      switch (event.kind) {
        case "on": {
          if (it.isOn) return null;
          const mayHold = it.exists && it.wasOn && cover() === null && !it.mustBeReset;
          Object.assign(it, {
            exists: true,
            isOn: true,
            wasOn: true,
            mustBeReset: it.mustBeReset || event.latching,
          });
          if (cover() !== null) return null;
          return announce(!mayHold || atMs - it.toldMs >= reNotifyHoldMs);
        }
        case "raised":
          it.mustBeReset ||= event.latching;
          return cover() === null ? announce() : null;
        case "off":
          it.isOn = false;
          if (cover() !== null || it.mustBeReset) return null;
          return it.isSeen || acknowledgement === "optional" ? end() : null;
        case "tick": {
          if (cover() === "shelved") {
            if (atMs < it.shelfUntilMs) return null;
            it.shelfUntilMs = 0;
            return uncover();
          }
          if (cover() !== null || !it.isOn) return null;
          if (it.isSeen)
            return reAlarmAfterMs !== null && atMs - it.seenMs >= reAlarmAfterMs ? announce() : null;
          if (escalateAfterMs === null || it.tier === 3 || atMs - it.announcedMs < escalateAfterMs)
            return null;
          Object.assign(it, { tier: it.tier + 1, announcedMs: atMs, toldMs: atMs });
          return it.tier;
        }
        case "suppress":
          if (it.roots > 0) return null;
          it.roots = 1;
          return hide();
        case "unsuppress":
          if (it.roots === 0) return null;
          it.roots = 0;
          return uncover();
        case "acknowledge":
          if (!it.exists || cover() !== null || it.isSeen) return "refused";
          Object.assign(it, { isSeen: true, seenMs: atMs });
          return it.isOn || it.mustBeReset ? null : end();
        case "comment":
          return it.exists ? null : "refused";
        case "reset":
          return it.exists && cover() === null && !it.isOn && it.mustBeReset && it.isSeen ? end() : "refused";
        case "shelve": {
          if (it.isOut || it.roots > 0 || (mostUrgent === 1 && !event.asEngineer)) return "refused";
          const sinceMs = it.shelfUntilMs > 0 ? it.shelfSinceMs : atMs;
          const isTooLong = event.untilMs - sinceMs > 24 * hour && !event.asEngineer;
          if (event.untilMs <= atMs || event.untilMs - atMs > 8 * hour || isTooLong) return "refused";
          Object.assign(it, { shelfSinceMs: sinceMs, shelfUntilMs: event.untilMs });
          return hide();
        }
        case "unshelve":
          if (cover() !== "shelved") return "refused";
          it.shelfUntilMs = 0;
          return uncover();
        case "take-out-of-service":
          if (
            it.isOut ||
            !event.asEngineer ||
            event.reviewMs <= atMs ||
            event.reviewMs - atMs > 7 * 24 * hour
          )
            return "refused";
          it.isOut = true;
          return hide();
        case "put-in-service":
          if (!it.isOut || !event.asEngineer) return "refused";
          it.isOut = false;
          return uncover();
        default:
          return null;
      }
    }
    return { happen, shown };
  }

  test("10,000 courses of events agree with a model that knows no states, in what is shown and who is told", () => {
    const either = <T>(...each: readonly T[]) => fc.constantFrom(...each);
    const settingsOf = fc.record({
      mostUrgent: either(1, 2),
      acknowledgement: either("required", "optional"),
      escalateAfterMs: either(null, 600_000),
      reAlarmAfterMs: either(null, 8 * hour),
      reNotifyHoldMs: either(0, 60_000, 3_600_000),
    }) as fc.Arbitrary<AnnunciationSettings>;
    const step = fc.record({
      kind: either(...eventKinds, "on" as const, "off" as const, "acknowledge" as const, "tick" as const),
      afterMinutes: either(0, 1, 9, 30, 500),
      latching: fc.boolean(),
      asEngineer: fc.boolean(),
      forHours: either(0, 1, 8, 9, 24 * 7, 24 * 7 + 1),
    });
    fc.assert(
      fc.property(settingsOf, fc.array(step, { maxLength: 50 }), (own, steps) => {
        const model = annunciator(own);
        let alarm: Alarm | Normal = normal;
        let atMs = nowMs;
        let isOn = false;
        for (const { kind, afterMinutes, latching, asEngineer, forHours } of steps) {
          // The condition layer alternates, and late data tell of no state.
          if (kind === "on" ? isOn : ["off", "raised", "lowered"].includes(kind) && !isOn) continue;
          if (kind === "backdate" || kind === "lowered") continue;
          if (kind === "on") isOn = true;
          if (kind === "off") isOn = false;
          atMs += afterMinutes * 60_000;
          const untilMs = atMs + forHours * hour;
          const own0 = { sinceMs: atMs, atMs, nowMs: atMs, latching, asEngineer, untilMs, reviewMs: untilMs };
          const event = { ...events[kind], ...own0 } as AlarmEvent;
          const next = nextAlarm(alarm, event, own);
          const told =
            next.kind === "changed"
              ? next.effects.flatMap((each) => (each.kind === "notify" ? [each.tier] : []))
              : [];
          expect(next.kind === "refused" ? "refused" : (told[0] ?? null)).toBe(model.happen(event));
          if (next.kind === "changed") alarm = next.alarm.state === "closed" ? normal : next.alarm;
          expect(alarm.state).toBe(model.shown());
        }
      }),
      { numRuns: 10_000 },
    );
  });

  test("whatever happens, condition and annunciation agree, and nothing hidden notifies", () => {
    const kinds = fc.constantFrom(...eventKinds);
    fc.assert(
      fc.property(fc.array(fc.tuple(kinds, fc.integer({ min: 1, max: 300 })), { maxLength: 60 }), (steps) => {
        let alarm: Alarm | Normal = normal;
        let isOn = false;
        let atMs = nowMs;
        for (const [kind, after] of steps) {
          // The condition layer alternates; nothing else comes from it.
          if (kind === "on" && isOn) continue;
          if ((kind === "off" || kind === "raised" || kind === "lowered") && !isOn) continue;
          atMs += after * 60_000;
          const moved = { untilMs: atMs + hour, reviewMs: atMs + hour, sinceMs: atMs, atMs, nowMs: atMs };
          const step = nextAlarm(alarm, { ...events[kind], ...moved } as AlarmEvent, settings);
          if (kind === "on") isOn = true;
          if (kind === "off") isOn = false;
          if (step.kind !== "changed") continue;
          const next = step.alarm;
          expect(holds(next)).toBe(isOn);
          const covers = [next.outOfService !== null, next.suppressedBy.length > 0, next.shelf !== null];
          const cover = (["out-of-service", "suppressed", "shelved"] as const)[covers.indexOf(true)];
          if (cover !== undefined) {
            expect(next.state).toBe(cover);
            expect(step.effects.filter((effect) => effect.kind === "notify")).toEqual([]);
          } else {
            expect(["unacknowledged", "acknowledged"].includes(next.state)).toBe(isOn);
          }
          alarm = next.state === "closed" ? normal : next;
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
