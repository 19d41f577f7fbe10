import { isBitTable, type RegisterTable } from "../../contracts/device-map.ts";
import type { RegisterBlock } from "../register-source.ts";

/** Only reads exist here. */
const functionCodes: Readonly<Record<RegisterTable, number>> = { coil: 1, discrete: 2, holding: 3, input: 4 };
const exceptionFlag = 0x80;

export function functionCode({ table }: Pick<RegisterBlock, "table">): number {
  return functionCodes[table];
}

export function requestPdu(block: RegisterBlock): Buffer {
  const pdu = Buffer.alloc(5);
  pdu.writeUInt8(functionCode(block), 0);
  pdu.writeUInt16BE(block.address, 1);
  pdu.writeUInt16BE(block.count, 3);
  return pdu;
}

/** Bytes of data in the answer to a block's request. */
export function dataBytes({ table, count }: Pick<RegisterBlock, "table" | "count">): number {
  return isBitTable(table) ? Math.ceil(count / 8) : 2 * count;
}

/** Bytes of an answer, from its function code on: as its first bytes announce it, for this request. */
export function answerBytes(block: RegisterBlock, isException: boolean): number {
  return isException ? 2 : 2 + dataBytes(block);
}

export type PduAnswer =
  | { readonly kind: "words"; readonly words: readonly number[] }
  | { readonly kind: "exception"; readonly code: number };

/** What an answer says, or `null` where it is no answer to this block's request: function, byte count, length. */
export function answerIn(pdu: Buffer, block: RegisterBlock): PduAnswer | null {
  const code = functionCode(block);
  if (pdu.length === 2 && pdu[0] === (code | exceptionFlag))
    return { kind: "exception", code: pdu.readUInt8(1) };
  const bytes = dataBytes(block);
  if (pdu.length !== 2 + bytes || pdu[0] !== code || pdu[1] !== bytes) return null;
  const words = Array.from({ length: block.count }, (_, index) =>
    isBitTable(block.table)
      ? (pdu.readUInt8(2 + (index >> 3)) >> (index & 7)) & 1
      : pdu.readUInt16BE(2 + 2 * index),
  );
  return { kind: "words", words };
}

export function isException(code: number): boolean {
  return (code & exceptionFlag) !== 0;
}
