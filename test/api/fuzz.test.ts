import fc from "fast-check";
import { Compile } from "typebox/compile";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Problem } from "../../contracts/http/problem.ts";
import { secretHash } from "../../platform/records/token-records.ts";
import { anyFor, hostileTexts, type JsonSchema } from "../helpers/any-of-schema.ts";
import { startTestApi, type TestApi } from "../helpers/api.ts";
import { isLong } from "../helpers/long.ts";
import { type Operation, operations, replySchema } from "../helpers/specification.ts";

const requests = isLong ? 50_000 : 1_000;
const atOnce = 8;

let plant: TestApi;
let routes: readonly Operation[];

beforeAll(async () => {
  plant = await startTestApi();
  routes = await operations(plant);
  await plant.addUser("root", "admin", null, null);
  for (let n = 0; n < 20; n += 1) {
    await plant.send(
      "toh-01",
      { firing: 1, o2DryPercent: 3, exhaustTempC: 200 + n },
      Date.now() - 20_000 + n * 1_000,
    );
  }
});
afterAll(() => plant.stop());

/** Ids that came in replies: later requests use them, so that some reach what is there. */
const met = new Set<string>(["toh-01", "cfb-01", "north-house", "low-o2--toh-01", "root"]);
const remember = (text: string) => {
  for (const [, id] of text.matchAll(/"(?:id|name|nextCursor|sourceId)":"([^"]{1,120})"/g)) {
    if (met.size < 500 && id !== undefined) met.add(id);
  }
};

/** Some keep to what the specification says, some do not, and some are made to break things. */
function someRequest({ method, path, parameters, body }: Operation) {
  const word = () =>
    fc.oneof(fc.constantFrom(...met), fc.constantFrom(...hostileTexts), fc.string({ maxLength: 80 }));
  const inPath = parameters.filter((each) => each.in === "path");
  const inQuery = parameters.filter((each) => each.in === "query");
  const time = fc.integer({ min: -60_000, max: 60_000 }).map((ms) => `${Date.now() + ms}`);
  const points = fc.constantFrom("o2DryPercent", "o2DryPercent,airRatio", "firing,exhaustTempC");
  const value = (name: string, schema: JsonSchema) => {
    const fitting = name === "from" || name === "to" ? time : name === "points" ? points : null;
    const arbitrary = fc.oneof(
      word(),
      anyFor(schema).map((each) => (typeof each === "string" ? each : JSON.stringify(each))),
    );
    return fitting === null
      ? arbitrary
      : fc.oneof({ weight: 3, arbitrary: fitting }, { weight: 1, arbitrary });
  };
  return fc.record({
    path: fc.tuple(...inPath.map(() => word())).map((words) => {
      let at = 0;
      return path.replace(/\{\w+\}/g, () => encoded(words[at++] ?? ""));
    }),
    query: fc
      .tuple(
        ...inQuery.map(({ name, schema, required }) =>
          fc.option(value(name, schema), { freq: required ? 12 : 2 }),
        ),
      )
      .map((values) =>
        inQuery.flatMap(({ name }, n) => (values[n] == null ? [] : [`${name}=${encoded(values[n])}`])),
      ),
    more: fc.option(
      word().map((text) => `colour=${encoded(text)}`),
      { freq: 15 },
    ),
    body: body === null ? fc.constant(undefined) : anyFor(body),
    text: fc.option(
      fc.constantFrom(
        "{",
        "[]",
        '{"a":1,"a":2}',
        '{"__proto__":{"x":1}}',
        "\u0000",
        "nonsense",
        "[".repeat(5_000),
      ),
      { freq: 20 },
    ),
    type: fc.constantFrom(...types),
    key: fc.option(
      fc.oneof(fc.string({ minLength: 1, maxLength: 40 }).map(headerText), fc.constant("x".repeat(200))),
      { freq: 5 },
    ),
    method: fc.constant(method),
  });
}

/** Spellings of one kind of body; none of them may be a way around the check of what is in it. */
const types = [
  "application/json",
  "application/json",
  "application/json; charset=utf-8",
  "Application/JSON",
  "application/json ",
  " application/json",
  "application/json\t;charset=utf-8",
  "text/plain",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
];

const encoded = (text: string) =>
  /^%|^\.\.%/.test(text) ? text : encodeURIComponent(Buffer.from(text).toString());
const headerText = (text: string) => text.replace(/[^\x20-\x7e]/g, "_").trim() || "key";

async function sessionCookie(): Promise<string> {
  const secret = `fuzz-${Math.random()}`;
  const now = Date.now();
  await plant.db
    .insertInto("sessions")
    .values({ tokenHash: secretHash(secret), user: "root", createdAtMs: now, usedAtMs: now })
    .execute();
  return `fluewatch=${secret}`;
}

test(
  `${requests} requests made of the specification: no reply is a 5xx, and each is as the specification says`,
  async () => {
    const checks = new Map<JsonSchema, ReturnType<typeof Compile>>();
    const problem = Compile(Problem);
    const statuses = new Map<number, number>();
    const seen = new Map<string, number>();
    // What would sign the caller out, or take a good part of a second for a password, is asked less often.
    const rare = /password|\/session$|users$/;
    const pool = routes.flatMap((route) =>
      route.method !== "GET" && rare.test(route.path) ? [route] : (Array(8).fill(route) as Operation[]),
    );
    const cookie = await sessionCookie();
    // The caller stays: a session that a request has ended is begun anew.
    let headers = plant.as(cookie);

    async function one(seed: number): Promise<void> {
      const operation = pool[seed % pool.length] as Operation;
      const [wanted] = fc.sample(someRequest(operation), { seed, numRuns: 1 });
      if (wanted === undefined) return;
      const { path, query, more, body, text, type, key, method } = wanted;
      const all = [...query, ...(more === null ? [] : [more])];
      const url = `${path}${all.length === 0 ? "" : `?${all.join("&")}`}`;
      const raw = body === undefined ? undefined : (text ?? JSON.stringify(body));
      const answer = await plant.ask(url, {
        method,
        headers: { ...headers, "content-type": type, ...(key !== null && { "idempotency-key": key }) },
        ...(raw !== undefined && { raw }),
      });
      if (answer.status === 401 && !path.endsWith("/session")) headers = plant.as(await sessionCookie());
      const what = `${method} ${url.slice(0, 300)} ${type} ${raw?.slice(0, 300) ?? ""} → ${answer.status} ${answer.text.slice(0, 300)}`;
      const isJson = /json/.test(String(answer.headers["content-type"]));
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      // 503: what was asked for cannot be had now, and says so; a failure of ours is 500.
      expect(answer.status < 500 || answer.status === 503, what).toBe(true);
      if (answer.status >= 400) {
        expect(problem.Check(answer.body), what).toBe(true);
        return;
      }
      seen.set(`${operation.method} ${operation.path}`, answer.status);
      remember(answer.text);
      const schema = replySchema(operation, answer.status);
      // A path of dots and slashes may lead to another route, or to a page.
      if (!isJson || schema === undefined || schema === null || !leadsTo(operation, path)) return;
      const check = checks.get(schema) ?? Compile(schema as never);
      checks.set(schema, check);
      expect(check.Errors(answer.body), what).toEqual([]);
    }

    for (let n = 0; n < requests; n += atOnce) {
      await Promise.all(Array.from({ length: atOnce }, (_, place) => one(n + place)));
    }
    console.log(
      `${requests} requests:`,
      Object.fromEntries([...statuses].sort(([a], [b]) => a - b)),
      `${seen.size} of ${routes.length} routes answered with a success`,
    );
    expect(statuses.get(200) ?? 0).toBeGreaterThan(requests / 20);
    expect(statuses.get(503) ?? 0).toBe(0);
  },
  isLong ? 3_600_000 : 120_000,
);

function leadsTo({ path }: Operation, asked: string): boolean {
  const segments = new URL(asked, "http://x").pathname.split("/");
  return (
    segments.length === path.split("/").length &&
    path.split("/").every((part, n) => part.startsWith("{") || part === segments[n])
  );
}

test("a body of 10 MB, a path that climbs and a made-up Host are refused", async () => {
  const headers = plant.as(await sessionCookie());
  const big = await plant.ask("users", {
    method: "POST",
    headers,
    raw: JSON.stringify({ name: "x".repeat(10_000_000) }),
  });
  expect(big).toMatchObject({ status: 413, body: { code: "body-too-large" } });
  for (const path of [
    "/../../etc/passwd",
    "/..%2f..%2fetc%2fpasswd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/docs/static/..%2f..%2f..%2fpackage.json",
    "/fonts/../../package.json",
  ]) {
    const answer = await plant.ask(path, { headers });
    expect(answer.text, path).not.toMatch(/root:|"dependencies"/);
    expect(answer.status, path).toBeGreaterThanOrEqual(300);
  }
});
