import {
  type DeviceMapFile,
  type RegisterConfig,
  type RegisterTable,
  registerCount,
  wireAddress,
} from "../contracts/device-map.ts";
import { points } from "../domain/points.ts";
import { inverseConversion } from "../domain/units.ts";
import { encodeRegister } from "./encode.ts";
import type { ModbusUnit, UnitAnswer, UnitValues } from "./modbus/modbus-unit.ts";

/** A point that no boiler has: how many polls of it this unit has answered. The test's oracle follows it. */
export const servedPollsPoint = "servedPollsCount";

/** What a device refuses besides what its map leaves out. */
export interface UnitLimits {
  /** Registers that it gives in one answer, and the exception for more. */
  readonly maxRegisters: number;
  readonly overMaxException: 2 | 3;
  /** Registers between the mapped ones: exception 2, or 0 as most devices give. */
  readonly unmapped: "refused" | "zero";
  /** Places (counted from 0, as on the wire) that are refused although they are mapped, or lie between mapped ones. */
  readonly holes: readonly {
    readonly table: RegisterTable;
    readonly address: number;
    readonly count: number;
  }[];
}

export const noLimits: UnitLimits = {
  maxRegisters: 125,
  overMaxException: 3,
  unmapped: "refused",
  holes: [],
};

interface Cell {
  readonly register: RegisterConfig;
  readonly from: number;
  readonly end: number;
  readonly asSent: (value: number) => number;
}

/** Different requests that a unit remembers how to answer. */
const rememberedReads = 1_000;

/**
 * A device as its map describes it, filled with what the sensors say at the moment of the poll.
 * @param values what is absent counts as missing
 */
export function mappedUnit(
  map: DeviceMapFile,
  values: () => UnitValues,
  limits: UnitLimits = noLimits,
): ModbusUnit {
  let polls = 0;
  const cells = map.registers.map((register): Cell => {
    const from = wireAddress(register, map.addressBase);
    return { register, from, end: from + registerCount(register), asSent: sentUnit(register) };
  });
  const remembered = new Map<string, readonly Cell[] | null>();

  /** The cells that a request touches, or `null` where the device has nothing to give. */
  function touched(table: RegisterTable, address: number, count: number): readonly Cell[] | null {
    const end = address + count;
    const inHole = limits.holes.some(
      (hole) => hole.table === table && hole.address < end && hole.address + hole.count > address,
    );
    if (inHole) return null;
    const mapped = cells.filter(({ register }) => register.table === table);
    const wanted = mapped.filter((cell) => cell.from < end && cell.end > address);
    if (limits.unmapped === "zero") {
      const first = Math.min(...mapped.map(({ from }) => from));
      const last = Math.max(...mapped.map((cell) => cell.end));
      return address >= first && end <= last ? wanted : null;
    }
    // Flags of one register share it, so that places are counted and not sizes.
    const places = new Set<number>();
    for (const cell of wanted)
      for (let at = Math.max(cell.from, address); at < Math.min(cell.end, end); at += 1) places.add(at);
    return places.size === count ? wanted : null;
  }

  function read(table: RegisterTable, address: number, count: number): UnitAnswer {
    const isRegisters = table === "holding" || table === "input";
    if (isRegisters && count > limits.maxRegisters) return { exception: limits.overMaxException };
    const key = `${table} ${address} ${count}`;
    let wanted = remembered.get(key);
    if (wanted === undefined) {
      wanted = touched(table, address, count);
      if (remembered.size >= rememberedReads) remembered.clear();
      remembered.set(key, wanted);
    }
    if (wanted === null) return { exception: 2 };

    const now = values();
    const registers = new Array<number>(count).fill(0);
    const given: Record<string, number | string | null> = {};
    let servedPolls: number | null = null;
    for (const { register, from, end, asSent } of wanted) {
      const { point } = register;
      if (point === servedPollsPoint) {
        polls += 1;
        servedPolls = polls;
      }
      const value = point === servedPollsPoint ? polls : (now[point] ?? null);
      if (from >= address && end <= address + count) given[point] = value;
      const words = encodeRegister(register, typeof value === "number" ? asSent(value) : value);
      for (const [index, word] of words.entries()) {
        const at = from + index - address;
        if (at >= 0 && at < count) registers[at] = (registers[at] ?? 0) | word;
      }
    }
    return { registers, values: given, servedPolls };
  }

  return { read };
}

/** From the unit in which the point is kept to the one that this device speaks. */
function sentUnit({ point, unit }: RegisterConfig): (value: number) => number {
  const keptIn = (points as Readonly<Record<string, { readonly unit: string }>>)[point]?.unit;
  if (unit === undefined || keptIn === undefined) return (value) => value;
  return inverseConversion(unit, keptIn) ?? ((value) => value);
}
