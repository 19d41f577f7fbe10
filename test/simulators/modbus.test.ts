import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Compile } from "typebox/compile";
import { afterEach, describe, expect, test } from "vitest";
import type { RegisterConfig } from "../../contracts/device-map.ts";
import { decodedText } from "../../gateway/decode.ts";
import { openLine } from "../../gateway/modbus/open-line.ts";
import { plannedReads } from "../../gateway/plan.ts";
import type { RegisterBlock } from "../../gateway/register-source.ts";
import { readEnvironment } from "../../platform/environment.ts";
import { realWorld } from "../../platform/world.ts";
import { loadSettings } from "../../settings/settings.ts";
import type { ServerSettings } from "../../simulators/modbus/config.ts";
import { BusFault } from "../../simulators/modbus/fault.ts";
import { rtuFraming, rtuRequests, tcpFraming } from "../../simulators/modbus/framing.ts";
import { fileLedger, type LedgerLine } from "../../simulators/modbus/ledger.ts";
import { type LineSettings, modbusLine } from "../../simulators/modbus/line.ts";
import type { ModbusServer } from "../../simulators/modbus/modbus-server.ts";
import { startModbusServer } from "../../simulators/modbus/server.ts";
import { nothingAround } from "../../simulators/simulation.ts";
import { startSimulators } from "../../simulators/simulators.ts";
import { mappedUnit, noLimits, type UnitLimits } from "../../simulators/unit.ts";
import { fuel } from "../helpers/boilers.ts";
import { everyType } from "../helpers/every-type.ts";
import { type RawClient, rawClient, rtuRequest, tcpRequest, withCrc } from "../helpers/modbus-client.ts";
import { freePort, temporaryFolder } from "../helpers/servers.ts";
import { type SimulatedWorld, settled, simulatedWorld } from "../helpers/simulated-world.ts";
import { until } from "../helpers/until.ts";

const cell = (point: string, address: number, more: Partial<RegisterConfig> = {}): RegisterConfig => ({
  point,
  table: "holding",
  address,
  type: "uint16",
  wordOrder: "ABCD",
  scale: 0.1,
  offset: 0,
  sentinels: [],
  ...more,
});

const map = {
  kind: "device-map",
  id: "m",
  title: "A device",
  addressBase: 0,
  registers: [
    cell("loadPercent", 0),
    cell("exhaustTempC", 1),
    cell("servedPollsCount", 10, { type: "uint32", scale: 1 }),
  ],
} as const;
const values = { loadPercent: 81.3, exhaustTempC: 145.2 };
const unit = (limits: Partial<UnitLimits> = {}) =>
  mappedUnit({ ...map, registers: [...map.registers] }, () => values, { ...noLimits, ...limits });

/** loadPercent and exhaustTempC, as unit 7 answers them. */
const goodPdu = Buffer.from([3, 4, 0x03, 0x2d, 0x05, 0xac]);
const untimed = { host: "127.0.0.1", seed: 5, turnaroundMs: 0, latencyMs: 0, jitterMs: 0 } as const;

const cleanup: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of cleanup.splice(0).reverse()) await undo();
});

interface Bench {
  readonly world: SimulatedWorld;
  readonly server: ModbusServer;
  readonly ledger: readonly LedgerLine[];
  connect(): Promise<RawClient>;
}

async function bench(
  settings: Partial<ServerSettings> = {},
  limits: Partial<UnitLimits> = {},
): Promise<Bench> {
  const world = simulatedWorld();
  const ledger: LedgerLine[] = [];
  const server = await startModbusServer(
    { ...untimed, port: await freePort(), ...settings },
    new Map([
      [7, unit(limits)],
      [8, unit()],
    ]),
    { world, ledger: (line) => ledger.push(line) },
  );
  cleanup.push(server.stop);
  return {
    world,
    server,
    ledger,
    connect: async () => {
      const client = await rawClient(server.port ?? 0);
      cleanup.push(client.destroy);
      return client;
    },
  };
}

describe("a simulated device on Modbus TCP", () => {
  test("gives the gateway what its sensors say, of every type, and writes down what it served", async () => {
    const { map: everyMap, values: all } = everyType();
    const ledger: LedgerLine[] = [];
    const port = await freePort();
    const server = await startModbusServer(
      { ...untimed, port },
      new Map([[7, mappedUnit(everyMap, () => all)]]),
      {
        world: realWorld("silent"),
        ledger: (line) => ledger.push(line),
      },
    );
    cleanup.push(server.stop);
    const line = { id: "l", host: "127.0.0.1", port, connectTimeoutMs: 1_000, timeoutMs: 500 };
    const source = openLine(line, realWorld("silent"));
    cleanup.push(source.close);
    const reads = plannedReads({ unitId: 7, boiler: "b-1", maxRegisters: 125 }, everyMap);
    const wordsOf = async (block: RegisterBlock) => {
      const outcome = await source.read(block, 500);
      if (outcome.kind !== "words") throw new Error(`the read ended as ${outcome.kind}`);
      return outcome.words;
    };
    const read: Record<string, number | string | null> = {};
    for (const { block, values: wanted } of reads) {
      const words = await wordsOf(block);
      for (const { point, from, count, decode } of wanted)
        read[point] = decode(words.slice(from, from + count)).value;
    }
    for (const register of everyMap.registers.filter(({ type }) => type === "string")) {
      const words = await wordsOf({
        unitId: 7,
        table: register.table,
        address: register.address,
        count: 5,
      });
      read[register.point] = decodedText(register, words);
    }
    expect(read).toEqual(all);
    expect(Object.assign({}, ...ledger.map((entry) => entry.values))).toEqual(all);
    expect(ledger.every(({ delivered, fault }) => delivered !== null && fault === null)).toBe(true);

    const single = { table: "input", address: 0, count: 1 } as const;
    expect(await source.read({ unitId: 7, ...single, address: 900 }, 500)).toMatchObject({ code: 2 });
    expect(await source.read({ unitId: 9, ...single }, 500)).toMatchObject({ code: 11 });
    expect(ledger.slice(-2).map(({ exception }) => exception)).toEqual([2, 11]);
    await server.stop();
    expect((await source.read({ unitId: 7, ...single }, 500)).kind).toMatch(/line-down|silent/);
  });

  test("refuses what it was told to refuse, and all but reading", async () => {
    const hole = { table: "holding", address: 1, count: 1 } as const;
    const { connect, server, ledger } = await bench(
      {},
      { maxRegisters: 4, overMaxException: 2, unmapped: "zero", holes: [{ ...hole, address: 3 }] },
    );
    const client = await connect();
    const ask = async (bytes: Buffer, atLeast: number) => {
      client.write(bytes);
      return (await client.received(atLeast)).subarray(7).toString("hex");
    };
    expect(await ask(tcpRequest(1, 7, 3, 4, 4), 17)).toBe("0308" + "0000000000000000");
    expect(await ask(tcpRequest(1, 7, 3, 1, 2), 13)).toBe("0304" + "05ac0000");
    expect(await ask(tcpRequest(1, 7, 3, 1, 3), 9)).toBe("8302");
    expect(await ask(tcpRequest(1, 7, 3, 0, 5), 9)).toBe("8302");
    expect(await ask(tcpRequest(1, 7, 3, 11, 2), 9)).toBe("8302");
    expect(await ask(tcpRequest(1, 7, 3, 0, 126), 9)).toBe("8303");
    expect(await ask(tcpRequest(1, 7, 3, 0, 0), 9)).toBe("8303");
    expect(await ask(tcpRequest(1, 7, 3, 65_535, 2), 9)).toBe("8302");
    for (const code of [5, 6, 15, 16, 22, 23, 43])
      expect(await ask(tcpRequest(1, 7, code, 0, 1), 9)).toBe(`${(0x80 | code).toString(16)}01`);
    await server.stop();
    const told = ledger.map(({ address, count, exception }) => [address, count, exception]);
    expect(told.slice(0, 5)).toEqual([
      [4, 4, null],
      [1, 2, null],
      [1, 3, 2], // over the hole
      [0, 5, 2], // more than it gives
      [11, 2, 2], // beyond its last register
    ]);
    expect(ledger.slice(-7).every(({ exception, table }) => exception === 1 && table === null)).toBe(true);

    const holed = unit({ holes: [hole] });
    expect(holed.read("holding", 0, 1)).toMatchObject({ registers: [813] });
    expect(holed.read("holding", 0, 2)).toEqual({ exception: 2 });
  });

  test("what is no Modbus TCP ends the connection; a request in pieces, or two at once, are answered", async () => {
    const { connect } = await bench();
    const client = await connect();
    const request = tcpRequest(1, 7, 3, 0, 2);
    client.write(request.subarray(0, 5));
    await settled();
    client.write(Buffer.concat([request.subarray(5), tcpRequest(2, 8, 3, 0, 2)]));
    const both = await client.received(26);
    expect(both.subarray(7, 13)).toEqual(goodPdu);
    expect([both.readUInt16BE(0), both.readUInt16BE(13), both[19]]).toEqual([1, 2, 8]);
    client.write(Buffer.from("GET / HTTP/1.1\r\n\r\n"));
    await until("the connection is closed", () => client.state !== "open");
  });
});

describe("RTU over TCP", () => {
  test("the checksum is that of the published example", () => {
    // MODBUS over Serial Line V1.02, appendix B: unit 2, function 7, then 41 12.
    expect(withCrc(Buffer.from([2, 7])).toString("hex")).toBe("02074112");
  });

  test("frames end by length and checksum, or by silence; broken ones are forgotten", () => {
    const requests = rtuRequests();
    const asked = { unitId: 7, transactionId: 0, pdu: Buffer.from([3, 0, 0, 0, 2]) };
    const request = rtuRequest(7, 3, 0, 2);
    expect(requests.take(request.subarray(0, 3))).toEqual([]);
    expect(requests.take(Buffer.concat([request.subarray(3), request]))).toEqual([asked, asked]);
    expect(requests.isWaiting).toBe(false);

    const broken = Buffer.from(request);
    broken[7] = (broken[7] ?? 0) ^ 1;
    expect(requests.take(broken)).toEqual([]);
    expect(requests.isWaiting).toBe(true);
    expect(requests.silence()).toEqual([]);
    expect(requests.take(request)).toEqual([asked]);

    const write = withCrc(Buffer.from([7, 6, 0, 0, 0, 1]));
    expect(requests.take(write)).toEqual([]);
    expect(requests.silence()).toEqual([{ ...asked, pdu: write.subarray(1, 6) }]);
    for (let turn = 0; turn < 100; turn += 1) requests.take(Buffer.alloc(1_000, turn));
    expect(requests.silence()).toEqual([]);
    expect(requests.take(request)).toEqual([asked]);
  });

  test("answers reads at once and other functions after silence; a unit that is not there is silent", async () => {
    const { connect, ledger, world } = await bench({ framing: "rtu" });
    const client = await connect();
    client.write(rtuRequest(9, 3, 0, 2));
    client.write(rtuRequest(7, 3, 0, 2));
    expect(await client.received(9)).toEqual(withCrc(Buffer.concat([Buffer.from([7]), goodPdu])));
    client.write(withCrc(Buffer.from([7, 6, 0, 0, 0, 1])));
    await until("the silence is over", async () => {
      await world.advance(10);
      return ledger.length === 3;
    });
    expect(await client.received(5)).toEqual(withCrc(Buffer.from([7, 0x86, 1])));
    expect(ledger.map(({ unitId, delivered, exception }) => [unitId, delivered !== null, exception])).toEqual(
      [
        [9, false, null],
        [7, true, null],
        [7, true, 1],
      ],
    );
  });
});

describe.each(["tcp", "rtu"] as const)(
  "a fault on a line in %s frames is seen by the client and in the ledger:",
  (framing) => {
    const isTcp = framing === "tcp";
    const request = (transactionId = 1, unitId = 7) =>
      isTcp ? tcpRequest(transactionId, unitId, 3, 0, 2) : rtuRequest(unitId, 3, 0, 2);
    const answer = (pdu: readonly number[] | Buffer, { transactionId = 1, unitId = 7 } = {}) =>
      (isTcp ? tcpFraming : rtuFraming).framed({ transactionId, unitId, pdu: Buffer.from(pdu) });
    const good = answer(goodPdu);

    /** Asks once while the fault is on; gives what came and what the ledger says of it. */
    async function struck({ server, connect, ledger }: Bench, fault: BusFault, bytes: number) {
      const client = await connect();
      server.setFault(7, fault);
      client.write(request());
      const came = await client.received(bytes);
      await until("it is written down", () => ledger.length > 0);
      server.setFault(7, null);
      const entry = ledger.at(-1);
      expect(entry?.fault).toEqual(fault);
      expect(entry?.delivered).toBe(came.toString("hex"));
      return { client, came, entry };
    }

    test("exception, busy", async () => {
      const line = await bench({ framing });
      for (const code of [1, 2, 3, 4, 5, 6, 10, 11] as const) {
        const { came, entry } = await struck(line, { kind: "exception", code }, good.length - 4);
        expect(came).toEqual(answer([0x83, code]));
        expect(entry).toMatchObject({ exception: code, registers: null, values: null });
      }
      const { came } = await struck(line, { kind: "busy" }, good.length - 4);
      expect(came).toEqual(answer([0x83, 6]));
    });

    test("dead: no answer, for the unit or the whole line; the others answer", async () => {
      const { server, connect, ledger } = await bench({ framing });
      const client = await connect();
      const fault = { kind: "dead" } as const;
      server.setFault(7, fault);
      client.write(request(1, 7));
      client.write(request(2, 8));
      expect(await client.received(good.length)).toEqual(answer(goodPdu, { transactionId: 2, unitId: 8 }));
      server.setFault(null, fault);
      server.setFault(7, null);
      client.write(request(3, 8));
      await until("it is written down", () => ledger.length === 3);
      server.setFault(null, null);
      client.write(request(4));
      expect(await client.received(good.length)).toEqual(answer(goodPdu, { transactionId: 4 }));
      expect(ledger).toMatchObject([
        { unitId: 7, table: "holding", address: 0, count: 2, delivered: null, answeredAtMs: null, fault },
        { unitId: 8, fault: null, values, registers: [813, 1452] },
        { unitId: 8, delivered: null, fault },
        { unitId: 7, fault: null },
      ]);
    });

    test("late: the next request's answer comes first", async () => {
      const { server, connect, ledger, world } = await bench({ framing });
      const client = await connect();
      server.setFault(7, { kind: "late", byMs: 700 });
      client.write(request(1, 7));
      client.write(request(2, 8));
      expect(await client.received(good.length)).toEqual(answer(goodPdu, { transactionId: 2, unitId: 8 }));
      await world.advance(699);
      expect(ledger).toHaveLength(1);
      await world.advance(1);
      expect(await client.received(good.length)).toEqual(good);
      expect(ledger[1]).toMatchObject({ unitId: 7, delivered: good.toString("hex") });
      expect((ledger[1]?.answeredAtMs ?? 0) - (ledger[1]?.atMs ?? 0)).toBe(700);
    });

    test("wrong-unit", async () => {
      const { came } = await struck(await bench({ framing }), { kind: "wrong-unit" }, good.length);
      expect(came).toEqual(answer(goodPdu, { unitId: 8 }));
    });

    test("wrong-transaction, which RTU has none of", async () => {
      const line = await bench({ framing });
      if (isTcp) {
        const { came } = await struck(line, { kind: "wrong-transaction" }, good.length);
        expect(came).toEqual(answer(goodPdu, { transactionId: 0 }));
      } else {
        expect(() => line.server.setFault(7, { kind: "wrong-transaction" })).toThrow(/is for Modbus TCP/);
      }
    });

    test("truncated", async () => {
      const { came } = await struck(await bench({ framing }), { kind: "truncated" }, 1);
      expect(came.length).toBeLessThan(good.length);
      expect(came).toEqual(good.subarray(0, came.length));
    });

    test("glued, to noise and to the answer before", async () => {
      const line = await bench({ framing });
      const noisy = await struck(line, { kind: "glued", to: "noise" }, good.length + 1);
      expect(noisy.came.subarray(0, good.length)).toEqual(good);
      expect(noisy.came.length).toBeLessThanOrEqual(good.length + 8);
      const double = await struck(line, { kind: "glued", to: "answer-before" }, 2 * good.length);
      expect(double.came).toEqual(Buffer.concat([good, good]));
    });

    test("split in two packets, and whole in the end", async () => {
      const { server, connect, ledger, world } = await bench({ framing });
      const client = await connect();
      server.setFault(7, { kind: "split", gapMs: 40 });
      client.write(request());
      const first = await client.received(1);
      expect(first.length).toBeLessThan(good.length);
      expect(ledger).toHaveLength(0);
      await world.advance(40);
      expect(Buffer.concat([first, await client.received(good.length - first.length)])).toEqual(good);
      expect(ledger).toMatchObject([{ delivered: good.toString("hex"), fault: { kind: "split" } }]);
    });

    test("bit-flip: the checksum of RTU tells, Modbus TCP delivers another value", async () => {
      const { came } = await struck(await bench({ framing }), { kind: "bit-flip", bits: 2 }, good.length);
      const flipped = [...came].map((byte, at) => byte ^ (good[at] ?? 0));
      const bits = flipped.reduce((sum, byte) => sum + byte.toString(2).replaceAll("0", "").length, 0);
      expect(bits).toBe(2);
      if (isTcp) expect(came.subarray(0, 9)).toEqual(good.subarray(0, 9));
      else expect(withCrc(came.subarray(0, -2))).not.toEqual(came);
    });

    test("duplicate", async () => {
      const { server, connect, ledger, world } = await bench({ framing });
      const client = await connect();
      server.setFault(null, { kind: "duplicate", gapMs: 5 });
      client.write(request());
      expect(await client.received(good.length)).toEqual(good);
      await world.advance(5);
      expect(await client.received(good.length)).toEqual(good);
      expect(ledger).toMatchObject([{ delivered: good.toString("hex").repeat(2) }]);
    });

    test("half-open: old and new connections are silent for ever, also to their end; later ones work", async () => {
      const { server, connect, ledger } = await bench({ framing });
      const old = await connect();
      old.write(request());
      expect(await old.received(good.length)).toEqual(good);
      const fault = { kind: "half-open" } as const;
      server.setFault(null, fault);
      const young = await connect();
      for (const client of [old, young]) client.write(request());
      await until("both are written down", () => ledger.length === 3);
      server.setFault(null, null);
      young.end();
      old.write(request());
      const later = await connect();
      later.write(request());
      expect(await later.received(good.length)).toEqual(good);
      await until("the old one is written down", () => ledger.length === 5);
      expect([old.state, young.state]).toEqual(["open", "open"]);
      expect(ledger.filter(({ delivered }) => delivered === null)).toMatchObject([
        { fault },
        { fault },
        { fault },
      ]);
      expect(await old.received(0)).toHaveLength(0);
      expect(() => server.setFault(7, fault)).toThrow(/is for a whole line/);
    });

    test("refuse: connections are reset at once", async () => {
      const { server, connect } = await bench({ framing });
      const old = await connect();
      server.setFault(null, { kind: "refuse" });
      await until("the old connection is reset", () => old.state === "closed");
      const young = await connect();
      await until("the new connection is reset", () => young.state === "closed");
      server.setFault(null, null);
      const later = await connect();
      later.write(request());
      expect(await later.received(good.length)).toEqual(good);
    });
  },
);

test("no kind of fault is left out here", () => {
  const tests = readFileSync(import.meta.filename, "utf8");
  for (const each of BusFault.anyOf) {
    const kind = String(each.properties.kind.const);
    expect(tests, kind).toMatch(new RegExp(`test\\("[^"]*\\b${kind}\\b`));
    expect(tests, kind).toContain(`kind: "${kind}"`);
  }
});

describe("a line", () => {
  const settings: LineSettings = {
    name: "l",
    port: 502,
    framing: rtuFraming,
    seed: 3,
    turnaroundMs: 0,
    latencyMs: 0,
    jitterMs: 0,
    baudRate: null,
  };
  const asked = (unitId: number) => ({ unitId, transactionId: 0, pdu: Buffer.from([3, 0, 0, 0, 2]) });

  function lineOn(world: SimulatedWorld, changes: Partial<LineSettings>) {
    const ledger: LedgerLine[] = [];
    const sent: (readonly [atMs: number, hex: string])[] = [];
    const units = new Map([
      [7, unit()],
      [8, unit()],
    ]);
    const line = modbusLine({ ...settings, ...changes }, units, world.clock, (entry) => ledger.push(entry));
    const send = (bytes: Buffer) => {
      sent.push([world.clock.monotonicMs(), bytes.toString("hex")]);
      return true;
    };
    return { line, ledger, sent, ask: (unitId: number) => line.take(asked(unitId), send) };
  }

  test("answers one request after the other, in the time that turnaround, way and bytes take", async () => {
    const world = simulatedWorld();
    const { ask, sent, ledger } = lineOn(world, { turnaroundMs: 30, latencyMs: 5, baudRate: 9_600 });
    ask(7);
    ask(8);
    await world.advance(1_000);
    // 8 bytes asked, 9 answered and twice 3.5 characters of silence, at 960 characters a second: 25 ms.
    expect(sent.map(([atMs]) => atMs)).toEqual([60, 120]);
    expect(sent.map(([, hex]) => hex.slice(0, 2))).toEqual(["07", "08"]);
    expect(ledger.map(({ atMs, answeredAtMs }) => (answeredAtMs ?? 0) - atMs)).toEqual([60, 60]);
  });

  test("a gateway that waits for a dead unit keeps the others waiting, too", async () => {
    const world = simulatedWorld();
    const { line, ask, sent } = lineOn(world, { framing: tcpFraming });
    line.setFault(7, { kind: "exception", code: 11, holdsMs: 1_000 });
    ask(7);
    ask(8);
    await world.advance(2_000);
    expect(sent.map(([atMs]) => atMs)).toEqual([1_000, 1_000]);
  });

  test("strikes the share of answers that it was told; the same seed is the same bytes at the same times", async () => {
    const run = async (seed: number) => {
      const world = simulatedWorld();
      const { line, ask, sent, ledger } = lineOn(world, { seed, turnaroundMs: 3, jitterMs: 10 });
      line.setFault(7, { kind: "bit-flip", share: 0.25 });
      line.setFault(8, { kind: "truncated", share: 0.5 });
      for (let poll = 0; poll < 300; poll += 1) {
        ask(poll % 2 === 0 ? 7 : 8);
        await world.advance(20);
      }
      return { sent, ledger };
    };
    const [first, again, other] = [await run(3), await run(3), await run(4)];
    expect(first.sent).toEqual(again.sent);
    expect(first.ledger).toEqual(again.ledger);
    expect(first.sent).not.toEqual(other.sent);
    const struck = (unitId: number) =>
      first.ledger.filter((entry) => entry.unitId === unitId && entry.fault !== null).length / 150;
    expect(struck(7)).toBeGreaterThan(0.15);
    expect(struck(7)).toBeLessThan(0.35);
    expect(struck(8)).toBeGreaterThan(0.4);
    expect(struck(8)).toBeLessThan(0.6);
    const delays = first.sent.map(([atMs], poll) => atMs - 20 * poll);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(3);
    expect(Math.max(...delays)).toBeLessThanOrEqual(13);
  });

  test("stopping writes down what was not answered any more", async () => {
    const world = simulatedWorld();
    const { line, ask, sent, ledger } = lineOn(world, { turnaroundMs: 100 });
    line.setFault(8, { kind: "late", byMs: 500 });
    ask(8);
    await world.advance(100);
    for (let poll = 0; poll < 150; poll += 1) ask(7);
    await line.stop();
    expect(sent).toEqual([]);
    expect(ledger).toHaveLength(151);
    expect(ledger.every(({ delivered }) => delivered === null)).toBe(true);
  });

  test("an unknown unit, and a fault that does not fit, are sentences", () => {
    const { line } = lineOn(simulatedWorld(), { port: null });
    expect(() => line.setFault(9, { kind: "dead" })).toThrow(/l has no unit 9; its units are 7, 8/);
    expect(() => line.setFault(null, { kind: "refuse" })).toThrow(/refuse is for a TCP connection/);
  });
});

test.each([
  [{ kind: "late", byMs: 700, share: 0.05 }, true],
  [{ kind: "exception", code: 11, holdsMs: 1_000 }, true],
  [{ kind: "glued", to: "noise" }, true],
  [{ kind: "half-open" }, true],
  [{ kind: "exception", code: 7 }, false],
  [{ kind: "exception" }, false],
  [{ kind: "late" }, false],
  [{ kind: "dead", share: 0 }, false],
  [{ kind: "dead", share: 1.1 }, false],
  [{ kind: "half-open", share: 0.5 }, false],
  [{ kind: "melted" }, false],
])("the schema of faults knows %j: %s", (fault, isFault) => {
  expect(Compile(BusFault).Check(fault)).toBe(isFault);
});

test("a plant of simulators: lines by id, text, limits of a unit, and faults while it runs", async () => {
  const folder = temporaryFolder();
  const ports = [await freePort(), await freePort()];
  const file = join(folder, "plant.yaml");
  mkdirSync(join(folder, "devices"));
  writeFileSync(
    join(folder, "devices", "named.yaml"),
    `kind: device-map
id: named
title: A device with a name
addressBase: 6-digit
registers:
  - { point: nameText, table: holding, address: 400001, type: string, lengthBytes: 6 }
  - { point: firing, table: holding, address: 400009, type: bit, bit: 2 }
`,
  );
  writeFileSync(
    file,
    `simulators:
  ledgerFile: ${join(folder, "ledger.jsonl")}
  boilers:
    - { id: b, fuels: [{ fuel: natural-gas }], carrier: steam, ratedHeatKw: 3000, exhaustTempC: 240 }
  servers:
    - id: heaters
      port: ${ports[0]}
      framing: rtu
      units:
        - { unitId: 7, map: named, boiler: b, texts: { nameText: B-200 }, unmapped: zero, maxRegisters: 9,
            holes: [{ table: holding, address: 4 }] }
    - { port: ${ports[1]}, units: [{ unitId: 7, map: named, boiler: b }] }
`,
  );
  const settings = loadSettings(file, resolve(import.meta.dirname, "../.."), readEnvironment({}));
  const simulators = await startSimulators(settings.config.simulators, {
    maps: settings.maps,
    fuels: new Map([["natural-gas", fuel("natural-gas")]]),
    fileAt: settings.fileAt,
    events: [],
    speed: 1,
    around: nothingAround,
    world: realWorld("silent"),
  });
  cleanup.push(simulators.stop);
  expect([...simulators.servers.keys()]).toEqual(["heaters", `127.0.0.1:${ports[1]}`]);
  const client = await rawClient(ports[0] ?? 0);
  cleanup.push(client.destroy);
  const ask = async (address: number, count: number, bytes: number) => {
    client.write(rtuRequest(7, 3, address, count));
    return (await client.received(bytes)).subarray(1, -2).toString("hex");
  };
  const text = Buffer.from("B-200\0").toString("hex");
  expect(await ask(0, 4, 13)).toBe(`0308${text}0000`);
  expect(await ask(5, 4, 13)).toBe("0308" + "0000000000000004");
  expect(await ask(3, 2, 5)).toBe("8302");
  expect(await ask(0, 10, 5)).toBe("8303");
  simulators.servers.get("heaters")?.setFault(7, { kind: "busy" });
  expect(await ask(0, 4, 5)).toBe("8306");
});

describe("a ledger in a file", () => {
  test("holds a line for every poll, with the bytes", async () => {
    const file = join(temporaryFolder(), "ledger.jsonl");
    const world = simulatedWorld({ startMs: 1_000 });
    const ledger = fileLedger(file, world);
    const line = modbusLine(
      { ...untimed, name: "l", port: 502, framing: tcpFraming, baudRate: null },
      new Map([[7, unit()]]),
      world.clock,
      ledger.write,
    );
    line.take({ unitId: 7, transactionId: 1, pdu: Buffer.from([3, 0, 10, 0, 2]) }, () => true);
    line.take({ unitId: 7, transactionId: 2, pdu: Buffer.from([3, 0, 0, 0, 1]) }, () => false);
    await settled();
    await line.stop();
    await ledger.stop();
    const common = {
      atMs: 1_000,
      line: "l",
      port: 502,
      unitId: 7,
      table: "holding",
      exception: null,
      fault: null,
    };
    expect(
      readFileSync(file, "utf8")
        .trim()
        .split("\n")
        .map((text) => JSON.parse(text)),
    ).toEqual([
      {
        ...common,
        answeredAtMs: 1_000,
        address: 10,
        count: 2,
        registers: [0, 1],
        values: { servedPollsCount: 1 },
        servedPolls: 1,
        delivered: "00010000000707030400000001",
      },
      {
        ...common,
        answeredAtMs: null,
        address: 0,
        count: 1,
        registers: [813],
        values: { loadPercent: 81.3 },
        servedPolls: null,
        delivered: null,
      },
    ]);
  });

  test("that cannot be written is a sentence; one that ends later is told, and the plant goes on", async () => {
    const nowhere = join(temporaryFolder(), "nowhere", "ledger.jsonl");
    const world = simulatedWorld();
    expect(() => fileLedger(nowhere, world)).toThrow(
      /The ledger cannot be written to .*nowhere\/ledger.jsonl \(ENOENT.*set simulators.ledgerFile to another file/,
    );
    const full = fileLedger("/dev/full", world);
    const line = { atMs: 1, line: "l" } as LedgerLine;
    full.write(line);
    await until("it is told", () =>
      world.lines.some(({ message }) => message.startsWith("the ledger ends here")),
    );
    full.write(line);
    await full.stop();
  });
});
