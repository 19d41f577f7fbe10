import {
  type DeviceMapFile,
  type RegisterConfig,
  registerCount,
  registerFacts,
  registerTypes,
  wordOrders,
} from "../../contracts/device-map.ts";

/** A value of each type that it holds exactly, and that reads otherwise in any other order. */
const exactValues: Readonly<Record<RegisterConfig["type"], number | string>> = {
  bit: 1,
  int8: -77,
  uint8: 201,
  int16: -12_345,
  uint16: 51_966,
  int32: -1_234_567_890,
  uint32: 3_735_928_559,
  int64: -1_234_567_890_123_456,
  uint64: 9_007_199_254_740_001,
  float16: -2.375,
  float32: 1_234.56,
  float64: -12_345.678_901_234_5,
  bcd16: 1_234,
  bcd32: 12_345_678,
  string: "B-200/TW",
};

const plain = { wordOrder: "ABCD", scale: 1, offset: 0, sentinels: [] } as const;

/** A device with registers of every type in every order, flags, coils and discrete inputs; and what they hold. */
export function everyType(): {
  readonly map: DeviceMapFile;
  readonly values: Readonly<Record<string, number | string>>;
} {
  const registers: RegisterConfig[] = [];
  const values: Record<string, number | string> = {};
  const add = (
    cell: Pick<RegisterConfig, "point" | "table" | "address" | "type">,
    more: Partial<RegisterConfig>,
  ) => {
    const register: RegisterConfig = { ...plain, sentinels: [], ...cell, ...more };
    registers.push(register);
    values[register.point] = exactValues[register.type];
  };
  let [input, holding] = [0, 0];
  for (const type of registerTypes) {
    if (type === "bit" || type === "int8" || type === "uint8") continue;
    const words = registerFacts[type].registers;
    const orders = wordOrders.filter((order) => order.length === 4 || words === 4);
    for (const wordOrder of orders) {
      const more = { wordOrder, ...(type === "string" ? { lengthBytes: 9 } : {}) };
      const point = `${type}${wordOrder}Count`;
      const count = registerCount({ type, ...more });
      // Half of them in each table of registers.
      if (registers.length % 2 === 0) {
        add({ point, table: "input", address: input, type }, more);
        input += count;
      } else {
        add({ point, table: "holding", address: holding, type }, more);
        holding += count;
      }
    }
  }
  for (const bit of [0, 7, 8, 15])
    add({ point: `flag${bit}State`, table: "holding", address: holding, type: "bit" }, { bit });
  // Two numbers in one register, and the same again with its bytes swapped.
  for (const [index, wordOrder] of (["ABCD", "BADC"] as const).entries()) {
    const address = holding + 1 + index;
    add(
      { point: `int8${wordOrder}Count`, table: "holding", address, type: "int8" },
      { wordOrder, byte: "high" },
    );
    add(
      { point: `uint8${wordOrder}Count`, table: "holding", address, type: "uint8" },
      { wordOrder, byte: "low" },
    );
  }
  for (const address of [0, 3, 9]) {
    add({ point: `coil${address}State`, table: "coil", address, type: "bit" }, {});
    add({ point: `discrete${address}State`, table: "discrete", address, type: "bit" }, {});
  }
  return {
    map: { kind: "device-map", id: "every-type", title: "One of each", addressBase: 0, registers },
    values,
  };
}
