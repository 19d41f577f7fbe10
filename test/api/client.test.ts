import { afterAll, beforeAll, expect, test } from "vitest";
import type { JsonSchema } from "../helpers/any-of-schema.ts";
import { startTestApi, type TestApi } from "../helpers/api.ts";
import { operations } from "../helpers/specification.ts";

let plant: TestApi;
beforeAll(async () => {
  plant = await startTestApi();
});
afterAll(() => plant.stop());

type Described = Readonly<Record<string, unknown>> & JsonSchema;

/** A schema as TypeScript writes it. */
function typeOf(schema: JsonSchema | undefined): string {
  const {
    const: only,
    enum: some,
    anyOf,
    type,
    items,
    properties,
    patternProperties,
    additionalProperties,
  } = (schema ?? {}) as Described;
  if (only !== undefined) return JSON.stringify(only);
  if (Array.isArray(some)) return some.map((each) => JSON.stringify(each)).join(" | ");
  if (Array.isArray(anyOf)) return anyOf.map((each: JsonSchema) => typeOf(each)).join(" | ");
  if (Array.isArray(type))
    return type.map((each: string) => typeOf({ ...schema, type: each } as JsonSchema)).join(" | ");
  switch (type) {
    case "string":
    case "boolean":
    case "null":
      return type;
    case "integer":
    case "number":
      return "number";
    case "array":
      return Array.isArray(items)
        ? `[${items.map((each: JsonSchema) => typeOf(each)).join(", ")}]`
        : `(${typeOf(items as JsonSchema | undefined)})[]`;
    case "object": {
      if (properties !== undefined) return membersOf(properties as Members, schema as Described);
      const [member = additionalProperties] = Object.values((patternProperties ?? {}) as Members);
      return `Record<string, ${typeOf(member as JsonSchema | undefined)}>`;
    }
    default:
      return "unknown";
  }
}

type Members = Readonly<Record<string, JsonSchema>>;

function membersOf(members: Members, { required }: Readonly<Record<string, unknown>>): string {
  const needed = new Set((required ?? []) as readonly string[]);
  const lines = Object.entries(members).map(
    ([name, schema]) => `${JSON.stringify(name)}${needed.has(name) ? "" : "?"}: ${typeOf(schema)}`,
  );
  return `{ ${lines.join("; ")} }`;
}

test("the dashboard's client is made of the specification: `npx vitest run test/api/client.test.ts -u` makes it anew", async () => {
  const routes = (await operations(plant))
    .filter(({ path }) => path.startsWith("/api/v1/"))
    .sort((a, b) => (`${a.path} ${a.method}` < `${b.path} ${b.method}` ? -1 : 1));
  expect(routes.length).toBeGreaterThan(60);
  const said = new Map<string, string>();
  const described = routes.map(({ method, path, parameters, body, replies }) => {
    const given: string[] = [];
    for (const where of ["path", "query"] as const) {
      const named = parameters.filter((each) => each.in === where);
      const required = named.filter((each) => each.required).map(({ name }) => name);
      const members = Object.fromEntries(named.map(({ name, schema }) => [name, schema]));
      if (named.length > 0)
        given.push(`${where}${required.length > 0 ? "" : "?"}: ${membersOf(members, { required })}`);
    }
    if (body !== null) given.push(`body: ${typeOf(body)}`);
    const reply = ["200", "202", "204"].flatMap((status) => {
      const schema = replies.get(status);
      return schema === undefined ? [] : [schema === null ? "null" : typeOf(schema)];
    })[0];
    const operation = JSON.stringify(`${method} ${path.slice("/api/v1/".length)}`);
    // What another route replies, too, is written once.
    const same = reply === undefined ? undefined : said.get(reply);
    if (reply !== undefined && same === undefined && reply.length > 100) said.set(reply, operation);
    const told = same === undefined ? (reply ?? "unknown") : `Operations[${same}]["reply"]`;
    return `  ${operation}: {\n    given: { ${given.join("; ")} };\n    reply: ${told};\n  };\n`;
  });
  const text = `// Made of the API's specification by test/api/client.test.ts; never changed by hand.\n\n/** What each route is given, and what it replies. */\nexport interface Operations {\n${described.join("")}}\n`;
  await expect(text).toMatchFileSnapshot("../../dashboard/operations.ts");
});
