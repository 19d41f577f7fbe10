import { type RegisterConfig, registerCount, registerFacts, wireSwap } from "../contracts/device-map.ts";
import { halfFloat, halfFloatBits } from "../contracts/half-float.ts";
import { assert } from "../domain/assert.ts";
import { points } from "../domain/points.ts";
import type { FlawReason } from "../domain/reading.ts";
import { conversion, scaling, shortestDecimal, shortestFloat32 } from "../domain/units.ts";

export type Decoded =
  | { readonly value: number; readonly flaw: null }
  | { readonly value: null; readonly flaw: FlawReason };

/** Turns the words of one register into a value of its point, in the unit in which that is kept. */
export type Decoder = (words: readonly number[]) => Decoded;

/**
 * Prepares the way from words to a value for one line of a device map.
 *
 * Scales like 0.1 are applied as a division by 10, and a 16- or 32-bit float is read as the shortest decimal that
 * means it: what the device sent as 14.28 is 14.28 here, to the last digit, which the rounding of rules relies on.
 * A 64-bit count that a number cannot hold to the last digit is `out-of-range` rather than another count; BCD with
 * a digit above 9 is `not-a-number`.
 */
export function decoder(register: RegisterConfig): Decoder {
  const { scale, offset, sentinels } = register;
  const rawOf = rawNumber(register);
  const isWhole = registerFacts[register.type].holds !== "float";
  const scaled = scaling(scale, offset);
  const keptIn = (points as Readonly<Record<string, { readonly unit: string }>>)[register.point]?.unit;
  const converted =
    conversion(register.unit ?? keptIn ?? "", keptIn ?? register.unit ?? "") ?? ((value) => value);
  return (words) => {
    const raw = rawOf(words);
    if (sentinels.includes(raw)) return { value: null, flaw: "sentinel" };
    if (!Number.isFinite(raw)) return { value: null, flaw: "not-a-number" };
    if (isWhole && !Number.isSafeInteger(raw)) return { value: null, flaw: "out-of-range" };
    return { value: converted(scaled(raw)), flaw: null };
  };
}

/** The characters of a `string`, up to the first NUL and without blanks around them; for tools, not for readings. */
export function decodedText(register: RegisterConfig, words: readonly number[]): string {
  const bytes = valueBytes(words, wireSwap(register)).subarray(0, register.lengthBytes);
  const end = bytes.indexOf(0);
  return bytes
    .subarray(0, end < 0 ? bytes.length : end)
    .toString("latin1")
    .trim();
}

/** What the words mean before scaling; NaN where they mean no number. */
function rawNumber(register: RegisterConfig): (words: readonly number[]) => number {
  const { type, bit = 0, byte } = register;
  const byteAt = byte === "low" ? 1 : 0;
  const swap = wireSwap(register);
  const bytesOf = (words: readonly number[]) => valueBytes(words.slice(0, registerCount(register)), swap);
  switch (type) {
    case "bit":
      return ([word = 0]) => (word >> bit) & 1;
    case "int8":
      return (words) => bytesOf(words).readInt8(byteAt);
    case "uint8":
      return (words) => bytesOf(words).readUInt8(byteAt);
    case "int16":
      return (words) => bytesOf(words).readInt16BE();
    case "uint16":
      return (words) => bytesOf(words).readUInt16BE();
    case "int32":
      return (words) => bytesOf(words).readInt32BE();
    case "uint32":
      return (words) => bytesOf(words).readUInt32BE();
    case "int64":
      return (words) => Number(bytesOf(words).readBigInt64BE());
    case "uint64":
      return (words) => Number(bytesOf(words).readBigUInt64BE());
    case "float16":
      return (words) => {
        const bits = bytesOf(words).readUInt16BE();
        return shortestDecimal(halfFloat(bits), 1, 6, (decimal) => halfFloatBits(decimal) === bits);
      };
    case "float32":
      return (words) => shortestFloat32(bytesOf(words).readFloatBE());
    case "float64":
      return (words) => bytesOf(words).readDoubleBE();
    case "bcd16":
    case "bcd32":
      return (words) => {
        const digits = bytesOf(words).toString("hex");
        return /^\d+$/.test(digits) ? Number(digits) : Number.NaN;
      };
    case "string":
      assert(false, "text is no number: the plan leaves it out");
  }
}

/** The bytes of a value, most significant first. */
function valueBytes(words: readonly number[], swap: number): Buffer {
  const bytes = Buffer.alloc(2 * words.length);
  for (const [index, word] of words.entries()) {
    bytes[(2 * index) ^ swap] = word >> 8;
    bytes[(2 * index + 1) ^ swap] = word & 0xff;
  }
  return bytes;
}
