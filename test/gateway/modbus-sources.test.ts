import { describe, expect, onTestFinished, type TestContext, test } from "vitest";
import { openLine } from "../../gateway/modbus/open-line.ts";
import { modbusTcpSource } from "../../gateway/modbus/tcp-source.ts";
import type { ReadOutcome, RegisterBlock, RegisterSource } from "../../gateway/register-source.ts";
import { realWorld } from "../../platform/world.ts";
import type { BusFault } from "../../simulators/modbus/fault.ts";
import type { LedgerLine } from "../../simulators/modbus/ledger.ts";
import type { ModbusServer } from "../../simulators/modbus/modbus-server.ts";
import { startModbusServer } from "../../simulators/modbus/server.ts";
import { seededRandom } from "../../simulators/seeded-random.ts";
import { ptyPair } from "../helpers/pty-pair.ts";
import { freePort, neededProgram } from "../helpers/servers.ts";
import { sized, within } from "../helpers/sized.ts";
import { tellingUnit, tellingWords } from "../helpers/telling-unit.ts";
import { until } from "../helpers/until.ts";

const socat = neededProgram("socat");
const world = realWorld("silent");
type Undo = () => Promise<void>;

type Way = "tcp" | "rtu" | "pty";
const ways: readonly Way[] = socat === null ? ["tcp", "rtu"] : ["tcp", "rtu", "pty"];

interface Bench {
  readonly server: ModbusServer;
  readonly source: RegisterSource;
  readonly ledger: readonly LedgerLine[];
}

/** Units that say in each register which they are, and the gateway's way to them. */
async function bench(
  way: Way,
  unitIds: readonly number[],
  finished: TestContext["onTestFinished"] = onTestFinished,
): Promise<Bench> {
  const cleanup: Undo[] = [];
  finished(async () => {
    for (const undo of cleanup.reverse()) await undo();
  });
  const ledger: LedgerLine[] = [];
  const timing = { host: "127.0.0.1", seed: 7, turnaroundMs: 2, latencyMs: 0, jitterMs: 0 } as const;
  const units = new Map(unitIds.map((unitId) => [unitId, tellingUnit(unitId)]));
  const needs = { world, ledger: (line: LedgerLine) => ledger.push(line) };
  const times = { connectTimeoutMs: 1_000, timeoutMs: 500 };
  if (way === "pty") {
    const pair = await ptyPair(socat ?? "");
    cleanup.push(pair.stop);
    const server = await startModbusServer({ ...timing, pty: pair.server }, units, needs);
    cleanup.push(server.stop);
    const source = openLine({ id: "l", tty: pair.client, baudRate: 115_200, ...times }, world);
    cleanup.push(source.close);
    return { server, source, ledger };
  }
  const port = await freePort();
  const server = await startModbusServer({ ...timing, port, framing: way }, units, needs);
  cleanup.push(server.stop);
  const source = openLine({ id: "l", host: "127.0.0.1", port, framing: way, ...times }, world);
  cleanup.push(source.close);
  return { server, source, ledger };
}

const block = (unitId: number, address: number, count = 4): RegisterBlock => ({
  unitId,
  table: "holding",
  address,
  count,
});

/** Blocks of one unit whose answers look the same, and of another unit: what a late answer could be taken for. */
const blocks = [block(1, 0), block(1, 20), block(2, 0), block(1, 40), block(2, 20), block(2, 40)];

function expectRight(outcome: ReadOutcome, asked: RegisterBlock): void {
  if (outcome.kind === "words") expect(outcome.words, JSON.stringify(asked)).toEqual(tellingWords(asked));
}

describe.each(ways)("a line by %s", (way) => {
  test("gives bits and registers of all four tables", async () => {
    const { source, ledger } = await bench(way, [3]);
    for (const table of ["coil", "discrete", "holding", "input"] as const) {
      const asked = { unitId: 3, table, address: 11, count: 19 };
      expect(await source.read(asked, 500)).toMatchObject({ kind: "words", words: tellingWords(asked) });
    }
    expect(ledger.map(({ table }) => table)).toEqual(["coil", "discrete", "holding", "input"]);
  });

  test.each([1, 2, 3, 4, 5, 6, 10, 11] as const)("exception %d arrives as what it is", async (code) => {
    const { source, server } = await bench(way, [1]);
    server.setFault(1, { kind: "exception", code });
    expect(await source.read(block(1, 0), 500)).toMatchObject({ kind: "exception", code });
  });

  const faults: readonly BusFault[] = [
    { kind: "exception", code: 4, share: 0.3 },
    { kind: "busy", share: 0.3 },
    { kind: "dead", share: 0.3 },
    ...[60, 110, 170, 320].map((byMs): BusFault => ({ kind: "late", byMs, share: 0.3 })),
    { kind: "wrong-unit", share: 0.3 },
    { kind: "truncated", share: 0.3 },
    { kind: "glued", to: "answer-before", share: 0.3 },
    { kind: "glued", to: "noise", share: 0.3 },
    { kind: "split", gapMs: 15, share: 0.3 },
    { kind: "split", gapMs: 80, share: 0.3 },
    ...[0, 12, 35].map((gapMs): BusFault => ({ kind: "duplicate", gapMs, share: 0.3 })),
    ...(way === "tcp"
      ? [{ kind: "wrong-transaction", share: 0.3 } as const]
      : [{ kind: "bit-flip", share: 0.3 } as const, { kind: "bit-flip", bits: 5, share: 0.3 } as const]),
  ];
  test.concurrent.for(faults.map((fault) => [JSON.stringify(fault), fault] as const))(
    "under %s a value is right or none",
    async ([, fault], { onTestFinished }) => {
      const { source, server, ledger } = await bench(way, [1, 2], onTestFinished);
      server.setFault(null, fault);
      for (let turn = 0; turn < 30; turn += 1) {
        const asked = blocks.filter((each) => source.readyInMs(each) === 0)[turn % 3] ?? block(1, 0);
        expectRight(await source.read(asked, 50), asked);
      }
      expect(ledger.some((poll) => poll.fault !== null)).toBe(true);
      server.setFault(null, null);
      await until("the line is well again", async () => {
        const outcome = await source.read(block(2, 20), 500);
        expectRight(outcome, block(2, 20));
        return outcome.kind === "words";
      });
    },
  );

  test("an answer that comes when it is wanted no more never shifts those that follow", async () => {
    // Three blocks of one unit in turn, one answer a second late: without care each answer then fits the request after.
    // The timeout is long enough that a busy machine makes no other answer late.
    const { source, server } = await bench(way, [1]);
    const kinds: string[] = [];
    for (let turn = 0; turn < 30; turn += 1) {
      const asked = block(1, 20 * (turn % 3), 2);
      server.setFault(1, turn === 4 ? { kind: "late", byMs: 1_050 } : null);
      const outcome = await source.read(asked, 300);
      expectRight(outcome, asked);
      kinds.push(outcome.kind);
    }
    expect(kinds[4]).toBe("silent");
    expect(kinds.filter((kind) => kind === "silent")).toHaveLength(1);
    expect(kinds.filter((kind) => kind === "words").length).toBeGreaterThanOrEqual(28);
  });
});

test("Modbus TCP has no checksum of its own: a flipped bit arrives, under the point it was asked for", async () => {
  const { source, server, ledger } = await bench("tcp", [1]);
  server.setFault(1, { kind: "bit-flip" });
  const outcome = await source.read(block(1, 0), 500);
  if (outcome.kind !== "words") throw new Error("the answer is whole");
  const bytes = Buffer.from(ledger[0]?.delivered ?? "", "hex").subarray(9);
  expect(outcome.words).toEqual(Array.from({ length: 4 }, (_, index) => bytes.readUInt16BE(2 * index)));
});

test("transaction ids are used once on a connection", async () => {
  const sent: number[] = [];
  let connections = 0;
  const source = modbusTcpSource(async ({ bytes }) => {
    connections += 1;
    return {
      write: (request) => {
        const id = request.readUInt16BE(0);
        sent.push(connections * 100_000 + id);
        const answer = Buffer.from([0, 0, 0, 0, 0, 5, 1, 3, 2, 0, 42]);
        answer.writeUInt16BE(id, 0);
        queueMicrotask(() => bytes(answer));
      },
      close: () => {},
    };
  }, world);
  for (let turn = 0; turn < 66_000; turn += 1) await source.read(block(1, 0, 1), 10_000);
  expect(new Set(sent).size).toBe(66_000);
  expect(connections).toBe(2);
});

test("a unit that is dead behind a gateway does not cost the others their connection; nobody at all does", async () => {
  let connections = 0;
  let isDead = false;
  const source = modbusTcpSource(async ({ bytes }) => {
    connections += 1;
    return {
      write: (request) => {
        if (isDead || request.readUInt8(6) === 2) return;
        const answer = Buffer.from([0, 0, 0, 0, 0, 5, 1, 3, 2, 0, 42]);
        request.copy(answer, 0, 0, 2);
        queueMicrotask(() => bytes(answer));
      },
      close: () => {},
    };
  }, world);
  for (let turn = 0; turn < 10; turn += 1) {
    expect((await source.read(block(2, 0, 1), 5)).kind).toBe("silent");
    expect((await source.read(block(1, 0, 1), 1_000)).kind).toBe("words");
  }
  expect(connections).toBe(1);
  isDead = true;
  for (let turn = 0; turn < 2; turn += 1) await source.read(block(1, 0, 1), 5);
  isDead = false;
  expect((await source.read(block(1, 0, 1), 1_000)).kind).toBe("words");
  expect(connections).toBe(2);
});

test.each([
  ["one after the other", false],
  ["in one piece", true],
])("an answer that was cut off is not completed by one that was owed: %s", async (_, isOnePiece) => {
  let late: Buffer | null = null;
  const source = modbusTcpSource(
    async ({ bytes }) => ({
      write: (request) => {
        const answer = Buffer.from([0, 0, 0, 0, 0, 7, 1, 3, 4, 0, 42, 0, 43]);
        request.copy(answer, 0, 0, 2);
        if (late === null) {
          late = answer;
          return;
        }
        const cutOff = answer.subarray(0, -2);
        const pieces = isOnePiece ? [Buffer.concat([cutOff, late])] : [cutOff, late];
        queueMicrotask(() => pieces.forEach(bytes));
      },
      close: () => {},
    }),
    world,
  );
  expect((await source.read(block(1, 0, 2), 5)).kind).toBe("silent");
  expect((await source.read(block(1, 0, 2), 100)).kind).toBe("garbled");
});

test.each(["tcp", "rtu"] as const)(
  "a half-open or refused connection by %s is found by its silence and made anew",
  async (way) => {
    const { source, server } = await bench(way, [1]);
    expect((await source.read(block(1, 0), 200)).kind).toBe("words");
    server.setFault(null, { kind: "half-open" });
    expect((await source.read(block(1, 0), 50)).kind).toBe("silent");
    server.setFault(null, { kind: "refuse" });
    expect((await source.read(block(1, 0), 50)).kind).toMatch(/silent|line-down/);
    server.setFault(null, null);
    await until("it is read again", async () => (await source.read(block(1, 0), 200)).kind === "words");
  },
);

const cuts = sized(5, 200);

test.each(["tcp", "rtu"] as const)(
  `a line by %s that is cut ${cuts} times is never stuck`,
  async (way) => {
    const { source, server } = await bench(way, [1]);
    const random = seededRandom(200);
    for (let cut = 0; cut < cuts; cut += 1) {
      server.setFault(null, { kind: random() < 0.5 ? "half-open" : "refuse" });
      const asks = Math.floor(3 * random());
      for (let ask = 0; ask < asks; ask += 1)
        expect((await source.read(block(1, 0), 20)).kind).toMatch(/silent|line-down/);
      server.setFault(null, null);
      await until("it is read again", async () => {
        const outcome = await source.read(block(1, 0), 200);
        expectRight(outcome, block(1, 0));
        return outcome.kind === "words";
      });
    }
  },
  within(60_000),
);

test("nobody at the other end is one sentence", async () => {
  const port = await freePort();
  const times = { connectTimeoutMs: 1_000, timeoutMs: 500 };
  const absent = openLine({ id: "l", host: "127.0.0.1", port, ...times }, world);
  expect(await absent.read(block(1, 0), 100)).toMatchObject({
    kind: "line-down",
    why: expect.stringMatching(new RegExp(`no connection to 127.0.0.1:${port} \\(.*ECONNREFUSED`)),
  });
  const nowhere = openLine({ id: "l", tty: "/nowhere/tty", baudRate: 9_600, ...times }, world);
  expect(await nowhere.read(block(1, 0), 100)).toMatchObject({
    kind: "line-down",
    why: expect.stringMatching(/^\/nowhere\/tty cannot be opened \(ENOENT/),
  });
  const file = openLine({ id: "l", tty: import.meta.filename, baudRate: 9_600, ...times }, world);
  expect(await file.read(block(1, 0), 100)).toMatchObject({
    why: expect.stringMatching(/is no serial port$/),
  });
});

const full = sized(1, 50);

describe(`${full * 20_000} polls on 32 lines, 10 % of the answers broken and 5 % late`, () => {
  const seed = 20_260;
  const lines = [
    ...Array.from({ length: 12 }, () => ({ way: "tcp" as const, polls: full * 920 })),
    ...Array.from({ length: 20 }, () => ({ way: "rtu" as const, polls: full * 450 })),
  ];

  test(
    `no value stands under a wrong point (seed ${seed})`,
    async ({ onTestFinished }) => {
      const counts: Record<string, number> = {};
      const wrong: string[] = [];
      await Promise.all(
        lines.map(async ({ way, polls }, index) => {
          const { server, source, ledger } = await bench(way, [1, 2, 3], onTestFinished);
          const random = seededRandom(seed + index);
          const all = [1, 2, 3].flatMap((unitId) => [
            block(unitId, 0),
            block(unitId, 20),
            block(unitId, 40, 3),
          ]);
          for (let poll = 0; poll < polls; poll += 1) {
            const ready = all.filter((each) => source.readyInMs(each) === 0);
            const asked = ready[Math.floor(random() * ready.length)] ?? block(1, 0);
            server.setFault(null, drawnFault(way, random));
            const outcome = await source.read(asked, 50);
            counts[outcome.kind] = (counts[outcome.kind] ?? 0) + 1;
            if (outcome.kind !== "words") continue;
            if (tellingWords(asked).some((word, at) => word !== outcome.words[at]))
              wrong.push(`line ${index} (${way}), poll ${poll}: ${JSON.stringify({ asked, outcome })}`);
          }
          const struck = ledger.filter(({ fault }) => fault !== null).length;
          counts["struck"] = (counts["struck"] ?? 0) + struck;
        }),
      );
      console.log(`polls by what became of them: ${JSON.stringify(counts)}`);
      expect(wrong).toEqual([]);
      expect(counts["words"]).toBeGreaterThan(full * 12_000);
      expect(counts["struck"]).toBeGreaterThan(full * 2_500);
    },
    within(180_000),
  );

  function drawnFault(way: "tcp" | "rtu", random: () => number): BusFault | null {
    const luck = random();
    if (luck < 0.05) return { kind: "late", byMs: 55 + 350 * random() };
    if (luck >= 0.15) return null;
    const broken: readonly BusFault[] = [
      { kind: "truncated" },
      { kind: "wrong-unit" },
      { kind: "glued", to: "answer-before" },
      { kind: "glued", to: "noise" },
      way === "tcp" ? { kind: "wrong-transaction" } : { kind: "bit-flip" },
      way === "tcp" ? { kind: "duplicate", gapMs: 10 } : { kind: "bit-flip", bits: 4 },
    ];
    return broken[Math.floor(random() * broken.length)] ?? null;
  }
});
