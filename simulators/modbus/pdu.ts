import { isBitTable, type RegisterTable } from "../../contracts/device-map.ts";

/** The reading requests; a simulated unit knows no others. */
const tableOf: Readonly<Record<number, RegisterTable>> = {
  1: "coil",
  2: "discrete",
  3: "holding",
  4: "input",
};

export const exceptions = {
  illegalFunction: 1,
  illegalAddress: 2,
  illegalValue: 3,
  busy: 6,
  targetSilent: 11,
} as const;

/** A request as it was asked, or the exception that it deserves. */
export type ReadRequest =
  | { readonly table: RegisterTable; readonly address: number; readonly count: number }
  | { readonly exception: number };

/** What a request's function code and data ask for. */
export function readRequest(pdu: Buffer): ReadRequest {
  const table = tableOf[functionCode(pdu)];
  if (table === undefined) return { exception: exceptions.illegalFunction };
  if (pdu.length !== 5) return { exception: exceptions.illegalValue };
  const address = pdu.readUInt16BE(1);
  const count = pdu.readUInt16BE(3);
  if (count < 1 || count > (isBitTable(table) ? 2_000 : 125)) return { exception: exceptions.illegalValue };
  if (address + count > 65_536) return { exception: exceptions.illegalAddress };
  return { table, address, count };
}

export function exceptionPdu(request: Buffer, code: number): Buffer {
  return Buffer.from([functionCode(request) | 0x80, code]);
}

/** The answer to a read: registers (0 to 65,535), or bits (0 or 1), eight in a byte. */
export function answerPdu(request: Buffer, table: RegisterTable, values: readonly number[]): Buffer {
  const bytes = isBitTable(table) ? Math.ceil(values.length / 8) : 2 * values.length;
  const pdu = Buffer.alloc(2 + bytes);
  pdu[0] = functionCode(request);
  pdu[1] = bytes;
  for (const [index, value] of values.entries()) {
    if (isBitTable(table)) {
      const at = 2 + (index >> 3);
      pdu[at] = (pdu[at] ?? 0) | ((value === 0 ? 0 : 1) << (index & 7));
    } else pdu.writeUInt16BE(value, 2 + 2 * index);
  }
  return pdu;
}

function functionCode(pdu: Buffer): number {
  return pdu[0] ?? 0;
}
