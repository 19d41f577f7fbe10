import { createWriteStream } from "node:fs";
import type { RegisterTable } from "../../contracts/device-map.ts";
import type { Service } from "../../platform/service.ts";
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

/** A ledger in a file, one JSON object a line. */
export function fileLedger(file: string): Service & { readonly write: Ledger } {
  const stream = createWriteStream(file, { flags: "a" });
  return {
    name: "ledger",
    write: (line) => {
      stream.write(`${JSON.stringify(line)}\n`);
    },
    stop: () => new Promise((resolve) => stream.end(() => resolve())),
  };
}
