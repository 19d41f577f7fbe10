import { io } from "socket.io-client";
import type { TSchema } from "typebox";
import { Compile } from "typebox/compile";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AdviceList } from "../../contracts/http/advice.ts";
import { AlarmCourse, type AlarmHistory, AlarmKpisText, Alarms } from "../../contracts/http/alarms.ts";
import { Boilers, Latest } from "../../contracts/http/boilers.ts";
import { Co2 } from "../../contracts/http/co2.ts";
import { Days } from "../../contracts/http/days.ts";
import { Gateways } from "../../contracts/http/gateways.ts";
import { Health } from "../../contracts/http/health.ts";
import { Integrity } from "../../contracts/http/integrity.ts";
import { SocketFrame, SocketSnapshot } from "../../contracts/http/socket.ts";
import { Storage } from "../../contracts/http/storage.ts";
import { Trend, Trends } from "../../contracts/http/trend.ts";
import { TrainerText } from "../../contracts/trainer.ts";
import { plantFile, type RunningFluewatch, startFluewatch } from "../helpers/fluewatch.ts";
import { until } from "../helpers/until.ts";

const password = "a password for tests";
let plant: RunningFluewatch;
let cookie = "";

beforeAll(async () => {
  plant = await startFluewatch({
    config: await plantFile("demo.yaml"),
    env: { FLUEWATCH_ADMIN_PASSWORD: password },
  });
  await until("the first value", async () => {
    const { body } = await plant.ask("boilers/toh-01/latest");
    return (body as { readonly latest: unknown }).latest !== null;
  });
});
afterAll(() => plant.stop());

/** A request as a stranger makes it, with what is given and nothing else. */
async function asked(path: string, init: RequestInit = {}) {
  const answer = await fetch(`${plant.url}${path}`, { redirect: "manual", ...init });
  const text = await answer.text();
  return {
    status: answer.status,
    headers: answer.headers,
    text,
    code: text.startsWith("{") ? (JSON.parse(text) as { code?: string }).code : undefined,
  };
}

const own = { "x-requested-with": "fluewatch", "content-type": "application/json" };
const signIn = (body: object, headers: Readonly<Record<string, string>> = own) =>
  asked("/api/v1/session", { method: "POST", headers, body: JSON.stringify(body) });

describe("signing in", () => {
  test("the printed link works once", async () => {
    const ticket = new URL(plant.link).searchParams.get("ticket");
    const first = await signIn({ ticket });
    expect(first.status).toBe(200);
    expect(first.headers.get("set-cookie")).toMatch(
      /^fluewatch=[0-9a-f]{64}; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    cookie = first.headers.get("set-cookie")?.split(";")[0] ?? "";
    expect(await signIn({ ticket })).toMatchObject({ status: 401, code: "sign-in-failed" });
  });

  test("a wrong password and an unknown user get the same answer; too many attempts must wait", async () => {
    const wrong = await signIn({ user: "admin", password: "wrong" });
    const unknown = await signIn({ user: "nobody", password: "wrong" });
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect(wrong.text).toBe(unknown.text);
    // The waits double from one second on: however slow this machine is, one of them is met.
    const answers: { readonly status: number; readonly code: string | undefined }[] = [];
    await until("a guesser has to wait", async () => {
      answers.push(await signIn({ user: "guesser", password: "x" }));
      return answers.at(-1)?.status === 429;
    });
    expect(answers.slice(0, 5).map(({ status }) => status)).toEqual([401, 401, 401, 401, 401]);
    expect(answers.at(-1)?.code).toBe("too-many-attempts");
  });

  test("a request without our header, or from another page, is refused", async () => {
    expect(await signIn({ ticket: "x" }, { "content-type": "application/json" })).toMatchObject({
      status: 403,
      code: "header-missing",
    });
    expect(await signIn({ ticket: "x" }, { ...own, origin: "http://elsewhere.example" })).toMatchObject({
      status: 403,
      code: "origin-foreign",
    });
  });

  test("signing out ends the session", async () => {
    const again = await signIn({ user: "admin", password });
    const mine = again.headers.get("set-cookie")?.split(";")[0] ?? "";
    const out = await asked("/api/v1/session", {
      method: "DELETE",
      headers: { "x-requested-with": "fluewatch", cookie: mine },
    });
    expect(out.status).toBe(204);
    expect(await asked("/api/v1/boilers", { headers: { cookie: mine } })).toMatchObject({
      status: 401,
      code: "sign-in-needed",
    });
  });
});

describe("the contract", () => {
  test.each([
    "boilers",
    "boilers/toh-01",
    "boilers/toh-01/latest",
    "boilers/toh-01/advice",
    "alarms",
    "gateways",
    "integrity",
    "dead-letters",
    "session",
    "storage",
    "trends?boilers=toh-01&points=airRatio&from=1&to=2",
    "boilers/toh-01/days?points=airRatio&from=2026-01-01&to=2026-01-02",
    "boilers/toh-01/co2?from=2026-01-01&to=2026-01-02",
    "boilers/toh-01/readings?from=1&to=2&format=csv",
  ])("%s is closed to strangers", async (path) => {
    expect(await asked(`/api/v1/${path}`)).toMatchObject({ status: 401, code: "sign-in-needed" });
  });

  test.each([
    ["health", Health],
    ["boilers", Boilers],
    ["boilers/toh-02/latest", Latest],
    ["boilers/toh-01/advice", AdviceList],
    ["alarms", Alarms],
    ["gateways", Gateways],
    ["integrity", Integrity],
    ["storage", Storage],
    ["boilers/toh-01/days?points=airRatio,heatInputLhvKw&from=2026-01-01&to=2026-01-03", Days],
    ["boilers/toh-01/co2?from=2026-01-01&to=2026-01-03", Co2],
  ])("%s answers in the shape it declares", async (path, schema) => {
    const { status, body } = await plant.ask(path);
    expect(status).toBe(200);
    expect(Compile<TSchema>(schema).Errors(body)).toEqual([]);
  });

  test("a trend has one axis, no more than two points per bucket, and holes instead of invented values", async () => {
    await until("ten readings", async () => {
      const { body } = await plant.ask("boilers/toh-01/latest");
      return ((body as { readonly latest: { readonly n: number } }).latest.n ?? 0) > 10;
    });
    const now = Date.now();
    const { status, body } = await plant.ask(
      `boilers/toh-01/trend?points=airRatio,exhaustTempC&from=${now - 60_000}&to=${now}&buckets=3`,
    );
    expect(status).toBe(200);
    const trend = body as Trend;
    expect(Compile(Trend).Errors(trend)).toEqual([]);
    expect(trend.timesMs.length).toBeLessThanOrEqual(6);
    expect(trend.values["airRatio"]).toHaveLength(trend.timesMs.length);
    expect(trend.values["airRatio"]?.[0]).toBeNull();
  });

  test("several boilers' trends come in one answer, each with the points that it has", async () => {
    const now = Date.now();
    const { status, body } = await plant.ask(
      `trends?boilers=toh-01,cfb-01&points=airRatio,coalFlowKgPerH&from=${now - 86_400_000}&to=${now}&buckets=1440`,
    );
    expect(status).toBe(200);
    expect(Compile(Trends).Errors(body)).toEqual([]);
    const { trends } = body as Trends;
    expect(trends.map(({ boilerId, values, tier }) => [boilerId, Object.keys(values), tier])).toEqual([
      ["toh-01", ["airRatio"], "minute"],
      ["cfb-01", ["airRatio", "coalFlowKgPerH"], "minute"],
    ]);
    // Minutes that are not summed up yet are there as their readings.
    expect(trends.every(({ values }) => values["airRatio"]?.some((value) => value !== null))).toBe(true);
  });

  test("readings leave as CSV and Parquet, named as simulated, with units", async () => {
    const path = `/api/v1/boilers/toh-01/readings?from=0&to=${Date.now()}&points=o2DryPercent,exhaustTempC`;
    const csv = await asked(`${path}&format=csv`, { headers: { cookie } });
    expect(csv.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(csv.headers.get("content-disposition")).toBe('attachment; filename="toh-01-raw-simulated.csv"');
    const [heading, first] = csv.text.split("\r\n");
    expect(heading).toBe(
      "takenAt,site,boiler,gateway,sid,seq,simulated,o2DryPercent [%],exhaustTempC [°C],flaws",
    );
    expect(first).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z,[a-z0-9-]+,toh-01,[a-z0-9-]+,[0-9a-f-]+,\d+,true,/);
    const parquet = await fetch(`${plant.url}${path}&format=parquet`, { headers: { cookie } });
    const bytes = Buffer.from(await parquet.arrayBuffer());
    expect([bytes.subarray(0, 4).toString(), bytes.subarray(-4).toString()]).toEqual(["PAR1", "PAR1"]);
  });

  test.each([
    ["boilers/nobody", 404, "boiler-unknown"],
    ["trends?boilers=&points=airRatio&from=1&to=2", 400, "request-invalid"],
    ["trends?boilers=nobody&points=airRatio&from=1&to=2", 404, "boiler-unknown"],
    ["boilers/toh-01/days?points=airRatio&from=2026-01-02&to=2026-01-01", 400, "request-invalid"],
    ["boilers/toh-01/days?points=airRatio&from=2020-01-02&to=2026-01-01", 400, "request-invalid"],
    ["boilers/toh-01/co2?from=2026-01-02&to=2026-01-01", 400, "request-invalid"],
    ["boilers/toh-01/co2?from=2020-01-02&to=2026-01-01", 400, "request-invalid"],
    ["boilers/toh-01/co2?from=2126-01-01&to=2126-01-02", 400, "request-invalid"],
    ["boilers/toh-01/readings?from=1&to=2&tier=minute", 400, "request-invalid"],
    ["boilers/toh-01/readings?from=1&to=2&format=csv&points=oxygen", 400, "request-invalid"],
    ["boilers/Not%20An%20Id", 400, "request-invalid"],
    ["boilers/toh-01/trend?points=o2DryPercent&from=yesterday&to=0", 400, "request-invalid"],
    ["boilers/toh-01/trend?points=o2DryPercent&from=5&to=4", 400, "request-invalid"],
    ["boilers/toh-01/trend?points=oxygen&from=1&to=4", 400, "request-invalid"],
    ["boilers/toh-01/trend?points=o2DryPercent&from=1&to=4&buckets=1e9", 400, "request-invalid"],
    ["boilers/toh-01/trend?points=o2DryPercent&from=2026-03-12T14:00:00&to=4", 400, "request-invalid"],
    ["boilers/toh-01/readings?from=1&to=2&format=xml", 400, "request-invalid"],
    ["integrity?from=0&to=4000000000000", 400, "request-invalid"],
    ["nowhere", 404, "route-unknown"],
    ["alarms?since=-1", 400, "request-invalid"],
    ["alarms?colour=red", 400, "request-invalid"],
  ])("%s is a problem with a code: %d %s", async (path, status, code) => {
    const answer = await asked(`/api/v1/${path}`, { headers: { cookie } });
    expect(answer).toMatchObject({ status, code });
    expect(answer.headers.get("content-type")).toMatch(/^application\/problem\+json/);
    expect(answer.text).not.toMatch(/\bat .*\.[jt]s/);
  });

  test("acknowledging what is not there is a problem, not a success", async () => {
    const init = { method: "POST", headers: { ...own, cookie }, body: JSON.stringify({ rev: 1 }) };
    expect(await asked("/api/v1/alarms/nobody/acknowledge", init)).toMatchObject({
      status: 404,
      code: "alarm-unknown",
    });
    const wrong = { ...init, body: JSON.stringify({ rev: 1, colour: "red" }) };
    expect(await asked("/api/v1/alarms/nobody/acknowledge", wrong)).toMatchObject({
      status: 400,
      code: "request-invalid",
    });
  });

  test("an alarm is shelved, taken out of service and put back by name, once for each key, with its revision", async () => {
    const give = (path: string, body: object, key = "") =>
      asked(`/api/v1/alarms/${path}`, {
        method: "POST",
        headers: { ...own, cookie, ...(key === "" ? {} : { "idempotency-key": key }) },
        body: JSON.stringify(body),
      });
    const shelf = { rev: 0, reason: "probe being cleaned", minutes: 60 };
    const first = await give("low-o2--cfb-01/shelve", shelf, "shelf-1");
    const { id, rev } = JSON.parse(first.text) as { readonly id: string; readonly rev: number };
    expect(first.status).toBe(200);
    expect(JSON.parse(first.text)).toMatchObject({
      state: "shelved",
      rev: 1,
      occurrences: 0,
      shelf: { by: "admin" },
    });
    expect((await give("low-o2--cfb-01/shelve", shelf, "shelf-1")).text).toBe(first.text);
    expect(await give("low-o2--cfb-01/shelve", shelf, "shelf-2")).toMatchObject({
      status: 409,
      code: "rev-stale",
    });
    // The same key for something else is another command, and not taken for one that is done.
    expect(await give(`${id}/reset`, { rev }, "shelf-1")).toMatchObject({
      status: 409,
      code: "state-conflict",
    });
    expect(await give(`${id}/reset`, { rev })).toMatchObject({ status: 409, code: "state-conflict" });
    expect(await give(`${id}/shelve`, { ...shelf, rev, minutes: 481 })).toMatchObject({ status: 400 });
    expect(await give(`${id}/shelve`, { ...shelf, rev, reason: " " })).toMatchObject({ status: 400 });
    const out = { rev, reason: "probe out", workOrder: "W-1", hours: 24 };
    expect(JSON.parse((await give(`${id}/out-of-service`, out)).text)).toMatchObject({
      state: "out-of-service",
    });
    const back = await give(`${id}/in-service`, { rev: rev + 1 });
    expect(JSON.parse(back.text)).toMatchObject({ state: "shelved", rev: 3 });
    expect(JSON.parse((await give(`${id}/comment`, { rev: 3, comment: "clean" })).text)).toMatchObject({
      rev: 4,
    });
    expect(JSON.parse((await give(`${id}/unshelve`, { rev: 4 })).text)).toMatchObject({
      state: "closed",
      rev: 5,
    });
    expect(await give(`${id}/comment`, { rev: 5, comment: "late" })).toMatchObject({ status: 409 });
    const course = await asked(`/api/v1/alarms/${id}`, { headers: { cookie } });
    const { steps } = JSON.parse(course.text) as AlarmCourse;
    expect(Compile(AlarmCourse).Check(JSON.parse(course.text))).toBe(true);
    expect(steps.map(({ kind }) => kind)).toEqual([
      "shelve",
      "take-out-of-service",
      "put-in-service",
      "comment",
      "unshelve",
    ]);
    expect((await asked("/api/v1/alarms/nobody", { headers: { cookie } })).status).toBe(404);
  });

  test("tells how the alarm system does", async () => {
    const now = Date.now();
    const range = `from=${new Date(now - 3_600_000).toISOString()}&to=${new Date(now + 60_000).toISOString()}`;
    const { status, text } = await asked(`/api/v1/alarms/kpi?${range}`, { headers: { cookie } });
    expect(status).toBe(200);
    const kpis = JSON.parse(text) as AlarmKpisText;
    expect(Compile(AlarmKpisText).Check(kpis)).toBe(true);
    expect(kpis.per10Min.counts).toHaveLength(7);
    const total = kpis.per10Min.counts.reduce((sum, count) => sum + count, 0);
    expect(total).toBe(kpis.annunciations);
    // Counted by hand, from the courses of all alarms.
    const inRange = range.replace(/to=.*/, `to=${new Date(now).toISOString()}`);
    const list = JSON.parse(
      (await asked(`/api/v1/alarms/history?${inRange}`, { headers: { cookie } })).text,
    ) as AlarmHistory;
    let annunciations = 0;
    let acknowledged = 0;
    for (const { id } of list.alarms) {
      const course = await asked(`/api/v1/alarms/${id}`, { headers: { cookie } });
      let before = "normal";
      for (const { kind, state } of (JSON.parse(course.text) as AlarmCourse).steps) {
        if (state === "unacknowledged" && (before !== state || kind === "raised")) annunciations += 1;
        if (kind === "acknowledge") acknowledged += 1;
        before = state;
      }
    }
    expect(annunciations).toBe(kpis.annunciations);
    expect(acknowledged).toBe(kpis.acknowledged.count);
  });

  test("a body that is too large is refused", async () => {
    const answer = await asked("/api/v1/session", {
      method: "POST",
      headers: own,
      body: JSON.stringify({ user: "x".repeat(300_000) }),
    });
    expect(answer.status).toBe(413);
  });

  test("the specification names every route of the contract", async () => {
    const { status, text } = await asked("/openapi.json");
    expect(status).toBe(200);
    const { paths } = JSON.parse(text) as { readonly paths: object };
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining([
        "/api/v1/health",
        "/api/v1/boilers",
        "/api/v1/boilers/{boilerId}/latest",
        "/api/v1/boilers/{boilerId}/trend",
        "/api/v1/alarms/{alarmId}/acknowledge",
        "/api/v1/gateways",
        "/api/v1/integrity",
      ]),
    );
  });

  test("pages and answers carry the headers that keep strangers out", async () => {
    const { headers } = await asked("/api/v1/health");
    expect(headers.get("content-security-policy")).toContain("default-src 'self'");
    expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  });
});

describe("the live feed", () => {
  const connect = (headers: Readonly<Record<string, string>>) =>
    io(plant.url, { path: "/live", transports: ["websocket"], extraHeaders: headers, reconnection: false });

  test("gives a snapshot, then a frame a second, and the whole reading of a boiler that is watched", async () => {
    const socket = connect({ cookie });
    const snapshots: unknown[] = [];
    const frames: SocketFrame[] = [];
    const watched: { readonly boilerId: string; readonly values: object }[] = [];
    socket.on("snapshot", (snapshot) => snapshots.push(snapshot));
    socket.on("frame", (frame) => frames.push(frame));
    socket.on("boiler", (boiler) => watched.push(boiler));
    socket.on("connect", () => socket.emit("watch", "toh-02"));
    await until("three frames", () => frames.length >= 3);
    socket.close();
    expect(Compile(SocketSnapshot).Check(snapshots[0])).toBe(true);
    expect(frames.every((frame) => Compile(SocketFrame).Check(frame))).toBe(true);
    expect(frames.flatMap(({ boilers }) => boilers).some(({ boilerId }) => boilerId === "cfb-01")).toBe(true);
    expect(new Set(watched.map(({ boilerId }) => boilerId))).toEqual(new Set(["toh-02"]));
    expect(watched[0]?.values).toHaveProperty("o2WetPercent");
  });

  test.each([
    ["without a session", {}],
    ["with a made-up one", { cookie: `fluewatch=${"0".repeat(64)}` }],
  ])("is closed %s", async (_who, headers) => {
    const socket = connect(headers as Readonly<Record<string, string>>);
    const error = await new Promise<Error>((resolve) => socket.on("connect_error", resolve));
    expect(error.message).toBe("sign-in-needed");
    socket.close();
  });

  test("is closed to pages of another origin", async () => {
    const socket = connect({ cookie, origin: "http://elsewhere.example" });
    await new Promise((resolve) => socket.on("connect_error", resolve));
    expect(socket.connected).toBe(false);
    socket.close();
  });
});

describe("the trainer", () => {
  const change = (boilerId: string, body: object) =>
    plant.ask(`trainer/boilers/${boilerId}`, { method: "POST", body: JSON.stringify(body) });
  const boilerOf = (body: unknown, id: string) =>
    (body as TrainerText).boilers.find(({ boilerId }) => boilerId === id);

  test("shows the simulated boilers as they are set, sets them, breaks and mends their instruments", async () => {
    const { body } = await plant.ask("trainer");
    expect(Compile(TrainerText).Errors(body)).toEqual([]);
    expect(body).toMatchObject({ available: true, scenario: null });
    expect(boilerOf(body, "cfb-01")?.controls).toMatchObject({
      loadPercent: null,
      damper: "auto",
      burner: "auto",
    });
    expect(boilerOf(body, "cfb-01")?.points).toContain("steamFlowKgPerH");

    const set = await change("cfb-01", {
      set: { loadPercent: 60, airLeakPercent: 10 },
      fault: { point: "o2DryPercent", kind: "offset", by: 1.5 },
    });
    expect(set.status).toBe(200);
    expect(boilerOf(set.body, "cfb-01")).toMatchObject({
      controls: { loadPercent: 60, airLeakPercent: 10, damper: "auto" },
      faults: [{ point: "o2DryPercent", kind: "offset", by: 1.5 }],
    });
    await until("the load is there", async () => {
      const { latest } = (await plant.ask("boilers/cfb-01/latest")).body as {
        readonly latest: { readonly values: Readonly<Record<string, number>> };
      };
      return (latest.values["loadPercent"] ?? 100) < 75;
    });
    const back = await change("cfb-01", {
      set: { loadPercent: null, airLeakPercent: 0 },
      mend: "o2DryPercent",
    });
    expect(boilerOf(back.body, "cfb-01")).toMatchObject({ controls: { loadPercent: null }, faults: [] });
  });

  test.each([
    ["nobody", { mend: "o2DryPercent" }, 404, "boiler-unknown"],
    ["cfb-01", { mend: "shellTempC" }, 404, "point-unknown"],
    ["cfb-01", { set: { o2TrimPercent: 40 } }, 400, "request-invalid"],
    ["cfb-01", {}, 400, "request-invalid"],
  ])("a change of %s to %j is refused", async (boilerId, body, status, code) => {
    const answer = await change(boilerId, body);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ code });
  });
});
