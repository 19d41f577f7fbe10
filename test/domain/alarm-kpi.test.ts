import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AlarmStepTaken, alarmKpis } from "../../domain/alarms/kpi.ts";

const minute = 60_000;
const day = 24 * 60 * minute;

function step(alarmId: string, atMs: number, kind: AlarmStepTaken["kind"], state: AlarmStepTaken["state"]) {
  return { alarmId, ruleId: `rule-${alarmId}`, sourceId: "b-1", kind, state, priority: 2, atMs } as const;
}
const on = (id: string, atMs: number) => step(id, atMs, "on", "unacknowledged");
const off = (id: string, atMs: number) => step(id, atMs, "off", "returned");
const acknowledged = (id: string, atMs: number) => step(id, atMs, "acknowledge", "acknowledged");

describe("the figures of an alarm system", () => {
  test("an empty time has none", () => {
    expect(alarmKpis([], 0, day)).toMatchObject({
      annunciations: 0,
      per10Min: { average: 0, peak: 0 },
      floods: 0,
      floodShare: 0,
      topTenShare: null,
      acknowledged: { count: 0, p50Ms: null },
    });
    expect(alarmKpis([], 0, 0)).toMatchObject({ floodShare: null, perDay: null });
  });

  test("three of one alarm within a minute chatter; over within ten seconds untouched is fleeting", () => {
    const times = [0, 20_000, 40_000].map((atMs) => atMs + minute);
    const steps = times.flatMap((atMs) => [on("a", atMs), off("a", atMs + 9_000)]);
    const slow = [0, 40_000, 80_000].flatMap((atMs) => [
      on("b", atMs + minute),
      off("b", atMs + minute + 11_000),
    ]);
    const kpis = alarmKpis(
      [...steps, ...slow].sort((a, b) => a.atMs - b.atMs),
      0,
      day,
    );
    expect(kpis.chattering).toEqual([{ ruleId: "rule-a", sourceId: "b-1", count: 3 }]);
    expect(kpis.fleeting).toBe(3);
    expect(kpis.annunciations).toBe(6);
  });

  test("what holds for more than a day stands; what is hidden is listed with its age", () => {
    const steps = [
      on("old", 0),
      acknowledged("old", minute),
      on("shelf", 0),
      step("shelf", 5 * minute, "shelve", "shelved"),
      on("new", day),
    ];
    const kpis = alarmKpis(steps, day, day + minute);
    expect(kpis.standing).toEqual([{ alarmId: "old", ruleId: "rule-old", sourceId: "b-1", sinceMs: 0 }]);
    expect(kpis.shelved).toMatchObject([{ alarmId: "shelf", sinceMs: 5 * minute }]);
    expect(kpis.annunciations).toBe(1);
  });

  test("a flood lasts from the eleventh in ten minutes until fewer than five are left", () => {
    // One a second for twenty seconds: the eleventh comes at 10 s; the fifth last, at 15 s, is out after 10 min.
    const steps = Array.from({ length: 20 }, (_, second) => on(`f${second}`, second * 1_000));
    const kpis = alarmKpis(steps, 0, day);
    expect(kpis.floods).toBe(1);
    expect(kpis.floodShare).toBeCloseTo((5_000 + 10 * minute) / day, 12);
    expect(kpis.per10Min.peak).toBe(20);
    expect(alarmKpis(steps.slice(0, 10), 0, day).floods).toBe(0);
  });

  test("the time to acknowledge is from the announcement, by nearest rank", () => {
    const steps = [1, 2, 3, 4, 10].flatMap((minutes, index) => [
      on(`a${index}`, index),
      acknowledged(`a${index}`, index + minutes * minute),
    ]);
    expect(
      alarmKpis(
        steps.sort((a, b) => a.atMs - b.atMs),
        0,
        day,
      ).acknowledged,
    ).toEqual({
      count: 5,
      p50Ms: 3 * minute,
      p90Ms: 10 * minute,
    });
  });

  test("agree with an independent count, second by second", () => {
    const onsets = fc.array(fc.tuple(fc.integer({ min: 0, max: 3_599 }), fc.integer({ min: 0, max: 12 })), {
      maxLength: 80,
    });
    fc.assert(
      fc.property(onsets, (times) => {
        const sorted = times.toSorted(([a], [b]) => a - b);
        const steps = sorted.flatMap(([second, tag], index) => [
          { ...on(`e${index}`, second * 1_000), ruleId: `rule-${tag}` },
        ]);
        const kpis = alarmKpis(steps, 0, 3_600_000);
        let flooded = 0;
        let inFlood = false;
        for (let second = 0; second < 3_600; second += 1) {
          const within = sorted.filter(([at]) => at <= second && at > second - 600).length;
          if (within > 10) inFlood = true;
          else if (within < 5) inFlood = false;
          if (inFlood) flooded += 1;
        }
        expect(Math.round((kpis.floodShare ?? 0) * 3_600)).toBe(flooded);
        const perTag = new Map<number, number[]>();
        for (const [second, tag] of sorted) perTag.set(tag, [...(perTag.get(tag) ?? []), second]);
        const chatters = [...perTag].filter(([, seconds]) =>
          seconds.some((from) => seconds.filter((at) => at >= from && at <= from + 60).length >= 3),
        );
        expect(kpis.chattering).toHaveLength(chatters.length);
        const top = [...perTag.values()].map(({ length }) => length).sort((a, b) => b - a);
        expect(kpis.topTen.map(({ count }) => count)).toEqual(top.slice(0, 10));
        expect(kpis.per10Min.counts.reduce((sum, count) => sum + count, 0)).toBe(sorted.length);
      }),
      { numRuns: 300 },
    );
  });
});
