import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { LineConfig } from "../../gateway/config.ts";
import { openLine } from "../../gateway/modbus/open-line.ts";
import type { ReadOutcome, RegisterBlock } from "../../gateway/register-source.ts";
import { realWorld } from "../../platform/world.ts";
import { ptyPair } from "../helpers/pty-pair.ts";
import { ended, freePort, neededProgram, temporaryFolder } from "../helpers/servers.ts";
import { until } from "../helpers/until.ts";

/** pymodbus as a device: register n of each table holds 7 n + 3, every third bit is set; unit 5. */
const server = `
import sys
from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.framer.rtu_framer import ModbusRtuFramer
from pymodbus.framer.socket_framer import ModbusSocketFramer
from pymodbus.server import StartSerialServer, StartTcpServer

way, place = sys.argv[1], sys.argv[2]
words = ModbusSequentialDataBlock(0, [7 * n + 3 for n in range(200)])
bits = ModbusSequentialDataBlock(0, [n % 3 == 0 for n in range(200)])
unit = ModbusSlaveContext(di=bits, co=bits, hr=words, ir=words, zero_mode=True)
context = ModbusServerContext(slaves={5: unit}, single=False)
if way == "pty":
    StartSerialServer(context=context, framer=ModbusRtuFramer, port=place, baudrate=19200, timeout=0.1)
else:
    framer = ModbusRtuFramer if way == "rtu" else ModbusSocketFramer
    StartTcpServer(context=context, framer=framer, address=("127.0.0.1", int(place)))
`;

const packages = "/usr/lib/python3/dist-packages";
const python = neededProgram("/usr/bin/python3");
const pymodbus = neededProgram(`${packages}/pymodbus/__init__.py`);
const serialPython = neededProgram(`${packages}/serial_asyncio/__init__.py`);
const socat = neededProgram("socat");

async function lineTo(way: "tcp" | "rtu" | "pty"): Promise<LineConfig> {
  const script = join(temporaryFolder(), "server.py");
  writeFileSync(script, server);
  const times = { connectTimeoutMs: 1_000, timeoutMs: 1_000 };
  const started = (place: string): ChildProcess =>
    spawn(python ?? "", [script, way, place], { stdio: "ignore" });
  if (way === "pty") {
    const pair = await ptyPair(socat ?? "");
    const child = started(pair.server);
    onTestFinished(async () => {
      await ended(child, "SIGKILL");
      await pair.stop();
    });
    return { id: "l", tty: pair.client, baudRate: 19_200, ...times };
  }
  const port = await freePort();
  const child = started(String(port));
  onTestFinished(() => ended(child, "SIGKILL"));
  return { id: "l", host: "127.0.0.1", port, framing: way, ...times };
}

if (python !== null && pymodbus !== null && serialPython !== null && socat !== null) {
  test.each(["tcp", "rtu", "pty"] as const)("a device of pymodbus is read by %s", async (way) => {
    const source = openLine(await lineTo(way), realWorld("silent"));
    onTestFinished(source.close);
    const block: RegisterBlock = { unitId: 5, table: "holding", address: 20, count: 100 };
    let outcome: ReadOutcome | null = null;
    await until("the device is up", async () => {
      outcome = await source.read(block, 500);
      return outcome.kind === "words";
    });
    const words = Array.from({ length: 100 }, (_, index) => 7 * (20 + index) + 3);
    expect(outcome).toMatchObject({ words });
    expect(await source.read({ ...block, table: "input" }, 1_000)).toMatchObject({ words });
    for (const table of ["coil", "discrete"] as const) {
      const bits = Array.from({ length: 19 }, (_, index) => ((5 + index) % 3 === 0 ? 1 : 0));
      const asked = { unitId: 5, table, address: 5, count: 19 };
      expect(await source.read(asked, 1_000), table).toMatchObject({ words: bits });
    }
    expect(await source.read({ ...block, address: 500, count: 2 }, 1_000)).toMatchObject({ code: 2 });
  });
}
