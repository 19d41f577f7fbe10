import { describe, expect, test } from "vitest";
import { healthyUnit, type UnitEvent, type UnitHealth, unitAfter } from "../../gateway/unit-health.ts";

const mean = 0.5;
const having = (events: readonly UnitEvent[], nowMs = 0, from: UnitHealth = healthyUnit) =>
  events.reduce((health, event) => unitAfter(health, event, nowMs, mean), from);
const times = (count: number, event: UnitEvent) => new Array<UnitEvent>(count).fill(event);

const suspect = having(["silent"]);
const open = having(times(3, "silent"));
const halfOpen = having(["probed"], 2_000, open);

describe("the health of a unit", () => {
  test.each([
    ["ok", "answered", "ok"],
    ["ok", "silent", "suspect"],
    ["ok", "garbled", "ok"],
    ["ok", "unreachable", "open"],
    ["suspect", "answered", "ok"],
    ["suspect", "silent", "suspect"],
    ["suspect", "garbled", "suspect"],
    ["suspect", "unreachable", "open"],
    ["open", "probed", "half-open"],
    ["half-open", "answered", "ok"],
    ["half-open", "silent", "open"],
    ["half-open", "garbled", "open"],
    ["half-open", "unreachable", "open"],
  ] as const)("%s, then %s, is %s", (state, event, next) => {
    const from = { ok: healthyUnit, suspect, open, "half-open": halfOpen }[state];
    expect(from.state).toBe(state);
    expect(unitAfter(from, event, 5_000, mean).state).toBe(next);
  });

  test.each([
    ["ok", "probed"],
    ["suspect", "probed"],
    ["half-open", "probed"],
    ["open", "answered"],
    ["open", "silent"],
    ["open", "garbled"],
    ["open", "unreachable"],
  ] as const)("%s, then %s, cannot be", (state, event) => {
    const from = { ok: healthyUnit, suspect, open, "half-open": halfOpen }[state];
    expect(() => unitAfter(from, event, 0, mean)).toThrow(/A bug/);
  });

  test("three answers overdue in a row open it, two and an answer do not", () => {
    expect(having(["silent", "silent"]).state).toBe("suspect");
    expect(having(["silent", "silent", "answered", "silent", "silent"]).state).toBe("suspect");
    expect(having(["silent", "garbled", "silent", "silent"]).state).toBe("open");
  });

  test("ten failures among the last twenty open it, nine do not", () => {
    const failing = (count: number) => [
      ...times(20 - 2 * count, "answered"),
      ...Array.from({ length: count }, (): readonly UnitEvent[] => ["answered", "garbled"]).flat(),
    ];
    expect(having(failing(9)).state).toBe("ok");
    expect(having(failing(10)).state).toBe("open");
  });

  test("probes come after 2, 4, 8, 16, 32 and then every 60 s, and from the start again once it has answered", () => {
    const delays: number[] = [];
    let health = open;
    for (let probe = 0; probe < 7; probe += 1) {
      delays.push(health.probeAtMs);
      health = having(["probed", "silent"], 0, health);
    }
    expect(delays).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    expect(having(["probed", "answered", ...times(3, "silent")], 0, health).probeAtMs).toBe(2_000);
  });

  test("luck spreads a probe by a fifth either way", () => {
    const early = unitAfter(having(["silent", "silent"]), "silent", 1_000, 0);
    const late = unitAfter(having(["silent", "silent"]), "silent", 1_000, 1);
    expect([early.probeAtMs, late.probeAtMs]).toEqual([2_600, 3_400]);
  });
});
