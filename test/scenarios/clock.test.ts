import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Batch } from "../../contracts/batch.ts";
import type { DeviceMapFile, RegisterConfig } from "../../contracts/device-map.ts";
import type { GatewayConfig } from "../../gateway/config.ts";
import { startGateway } from "../../gateway/gateway.ts";
import { startIngest } from "../../ingest/ingest.ts";
import { alarmsSince } from "../../platform/records/alarm-records.ts";
import { integrityHours } from "../../platform/records/integrity-records.ts";
import { sqliteRecords } from "../../platform/records/records.ts";
import { duckdbTelemetry } from "../../platform/telemetry/duckdb-telemetry.ts";
import { dataTopic, testPlant } from "../helpers/batches.ts";
import { memoryBroker } from "../helpers/memory-bus.ts";
import { keep } from "../helpers/running-ingest.ts";
import { temporaryFolder } from "../helpers/servers.ts";
import { simulatedSource } from "../helpers/simulated-source.ts";
import { simulatedWorld } from "../helpers/simulated-world.ts";
import { until } from "../helpers/until.ts";

const hour = 3_600_000;
const noon = Date.UTC(2026, 2, 12, 12);

const register = (point: string, address: number): RegisterConfig => ({
  point,
  table: "input",
  address,
  type: "uint16",
  wordOrder: "ABCD",
  scale: point === "o2DryPercent" ? 0.1 : 1,
  offset: 0,
  sentinels: [],
});

const map: DeviceMapFile = {
  kind: "device-map",
  id: "counter",
  title: "Counts its polls",
  addressBase: 0,
  registers: [register("steamFlowKgPerH", 0), register("o2DryPercent", 1), register("firing", 2)],
};

const config: GatewayConfig = {
  id: "gw-1",
  site: "works",
  scanMs: 1_000,
  clock: "rtc",
  lines: [{ id: "line", host: "127.0.0.1", connectTimeoutMs: 1_000, timeoutMs: 500 }],
  devices: [
    { id: "d", line: "line", unitId: 1, map: "counter", boiler: "b-1", maxRegisters: 125, pauseMs: 0 },
  ],
  outbox: {
    ...{ segmentMib: 4, keepAckedHours: 168, keepAckedMib: 512 },
    ...{ quotaMib: 4_096, quotaDays: 90, reserveMib: 0 },
  },
};

/** A gateway whose clock can be set, and ingest beside it over real stores, on a virtual clock. */
async function plantWithClocks({ startMs = noon, gatewayAheadMs = 0, driftPpm = 0 } = {}) {
  const world = simulatedWorld({ startMs });
  const broker = memoryBroker();
  const plant = testPlant();
  const folder = temporaryFolder();
  mkdirSync(join(folder, "journal"));
  const telemetry = await duckdbTelemetry(folder, plant.catalogue);
  const records = await sqliteRecords(folder);
  const ingest = await startIngest(
    { journal: { segmentMib: 1, keepDays: 30, keepGib: 20 } },
    {
      plant,
      folder: join(folder, "journal"),
      telemetry,
      keep,
      records: records.db,
      bus: broker.connect(),
      world,
    },
  );

  let aheadMs = gatewayAheadMs;
  let o2Tenths = 30;
  /** What the device has answered: the count of its polls. */
  const ledger: number[] = [];
  const gatewayWorld = {
    ...world,
    clock: {
      ...world.clock,
      nowMs: () => Math.round(world.clock.nowMs() + aheadMs + (driftPpm / 1e6) * world.clock.monotonicMs()),
    },
  };
  const source = simulatedSource(world, () => {
    ledger.push(ledger.length + 1);
    return { afterMs: 5, words: [ledger.length, o2Tenths, 1] };
  });
  const needs = {
    maps: new Map([["counter", map]]),
    folder: join(folder, "gateway"),
    world: gatewayWorld,
    openLine: () => source,
  };
  const start = () => startGateway(config, { ...needs, bus: broker.connect() });
  mkdirSync(needs.folder);
  let gateway = await start();
  await world.advance(500); // scans are on the full second: each step of a second holds the whole of one

  const batches = () =>
    broker.published
      .filter(({ topic }) => topic === dataTopic)
      .map(({ payload }) => JSON.parse(payload.toString()) as Batch);
  const stored = () => telemetry.readings({ boilerId: "b-1", fromMs: 0, toMs: 9e12, limit: 100_000 });

  /** What stops still waits for its time to pass. */
  async function passing(stopping: Promise<void>): Promise<void> {
    let over = false;
    const ended = stopping.then(() => {
      over = true;
    });
    while (!over) await world.advance(50);
    await ended;
  }

  async function run(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      await world.advance(1_000);
      // What was read is on the disk and away before the next second begins.
      const polls = ledger.length;
      await until("the scan is sent", () => batches().length >= polls, 5_000);
    }
  }

  return {
    world,
    run,
    batches,
    /** Of the gateway alone. */
    setClock: (byMs: number) => {
      aheadMs += byMs;
    },
    setO2: (percent: number) => {
      o2Tenths = percent * 10;
    },
    /** The new one's clock begins so far from where the old one was told to stop, however long that took. */
    restartGateway: async (meanwhileSetMs: number) => {
      const toldAtMs = world.clock.nowMs();
      await passing(gateway.stop());
      aheadMs += meanwhileSetMs - (world.clock.nowMs() - toldAtMs);
      gateway = await start();
    },
    alarms: () => alarmsSince(records.db, null),
    /** Ends, and holds the store against the ledger and the books. */
    end: async () => {
      await passing(gateway.stop());
      await until("all is stored", async () => {
        await world.advance(1_000);
        return (await stored()).length >= ledger.length;
      });
      await passing(ingest.stop());
      const rows = await stored();
      const perHour = await telemetry.storedPerHour(0, 9e12);
      const booked = await integrityHours(records.db, 0, 9e12);
      await telemetry.stop();
      await records.stop();

      const counts = rows.map(({ values }) => values["steamFlowKgPerH"] as number);
      // Nothing lost, nothing overwritten, nothing twice, nothing altered.
      expect(counts.toSorted((a, b) => a - b)).toEqual(ledger);
      // In the order of the log, times only grow within a segment.
      const inOrder = rows.toSorted((a, b) => a.seq - b.seq);
      expect(inOrder.map(({ values }) => values["steamFlowKgPerH"])).toEqual(ledger);
      for (const [index, row] of inOrder.entries()) {
        const before = inOrder[index - 1];
        if (before?.timeSegment !== row.timeSegment) continue;
        expect(row.takenAtMs).toBeGreaterThan(before.takenAtMs);
      }
      const byHour = (hours: readonly { hourStartMs: number; readings: number }[]) =>
        Object.fromEntries(hours.map(({ hourStartMs, readings }) => [hourStartMs, readings]));
      expect(byHour(perHour)).toEqual(
        byHour(booked.map(({ hourStartMs, accepted }) => ({ hourStartMs, readings: accepted }))),
      );
      return inOrder;
    },
  };
}

const clockEvents = (batches: readonly Batch[]) =>
  batches.flatMap(({ gap, tseg }) =>
    gap.filter(([, , , , reason]) => reason === "clock").map(([, from, to]) => ({ byMs: to - from, tseg })),
  );

describe("the clock of a gateway is set", () => {
  test.each([
    ["an hour forward", hour],
    ["an hour back", -hour],
    ["ten seconds back", -10_000],
  ])("%s, and later back again: nothing is lost, merged or overwritten", async (_how, byMs) => {
    const { run, setClock, batches, end } = await plantWithClocks();
    await run(15);
    setClock(byMs);
    await run(15);
    setClock(-byMs);
    await run(15);
    const rows = await end();

    const told = clockEvents(batches());
    expect(told.map(({ byMs: toldMs }) => Math.round(toldMs / 1_000))).toEqual([byMs / 1_000, -byMs / 1_000]);
    expect(new Set(rows.map(({ timeSegment }) => timeSegment))).toEqual(new Set([0, 1]));
    // Doubted while it was wrong, and only then: ingest had been asked before.
    const doubted = rows.filter(({ flaws }) => flaws["steamFlowKgPerH"] === "clock-doubtful");
    const wrong = rows.filter(({ takenAtMs }, index) => {
      const rightMs = noon + index * 1_000;
      return Math.abs(takenAtMs - rightMs) > 5_000;
    });
    expect(doubted.map(({ seq }) => seq)).toEqual(wrong.map(({ seq }) => seq));
    expect(doubted.length).toBeGreaterThan(13);
    for (const { flaws } of doubted) {
      expect(flaws["o2DryPercent"]).toBe("clock-doubtful");
      expect(flaws["airRatio"]).toBe("input-doubtful");
    }
  });

  test("a gateway that wakes up in 1970: kept, doubted, told of, and trusted once its clock is right", async () => {
    const { run, setClock, batches, alarms, end } = await plantWithClocks({ gatewayAheadMs: 1_000 - noon });
    await run(90);
    expect(batches()[0]).toMatchObject({ clk: { src: "none" }, tseg: 0 });
    expect((await alarms()).map(({ ruleId }) => ruleId)).toContain("gateway-clock");
    setClock(noon - 1_000);
    await run(80);
    const open = (await alarms()).filter(({ state }) => state !== "closed" && state !== "returned");
    expect(open.map(({ ruleId }) => ruleId)).not.toContain("gateway-clock");
    const rows = await end();
    expect(new Date(rows[0]?.takenAtMs ?? 0).getUTCFullYear()).toBe(1970);
    const isDoubted = ({ flaws }: (typeof rows)[number]) => flaws["o2DryPercent"] === "clock-doubtful";
    expect(rows.filter(isDoubted).every(({ takenAtMs }) => takenAtMs < hour)).toBe(true);
    expect(rows.filter((row) => !isDoubted(row)).every(({ takenAtMs }) => takenAtMs >= noon)).toBe(true);
  });

  test("between two starts, by less than a second: times that were given out do not come again", async () => {
    const { run, restartGateway, batches, end } = await plantWithClocks();
    await run(5);
    await restartGateway(-990);
    await run(5);
    await end();
    expect(batches().at(-1)?.tseg).toBe(1);
  });

  test("a clock that gains 500 ppm is not set, and over the end of the year nothing happens", async () => {
    const startMs = Date.UTC(2026, 11, 31, 23, 59, 40);
    const { run, batches, end } = await plantWithClocks({ startMs, driftPpm: 500 });
    await run(40);
    const rows = await end();
    expect(clockEvents(batches())).toEqual([]);
    expect(rows.every(({ timeSegment, flaws }) => timeSegment === 0 && Object.keys(flaws).length === 0)).toBe(
      true,
    );
    expect(new Set(rows.map(({ takenAtMs }) => new Date(takenAtMs).getUTCFullYear()))).toEqual(
      new Set([2026, 2027]),
    );
  });

  test.each([
    ["an hour forward", hour],
    ["ten seconds back", -10_000],
  ])("on the one machine of all roles, %s: no alarm comes sooner or later for it", async (_how, byMs) => {
    const { world, run, setO2, alarms, end } = await plantWithClocks();
    const lowO2 = async () => (await alarms()).filter(({ ruleId }) => ruleId === "low-o2").length;
    await run(40);
    setO2(1.5); // below 2 %: an alarm after thirty seconds
    await run(12);
    world.stepWallClock(byMs);
    await run(14);
    expect(await lowO2()).toBe(0);
    await run(8);
    expect(await lowO2()).toBe(1);
    await end();
  });
});
