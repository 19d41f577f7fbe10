import { connect } from "node:tls";
import type { Socket } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Session } from "../../contracts/http/session.ts";
import type { TokenGiven, Tokens } from "../../contracts/http/tokens.ts";
import { audit } from "../../platform/records/audit.ts";
import { realWorld } from "../../platform/world.ts";
import { certificate, startTestApi, type TestApi } from "../helpers/api.ts";
import { until } from "../helpers/until.ts";

const words = "seven quiet lanterns drift";
const pair = certificate();
const overTls = describe.skipIf(pair === null);
let plant: TestApi;
let admin: Readonly<Record<string, string>>;

beforeAll(async () => {
  if (pair === null) return;
  plant = await startTestApi({ api: { tls: pair }, adminPassword: words });
  admin = plant.as((await plant.signIn({ user: "admin", password: words })).cookie);
});
afterAll(() => plant?.stop());

const give = (path: string, method: string, body?: object, headers = admin) =>
  plant.ask(path, { method, headers, body });
const newToken = async (wish: object, headers = admin) => {
  const answer = await give(
    "tokens",
    "POST",
    { kind: "api", label: "erp", role: "viewer", sites: null, days: 30, ...wish },
    headers,
  );
  return { ...answer, given: answer.body as TokenGiven };
};
const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });
const closedWithin = (socket: Socket, ms: number) =>
  new Promise<number>((resolve, reject) => {
    const startMs = Date.now();
    const timer = setTimeout(() => reject(new Error(`still open after ${ms} ms`)), ms);
    socket.once("disconnect", () => {
      clearTimeout(timer);
      resolve(Date.now() - startMs);
    });
  });
const open = async (headers: Readonly<Record<string, string>>) => {
  const socket = plant.socket(headers);
  await new Promise((resolve, reject) => {
    socket.once("snapshot", resolve);
    socket.once("connect_error", reject);
  });
  return socket;
};

overTls("over TLS", () => {
  test("a session's cookie is bound to the host, and everything says so", async () => {
    const { status, headers } = await plant.signIn({ user: "admin", password: words });
    expect(status).toBe(200);
    expect(headers["set-cookie"]).toEqual([
      expect.stringMatching(/^__Host-fluewatch=[0-9a-f]{64}; Path=\/; HttpOnly; Secure; SameSite=Strict$/),
    ]);
    expect(headers["strict-transport-security"]).toMatch(/^max-age=31536000/);
    expect(plant.url).toMatch(/^https:/);
  });

  test("old versions of TLS are refused", async () => {
    const { port, hostname } = new URL(plant.url);
    const handshake = (maxVersion: "TLSv1.1" | "TLSv1.3") =>
      new Promise<string>((resolve, reject) => {
        const socket = connect(
          {
            host: hostname,
            port: Number(port),
            rejectUnauthorized: false,
            minVersion: "TLSv1",
            maxVersion,
            ciphers: "DEFAULT@SECLEVEL=0",
          },
          () => {
            resolve(socket.getProtocol() ?? "");
            socket.destroy();
          },
        );
        socket.once("error", reject);
      });
    await expect(handshake("TLSv1.1")).rejects.toThrow(/protocol version|alert|wrong version/i);
    expect(await handshake("TLSv1.3")).toBe("TLSv1.3");
  });

  test("the live feed comes over it, and a page of another origin gets nothing", async () => {
    const socket = await open({ cookie: admin["cookie"] ?? "" });
    socket.close();
    await expect(
      open({ cookie: admin["cookie"] ?? "", origin: "https://elsewhere.example" }),
    ).rejects.toThrow();
    const foreign = await plant.ask("users", {
      method: "POST",
      headers: { ...admin, origin: "http://127.0.0.1" },
      body: {},
    });
    expect(foreign.body).toMatchObject({ code: "origin-foreign" });
  });
});

overTls("users", () => {
  test("are added, changed, given a password and removed, each in the audit", async () => {
    const mei = { name: "mei", role: "operator", sites: ["north"], password: words };
    expect((await give("users", "POST", mei)).status).toBe(204);
    expect(await give("users", "POST", mei)).toMatchObject({ status: 409, body: { code: "user-exists" } });
    const session = (await plant.signIn({ user: "mei", password: words })).body as Session;
    expect(session).toMatchObject({ user: "mei", role: "operator", sites: ["north"], kind: "session" });
    expect((await give("users/mei", "PUT", { role: "viewer", sites: null })).status).toBe(204);
    expect((await give("users/mei/password", "PUT", { password: "four other calm words" })).status).toBe(204);
    expect(await plant.signIn({ user: "mei", password: words })).toMatchObject({ status: 401 });
    expect(await plant.signIn({ user: "mei", password: "four other calm words" })).toMatchObject({
      status: 200,
    });
    expect((await give("users/mei", "DELETE")).status).toBe(204);
    expect(await give("users/mei", "DELETE")).toMatchObject({ status: 404, body: { code: "user-unknown" } });
    const told = await audit.page(plant.db, { beforeSeq: null, limit: 50, sites: null, action: "user." });
    expect(
      told.filter(({ subject }) => subject === "user:mei").map(({ action, by }) => [action, by]),
    ).toEqual([
      ["user.remove", "admin"],
      ["user.password", "admin"],
      ["user.change", "admin"],
      ["user.add", "admin"],
    ]);
    expect(JSON.stringify(told)).not.toContain(words);
  });

  test.each([
    ["short", "eleven char"],
    ["of the common lists", "password1234"],
    ["one row of keys", "qwertyuiopas"],
    ["one thing again and again", "aaaaaaaaaaaaaaaa"],
    ["the name of what it opens", "fluewatchfluewatch"],
  ])("a password that is %s is refused", async (_what, password) => {
    const user = { name: "ana", role: "viewer", sites: null, password };
    expect(await give("users", "POST", user)).toMatchObject({ status: 422, body: { code: "password-weak" } });
  });

  test("the last administrator of all sites stays one", async () => {
    const code = { body: { code: "last-admin" } };
    expect(await give("users/admin", "PUT", { role: "admin", sites: ["north"] })).toMatchObject(code);
    expect(await give("users/admin", "DELETE")).toMatchObject(code);
  });

  test("an administrator of one site sees and gives that site alone", async () => {
    await plant.addUser("north-chief", "admin", ["north"], words);
    await plant.addUser("south-eye", "viewer", ["south"], words);
    const chief = plant.as((await plant.signIn({ user: "north-chief", password: words })).cookie);
    const { users } = (await give("users", "GET", undefined, chief)).body as { users: { name: string }[] };
    expect(users.map(({ name }) => name)).toEqual(["north-chief"]);
    const wider = { name: "x", role: "viewer", sites: null, password: words };
    expect(await give("users", "POST", wider, chief)).toMatchObject({ status: 403 });
    expect(await give("users/south-eye", "DELETE", undefined, chief)).toMatchObject({ status: 404 });
    expect(await give("users", "POST", { ...wider, sites: ["nowhere"] }, chief)).toMatchObject({
      status: 400,
    });
  });

  test("change their own password by the old one", async () => {
    await plant.addUser("lin", "viewer", null, words);
    const lin = plant.as((await plant.signIn({ user: "lin", password: words })).cookie);
    const to = (current: string) => ({ current, password: "a kettle hums at noon" });
    expect(await give("session/password", "PUT", to("not it, surely"), lin)).toMatchObject({ status: 401 });
    expect((await give("session/password", "PUT", to(words), lin)).status).toBe(204);
    expect((await give("boilers", "GET", undefined, lin)).status).toBe(401);
  });
});

overTls("revocation", () => {
  test.each([
    ["signing out", (_: string) => give("session", "DELETE", undefined, undefined)],
    ["a change of role", (name: string) => give(`users/${name}`, "PUT", { role: "operator", sites: null })],
    [
      "a new password",
      (name: string) => give(`users/${name}/password`, "PUT", { password: `${words} again` }),
    ],
    ["being removed", (name: string) => give(`users/${name}`, "DELETE")],
  ])("after %s, requests are refused at once and sockets are cut within 5 s", async (what, revoke) => {
    const name = `r-${what.replaceAll(" ", "-")}`;
    await plant.addUser(name, "viewer", null, words);
    const theirs = plant.as((await plant.signIn({ user: name, password: words })).cookie);
    const socket = await open(theirs);
    const closed = closedWithin(socket, 5_000);
    const answer =
      what === "signing out" ? await give("session", "DELETE", undefined, theirs) : await revoke(name);
    expect(answer.status).toBe(204);
    expect((await give("boilers", "GET", undefined, theirs)).status).toBe(401);
    expect(await closed).toBeLessThan(5_000);
  });

  test("a token that is taken back is closed, its socket too", async () => {
    const { given } = await newToken({});
    const socket = await open(bearer(given.secret));
    const closed = closedWithin(socket, 5_000);
    expect((await give(`tokens/${given.token.id}`, "DELETE")).status).toBe(204);
    expect((await plant.ask("boilers", { headers: bearer(given.secret) })).status).toBe(401);
    await closed;
  });
});

overTls("tokens", () => {
  test("are shown once, kept as a hash, and work without our page's header", async () => {
    await plant.addUser("engineer", "engineer", null, words);
    const engineer = plant.as((await plant.signIn({ user: "engineer", password: words })).cookie);
    const { given, status } = await newToken({ role: "operator", sites: ["north"] }, engineer);
    expect(status).toBe(200);
    expect(given.secret).toMatch(/^flw_[0-9a-f]{64}$/);
    const list = await give("tokens", "GET", undefined, engineer);
    expect((list.body as Tokens).tokens).toMatchObject([
      { id: given.token.id, label: "erp", usedAtMs: null },
    ]);
    expect(list.text).not.toContain(given.secret);
    const rows = await plant.db.selectFrom("tokens").selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(given.secret.slice(4));
    const boilers = await plant.ask("boilers", { headers: bearer(given.secret) });
    expect((boilers.body as { boilers: { siteId: string }[] }).boilers.map(({ siteId }) => siteId)).toEqual([
      "north",
      "north",
    ]);
    const shelved = await plant.ask("alarms/air-ratio-above-table--toh-01/shelve", {
      method: "POST",
      headers: { ...bearer(given.secret), "content-type": "application/json" },
      body: { rev: 0, reason: "probe being cleaned", minutes: 5 },
    });
    expect(shelved.body).toMatchObject({ state: "shelved", shelf: { by: "token:erp" } });
    const [told] = await audit.page(plant.db, { beforeSeq: null, limit: 1, sites: null, action: "alarm." });
    expect(told).toMatchObject({ action: "alarm.shelve", by: "token:erp", siteId: "north" });
  });

  test.each([
    ["more role than its giver's", { role: "admin" }, 403],
    ["a site that is not there", { sites: ["west"] }, 400],
    ["more than a year", { days: 366 }, 400],
    ["a wallboard that writes", { kind: "kiosk", role: "operator" }, 400],
    ["a verifier of everything", { kind: "verifier" }, 400],
    ["a label that could break a log line", { label: "a\nb" }, 400],
  ])("are refused with %s", async (_what, wish, status) => {
    const engineer = plant.as((await plant.signIn({ user: "engineer", password: words })).cookie);
    expect((await newToken(wish, engineer)).status).toBe(status);
  });

  test("lose what their giver loses", async () => {
    await plant.addUser("giver", "engineer", null, words);
    const giver = plant.as((await plant.signIn({ user: "giver", password: words })).cookie);
    const { given } = await newToken({ role: "engineer" }, giver);
    expect((await plant.ask("dead-letters", { headers: bearer(given.secret) })).status).toBe(200);
    await give("users/giver", "PUT", { role: "viewer", sites: ["south"] });
    expect((await plant.ask("dead-letters", { headers: bearer(given.secret) })).status).toBe(403);
    const { body } = await plant.ask("boilers", { headers: bearer(given.secret) });
    expect((body as { boilers: { siteId: string }[] }).boilers.map(({ siteId }) => siteId)).toEqual([
      "south",
    ]);
    await give("users/giver", "DELETE");
    expect((await plant.ask("boilers", { headers: bearer(given.secret) })).status).toBe(401);
  });

  test("a wallboard's link reads in a browser, and does nothing else", async () => {
    const { given } = await newToken({ kind: "kiosk", sites: ["south"] });
    expect((await plant.ask("boilers", { headers: bearer(given.secret) })).status).toBe(401);
    const inside = await plant.signIn({ link: given.secret });
    expect(inside.headers["set-cookie"]?.[0]).toMatch(/Expires=/);
    const wallboard = plant.as(inside.cookie);
    expect(inside.body).toMatchObject({ kind: "kiosk", role: "viewer", sites: ["south"] });
    const socket = await open(wallboard);
    socket.close();
    const shelf = { rev: 0, reason: "x", minutes: 5 };
    expect((await give("alarms/low-o2--cfb-01/shelve", "POST", shelf, wallboard)).status).toBe(403);
    expect((await newToken({}, wallboard)).status).toBe(403);
  });

  test("a verifier's link opens one report, and no list, page of data or feed beside it", async () => {
    const { given } = await newToken({ kind: "verifier", reportId: "r-1" });
    const { cookie } = await plant.signIn({ link: given.secret });
    expect((await give("boilers", "GET", undefined, plant.as(cookie))).body).toMatchObject({
      code: "role-insufficient",
    });
    await expect(open(plant.as(cookie))).rejects.toThrow("sign-in-needed");
  });
});

describe("time", () => {
  /** The real world with a clock that can be set forward. */
  const shifted = () => {
    const real = realWorld("silent");
    const shift = { ms: 0 };
    const clock = {
      ...real.clock,
      nowMs: () => real.clock.nowMs() + shift.ms,
      monotonicMs: () => real.clock.monotonicMs() + shift.ms,
    };
    return { world: { ...real, clock }, shift };
  };

  test("a session ends after 30 min without a request, and after 12 h in any case; a token on its day", async () => {
    const { world, shift } = shifted();
    const later = await startTestApi({ world, adminPassword: words });
    const login = async () => later.as((await later.signIn({ user: "admin", password: words })).cookie);
    const minutes = (count: number) => {
      shift.ms += count * 60_000;
    };
    const status = async (headers: Readonly<Record<string, string>>) =>
      (await later.ask("boilers", { headers })).status;
    const token = await later.ask("tokens", {
      method: "POST",
      headers: await login(),
      body: { kind: "api", label: "t", role: "viewer", sites: null, days: 1 },
    });
    const { secret } = token.body as TokenGiven;
    const idle = await login();
    const busy = await login();
    minutes(29);
    expect([await status(idle), await status(busy)]).toEqual([200, 200]);
    minutes(29);
    expect(await status(busy)).toBe(200);
    minutes(2);
    expect(await status(idle)).toBe(401);
    for (let turn = 0; turn < 23; turn += 1) {
      minutes(27);
      await status(busy);
    }
    expect(await status(busy)).toBe(200);
    minutes(25);
    expect(await status(busy)).toBe(200);
    minutes(20);
    expect(await status(busy)).toBe(401);
    expect(await status(bearer(secret))).toBe(200);
    minutes(12 * 60);
    expect(await status(bearer(secret))).toBe(401);
    await later.stop();
  });
});

describe("a host that others reach", () => {
  test("needs TLS, and somebody with a password", async () => {
    await expect(startTestApi({ api: { host: "0.0.0.0" }, adminPassword: words })).rejects.toMatchObject({
      code: "tls-missing",
    });
    if (pair === null) return;
    await expect(startTestApi({ api: { host: "0.0.0.0", tls: pair } })).rejects.toMatchObject({
      code: "password-missing",
    });
    const outside = await startTestApi({ api: { host: "0.0.0.0", tls: pair }, adminPassword: words });
    expect(await outside.api.signInLink()).not.toContain("ticket");
    await outside.stop();
  });

  test("names the file that cannot be used", async () => {
    const tls = { certificateFile: "nowhere.pem", keyFile: "nowhere.pem" };
    await expect(startTestApi({ api: { tls } })).rejects.toThrow(
      /api.tls.certificateFile: .*nowhere.pem cannot be read/,
    );
  });
});

describe("many sign-ins at once", () => {
  test("are worked out two at a time, and those beyond a short queue are turned away", async () => {
    const flooded = await startTestApi({ adminPassword: words });
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, n) => flooded.signIn({ user: `nobody-${n}`, password: "x" })),
    );
    const statuses = answers.map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(18);
    await until(
      "it answers again",
      async () => (await flooded.signIn({ user: "admin", password: words })).status === 200,
    );
    await flooded.stop();
  });
});
