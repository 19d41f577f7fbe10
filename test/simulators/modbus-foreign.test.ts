import { type ChildProcess, spawn } from "node:child_process";
import { constants, existsSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ReadStream } from "node:tty";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isBitTable, type RegisterConfig, registerCount } from "../../contracts/device-map.ts";
import { realWorld } from "../../platform/world.ts";
import type { LedgerLine } from "../../simulators/modbus/ledger.ts";
import type { ModbusServer } from "../../simulators/modbus/modbus-server.ts";
import { startModbusServer } from "../../simulators/modbus/server.ts";
import { mappedUnit } from "../../simulators/unit.ts";
import { everyType } from "../helpers/every-type.ts";
import { withCrc } from "../helpers/modbus-client.ts";
import { ended, freePort, neededProgram, temporaryFolder } from "../helpers/servers.ts";
import { simulatedWorld } from "../helpers/simulated-world.ts";
import { until } from "../helpers/until.ts";

/**
 * Reads registers with pymodbus and decodes them by its own decoder, or, where that has no such order or type, by
 * Python's: the values that were asked for come back as JSON.
 */
const reader = `
import json, struct, sys
from pymodbus.client import ModbusSerialClient, ModbusTcpClient
from pymodbus.constants import Endian
from pymodbus.framer.rtu_framer import ModbusRtuFramer
from pymodbus.payload import BinaryPayloadDecoder

way, place, wanted = sys.argv[1], sys.argv[2], json.load(open(sys.argv[3]))
if way == "pty":
    client = ModbusSerialClient(place, framer=ModbusRtuFramer, baudrate=19200, timeout=3)
elif way == "rtu":
    client = ModbusTcpClient("127.0.0.1", port=int(place), framer=ModbusRtuFramer, timeout=3)
else:
    client = ModbusTcpClient("127.0.0.1", port=int(place), timeout=3)
assert client.connect(), "no connection"

reads = {
    "coil": client.read_coils,
    "discrete": client.read_discrete_inputs,
    "holding": client.read_holding_registers,
    "input": client.read_input_registers,
}
formats = {"int16": "h", "uint16": "H", "int32": "i", "uint32": "I", "int64": "q", "uint64": "Q",
           "float16": "e", "float32": "f", "float64": "d"}
methods = {"int16": "16bit_int", "uint16": "16bit_uint", "int32": "32bit_int", "uint32": "32bit_uint",
           "int64": "64bit_int", "uint64": "64bit_uint", "float16": "16bit_float", "float32": "32bit_float",
           "float64": "64bit_float"}
orders = {"ABCD": (Endian.Big, Endian.Big), "CDAB": (Endian.Big, Endian.Little),
          "BADC": (Endian.Little, Endian.Big), "DCBA": (Endian.Little, Endian.Little)}

def in_order(registers, order):
    wire = b"".join(struct.pack(">H", each) for each in registers)
    if len(order) == 8:
        return bytes(wire[order.index(letter)] for letter in "ABCDEFGH")
    if order in ("BADC", "DCBA"):
        wire = b"".join(wire[at:at + 2][::-1] for at in range(0, len(wire), 2))
    if order in ("CDAB", "DCBA"):
        wire = b"".join(wire[at:at + 2] for at in reversed(range(0, len(wire), 2)))
    return wire

found = {}
for each in wanted:
    answer = reads[each["table"]](each["address"], each["count"], slave=7)
    assert not answer.isError(), f"{each['point']}: {answer}"
    kind, order = each["type"], each["wordOrder"]
    if each["table"] in ("coil", "discrete"):
        value = int(answer.bits[0])
    elif kind == "bit":
        value = answer.registers[0] >> each["bit"] & 1
    elif kind in ("int8", "uint8"):
        byte = in_order(answer.registers, order)[1 if each["byte"] == "low" else 0]
        value = byte - 256 if kind == "int8" and byte > 127 else byte
    elif kind == "string":
        swapped = order in ("BADC", "DCBA")
        value = in_order(answer.registers, "BADC" if swapped else "ABCD")[:each["lengthBytes"]]
        value = value.rstrip(b"\\0").decode("latin1")
    elif kind.startswith("bcd"):
        value = int(in_order(answer.registers, order).hex())
    elif order in orders:
        decoder = BinaryPayloadDecoder.fromRegisters(answer.registers, *orders[order])
        value = getattr(decoder, "decode_" + methods[kind])()
    else:
        value = struct.unpack(">" + formats[kind], in_order(answer.registers, order))[0]
    found[each["point"]] = value
client.close()
print(json.dumps(found))
`;

const { map, values } = everyType();
const folder = temporaryFolder();
const [ours, theirs] = [join(folder, "line"), join(folder, "line-client")];
const script = join(folder, "read.py");
const wantedFile = join(folder, "wanted.json");
writeFileSync(script, reader);
writeFileSync(
  wantedFile,
  JSON.stringify(map.registers.map((each) => ({ ...each, count: registerCount(each) }))),
);

const packages = "/usr/lib/python3/dist-packages";
const python = neededProgram("python3");
const pymodbus = neededProgram(`${packages}/pymodbus/__init__.py`);
const serialPython = neededProgram(`${packages}/serial_asyncio/__init__.py`);
const mbpoll = neededProgram("mbpoll");
const socat = neededProgram("socat");

const world = simulatedWorld();
const ledger: LedgerLine[] = [];
const cleanup: (() => Promise<void>)[] = [];

async function serve(place: { readonly pty: string } | { readonly port: number }, framing: "tcp" | "rtu") {
  const server = await startModbusServer(
    { host: "127.0.0.1", seed: 1, turnaroundMs: 0, latencyMs: 0, jitterMs: 0, framing, ...place },
    new Map([[7, mappedUnit(map, () => values)]]),
    { world: { ...realWorld("silent"), log: world.log }, ledger: (line) => ledger.push(line) },
  );
  cleanup.push(server.stop);
  return server;
}

/** What a program prints; fails with what it complains of. */
function printed(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args);
    let output = "";
    let complaint = "";
    child.stdout.on("data", (bytes) => {
      output += bytes;
    });
    child.stderr.on("data", (bytes) => {
      complaint += bytes;
    });
    child.on("close", (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${program} ${args.join(" ")}: ${complaint || output}`));
    });
  });
}

const servers = new Map<string, ModbusServer>();
let pair: ChildProcess | null = null;
beforeAll(async () => {
  servers.set("tcp", await serve({ port: await freePort() }, "tcp"));
  servers.set("rtu", await serve({ port: await freePort() }, "rtu"));
  if (socat === null) return;
  const socatPair = spawn(socat, [`pty,raw,echo=0,link=${ours}`, `pty,raw,echo=0,link=${theirs}`]);
  pair = socatPair;
  cleanup.push(() => ended(socatPair));
  await until("there is a pair of pseudo-terminals", () => existsSync(ours) && existsSync(theirs));
  servers.set("pty", await serve({ pty: ours }, "rtu"));
});
afterAll(async () => {
  for (const undo of cleanup.reverse()) await undo();
});

const ways = socat === null ? (["tcp", "rtu"] as const) : (["tcp", "rtu", "pty"] as const);
const placeOf = (way: string) => (way === "pty" ? theirs : String(servers.get(way)?.port));

if (python !== null && pymodbus !== null && serialPython !== null) {
  describe("python3-pymodbus", () => {
    test.each(ways)("reads every register type by %s, as the ledger says", async (way) => {
      const from = ledger.length;
      const found = JSON.parse(await printed(python, [script, way, placeOf(way), wantedFile]));
      expect(Object.keys(found)).toHaveLength(map.registers.length);
      for (const [point, value] of Object.entries(values)) {
        // A 32-bit float comes as the double nearest to it.
        const isFloat32 = point.startsWith("float32");
        expect(found[point], point).toBe(isFloat32 ? Math.fround(Number(value)) : value);
      }
      const polls = ledger.slice(from);
      expect(polls).toHaveLength(map.registers.length);
      expect(Object.assign({}, ...polls.map((poll) => poll.values))).toEqual(values);
    });
  });
}

if (mbpoll !== null) {
  describe("mbpoll", () => {
    const poll = (way: string, ...args: string[]) => {
      const line =
        way === "pty" ? ["-m", "rtu", "-b", "19200", "-P", "none"] : ["-m", "tcp", "-p", placeOf(way)];
      const place = way === "pty" ? theirs : "127.0.0.1";
      return printed(mbpoll, [...line, "-a", "7", "-1", "-0", "-q", ...args, place]);
    };
    /** The registers of one point, as it prints them. */
    const words = async (way: string, register: RegisterConfig) => {
      const table = { coil: "0", discrete: "1", input: "3:hex", holding: "4:hex" }[register.table];
      const count = registerCount(register);
      const output = await poll(way, "-t", table, "-r", String(register.address), "-c", String(count));
      return [...output.matchAll(/^\[\d+\]:\s+(0x)?([0-9A-F]+)/gm)].map(([, , text]) =>
        Number.parseInt(text ?? "", isBitTable(register.table) ? 10 : 16),
      );
    };

    test.each(ways.filter((way) => way !== "rtu"))("reads every register type by %s", async (way) => {
      for (const register of map.registers) {
        const from = ledger.length;
        const read = await words(way, register);
        expect(read, register.point).toEqual(ledger[from]?.registers);
        expect(read).toHaveLength(registerCount(register));
      }
    });

    test("decodes floats and 32-bit integers as it understands them", async () => {
      const at = (point: string) => map.registers.find((each) => each.point === point);
      const decoded = async (point: string, kind: string, ...order: string[]) => {
        const { table, address } = at(point) ?? { table: "input", address: 0 };
        const code = table === "input" ? "3" : "4";
        return poll("tcp", "-t", `${code}:${kind}`, "-r", String(address), "-c", "1", ...order);
      };
      expect(await decoded("float32ABCDCount", "float", "-B")).toMatch(/\]:\s+1234.56/);
      expect(await decoded("float32CDABCount", "float")).toMatch(/\]:\s+1234.56/);
      expect(await decoded("int32ABCDCount", "int", "-B")).toMatch(/\]:\s+-1234567890/);
      expect(await decoded("int32CDABCount", "int")).toMatch(/\]:\s+-1234567890/);
    });
  });
}

test("a path that is no pseudo-terminal is one sentence", async () => {
  await expect(serve({ pty: join(folder, "nothing") }, "rtu")).rejects.toThrow(
    /nothing cannot be opened \(ENOENT.*make a pair with socat, as in: socat pty,raw,echo=0,link=/,
  );
  await expect(serve({ pty: script }, "rtu")).rejects.toThrow(/read.py is no terminal/);
});

if (socat !== null) {
  describe("a serial line", () => {
    const request = withCrc(Buffer.from([7, 1, 0, 0, 0, 1]));
    const good = withCrc(Buffer.from([7, 1, 1, 1]));

    test("fails as it is told, and says when its other side is gone", async () => {
      const server = servers.get("pty");
      if (server === undefined) throw new Error("the serial line was not started");
      let came: Buffer = Buffer.alloc(0);
      const client = new ReadStream(
        openSync(theirs, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK),
      );
      client.on("error", () => client.destroy());
      client.on("data", (bytes: Buffer) => {
        came = Buffer.concat([came, bytes]);
      });
      const asked = async (bytes: number) => {
        const from = ledger.length;
        came = Buffer.alloc(0);
        client.write(request);
        await until("the poll is written down", () => ledger.length > from);
        await until("its bytes have come", () => came.length >= bytes);
        expect(ledger[from]?.delivered ?? "").toBe(came.toString("hex"));
        return came;
      };
      expect(await asked(good.length)).toEqual(good);
      server.setFault(7, { kind: "dead" });
      expect(await asked(0)).toHaveLength(0);
      server.setFault(7, { kind: "bit-flip" });
      expect(await asked(good.length)).not.toEqual(good);
      server.setFault(7, { kind: "wrong-unit" });
      expect(await asked(good.length)).toEqual(withCrc(Buffer.from([8, 1, 1, 1])));
      server.setFault(7, null);
      expect(await asked(good.length)).toEqual(good);
      expect(() => server.setFault(null, { kind: "half-open" })).toThrow(/a serial line can be dead/);

      if (pair !== null) await ended(pair);
      await until("the log says so", () =>
        world.lines.some(({ message }) => message.startsWith("the serial line is gone")),
      );
      client.destroy();
    });
  });
}
