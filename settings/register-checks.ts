import {
  type AddressBase,
  isBitTable,
  type RegisterConfig,
  registerCount,
  wireAddress,
} from "../contracts/device-map.ts";

interface RegisterFault {
  readonly key: keyof RegisterConfig;
  readonly message: string;
}

/** Where the keys of one register contradict each other. */
export function registerFaults(register: RegisterConfig, addressBase: AddressBase): readonly RegisterFault[] {
  const { table, type, bit, byte, wordOrder, lengthBytes, scale } = register;
  const faults: RegisterFault[] = [];
  const wrong = (key: keyof RegisterConfig, message: string) => faults.push({ key, message });

  if (isBitTable(table) && type !== "bit") wrong("type", `is ${type} in a table of bits`);
  if (!isBitTable(table) && type === "bit" && bit === undefined)
    wrong("type", "is bit in a table of registers, so bit must be given: 0 (least significant) to 15");
  if (bit !== undefined && (type !== "bit" || isBitTable(table)))
    wrong("bit", "is for the type bit in a table of registers");
  const isByte = type === "int8" || type === "uint8";
  if (isByte && byte === undefined) wrong("type", `is ${type}, so byte must be given: high or low`);
  if (!isByte && byte !== undefined) wrong("byte", "is for the types int8 and uint8");
  if (type === "string" && lengthBytes === undefined)
    wrong("type", "is string, so lengthBytes must be given");
  if (type !== "string" && lengthBytes !== undefined) wrong("lengthBytes", "is for the type string");
  if (wordOrder.length === 8 && registerCount(register) !== 4)
    wrong("wordOrder", `is ${wordOrder}, which is for 64 bits; ${type} takes ABCD, CDAB, BADC or DCBA`);
  if (scale === 0) wrong("scale", "is 0");

  const first = wireAddress(register, addressBase);
  const most = addressBase === "5-digit" ? 9_999 : 65_536;
  if (first < 0 || first + registerCount(register) > most)
    wrong("address", addressMessage(register, addressBase, most));
  return faults;
}

function addressMessage(register: RegisterConfig, addressBase: AddressBase, most: number): string {
  const lowest = register.address - wireAddress(register, addressBase);
  const highest = lowest + most - registerCount(register);
  const digits = addressBase === "6-digit" ? 6 : 5;
  const shown = (address: number) =>
    typeof addressBase === "number" ? String(address) : String(address).padStart(digits, "0");
  return (
    `is ${register.address}; with addressBase ${addressBase} a ${register.type} in the ${register.table} table ` +
    `stands at ${shown(lowest)} to ${shown(highest)}`
  );
}
