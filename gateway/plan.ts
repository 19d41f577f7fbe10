import {
  type AddressBase,
  isBitTable,
  type RegisterConfig,
  type RegisterTable,
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

/** Where one value of a device stands. */
export interface Cell {
  readonly point: string;
  readonly table: RegisterTable;
  readonly address: number;
  readonly count: number;
  readonly decode: Decoder;
  /** How often it is read; as the gateway does, if `null`. */
  readonly scanMs: number | null;
}

/** What is known of a device's ways beside its map. */
export interface ReadLimits {
  readonly maxRegisters: number;
  /** Registers that nobody asked for and that are read all the same, where that is quicker than another request. */
  readonly gap: number;
  /** Places before which a request has to end, as `table/address`. */
  readonly barriers: ReadonlySet<string>;
  /** Whether the device refuses the value that begins at `table/address`. */
  readonly isHole: (place: string) => boolean;
}

type Registers = { readonly addressBase: AddressBase; readonly registers: readonly RegisterConfig[] };
export type PlannedDevice = Pick<DeviceConfig, "unitId" | "boiler" | "maxRegisters">;

const mostBits = 2_000;
const bitsPerRegister = 16;

/** The values of a device in the order of their registers. Text is no part of a reading and is left out. */
export function cellsOf(map: Registers): readonly Cell[] {
  return map.registers
    .filter(({ type }) => type !== "string")
    .map((register) => ({
      point: register.point,
      table: register.table,
      address: wireAddress(register, map.addressBase),
      count: registerCount(register),
      decode: decoder(register),
      scanMs: register.scanMs ?? null,
    }))
    .sort((a, b) => a.table.localeCompare(b.table) || a.address - b.address);
}

export function placeOf({ table, address }: Pick<RegisterBlock, "table" | "address">): string {
  return `${table}/${address}`;
}

/** The requests that read a whole device: neighbours together, no value split. */
export function plannedReads(
  device: PlannedDevice,
  map: Registers,
  limits: Partial<ReadLimits> = {},
): readonly PlannedRead[] {
  return readsOf(device, cellsOf(map), {
    maxRegisters: device.maxRegisters,
    gap: 0,
    barriers: new Set(),
    isHole: () => false,
    ...limits,
  });
}

/** The requests that read these values, in the order of `cellsOf`. */
export function readsOf(
  { unitId, boiler }: Pick<PlannedDevice, "unitId" | "boiler">,
  cells: readonly Cell[],
  { maxRegisters, gap, barriers, isHole }: ReadLimits,
): readonly PlannedRead[] {
  const reads: { block: RegisterBlock; boilerId: string; values: PlannedValue[] }[] = [];
  let passesHole = false;
  for (const { point, table, address, count, decode } of cells) {
    if (isHole(placeOf({ table, address }))) {
      passesHole = true;
      continue;
    }
    const last = reads.at(-1);
    const end = address + count;
    const bits = isBitTable(table);
    const joins =
      last !== undefined &&
      !passesHole &&
      last.block.table === table &&
      address <= last.block.address + last.block.count + (bits ? gap * bitsPerRegister : gap) &&
      end - last.block.address <= (bits ? mostBits : maxRegisters) &&
      !barriers.has(placeOf({ table, address }));
    passesHole = false;
    const read = joins ? last : { block: { unitId, table, address, count: 0 }, boilerId: boiler, values: [] };
    if (!joins) reads.push(read);
    read.block = { ...read.block, count: Math.max(read.block.count, end - read.block.address) };
    read.values.push({ point, from: address - read.block.address, count, decode });
  }
  return reads;
}

/**
 * Two requests instead of one, at its widest gap of registers that nobody asked for, in its middle if there is none;
 * `null` where all its values share a place. `fillers` says how wide the gap is.
 */
export function halves(
  read: PlannedRead,
): { readonly left: PlannedRead; readonly right: PlannedRead; readonly fillers: number } | null {
  const seams: { at: number; fillers: number; offMiddle: number }[] = [];
  let end = 0;
  for (const [index, { from, count }] of read.values.entries()) {
    if (index > 0 && from >= end)
      seams.push({ at: index, fillers: from - end, offMiddle: Math.abs(from - read.block.count / 2) });
    end = Math.max(end, from + count);
  }
  const [best] = seams.sort((a, b) => b.fillers - a.fillers || a.offMiddle - b.offMiddle);
  if (best === undefined) return null;
  return {
    left: partOf(read, read.values.slice(0, best.at)),
    right: partOf(read, read.values.slice(best.at)),
    fillers: best.fillers,
  };
}

function partOf({ block, boilerId }: PlannedRead, values: readonly PlannedValue[]): PlannedRead {
  const first = values[0]?.from ?? 0;
  const end = Math.max(...values.map(({ from, count }) => from + count));
  return {
    block: { ...block, address: block.address + first, count: end - first },
    boilerId,
    values: values.map((value) => ({ ...value, from: value.from - first })),
  };
}

/** What a line needs for a request beside the registers: addressing, checksums and silences, both ways. */
const requestCharacters = 20;
const silentCharacters = 7;
/** On a local network a request costs so much more than a register that this many are worth it. */
const networkGap = 50;

export interface LineTiming {
  /** `null` where bytes take no time that counts. */
  readonly baudRate: number | null;
  /** 10 for 8N1, 11 with parity or a second stop bit. */
  readonly bitsPerCharacter: number;
  readonly turnaroundMs: number;
}

function charactersMs({ baudRate, bitsPerCharacter }: LineTiming, characters: number): number {
  return baudRate === null ? 0 : (1_000 * bitsPerCharacter * characters) / baudRate;
}

/** What the bytes of a request and its answer take, without the silences between them. */
export function transferMs(block: Pick<RegisterBlock, "table" | "count">, timing: LineTiming): number {
  return charactersMs(timing, requestCharacters - silentCharacters + dataBytes(block));
}

/** What one request takes on the line, to its answer's last byte and the silence after it. */
export function requestMs(block: RegisterBlock, timing: LineTiming): number {
  return charactersMs(timing, requestCharacters + dataBytes(block)) + timing.turnaroundMs;
}

function dataBytes({ table, count }: Pick<RegisterBlock, "table" | "count">): number {
  return isBitTable(table) ? Math.ceil(count / 8) : 2 * count;
}

/** How many registers in vain take as long as another request: reading over that many is no loss. */
export function breakEvenGap(timing: LineTiming): number {
  if (timing.baudRate === null) return networkGap;
  return Math.floor(
    (charactersMs(timing, requestCharacters) + timing.turnaroundMs) / charactersMs(timing, 2),
  );
}
