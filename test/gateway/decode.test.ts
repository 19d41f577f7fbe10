import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type RegisterConfig, registerTypes, wordOrders } from "../../contracts/device-map.ts";
import { decoder } from "../../gateway/decode.ts";
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

  test("whatever a simulated device encodes, the gateway decodes: every type, word order and scale", () => {
    const kind = fc.record({
      type: fc.constantFrom(...registerTypes.filter((type) => type !== "bit")),
      wordOrder: fc.constantFrom(...wordOrders),
      scale: fc.constantFrom(1, 0.1, 0.01, 0.001, 2, 10),
      offset: fc.constantFrom(0, -40, 100),
      raw: fc.integer({ min: 0, max: 30_000 }),
    });
    fc.assert(
      fc.property(kind, ({ raw, ...changes }) => {
        const cell = register(changes);
        const value = raw * changes.scale + changes.offset;
        const back = decoder(cell)(encodeRegister(cell, value));
        expect(back.flaw).toBeNull();
        expect(Math.abs((back.value ?? Number.NaN) - value)).toBeLessThanOrEqual(
          1e-6 * Math.max(1, Math.abs(value)),
        );
      }),
    );
  });
});

describe("the requests of a device", () => {
  const device = { id: "d", line: "l", unitId: 7, map: "m", boiler: "b-1", maxRegisters: 125 };
  const blocks = (
    registers: readonly RegisterConfig[],
    changes: Partial<typeof device> = {},
    addressBase = 0,
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
});
