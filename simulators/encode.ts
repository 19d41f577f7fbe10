import { type RegisterConfig, registerCount, type WordOrder } from "../contracts/device-map.ts";

/**
 * A value as the registers of a device hold it: the inverse of what the gateway decodes. What the type cannot
 * hold is clipped to its ends, as an instrument's output is; a missing value becomes the device's sentinel, or
 * NaN in a float, or 0 where it has no way to say so.
 */
export function encodeRegister(register: RegisterConfig, value: number | null): readonly number[] {
  const raw = value === null ? missingRaw(register) : (value - register.offset) / register.scale;
  switch (register.type) {
    case "bit":
      return [raw === 0 ? 0 : 1];
    case "int16":
      return [clipped(raw, -0x8000, 0x7fff) & 0xffff];
    case "uint16":
      return [clipped(raw, 0, 0xffff)];
    case "int32":
    case "uint32":
    case "float32": {
      const bytes = Buffer.alloc(4 * (registerCount(register.type) / 2));
      if (register.type === "float32") bytes.writeFloatBE(raw);
      else if (register.type === "int32") bytes.writeInt32BE(clipped(raw, -0x8000_0000, 0x7fff_ffff));
      else bytes.writeUInt32BE(clipped(raw, 0, 0xffff_ffff));
      return inWireOrder(bytes, register.wordOrder);
    }
  }
}

function missingRaw({ type, sentinels }: RegisterConfig): number {
  return sentinels[0] ?? (type === "float32" ? Number.NaN : 0);
}

function clipped(raw: number, lowest: number, highest: number): number {
  return Math.min(highest, Math.max(lowest, Math.round(Number.isNaN(raw) ? 0 : raw)));
}

function inWireOrder(bytes: Buffer, order: WordOrder): readonly number[] {
  const wire = Buffer.from([...order].map((letter) => bytes["ABCD".indexOf(letter)] ?? 0));
  return [wire.readUInt16BE(0), wire.readUInt16BE(2)];
}
