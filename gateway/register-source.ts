import type { RegisterTable } from "../contracts/device-map.ts";

/** Neighbouring registers (or bits) of one unit, read by one request. */
export interface RegisterBlock {
  readonly unitId: number;
  readonly table: RegisterTable;
  readonly address: number;
  readonly count: number;
}

/** One line of the field bus: a TCP endpoint or a serial port, with one request at a time on it. */
export interface RegisterSource {
  /**
   * The block's words, `count` of them.
   * @throws OperationalError `device-refused` for an exception reply, `device-silent` for none in time,
   * `line-down` when there is no connection
   */
  read(block: RegisterBlock): Promise<readonly number[]>;
  close(): Promise<void>;
}
