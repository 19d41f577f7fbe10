import { type Static, Type } from "typebox";
import { Id, PointNameText } from "./ids.ts";

export const registerTables = ["input", "holding", "discrete", "coil"] as const;
export type RegisterTable = (typeof registerTables)[number];

/**
 * What is known of each type: how many registers hold it (`null`: as many as the map says), and what they hold.
 * `bit` is a coil, a discrete input, or one flag inside a register. `bcd` is four decimal digits a register,
 * unsigned. `text` is no number: it is read by tools, never as part of a reading.
 */
export const registerFacts = {
  bit: { registers: 1, holds: "bit" },
  int8: { registers: 1, holds: "signed" },
  uint8: { registers: 1, holds: "unsigned" },
  int16: { registers: 1, holds: "signed" },
  uint16: { registers: 1, holds: "unsigned" },
  int32: { registers: 2, holds: "signed" },
  uint32: { registers: 2, holds: "unsigned" },
  int64: { registers: 4, holds: "signed" },
  uint64: { registers: 4, holds: "unsigned" },
  float16: { registers: 1, holds: "float" },
  float32: { registers: 2, holds: "float" },
  float64: { registers: 4, holds: "float" },
  bcd16: { registers: 1, holds: "bcd" },
  bcd32: { registers: 2, holds: "bcd" },
  string: { registers: null, holds: "text" },
} as const satisfies Readonly<Record<string, { readonly registers: number | null; readonly holds: string }>>;
export type RegisterType = keyof typeof registerFacts;
export const registerTypes = Object.keys(registerFacts) as readonly RegisterType[];

/**
 * Order of a value's bytes as they stand on the wire; A is the most significant. For each, the bits that a byte's
 * place in the value and its place on the wire differ in: 1 swaps the bytes of a register, 2 the registers of a
 * pair, 4 the two pairs of a 64-bit value.
 *
 * Four letters mean the same for every size: `CDAB` is the least significant register first, `DCBA` the least
 * significant byte first. Eight letters are for devices that swap 64 bits otherwise.
 */
const wireSwaps = {
  ABCD: 0,
  CDAB: 6,
  BADC: 1,
  DCBA: 7,
  CDABGHEF: 2,
  EFGHABCD: 4,
  DCBAHGFE: 3,
  FEHGBADC: 5,
} as const;
export type WordOrder = keyof typeof wireSwaps;
export const wordOrders = Object.keys(wireSwaps) as readonly WordOrder[];

/** One quantity in a device's registers: where it is, how it is written, and which point it becomes. */
export const RegisterConfig = Type.Object(
  {
    point: PointNameText,
    table: Type.Enum(registerTables),
    /** As the manual gives it: the map's `addressBase` says how that counts. */
    address: Type.Integer({ minimum: 0, maximum: 465_536 }),
    type: Type.Enum([...registerTypes]),
    wordOrder: Type.Enum([...wordOrders], { default: "ABCD" }),
    /** Of a `bit` inside a register: which, 0 being the least significant. */
    bit: Type.Optional(Type.Integer({ minimum: 0, maximum: 15 })),
    /** Of an 8-bit number: in which byte of its register it stands; `high` is the first on the wire. */
    byte: Type.Optional(Type.Enum(["high", "low"] as const)),
    /** Of a `string`: how many bytes it takes, one a character, two in a register. */
    lengthBytes: Type.Optional(Type.Integer({ minimum: 1, maximum: 250 })),
    /** value = raw × scale + offset, in `unit`. */
    scale: Type.Number({ default: 1 }),
    offset: Type.Number({ default: 0 }),
    /** What the device sends; converted to the unit in which the point is kept. */
    unit: Type.Optional(Type.String()),
    /** Raw values by which the device says that it has none. */
    sentinels: Type.Array(Type.Number(), { default: [] }),
    /** How often it is read, where that is less often than its device is. */
    scanMs: Type.Optional(Type.Integer({ minimum: 100, maximum: 3_600_000 })),
  },
  { additionalProperties: false },
);
export type RegisterConfig = Static<typeof RegisterConfig>;

/**
 * How a manual counts: its first register is 0, or 1, or carries its table in front: 30001 or 300001 is the first
 * input register, 40001 or 400001 the first holding register, 10001 the first discrete input, 00001 the first coil.
 */
export const addressBases = [0, 1, "5-digit", "6-digit"] as const;
export type AddressBase = (typeof addressBases)[number];

/** The registers of one kind of device: a file in `config/devices/`. */
export const DeviceMapFile = Type.Object(
  {
    kind: Type.Literal("device-map"),
    id: Id,
    title: Type.String({ minLength: 1 }),
    addressBase: Type.Enum([...addressBases], { default: 0 }),
    registers: Type.Array(RegisterConfig, { minItems: 1, maxItems: 1_000 }),
  },
  { additionalProperties: false },
);
export type DeviceMapFile = Static<typeof DeviceMapFile>;

/** How many registers (or bits, in a table of bits) a value takes. */
export function registerCount({ type, lengthBytes }: Pick<RegisterConfig, "type" | "lengthBytes">): number {
  return registerFacts[type].registers ?? Math.ceil((lengthBytes ?? 2) / 2);
}

export function isBitTable(table: RegisterTable): boolean {
  return table === "discrete" || table === "coil";
}

/**
 * Where a byte of a value stands on the wire, and the other way round: byte `i` of the one is byte `i ^ swap` of
 * the other. Text keeps the order of its registers; only the two bytes of each may be swapped.
 */
export function wireSwap({ type, wordOrder }: Pick<RegisterConfig, "type" | "wordOrder">): number {
  const bytes = 2 * (registerFacts[type].registers ?? 1);
  return wireSwaps[wordOrder] & (bytes - 1);
}

const tableDigit = { coil: 0, discrete: 1, input: 3, holding: 4 } as const;

/** A register's address on the wire, where each table counts from 0. */
export function wireAddress(
  { table, address }: Pick<RegisterConfig, "table" | "address">,
  addressBase: AddressBase,
): number {
  if (addressBase === "5-digit") return address - tableDigit[table] * 10_000 - 1;
  if (addressBase === "6-digit") return address - tableDigit[table] * 100_000 - 1;
  return address - addressBase;
}
