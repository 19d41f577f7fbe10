import { unzipSync } from "node:zlib";
import protobuf from "protobufjs";

/** What kind of number a metric is; its code in Sparkplug B. */
export const dataTypes = {
  Int8: 1,
  Int16: 2,
  Int32: 3,
  Int64: 4,
  UInt8: 5,
  UInt16: 6,
  UInt32: 7,
  UInt64: 8,
  Float: 9,
  Double: 10,
  Boolean: 11,
  String: 12,
} as const;

export interface Metric {
  readonly name: string | null;
  readonly alias: string | null;
  readonly timestampMs: number | null;
  readonly dataType: number | null;
  readonly isHistorical: boolean;
  readonly isNull: boolean;
  /** Of the property `Quality`: 192 good, 0 bad, 500 stale; `null` where nothing is said, which is good. */
  readonly quality: number | null;
  /** As it stands on the wire, before its data type says what it means; `null`: no number, no text, or nothing. */
  readonly raw: RawValue | null;
}

export type RawValue =
  | { readonly kind: "int"; readonly value: number }
  | { readonly kind: "long"; readonly value: bigint }
  | { readonly kind: "float" | "double"; readonly value: number }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "string"; readonly value: string };

export interface SparkplugPayload {
  readonly timestampMs: number | null;
  readonly seq: number | null;
  readonly metrics: readonly Metric[];
}

/**
 * The fields of a Sparkplug B payload, by their numbers; templates, data sets and files are passed over.
 * @source Eclipse Sparkplug 3.0.0, section 6.4, sparkplug_b.proto
 */
const field = (type: string, id: number, rule?: "repeated") => ({ type, id, ...(rule && { rule }) });
const oneOf = (first: number) => ({
  intValue: field("uint32", first),
  longValue: field("uint64", first + 1),
  floatValue: field("float", first + 2),
  doubleValue: field("double", first + 3),
  booleanValue: field("bool", first + 4),
  stringValue: field("string", first + 5),
});
const root = protobuf.Root.fromJSON({
  nested: {
    Payload: {
      fields: {
        timestamp: field("uint64", 1),
        metrics: field("Metric", 2, "repeated"),
        seq: field("uint64", 3),
        uuid: field("string", 4),
        body: field("bytes", 5),
      },
    },
    Metric: {
      fields: {
        name: field("string", 1),
        alias: field("uint64", 2),
        timestamp: field("uint64", 3),
        datatype: field("uint32", 4),
        isHistorical: field("bool", 5),
        isNull: field("bool", 7),
        properties: field("PropertySet", 9),
        ...oneOf(10),
      },
    },
    PropertySet: {
      fields: { keys: field("string", 1, "repeated"), values: field("PropertyValue", 2, "repeated") },
    },
    PropertyValue: { fields: { type: field("uint32", 1), isNull: field("bool", 2), ...oneOf(3) } },
  },
});
const payloadType = root.lookupType("Payload");

type Plain = Readonly<Record<string, unknown>>;

/** A payload inside a payload, deflated or gzipped. */
const compressed = "SPBV1.0_COMPRESSED";
const mostInflatedBytes = 1024 * 1024;

/** Reads a payload; `null` for bytes that are none. */
export function decodedPayload(bytes: Buffer): SparkplugPayload | null {
  try {
    const plain = payloadType.toObject(payloadType.decode(bytes), { longs: String, arrays: true }) as Plain;
    // Eclipse Tahu's JavaScript codec leaves noughts out.
    const seq = wholeOf(plain["seq"] ?? 0);
    if (plain["uuid"] === compressed) {
      const body = Buffer.from((plain["body"] ?? []) as Uint8Array);
      const inside = decodedPayload(unzipSync(body, { maxOutputLength: mostInflatedBytes }));
      return inside === null ? null : { ...inside, seq };
    }
    return {
      timestampMs: wholeOf(plain["timestamp"]),
      seq,
      metrics: (plain["metrics"] as readonly Plain[]).map(metricOf),
    };
  } catch {
    return null;
  }
}

/** A command to an edge node: write these boolean metrics. */
export function encodedCommand(names: readonly string[], atMs: number): Buffer {
  const metrics = names.map((name) => ({
    name,
    timestamp: atMs,
    datatype: dataTypes.Boolean,
    booleanValue: true,
  }));
  return Buffer.from(payloadType.encode(payloadType.create({ timestamp: atMs, metrics })).finish());
}

function metricOf(plain: Plain): Metric {
  return {
    name: typeof plain["name"] === "string" ? plain["name"] : null,
    alias: typeof plain["alias"] === "string" ? plain["alias"] : null,
    timestampMs: wholeOf(plain["timestamp"]),
    dataType: wholeOf(plain["datatype"]),
    isHistorical: plain["isHistorical"] === true,
    isNull: plain["isNull"] === true,
    quality: qualityIn(plain["properties"] as Plain | undefined),
    raw: rawOf(plain),
  };
}

function rawOf(plain: Plain): RawValue | null {
  if (typeof plain["intValue"] === "number") return { kind: "int", value: plain["intValue"] };
  if (typeof plain["longValue"] === "string") return { kind: "long", value: BigInt(plain["longValue"]) };
  if (typeof plain["floatValue"] === "number") return { kind: "float", value: plain["floatValue"] };
  if (typeof plain["doubleValue"] === "number") return { kind: "double", value: plain["doubleValue"] };
  if (typeof plain["booleanValue"] === "boolean") return { kind: "boolean", value: plain["booleanValue"] };
  if (typeof plain["stringValue"] === "string") return { kind: "string", value: plain["stringValue"] };
  return null;
}

function qualityIn(properties: Plain | undefined): number | null {
  const keys = (properties?.["keys"] ?? []) as readonly string[];
  const values = (properties?.["values"] ?? []) as readonly Plain[];
  const quality = values[keys.indexOf("Quality")];
  return quality === undefined ? null : wholeOf(quality["intValue"] ?? quality["longValue"] ?? 0);
}

function wholeOf(value: unknown): number | null {
  const number = typeof value === "string" ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) ? number : null;
}
