import { createHmac } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import { Compile } from "typebox/compile";
import { Value } from "typebox/value";
import { afterEach, describe, expect, test } from "vitest";
import { Notification } from "../../contracts/notification.ts";
import { notificationsConfig } from "../../notifications/config.ts";
import type { Directory } from "../../notifications/directory.ts";
import { startNotifier } from "../../notifications/notifier.ts";
import { openDesk } from "../../notifications/recipients.ts";
import { deliveries, failingRecipients, saveMessage } from "../../platform/records/notification-records.ts";
import { type RecordsDb, sqliteRecords } from "../../platform/records/records.ts";
import { realWorld } from "../../platform/world.ts";
import { raise, take } from "../helpers/alarm-steps.ts";
import { startMs } from "../helpers/batches.ts";
import { shippedRules } from "../helpers/boilers.ts";
import { memoryBroker } from "../helpers/memory-bus.ts";
import { temporaryFolder } from "../helpers/servers.ts";
import { until } from "../helpers/until.ts";

const world = realWorld("silent");
const secret = "a secret of the receiver";
const password = "the password of the mailbox";

const rules = shippedRules().alarmRules;
const directory: Directory = {
  site: () => ({ name: { en: "Works", "zh-TW": "工廠" }, timeZone: "Asia/Taipei", simulated: false }),
  nameOf: (id) => ({ en: id.toUpperCase(), "zh-TW": id.toUpperCase() }),
  wordsOf: (ruleId) => rules.get(ruleId)?.at(-1)?.rule ?? null,
};

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function openRecords(): Promise<RecordsDb> {
  const { db, stop } = await sqliteRecords(temporaryFolder());
  stops.push(stop);
  return db;
}

/** Starts what notifies, as a plant file would have it. */
function start(db: RecordsDb, given: object, bus = memoryBroker().connect()) {
  const config = Value.Parse(notificationsConfig, Value.Default(notificationsConfig, structuredClone(given)));
  const secrets = {
    mailPassword: password,
    webhookKeys: new Map(config.destinations.map(({ id }) => [id, Buffer.from(secret)])),
  };
  const desk = openDesk(config, secrets, ["works"], bus, world);
  const notifier = startNotifier(desk, directory, db, world);
  let stopped: Promise<void> | null = null;
  const stop = () => {
    stopped ??= notifier.stop();
    return stopped;
  };
  stops.push(stop);
  return { stop };
}

interface Heard {
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: Notification;
}

/** A real receiver on loopback; `answer` decides what it does with each request. */
async function receiver(
  answer: (response: ServerResponse, count: number) => void = (response) => response.end(),
) {
  const heard: Heard[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const text = Buffer.concat(chunks).toString();
      heard.push({ headers: request.headers, text, body: JSON.parse(text) as Notification });
      answer(response, heard.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  stops.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${port}/hook?token=of-the-path`, heard };
}

interface Mail {
  readonly to: readonly string[];
  readonly text: string;
}

/** A real SMTP server on loopback, with sign-in; `refuse` answers in place of taking a mail. */
async function mailServer(refuse: (count: number) => Error | null = () => null) {
  const mails: Mail[] = [];
  let count = 0;
  const server = new SMTPServer({
    disabledCommands: ["STARTTLS"],
    allowInsecureAuth: true,
    logger: false,
    onAuth: ({ username = "", password: given = "" }, _session, callback) => {
      if (username === "boilers" && given === password) callback(null, { user: username });
      else callback(new Error("Invalid login"));
    },
    onData: (stream, session, callback) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        count += 1;
        const refusal = refuse(count);
        const to = session.envelope.rcptTo.map(({ address }) => address);
        if (refusal === null) mails.push({ to, text: Buffer.concat(chunks).toString() });
        callback(refusal);
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const { port } = server.server.address() as AddressInfo;
  stops.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const mail = {
    host: "127.0.0.1",
    port,
    security: "none",
    user: "boilers",
    passwordFile: "unused",
    from: "boilers@plant.example",
  };
  return { mail, mails };
}

const hook = (url: string, changes: object = {}) => ({
  destinations: [{ id: "cmms", webhook: { url, secretFile: "unused" }, groupSeconds: 0, ...changes }],
  routes: [{ to: ["cmms"] }],
  timeoutSeconds: 1,
});

const log = (db: RecordsDb) =>
  deliveries(db, { recipient: null, state: null, fromMs: 0, toMs: Number.MAX_SAFE_INTEGER });

describe("a webhook", () => {
  test("gets the message as its schema says, signed, with its key", async () => {
    const { url, heard } = await receiver();
    const db = await openRecords();
    start(db, { ...hook(url), publicUrl: "https://boilers.example/" });
    const alarmId = await raise(db);
    await until("the message", () => heard.length === 1);
    const [{ headers, text, body }] = heard as [Heard];
    expect(Compile(Notification).Errors(body)).toEqual([]);
    expect(body).toMatchObject({ v: 1, kind: "alarm", total: 1, url: "https://boilers.example/alerts" });
    expect(body.events[0]).toMatchObject({
      alarmId,
      because: "new",
      priority: 2,
      held: { value: 1.62, limit: 2, side: "below", unit: "%" },
      title: { "zh-TW": "氧量過低" },
    });
    expect(headers["idempotency-key"]).toBe(body.key);
    const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${text}`;
    const mac = createHmac("sha256", secret).update(signed).digest("base64");
    expect(headers["webhook-signature"]).toBe(`v1,${mac}`);
    expect(Math.abs(Number(headers["webhook-timestamp"]) - Date.now() / 1_000)).toBeLessThan(5);
  });

  test.each([
    ["answers 500", (response: ServerResponse) => void response.writeHead(500).end(), /answered 500/],
    ["hangs", () => {}, /did not answer within 1 s/],
    ["closes", (response: ServerResponse) => void response.socket?.destroy(), /cannot be reached/],
    [
      "sends elsewhere",
      (response: ServerResponse) => void response.writeHead(302, { location: "/x" }).end(),
      /answered 302/,
    ],
  ])(
    "that %s gets the same bytes again until it takes them, and the log says why",
    async (_what, fail, reason) => {
      const { url, heard } = await receiver((response, count) =>
        count <= 2 ? fail(response) : response.end(),
      );
      const db = await openRecords();
      start(db, hook(url));
      await raise(db);
      await until("a failure is known", async () => (await failingRecipients(db)).length === 1);
      const [failing] = await failingRecipients(db);
      expect(failing).toMatchObject({
        recipient: "cmms",
        waiting: 1,
        problem: expect.stringMatching(reason),
      });
      expect(failing?.problem).not.toContain("of-the-path");
      await until("it is taken", async () => (await log(db))[0]?.state === "delivered");
      expect(heard).toHaveLength(3);
      expect(new Set(heard.map(({ headers }) => headers["idempotency-key"])).size).toBe(1);
      expect(new Set(heard.map(({ text }) => text)).size).toBe(1);
      expect(await log(db)).toMatchObject([{ attempts: 3, problem: null }]);
      expect(await failingRecipients(db)).toEqual([]);
    },
  );

  test("that hangs holds back nobody else", async () => {
    const slow = await receiver(() => {});
    const quick = await receiver();
    const db = await openRecords();
    const destination = (id: string, url: string) => ({
      id,
      webhook: { url, secretFile: "unused" },
      groupSeconds: 0,
    });
    start(db, {
      destinations: [destination("slow", slow.url), destination("quick", quick.url)],
      routes: [{ to: ["slow", "quick"] }],
      timeoutSeconds: 60,
    });
    for (let index = 0; index < 3; index += 1) await raise(db, { sourceId: `b-${index}` });
    await until(
      "the quick one has all",
      () => quick.heard.reduce((sum, { body }) => sum + body.total, 0) === 3,
    );
    expect(slow.heard).toHaveLength(1);
  });

  test("is told the end where it wants to be", async () => {
    const { url, heard } = await receiver();
    const db = await openRecords();
    start(db, hook(url, { tellsEnd: true }));
    const alarmId = await raise(db);
    await until("the message", () => heard.length === 1);
    await take(db, alarmId, { kind: "acknowledge", by: "lin", comment: null, nowMs: startMs + 1_000 });
    await until("the end", () => heard.length === 2);
    expect(heard[1]?.body.events[0]).toMatchObject({ alarmId, because: "ended", state: "acknowledged" });
  });
});

describe("mail", () => {
  const room = { id: "room", mail: { to: ["shift@plant.example", "boss@plant.example"] }, groupSeconds: 0 };
  const routes = [{ to: ["room"] }];

  test("goes to each address by itself: what it is, how far, what to do, in its language", async () => {
    const { mail, mails } = await mailServer();
    const db = await openRecords();
    start(db, { mail, destinations: [{ ...room, language: "zh-TW" }], routes });
    await raise(db, { priority: 1 });
    await until("both mails", () => mails.length === 2);
    expect(mails.flatMap(({ to }) => to).sort()).toEqual(["boss@plant.example", "shift@plant.example"]);
    const [first] = mails as [Mail];
    const encoded = /\r\n\r\n([\s\S]*)$/.exec(first.text)?.[1] ?? "";
    const text = /content-transfer-encoding: base64/i.test(first.text)
      ? Buffer.from(encoded, "base64").toString()
      : decodedQuotedPrintable(encoded);
    expect(text).toContain("氧量過低 – 工廠 B-1");
    expect(text).toContain("1.6 %，低於限值 2.0 %");
    expect(text).toContain("1. 觀察火焰與 CO");
    expect(text).toContain("2026-03-12 14:00 (Asia/Taipei)");
    expect(first.text).toMatch(/^Message-ID: <room_(shift|boss)_plant\.example\.\d+@plant\.example>/im);
    expect(first.text).toMatch(/^Auto-Submitted: auto-generated/im);
    expect(first.text).toMatch(/^X-Priority: 1/im);
  });

  test("that the server puts off or refuses is tried again under the same Message-ID", async () => {
    const busy = Object.assign(new Error("try later"), { responseCode: 451 });
    const { mail, mails } = await mailServer((count) => (count === 1 ? busy : null));
    const db = await openRecords();
    start(db, { mail, destinations: [{ ...room, mail: { to: ["shift@plant.example"] } }], routes });
    await raise(db);
    await until("it is put off", async () => (await failingRecipients(db)).length === 1);
    expect((await failingRecipients(db))[0]?.problem).toMatch(/451 try later/);
    await until("the mail", () => mails.length === 1);
    await until("the log has it", async () => (await log(db))[0]?.state === "delivered");
    expect(await log(db)).toMatchObject([{ attempts: 2, recipient: "room/shift@plant.example" }]);
  });

  test("to a server that is not there, or knows another password, is not lost, and no secret is told", async () => {
    const { mail } = await mailServer();
    const db = await openRecords();
    const given = {
      destinations: [{ ...room, mail: { to: ["shift@plant.example"] } }],
      routes,
      timeoutSeconds: 1,
    };
    const first = start(db, { ...given, mail: { ...mail, port: 1 } });
    await raise(db);
    await until("it cannot be reached", async () => (await failingRecipients(db)).length === 1);
    expect((await failingRecipients(db))[0]?.problem).toMatch(/127.0.0.1:1: .*ECONNREFUSED/);
    await first.stop();
    start(db, { ...given, mail: { ...mail, user: "somebody-else" } });
    await until("the sign-in fails", async () =>
      /Invalid login/.test((await failingRecipients(db))[0]?.problem ?? ""),
    );
    expect(JSON.stringify(await log(db))).not.toContain(password);
    expect(await log(db)).toMatchObject([{ state: "waiting" }]);
  });
});

function decodedQuotedPrintable(text: string): string {
  const bytes = text
    .replace(/=\r\n/g, "")
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString();
}

describe("messages", () => {
  test("go to MQTT as they are, and wait while the broker is away", async () => {
    const broker = memoryBroker();
    const db = await openRecords();
    broker.cut();
    start(
      db,
      { destinations: [{ id: "scada", mqtt: {}, groupSeconds: 0 }], routes: [{ to: ["scada"] }] },
      broker.connect(),
    );
    const alarmId = await raise(db);
    await until("it waits", async () => (await failingRecipients(db)).length === 1);
    broker.restore();
    await until("it is published", () => broker.published.length === 1);
    const [{ topic, payload }] = broker.published as [{ topic: string; payload: Buffer }];
    expect(topic).toBe("fluewatch/v1/works/live/notification");
    expect(JSON.parse(payload.toString())).toMatchObject({ events: [{ alarmId }] });
  });

  test("an escalation goes to the next tier, and a test to whom it is asked for", async () => {
    const { url, heard } = await receiver();
    const db = await openRecords();
    start(db, { ...hook(url), routes: [{ to: ["cmms"], tiers: [1] }] });
    const alarmId = await raise(db);
    await take(db, alarmId, { kind: "tick", nowMs: startMs + 600_000 });
    await until("the escalation", () => heard.length === 1);
    expect(heard[0]?.body.events).toMatchObject([{ alarmId, because: "escalated", tier: 1 }]);
    const common = { key: "cmms.test.1", recipient: "cmms", kind: "test", createdAtMs: Date.now() };
    const body = JSON.stringify({ v: 1, ...common, url: null, total: 0, events: [], further: [] });
    await saveMessage(db, { ...common, urgent: false, items: 0, body }, []);
    await until("the test", () => heard.length === 2);
    expect(heard[1]?.body).toMatchObject({ kind: "test", key: "cmms.test.1" });
  });

  test("P37: 1,000 alarms in ten seconds are one digest and what is urgent at once, all of it named", async () => {
    const { url, heard } = await receiver();
    const db = await openRecords();
    start(db, hook(url, { groupSeconds: 2 }));
    const ids: string[] = [];
    for (let index = 0; index < 1_000; index += 1) {
      const priority = index % 100 === 50 ? 1 : 3;
      ids.push(await raise(db, { sourceId: `b-${index}`, priority, atMs: startMs + 10 * index }));
    }
    const told = () => heard.flatMap(({ body }) => [...body.events, ...body.further]);
    await until("all are told", () => told().length === 1_000, 60_000);
    expect(
      told()
        .map(({ alarmId }) => alarmId)
        .sort(),
    ).toEqual(ids.sort());
    const calm = heard.filter(({ body }) => body.events[0]?.priority !== 1);
    expect(calm.length).toBeLessThanOrEqual(10);
    expect(calm.some(({ body }) => body.kind === "digest")).toBe(true);
    const urgent = heard.flatMap(({ body }) => body.events.filter(({ priority }) => priority === 1));
    expect(urgent).toHaveLength(10);
    const waits = await db
      .selectFrom("notificationItems as item")
      .innerJoin("notificationMessages as message", "message.key", "item.messageKey")
      .where("item.priority", "=", 1)
      .select(["item.queuedAtMs", "message.createdAtMs"])
      .execute();
    // "At once" is the next turn of the notifier, however busy the machine is with the flood itself.
    expect(Math.max(...waits.map(({ queuedAtMs, createdAtMs }) => createdAtMs - queuedAtMs))).toBeLessThan(
      2_000,
    );
  });

  test("of what happened before anybody could be told are not made", async () => {
    const { url, heard } = await receiver();
    const db = await openRecords();
    const nobody = start(db, {});
    await raise(db, { sourceId: "b-1" });
    await until("it is passed over", async () => {
      const row = await db
        .selectFrom("checkpoints")
        .selectAll()
        .where("name", "=", "notifications")
        .executeTakeFirst();
      return Number(row?.journalOffset) === 1;
    });
    await nobody.stop();
    start(db, hook(url));
    const second = await raise(db, { sourceId: "b-2" });
    await until("the second", () => heard.length === 1);
    expect(heard[0]?.body.events.map(({ alarmId }) => alarmId)).toEqual([second]);
  });

  test("to somebody who is no longer configured are given up, and say so", async () => {
    const db = await openRecords();
    const first = start(db, { ...hook("http://127.0.0.1:1/"), timeoutSeconds: 1 });
    await raise(db);
    await until("it waits", async () => (await failingRecipients(db)).length === 1);
    await first.stop();
    start(db, {});
    await until("it is given up", async () => (await log(db))[0]?.state === "given-up");
    expect(await log(db)).toMatchObject([{ problem: "it is not in the configuration any more" }]);
  });
});
