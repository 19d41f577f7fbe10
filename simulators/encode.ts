import { type RegisterConfig, registerCount, registerFacts, wireSwap } from "../contracts/device-map.ts";
import { halfFloatBits } from "../contracts/half-float.ts";

/**
 * A value as the registers of a device hold it: the inverse of what the gateway decodes. What the type cannot
 * hold is clipped to its ends, as an instrument's output is; a missing value becomes the device's sentinel, or
 * NaN in a float, digits above 9 in BCD, or 0 where it has no way to say so. Text is cut and filled with NUL.
 */
export function encodeRegister(register: RegisterConfig, value: number | string | null): readonly number[] {
  const bytes = Buffer.alloc(2 * registerCount(register));
  if (register.type === "string") {
    bytes.write(typeof value === "string" ? value.slice(0, register.lengthBytes) : "", "latin1");
  } else {
    const number = typeof value === "string" ? Number(value) : value;
    write(
      register,
      bytes,
      number === null ? missingRaw(register) : (number - register.offset) / register.scale,
    );
  }
  return wireWords(bytes, wireSwap(register));
}

function write({ type, bit = 0, byte }: RegisterConfig, bytes: Buffer, raw: number): void {
  switch (type) {
    case "bit":
      bytes.writeUInt16BE(raw === 0 ? 0 : 1 << bit);
      return;
    case "int8":
      bytes.writeInt8(clipped(raw, -0x80, 0x7f), byte === "low" ? 1 : 0);
      return;
    case "uint8":
      bytes.writeUInt8(clipped(raw, 0, 0xff), byte === "low" ? 1 : 0);
      return;
    case "int16":
      bytes.writeInt16BE(clipped(raw, -0x8000, 0x7fff));
      return;
    case "uint16":
      bytes.writeUInt16BE(clipped(raw, 0, 0xffff));
      return;
    case "int32":
      bytes.writeInt32BE(clipped(raw, -0x8000_0000, 0x7fff_ffff));
      return;
    case "uint32":
      bytes.writeUInt32BE(clipped(raw, 0, 0xffff_ffff));
      return;
    case "int64":
      bytes.writeBigInt64BE(clippedWhole(raw, -(2n ** 63n), 2n ** 63n - 1n));
      return;
    case "uint64":
      bytes.writeBigUInt64BE(clippedWhole(raw, 0n, 2n ** 64n - 1n));
      return;
    case "float16":
      bytes.writeUInt16BE(halfFloatBits(raw));
      return;
    case "float32":
      bytes.writeFloatBE(raw);
      return;
    case "float64":
      bytes.writeDoubleBE(raw);
      return;
    case "bcd16":
    case "bcd32": {
      const digits = 2 * bytes.length;
      const text = Number.isNaN(raw) ? "f".repeat(digits) : String(clipped(raw, 0, 10 ** digits - 1));
      bytes.write(text.padStart(digits, "0"), "hex");
      return;
    }
    case "string":
      return;
  }
}

function missingRaw({ type, sentinels }: RegisterConfig): number {
  const { holds } = registerFacts[type];
  return sentinels[0] ?? (holds === "float" || holds === "bcd" ? Number.NaN : 0);
}

function clipped(raw: number, lowest: number, highest: number): number {
  return Math.min(highest, Math.max(lowest, Math.round(Number.isNaN(raw) ? 0 : raw)));
}

/** As `clipped`, for what a number cannot hold to the last digit. */
function clippedWhole(raw: number, lowest: bigint, highest: bigint): bigint {
  if (Number.isNaN(raw)) return 0n;
  if (raw <= Number(lowest)) return lowest;
  return raw >= Number(highest) ? highest : BigInt(Math.round(raw));
}

function wireWords(bytes: Buffer, swap: number): readonly number[] {
  const words: number[] = [];
  for (let at = 0; at < bytes.length; at += 2)
    words.push(((bytes[at ^ swap] ?? 0) << 8) | (bytes[(at + 1) ^ swap] ?? 0));
  return words;
}
