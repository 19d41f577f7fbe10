import { describe, expect, test } from "vitest";
import { isClockDoubtful, surelyOffMs } from "../../domain/clock.ts";
import { watchedClock } from "../../gateway/watched-clock.ts";
import { simulatedWorld } from "../helpers/simulated-world.ts";

const startMs = Date.UTC(2026, 5, 1);
const dayMs = 86_400_000;

/** A gateway whose clock is ahead of ingest's by so much, and an answer of ingest that took so long. */
function ahead(byMs: number, keptBy: "ntp" | "rtc" | "none" = "rtc") {
  const world = simulatedWorld({ startMs: startMs + byMs });
  const watched = watchedClock(keptBy, null, world.clock);
  return {
    world,
    watched,
    /** Ingest's clock may have been set, too. */
    asks: async (thereMs: number, backMs: number, ingestSetMs = 0) => {
      const askedMs = world.clock.monotonicMs();
      await world.advance(thereMs);
      const ingestMs = startMs + world.clock.monotonicMs() + ingestSetMs;
      await world.advance(backMs);
      watched.compared(ingestMs, askedMs, world.clock.monotonicMs());
    },
  };
}

describe("the watched clock", () => {
  test("says nothing of its offset before ingest has answered", () => {
    const { watched } = ahead(7_000);
    expect(watched.state()).toEqual({ src: "rtc", off: 0, unc: dayMs });
    expect(isClockDoubtful(watched.state())).toBe(false);
  });

  test.each([
    [0, 20, 200],
    [40_000, 20, 200],
    [-3_600_000, 300, 10],
    [2_500, 5, 5],
  ])("%d ms ahead: it is found, within half of what the answer took", async (aheadMs, thereMs, backMs) => {
    const { watched, asks } = ahead(aheadMs);
    await asks(thereMs, backMs);
    const { off, unc } = watched.state();
    expect(unc).toBe((thereMs + backMs) / 2);
    expect(Math.abs(off - aheadMs)).toBeLessThanOrEqual(unc);
    expect(isClockDoubtful(watched.state())).toBe(Math.abs(aheadMs) > 2_000);
  });

  test("the quickest answer counts, until the clocks may have parted by more than a slower one errs", async () => {
    const { watched, asks, world } = ahead(0);
    await asks(10, 10);
    await asks(900, 100);
    expect(watched.state().unc).toBeLessThan(12);
    await world.advance(3_600_000); // 500 ppm of an hour: 1.8 s
    expect(watched.state().unc).toBeGreaterThan(1_800);
    await asks(900, 100);
    expect(watched.state().unc).toBe(500);
  });

  test("a step shows at once, also while ingest is away", async () => {
    const { watched, asks, world } = ahead(0);
    await asks(10, 10);
    world.stepWallClock(-10_000);
    expect(watched.state()).toMatchObject({ off: -10_000 });
    expect(isClockDoubtful(watched.state())).toBe(true);
    world.stepWallClock(10_000);
    expect(watched.state().off).toBe(0);
  });

  test("when ingest's clock is set, its next answer is believed, and no older one", async () => {
    const { watched, asks } = ahead(0);
    await asks(10, 10);
    await asks(300, 300, 60_000);
    expect(watched.state()).toEqual({ src: "rtc", off: -60_000, unc: 300 });
  });

  test("a clock that nothing keeps is doubted until ingest has confirmed it", async () => {
    const { watched, asks } = ahead(0, "none");
    expect(isClockDoubtful(watched.state())).toBe(true);
    await asks(10, 10);
    expect(watched.state().src).toBe("none");
    expect(isClockDoubtful(watched.state())).toBe(false);
  });

  test.each([
    ["in 1970", 0, null],
    ["before what it has given out itself", startMs, startMs + dayMs],
  ])("a clock that begins %s is kept by nothing, whatever is said of it", (_when, nowMs, newestMs) => {
    const { clock } = simulatedWorld({ startMs: nowMs });
    const watched = watchedClock("ntp", newestMs, clock);
    expect(watched.state().src).toBe("none");
    expect(isClockDoubtful(watched.state())).toBe(true);
  });

  test("two clocks that part by 500 ppm are doubted when they are surely a second apart, and not before", async () => {
    const world = simulatedWorld({ startMs });
    // Slower by 500 ppm than the wall clock of the machine.
    const clock = { ...world.clock, nowMs: () => startMs + world.clock.monotonicMs() * 1.0005 };
    const watched = watchedClock("rtc", null, clock);
    let doubtedMs = 0;
    for (let minute = 0; minute < 60; minute += 1) {
      const askedMs = world.clock.monotonicMs();
      await world.advance(200);
      watched.compared(startMs + askedMs + 100, askedMs, world.clock.monotonicMs());
      if (doubtedMs === 0 && isClockDoubtful(watched.state())) doubtedMs = surelyOffMs(watched.state());
      await world.advance(59_800);
    }
    expect(doubtedMs).toBeGreaterThan(1_000);
    expect(doubtedMs).toBeLessThan(1_050);
  });
});
