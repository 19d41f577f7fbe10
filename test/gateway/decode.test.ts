import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type AddressBase,
  type RegisterConfig,
  registerCount,
  registerFacts,
  registerTypes,
  wireAddress,
  wordOrders,
} from "../../contracts/device-map.ts";
import { halfFloat, halfFloatBits } from "../../contracts/half-float.ts";
import { decodedText, decoder } from "../../gateway/decode.ts";
import { plannedReads } from "../../gateway/plan.ts";
import { encodeRegister } from "../../simulators/encode.ts";

function register(changes: Partial<RegisterConfig>): RegisterConfig {
  return {
    point: "o2DryPercent",
    table: "input",
    address: 0,
    type: "uint16",
    wordOrder: "ABCD",
    scale: 1,
    offset: 0,
    sentinels: [],
    ...changes,
  };
}

const decoded = (changes: Partial<RegisterConfig>, words: readonly number[]) =>
  decoder(register(changes))(words);

describe("from words to a value", () => {
  test("14.28 sent in hundredths is 14.28, to the last digit", () => {
    expect(decoded({ scale: 0.01 }, [1_428])).toEqual({ value: 14.28, flaw: null });
    for (let raw = 0; raw <= 2_100; raw += 1)
      expect(decoded({ scale: 0.01 }, [raw]).value).toBe(Number((raw / 100).toFixed(2)));
  });

  test("a 32-bit float is the shortest decimal that means it", () => {
    const bytes = Buffer.alloc(4);
    for (const value of [4.9, 14.28, 0.1, 143.3, 20.68, -3.25, 1e-6, 123456.7]) {
      bytes.writeFloatBE(value);
      expect(decoded({ type: "float32" }, [bytes.readUInt16BE(0), bytes.readUInt16BE(2)]).value).toBe(value);
    }
  });

  test.each([
    ["ABCD", [0x4248, 0x0000]],
    ["CDAB", [0x0000, 0x4248]],
    ["BADC", [0x4842, 0x0000]],
    ["DCBA", [0x0000, 0x4842]],
  ] as const)("50.0 in word order %s", (wordOrder, words) => {
    expect(decoded({ type: "float32", wordOrder }, words).value).toBe(50);
  });

  test("what a device sends for no value is no value, with the reason", () => {
    expect(decoded({ sentinels: [65_535] }, [65_535])).toEqual({ value: null, flaw: "sentinel" });
    expect(decoded({ type: "int16", sentinels: [-32_768] }, [0x8000])).toEqual({
      value: null,
      flaw: "sentinel",
    });
    expect(decoded({ type: "float32" }, [0x7fc0, 0])).toEqual({ value: null, flaw: "not-a-number" });
    expect(decoded({ type: "float32" }, [0x7f80, 0])).toEqual({ value: null, flaw: "not-a-number" });
  });

  test("the device's unit becomes the point's", () => {
    expect(
      decoded({ point: "exhaustTempC", type: "int16", unit: "°F", scale: 0.1 }, [3_920]).value,
    ).toBeCloseTo(200, 9);
    expect(decoded({ point: "coalFlowKgPerH", type: "float32", unit: "t/h" }, [0x4040, 0]).value).toBe(3_000);
  });

  test.each([
    ["ABCD", "ABCDEFGH"],
    ["CDAB", "GHEFCDAB"],
    ["BADC", "BADCFEHG"],
    ["DCBA", "HGFEDCBA"],
    ["CDABGHEF", "CDABGHEF"],
    ["EFGHABCD", "EFGHABCD"],
    ["DCBAHGFE", "DCBAHGFE"],
    ["FEHGBADC", "FEHGBADC"],
  ] as const)("64 bits in word order %s stand as %s on the wire", (wordOrder, wire) => {
    const bytes = Object.fromEntries([..."ABCDEFGH"].map((letter, at) => [letter, at === 0 ? 0 : 0x11 * at]));
    const words = [0, 2, 4, 6].map(
      (at) => ((bytes[wire[at] ?? ""] ?? 0) << 8) | (bytes[wire[at + 1] ?? ""] ?? 0),
    );
    expect(decoded({ type: "uint64", wordOrder }, words).value).toBe(0x00_11_22_33_44_55_66_77);
    expect(encodeRegister(register({ type: "int64", wordOrder }), 0x00_11_22_33_44_55_66_77)).toEqual(words);
  });

  test("a single register may have its bytes swapped", () => {
    expect(decoded({ wordOrder: "BADC" }, [0x3412])).toEqual({ value: 0x1234, flaw: null });
    expect(decoded({ type: "bcd16", wordOrder: "DCBA" }, [0x3412])).toEqual({ value: 1_234, flaw: null });
  });

  test("a 64-bit count is given to the last digit, or not at all", () => {
    const most = [0x001f, 0xffff, 0xffff, 0xffff];
    expect(decoded({ type: "uint64" }, most)).toEqual({ value: Number.MAX_SAFE_INTEGER, flaw: null });
    expect(decoded({ type: "uint64" }, [0x0020, 0, 0, 1])).toEqual({ value: null, flaw: "out-of-range" });
    expect(decoded({ type: "int64" }, [0xffdf, 0xffff, 0xffff, 0xffff])).toEqual({
      value: null,
      flaw: "out-of-range",
    });
    expect(decoded({ type: "int64" }, [0xffff, 0xffff, 0xffff, 0xfffe]).value).toBe(-2);
    const allOnes: Partial<RegisterConfig> = { type: "uint64", sentinels: [2 ** 64] };
    expect(decoded(allOnes, [0xffff, 0xffff, 0xffff, 0xffff])).toEqual({ value: null, flaw: "sentinel" });
    expect(encodeRegister(register(allOnes), null)).toEqual([0xffff, 0xffff, 0xffff, 0xffff]);
  });

  test("BCD is read digit by digit, and is no number where a digit is none", () => {
    expect(decoded({ type: "bcd16", scale: 0.1 }, [0x0415])).toEqual({ value: 41.5, flaw: null });
    expect(decoded({ type: "bcd32", wordOrder: "CDAB" }, [0x5678, 0x1234]).value).toBe(12_345_678);
    expect(decoded({ type: "bcd16" }, [0x12a4])).toEqual({ value: null, flaw: "not-a-number" });
    expect(decoded({ type: "bcd32" }, encodeRegister(register({ type: "bcd32" }), null))).toEqual({
      value: null,
      flaw: "not-a-number",
    });
  });

  test("a flag inside a register is one bit of it", () => {
    for (let bit = 0; bit < 16; bit += 1) {
      expect(decoded({ type: "bit", table: "holding", bit }, [1 << bit]).value).toBe(1);
      expect(decoded({ type: "bit", table: "holding", bit }, [0xffff ^ (1 << bit)]).value).toBe(0);
    }
  });

  test("two 8-bit numbers in one register are each one byte of it", () => {
    expect(decoded({ type: "int8", byte: "high" }, [0xb3c9]).value).toBe(-77);
    expect(decoded({ type: "uint8", byte: "low" }, [0xb3c9]).value).toBe(201);
    expect(decoded({ type: "uint8", byte: "low", wordOrder: "BADC" }, [0xb3c9]).value).toBe(0xb3);
  });

  test("text ends at its first NUL, and its bytes may be swapped", () => {
    const text = register({ type: "string", lengthBytes: 7 });
    const swapped = register({ type: "string", lengthBytes: 7, wordOrder: "BADC" });
    expect(registerCount(text)).toBe(4);
    expect(decodedText(text, [0x4142, 0x4344, 0x2000, 0x5858])).toBe("ABCD");
    expect(decodedText(text, [0x4142, 0x4344, 0x4546, 0x4748])).toBe("ABCDEFG");
    expect(decodedText(swapped, [0x4241, 0x4443, 0, 0])).toBe("ABCD");
    expect(decodedText(swapped, encodeRegister(swapped, "B-200/TW!"))).toBe("B-200/T");
  });

  test("a 16-bit float is the nearest there is, and the shortest decimal that means it", () => {
    const wrong: number[] = [];
    const check = (value: number, bits: number) => {
      if (halfFloatBits(value) !== bits) wrong.push(value);
    };
    for (let bits = 0; bits < 0x7c00; bits += 1) {
      const [low, high] = [halfFloat(bits), halfFloat(bits + 1)];
      check(low, bits);
      check(-low, 0x8000 | bits);
      if (high === Number.POSITIVE_INFINITY) continue;
      check(low + 0.49 * (high - low), bits);
      check(low + 0.51 * (high - low), bits + 1);
      check((low + high) / 2, bits % 2 === 0 ? bits : bits + 1);
    }
    expect(wrong).toEqual([]);
    expect(decoded({ type: "float16" }, [0x44e6])).toEqual({ value: 4.9, flaw: null });
    expect(decoded({ type: "float16" }, [0x7e00])).toEqual({ value: null, flaw: "not-a-number" });
    expect(decoded({ type: "float16" }, [halfFloatBits(70_000)]).flaw).toBe("not-a-number");
  });

  const numberTypes = registerTypes.filter((type) => type !== "bit" && type !== "string");
  const ordersFor = (type: RegisterConfig["type"]) =>
    wordOrders.filter((order) => order.length === 4 || registerFacts[type].registers === 4);
  /** Raw values that a type can hold, and how near a float comes to what it was given. */
  const rangeOf = (
    type: RegisterConfig["type"],
  ): { readonly raw: fc.Arbitrary<number>; readonly share: number } => {
    switch (type) {
      case "int8":
        return { raw: fc.integer({ min: -0x80, max: 0x7f }), share: 0 };
      case "uint8":
        return { raw: fc.integer({ min: 0, max: 0xff }), share: 0 };
      case "int16":
        return { raw: fc.integer({ min: -0x8000, max: 0x7fff }), share: 0 };
      case "uint16":
        return { raw: fc.integer({ min: 0, max: 0xffff }), share: 0 };
      case "int32":
        return { raw: fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }), share: 0 };
      case "uint32":
        return { raw: fc.integer({ min: 0, max: 0xffff_ffff }), share: 0 };
      case "int64":
        return { raw: fc.integer({ min: -1e13, max: 1e13 }), share: 0 };
      case "uint64":
        return { raw: fc.integer({ min: 0, max: 1e13 }), share: 0 };
      case "bcd16":
        return { raw: fc.integer({ min: 0, max: 9_999 }), share: 0 };
      case "bcd32":
        return { raw: fc.integer({ min: 0, max: 99_999_999 }), share: 0 };
      case "float16":
        return { raw: fc.double({ min: -60_000, max: 60_000, noNaN: true }), share: 2 ** -10 };
      case "float32":
        return { raw: fc.double({ min: -1e9, max: 1e9, noNaN: true }), share: 2 ** -23 };
      default:
        return { raw: fc.double({ min: -1e12, max: 1e12, noNaN: true }), share: 0 };
    }
  };

  test.each(numberTypes)(
    "what a simulated device encodes as %s, the gateway decodes: orders, scales, offsets",
    (type) => {
      const { raw: raws, share } = rangeOf(type);
      const kind = fc.record({
        wordOrder: fc.constantFrom(...ordersFor(type)),
        scale: fc.constantFrom(1, 0.1, 0.01, 0.001, 0.25, 2, 10, -1),
        offset: fc.constantFrom(0, -40, 100, 0.5),
        raw: raws,
      });
      fc.assert(
        fc.property(kind, ({ raw, ...changes }) => {
          const cell = register({ type, ...changes });
          const value = raw * changes.scale + changes.offset;
          const back = decoder(cell)(encodeRegister(cell, value));
          expect(back.flaw).toBeNull();
          const near =
            share * Math.abs(raw * changes.scale) +
            (type === "float16" ? 2 ** -23 * Math.abs(changes.scale) : 0);
          expect(Math.abs((back.value ?? Number.NaN) - value)).toBeLessThanOrEqual(
            near + 1e-9 * Math.abs(changes.scale) + 1e-14 * Math.abs(value),
          );
        }),
      );
    },
  );

  const wholeWords = numberTypes.filter((type) => type !== "int8" && type !== "uint8");
  test.each(wholeWords)("words of %s that mean a number become the same words again", (type) => {
    const word = fc.oneof(
      fc.integer({ min: 0, max: 0xffff }),
      fc.integer({ min: 0, max: 9_999 }).map((digits) => Number.parseInt(String(digits), 16)),
      fc.constantFrom(0, 0xffff),
    );
    const count = registerFacts[type].registers ?? 1;
    const words = fc.array(word, { minLength: count, maxLength: count });
    let numbers = 0;
    fc.assert(
      fc.property(words, fc.constantFrom(...ordersFor(type)), (sent, wordOrder) => {
        const cell = register({ type, wordOrder });
        const { value } = decoder(cell)(sent);
        if (value === null) return;
        numbers += 1;
        expect(encodeRegister(cell, value)).toEqual(sent);
      }),
      { numRuns: 2_000 },
    );
    expect(numbers).toBeGreaterThan(100);
  });
});

describe("the requests of a device", () => {
  const device = { id: "d", line: "l", unitId: 7, map: "m", boiler: "b-1", maxRegisters: 125 };
  const blocks = (
    registers: readonly RegisterConfig[],
    changes: Partial<typeof device> = {},
    addressBase: AddressBase = 0,
  ) =>
    plannedReads({ ...device, ...changes }, { addressBase, registers }).map(({ block, values }) => ({
      ...block,
      points: values.map(({ point, from }) => `${point}@${from}`),
    }));

  test("neighbours go together, a hole and another table begin a new request", () => {
    expect(
      blocks([
        register({ point: "exhaustTempC", address: 2, type: "float32" }),
        register({ point: "o2DryPercent", address: 0, type: "float32" }),
        register({ point: "loadPercent", address: 9 }),
        register({ point: "firing", table: "discrete", address: 0, type: "bit" }),
      ]),
    ).toEqual([
      { unitId: 7, table: "discrete", address: 0, count: 1, points: ["firing@0"] },
      { unitId: 7, table: "input", address: 0, count: 4, points: ["o2DryPercent@0", "exhaustTempC@2"] },
      { unitId: 7, table: "input", address: 9, count: 1, points: ["loadPercent@0"] },
    ]);
  });

  test("no request is longer than the device gives, and no value is split", () => {
    const registers = Array.from({ length: 20 }, (_, index) =>
      register({ point: `spare${index}Count`, address: 2 * index, type: "uint32" }),
    );
    expect(blocks(registers, { maxRegisters: 15 }).map(({ address, count }) => [address, count])).toEqual([
      [0, 14],
      [14, 14],
      [28, 12],
    ]);
  });

  test("a manual that counts from 1 is read one lower", () => {
    expect(blocks([register({ address: 1 })], {}, 1)[0]).toMatchObject({ address: 0, count: 1 });
  });

  test.each([
    ["5-digit", "coil", 1, 0],
    ["5-digit", "discrete", 10_010, 9],
    ["5-digit", "input", 30_001, 0],
    ["5-digit", "holding", 49_999, 9_998],
    ["6-digit", "coil", 65_536, 65_535],
    ["6-digit", "input", 300_101, 100],
    ["6-digit", "holding", 465_536, 65_535],
  ] as const)("in %s notation the %s at %d is %d on the wire", (addressBase, table, address, wire) => {
    expect(wireAddress({ table, address }, addressBase)).toBe(wire);
    const type = table === "coil" || table === "discrete" ? "bit" : "uint16";
    expect(blocks([register({ table, address, type })], {}, addressBase)[0]).toMatchObject({ address: wire });
  });

  test("flags of one register are read once, and text is left out", () => {
    const flag = (point: string, bit: number) =>
      register({ point, table: "holding", address: 4, type: "bit", bit });
    expect(
      blocks([
        flag("firing", 0),
        flag("purgeState", 3),
        register({ point: "loadPercent", table: "holding", address: 5 }),
        register({ point: "serialText", table: "holding", address: 6, type: "string", lengthBytes: 12 }),
      ]),
    ).toEqual([
      {
        unitId: 7,
        table: "holding",
        address: 4,
        count: 2,
        points: ["firing@0", "purgeState@0", "loadPercent@1"],
      },
    ]);
  });
});
