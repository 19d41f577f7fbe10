import {
  isBitTable,
  type RegisterConfig,
  type RegisterType,
  registerFacts,
  wordOrders,
} from "../../contracts/device-map.ts";
import { type Point, points } from "../../domain/points.ts";
import { decoder } from "../decode.ts";
import type { RegisterBlock } from "../register-source.ts";

/** A way to read some registers as a point. */
export interface Candidate {
  readonly point: string;
  readonly address: number;
  readonly type: RegisterType;
  readonly wordOrder: RegisterConfig["wordOrder"];
  readonly scale: number;
  readonly value: number;
  /** The more, the less likely it is by accident. */
  readonly score: number;
}

const scales = [1, 0.1, 0.01];

/**
 * How unlikely it is that registers which mean something else give a number of the right size: few patterns of bits are
 * floats of a usual size, and any is a 16-bit number.
 */
const typeWeight: Readonly<Partial<Record<RegisterType, number>>> = {
  float64: 4,
  float32: 3,
  int32: 1.2,
  uint32: 1.2,
  int16: 1,
  uint16: 1,
  bcd16: 0.8,
  bcd32: 0.9,
  float16: 0.6,
};
const leastUsual = 1e-3;
const widestRange = 1e7;
/** Between equals, a plant runs rather in the middle of its ranges than at their ends. */
const middleWeight = 0.5;

/** Every type, order and usual scale in which these words can be one of the points, the most plausible first. */
export function candidates(
  block: RegisterBlock,
  words: readonly number[],
  only: string | null,
): readonly Candidate[] {
  if (isBitTable(block.table)) return [];
  const sensed = Object.entries(points as Readonly<Record<string, Point>>).filter(
    ([name, { from }]) => from !== "formula" && (only === null || name === only),
  );
  const found = decodings(block, words).flatMap(({ address, type, wordOrder, raw }) =>
    (registerFacts[type].holds === "float" ? [1] : scales).flatMap((scale) => {
      const value = Number((raw * scale).toPrecision(7));
      return sensed
        .filter(([, { range }]) => value >= range[0] && value <= range[1] && Math.abs(value) >= leastUsual)
        .map(([point, { range }]) => ({
          point,
          address,
          type,
          wordOrder,
          scale,
          value,
          score: (typeWeight[type] ?? 0) * narrowness(range) + middleWeight * nearMiddle(value, range),
        }));
    }),
  );
  return found.sort((a, b) => b.score - a.score || a.address - b.address);
}

/** 1 for a range of one unit, 0 for the widest. */
function narrowness([lowest, highest]: Point["range"]): number {
  return 1 - Math.log10(highest - lowest) / Math.log10(widestRange);
}

/** 1 in the middle of what can be, 0 at its ends. */
function nearMiddle(value: number, [lowest, highest]: Point["range"]): number {
  return 1 - Math.abs(2 * value - lowest - highest) / (highest - lowest);
}

function decodings(block: RegisterBlock, words: readonly number[]) {
  const types = Object.keys(typeWeight) as RegisterType[];
  return types.flatMap((type) => {
    const count = registerFacts[type].registers ?? 1;
    const orders = wordOrders.filter((order) =>
      order.length === 8 ? count === 4 : count > 1 || order === "ABCD" || order === "BADC",
    );
    return orders.flatMap((wordOrder) => {
      const decode = decoder({
        point: "",
        table: block.table,
        address: 0,
        type,
        wordOrder,
        scale: 1,
        offset: 0,
        sentinels: [],
      });
      return words.slice(0, Math.max(0, words.length - count + 1)).flatMap((_, at) => {
        const { value } = decode(words.slice(at, at + count));
        return value === null ? [] : [{ address: block.address + at, type, wordOrder, raw: value }];
      });
    });
  });
}

const shown = 20;

/** The words as they came, and what they may mean. */
export function probeReport(
  block: RegisterBlock,
  words: readonly number[],
  only: string | null,
): readonly string[] {
  const lines = [`unit ${block.unitId}, ${block.table} (addresses as on the wire, from 0):`];
  for (const [index, word] of words.entries()) {
    const hex = `0x${word.toString(16).padStart(4, "0")}`;
    const signed = word > 0x7fff ? ` ${word - 0x10000}` : "";
    lines.push(`  ${block.address + index}: ${isBitTable(block.table) ? word : `${hex} ${word}${signed}`}`);
  }
  const ranked = candidates(block, words, only);
  if (isBitTable(block.table)) return lines;
  lines.push(ranked.length === 0 ? "no plausible reading of it" : "most plausible first:");
  for (const { point, address, type, wordOrder, scale, value } of ranked.slice(0, shown)) {
    const unit = (points as Readonly<Record<string, Point>>)[point]?.unit ?? "";
    lines.push(
      `  { point: ${point}, table: ${block.table}, address: ${address}, type: ${type}, wordOrder: ${wordOrder}` +
        `${scale === 1 ? "" : `, scale: ${scale}`} } # ${value} ${unit}`.trimEnd(),
    );
  }
  return lines;
}
