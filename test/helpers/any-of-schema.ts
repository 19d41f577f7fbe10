import fc from "fast-check";

/** As much of JSON Schema as the specification uses. */
export interface JsonSchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
}

const any = fc.jsonValue({ maxDepth: 2 });

/** Values that a schema allows. */
export function valid(schema: JsonSchema): fc.Arbitrary<unknown> {
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map(valid));
  switch (schema.type) {
    case "object": {
      const entries = Object.entries(schema.properties ?? {});
      return fc.record(Object.fromEntries(entries.map(([name, each]) => [name, valid(each)])), {
        requiredKeys: [...(schema.required ?? [])] as never[],
      });
    }
    case "array":
      return fc.uniqueArray(valid(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.max(schema.minItems ?? 0, Math.min(schema.maxItems ?? 3, 3)),
        ...(schema.uniqueItems === true
          ? { selector: (item) => JSON.stringify(item) }
          : { comparator: () => false }),
      });
    case "string":
      return text(schema);
    case "integer":
      return fc.integer({
        min: Math.max(schema.minimum ?? -1_000, -(2 ** 31)),
        max: Math.min(schema.maximum ?? 1_000, 2 ** 31 - 1),
      });
    case "number":
      return fc.double({
        min: schema.exclusiveMinimum ?? schema.minimum ?? -1e6,
        minExcluded: schema.exclusiveMinimum !== undefined,
        max: schema.maximum ?? 1e6,
        noNaN: true,
      });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    default:
      return any;
  }
}

function text({ pattern, format, minLength = 0, maxLength = 64 }: JsonSchema): fc.Arbitrary<string> {
  if (format === "date")
    return fc
      .date({ min: new Date("2000-01-01"), max: new Date("2099-12-31"), noInvalidDate: true })
      .map((date) => date.toISOString().slice(0, 10));
  if (pattern === undefined)
    return fc.string({ minLength, maxLength: Math.min(maxLength, 64), unit: "grapheme" });
  return fc
    .stringMatching(new RegExp(pattern, "u"))
    .filter(({ length }) => length >= minLength && length <= maxLength);
}

/** What breaks careless programs. */
export const hostileTexts: readonly string[] = [
  "",
  " ",
  "null",
  "0",
  "-1",
  "1e308",
  "9007199254740993",
  "99999999999999999999",
  "1970-01-01T00:00:00Z",
  "2026-02-30T00:00:00+08:00",
  "+275760-09-13T00:00:00.001Z",
  "2026-03-12T14:00:00[Asia/Taipei]",
  "..",
  "../../etc/passwd",
  "..%2f..%2fetc%2fpasswd",
  "%00",
  "%",
  "%E0%A4%A",
  "toh-01",
  "TOH-01",
  "__proto__",
  "constructor",
  "'; drop table users; --",
  '" or ""="',
  "a,b,c",
  ",".repeat(300),
  "o2DryPercent,o2DryPercent",
  "😀",
  "\u202e",
  "\ud800",
  "=1+1",
  "x".repeat(5_000),
];

/** Values of which some fit a schema, some nearly, and some not at all. */
export function anyFor(schema: JsonSchema): fc.Arbitrary<unknown> {
  const nearly =
    schema.type === "object"
      ? fc
          .tuple(valid(schema), fc.string(), any)
          .map(([value, name, extra]) => ({ ...(value as object), [name]: extra }))
      : valid(schema);
  return fc.oneof(
    { weight: 5, arbitrary: valid(schema) },
    { weight: 2, arbitrary: nearly },
    { weight: 1, arbitrary: any },
    { weight: 1, arbitrary: fc.constantFrom(...hostileTexts) },
  );
}
