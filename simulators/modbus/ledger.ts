import { createWriteStream, openSync } from "node:fs";
import type { RegisterTable } from "../../contracts/device-map.ts";
import { messageOf, OperationalError } from "../../platform/errors.ts";
import type { Service } from "../../platform/service.ts";
import type { World } from "../../platform/world.ts";
import type { BusFault } from "./fault.ts";
import type { UnitValues } from "./modbus-unit.ts";

/** One poll of a simulated unit, and what became of it: what a test holds all other counts against. */
export interface LedgerLine {
  /** When the unit looked at its sensors, or would have. */
  readonly atMs: number;
  /** When the last byte was handed to the wire; `null` where none was. */
  readonly answeredAtMs: number | null;
  readonly line: string;
  /** `null` on a serial line. */
  readonly port: number | null;
  readonly unitId: number;
  /** What was asked for; `null` where the request was no read. */
  readonly table: RegisterTable | null;
  readonly address: number | null;
  readonly count: number | null;
  /** What the unit gave: its registers (or bits) and the points that lie in them whole; `null` where it gave none. */
  readonly registers: readonly number[] | null;
  readonly values: UnitValues | null;
  /** The count that this poll carried, where it read that register. */
  readonly servedPolls: number | null;
  readonly exception: number | null;
  /** The bytes that went out, as hex, whatever a fault made of them. */
  readonly delivered: string | null;
  /** The fault that struck this poll. */
  readonly fault: BusFault | null;
}

export type Ledger = (line: LedgerLine) => void;

/**
 * A ledger in a file, one JSON object a line.
 * @throws OperationalError `ledger-unusable`
 */
export function fileLedger(file: string, { log }: Pick<World, "log">): Service & { readonly write: Ledger } {
  let descriptor: number;
  try {
    descriptor = openSync(file, "a");
  } catch (cause) {
    throw new OperationalError(
      "ledger-unusable",
      `The ledger cannot be written to ${file} (${messageOf(cause)}); set simulators.ledgerFile to another file`,
      { cause },
    );
  }
  const stream = createWriteStream(file, { fd: descriptor });
  const closed = new Promise<void>((resolve) => stream.once("close", () => resolve()));
  // The plant goes on without it; whoever counts by it has to know.
  stream.on("error", (error) => log.error({ file }, `the ledger ends here: ${messageOf(error)}`));
  return {
    name: "ledger",
    write: (line) => {
      if (stream.writable) stream.write(`${JSON.stringify(line)}\n`);
    },
    stop: async () => {
      stream.end();
      await closed;
    },
  };
}
