import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AlarmCommand } from "../../contracts/live.ts";
import { type Alarm, tagId } from "../../domain/alarms/alarm.ts";
import { type AlarmChange, type AlarmDraft, alarmDesk } from "../../ingest/alarm-desk.ts";
import type { ConditionEvent } from "../../ingest/stage.ts";
import { startMs, testPlant } from "../helpers/batches.ts";

const plant = testPlant();
const hour = 3_600_000;

function condition(
  ruleId: string,
  sourceId: string,
  turned: ConditionEvent["turned"],
  atMs: number,
): ConditionEvent {
  return {
    kind: "condition",
    ruleId,
    siteId: "works",
    sourceId,
    turned,
    sinceMs: atMs - 1_000,
    atMs,
    priority: 2,
    latching: false,
    evidence: null,
    context: null,
  };
}

function shelve(alarmId: string, rev: number, nowMs: number, asEngineer = false): AlarmCommand {
  const common = { v: 1, id: "c", site: "works", by: "lin", key: "k" } as const;
  return {
    ...common,
    kind: "shelve",
    alarmId,
    rev,
    reason: "being cleaned",
    untilMs: nowMs + hour,
    asEngineer,
  };
}

/** A desk that keeps what it drafts, and all that it changed. */
function keptDesk(atStart: readonly Alarm[] = []) {
  const desk = alarmDesk(plant, atStart);
  const changes: AlarmChange[] = [];
  const open = new Map<string, Alarm>(atStart.map((alarm) => [tagId(alarm), alarm]));
  return {
    desk,
    changes,
    open,
    drafted: <T>(given: (draft: AlarmDraft) => T): T => {
      const draft = desk.begin();
      const result = given(draft);
      draft.keep();
      changes.push(...draft.changes);
      for (const { alarm } of draft.changes) {
        if (alarm.state === "closed") open.delete(tagId(alarm));
        else open.set(tagId(alarm), alarm);
      }
      return result;
    },
  };
}

describe("the desk", () => {
  test("one cause, one alarm: a silent gateway hides what its boilers have, and what comes meanwhile", () => {
    const { drafted, open, changes } = keptDesk();
    drafted((draft) => draft.condition(condition("low-o2", "b-1", "on", startMs), startMs));
    drafted((draft) => draft.condition(condition("gateway-silent", "gw-1", "on", startMs + 1), startMs + 1));
    drafted((draft) => draft.condition(condition("high-co", "b-2", "on", startMs + 2), startMs + 2));
    const states = () => Object.fromEntries([...open].map(([tag, { state }]) => [tag, state]));
    expect(states()).toEqual({
      "low-o2--b-1": "suppressed",
      "gateway-silent--gw-1": "unacknowledged",
      "high-co--b-2": "suppressed",
    });
    const notified = () =>
      changes.flatMap(({ alarm, effects }) =>
        effects.flatMap((effect) => (effect.kind === "notify" ? [`${alarm.ruleId} ${effect.because}`] : [])),
      );
    expect(notified()).toEqual(["low-o2 new", "gateway-silent new"]);
    drafted((draft) => draft.condition(condition("high-co", "b-2", "off", startMs + 3), startMs + 3));
    drafted((draft) => draft.condition(condition("gateway-silent", "gw-1", "off", startMs + 4), startMs + 4));
    expect(states()).toEqual({ "low-o2--b-1": "unacknowledged", "gateway-silent--gw-1": "returned" });
    expect(notified().at(-1)).toBe("low-o2 shown-again");
  });

  test("a gateway's wrong clock explains the doubts of all its boilers, and no other alarm", () => {
    const { drafted, open } = keptDesk();
    drafted((draft) => draft.condition(condition("gateway-clock", "gw-1", "on", startMs), startMs));
    for (const [boiler, rule] of [
      ["b-1", "sensor-doubtful"],
      ["b-2", "sensor-doubtful"],
      ["b-2", "high-co"],
    ] as const)
      drafted((draft) => draft.condition(condition(rule, boiler, "on", startMs + 1), startMs + 1));
    const states = () => Object.fromEntries([...open].map(([tag, { state }]) => [tag, state]));
    expect(states()).toEqual({
      "gateway-clock--gw-1": "unacknowledged",
      "sensor-doubtful--b-1": "suppressed",
      "sensor-doubtful--b-2": "suppressed",
      "high-co--b-2": "unacknowledged",
    });
    drafted((draft) => draft.condition(condition("gateway-clock", "gw-1", "off", startMs + 2), startMs + 2));
    expect(states()).toMatchObject({ "sensor-doubtful--b-1": "unacknowledged" });
  });

  test("a rule that explains another hides it, at the same boiler only", () => {
    const { drafted, open } = keptDesk();
    for (const boiler of ["b-1", "b-2"])
      drafted((draft) => draft.condition(condition("o2-above-tuned", boiler, "on", startMs), startMs));
    drafted((draft) => draft.condition(condition("air-ratio-above-table", "b-1", "on", startMs), startMs));
    expect(open.get("o2-above-tuned--b-1")?.state).toBe("suppressed");
    expect(open.get("o2-above-tuned--b-2")?.state).toBe("unacknowledged");
    expect(open.get("air-ratio-above-table--b-1")?.firstOut).toEqual({
      place: 2,
      firstId: open.get("o2-above-tuned--b-1")?.id,
    });
  });

  test("what is normal can be shelved by its name; what comes meanwhile stays out of sight until then", () => {
    const { drafted, open, desk } = keptDesk();
    const give = (command: AlarmCommand, nowMs: number) => drafted((draft) => draft.command(command, nowMs));
    expect(give(shelve("low-o2--b-9", 0, startMs), startMs)).toBe("alarm-unknown");
    expect(give(shelve("no-rule--b-1", 0, startMs), startMs)).toBe("alarm-unknown");
    expect(give(shelve("low-o2--b-1", 1, startMs), startMs)).toBe("rev-stale");
    expect(give(shelve("low-o2--b-1", 0, startMs), startMs)).toBe("role-insufficient");
    expect(give(shelve("low-o2--b-1", 0, startMs, true), startMs)).toBeNull();
    expect(give(shelve("low-o2--b-1", 0, startMs), startMs)).toBe("rev-stale");
    drafted((draft) => draft.condition(condition("low-o2", "b-1", "on", startMs + 5), startMs + 5));
    expect(open.get("low-o2--b-1")?.state).toBe("shelved");
    expect(desk.dueMs).toBe(startMs + hour);
    drafted((draft) => draft.tick(startMs + hour));
    expect(open.get("low-o2--b-1")).toMatchObject({ state: "unacknowledged", occurrences: 1, shelf: null });
  });

  test("a command on an old picture, or on nothing, changes nothing", () => {
    const { drafted, open, changes } = keptDesk();
    drafted((draft) => draft.condition(condition("low-o2", "b-1", "on", startMs), startMs));
    const alarm = open.get("low-o2--b-1");
    const before = changes.length;
    const give = (alarmId: string, rev: number, site = "works") =>
      drafted((draft) => draft.command({ ...shelve(alarmId, rev, startMs), site }, startMs));
    expect(give(alarm?.id ?? "", 7)).toBe("rev-stale");
    expect(give(alarm?.id ?? "", 1, "elsewhere")).toBe("alarm-unknown");
    expect(give("nobody--b-1--0", 1)).toBe("alarm-unknown");
    expect(changes).toHaveLength(before);
  });

  test("what is drafted and not kept never was", () => {
    const desk = alarmDesk(plant, []);
    const lost = desk.begin();
    lost.condition(condition("low-o2", "b-1", "on", startMs), startMs);
    expect(lost.changes).toHaveLength(1);
    const again = desk.begin();
    again.condition(condition("low-o2", "b-1", "on", startMs), startMs);
    expect(again.changes).toEqual(lost.changes);
  });

  test("taken up again from what is kept, at any place, it goes on as if nothing had been", () => {
    const rules = ["low-o2", "high-co", "o2-above-tuned", "air-ratio-above-table"];
    const tags = [
      ...rules.flatMap((ruleId) => ["b-1", "b-2"].map((sourceId) => ({ ruleId, sourceId }))),
      { ruleId: "gateway-silent", sourceId: "gw-1" },
    ];
    const steps = fc.array(
      fc.record({
        tag: fc.nat(tags.length - 1),
        act: fc.constantFrom("turn", "turn", "turn", "acknowledge", "shelve", "unshelve", "tick"),
        afterMs: fc.integer({ min: 1, max: hour }),
      }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(steps, fc.nat(59), (script, cut) => {
        const run = (restartAt: number | null) => {
          let kept = keptDesk();
          const told: string[] = [];
          const on = new Set<number>();
          let nowMs = startMs;
          for (const [index, { tag: place, act, afterMs }] of script.entries()) {
            if (index === restartAt) {
              const saved = JSON.parse(JSON.stringify([...kept.open.values()])) as readonly Alarm[];
              kept = keptDesk(saved);
            }
            nowMs += afterMs;
            const tag = tags[place] ?? { ruleId: "", sourceId: "" };
            const before = kept.changes.length;
            const alarm = kept.open.get(tagId(tag));
            const common = { v: 1, id: "c", site: "works", by: "lin", key: "k" } as const;
            const of = { ...common, alarmId: alarm?.id ?? tagId(tag), rev: alarm?.rev ?? 0 };
            kept.drafted((draft) => {
              if (act === "turn") {
                const turned = on.has(place) ? "off" : "on";
                if (turned === "on") on.add(place);
                else on.delete(place);
                draft.condition(condition(tag.ruleId, tag.sourceId, turned, nowMs), nowMs);
              } else if (act === "tick") draft.tick(nowMs);
              else if (act === "shelve") draft.command(shelve(of.alarmId, of.rev, nowMs, true), nowMs);
              else if (act === "unshelve") draft.command({ ...of, kind: act }, nowMs);
              else draft.command({ ...of, kind: act, comment: null }, nowMs);
            });
            for (const change of kept.changes.slice(before)) told.push(JSON.stringify(change));
          }
          return told;
        };
        expect(run(cut)).toEqual(run(null));
      }),
      { numRuns: 300 },
    );
  });
});
