import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { main } from "../../main.ts";
import { readEnvironment } from "../../platform/environment.ts";
import { type ImportWish, importedMap } from "../../settings/import-map.ts";
import { loadSettings } from "../../settings/settings.ts";
import { temporaryFolder } from "../helpers/servers.ts";

const root = resolve(import.meta.dirname, "../..");
const usual: ImportWish = {
  addressBase: 0,
  table: "holding",
  wordOrder: "ABCD",
  columns: {},
  furtherUnits: {},
};
const imported = (lines: readonly string[], wish: Partial<ImportWish> = {}) =>
  importedMap(Buffer.from(lines.join("\n")), { ...usual, ...wish });
const only = (
  cells: string,
  head = "point,address,type,order,table,scale",
  wish: Partial<ImportWish> = {},
) => {
  const { registers, faults } = imported([head, cells], wish);
  expect(faults).toEqual([]);
  return registers[0];
};

describe("a vendor's register list", () => {
  test.each([
    ["FLOAT", "float32"],
    ["Real", "float32"],
    ["32-bit float", "float32"],
    ["LREAL", "float64"],
    ["WORD", "uint16"],
    ["Signed 16 bit", "int16"],
    ["DINT", "int32"],
    ["dword", "uint32"],
    ["U64", "uint64"],
    ["LINT", "int64"],
    ["BCD", "bcd16"],
    ["half", "float16"],
  ])("calls %s what we call %s", (written, type) => {
    expect(only(`loadPercent,10,${written},,,`)).toMatchObject({ type, address: 10 });
  });

  test.each([
    ["big endian", "ABCD"],
    ["Little-Endian", "DCBA"],
    ["CD AB", "CDAB"],
    ["word swapped", "CDAB"],
    ["byte swap", "BADC"],
    ["", "CDAB"],
  ])("says the word order %s, which is %s", (written, wordOrder) => {
    expect(only(`loadPercent,10,float,${written},,`, undefined, { wordOrder: "CDAB" })).toMatchObject({
      wordOrder,
    });
  });

  test.each([
    ["40011", "5-digit", "holding", 10],
    ["30001-30002", "5-digit", "input", 0],
    ["400011", "6-digit", "holding", 10],
    ["1", 1, "holding", 0],
    ["0", 0, "holding", 0],
    ["0x1F40", 0, "holding", 8_000],
    ["1F40h", 0, "holding", 8_000],
  ] as const)("counts %s with base %s as %s %i on the wire", (written, addressBase, table, wire) => {
    const { registers, faults } = imported(["point,address,type", `o2DryPercent,${written},float`], {
      addressBase,
    });
    expect(faults).toEqual([]);
    const digit = { "5-digit": 10_000, "6-digit": 100_000 }[String(addressBase)] ?? 0;
    const first = { holding: 4 * digit, input: 3 * digit }[table] + (addressBase === 0 ? 0 : 1);
    expect(registers[0]).toMatchObject({ table, address: first + wire });
  });

  test.each([
    ["3", "holding"],
    ["FC04", "input"],
    ["4x", "holding"],
    ["Input Register", "input"],
  ])("says the table as %s", (written, table) => {
    expect(only(`loadPercent,10,word,,${written},`)).toMatchObject({ table });
  });

  test.each([
    ["0.1", 0.1],
    ["x0.01", 0.01],
    ["1/10", 0.1],
    ["/100", 0.01],
    ["×10", 10],
  ])("says the scale as %s", (written, scale) => {
    expect(only(`loadPercent,10,word,,,${written}`)).toMatchObject({ scale });
  });

  test("may have semicolons, decimal commas, a mark at its beginning, and lines ended as on Windows", () => {
    const list = "\uFEFFpoint;Register;Data type;Factor\r\nloadPercent;100;INT16;0,1\r\n";
    expect(importedMap(Buffer.from(list), usual)).toMatchObject({
      faults: [],
      registers: [{ point: "loadPercent", address: 100, type: "int16", scale: 0.1 }],
      columns: { point: "point", address: "Register", type: "Data type", scale: "Factor" },
    });
  });

  test("brings flags, halves of a register, text, sentinels and units", () => {
    const head = "point,address,type,bit,byte,length,invalid,unit";
    const { registers, faults } = imported([
      head,
      "firing,1,bool,3,,,,",
      "loadPercent,2,uint8,,low,,,",
      "serialText,3,ASCII(12),,,,,",
      "exhaustTempC,9,int16,,,,0x8000 -999,°F",
    ]);
    expect(faults).toEqual([]);
    expect(registers).toMatchObject([
      { type: "bit", bit: 3 },
      { type: "uint8", byte: "low" },
      { type: "string", lengthBytes: 12 },
      { type: "int16", sentinels: [32_768, -999], unit: "°F" },
    ]);
  });

  test("leaves out what names no point, and says which lines", () => {
    expect(imported(["point,address,type", ",1,word", "loadPercent,2,word", ",3,word"])).toMatchObject({
      registers: [{ point: "loadPercent" }],
      leftOut: [2, 4],
    });
  });

  test("has each bad row named with its line and all that is wrong with it", () => {
    const { faults, registers } = imported(
      [
        "point,address,type,order,table,scale,unit",
        "o2DryPercent,30001,float,ABCD,,,",
        "nonsense,30003,float,ABCD,,,",
        "exhaustTempC,3-x,floot,sideways,9,ten,bar",
        "loadPercent,40010,float,ABCDEFGH,,,",
        "o2DryPercent,30005-30005,float,,,,",
        "coDryPpm,20001,float,,,,",
        "firing,40012,bool,,,,",
      ],
      { addressBase: "5-digit", table: null },
    );
    expect(registers).toHaveLength(1);
    expect(faults.map(({ line, message }) => `${line} ${message.split(/[;:]/)[0]}`)).toEqual([
      '3 point "nonsense" is not known',
      '4 type "floot" is not known',
      '4 address "3-x" is no address',
      '4 table "9" is not known',
      '4 wordOrder "sideways" is not known',
      '4 scale "ten" is no number',
      '4 unit "bar" cannot become "°C"',
      '5 wordOrder "ABCDEFGH" is not known',
      "6 address 30005-30005 is 1 registers, and float32 takes 2",
      "6 point o2DryPercent is given in line 2 already",
      "7 has no table",
      "8 type is bit in a table of registers, so bit must be given",
    ]);
  });

  test.each<[string, readonly string[], RegExp]>([
    ["empty", [""], /is empty/],
    [
      "without a column that is needed",
      ["Name,Register,Format", "a,1,word"],
      /no column for point among Name, Register/,
    ],
    ["whose quotes do not end", ["point,address,type", '"a,1,word'], /is no CSV/],
  ])("that is %s is refused with what to do", (_what, lines, message) => {
    expect(() => imported(lines)).toThrow(message);
  });

  test("in another encoding is refused, not guessed", () => {
    expect(() => importedMap(Buffer.from([0xa4, 0x40, 0x2c]), usual)).toThrow(/save it as/);
  });

  test("whose headings nobody knows is read by naming them", () => {
    const columns = { point: "用途", address: "位址", type: "格式" } as const;
    expect(only("loadPercent,7,word", "用途,位址,格式", { columns })).toMatchObject({ address: 7 });
  });
});

describe("fluewatch gateway import", () => {
  function workshop(): { readonly file: string; readonly folder: string; readonly list: string } {
    const folder = temporaryFolder();
    const file = join(folder, "plant.yaml");
    writeFileSync(file, readFileSync(join(root, "config", "demo.yaml")));
    const list = join(folder, "Vendor Meter 3.csv");
    writeFileSync(list, "Point,Address,Format,Factor\nfeedwaterTempC,30001,INT,0.1\n,30002,INT,1\n");
    return { file, folder, list };
  }
  const run = (list: string, file: string, ...more: string[]) =>
    main(["gateway", "import", list, "--config", file, "--base", "5-digit", ...more]);

  test("writes a map that the configuration can use; a dry run writes nothing; a second one replaces only if told", async () => {
    const { file, folder, list } = workshop();
    const written = join(folder, "devices", "vendor-meter-3.yaml");
    expect(await run(list, file, "--dry-run")).toBe(0);
    expect(() => readFileSync(written)).toThrow();
    expect(await run(list, file)).toBe(0);
    const map = loadSettings(file, root, readEnvironment({})).maps.get("vendor-meter-3");
    expect(map).toMatchObject({
      title: "Vendor Meter 3",
      addressBase: "5-digit",
      registers: [{ point: "feedwaterTempC", table: "input", address: 30_001, type: "int16", scale: 0.1 }],
    });
    expect(await run(list, file)).toBe(2);
    expect(await run(list, file, "--replace")).toBe(0);
    expect(await run(list, file, "--id", "stack-analyser")).toBe(2);
  });

  test("with a bad row writes nothing and ends with 1", async () => {
    const { file, folder, list } = workshop();
    writeFileSync(list, "Point,Address,Format\nfeedwaterTempC,30001,INT\nloadPercent,x,INT\n");
    expect(await run(list, file)).toBe(1);
    expect(() => readFileSync(join(folder, "devices", "vendor-meter-3.yaml"))).toThrow();
    expect(await run(join(folder, "none.csv"), file)).toBe(2);
  });
});
