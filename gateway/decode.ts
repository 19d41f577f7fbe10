import { type RegisterConfig, registerCount } from "../contracts/device-map.ts";
import { points } from "../domain/points.ts";
import type { FlawReason } from "../domain/reading.ts";
import { conversion, fifteenDigits } from "../domain/units.ts";

export type Decoded =
  | { readonly value: number; readonly flaw: null }
  | { readonly value: null; readonly flaw: FlawReason };

/** Turns the words of one register into a value of its point, in the unit in which that is kept. */
export type Decoder = (words: readonly number[]) => Decoded;

/**
 * Prepares the way from words to a value for one line of a device map.
 *
 * Scales like 0.1 are applied as a division by 10, and a 32-bit float is read as the shortest decimal that means
 * it: what the device sent as 14.28 is 14.28 here, to the last digit, which the rounding of rules relies on.
 */
export function decoder(register: RegisterConfig): Decoder {
  const { type, scale, offset, sentinels } = register;
  const scaled = scaling(scale, offset);
  const keptIn = (points as Readonly<Record<string, { readonly unit: string }>>)[register.point]?.unit;
  const converted =
    conversion(register.unit ?? keptIn ?? "", keptIn ?? register.unit ?? "") ?? ((value) => value);
  return (words) => {
    const raw = type === "float32" ? shortestDecimal(rawNumber(register, words)) : rawNumber(register, words);
    if (sentinels.includes(raw)) return { value: null, flaw: "sentinel" };
    if (!Number.isFinite(raw)) return { value: null, flaw: "not-a-number" };
    return { value: converted(scaled(raw)), flaw: null };
  };
}

function rawNumber({ type, wordOrder }: RegisterConfig, words: readonly number[]): number {
  const [first = 0, second = 0] = words;
  if (registerCount(type) === 1) return type === "int16" && first >= 0x8000 ? first - 0x1_0000 : first;
  const wire = Buffer.alloc(4);
  wire.writeUInt16BE(first, 0);
  wire.writeUInt16BE(second, 2);
  const bytes = Buffer.from([..."ABCD"].map((letter) => wire[wordOrder.indexOf(letter)] ?? 0));
  if (type === "float32") return bytes.readFloatBE();
  return type === "int32" ? bytes.readInt32BE() : bytes.readUInt32BE();
}

/** The decimal with the fewest digits that is this 32-bit float: 4.9, where a double would say 4.900000095367432. */
function shortestDecimal(float32: number): number {
  for (let digits = 6; digits < 9; digits += 1) {
    const decimal = Number(float32.toPrecision(digits));
    if (Math.fround(decimal) === float32) return decimal;
  }
  return float32;
}

function scaling(scale: number, offset: number): (raw: number) => number {
  const divisor = Math.round(1 / scale);
  if (Math.abs(scale) < 1 && Math.abs(1 / scale - divisor) < 1e-9) {
    return offset === 0 ? (raw) => raw / divisor : (raw) => fifteenDigits(raw / divisor + offset);
  }
  if (scale === 1 && offset === 0) return (raw) => raw;
  return (raw) => fifteenDigits(raw * scale + offset);
}
