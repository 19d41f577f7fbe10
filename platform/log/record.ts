import { crc32c } from "@node-rs/crc32";

/** One entry of a log. */
export interface LogRecord {
  /** Place in the log: 1 for the first, one more for each, never used twice. */
  readonly offset: number;
  /** UTC epoch ms of the append, by the clock of the machine that appended. */
  readonly appendedAtMs: number;
  readonly body: Buffer;
}

// magic u32 · body length u32 · CRC32C u32 · offset u64 · appended at, ms u64 · body. The checksum covers the
// segment's salt too, so that a record quoted inside another record's body is never taken for one of ours.
const magic = 0x46_57_52_31;
const magicBytes = Buffer.from("FWR1", "latin1");
export const headerBytes = 28;
const largestBodyBytes = 64 * 1024 * 1024;

export function encodeRecord({ offset, appendedAtMs, body }: LogRecord, salt: number): Buffer {
  const bytes = Buffer.allocUnsafe(headerBytes + body.length);
  bytes.writeUInt32BE(magic, 0);
  bytes.writeUInt32BE(body.length, 4);
  bytes.writeBigUInt64BE(BigInt(offset), 12);
  bytes.writeBigUInt64BE(BigInt(Math.max(0, Math.round(appendedAtMs))), 20);
  body.copy(bytes, headerBytes);
  bytes.writeUInt32BE(checksum(bytes, 0, body.length, salt), 8);
  return bytes;
}

function checksum(bytes: Buffer, at: number, bodyLength: number, salt: number): number {
  const lengthSum = crc32c(bytes.subarray(at + 4, at + 8), salt);
  return crc32c(bytes.subarray(at + 12, at + headerBytes + bodyLength), lengthSum);
}

export type Parsed =
  | { readonly kind: "record"; readonly record: LogRecord; readonly end: number }
  /** A header that promises more bytes than are here: read on, or the end of what was ever written. */
  | { readonly kind: "cut"; readonly offset: number | null }
  | { readonly kind: "garbage" };

/** What stands at `at`; the record's body is a view into `bytes`. */
export function parseRecord(bytes: Buffer, at: number, salt: number): Parsed {
  const left = bytes.length - at;
  if (left < headerBytes) {
    const begins = magicBytes
      .subarray(0, Math.min(4, left))
      .equals(bytes.subarray(at, at + Math.min(4, left)));
    return begins ? { kind: "cut", offset: null } : { kind: "garbage" };
  }
  if (bytes.readUInt32BE(at) !== magic) return { kind: "garbage" };
  const bodyLength = bytes.readUInt32BE(at + 4);
  if (bodyLength > largestBodyBytes) return { kind: "garbage" };
  const offset = Number(bytes.readBigUInt64BE(at + 12));
  if (left < headerBytes + bodyLength) return { kind: "cut", offset };
  if (bytes.readUInt32BE(at + 8) !== checksum(bytes, at, bodyLength, salt)) return { kind: "garbage" };
  const appendedAtMs = Number(bytes.readBigUInt64BE(at + 20));
  const end = at + headerBytes + bodyLength;
  return {
    kind: "record",
    record: { offset, appendedAtMs, body: bytes.subarray(at + headerBytes, end) },
    end,
  };
}

/** Where the next record could begin at or after `at`, or -1. */
export function nextMagic(bytes: Buffer, at: number): number {
  return bytes.indexOf(magicBytes, at);
}
