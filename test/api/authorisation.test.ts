import fc from "fast-check";
import fastify from "fastify";
import type { Socket } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { guard } from "../../api/guard.ts";
import { socketEvents } from "../../api/live.ts";
import { addToken, secretHash } from "../../platform/records/token-records.ts";
import { roles } from "../../platform/records/user-records.ts";
import { type JsonSchema, valid } from "../helpers/any-of-schema.ts";
import { startTestApi, type TestApi } from "../helpers/api.ts";
import { type Operation, operations } from "../helpers/specification.ts";
import { until } from "../helpers/until.ts";

let plant: TestApi;
let routes: readonly Operation[];
const identities = ["nobody", ...roles] as const;
type Identity = (typeof identities)[number];
const rank = (role: string) => roles.indexOf(role as (typeof roles)[number]);

/** Of the site that all identities are bound to, and of the other one. */
const places = {
  own: {
    site: "north",
    boiler: "toh-01",
    gateway: "north-house",
    user: "x-north",
    token: "t-north",
    retrofit: "p-north",
  },
  other: {
    site: "south",
    boiler: "cfb-01",
    gateway: "south-house",
    user: "x-south",
    token: "t-south",
    retrofit: "p-south",
  },
} as const;
type Place = keyof typeof places;
/** By site: a message that was set aside. */
const deadLetterAt = new Map<string, number>();
const nothingOfOther = /cfb-01|south/;

beforeAll(async () => {
  plant = await startTestApi();
  routes = await operations(plant);
  await plant.addUser("root", "admin", null, null);
  for (const role of roles) await plant.addUser(role, role, ["north"], null);
  await plant.send("toh-01", { firing: 1, o2DryPercent: 3 }, Date.now());
  await plant.send("cfb-01", { firing: 1, o2DryPercent: 5 }, Date.now());
  const root = await sessionOf("root");
  for (const { boiler } of Object.values(places)) {
    await until(`${boiler} is live`, async () =>
      (await plant.ask(`boilers/${boiler}/latest`, { headers: root })).text.includes('"n":'),
    );
    // An alarm of each site that is there to be seen and changed.
    const shelf = { rev: 0, reason: "in the matrix", minutes: 60 };
    const alarm = await plant.ask(`alarms/exhaust-temp-above-table--${boiler}/shelve`, {
      method: "POST",
      headers: root,
      body: shelf,
    });
    expect(alarm.status).toBe(200);
  }
  for (const { site } of Object.values(places)) {
    await plant.publish(`fluewatch/v1/${site}/gw-x/data`, "no batch at all");
  }
  // One that is there, and that nobody of the other site may find.
  const { site: siteId, retrofit: id } = places.other;
  await plant.db.insertInto("retrofits").values({ id, siteId, version: 1, rev: 1, changedAtMs: 0 }).execute();
  await until("a message of each site is set aside", async () => {
    const letters = await plant.db.selectFrom("deadLetters").select(["id", "topic"]).execute();
    for (const { id, topic } of letters) deadLetterAt.set(topic.split("/")[2] ?? "", id);
    return deadLetterAt.size === 2;
  });
});
afterAll(() => plant.stop());

/** Without the second that a password takes. */
async function sessionOf(user: string): Promise<Readonly<Record<string, string>>> {
  const secret = `${user}-${Math.random()}`;
  const now = Date.now();
  await plant.db
    .insertInto("sessions")
    .values({ tokenHash: secretHash(secret), user, createdAtMs: now, usedAtMs: now })
    .execute();
  return plant.as(`fluewatch=${secret}`);
}

/** Users and tokens that a request of the matrix may change or remove. */
async function expendable(place: Place): Promise<void> {
  const { site, user, token } = places[place];
  const doing = { by: "console", atMs: Date.now() };
  await plant.db.deleteFrom("users").where("name", "=", user).execute();
  await plant.db.deleteFrom("tokens").where("id", "=", token).execute();
  await plant.addUser(user, "viewer", [site], null);
  const expiresAtMs = doing.atMs + 1e6;
  const wish = {
    id: token,
    kind: "api",
    label: "x",
    role: "viewer",
    sites: [site],
    reportId: null,
    expiresAtMs,
  } as const;
  await addToken(plant.db, wish, `${Math.random()}`, user, doing);
}

const example = (schema: JsonSchema) => fc.sample(valid(schema), { seed: 7, numRuns: 1 })[0];

/** What a parameter of a path is, at one place. */
function parameterAt(name: string, place: Place): string {
  const { site, boiler, gateway, user, token, retrofit } = places[place];
  const known: Readonly<Record<string, string>> = {
    boilerId: boiler,
    gatewayId: gateway,
    alarmId: `exhaust-temp-above-table--${boiler}`,
    name: user,
    tokenId: token,
    destinationId: "mail",
    retrofitId: retrofit,
    deadLetterId: String(deadLetterAt.get(site) ?? ""),
    dryRunId: "none",
    version: "1",
    token: "0".repeat(64),
  };
  const value = known[name];
  if (value === undefined) throw new Error(`say in this test what {${name}} is at each site`);
  return value;
}

/** A request that a route has to understand, at one place. */
function requestOf({ path, parameters, body, method }: Operation, place: Place) {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => parameterAt(name, place));
  const words: Readonly<Record<string, string>> = {
    from: "1",
    to: "2",
    points: "o2DryPercent",
    boilers: places[place].boiler,
  };
  const query = parameters
    .filter((each) => each.in === "query" && each.required)
    .map(
      ({ name, schema: { format } }) => `${name}=${format === "date" ? "2026-03-12" : (words[name] ?? "")}`,
    );
  return {
    url: `${filled}${query.length === 0 ? "" : `?${query.join("&")}`}`,
    method,
    body: body === null ? undefined : bodyOf(path, body),
  };
}

/** One that does as little as it can: it fits the schema, and the site of the caller. */
function bodyOf(path: string, schema: JsonSchema): unknown {
  const made = example(schema) as Record<string, unknown>;
  if ("sites" in made) made["sites"] = ["north"];
  if ("rev" in made) made["rev"] = path.includes("/retrofits/") ? 1 : 0;
  if (path.endsWith("/session")) return { user: "nobody-at-all", password: "wrong" };
  return made;
}

async function answerTo(operation: Operation, identity: Identity, place: Place) {
  if (/\{(name|tokenId)\}/.test(operation.path)) await expendable(place);
  const headers = identity === "nobody" ? plant.as("none=1") : await sessionOf(identity);
  const { url, method, body } = requestOf(operation, place);
  return plant.ask(url, { method, headers, body });
}

describe("every route of the specification", () => {
  test("says who may call it and how it keeps them to their sites", () => {
    expect(routes.length).toBeGreaterThan(30);
    const undeclared = routes.filter(
      ({ role, sites }) => ![...roles, "anyone"].includes(role) || sites === "",
    );
    expect(undeclared).toEqual([]);
    const open = routes
      .filter(({ role }) => role === "anyone")
      .map(({ method, path }) => `${method} ${path}`);
    expect(open.sort()).toEqual([
      "GET /api/v1/health",
      "GET /api/v1/health/ready",
      "GET /api/v1/session/oidc",
      "GET /api/v1/session/oidc/callback",
      "GET /api/v1/session/ways",
      // The link itself is the permission.
      "GET /api/v1/verifier/{token}",
      "GET /api/v1/verifier/{token}/rows",
      "POST /api/v1/session",
    ]);
  });

  test("lets in who may call it, and nobody else", { timeout: 240_000 }, async () => {
    for (const operation of routes) {
      const { method, path, role, sites } = operation;
      for (const identity of identities) {
        const { status } = await answerTo(operation, identity, "own");
        const what = `${method} ${path} as ${identity}`;
        if (role === "anyone")
          expect([200, 401, /\/verifier\/|\/oidc/.test(path) ? 404 : 503], what).toContain(status);
        else if (identity === "nobody") expect(status, what).toBe(401);
        else if (rank(identity) < rank(role)) expect(status, what).toBe(403);
        else if (sites === "all") expect(status, what).toBe(403);
        else expect([401, 403, 500], what).not.toContain(status);
      }
    }
  });

  test("shows and changes nothing of another site, whatever the role", { timeout: 240_000 }, async () => {
    for (const operation of routes) {
      const { method, path, role, sites } = operation;
      if (role === "anyone") continue;
      for (const identity of roles.filter((each) => rank(each) >= rank(role))) {
        const { status, text } = await answerTo(operation, identity, "other");
        const what = `${method} ${path} as ${identity}: ${text.slice(0, 200)}`;
        if (sites === "boiler" || sites === "gateway" || sites === "parameter")
          expect(status, what).toBe(404);
        else if (sites === "all") expect(status, what).toBe(403);
        // What was asked for may stand in a refusal.
        else if (status < 400) expect(text, what).not.toMatch(nothingOfOther);
      }
    }
  });

  test("/metrics tells of one's own site alone", async () => {
    expect((await plant.ask("/metrics")).status).toBe(401);
    const own = await plant.ask("/metrics", { headers: await sessionOf("viewer") });
    expect(own.status).toBe(200);
    expect(own.text).toContain('fluewatch_boiler_live_readings_total{site="north",boiler="toh-01"} 1');
    expect(own.text).not.toMatch(nothingOfOther);
    const all = await plant.ask("/metrics", { headers: await sessionOf("root") });
    for (const figure of [
      "ingest_journal_bytes",
      "telemetry_lag_entries",
      "bus_up 1",
      "alarms{",
      "live_viewers",
      "http_request_seconds_bucket",
      "nodejs_eventloop_lag_seconds",
    ])
      expect(all.text).toContain(`fluewatch_${figure}`);
  });

  test.each([
    [{}, "must declare who may call it"],
    [{ role: "viewer" as const }, "must declare how it keeps callers to their sites"],
  ])("that is declared as %j cannot be registered", async (config, why) => {
    const app = fastify();
    guard(app, {} as never, {} as never, "fluewatch");
    await expect(async () => {
      app.get("/api/v1/new", { config }, async () => ({}));
      await app.ready();
    }).rejects.toThrow(why);
  });
});

describe("every event of the live feed", () => {
  const opened: Socket[] = [];
  afterAll(() => {
    for (const socket of opened) socket.close();
  });

  async function connected(identity: Identity) {
    const headers = identity === "nobody" ? {} : { cookie: (await sessionOf(identity))["cookie"] ?? "" };
    const socket = plant.socket(headers);
    opened.push(socket);
    const heard: { readonly event: string; readonly message: unknown }[] = [];
    socket.onAny((event: string, message: unknown) => heard.push({ event, message }));
    const refused = await new Promise<string | null>((resolve) => {
      socket.once("snapshot", () => resolve(null));
      socket.once("connect_error", ({ message }) => resolve(message));
    });
    return { socket, heard, refused };
  }

  test("is heard by those who may, of their own site alone", async () => {
    for (const identity of identities) {
      const { socket, heard, refused } = await connected(identity);
      if (rank(identity) < rank(socketEvents.snapshot.role)) {
        expect(refused, identity).toBe("sign-in-needed");
        continue;
      }
      socket.emit("watch", "cfb-01");
      socket.emit("watch", "toh-01");
      await until("a boiler and a frame", () =>
        ["boiler", "frame"].every((event) => heard.some((each) => each.event === event)),
      );
      await plant.send("cfb-01", { firing: 1, o2DryPercent: 5 }, Date.now());
      await plant.send("toh-01", { firing: 1, o2DryPercent: 3 }, Date.now());
      await until("a frame with the boiler of one's own", () =>
        heard.some(({ event, message }) => event === "frame" && JSON.stringify(message).includes("toh-01")),
      );
      expect(JSON.stringify(heard), identity).not.toMatch(nothingOfOther);
      socket.close();
    }
  });

  test("tells of alarms to those who see their site", async () => {
    const northChanges = async () => {
      const rows = await plant.db
        .selectFrom("alarmChanges")
        .innerJoin("alarms", "alarms.id", "alarmChanges.alarmId")
        .where("alarms.siteId", "=", "north")
        .select("alarmChanges.id")
        .execute();
      return rows.length;
    };
    const changesBefore = await northChanges();
    const seeing = await connected("viewer");
    const root = await sessionOf("root");
    const comment = async (boiler: string) => {
      const alarm = (await plant.ask("alarms", { headers: root })).body as {
        alarms: { id: string; rev: number; sourceId: string }[];
      };
      const { id, rev } = alarm.alarms.find(({ sourceId }) => sourceId === boiler) ?? { id: "", rev: 0 };
      return plant.ask(`alarms/${id}/comment`, {
        method: "POST",
        headers: root,
        body: { rev, comment: "seen" },
      });
    };
    // The alarm may take a step of its own between the look and the comment; the hint of that is one, too.
    await until("a comment on the other site's", async () => (await comment("cfb-01")).status === 200);
    await until("a comment on one's own", async () => (await comment("toh-01")).status === 200);
    await until("a hint", () => seeing.heard.some(({ event }) => event === "alarms"));
    const hints = seeing.heard.filter(({ event }) => event === "alarms").length;
    expect(hints).toBeLessThanOrEqual((await northChanges()) - changesBefore);
    seeing.socket.close();
  });

  test("who sends too many messages, or too large ones, is cut", async () => {
    for (const flood of [
      (socket: Socket) => {
        for (let n = 0; n < 30; n += 1) socket.emit("watch", "toh-01");
      },
      (socket: Socket) => socket.emit("watch", "x".repeat(20_000)),
    ]) {
      const { socket } = await connected("viewer");
      const cut = new Promise((resolve) => socket.once("disconnect", resolve));
      flood(socket);
      await cut;
    }
  });
});
