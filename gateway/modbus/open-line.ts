import type { World } from "../../platform/world.ts";
import type { LineConfig } from "../config.ts";
import type { RegisterSource } from "../register-source.ts";
import { modbusRtuSource } from "./rtu-source.ts";
import { modbusTcpSource } from "./tcp-source.ts";
import { serialWire, tcpWire } from "./wire.ts";

/** The way to a line as the configuration describes it; it is opened by the first read. */
export function openLine(line: LineConfig, world: World): RegisterSource {
  const { host = "", port = 502, tty, framing, connectTimeoutMs } = line;
  const { baudRate = 9_600, parity = "none", stopBits = 1 } = line;
  if (tty !== undefined)
    return modbusRtuSource(serialWire({ tty, baudRate, parity, stopBits }), { baudRate }, world);
  const open = tcpWire({ host, port, connectTimeoutMs }, world);
  return framing === "rtu"
    ? modbusRtuSource(open, { baudRate: line.baudRate ?? null }, world)
    : modbusTcpSource(open, world);
}
