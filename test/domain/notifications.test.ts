import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ComposeSettings, compose, pauseMs, type Waiting } from "../../domain/notifications/compose.ts";
import { destinationsFor, type Route } from "../../domain/notifications/route.ts";
import { isOn, type Shift, weekdays } from "../../domain/notifications/shift.ts";

const minute = 60_000;
const at = (text: string) => Date.parse(text);

function shift(changes: Partial<Shift> = {}): Shift {
  const hours = [{ days: weekdays, fromMinute: 7 * 60, toMinute: 19 * 60 }];
  return { id: "day", timeZone: "Asia/Taipei", hours, closedOn: [], ...changes };
}

describe("a shift", () => {
  test("is on by the clock of its place, to the minute", () => {
    expect(isOn(shift(), at("2026-03-12T06:59:59+08:00"))).toBe(false);
    expect(isOn(shift(), at("2026-03-12T07:00:00+08:00"))).toBe(true);
    expect(isOn(shift(), at("2026-03-12T18:59:59+08:00"))).toBe(true);
    expect(isOn(shift(), at("2026-03-12T19:00:00+08:00"))).toBe(false);
  });

  test("that runs over midnight belongs to the day on which it began", () => {
    const night = shift({ hours: [{ days: ["fri"], fromMinute: 19 * 60, toMinute: 7 * 60 }] });
    expect(isOn(night, at("2026-03-13T19:00:00+08:00"))).toBe(true); // a Friday
    expect(isOn(night, at("2026-03-14T06:59:00+08:00"))).toBe(true);
    expect(isOn(night, at("2026-03-14T07:00:00+08:00"))).toBe(false);
    expect(isOn(night, at("2026-03-13T06:59:00+08:00"))).toBe(false);
  });

  test("does not begin on a day on which it is closed, by the date of its place", () => {
    const closed = shift({ closedOn: ["2026-02-17"] });
    expect(isOn(closed, at("2026-02-17T08:00:00+08:00"))).toBe(false);
    expect(isOn(closed, at("2026-02-18T08:00:00+08:00"))).toBe(true);
  });

  test("keeps its hours through summer time", () => {
    const berlin = shift({ timeZone: "Europe/Berlin" });
    expect(isOn(berlin, at("2026-03-28T06:30:00Z"))).toBe(true); // 07:30 in winter
    expect(isOn(berlin, at("2026-03-29T05:30:00Z"))).toBe(true); // 07:30 in summer
    expect(isOn(berlin, at("2026-03-28T05:30:00Z"))).toBe(false);
  });
});

describe("a route", () => {
  const route = (changes: Partial<Route>): Route => ({
    to: ["control-room"],
    sites: null,
    priorities: [1, 2, 3],
    tiers: [0],
    shift: null,
    ...changes,
  });
  const told = {
    kind: "notify",
    siteId: "works",
    priority: 2,
    tier: 0,
    atMs: at("2026-03-12T20:00:00+08:00"),
  } as const;

  test("goes by site, priority, escalation and shift; a destination is told once", () => {
    expect(destinationsFor(told, [route({}), route({ to: ["boss", "control-room"] })])).toEqual([
      "control-room",
      "boss",
    ]);
    expect(destinationsFor(told, [route({ sites: ["other"] })])).toEqual([]);
    expect(destinationsFor(told, [route({ priorities: [1] })])).toEqual([]);
    expect(destinationsFor(told, [route({ shift: shift() })])).toEqual([]);
    expect(
      destinationsFor({ ...told, tier: 1 }, [route({}), route({ to: ["boss"], tiers: [1, 2] })]),
    ).toEqual(["boss"]);
  });

  test("tells the end to all who may have been told of it, whatever shift is on", () => {
    const routes = [route({ shift: shift() }), route({ to: ["boss"], tiers: [2] })];
    expect(destinationsFor({ ...told, kind: "quiet" }, routes)).toEqual(["control-room", "boss"]);
  });
});

describe("what goes out", () => {
  const settings: ComposeSettings = {
    groupMs: 10_000,
    mostPer10Min: 10,
    digestAfterMs: minute,
    quietExcept: null,
  };
  const waiting = (id: number, atMs: number, priority: Waiting["priority"] = 2) => ({ id, priority, atMs });

  test("is gathered for a moment, and goes as one message", () => {
    const both = [waiting(1, 0), waiting(2, 5_000)];
    expect(compose(both, [], settings, 9_999)).toEqual([]);
    expect(compose(both, [], settings, 10_000)).toEqual([{ kind: "alarm", ids: [1, 2] }]);
  });

  test("of priority 1 goes at once, in a flood and in quiet hours too", () => {
    const full = Array.from({ length: 10 }, (_, index) => 1_000 + index);
    const quiet = { ...settings, quietExcept: [] };
    expect(compose([waiting(1, 2_000, 1), waiting(2, 2_000)], full, quiet, 2_000)).toEqual([
      { kind: "alarm", ids: [1] },
    ]);
  });

  test("in quiet hours waits until they are over, but for the priorities that do not", () => {
    const quiet = { ...settings, quietExcept: [2] as const };
    const items = [waiting(1, 0, 3), waiting(2, 0, 2)];
    expect(compose(items, [], quiet, 60 * minute)).toEqual([{ kind: "alarm", ids: [2] }]);
    expect(compose([waiting(1, 0, 3)], [], settings, 60 * minute)).toEqual([{ kind: "alarm", ids: [1] }]);
  });

  test("is a digest when it is the last that a person gets within ten minutes", () => {
    const nine = Array.from({ length: 9 }, () => 0);
    expect(compose([waiting(1, 10_000)], nine, settings, 30_000)).toEqual([]);
    expect(compose([waiting(1, 10_000), waiting(2, 60_000)], nine, settings, 70_000)).toEqual([
      { kind: "digest", ids: [1, 2] },
    ]);
    expect(compose([waiting(3, 80_000)], [...nine, 70_000], settings, 599_999)).toEqual([]);
    expect(compose([waiting(3, 80_000)], [...nine, 70_000], settings, 600_000)).toEqual([
      { kind: "alarm", ids: [3] },
    ]);
  });

  test("is never more than was allowed within any ten minutes, forgets nothing and repeats nothing", () => {
    const arrivals = fc.array(
      fc.record({ atMs: fc.integer({ min: 0, max: 1_800_000 }), priority: fc.constantFrom(1, 2, 3) }),
      { maxLength: 300 },
    );
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 2, max: 10 }), (given, mostPer10Min) => {
        const queue = given
          .toSorted((a, b) => a.atMs - b.atMs)
          .map(({ atMs, priority }, id) => waiting(id, atMs, priority as Waiting["priority"]));
        let open: Waiting[] = [];
        const sent: number[] = [];
        const told: number[] = [];
        for (let nowMs = 0; nowMs <= 5_400_000; nowMs += 5_000) {
          open.push(...queue.filter(({ atMs }) => atMs > nowMs - 5_000 && atMs <= nowMs));
          const counting = sent.filter((atMs) => nowMs - atMs < 600_000);
          for (const { ids } of compose(open, counting, { ...settings, mostPer10Min }, nowMs)) {
            const isCritical = open.find(({ id }) => id === ids[0])?.priority === 1;
            if (isCritical) for (const id of ids) expect(nowMs - (queue[id]?.atMs ?? 0)).toBeLessThan(5_000);
            else sent.push(nowMs);
            told.push(...ids);
            open = open.filter(({ id }) => !ids.includes(id));
          }
          const within = sent.filter((atMs) => nowMs - atMs < 600_000);
          expect(within.length).toBeLessThanOrEqual(mostPer10Min);
        }
        expect(told.toSorted((a, b) => a - b)).toEqual(queue.map(({ id }) => id));
      }),
      { numRuns: 50 },
    );
  });

  test("is tried again after a pause that doubles, up to a quarter of an hour", () => {
    expect([1, 2, 3, 4].map((attempts) => pauseMs(attempts, 1))).toEqual([1_000, 2_000, 4_000, 8_000]);
    expect(pauseMs(1, 0)).toBe(500);
    expect(pauseMs(60, 1)).toBe(15 * minute);
  });
});
