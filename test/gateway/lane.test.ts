import { describe, expect, test } from "vitest";
import type { DeviceMapFile, RegisterConfig } from "../../contracts/device-map.ts";
import { lane } from "../../gateway/lane.ts";
import { breakEvenGap, cellsOf } from "../../gateway/plan.ts";
import type { ReadOutcome, RegisterBlock, RegisterSource } from "../../gateway/register-source.ts";
import { type ScannedDevice, scanner } from "../../gateway/scanner.ts";
import { mappedUnit, noLimits, type UnitLimits } from "../../simulators/unit.ts";
import { type SimulatedWorld, simulatedWorld } from "../helpers/simulated-world.ts";

const cell = (address: number, more: Partial<RegisterConfig> = {}): RegisterConfig => ({
  point: `at${address}Count`,
  table: "holding",
  address,
  type: "uint16",
  wordOrder: "ABCD",
  scale: 1,
  offset: 0,
  sentinels: [],
  ...more,
});

interface Asked extends RegisterBlock {
  readonly atMs: number;
}

/** A line whose requests all take `answerMs`, unless `fails` says otherwise. */
function line(
  world: SimulatedWorld,
  answer: (block: RegisterBlock) => ReadOutcome,
  { answerMs = 10, timeoutMs = 500 } = {},
) {
  const asked: Asked[] = [];
  const source: RegisterSource = {
    read: async (block, withinMs) => {
      asked.push({ ...block, atMs: world.clock.monotonicMs() });
      const outcome = answer(block);
      await world.clock.sleep(outcome.kind === "silent" ? withinMs : answerMs);
      return outcome;
    },
    readyInMs: () => 0,
    close: async () => {},
  };
  return { asked, lane: lane({ id: "l", timeoutMs, bytesMs: () => 0 }, source, world) };
}

const words = ({ address, count }: RegisterBlock): ReadOutcome => ({
  kind: "words",
  words: Array.from({ length: count }, (_, index) => address + index),
  tookMs: 10,
});

function device(
  made: ReturnType<typeof line>,
  unitId: number,
  registers: readonly RegisterConfig[],
  more: Partial<ScannedDevice> = {},
): ScannedDevice {
  return {
    unitId,
    boiler: `b-${unitId}`,
    maxRegisters: 125,
    cells: cellsOf({ addressBase: 0, registers }),
    pauseMs: 0,
    lane: made.lane,
    gap: () => 0,
    ...more,
  };
}

/** Scans once a second, and gives what each scan found. */
async function scans(
  world: SimulatedWorld,
  devices: readonly ScannedDevice[],
  count: number,
  each: (readings: Awaited<ReturnType<ReturnType<typeof scanner>["scan"]>>, turn: number) => void = () => {},
) {
  const scanning = scanner(devices, 1_000, world);
  for (let turn = 0; turn < count; turn += 1) {
    const scan = scanning.scan({ slot: turn, withinMs: 900 });
    await world.advance(1_000);
    each(await scan, turn);
  }
}

/** A unit as the simulators have it, without a wire between. */
function served(limits: Partial<UnitLimits>, registers: readonly RegisterConfig[]) {
  const map: DeviceMapFile = {
    kind: "device-map",
    id: "m",
    title: "A device",
    addressBase: 0,
    registers: [...registers],
  };
  const values = Object.fromEntries(registers.map(({ point, address }) => [point, address]));
  const unit = mappedUnit(map, () => values, { ...noLimits, ...limits });
  return ({ table, address, count }: RegisterBlock): ReadOutcome => {
    const given = unit.read(table, address, count);
    return "exception" in given
      ? { kind: "exception", code: given.exception, tookMs: 10 }
      : { kind: "words", words: given.registers, tookMs: 10 };
  };
}

describe("what a device refuses is learned", () => {
  const registers = Array.from({ length: 40 }, (_, address) => cell(address));

  test("an illegal address is found by halving, costs no other value, and is left out", async () => {
    const world = simulatedWorld();
    const made = line(world, served({ holes: [{ table: "holding", address: 13, count: 1 }] }, registers));
    await scans(world, [device(made, 1, registers)], 6, ([reading]) => {
      for (const { point, address } of registers)
        expect(reading?.values[point], point).toBe(address === 13 ? null : address);
      expect(reading?.flaws).toEqual({ at13Count: "refused" });
    });
    const later = made.asked.filter(({ atMs }) => atMs >= 4_000);
    expect(later.map(({ address, count }) => [address, count]).slice(0, 2)).toEqual([
      [0, 13],
      [14, 26],
    ]);
    expect(later.some(({ address, count }) => address <= 13 && address + count > 13)).toBe(false);
    const told = world.lines.filter(({ message }) => /^refuses at13Count \(holding\/13\)/.test(message));
    expect(told).toHaveLength(1);
  });

  test("a value that was refused is tried again alone, and is back once the device knows it", async () => {
    const world = simulatedWorld();
    let knows = false;
    const refusing = served({ holes: [{ table: "holding", address: 0, count: 1 }] }, registers);
    const made = line(world, (block) => (knows ? words(block) : refusing(block)));
    const found: (number | null | undefined)[] = [];
    await scans(world, [device(made, 1, registers)], 70, ([reading], turn) => {
      found.push(reading?.values["at0Count"]);
      knows = turn > 10;
    });
    expect(found.slice(0, 60).every((value) => value === null)).toBe(true);
    expect(found.at(-1)).toBe(0);
    expect(world.lines.at(-1)?.message).toBe("gives at0Count now");
  });

  test.each([2, 3] as const)(
    "a cap of 16 registers told by exception %d lowers the device's own",
    async (code) => {
      const world = simulatedWorld();
      const made = line(world, served({ maxRegisters: 16, overMaxException: code }, registers), {
        answerMs: 5,
      });
      await scans(world, [device(made, 1, registers)], 8, ([reading]) => {
        expect(reading?.flaws).toEqual({});
      });
      expect(made.lane.knowledge(1).mostRegisters).toBeLessThanOrEqual(16);
      expect(made.lane.knowledge(1).mostRegisters).toBeGreaterThanOrEqual(8);
      const last = made.asked.filter(({ atMs }) => atMs >= 7_000);
      expect(last.every(({ count }) => count <= 16)).toBe(true);
      expect(last.length).toBeLessThanOrEqual(5);
    },
  );

  test("registers between that nobody asked for are read over, and no more once the device refuses them", async () => {
    const sparse = [cell(0), cell(10), cell(20)];
    const world = simulatedWorld();
    const lenient = line(world, served({ unmapped: "zero" }, sparse));
    const strict = line(world, served({ unmapped: "refused" }, sparse));
    const devices = [
      device(lenient, 1, sparse, { gap: () => 24 }),
      device(strict, 2, sparse, { gap: () => 24 }),
    ];
    await scans(world, devices, 6, (readings) => {
      for (const { values } of readings)
        expect(values).toEqual({ at0Count: 0, at10Count: 10, at20Count: 20 });
    });
    const lastOf = ({ asked }: typeof strict) =>
      asked.filter(({ atMs }) => atMs >= 5_000).map(({ address, count }) => [address, count]);
    expect(lastOf(lenient)).toEqual([[0, 21]]);
    expect(lastOf(strict)).toEqual([
      [0, 1],
      [10, 1],
      [20, 1],
    ]);
  });

  test("one refusal is no fact", async () => {
    const world = simulatedWorld();
    let refusals = 0;
    const made = line(world, (block) => {
      if (refusals > 0) return words(block);
      refusals += 1;
      return { kind: "exception", code: 2, tookMs: 10 };
    });
    await scans(world, [device(made, 1, registers)], 4);
    expect(made.lane.knowledge(1).version).toBe(0);
    expect(made.asked.at(-1)).toMatchObject({ address: 0, count: 40 });
  });
});

describe("exceptions", () => {
  const exception = (code: number): ReadOutcome => ({ kind: "exception", code, tookMs: 10 });

  test.each([5, 6])("%d (not now) is asked again in the same scan, and is never a number", async (code) => {
    const world = simulatedWorld();
    let polls = 0;
    const made = line(world, (block) => {
      polls += 1;
      return polls % 3 === 0 ? words(block) : exception(code);
    });
    await scans(world, [device(made, 1, [cell(7)])], 3, ([reading]) => {
      expect(reading).toMatchObject({ values: { at7Count: 7 }, flaws: {} });
    });
    const stubborn = line(world, () => exception(code));
    await scans(world, [device(stubborn, 1, [cell(7)])], 1, ([reading]) => {
      expect(reading).toMatchObject({ values: { at7Count: null }, flaws: { at7Count: "refused" } });
    });
    expect(stubborn.asked).toHaveLength(4);
  });

  test.each([0x0a, 0x0b])(
    "%d (the gateway does not reach it) leaves the unit alone, and the line at work",
    async (code) => {
      const world = simulatedWorld();
      const made = line(world, (block) => (block.unitId === 1 ? exception(code) : words(block)));
      const devices = [1, 2].map((unitId) => device(made, unitId, [cell(7)]));
      await scans(world, devices, 60, ([absent, present]) => {
        expect(absent?.flaws).toEqual({ at7Count: "no-answer" });
        expect(present?.values).toEqual({ at7Count: 7 });
      });
      expect(made.asked.filter(({ unitId }) => unitId === 1).length).toBeLessThanOrEqual(6);
      expect(made.lane.statistics()).toMatchObject({
        isUp: true,
        units: [{ state: "open" }, { state: "ok" }],
      });
    },
  );

  test("1 (no such function) is asked once a scan, then left out as not there", async () => {
    const world = simulatedWorld();
    const made = line(world, () => exception(1));
    await scans(world, [device(made, 1, [cell(7), cell(8)])], 6, ([reading]) => {
      expect(reading?.flaws).toEqual({ at7Count: "refused", at8Count: "refused" });
    });
    expect(made.asked).toHaveLength(2);
  });

  test("4 (the device fails) is bad, and asked in every scan", async () => {
    const world = simulatedWorld();
    const made = line(world, () => exception(4));
    await scans(world, [device(made, 1, [cell(7), cell(8)])], 5, ([reading]) => {
      expect(reading?.flaws).toEqual({ at7Count: "refused", at8Count: "refused" });
    });
    expect(made.asked).toHaveLength(5);
  });
});

test("the same number on two lines is two units: one that is dead here is well there", async () => {
  const world = simulatedWorld();
  const [dead, well] = [line(world, () => ({ kind: "silent", why: "" })), line(world, words)];
  await scans(world, [device(dead, 1, [cell(7)]), device(well, 1, [cell(7)], { boiler: "b-2" })], 10);
  const stateOf = (made: typeof dead) => made.lane.statistics().units[0]?.state;
  expect([stateOf(dead), stateOf(well)]).toEqual(["open", "ok"]);
  expect(well.asked).toHaveLength(10);
});

describe("a dead unit", () => {
  test("costs the others 2 % of their scan at most: 1 of 32 (promise 19)", async () => {
    const others = Array.from({ length: 32 }, (_, index) => index + 1).filter((unitId) => unitId !== 9);
    const perScan = async (unitIds: readonly number[]) => {
      const world = simulatedWorld();
      const made = line(world, (block) => (block.unitId === 9 ? { kind: "silent", why: "" } : words(block)));
      const scanMs: number[] = [];
      await scans(
        world,
        unitIds.map((unitId) => device(made, unitId, [cell(7)])),
        600,
        (readings, turn) => {
          const live = readings.filter(({ boilerId }) => boilerId !== "b-9");
          expect(live.map(({ values }) => values["at7Count"])).toEqual(others.map(() => 7));
          const fromMs = Date.UTC(2026, 0, 1) + 1_000 * turn;
          scanMs.push(Math.max(...live.map(({ takenAtMs }) => takenAtMs)) - fromMs);
        },
      );
      return scanMs.reduce((sum, each) => sum + each, 0) / scanMs.length;
    };
    const withoutMs = await perScan(others);
    const withDeadMs = await perScan([...others, 9].sort((a, b) => a - b));
    console.log(
      `mean scan of 31 units: ${withoutMs} ms, with a dead one among them ${withDeadMs.toFixed(2)} ms`,
    );
    expect(withDeadMs / withoutMs).toBeLessThanOrEqual(1.02);
  });

  test("three of seven, once found out, cost the four others 5 % of their scan at most", async () => {
    const meanMs = async (dead: readonly number[]) => {
      const world = simulatedWorld();
      const made = line(world, (block) =>
        dead.includes(block.unitId) ? { kind: "silent", why: "" } : words(block),
      );
      const scanMs: number[] = [];
      const devices = [...dead, 4, 5, 6, 7].map((unitId) => device(made, unitId, [cell(7)]));
      await scans(world, devices, 600, (readings, turn) => {
        const live = readings.filter(({ boilerId }) => !dead.some((unitId) => boilerId === `b-${unitId}`));
        expect(live).toHaveLength(4);
        if (turn < 30) return;
        expect(live.map(({ values }) => values["at7Count"])).toEqual([7, 7, 7, 7]);
        scanMs.push(
          Math.max(...live.map(({ takenAtMs }) => takenAtMs)) - Date.UTC(2026, 0, 1) - 1_000 * turn,
        );
      });
      return scanMs.reduce((sum, each) => sum + each, 0) / scanMs.length;
    };
    expect((await meanMs([1, 2, 3])) / (await meanMs([]))).toBeLessThanOrEqual(1.05);
  });

  test("probes take a tenth of the line's time, however many are dead", async () => {
    const world = simulatedWorld();
    const made = line(world, (block) => (block.unitId > 2 ? { kind: "silent", why: "" } : words(block)));
    const devices = Array.from({ length: 32 }, (_, index) => device(made, index + 1, [cell(7)]));
    await scans(world, devices, 600);
    const probesMs = 500 * made.asked.filter(({ unitId, atMs }) => unitId > 2 && atMs > 300_000).length;
    expect(probesMs).toBeGreaterThan(0);
    expect(probesMs / 300_000).toBeLessThanOrEqual(0.11);
  });

  test("is found again, and when nobody answered, all the others at once", async () => {
    const world = simulatedWorld();
    let isCut = false;
    const made = line(world, (block) => (isCut ? { kind: "silent", why: "" } : words(block)), {
      timeoutMs: 100,
    });
    const devices = Array.from({ length: 8 }, (_, index) => device(made, index + 1, [cell(7)]));
    const good: number[] = [];
    await scans(world, devices, 200, (readings, turn) => {
      isCut = turn >= 5 && turn < 100;
      good.push(readings.filter(({ flaws }) => flaws["at7Count"] === undefined).length);
    });
    const firstGood = good.findIndex((count, turn) => turn > 101 && count > 0);
    expect(firstGood).toBeLessThan(175);
    expect(good[firstGood + 2]).toBe(8);
  });

  test("a block that is never answered does not take its unit along", async () => {
    const world = simulatedWorld();
    const made = line(world, (block) => (block.address === 50 ? { kind: "silent", why: "" } : words(block)), {
      timeoutMs: 100,
    });
    await scans(world, [device(made, 1, [cell(7), cell(50)])], 120, ([reading]) => {
      expect(reading?.values).toEqual({ at7Count: 7, at50Count: null });
    });
    expect(made.asked.filter(({ address }) => address === 50).length).toBeLessThan(12);
  });
});

describe("the order of a line", () => {
  test("slower registers have their turn on a fixed grid, spread over the scans between", async () => {
    const world = simulatedWorld();
    const made = line(world, words);
    const registers = [cell(7), cell(50, { scanMs: 4_000 })];
    const devices = [1, 2, 3, 4].map((unitId) => device(made, unitId, registers));
    const slow: string[] = [];
    await scans(world, devices, 12, (readings) => {
      for (const { boilerId, values } of readings) expect(values["at7Count"], boilerId).toBe(7);
      slow.push(readings.flatMap(({ boilerId, values }) => ("at50Count" in values ? [boilerId] : [])).join());
    });
    // At first all at once; later each in its turn. What may wait is no reason to keep the others' readings back.
    expect(slow[1]?.startsWith("b-1,b-2,b-3,b-4")).toBe(true);
    expect(slow.slice(5, 12)).toEqual(["b-1", "b-2", "b-3", "b-4", "b-1", "b-2", "b-3"]);
  });

  test("what is due first goes first, and a late scan is skipped and counted, not queued", async () => {
    const world = simulatedWorld();
    const made = line(world, words, { answerMs: 400 });
    const devices = [1, 2, 3].map((unitId) => device(made, unitId, [cell(7)]));
    await scans(world, devices, 10, (readings) => {
      const flawed = readings.filter(({ flaws }) => flaws["at7Count"] === "no-answer");
      expect(flawed.map(({ boilerId }) => boilerId)).toContain("b-3");
    });
    // Two and a half requests fit into a second, so that nothing piles up.
    expect(made.asked.length).toBeLessThanOrEqual(25);
    expect(made.lane.statistics().units.find(({ unitId }) => unitId === 3)?.skipped).toBeGreaterThanOrEqual(
      5,
    );
  });
});

test.each([
  [9_600, 24],
  [19_200, 38],
])(
  "at %d baud and 30 ms of turnaround, reading over %d registers is as quick as another request",
  (baudRate, gap) => {
    expect(breakEvenGap({ baudRate, bitsPerCharacter: 10, turnaroundMs: 30 })).toBe(gap);
  },
);

test("on a network reading over 50 registers is worth it", () => {
  expect(breakEvenGap({ baudRate: null, bitsPerCharacter: 10, turnaroundMs: 5 })).toBe(50);
});
