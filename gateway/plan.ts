import {
  type AddressBase,
  isBitTable,
  type RegisterConfig,
  registerCount,
  wireAddress,
} from "../contracts/device-map.ts";
import type { DeviceConfig } from "./config.ts";
import { type Decoder, decoder } from "./decode.ts";
import type { RegisterBlock } from "./register-source.ts";

/** A value in a block: which point, and the words that hold it. */
export interface PlannedValue {
  readonly point: string;
  readonly from: number;
  readonly count: number;
  readonly decode: Decoder;
}

/** One request, and what is taken out of its answer. */
export interface PlannedRead {
  readonly block: RegisterBlock;
  readonly boilerId: string;
  readonly values: readonly PlannedValue[];
}

/**
 * The requests that read a whole device: neighbours together, no value split, no register asked for in vain. Text
 * is no part of a reading and is left out.
 */
export function plannedReads(
  device: DeviceConfig,
  map: { readonly addressBase: AddressBase; readonly registers: readonly RegisterConfig[] },
): readonly PlannedRead[] {
  const cells = map.registers
    .filter(({ type }) => type !== "string")
    .map((register) => ({
      register,
      address: wireAddress(register, map.addressBase),
      count: registerCount(register),
    }))
    .sort((a, b) => a.register.table.localeCompare(b.register.table) || a.address - b.address);

  const reads: { block: RegisterBlock; boilerId: string; values: PlannedValue[] }[] = [];
  for (const { register, address, count } of cells) {
    const last = reads.at(-1);
    const end = address + count;
    const most = isBitTable(register.table) ? 2_000 : device.maxRegisters;
    const joins =
      last !== undefined &&
      last.block.table === register.table &&
      address <= last.block.address + last.block.count &&
      end - last.block.address <= most;
    const read = joins
      ? last
      : {
          block: { unitId: device.unitId, table: register.table, address, count: 0 },
          boilerId: device.boiler,
          values: [],
        };
    if (!joins) reads.push(read);
    read.block = { ...read.block, count: Math.max(read.block.count, end - read.block.address) };
    read.values.push({
      point: register.point,
      from: address - read.block.address,
      count,
      decode: decoder(register),
    });
  }
  return reads;
}
