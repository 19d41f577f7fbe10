import type { RegisterBlock } from "../../gateway/register-source.ts";
import type { ModbusUnit } from "../../simulators/modbus/modbus-unit.ts";

/** A register says of itself which unit and place it is: taken for another one, it is found out. */
export function tellingWord(
  { unitId, table }: Pick<RegisterBlock, "unitId" | "table">,
  address: number,
): number {
  const tables = { input: 1, holding: 2, discrete: 3, coil: 4 };
  if (table === "coil" || table === "discrete") return ((unitId * 7 + address * 13 + tables[table]) >> 2) & 1;
  return ((unitId & 0x1f) << 11) | (tables[table] << 8) | (address & 0xff);
}

/** What an answer to this block must say. */
export function tellingWords(block: RegisterBlock): readonly number[] {
  return Array.from({ length: block.count }, (_, index) => tellingWord(block, block.address + index));
}

export function tellingUnit(unitId: number): ModbusUnit {
  return {
    read: (table, address, count) => ({
      registers: tellingWords({ unitId, table, address, count }),
      values: {},
      servedPolls: null,
    }),
  };
}
