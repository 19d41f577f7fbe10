import {
  type DeviceMapFile,
  type RegisterConfig,
  type RegisterTable,
  registerCount,
} from "../contracts/device-map.ts";
import { points } from "../domain/points.ts";
import { inverseConversion } from "../domain/units.ts";
import { encodeRegister } from "./encode.ts";
import type { ModbusUnit } from "./modbus-server.ts";

/** A point that no boiler has: how many polls of it this unit has answered. The test's oracle follows it. */
export const servedPollsPoint = "servedPollsCount";

export interface ServedPoll {
  readonly table: RegisterTable;
  readonly address: number;
  readonly registers: readonly number[];
  /** The count that this poll carried, where it read that register. */
  readonly servedPolls: number | null;
}

/**
 * A device as its map describes it, filled with what the sensors say at the moment of the poll.
 * @param values by point; what is absent counts as missing
 * @param served is told of every answer
 */
export function mappedUnit(
  map: DeviceMapFile,
  values: () => Readonly<Record<string, number | null>>,
  served: (poll: ServedPoll) => void,
): ModbusUnit {
  let polls = 0;
  const cells = map.registers.map((register) => ({
    register,
    asSent: sentUnit(register),
    from: register.address - map.addressBase,
    count: registerCount(register.type),
  }));

  return {
    read: (table, address, count) => {
      const wanted = cells.filter(
        ({ register, from, count: size }) =>
          register.table === table && from < address + count && from + size > address,
      );
      if (wanted.reduce((sum, { count: size }) => sum + size, 0) < count) return null;
      const now = values();
      const registers = new Array<number>(count).fill(0);
      let servedPolls: number | null = null;
      for (const { register, from, asSent } of wanted) {
        if (register.point === servedPollsPoint) {
          polls += 1;
          servedPolls = polls;
        }
        const value = register.point === servedPollsPoint ? polls : (now[register.point] ?? null);
        for (const [index, word] of encodeRegister(
          register,
          value === null ? null : asSent(value),
        ).entries()) {
          const at = from + index - address;
          if (at >= 0 && at < count) registers[at] = word;
        }
      }
      served({ table, address, registers, servedPolls });
      return registers;
    },
  };
}

/** From the unit in which the point is kept to the one that this device speaks. */
function sentUnit({ point, unit }: RegisterConfig): (value: number) => number {
  const keptIn = (points as Readonly<Record<string, { readonly unit: string }>>)[point]?.unit;
  if (unit === undefined || keptIn === undefined) return (value) => value;
  return inverseConversion(unit, keptIn) ?? ((value) => value);
}
