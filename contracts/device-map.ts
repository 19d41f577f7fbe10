import { type Static, Type } from "typebox";
import { Id, PointNameText } from "./ids.ts";

export const registerTables = ["input", "holding", "discrete", "coil"] as const;
export type RegisterTable = (typeof registerTables)[number];

export const registerTypes = ["bit", "int16", "uint16", "int32", "uint32", "float32"] as const;
export type RegisterType = (typeof registerTypes)[number];

/** Order of the four bytes of a 32-bit value as they stand on the wire; A is the most significant. */
export const wordOrders = ["ABCD", "CDAB", "BADC", "DCBA"] as const;
export type WordOrder = (typeof wordOrders)[number];

/** One quantity in a device's registers: where it is, how it is written, and which point it becomes. */
export const RegisterConfig = Type.Object(
  {
    point: PointNameText,
    table: Type.Enum(registerTables),
    address: Type.Integer({ minimum: 0, maximum: 65_535 }),
    type: Type.Enum(registerTypes),
    wordOrder: Type.Enum(wordOrders, { default: "ABCD" }),
    /** value = raw × scale + offset, in `unit`. */
    scale: Type.Number({ default: 1 }),
    offset: Type.Number({ default: 0 }),
    /** What the device sends; converted to the unit in which the point is kept. */
    unit: Type.Optional(Type.String()),
    /** Raw values by which the device says that it has none. */
    sentinels: Type.Array(Type.Number(), { default: [] }),
  },
  { additionalProperties: false },
);
export type RegisterConfig = Static<typeof RegisterConfig>;

/** The registers of one kind of device: a file in `config/devices/`. */
export const DeviceMapFile = Type.Object(
  {
    kind: Type.Literal("device-map"),
    id: Id,
    title: Type.String({ minLength: 1 }),
    /** What address the manual's first register has. */
    addressBase: Type.Integer({ minimum: 0, maximum: 1, default: 0 }),
    registers: Type.Array(RegisterConfig, { minItems: 1, maxItems: 1_000 }),
  },
  { additionalProperties: false },
);
export type DeviceMapFile = Static<typeof DeviceMapFile>;

/** How many registers (or bits, in a table of bits) a value takes. */
export function registerCount(type: RegisterType): number {
  return type === "int32" || type === "uint32" || type === "float32" ? 2 : 1;
}

export function isBitTable(table: RegisterTable): boolean {
  return table === "discrete" || table === "coil";
}
