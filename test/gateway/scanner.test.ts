import { describe, expect, test } from "vitest";
import type { RegisterConfig } from "../../contracts/device-map.ts";
import { lane } from "../../gateway/lane.ts";
import { cellsOf } from "../../gateway/plan.ts";
import type { RegisterSource } from "../../gateway/register-source.ts";
import { type ScannedDevice, scanner } from "../../gateway/scanner.ts";
import { simulatedSource } from "../helpers/simulated-source.ts";
import { type SimulatedWorld, simulatedWorld } from "../helpers/simulated-world.ts";

const cell = (point: string, address: number): RegisterConfig => ({
  point,
  table: "input",
  address,
  type: "uint16",
  wordOrder: "ABCD",
  scale: 0.1,
  offset: 0,
  sentinels: [],
});

const scanMs = 1_000;

/** Devices on one line, the first with unit 1. */
function line(
  world: SimulatedWorld,
  id: string,
  source: RegisterSource,
  boilers: readonly string[],
): readonly ScannedDevice[] {
  const made = lane({ id, timeoutMs: 500, bytesMs: () => 0 }, source, world);
  const cells = cellsOf({
    addressBase: 0,
    registers: [cell("o2DryPercent", 0), cell("exhaustTempC", 10)],
  });
  return boilers.map((boiler, index) => ({
    unitId: index + 1,
    boiler,
    maxRegisters: 125,
    cells,
    pauseMs: 0,
    lane: made,
    gap: () => 0,
  }));
}

const good = (afterMs: number) => ({ afterMs, words: [35] });

describe("a scan", () => {
  test("gives one reading per boiler, at the time of its last answer", async () => {
    const world = simulatedWorld({ startMs: 1_000_000 });
    const scanning = scanner(
      line(
        world,
        "a",
        simulatedSource(world, () => good(20)),
        ["b-1", "b-2"],
      ),
      scanMs,
      world,
    );
    const scan = scanning.scan({ slot: 0, withinMs: 900 });
    await world.advance(900);
    expect(await scan).toEqual([
      { boilerId: "b-1", takenAtMs: 1_000_040, values: { o2DryPercent: 3.5, exhaustTempC: 3.5 }, flaws: {} },
      { boilerId: "b-2", takenAtMs: 1_000_080, values: { o2DryPercent: 3.5, exhaustTempC: 3.5 }, flaws: {} },
    ]);
  });

  test("a failed read is a flaw and never a number", async () => {
    const world = simulatedWorld();
    const source = simulatedSource(world, ({ unitId, address }) =>
      unitId === 1 && address === 10 ? "refused" : unitId === 2 ? "silent" : good(5),
    );
    const scanning = scanner(line(world, "a", source, ["b-1", "b-2"]), scanMs, world);
    const scan = scanning.scan({ slot: 0, withinMs: 900 });
    await world.advance(900);
    const [first, second] = await scan;
    expect(first).toMatchObject({
      values: { o2DryPercent: 3.5, exhaustTempC: null },
      flaws: { exhaustTempC: "refused" },
    });
    expect(second).toMatchObject({
      values: { o2DryPercent: null, exhaustTempC: null },
      flaws: { o2DryPercent: "no-answer", exhaustTempC: "no-answer" },
    });
  });

  test("a slow line does not hold up the others, and is not asked twice at once", async () => {
    const world = simulatedWorld();
    let asked = 0;
    const slow = simulatedSource(world, () => {
      asked += 1;
      return good(3_000);
    });
    const scanning = scanner(
      [
        ...line(world, "slow", slow, ["b-1"]),
        ...line(
          world,
          "quick",
          simulatedSource(world, () => good(5)),
          ["b-2"],
        ),
      ],
      scanMs,
      world,
    );
    for (let turn = 0; turn < 2; turn += 1) {
      const scan = scanning.scan({ slot: 0, withinMs: 900 });
      await world.advance(900);
      const [late, prompt] = await scan;
      expect(late?.flaws["o2DryPercent"]).toBe("no-answer");
      expect(prompt?.values["o2DryPercent"]).toBe(3.5);
    }
    expect(asked).toBe(1);
  });

  test("a line that is down is tried again ever more rarely, and is complained of once", async () => {
    const world = simulatedWorld();
    let asked = 0;
    const down = simulatedSource(world, () => {
      asked += 1;
      return "down";
    });
    const scanning = scanner(line(world, "a", down, ["b-1", "b-2"]), scanMs, world);
    for (let turn = 0; turn < 600; turn += 1) {
      const scan = scanning.scan({ slot: turn, withinMs: 900 });
      await world.advance(1_000);
      expect((await scan).map(({ flaws }) => flaws["o2DryPercent"])).toEqual(["no-answer", "no-answer"]);
    }
    // Ten minutes: five attempts on the way to a minute, at half a minute in the mean from then on.
    expect(asked).toBeGreaterThan(12);
    expect(asked).toBeLessThan(40);
    expect(world.lines.filter(({ level }) => level === "warn")).toHaveLength(1);
  });

  test("times grow even when the clock stands still or steps back a little", async () => {
    const world = simulatedWorld();
    const scanning = scanner(
      line(
        world,
        "a",
        simulatedSource(world, () => good(0)),
        ["b-1"],
      ),
      scanMs,
      world,
    );
    const times: number[] = [];
    for (let turn = 0; turn < 3; turn += 1) {
      const scan = scanning.scan({ slot: 0, withinMs: 900 });
      await world.advance(0);
      times.push((await scan)[0]?.takenAtMs ?? 0);
      world.stepWallClock(-5);
    }
    expect(times[1]).toBe((times[0] ?? 0) + 1);
    expect(times[2]).toBe((times[1] ?? 0) + 1);
  });
});
