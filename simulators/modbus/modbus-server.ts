import type { Service } from "../../platform/service.ts";
import type { World } from "../../platform/world.ts";
import type { BusFault } from "./fault.ts";
import type { Ledger } from "./ledger.ts";

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
