import type { RegisterTable } from "../../contracts/device-map.ts";

/** What the sensors say, by point; text for the points that a map reads as `string`. */
export type UnitValues = Readonly<Record<string, number | string | null>>;

/** What a unit says to a read: registers (0 to 65,535) or bits (0 or 1), or an exception. */
export type UnitAnswer =
  | {
      readonly registers: readonly number[];
      /** The points that lie whole in what was asked for. */
      readonly values: UnitValues;
      readonly servedPolls: number | null;
    }
  | { readonly exception: number };

/** All that a line needs to know of a device. */
export interface ModbusUnit {
  read(table: RegisterTable, address: number, count: number): UnitAnswer;
}
