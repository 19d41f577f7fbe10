import { parse } from "csv-parse/sync";
import {
  type AddressBase,
  type RegisterConfig,
  type RegisterTable,
  type RegisterType,
  registerCount,
  registerFacts,
  registerTables,
  registerTypes,
  type WordOrder,
  wireAddress,
  wordOrders,
} from "../contracts/device-map.ts";
import { points } from "../domain/points.ts";
import { conversion, unitsInto } from "../domain/units.ts";
import { OperationalError } from "../platform/errors.ts";
import {
  headings,
  type ImportColumn,
  importColumns,
  orderNames,
  tableNames,
  tableOfDigit,
  typeNames,
} from "./import-words.ts";
import { registerFaults } from "./register-checks.ts";

export interface ImportWish {
  readonly addressBase: AddressBase;
  /** Where the list does not say it. */
  readonly table: RegisterTable | null;
  readonly wordOrder: WordOrder;
  /** Headings of this list, by what they say; for those that are not known. */
  readonly columns: Readonly<Partial<Record<ImportColumn, string>>>;
  /** The unit of each point that the configuration adds. */
  readonly furtherUnits: Readonly<Record<string, string>>;
}

export interface RowFault {
  /** Of the file, counted from 1. */
  readonly line: number;
  readonly message: string;
}

export interface ImportedMap {
  readonly registers: readonly RegisterConfig[];
  readonly faults: readonly RowFault[];
  /** Lines that name no point. */
  readonly leftOut: readonly number[];
  /** Which heading was taken for what. */
  readonly columns: Readonly<Partial<Record<ImportColumn, string>>>;
}

/**
 * A vendor's register list as registers of a device map. Rows without a point are left out; every row that cannot be
 * read is named with its line and all that is wrong with it.
 * @throws OperationalError `import-unreadable`, when the list as a whole cannot be read
 */
export function importedMap(bytes: Buffer, wish: ImportWish): ImportedMap {
  const rows = rowsOf(bytes);
  const [head, ...body] = rows;
  if (head === undefined) throw unreadable("is empty; its first line must head the columns");
  const places = columnPlaces(head.cells, wish.columns);
  for (const needed of ["point", "address", "type"] as const) {
    if (places[needed] === undefined) {
      throw unreadable(
        `has no column for ${needed} among ${head.cells.join(", ")}; name it with --columns "${needed}=<heading>"` +
          (needed === "point" ? ", or add one that names the point of each row that you want" : ""),
      );
    }
  }
  const registers: RegisterConfig[] = [];
  const faults: RowFault[] = [];
  const leftOut: number[] = [];
  const given = new Map<string, number>();
  for (const { line, cells } of body) {
    const cell = (column: ImportColumn) => (cells[places[column] ?? -1] ?? "").trim();
    if (cell("point") === "") {
      leftOut.push(line);
      continue;
    }
    const wrong = (message: string) => faults.push({ line, message });
    const register = registerOf(cell, wish, wrong);
    const before = given.get(cell("point"));
    if (before !== undefined) wrong(`point ${cell("point")} is given in line ${before} already`);
    given.set(cell("point"), line);
    if (register !== null) registers.push(register);
  }
  const columns = Object.fromEntries(
    Object.entries(places).map(([column, place]) => [column, head.cells[place] ?? ""]),
  );
  return { registers, faults, leftOut, columns };
}

function registerOf(
  cell: (column: ImportColumn) => string,
  { addressBase, table: usualTable, wordOrder: usualOrder, furtherUnits }: ImportWish,
  wrong: (message: string) => void,
): RegisterConfig | null {
  let isRight = true;
  const fault = (message: string) => {
    isRight = false;
    wrong(message);
  };
  const number = (column: ImportColumn): number | undefined => {
    if (cell(column) === "") return undefined;
    const value = numberOf(cell(column));
    if (value === null) fault(`${column} "${cell(column)}" is no number`);
    return value ?? undefined;
  };

  const point = cell("point");
  const written = typeOf(cell("type"));
  if (written === null)
    fault(`type "${cell("type")}" is not known; known are ${registerTypes.join(", ")} and their usual names`);
  const type = written?.type ?? "uint16";
  const address = addressOf(cell("address"));
  if (address === null)
    fault(`address "${cell("address")}" is no address; give 40001, 0x1F40, or a range like 40001-40002`);
  const named = tableOf(cell("table"));
  if (cell("table") !== "" && named === null)
    fault(
      `table "${cell("table")}" is not known; known are ${registerTables.join(", ")}, or a function code 1 to 4`,
    );
  const table = named ?? (address === null ? null : tableInAddress(address.first, addressBase)) ?? usualTable;
  if (table === null && address !== null) fault("has no table; add a column for it, or give --table");
  const wordOrder = cell("wordOrder") === "" ? usualOrder : orderOf(cell("wordOrder"));
  if (wordOrder === null)
    fault(
      `wordOrder "${cell("wordOrder")}" is not known; known are ${wordOrders.join(", ")} and their usual names`,
    );
  const byte = cell("byte") === "" ? undefined : byteOf(cell("byte"));
  if (byte === null) fault(`byte "${cell("byte")}" is neither high nor low`);
  const lengthBytes = number("lengthBytes") ?? written?.lengthBytes;
  const sentinels =
    cell("sentinels") === ""
      ? []
      : cell("sentinels")
          .split(/[\s|]+/)
          .map(numberOf);
  if (sentinels.includes(null)) fault(`sentinels "${cell("sentinels")}" are no numbers, with blanks between`);
  const [scale = 1, offset = 0, bit, scanMs] = (["scale", "offset", "bit", "scanMs"] as const).map(number);
  unitFaults(point, type, cell("unit"), furtherUnits, fault);
  if (address === null || table === null || wordOrder === null || !isRight) return null;

  const register: RegisterConfig = {
    point,
    table,
    address: address.first,
    type,
    wordOrder,
    ...(bit !== undefined && { bit }),
    ...(byte != null && { byte }),
    ...(lengthBytes !== undefined && { lengthBytes }),
    scale,
    offset,
    ...(cell("unit") !== "" && type !== "string" && { unit: cell("unit") }),
    sentinels: sentinels.filter((each) => each !== null),
    ...(scanMs !== undefined && { scanMs }),
  };
  for (const { key, message } of registerFaults(register, addressBase)) fault(`${key} ${message}`);
  if (address.last !== null && address.last - address.first + 1 !== registerCount(register))
    fault(
      `address ${cell("address")} is ${address.last - address.first + 1} registers, and ${type} takes ${registerCount(register)}`,
    );
  return isRight ? register : null;
}

function unitFaults(
  point: string,
  type: RegisterType,
  unit: string,
  furtherUnits: Readonly<Record<string, string>>,
  fault: (message: string) => void,
): void {
  const keptIn =
    (points as Readonly<Record<string, { readonly unit: string }>>)[point]?.unit ?? furtherUnits[point];
  if (type === "string") {
    if (keptIn !== undefined) fault(`point ${point} is a number's; text needs another name`);
    return;
  }
  if (keptIn === undefined)
    fault(
      `point "${point}" is not known; docs/domain.md lists them, and points: in the configuration adds others`,
    );
  else if (unit !== "" && conversion(unit, keptIn) === null)
    fault(`unit "${unit}" cannot become "${keptIn}"; known are ${unitsInto(keptIn).join(", ")}`);
}

interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

function rowsOf(bytes: Buffer): readonly Row[] {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw unreadable("is not UTF-8; save it as “CSV UTF-8”");
  }
  const firstLine = text.split(/\r?\n/, 1)[0] ?? "";
  const delimiter = [",", ";", "\t"].reduce((best, each) =>
    firstLine.split(each).length > firstLine.split(best).length ? each : best,
  );
  try {
    const parsed = parse(text, {
      bom: true,
      delimiter,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
    }) as unknown as readonly {
      readonly info: { readonly lines: number };
      readonly record: readonly string[];
    }[];
    return parsed.map(({ info, record }) => ({ line: info.lines, cells: record }));
  } catch (error) {
    throw unreadable(`is no CSV: ${error instanceof Error ? error.message : ""}`);
  }
}

function columnPlaces(
  head: readonly string[],
  named: ImportWish["columns"],
): Readonly<Partial<Record<ImportColumn, number>>> {
  const plainHead = head.map(plain);
  const places: Partial<Record<ImportColumn, number>> = {};
  for (const column of importColumns) {
    const wanted = named[column];
    const place =
      wanted === undefined
        ? plainHead.findIndex((heading) => headings[column].includes(heading))
        : head.findIndex((heading) => heading.trim() === wanted.trim());
    if (wanted !== undefined && place < 0)
      throw unreadable(`has no column "${wanted}"; it has ${head.join(", ")}`);
    if (place >= 0 && !Object.values(places).includes(place)) places[column] = place;
  }
  return places;
}

function plain(text: string): string {
  return text.toLowerCase().replace(/[\s_\-./()]/g, "");
}

function typeOf(text: string): { readonly type: RegisterType; readonly lengthBytes?: number } | null {
  const long = /^\s*(?:string|ascii|char|text|str)\s*[[(]?\s*(\d+)\s*[\])]?\s*$/i.exec(text);
  if (long !== null) return { type: "string", lengthBytes: Number(long[1]) };
  const type = registerTypes.find((each) => typeNames[each].includes(plain(text)));
  return type === undefined ? null : { type };
}

function orderOf(text: string): WordOrder | null {
  const letters = text.toUpperCase().replace(/[\s_-]/g, "");
  return wordOrders.find((order) => order === letters) ?? orderNames[plain(text)] ?? null;
}

function byteOf(text: string): "high" | "low" | null {
  if (/^(high|hi|h|msb|1)$/i.test(text)) return "high";
  return /^(low|lo|l|lsb|0)$/i.test(text) ? "low" : null;
}

function tableOf(text: string): RegisterTable | null {
  return registerTables.find((table) => tableNames[table].includes(plain(text))) ?? null;
}

/** In 5- and 6-digit notation the first digit is the table. */
function tableInAddress(address: number, addressBase: AddressBase): RegisterTable | null {
  if (typeof addressBase === "number") return null;
  return tableOfDigit[Math.floor(address / (addressBase === "5-digit" ? 10_000 : 100_000))] ?? null;
}

function addressOf(text: string): { readonly first: number; readonly last: number | null } | null {
  const [first, last, more] = text.split(/\s*(?:-|–|\.\.|~)\s*/).map(wholeOf);
  if (first === undefined || first === null || last === null || more !== undefined) return null;
  return { first, last: last ?? null };
}

function wholeOf(text: string): number | null {
  const compact = text.replace(/\s/g, "");
  const hex = /^0x([0-9a-f]+)$/i.exec(compact) ?? /^([0-9a-f]+)h$/i.exec(compact);
  if (hex !== null) return Number.parseInt(hex[1] ?? "", 16);
  return /^\d+$/.test(compact) ? Number(compact) : null;
}

/** A number as lists write it: with a decimal comma, as a fraction, as a divisor (`/10`), or in hexadecimal. */
function numberOf(text: string): number | null {
  const compact = text.replace(/\s/g, "");
  if (/^(0x[0-9a-f]+|[0-9a-f]+h)$/i.test(compact)) return wholeOf(compact);
  const divided = /^[x×*]?(\d*)\/(\d+)$/.exec(compact);
  if (divided !== null) return Number(divided[1] || 1) / Number(divided[2]);
  const decimal = compact.replace(/^[x×*]/, "").replace(/^(-?\d+),(\d+)$/, "$1.$2");
  return decimal !== "" && Number.isFinite(Number(decimal)) ? Number(decimal) : null;
}

function unreadable(why: string): OperationalError {
  return new OperationalError("import-unreadable", `The register list ${why}`);
}

/** The place of a register on the wire, for a list that people compare with the manual. */
export function wireOf(register: RegisterConfig, addressBase: AddressBase): string {
  const words = registerFacts[register.type].registers ?? registerCount(register);
  const first = wireAddress(register, addressBase);
  return words === 1 ? String(first) : `${first} to ${first + words - 1}`;
}
