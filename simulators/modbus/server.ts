import type { ServerSettings } from "./config.ts";
import type { ModbusServer, ServerNeeds } from "./modbus-server.ts";
import type { ModbusUnit } from "./modbus-unit.ts";
import { startSerialServer } from "./serial-server.ts";
import { startTcpServer } from "./tcp-server.ts";

/**
 * Simulated units on Modbus TCP, on RTU over TCP, or on a serial line. They answer reads (function codes 1 to 4) and
 * nothing else.
 * @throws OperationalError `port-busy`, `serial-unusable`
 */
export function startModbusServer(
  settings: ServerSettings,
  units: ReadonlyMap<number, ModbusUnit>,
  needs: ServerNeeds,
): Promise<ModbusServer> {
  const { pty, port } = settings;
  return pty === undefined
    ? startTcpServer({ ...settings, port: port ?? 0 }, units, needs)
    : startSerialServer({ ...settings, pty }, units, needs);
}
