import type { Service } from "../../platform/service.ts";
import type { World } from "../../platform/world.ts";
import type { Ledger } from "../ledger.ts";
import type { ServerSettings } from "./config.ts";
import type { BusFault } from "./fault.ts";
import type { ModbusUnit } from "./line.ts";
import { startSerialServer } from "./serial-server.ts";
import { startTcpServer } from "./tcp-server.ts";

/** A line of a simulated plant that clients can reach. */
export interface ModbusServer extends Service {
  /** The configured id, or where it listens. */
  readonly id: string;
  /** `null` on a serial line. */
  readonly port: number | null;
  /** As `ModbusLine.setFault`; for a whole line, its connections feel it, too. */
  setFault(unitId: number | null, fault: BusFault | null): void;
  fault(unitId: number | null): BusFault | null;
}

export interface ServerNeeds {
  readonly world: World;
  readonly ledger: Ledger;
}

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
